/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash of keys. */
#include "keys.h"

/* The hash */

static void random_key(uint32_t *seed, uint8_t *key)
{
	unsigned i;

	for (i = 0; i < KEY; i++)
		key[i] = (uint8_t)chance(seed, 256);
}

/* How many of all keys that differ from another by one bit have its hash, or
 * the same upper or lower half of it, from which stores take their parts. */
START_TEST(every_bit_of_a_key_is_in_its_hash)
{
	unsigned same = 0, same_half = 0, i, bit;
	uint32_t seed = 5;
	uint8_t key[KEY];
	struct world w;

	toy_world(&w, (struct world_options){ .units = 6 });
	for (i = 0; i < 2000; i++) {
		uint64_t hash, other;

		random_key(&seed, key);
		hash = vpnalg_key_hash(w.alg, key);
		for (bit = 0; bit < KEY * 8; bit++) {
			key[bit / 8] ^= (uint8_t)(1U << bit % 8);
			other = vpnalg_key_hash(w.alg, key);
			key[bit / 8] ^= (uint8_t)(1U << bit % 8);
			same += hash == other;
			same_half += hash >> 32 == other >> 32;
			same_half += (uint32_t)hash == (uint32_t)other;
		}
	}
	/* Of 320,000 keys; by chance it would be 0 and 0.00015. */
	ck_assert_uint_eq(same, 0);
	ck_assert_uint_le(same_half, 2);
	world_end(&w);
}
END_TEST

/* Keys that only count up, as Call IDs and ports do, spread over buckets as if
 * thrown at random: of 64 to each of 1024 buckets hardly one has twice that. */
static const struct spread_row {
	const char *name;
	unsigned at; /* where a number of 16 bits counts up */
} spread_rows[] = {
	{ "Call IDs", 4 },
	{ "IDs in steps of 256", 5 },
	{ "IDs in steps of 65536", 6 },
	{ "ports", 8 },
	{ "hosts", 13 },
	{ "hosts of a /16", 14 },
	{ "remotes", 18 },
	{ "zones", 0 },
};

START_TEST(keys_that_count_up_spread_like_random_ones)
{
	static unsigned buckets[2][1024];
	const struct spread_row *row = &spread_rows[_i];
	uint8_t key[KEY];
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ .units = 6 });
	memset(buckets, 0, sizeof(buckets));
	vpnalg_key_make(&plain, 4, key);
	for (i = 0; i < 65536; i++) {
		uint16_t n = (uint16_t)i;
		uint64_t hash;

		memcpy(key + row->at, &n, sizeof(n));
		hash = vpnalg_key_hash(w.alg, key);
		buckets[0][hash >> 54]++;
		buckets[1][hash & 1023]++;
	}
	for (i = 0; i < 1024; i++) {
		ck_assert_msg(buckets[0][i] < 128, "%s", row->name);
		ck_assert_msg(buckets[1][i] < 128, "%s", row->name);
	}
	world_end(&w);
}
END_TEST

START_TEST(another_translator_has_another_hash)
{
	uint8_t memory[2][65536];
	struct vpnalg *algs[2];
	uint8_t key[KEY];
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ .units = 6 });
	for (i = 0; i < 2; i++) {
		struct vpnalg_config config = { .size = sizeof(config),
						.protocols =
							w.options.protocols,
						.protocol_count = 1,
						.store = &w.store };
		struct vpnalg_addr address = { VPNALG_IPV4, { 1 } };
		uint8_t *at = memory[i] + (-(uintptr_t)memory[i] & 7);

		config.addresses = &address;
		config.address_count = 1;
		config.context = &w;
		config.random = w.alg->random;
		ck_assert_int_eq(vpnalg_init(&algs[i], at, 65000, &config), 0);
	}
	vpnalg_key_make(&plain, 4, key);
	ck_assert(vpnalg_key_hash(algs[0], key) !=
		  vpnalg_key_hash(algs[1], key));
	world_end(&w);
}
END_TEST

/* Many cores, and machines of both byte orders, must agree: literal values. */
START_TEST(hosts_are_spread_alike_on_every_machine)
{
	static const uint64_t none[2], some[2] = { 1, 2 };

	ck_assert(vpnalg_key_mix(none, 0, 0) == 0x6805b380c190a048U);
	ck_assert(vpnalg_key_mix(none, 1, 0) == 0x0d736f821af4e6b5U);
	ck_assert(vpnalg_key_mix(none, 0, 1) == 0x9ff89601d7dd0926U);
	ck_assert(vpnalg_key_mix(some, 0xc0a84d0b, 7) == 0xcc3c2c3d253f97cbU);
}
END_TEST

/* Nothing is translated with longer addresses yet, but keys have room. */
START_TEST(keys_of_longer_addresses_hold_and_hash_every_byte)
{
	static const uint8_t local[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	static const uint8_t remote[16] = { 0x20, 1, 0xd, 0xb8, [15] = 2 };
	struct vpnalg_tuple tuple = plain, t;
	uint8_t key[VPNALG_KEY_MAX];
	const uint32_t *secret;
	struct world w;
	uint64_t sum;
	unsigned bit;

	toy_world(&w, (struct world_options){ .units = 6 });
	secret = w.alg->secret;
	tuple.local = local;
	tuple.remote = remote;
	vpnalg_key_make(&tuple, 16, key);
	vpnalg_key_read(key, 16, &t);
	ck_assert_mem_eq(t.local, local, 16);
	ck_assert_mem_eq(t.remote, remote, 16);
	ck_assert_uint_eq(t.id, plain.id);
	sum = key_sum(secret, key, VPNALG_KEY_MAX);
	for (bit = 0; bit < VPNALG_KEY_MAX * 8; bit++) {
		key[bit / 8] ^= (uint8_t)(1U << bit % 8);
		ck_assert(key_sum(secret, key, VPNALG_KEY_MAX) != sum);
		key[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	world_end(&w);
}
END_TEST

TCase *key_hash_case(void)
{
	TCase *t = tcase_create("hash");

	tcase_add_test(t, every_bit_of_a_key_is_in_its_hash);
	tcase_add_loop_test(t, keys_that_count_up_spread_like_random_ones, 0,
			    ROWS(spread_rows));
	tcase_add_test(t, another_translator_has_another_hash);
	tcase_add_test(t, keys_of_longer_addresses_hold_and_hash_every_byte);
	tcase_add_test(t, hosts_are_spread_alike_on_every_machine);
	return t;
}
