/* SPDX-License-Identifier: BSD-2-Clause */
/* The parents of sessions, for listings and cuts. */
#ifndef VPNALG_ENGINE_LINEAGE_H
#define VPNALG_ENGINE_LINEAGE_H

#include "translator.h"

/* Bounds the parents that are followed, one behind the other. */
#define PARENTS_MAX 8

/* Returns the living session that another one belongs to, or NULL. Only peeks
 * at records. */
struct vpnalg_record *vpnalg_lineage_parent(struct vpnalg *translator,
					    struct vpnalg_record *record);

/* The same, but the other session may be dead and not closed yet. */
struct vpnalg_record *vpnalg_lineage_last_parent(struct vpnalg *translator,
						 struct vpnalg_record *record);

/* Returns a number that no other living session has, and that is not 0. Two
 * sessions may share one key, but not both of the first two. */
uint64_t vpnalg_lineage_number(struct vpnalg *translator,
			       struct vpnalg_record *record);

#endif
