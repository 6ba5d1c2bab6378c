/* SPDX-License-Identifier: BSD-2-Clause */
/* IDs of the router's own that its owner has listed. */
#ifndef VPNALG_ENGINE_LISTED_H
#define VPNALG_ENGINE_LISTED_H

#include "record.h"

/* Their kind, among the engine's own records. There is no such kind to all who
 * ask whether a record is sound. */
#define ENGINE_LISTED 1

/* What is kept of one, beside its key and its deadline. */
struct listed {
	uint8_t guard; /* the protocol that is the router's with the remote */
};

/* Whether what the store has found or met is one of them, not a session. */
static inline bool listed_is_one(const struct vpnalg *translator,
				 const struct vpnalg_record *record)
{
	return record->handler == ENGINE_HANDLER &&
	       record->kind == ENGINE_LISTED && record->slots == 1 &&
	       (size_t)record->units * VPNALG_UNIT >=
		       sizeof(*record) + key_len_of(translator) +
			       sizeof(struct listed);
}

/* Returns the one that has the key, or NULL. */
struct vpnalg_record *vpnalg_listed_find(struct vpnalg *translator,
					 const uint8_t *key, uint64_t hash);

/* Lists the ID that a key is made of: for ever, until its deadline is set.
 * Returns NULL without room. */
struct vpnalg_record *vpnalg_listed_open(struct vpnalg *translator,
					 const uint8_t *key, uint8_t guard);

void vpnalg_listed_close(struct vpnalg *translator,
			 struct vpnalg_record *record);

/* Returns whether a key is that of one which is listed still. It is closed if
 * its time is over. To have met one is no fault of the store's. */
bool vpnalg_listed_has(struct vpnalg *translator, const uint8_t *key,
		       uint64_t hash);

/* The sweep has met what is no session, or NULL. Returns when to look again. */
vpnalg_time vpnalg_listed_sweep(struct vpnalg *translator,
				struct vpnalg_record *record);

#endif
