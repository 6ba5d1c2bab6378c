/* SPDX-License-Identifier: BSD-2-Clause */
/* A session as it is shown in listings and in events. */
#ifndef VPNALG_ENGINE_DESCRIBE_H
#define VPNALG_ENGINE_DESCRIBE_H

#include "translator.h"

/* Describes a session, given its binding; all but its parent. */
void vpnalg_describe(struct vpnalg *translator, struct vpnalg_record *record,
		     const struct vpnalg_binding *binding,
		     struct vpnalg_session_info *info);

/* Looks for its parent, and shows that, too. Only peeks at records. */
void vpnalg_describe_parent(struct vpnalg *translator,
			    struct vpnalg_record *record,
			    struct vpnalg_session_info *info);

/* The same, of one that is closed: where its parent is dead, or closed with it,
 * that one is shown, too. Returns whether it has a living one. */
bool vpnalg_describe_last_parent(struct vpnalg *translator,
				 struct vpnalg_record *record,
				 struct vpnalg_session_info *info);

#endif
