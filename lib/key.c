/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and their hash.
 *
 *      0      1      2      4          8          12
 *     +------+------+------+----------+----------+---------+---------+
 *     | role |space | zone |    id    |   port   |  local  | remote  |
 *     +------+------+------+----------+----------+---------+---------+
 *
 * in the machine's own byte order: keys never leave it. In a key for all remotes
 * a bit of the role says so, and remote is zero. */
#include "internal.h"

#include <string.h>

#include "wire_ip.h"

enum { ZONE_OFF = KEY_ZONE_OFF, ID_OFF = 4, PORT_OFF = 8,
       LOCAL_OFF = KEY_LOCAL_OFF };

#define ALL_REMOTES 0x80 /* in the role's byte */

static bool is_inside(unsigned role)
{
	return role % 2 == 0;
}

static inline void put_address(uint8_t *to, const uint8_t *address,
			       size_t addr_len)
{
	if (address == NULL)
		memset(to, 0, addr_len);
	else if (addr_len == IPV4_ADDR_LEN)
		memcpy(to, address, IPV4_ADDR_LEN); /* a constant size */
	else
		memcpy(to, address, addr_len);
}

void vpnalg_key_make(const struct vpnalg_tuple *tuple, size_t addr_len,
		     uint8_t *key)
{
	uint16_t zone = is_inside(tuple->role) ? tuple->zone : 0;

	key[0] = tuple->remote == NULL ? tuple->role | ALL_REMOTES
				       : tuple->role;
	key[1] = tuple->space;
	memcpy(key + ZONE_OFF, &zone, sizeof(zone));
	memcpy(key + ID_OFF, &tuple->id, sizeof(tuple->id));
	memcpy(key + PORT_OFF, &tuple->port, sizeof(tuple->port));
	put_address(key + LOCAL_OFF, tuple->local, addr_len);
	put_address(key + LOCAL_OFF + addr_len, tuple->remote, addr_len);
}

/* Zone and addresses are the other's: the role is an inside one if its role
 * is. */
void vpnalg_key_beside(const struct vpnalg *translator, const uint8_t *other,
		       const struct key_parts *parts, uint8_t *key)
{
	size_t length = translator->store->key_length;

	if (length == VPNALG_KEY_IPV4) /* a constant here */
		memcpy(key, other, VPNALG_KEY_IPV4);
	else
		memcpy(key, other, length);
	key[0] = parts->role | (key[0] & ALL_REMOTES);
	key[1] = parts->space;
	memcpy(key + ID_OFF, &parts->id, sizeof(parts->id));
	memcpy(key + PORT_OFF, &parts->port, sizeof(parts->port));
}

void vpnalg_key_read(const uint8_t *key, size_t addr_len,
		     struct vpnalg_tuple *tuple)
{
	tuple->role = key[0] & (uint8_t)~ALL_REMOTES;
	tuple->space = key[1];
	memcpy(&tuple->zone, key + ZONE_OFF, sizeof(tuple->zone));
	memcpy(&tuple->id, key + ID_OFF, sizeof(tuple->id));
	memcpy(&tuple->port, key + PORT_OFF, sizeof(tuple->port));
	tuple->local = key + LOCAL_OFF;
	tuple->remote = key[0] & ALL_REMOTES ? NULL : key + LOCAL_OFF + addr_len;
}

static uint32_t word(const uint8_t *p)
{
	uint32_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* NH (Black et al., UMAC, RFC 4418 5.2): the sum of products of pairs of words,
 * each with a secret added. Whoever does not know the secret cannot choose two
 * keys that collide more often than chance has it. */
static inline uint64_t sum_of_products(const uint32_t *secret,
				       const uint8_t *key, size_t length)
{
	uint64_t hash = 0;
	size_t i;

	for (i = 0; i + 8 <= length; i += 8, secret += 2)
		hash += (uint64_t)(word(key + i) + secret[0]) *
			(word(key + i + 4) + secret[1]);
	if (i < length)
		hash += (uint64_t)(word(key + i) + secret[0]) * secret[1];
	return hash;
}

static inline uint64_t sum_of(const struct vpnalg *translator,
			      const uint8_t *key)
{
	size_t length = translator->store->key_length;

	if (length == VPNALG_KEY_IPV4) /* a constant here */
		return sum_of_products(translator->secret, key,
				       VPNALG_KEY_IPV4);
	return sum_of_products(translator->secret, key, length);
}

/* Then the bits are spread, for stores take the high and the low ones. */
static inline uint64_t spread(const struct vpnalg *translator, uint64_t hash)
{
	hash ^= hash >> 32;
	hash *= translator->hash_multiplier;
	return hash ^ hash >> 29;
}

uint64_t vpnalg_key_hash(const struct vpnalg *translator, const uint8_t *key)
{
	return spread(translator, sum_of(translator, key));
}

/* The product in which the ID is. */
static uint64_t product_of_id(const struct vpnalg *translator,
			      const uint8_t *key)
{
	return (uint64_t)(word(key) + translator->secret[0]) *
	       (word(key + ID_OFF) + translator->secret[1]);
}

/* The key is made, whatever its ID. */
void vpnalg_key_prepare_made(const struct vpnalg *translator,
			     struct key_of_any_id *any)
{
	any->rest = sum_of(translator, any->key) -
		    product_of_id(translator, any->key);
}

void vpnalg_key_prepare(const struct vpnalg *translator,
			const struct vpnalg_tuple *tuple,
			struct key_of_any_id *any)
{
	vpnalg_key_make(tuple, translator->addr_len, any->key);
	vpnalg_key_prepare_made(translator, any);
}

/* Completes the key and returns its hash. */
uint64_t vpnalg_key_set_id(const struct vpnalg *translator,
			   struct key_of_any_id *any, uint32_t id)
{
	memcpy(any->key + ID_OFF, &id, sizeof(id));
	return spread(translator,
		      any->rest + product_of_id(translator, any->key));
}

/* A keyed mix of two numbers for the spreading of hosts and remotes, equal on
 * every machine (the finaliser's constants are those of SplitMix64). */
uint64_t vpnalg_key_mix(const uint64_t secret[2], uint64_t a, uint64_t b)
{
	uint64_t h = (a ^ secret[0]) + 0x9e3779b97f4a7c15U;

	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9U;
	h ^= b ^ secret[1];
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9U;
	h = (h ^ h >> 27) * 0x94d049bb133111ebU;
	return h ^ h >> 31;
}
