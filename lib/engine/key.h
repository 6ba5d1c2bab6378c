/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and their hash.
 *
 * A key is five words of the machine's own order with IPv4 addresses, since
 * keys never leave it:
 *
 *     +----------------------+----+------+-------+--------+
 *     | role, space and zone | ID | port | local | remote |
 *     +----------------------+----+------+-------+--------+
 *
 * In a key for all remotes a bit of the role says so, and remote is zero. */
#ifndef VPNALG_ENGINE_KEY_H
#define VPNALG_ENGINE_KEY_H

#include "translator.h"

enum { KEY_ID_OFF = 4, KEY_PORT_OFF = 8, KEY_LOCAL_OFF = 12 };

#define KEY_ALL_REMOTES 0x80U /* in the role */

/* A word at p, and back: at any alignment, as one access where it is aligned.
 */
static inline uint32_t key_word(const uint8_t *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static inline void key_set_word(uint8_t *p, uint32_t word)
{
	memcpy(p, &word, sizeof(word));
}

static inline uint32_t key_first_word(unsigned role, unsigned space,
				      unsigned zone)
{
	return (uint32_t)role << 24 | (uint32_t)space << 16 |
	       (role % 2 == 0 ? zone : 0); /* inside keys only */
}

static inline unsigned key_role(const uint8_t *key)
{
	return key_word(key) >> 24 & ~KEY_ALL_REMOTES;
}

static inline bool key_is_for_all_remotes(const uint8_t *key)
{
	return key_word(key) >> 24 & KEY_ALL_REMOTES;
}

static inline uint8_t key_space(const uint8_t *key)
{
	return (key_word(key) >> 16) & 0xff;
}

static inline uint16_t key_zone(const uint8_t *key)
{
	return key_word(key) & 0xffff;
}

/* NH (Black et al., UMAC, RFC 4418 5.2): the sum of products of pairs of words,
 * each with a secret added. Without the secret nobody can choose two keys that
 * collide more often than by chance. */
static inline uint64_t key_product(const uint32_t *secret, uint32_t first,
				   uint32_t second)
{
	return (uint64_t)(first + secret[0]) * (second + secret[1]);
}

/* Spreads the bits of the hash, for stores take the high and the low ones. */
static inline uint64_t key_spread(const struct vpnalg *translator, uint64_t sum)
{
	sum ^= sum >> 32;
	sum *= translator->hash_multiplier;
	return sum ^ sum >> 29;
}

static inline uint64_t key_sum(const uint32_t *secret, const uint8_t *key,
			       size_t length)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i + 8 <= length; i += 8, secret += 2)
		sum += key_product(secret, key_word(key + i),
				   key_word(key + i + 4));
	if (i < length)
		sum += (uint64_t)(key_word(key + i) + secret[0]) * secret[1];
	return sum;
}

static inline uint64_t key_hash(const struct vpnalg *translator,
				const uint8_t *key)
{
	return key_spread(translator, key_sum(translator->secret, key,
					      key_len_of(translator)));
}

/* Writes a key. remote is not read in a key for all remotes. */
static inline void key_write(uint8_t *key, uint32_t first, uint32_t id,
			     uint32_t port, const uint8_t *local,
			     const uint8_t *remote, size_t addr_len)
{
	static const uint8_t nobody[VPNALG_ADDR_MAX];
	size_t i;

	if (first & KEY_ALL_REMOTES << 24)
		remote = nobody;
	key_set_word(key, first);
	key_set_word(key + KEY_ID_OFF, id);
	key_set_word(key + KEY_PORT_OFF, port);
	key += KEY_LOCAL_OFF;
	for (i = 0; i < addr_len; i += 4) {
		key_set_word(key + i, key_word(local + i));
		key_set_word(key + addr_len + i, key_word(remote + i));
	}
}

static inline void key_make(const struct vpnalg_tuple *tuple, size_t addr_len,
			    uint8_t *key)
{
	uint32_t first = key_first_word(tuple->role, tuple->space, tuple->zone);

	if (tuple->remote == NULL)
		first |= KEY_ALL_REMOTES << 24;
	key_write(key, first, tuple->id, tuple->port, tuple->local,
		  tuple->remote, addr_len);
}

/* Loads as many bytes at p as the machine takes at once. */
static inline uintptr_t key_load(const uint8_t *p)
{
	uintptr_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

/* Returns the difference of eight bytes of two keys, 0 if they are equal. */
static inline uintptr_t key_difference(const uint8_t *a, const uint8_t *b)
{
	const size_t last = 8 - sizeof(uintptr_t);

	return (key_load(a) ^ key_load(b)) |
	       (key_load(a + last) ^ key_load(b + last));
}

/* Returns whether two keys are equal. */
static inline bool key_equals(const uint8_t *a, const uint8_t *b)
{
	return (key_difference(a, b) | key_difference(a + 8, b + 8) |
		(key_word(a + 16) ^ key_word(b + 16))) == 0;
}

void vpnalg_key_make(const struct vpnalg_tuple *tuple, size_t addr_len,
		     uint8_t *key);
void vpnalg_key_beside(const struct vpnalg *translator, const uint8_t *other,
		       const struct key_parts *parts, uint8_t *key);
void vpnalg_key_read(const uint8_t *key, size_t addr_len,
		     struct vpnalg_tuple *tuple);
uint64_t vpnalg_key_hash(const struct vpnalg *translator, const uint8_t *key);

/* Keys that differ in their ID alone. */
void vpnalg_key_prepare(const struct vpnalg *translator,
			const struct vpnalg_tuple *tuple,
			struct key_of_any_id *any);
void vpnalg_key_prepare_made(const struct vpnalg *translator,
			     struct key_of_any_id *any);
uint64_t vpnalg_key_set_id(const struct vpnalg *translator,
			   struct key_of_any_id *any, uint32_t id);

uint64_t vpnalg_key_mix(const uint64_t secret[2], uint64_t a, uint64_t b);

#endif
