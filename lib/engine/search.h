/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for an ID that is free, a bounded number of tries at a time. It
 * goes on where it left off, and remembers IDs that were given back. */
#ifndef VPNALG_ENGINE_SEARCH_H
#define VPNALG_ENGINE_SEARCH_H

#include "translator.h"

/* Begins a search for one packet; id_space distinguishes the IDs of one key
 * from those of others. */
void vpnalg_search_begin(struct vpnalg *translator, struct hunt *hunt,
			 uint64_t id_space);

/* Returns whether a range is sound or empty. */
static inline bool search_is_range(const struct vpnalg_range *range)
{
	return range->count == 0 || range->step > 0;
}

/* Goes on to a range; an unsound one counts as empty. The last range gets all
 * tries that are left. */
void vpnalg_search_range(struct hunt *hunt, const struct vpnalg_range *range,
			 bool last);

/* Returns false when there is nothing more to try; else *id is the next one. */
bool vpnalg_search_next(struct hunt *hunt, uint32_t *id);

/* Notes that the ID of an outside key is free again. */
void vpnalg_search_freed(struct vpnalg *translator,
			 const struct vpnalg_tuple *tuple);

#endif
