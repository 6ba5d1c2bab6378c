/* SPDX-License-Identifier: BSD-2-Clause */
/* IDs that are given to no host although no session has them.
 *
 * Each is a record of the engine's own, with the key by which a packet that
 * comes in with the ID is found. No handler ever sees it: a search for a
 * session finds none, while the choice of an ID and the linking of a key find
 * it taken. */
#include "withheld.h"

#include "address.h"
#include "has.h"
#include "key.h"
#include "service.h"
#include "service_kind.h"
#include "usage.h"

static struct own_id *body(const struct vpnalg *translator,
			   struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

struct vpnalg_record *vpnalg_withheld_find(struct vpnalg *translator,
					   const uint8_t *key, uint64_t hash)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record;
	unsigned slot;

	if (!has_withheld(translator))
		return NULL;
	record = store->find(store->context, key, hash, &slot);
	translator->work++;
	return record != NULL && record_is_aligned(record) &&
			       withheld_is_one(translator, record) &&
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

void vpnalg_withheld_close(struct vpnalg *translator,
			   struct vpnalg_record *record)
{
	struct vpnalg_tuple guard;
	unsigned slot;

	if (record->kind == ENGINE_OWN_ID &&
	    body(translator, record)->guard != 0) {
		guard_of(translator, record, &guard);
		vpnalg_usage_put(translator, &guard);
	}
	for (slot = 0; slot < record->slots; slot++)
		vpnalg_session_unlink(translator, record, slot);
	vpnalg_record_remove(translator, record);
	translator->withheld--;
}

/* Counts a listed ID as a session of the router's with the remote. */
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

struct vpnalg_record *vpnalg_withheld_open(struct vpnalg *translator,
					   const uint8_t *key, uint8_t guard)
{
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;

	vpnalg_key_read(key, addr_len_of(translator), &tuple);
	record = vpnalg_record_add_own(translator, &tuple,
				       sizeof(struct own_id));
	if (record == NULL)
		return NULL;
	record->kind = ENGINE_OWN_ID;
	translator->withheld++;
	if (!join(translator, record, guard)) {
		vpnalg_withheld_close(translator, record);
		return NULL;
	}
	note_space(translator, key);
	return record;
}

/* Returns the time for which the port of a service that is being closed is
 * withheld; 0: not at all. */
static uint32_t delay_of(const struct vpnalg *translator,
			 struct vpnalg_record *record)
{
	const unsigned last = translator->handler_count - 1U;
	const struct vpnalg_handler *rest = translator->handlers[last];
	const uint8_t *key = record_key(translator, record, VPNALG_OUTSIDE_OWN);

	if (!service_is_one(translator, record) || rest->reuse_delay == NULL ||
	    !(record->keys & 1U << VPNALG_OUTSIDE_OWN) ||
	    !service_has_ports(key_space(key)) ||
	    !pool_has(translator, key + KEY_LOCAL_OFF))
		return 0;
	return rest->reuse_delay(translator->settings[last]);
}

bool vpnalg_withheld_keep(struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	uint32_t delay = delay_of(translator, record);

	/* A load that is undone leaves no port: it was never in use here. */
	if (delay == 0 || translator->events.loading)
		return false;
	vpnalg_usage_leave(translator, record);
	vpnalg_session_unlink(translator, record, VPNALG_INSIDE_OWN);
	record->handler = ENGINE_HANDLER;
	record->kind = ENGINE_OLD_PORT;
	record->flags = 0;
	record->children = 0;
	translator->withheld++;
	vpnalg_session_set_lifetime(translator, record, delay);
	return true;
}

void vpnalg_withheld_until(struct vpnalg *translator,
			   struct vpnalg_record *record, vpnalg_time until)
{
	if (record == NULL)
		return;
	if (until > translator->now)
		vpnalg_session_set_lifetime(translator, record,
					    until - translator->now);
	else
		vpnalg_withheld_close(translator, record);
}

static bool is_over(const struct vpnalg *translator,
		    const struct vpnalg_record *record)
{
	return record->deadline != VPNALG_NEVER &&
	       record->deadline <= translator->now;
}

struct vpnalg_record *vpnalg_withheld_at(struct vpnalg *translator,
					 const uint8_t *key, uint64_t hash)
{
	struct vpnalg_record *record =
		vpnalg_withheld_find(translator, key, hash);

	if (record == NULL)
		return NULL;
	translator->fault = false;
	if (!is_over(translator, record))
		return record;
	vpnalg_withheld_close(translator, record);
	return NULL;
}

vpnalg_time vpnalg_withheld_sweep(struct vpnalg *translator,
				  struct vpnalg_record *record)
{
	const uint8_t *key;

	if (record == NULL || !record_is_aligned(record) ||
	    !withheld_is_one(translator, record))
		return VPNALG_NEVER;
	key = record_key(translator, record, record->slots - 1U);
	if (!is_over(translator, record) &&
	    pool_has(translator, key + KEY_LOCAL_OFF))
		return record->deadline;
	vpnalg_withheld_close(translator, record);
	return VPNALG_NEVER;
}
