/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine's own records: counts of sessions, kept in the same store and
 * gone with the last of them.
 *
 *   guard  (protocol, outside address, remote): while it exists, unknown
 *          packets of that protocol from that remote are dropped; under
 *          protocol 0 it counts the hosts that are paired to the address
 *   pair   (zone, inside host, remote): the outside address that the host uses
 *          towards that remote, kept only where there are several */
#include "internal.h"

#include <string.h>

struct usage {
	uint32_t count;
	uint8_t address[VPNALG_ADDR_MAX]; /* of a pair */
};

static struct vpnalg_record *find(struct vpnalg *translator,
				  const struct vpnalg_tuple *tuple,
				  uint8_t *key, uint64_t *hash)
{
	const struct vpnalg_store *store = translator->store;
	unsigned slot;

	vpnalg_key_make(tuple, translator->addr_len, key);
	*hash = vpnalg_key_hash(translator, key);
	return store->find(store->context, key, *hash, &slot);
}

static struct usage *body(const struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

static unsigned units(const struct vpnalg_store *store)
{
	size_t bytes = sizeof(struct vpnalg_record) + store->key_length +
		       sizeof(struct usage);

	return (unsigned)(bytes + VPNALG_UNIT - 1) / VPNALG_UNIT;
}

static struct vpnalg_record *create(struct vpnalg *translator,
				    const uint8_t *key, uint64_t hash,
				    const uint8_t *address)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record =
		store->add(store->context, units(store));

	if (record == NULL)
		return NULL;
	record->deadline = VPNALG_NEVER;
	record->handler = ENGINE_HANDLER;
	record->slots = 1;
	memcpy(vpnalg_record_key(record, 0, store->key_length), key,
	       store->key_length);
	if (!store->give(store->context, record, 0, hash)) {
		store->remove(store->context, record);
		return NULL;
	}
	record->keys = 1;
	if (address != NULL)
		memcpy(body(translator, record)->address, address,
		       translator->addr_len);
	return record;
}

bool vpnalg_usage_get(struct vpnalg *translator,
		      const struct vpnalg_tuple *tuple, const uint8_t *address)
{
	struct vpnalg_record *record;
	uint8_t key[VPNALG_KEY_MAX];
	uint64_t hash;

	record = find(translator, tuple, key, &hash);
	if (record == NULL)
		record = create(translator, key, hash, address);
	if (record == NULL)
		return false;
	body(translator, record)->count++;
	vpnalg_session_changed(translator, record);
	return true;
}

void vpnalg_usage_put(struct vpnalg *translator,
		      const struct vpnalg_tuple *tuple)
{
	const struct vpnalg_store *store = translator->store;
	struct vpnalg_record *record;
	uint8_t key[VPNALG_KEY_MAX];
	uint64_t hash;

	record = find(translator, tuple, key, &hash);
	if (record == NULL)
		return;
	if (--body(translator, record)->count > 0) {
		vpnalg_session_changed(translator, record);
		return;
	}
	store->take(store->context, record, 0, hash);
	store->remove(store->context, record);
}

/* The address that goes with a count that is not zero, else NULL. */
const uint8_t *vpnalg_usage_find(struct vpnalg *translator,
				 const struct vpnalg_tuple *tuple)
{
	struct vpnalg_record *record;
	uint8_t key[VPNALG_KEY_MAX];
	uint64_t hash;

	record = find(translator, tuple, key, &hash);
	return record != NULL ? body(translator, record)->address : NULL;
}
