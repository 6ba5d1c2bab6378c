/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes keys and takes them apart. */
#include "key.h"

void vpnalg_key_make(const struct vpnalg_tuple *tuple, size_t addr_len,
		     uint8_t *key)
{
	key_make(tuple, addr_len, key);
}

/* Zone and addresses are the other's: the role is an inside one if its role
 * is. */
void vpnalg_key_beside(const struct vpnalg *translator, const uint8_t *other,
		       const struct key_parts *parts, uint8_t *key)
{
	uint32_t first =
		key_first_word(parts->role, parts->space, key_zone(other)) |
		(key_word(other) & KEY_ALL_REMOTES << 24);

	memcpy(key, other, key_len_of(translator));
	key_set_word(key, first);
	key_set_word(key + KEY_ID_OFF, parts->id);
	key_set_word(key + KEY_PORT_OFF, parts->port);
}

void vpnalg_key_read(const uint8_t *key, size_t addr_len,
		     struct vpnalg_tuple *tuple)
{
	tuple->role = (uint8_t)key_role(key);
	tuple->space = key_space(key);
	tuple->zone = key_zone(key);
	tuple->id = key_word(key + KEY_ID_OFF);
	tuple->port = key_word(key + KEY_PORT_OFF);
	tuple->local = key + KEY_LOCAL_OFF;
	tuple->remote = key_is_for_all_remotes(key)
				? NULL
				: key + KEY_LOCAL_OFF + addr_len;
}

uint64_t vpnalg_key_hash(const struct vpnalg *translator, const uint8_t *key)
{
	return key_hash(translator, key);
}

/* Returns the product of the hash that has the ID. */
static uint64_t product_of_id(const struct vpnalg *translator,
			      const uint8_t *key)
{
	return key_product(translator->secret, key_word(key),
			   key_word(key + KEY_ID_OFF));
}

/* The same for a key that is made already, whatever its ID. */
void vpnalg_key_prepare_made(const struct vpnalg *translator,
			     struct key_of_any_id *any)
{
	any->rest =
		key_sum(translator->secret, any->key, key_len_of(translator)) -
		product_of_id(translator, any->key);
}

void vpnalg_key_prepare(const struct vpnalg *translator,
			const struct vpnalg_tuple *tuple,
			struct key_of_any_id *any)
{
	vpnalg_key_make(tuple, addr_len_of(translator), any->key);
	vpnalg_key_prepare_made(translator, any);
}

/* Completes the key and returns its hash. */
uint64_t vpnalg_key_set_id(const struct vpnalg *translator,
			   struct key_of_any_id *any, uint32_t id)
{
	key_set_word(any->key + KEY_ID_OFF, id);
	return key_spread(translator,
			  any->rest + product_of_id(translator, any->key));
}

/* Mixes two numbers with a key, to spread hosts and remotes equally on every
 * machine (the finaliser's constants are those of SplitMix64). */
uint64_t vpnalg_key_mix(const uint64_t secret[2], uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ secret[0]) + 0x9e3779b97f4a7c15U;

	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9U;
	h ^= b ^ secret[1];
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9U;
	h = (h ^ h >> 27) * 0x94d049bb133111ebU;
	return h ^ h >> 31;
}
