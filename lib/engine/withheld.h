/* SPDX-License-Identifier: BSD-2-Clause */
/* IDs that are given to no host although no session has them: listed IDs of the
 * router's own, and ports of removed services while their reuse is delayed (RFC
 * 6888 REQ-8). */
#ifndef VPNALG_ENGINE_WITHHELD_H
#define VPNALG_ENGINE_WITHHELD_H

#include "record.h"

/* Their kinds, among the engine's own records. There are no such kinds to all
 * who ask whether a record is sound. That of a port has the service's two keys,
 * of which the outside one is linked. */
#define ENGINE_OWN_ID 1
#define ENGINE_OLD_PORT 2

/* The body of an ID of the router's own. */
struct own_id {
	uint8_t guard; /* the protocol that is the router's with the remote */
};

/* Returns whether a record that the store has found or visited is a withheld
 * ID, not a session. */
static inline bool withheld_is_one(const struct vpnalg *translator,
				   const struct vpnalg_record *record)
{
	bool own = record->kind == ENGINE_OWN_ID;

	return record->handler == ENGINE_HANDLER &&
	       (own || record->kind == ENGINE_OLD_PORT) &&
	       record->slots == 2U - own &&
	       (size_t)record->units * VPNALG_UNIT >=
		       sizeof(*record) +
			       record->slots * key_len_of(translator) +
			       (own ? sizeof(struct own_id) : 0);
}

/* Returns the withheld ID that has the key, or NULL. */
struct vpnalg_record *vpnalg_withheld_find(struct vpnalg *translator,
					   const uint8_t *key, uint64_t hash);

/* The same, but closes one past its deadline. Finding one is no fault of the
 * store's. */
struct vpnalg_record *vpnalg_withheld_at(struct vpnalg *translator,
					 const uint8_t *key, uint64_t hash);

/* Withholds the ID of the router's own that a key is made of: for ever, until
 * its deadline is set. Returns NULL without room. */
struct vpnalg_record *vpnalg_withheld_open(struct vpnalg *translator,
					   const uint8_t *key, uint8_t guard);

/* Withholds the port of a service that is being closed, in its record, if their
 * reuse is delayed. Returns false if not, and nothing has changed. */
bool vpnalg_withheld_keep(struct vpnalg *translator,
			  struct vpnalg_record *record);

/* Has a port be withheld until that time only. The record may be NULL. */
void vpnalg_withheld_until(struct vpnalg *translator,
			   struct vpnalg_record *record, vpnalg_time until);

void vpnalg_withheld_close(struct vpnalg *translator,
			   struct vpnalg_record *record);

/* Handles a record that the sweep has visited and that is no session, or NULL.
 * Returns when to visit it again. */
vpnalg_time vpnalg_withheld_sweep(struct vpnalg *translator,
				  struct vpnalg_record *record);

#endif
