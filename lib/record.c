/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as the caller's store hands them out. Each is checked here before
 * anything in it is believed: a store that answers wrongly costs the packet at
 * hand, never memory. */
#include "internal.h"

#include <string.h>

static inline bool is_aligned(const struct vpnalg_record *record)
{
	return (uintptr_t)record % sizeof(vpnalg_time) == 0;
}

static inline bool is_sound(const struct vpnalg *translator,
			    const struct vpnalg_record *record)
{
	const struct vpnalg_handler *handler;

	if (record->handler == ENGINE_HANDLER)
		return record->slots == 1;
	if (record->handler >= translator->handler_count)
		return false;
	handler = translator->handlers[record->handler];
	return record->kind < handler->kind_count &&
	       record->slots == handler->kinds[record->kind].slots;
}

/* Whether the handler and kind exist, and its slots are that kind's: all that
 * tells where keys and body lie. */
bool vpnalg_record_is_sound(const struct vpnalg *translator,
			    const struct vpnalg_record *record)
{
	return is_sound(translator, record);
}

/* Whether two keys are equal. Those of IPv4 are five words. */
static inline bool same_key(const uint8_t *a, const uint8_t *b, size_t length)
{
	uint64_t v[2], w[2];
	uint32_t x, y;

	if (length != VPNALG_KEY_IPV4)
		return memcmp(a, b, length) == 0;
	memcpy(v, a, sizeof(v));
	memcpy(w, b, sizeof(w));
	memcpy(&x, a + sizeof(v), sizeof(x));
	memcpy(&y, b + sizeof(w), sizeof(y));
	return ((v[0] ^ w[0]) | (v[1] ^ w[1]) | (x ^ y)) == 0;
}

/* Whether the slot of the record holds the key. */
static inline bool holds(const struct vpnalg *translator,
			 struct vpnalg_record *record, unsigned slot,
			 const uint8_t *key)
{
	size_t length = translator->store->key_length;

	return slot < record->slots && record->keys & 1U << slot &&
	       same_key(vpnalg_record_key(record, slot, length), key, length);
}

/* The record that a key leads to, or NULL; translator->found says in which slot
 * the key is. */
struct vpnalg_record *vpnalg_record_find(struct vpnalg *translator,
					 const uint8_t *key, uint64_t hash)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record =
		store->find(store->context, key, hash, &translator->found);

	translator->work++;
	if (record == NULL)
		return NULL;
	if (is_aligned(record) && is_sound(translator, record) &&
	    holds(translator, record, translator->found, key))
		return record;
	translator->fault = true;
	return NULL;
}

/* A new record of so many bytes, or NULL without room. */
struct vpnalg_record *vpnalg_record_add(struct vpnalg *translator,
					size_t bytes)
{
	const struct vpnalg_store *store = translator->store;
	unsigned units = (unsigned)((bytes + VPNALG_UNIT - 1) / VPNALG_UNIT);
	struct vpnalg_record *record = store->add(store->context, units);

	if (record == NULL)
		return NULL;
	if (is_aligned(record) && record->units >= units &&
	    record->slots == 0 && record->keys == 0)
		return record;
	translator->fault = true;
	return NULL;
}
