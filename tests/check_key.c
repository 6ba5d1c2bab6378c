/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys: all that tells sessions apart is in them, and in their hash. */
#include "keys.h"
static const uint8_t host_b[] = { 192, 168, 77, 12 };
static const uint8_t server_b[] = { 198, 51, 100, 2 };

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

/* Tuples that differ in one part have different keys. */
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
	TCase *keys = tcase_create("keys");
	TCase *sessions = tcase_create("sessions");

	tcase_add_test(keys, a_key_is_taken_apart_as_it_was_made);
	tcase_add_loop_test(keys, whoever_differs_in_anything_has_another_key,
			    0, ROWS(tuple_rows));
	tcase_add_test(keys, a_key_for_all_remotes_is_no_key_of_a_remote);
	tcase_add_test(keys, outside_keys_know_no_zone);
	tcase_set_timeout(sessions, 60);
	tcase_add_test(sessions, equal_ids_at_two_remotes_never_cross);
	tcase_add_test(
		sessions,
		a_lookup_is_one_question_however_many_sessions_there_are);
	suite_add_tcase(suite, keys);
	suite_add_tcase(suite, sessions);
	suite_add_tcase(suite, key_hash_case());
	return suite;
}
