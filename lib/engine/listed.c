/* SPDX-License-Identifier: BSD-2-Clause */
/* IDs of the router's own that its owner has listed.
 *
 * Each is a record of the engine's own, with the key by which a packet that
 * comes in with the ID is found. No handler ever sees it: whoever looks for a
 * session finds none, and whoever wants to give the ID out, or to link the key,
 * is told that it is taken. */
#include "listed.h"

#include "address.h"
#include "key.h"
#include "routers.h"
#include "usage.h"

static struct listed *body(const struct vpnalg *translator,
			   struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

struct vpnalg_record *vpnalg_listed_find(struct vpnalg *translator,
					 const uint8_t *key, uint64_t hash)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record;
	unsigned slot;

	if (translator->routers == NULL || translator->routers->listed == 0)
		return NULL;
	record = store->find(store->context, key, hash, &slot);
	translator->work++;
	return record != NULL && record_is_aligned(record) &&
			       listed_is_one(translator, record) &&
			       record_holds(translator, record, slot, key)
		       ? record
		       : NULL;
}

/* Makes the key under which the router's sessions with the remote are counted.
 */
static void guard_of(struct vpnalg *translator, struct vpnalg_record *record,
		     struct vpnalg_tuple *guard)
{
	vpnalg_session_tuple(translator, record, 0, guard);
	guard->role = ROLE_ROUTERS;
	guard->space = body(translator, record)->guard;
	guard->id = guard->port = 0;
}

void vpnalg_listed_close(struct vpnalg *translator,
			 struct vpnalg_record *record)
{
	struct vpnalg_tuple guard;

	if (body(translator, record)->guard != 0) {
		guard_of(translator, record, &guard);
		vpnalg_usage_put(translator, &guard);
	}
	vpnalg_session_unlink(translator, record, 0);
	vpnalg_record_remove(translator, record);
	translator->routers->listed--;
}

/* Counts what is listed as a session of the router's with the remote. */
static bool join(struct vpnalg *translator, struct vpnalg_record *record,
		 uint8_t protocol)
{
	struct vpnalg_tuple guard;

	if (protocol == 0)
		return true;
	body(translator, record)->guard = protocol;
	guard_of(translator, record, &guard);
	if (vpnalg_usage_get(translator, &guard, NULL))
		return true;
	body(translator, record)->guard = 0;
	return false;
}

/* Notes that no host gets such an ID, whatever the remote is. */
static void note_space(struct vpnalg *translator, const uint8_t *key)
{
	if (key_is_for_all_remotes(key))
		translator->mapped[key_space(key) / 8] |=
			(uint8_t)(1U << key_space(key) % 8);
}

struct vpnalg_record *vpnalg_listed_open(struct vpnalg *translator,
					 const uint8_t *key, uint8_t guard)
{
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;

	vpnalg_key_read(key, addr_len_of(translator), &tuple);
	record = vpnalg_record_add_own(translator, &tuple,
				       sizeof(struct listed));
	if (record == NULL)
		return NULL;
	record->kind = ENGINE_LISTED;
	translator->routers->listed++;
	if (!join(translator, record, guard)) {
		vpnalg_listed_close(translator, record);
		return NULL;
	}
	note_space(translator, key);
	return record;
}

static bool is_over(const struct vpnalg *translator,
		    const struct vpnalg_record *record)
{
	return record->deadline != VPNALG_NEVER &&
	       record->deadline <= translator->now;
}

bool vpnalg_listed_has(struct vpnalg *translator, const uint8_t *key,
		       uint64_t hash)
{
	struct vpnalg_record *record =
		vpnalg_listed_find(translator, key, hash);

	if (record == NULL)
		return false;
	translator->fault = false;
	if (!is_over(translator, record))
		return true;
	vpnalg_listed_close(translator, record);
	return false;
}

vpnalg_time vpnalg_listed_sweep(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	if (record == NULL || translator->routers == NULL ||
	    !record_is_aligned(record) || !listed_is_one(translator, record))
		return VPNALG_NEVER;
	if (!is_over(translator, record) &&
	    pool_has(translator,
		     record_key(translator, record, 0) + KEY_LOCAL_OFF))
		return record->deadline;
	vpnalg_listed_close(translator, record);
	return VPNALG_NEVER;
}
