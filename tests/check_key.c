/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys: all that tells sessions apart is in them, and in their hash. */
#include "toy.h"
#include "cases.h"
#include "engine/key.h"

#include <string.h>

enum { KEY = VPNALG_KEY_IPV4 };

static const uint8_t host_a[] = { 192, 168, 77, 11 };
static const uint8_t host_b[] = { 192, 168, 77, 12 };
static const uint8_t server_a[] = { 198, 51, 100, 1 };
static const uint8_t server_b[] = { 198, 51, 100, 2 };

static const struct vpnalg_tuple plain = { .role = VPNALG_INSIDE_OWN,
					   .space = GRE,
					   .zone = 0x1234,
					   .id = 0xfedcba98,
					   .port = 0x76543210,
					   .local = host_a,
					   .remote = server_a };

START_TEST(a_key_is_taken_apart_as_it_was_made)
{
	static const uint8_t roles[] = { VPNALG_INSIDE_OWN,
					 VPNALG_INSIDE_PEER, ROLE_PAIR };
	struct vpnalg_tuple t;
	uint8_t key[KEY];
	size_t i;

	for (i = 0; i < sizeof(roles); i++) {
		struct vpnalg_tuple given = plain;

		given.role = roles[i];
		vpnalg_key_make(&given, 4, key);
		vpnalg_key_read(key, 4, &t);
		ck_assert_uint_eq(t.role, roles[i]);
		ck_assert_uint_eq(t.space, GRE);
		ck_assert_uint_eq(t.zone, 0x1234);
		ck_assert_uint_eq(t.id, 0xfedcba98);
		ck_assert_uint_eq(t.port, 0x76543210);
		ck_assert_mem_eq(t.local, host_a, 4);
		ck_assert_mem_eq(t.remote, server_a, 4);
	}
}
END_TEST

/* Who differs in one thing has another key. */
static const struct tuple_row {
	const char *name;
	struct vpnalg_tuple tuple;
} tuple_rows[] = {
	{ "role", { VPNALG_INSIDE_PEER, GRE, 0x1234, 0xfedcba98, 0x76543210,
		    host_a, server_a } },
	{ "space", { VPNALG_INSIDE_OWN, TCP, 0x1234, 0xfedcba98, 0x76543210,
		     host_a, server_a } },
	{ "zone", { VPNALG_INSIDE_OWN, GRE, 0x1334, 0xfedcba98, 0x76543210,
		    host_a, server_a } },
	{ "ID", { VPNALG_INSIDE_OWN, GRE, 0x1234, 0x7edcba98, 0x76543210,
		  host_a, server_a } },
	{ "port", { VPNALG_INSIDE_OWN, GRE, 0x1234, 0xfedcba98, 0x76543211,
		    host_a, server_a } },
	{ "host", { VPNALG_INSIDE_OWN, GRE, 0x1234, 0xfedcba98, 0x76543210,
		    host_b, server_a } },
	{ "remote", { VPNALG_INSIDE_OWN, GRE, 0x1234, 0xfedcba98, 0x76543210,
		      host_a, server_b } },
	{ "ends", { VPNALG_INSIDE_OWN, GRE, 0x1234, 0xfedcba98, 0x76543210,
		    server_a, host_a } },
};

START_TEST(whoever_differs_in_anything_has_another_key)
{
	uint8_t key[KEY], other[KEY];

	vpnalg_key_make(&plain, 4, key);
	vpnalg_key_make(&tuple_rows[_i].tuple, 4, other);
	ck_assert_msg(memcmp(key, other, KEY) != 0, "%s",
		      tuple_rows[_i].name);
}
END_TEST

/* Nor is it 0.0.0.0, or whatever else may stand in a packet. */
START_TEST(a_key_for_all_remotes_is_no_key_of_a_remote)
{
	static const uint8_t roles[] = { 0, 1, 2, 3, ROLE_GUARD, ROLE_PAIR };
	static const uint8_t remotes[][4] = { { 0 },
					      { 255, 255, 255, 255 },
					      { 198, 51, 100, 1 } };
	struct vpnalg_tuple all = plain, one = plain, t;
	uint8_t key[KEY], other[KEY];
	size_t i, k, n;

	all.remote = NULL;
	for (i = 0; i < sizeof(roles); i++) {
		all.role = roles[i];
		vpnalg_key_make(&all, 4, key);
		vpnalg_key_read(key, 4, &t);
		ck_assert_ptr_null(t.remote);
		ck_assert_uint_eq(t.role, roles[i]);
		for (k = 0; k < sizeof(roles); k++)
			for (n = 0; n < ROWS(remotes); n++) {
				one.role = roles[k];
				one.remote = remotes[n];
				vpnalg_key_make(&one, 4, other);
				ck_assert_mem_ne(key, other, KEY);
			}
	}
}
END_TEST

START_TEST(outside_keys_know_no_zone)
{
	static const uint8_t roles[] = { VPNALG_OUTSIDE_OWN,
					 VPNALG_OUTSIDE_PEER, ROLE_GUARD };
	uint8_t key[KEY], other[KEY];
	size_t i;

	for (i = 0; i < sizeof(roles); i++) {
		struct vpnalg_tuple t = plain;

		t.role = roles[i];
		vpnalg_key_make(&t, 4, key);
		t.zone++;
		vpnalg_key_make(&t, 4, other);
		ck_assert_mem_eq(key, other, KEY);
	}
}
END_TEST

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

/* Sessions */

/* Lesson 15: two remotes use the same IDs, and so do two hosts; every packet
 * finds its own. */
START_TEST(equal_ids_at_two_remotes_never_cross)
{
	static const uint32_t clients[] = { CLIENT_A, CLIENT_B };
	static const uint32_t servers[] = { SERVER, SERVER_2 };
	struct connection c[2];
	struct bytes p;
	struct world w;
	unsigned i;

	memset(c, 0, sizeof(c));
	world_begin(&w, NULL);
	for (i = 0; i < 2; i++) {
		start_control(&w, &c[i], clients[i], 3000, servers[i]);
		ck_assert_uint_eq(c[i].outside_port, 3000);
		ck_assert_uint_eq(call_out(&w, &c[i], 7, 9), 7);
	}
	for (i = 0; i < 2; i++) {
		p = gre_packet(servers[i], OUTSIDE, 7, 1);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(destination(&w), clients[i]);
		p = gre_packet(clients[i], servers[i], 9, 1);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		p = gre_packet(clients[i], servers[1 - i], 9, 1);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_DROP_NO_SESSION);
		p = gre_packet(OUTSIDE, servers[i], 9, 1);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(source(&w), clients[i]);
	}
	world_end(&w);
}
END_TEST

/* Lesson 9: how often the store is asked for a packet does not depend on how
 * many sessions there are, though they share remote, Call ID or port. */
static void count_finds(struct world *w, long *out, long *in, uint16_t id)
{
	struct bytes p = toy_data(CLIENT_A, SERVER, 9);

	w->finds = 0;
	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	*out = w->finds;
	p = toy_data(SERVER, OUTSIDE, id);
	w->finds = 0;
	ck_assert_uint_eq(send_packet(w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(w), CLIENT_A);
	*in = w->finds;
}

START_TEST(a_lookup_is_one_question_however_many_sessions_there_are)
{
	long out[2], in[2];
	struct world w;
	uint16_t id;
	uint32_t i;

	toy_world(&w, (struct world_options){ .units = 4000, .no_undo = true });
	id = toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	count_finds(&w, &out[0], &in[0], id);
	for (i = 0; i < 500; i++)
		toy_call(&w, 0x0a000001 + i, 5000, SERVER, 7,
			 (uint16_t)(100 + i));
	count_finds(&w, &out[1], &in[1], id);
	ck_assert_int_eq(out[0], 1);
	ck_assert_int_eq(in[0], 1);
	ck_assert_int_eq(out[1], 1);
	ck_assert_int_eq(in[1], 1);
	world_end(&w);
}
END_TEST

Suite *key_suite(void)
{
	Suite *suite = suite_create("key");
	TCase *keys = tcase_create("keys"), *hash = tcase_create("hash");
	TCase *sessions = tcase_create("sessions");

	tcase_add_test(keys, a_key_is_taken_apart_as_it_was_made);
	tcase_add_loop_test(keys, whoever_differs_in_anything_has_another_key,
			    0, ROWS(tuple_rows));
	tcase_add_test(keys, a_key_for_all_remotes_is_no_key_of_a_remote);
	tcase_add_test(keys, outside_keys_know_no_zone);
	tcase_add_test(hash, every_bit_of_a_key_is_in_its_hash);
	tcase_add_loop_test(hash, keys_that_count_up_spread_like_random_ones,
			    0, ROWS(spread_rows));
	tcase_add_test(hash, another_translator_has_another_hash);
	tcase_add_test(hash,
		       keys_of_longer_addresses_hold_and_hash_every_byte);
	tcase_add_test(hash, hosts_are_spread_alike_on_every_machine);
	tcase_set_timeout(sessions, 60);
	tcase_add_test(sessions, equal_ids_at_two_remotes_never_cross);
	tcase_add_test(
		sessions,
		a_lookup_is_one_question_however_many_sessions_there_are);
	suite_add_tcase(suite, keys);
	suite_add_tcase(suite, hash);
	suite_add_tcase(suite, sessions);
	return suite;
}
