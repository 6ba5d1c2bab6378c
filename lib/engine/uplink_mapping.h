/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings of several uplinks. */
#ifndef VPNALG_ENGINE_UPLINK_MAPPING_H
#define VPNALG_ENGINE_UPLINK_MAPPING_H

#include "translator.h"

/* Finds a record of an inside host's port by a key for all remotes: a service,
 * or else the mapping of the packet's uplink. */
struct vpnalg_record *vpnalg_uplink_find(struct vpnalg *translator,
					 struct vpnalg_tuple *inside);

/* Finds the session of a packet that is quoted by an error, where that may be a
 * mapping's of another uplink than the default. */
void vpnalg_uplink_find_quoted(struct vpnalg *translator, struct slot *slot,
			       struct vpnalg_step *step);

#endif
