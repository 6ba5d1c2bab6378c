/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine's own records: counts of sessions, kept in the same store and
 * gone with the last of them.
 *
 *   guard  (protocol, outside address, remote): while it exists, unknown
 *          packets of that protocol from that remote are dropped; under
 *          protocol 0 it counts the hosts that are paired to the address
 *   pair   (zone, inside host, remote): the outside address that the host uses
 *          towards that remote, kept only where there may be several; without
 *          a remote its home address, while it has mappings */

#include "usage.h"

#include <string.h>

#include "address.h"
#include "key.h"
#include "record.h"

struct usage {
	uint32_t count;
	uint8_t address[VPNALG_ADDR_MAX]; /* of a pair */
};

static struct usage *body(const struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

static struct vpnalg_record *create(struct vpnalg *translator,
				    const struct vpnalg_tuple *tuple,
				    const uint8_t *address)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record = vpnalg_record_add(
		translator, sizeof(struct vpnalg_record) + store->key_length +
				    sizeof(struct usage));
	uint8_t *key;

	if (record == NULL)
		return NULL;
	record->deadline = VPNALG_NEVER;
	record->handler = ENGINE_HANDLER;
	record->slots = 1;
	key = record_key(translator, record, 0);
	vpnalg_key_make(tuple, addr_len_of(translator), key);
	if (!store->link(store->context, record, 0,
			 vpnalg_key_hash(translator, key))) {
		store->remove(store->context, record);
		return NULL;
	}
	record->keys = 1;
	if (address != NULL)
		memcpy(body(translator, record)->address, address,
		       addr_len_of(translator));
	return record;
}

/* What was paired to an address that new sessions do not get any more is paired
 * to the next one that it gets. */
static void move(const struct vpnalg *translator, struct usage *usage,
		 const uint8_t *address)
{
	if (!vpnalg_address_is_in_use(translator, usage->address))
		memcpy(usage->address, address, addr_len_of(translator));
}

static bool get(struct vpnalg *translator, const struct vpnalg_tuple *tuple,
		const uint8_t *address)
{
	struct vpnalg_record *record = vpnalg_session_peek(translator, tuple);

	if (record == NULL)
		record = create(translator, tuple, address);
	if (record == NULL)
		return false;
	if (address != NULL && body(translator, record)->count > 0)
		move(translator, body(translator, record), address);
	body(translator, record)->count++;
	vpnalg_session_changed(translator, record);
	return true;
}

static void put(struct vpnalg *translator, const struct vpnalg_tuple *tuple)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record = vpnalg_session_peek(translator, tuple);

	if (record == NULL)
		return;
	if (--body(translator, record)->count > 0) {
		vpnalg_session_changed(translator, record);
		return;
	}
	vpnalg_session_unlink(translator, record, 0);
	translator->work++;
	store->remove(store->context, record);
}

/* Returns the address that is kept with the count of that key, or NULL if it
 * counts nothing. */
const uint8_t *vpnalg_usage_find(struct vpnalg *translator,
				 const struct vpnalg_tuple *tuple)
{
	struct vpnalg_record *record = vpnalg_session_peek(translator, tuple);

	return record != NULL ? body(translator, record)->address : NULL;
}

/* The key of a count is made from an own key of the session: that of its guard
 * from the outside one, that of its pair of host and outside address from the
 * inside one. */
static void guard_of(struct vpnalg *translator, struct vpnalg_record *record,
		     struct vpnalg_tuple *guard)
{
	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, guard);
	guard->role = ROLE_GUARD;
	guard->space = translator->handlers[record->handler]
			       ->kinds[record->kind]
			       .guard;
	guard->id = guard->port = 0;
}

static void pair_of(struct vpnalg *translator, struct vpnalg_record *record,
		    struct vpnalg_tuple *pair)
{
	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, pair);
	pair->role = ROLE_PAIR;
	pair->space = 0;
	pair->id = pair->port = 0;
}

void vpnalg_usage_leave(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple tuple;

	guard_of(translator, record, &tuple);
	if (record->flags & SESSION_GUARDED)
		put(translator, &tuple);
	tuple.space = 0;
	if (record->flags & SESSION_HOSTED)
		put(translator, &tuple);
	pair_of(translator, record, &tuple);
	if (record->flags & SESSION_PAIRED)
		put(translator, &tuple);
}

/* A mapping for all remotes keeps its host at its home address. */
static bool join_home(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple outside, pair;

	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &outside);
	if (translator->address_max == 1 || outside.remote != NULL)
		return true;
	pair_of(translator, record, &pair);
	if (!get(translator, &pair, outside.local))
		return false;
	record->flags |= SESSION_PAIRED;
	return true;
}

/* Whatever fails, leave gives back what was taken before. */
bool vpnalg_usage_join(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple guard, pair;

	if (session_kind(translator, record->handler, record->kind)->pooled)
		return join_home(translator, record);
	guard_of(translator, record, &guard);
	if (guard.space != 0) {
		if (!get(translator, &guard, NULL))
			return false;
		record->flags |= SESSION_GUARDED;
	}
	if (translator->address_max == 1)
		return true;
	guard.space = 0;
	if (!get(translator, &guard, NULL))
		return false;
	record->flags |= SESSION_HOSTED;
	pair_of(translator, record, &pair);
	if (!get(translator, &pair, guard.local))
		return false;
	record->flags |= SESSION_PAIRED;
	return true;
}
