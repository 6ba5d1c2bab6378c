/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls for which the store has no room, or the outside address no ID. */
#include "pptp_call.h"

/* Every add and give fails once; the client sends again, and all is well. */
START_TEST(a_failing_store_costs_the_packet_at_hand_and_nothing_else)
{
	struct bytes m = message(7, OWN, 1, 0), r;
	unsigned result;
	uint16_t id;

	w.fail_in = _i;
	result = client_sends(&w, &c, m.data, m.length);
	if (result == VPNALG_DROP_STORE || payload_length(&w) < m.length) {
		ck_assert_int_eq(w.records, 2); /* control and its guard */
		result = client_sends(&w, &c, m.data + (c.client_seq - 5157),
				      m.length - (c.client_seq - 5157));
	}
	ck_assert_uint_eq(result, VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, CALL), 1);
	id = OWN;
	r = message(8, PEER, id, 1);
	result = server_sends(&w, &c, r.data, r.length);
	while (result == VPNALG_DROP_STORE ||
	       c.server_seq < 0xfffff000U + 4000 + 1 + 156 + 32) {
		uint32_t got = c.server_seq - (0xfffff000U + 4000 + 1 + 156);

		result = server_sends(&w, &c, r.data + got, r.length - got);
	}
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_in(OWN), VPNALG_TRANSLATED);
	ck_assert_int_eq(w.fail_in, 0);
}
END_TEST

/* The host asks for a call, and sends again what is left of the request until
 * all has got through. The store fails at the first tries, at most `fails` of
 * them. Returns the number of tries. */
static unsigned ask_while_failing(uint16_t id, unsigned fails)
{
	struct bytes m = message(7, id, 1, 0);
	uint32_t end = c.client_seq + m.length, left = m.length;
	unsigned tries = 0;

	for (; left > 0; left = end - c.client_seq, tries++) {
		w.fail_in = tries < fails;
		client_sends(&w, &c, m.data + m.length - left, left);
	}
	w.fail_in = 0;
	return tries;
}

/* After four tries the stream goes on without the call. Each ID has tries of its
 * own, whatever became of the ID before. */
START_TEST(a_failing_store_is_tried_four_times_for_each_id)
{
	unsigned i;

	for (i = 0; i < 6; i++)
		ck_assert_uint_eq(ask_while_failing((uint16_t)(OWN + i),
						    i % 2 == 0 ? 100 : 3),
				  4);
	ck_assert_uint_eq(opened(&w, CALL), 3);
}
END_TEST

START_TEST(call_ids_run_out_and_come_back)
{
	struct world_options options = { .units = 4000,
					 .choosing = CHOOSE_WRITE };
	struct bytes m = message(7, 1, 1, 0);

	world_end(&w);
	/* The owner of the addresses has just one ID to give. */
	world_begin(&w, &options);
	w.chosen = OUTSIDE;
	w.chosen_id = 4000;
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	w.chosen_id = 9;
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(&w) + 12), 9);
	/* A second call is refused, and the stream goes on. */
	m = message(7, 2, 1, 0);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(&w) + 12), 2);
	ck_assert_uint_eq(opened(&w, CALL), 1);
	ck_assert_uint_eq(refused(&w, CALL), 1);
	m = message(5, 1, 1, 0);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	world_wait(&w, 60001);
	m = message(7, 2, 1, 0);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(&w) + 12), 9);
}
END_TEST

TCase *pptp_call_fail_case(void)
{
	TCase *t = tcase_create("calls without room");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t, a_failing_store_costs_the_packet_at_hand_and_nothing_else, 1,
		6);
	tcase_add_test(t, a_failing_store_is_tried_four_times_for_each_id);
	tcase_add_test(t, call_ids_run_out_and_come_back);
	return t;
}
