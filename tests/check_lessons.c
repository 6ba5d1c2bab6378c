/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of other translators, one test each. Every test is a story in packets;
 * its name says what must hold. */
#include "lessons.h"

START_TEST(lesson_1_the_call_id_of_a_disconnect_from_outside_is_the_servers)
{
	struct bytes m = message(13, PEER, 1, 0);

	call_out(&w, &c, OWN, PEER);
	in(&c, &m);
	ck_assert(memcmp(payload(&w), m.data, m.length) == 0);
}
END_TEST

START_TEST(lesson_2_incoming_calls_are_translated_like_outgoing_ones)
{
	struct bytes m = message(9, PEER, 1, 0);
	uint16_t id;

	in(&c, &m);
	ck_assert_uint_eq(get16(payload(&w) + 12), PEER);
	m = message(10, OWN, PEER, 1);
	out(&c, &m);
	id = get16(payload(&w) + 12);
	ck_assert_uint_ne(id, OWN);
	m = message(11, id, 0, 0);
	in(&c, &m);
	ck_assert_uint_eq(get16(payload(&w) + 12), OWN);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER, OUTSIDE, id),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(lesson_3_every_message_of_a_segment_counts_and_any_may_be_split)
{
	struct bytes a = message(5, 1, 1, 0), b = message(7, OWN, 1, 0);
	struct bytes m = join(&a, &b);

	ck_assert_uint_eq(client_sends(&w, &c, m.data, 16 + 100),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(payload(&w) + 16 + 12), OWN);
	ck_assert_uint_eq(client_sends(&w, &c, m.data + 116, 68),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, CALL), 1);
}
END_TEST

START_TEST(lesson_4_call_id_0_is_an_ordinary_one)
{
	uint16_t id = call_out(&w, &c, 0, 0);

	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_A, SERVER, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER, OUTSIDE, id),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_call_id(&w), 0);
}
END_TEST

START_TEST(lesson_5_two_calls_of_one_connection_do_not_collide)
{
	uint16_t a = call_out(&w, &c, OWN, PEER);
	uint16_t b = call_out(&w, &c, OWN + 1, PEER + 1);

	ck_assert_uint_ne(a, b);
	gre(VPNALG_IN, SERVER, OUTSIDE, a);
	ck_assert_uint_eq(gre_call_id(&w), OWN);
	gre(VPNALG_IN, SERVER, OUTSIDE, b);
	ck_assert_uint_eq(gre_call_id(&w), OWN + 1);
}
END_TEST

START_TEST(lesson_6_a_retransmitted_request_has_the_same_bytes)
{
	struct bytes m = message(7, OWN, 1, 0);
	uint8_t first[168];

	out(&c, &m);
	memcpy(first, payload(&w), 168);
	client_segment(&w, &c, c.client_seq - 168, ACK, m.data, 168);
	ck_assert(memcmp(first, payload(&w), 168) == 0);
	/* Cut anew, beginning inside the ID. */
	client_segment(&w, &c, c.client_seq - 168 + 13, ACK, m.data + 13, 40);
	ck_assert(memcmp(first + 13, payload(&w), 40) == 0);
	ck_assert_uint_eq(opened(&w, CALL), 1);
}
END_TEST

START_TEST(lesson_7_a_call_whose_disconnect_is_lost_is_freed)
{
	call_out(&w, &c, OWN, PEER);
	client_segment(&w, &c, c.client_seq, FIN | ACK, NULL, 0);
	server_segment(&w, &c, c.server_seq, FIN | ACK, NULL, 0);
	world_wait(&w, 1);
	world_wait(&w, 240001);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

START_TEST(lesson_8_gre_without_a_session_never_leaves)
{
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_A, SERVER, 77),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_B, SERVER_2, 77),
			  VPNALG_DROP_NO_SESSION);
}
END_TEST

/* The key holds the Call ID and both addresses: equal IDs of other remotes are
 * other calls. */
START_TEST(lessons_9_and_15_the_key_holds_both_addresses_and_the_id)
{
	struct world_options options = { .choosing = CHOOSE_NOTHING };

	world_end(&w);
	world_begin(&w, &options);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	start_control(&w, &d, CLIENT_B, 4000, SERVER_2);
	ck_assert_uint_eq(call_out(&w, &c, OWN, PEER), OWN);
	ck_assert_uint_eq(call_out(&w, &d, OWN, PEER), OWN);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER, OUTSIDE, OWN),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER_2, OUTSIDE, OWN),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(gre(VPNALG_IN, STRANGER, OUTSIDE, OWN),
			  VPNALG_UNTOUCHED);
}
END_TEST

/* Lengths are in host order: all 65,536 are judged alike. */
START_TEST(lesson_10_a_length_is_a_number)
{
	struct bytes m = message(12, OWN, 0, 0), p;
	uint32_t length;

	call_out(&w, &c, OWN, PEER);
	for (length = 0; length < 65536; length += 251) {
		struct world_options options = { .choosing =
							 CHOOSE_DIFFERENT };

		put16(m.data, length);
		p = m;
		ck_assert_uint_eq(client_sends(&w, &c, p.data, 16),
				  VPNALG_TRANSLATED);
		ck_assert_msg((get16(payload(&w) + 12) != OWN) ==
				      (length >= 16),
			      "Length %u", length);
		world_end(&w);
		world_begin(&w, &options);
		start_control(&w, &c, CLIENT_A, 4000, SERVER);
		call_out(&w, &c, OWN, PEER);
	}
}
END_TEST

Suite *lessons_suite(void)
{
	Suite *suite = suite_create("lessons");
	TCase *t = tcase_create("rows");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(
		t,
		lesson_1_the_call_id_of_a_disconnect_from_outside_is_the_servers);
	tcase_add_test(
		t, lesson_2_incoming_calls_are_translated_like_outgoing_ones);
	tcase_add_test(
		t,
		lesson_3_every_message_of_a_segment_counts_and_any_may_be_split);
	tcase_add_test(t, lesson_4_call_id_0_is_an_ordinary_one);
	tcase_add_test(t, lesson_5_two_calls_of_one_connection_do_not_collide);
	tcase_add_test(t, lesson_6_a_retransmitted_request_has_the_same_bytes);
	tcase_add_test(t, lesson_7_a_call_whose_disconnect_is_lost_is_freed);
	tcase_add_test(t, lesson_8_gre_without_a_session_never_leaves);
	tcase_add_test(
		t, lessons_9_and_15_the_key_holds_both_addresses_and_the_id);
	tcase_add_test(t, lesson_10_a_length_is_a_number);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, ipsec_lessons_case());
	suite_add_tcase(suite, call_lessons_case());
	return suite;
}
