/* SPDX-License-Identifier: BSD-2-Clause */
/* Records: their body, keys and deadline. */
#include "record.h"

#include "address.h"
#include "has.h"
#include "withheld.h"

#define HEAD sizeof(struct vpnalg_record)

/* Returns a record that the store has found if it is one of the router's own.
 * One that withholds an ID is no session; all others are faults. */
COLD NEVER_INLINE struct vpnalg_record *if_routers(struct vpnalg_record *record,
						   struct vpnalg *translator,
						   const uint8_t *key)
{
	unsigned slot = translator->found;

	if (has_routers(translator) && record_is_aligned(record) &&
	    vpnalg_record_is_routers(record) &&
	    record_is_sound(translator, record) &&
	    record_holds(translator, record, slot, key))
		return record;
	if (record_is_aligned(record) && withheld_is_one(translator, record))
		translator->met_withheld = true;
	else
		translator->fault = true;
	return NULL;
}

struct vpnalg_record *vpnalg_record_find(struct vpnalg *translator,
					 const uint8_t *key, uint64_t hash)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record =
		store->find(store->context, key, hash, &translator->found);

	translator->work++;
	if (record == NULL)
		return NULL;
	if (record_is_aligned(record) &&
	    record_is_sound_as(translator, record, record->handler) &&
	    record_holds(translator, record, translator->found, key))
		return record;
	return if_routers(record, translator, key);
}

bool vpnalg_record_is_stale(const struct vpnalg *translator,
			    const struct vpnalg_record *record)
{
	const uint8_t *key =
		(const uint8_t *)(record + 1) + key_len_of(translator);

	return record->handler != ENGINE_HANDLER &&
	       !pool_has(translator, key + KEY_LOCAL_OFF);
}

/* Returns a new record of that size, or NULL without room. */
struct vpnalg_record *vpnalg_record_add(struct vpnalg *translator, size_t bytes)
{
	const struct vpnalg_store *store = translator->store;
	unsigned units = (unsigned)((bytes + VPNALG_UNIT - 1) / VPNALG_UNIT);
	struct vpnalg_record *record = store->add(store->context, units);

	if (record == NULL)
		return NULL;
	if (record_is_aligned(record) && record->units >= units &&
	    record->slots == 0 && record->keys == 0) {
		translator->policy.units += record->units;
		return record;
	}
	translator->fault = true;
	return NULL;
}

struct vpnalg_record *vpnalg_record_add_own(struct vpnalg *translator,
					    const struct vpnalg_tuple *tuple,
					    size_t body)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record =
		vpnalg_record_add(translator, HEAD + store->key_length + body);
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
		vpnalg_record_remove(translator, record);
		return NULL;
	}
	record->keys = 1;
	return record;
}

void vpnalg_record_remove(struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	const struct vpnalg_store *store = translator->store;

	translator->work++;
	translator->policy.units -= record->units;
	store->remove(store->context, record);
}

struct vpnalg_record *vpnalg_session_peek(struct vpnalg *translator,
					  const struct vpnalg_tuple *tuple)
{
	uint8_t *key = translator->key;

	vpnalg_key_make(tuple, addr_len_of(translator), key);
	return vpnalg_record_find(translator, key,
				  vpnalg_key_hash(translator, key));
}

/* The body follows the keys; every key length is a multiple of four. */
void *vpnalg_session_body(const struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	return record_key(translator, record, record->slots);
}

void vpnalg_session_tuple(const struct vpnalg *translator,
			  struct vpnalg_record *record, unsigned role,
			  struct vpnalg_tuple *tuple)
{
	vpnalg_key_read(record_key(translator, record, role),
			addr_len_of(translator), tuple);
}

uint32_t vpnalg_session_id(const struct vpnalg *translator,
			   struct vpnalg_record *record, unsigned role)
{
	return key_word(record_key(translator, record, role) + KEY_ID_OFF);
}

uint32_t vpnalg_session_port(const struct vpnalg *translator,
			     struct vpnalg_record *record, unsigned role)
{
	return key_word(record_key(translator, record, role) + KEY_PORT_OFF);
}

void vpnalg_session_unlink(struct vpnalg *translator,
			   struct vpnalg_record *record, unsigned role)
{
	const struct vpnalg_store *store = translator->store;

	if (role >= record->slots || !(record->keys & 1U << role))
		return;
	store->unlink(store->context, record, role,
		      vpnalg_key_hash(translator,
				      record_key(translator, record, role)));
	record->keys &= (uint8_t) ~(1U << role);
	translator->work++;
	vpnalg_session_changed(translator, record);
}

void vpnalg_session_changed(const struct vpnalg *translator,
			    struct vpnalg_record *record)
{
	const struct vpnalg_store *store = translator->store;

	if (store->changed != NULL)
		store->changed(store->context, record);
}

/* At the far edge of the clock a session lives on rather than being born
 * dead. */
void vpnalg_session_set_lifetime(const struct vpnalg *translator,
				 struct vpnalg_record *record,
				 vpnalg_time lifetime)
{
	vpnalg_time now = translator->now;

	record->deadline =
		now > VPNALG_NEVER - lifetime ? VPNALG_NEVER : now + lifetime;
	vpnalg_session_changed(translator, record);
}

bool vpnalg_session_is_alive(const struct vpnalg *translator,
			     const struct vpnalg_record *record)
{
	return record_is_alive(translator, record);
}
