/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams of every protocol that come in fragments, in any order. */
#include "fragment_flows.h"

START_TEST(fragments_in_any_order_become_the_translated_datagram)
{
	check_orders((unsigned)_i / 2, _i % 2, NULL);
}
END_TEST

START_TEST(a_save_and_a_load_between_any_two_fragments_change_nothing)
{
	check_orders((unsigned)_i / 2, _i % 2, state_reload);
}
END_TEST

/* Data needs no room where the first fragment comes first. */
START_TEST(what_comes_in_order_is_not_held)
{
	static struct bytes whole, expected, fragment;
	static struct collected out;
	bool inward = _i % 2;
	unsigned flow = (unsigned)_i / 2, i;

	flows[flow].begin();
	make_whole(flow, inward, &whole, &expected);
	set_ip_id(&whole, 0x5000);
	memset(&out, 0, sizeof(out));
	for (i = 0; i < 3; i++) {
		fragment = fragment_of(&whole, cuts[i], cuts[i + 1]);
		ck_assert_msg(send_fragment(&w, inward ? VPNALG_IN : VPNALG_OUT,
					    &fragment, &out) ==
				      VPNALG_TRANSLATED,
			      "%s: %s", flows[flow].what,
			      vpnalg_result_text(w.last.result));
	}
}
END_TEST

START_TEST(a_datagram_is_known_at_the_end_of_the_clock)
{
	static struct collected out;
	struct bytes first, later;

	begin_udp();
	first = udp_data(false);
	w.now = VPNALG_NEVER - 1000;
	begin_udp();
	later = fragment_of(&first, 8, first.length - 20);
	first = fragment_of(&first, 0, 8);
	ck_assert_uint_eq(send_fragment(&w, VPNALG_OUT, &first, &out),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_fragment(&w, VPNALG_OUT, &later, &out),
			  VPNALG_TRANSLATED);
	world_forget(&w); /* no session ends any more */
	begin();
}
END_TEST

START_TEST(what_waits_for_a_lost_fragment_is_given_up)
{
	static struct bytes whole, expected, fragment;
	static struct collected out;
	bool inward = _i % 2;
	unsigned flow = (unsigned)_i / 2 % (unsigned)ROWS(flows);
	unsigned lost, order, i, given = 0;

	flows[flow].begin();
	make_whole(flow, inward, &whole, &expected);
	for (order = 0; order < 18; order++) {
		lost = order % 3;
		memset(&out, 0, sizeof(out));
		set_ip_id(&whole, (uint16_t)(0x5000 + order));
		for (i = 0; i < 3; i++) {
			if (orders[order / 3][i] == lost)
				continue;
			fragment =
				fragment_of(&whole, cuts[orders[order / 3][i]],
					    cuts[orders[order / 3][i] + 1]);
			send_fragment(&w, inward ? VPNALG_IN : VPNALG_OUT,
				      &fragment, &out);
		}
		ck_assert_uint_eq(out.count, lost == 0 ? 0 : 2);
		given += out.given;
	}
	world_wait(&w, 15000);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_FRAGMENT),
			  dropped(&w, VPNALG_HELD) - given);
}
END_TEST

/* To another inside host by its outside address: out, and in again. */
START_TEST(a_hairpin_in_fragments_turns_round_in_any_order)
{
	static struct collected out, in;
	struct bytes whole = udp_packet(CLIENT_B, 6000, OUTSIDE, 5000, "", 0);
	struct bytes fragment, got;
	unsigned i;

	udp_open(&w, CLIENT_A, 5000, SERVER, 53);
	udp_open(&w, CLIENT_B, 6000, SERVER, 53);
	grow(&whole, 4000);
	memset(&out, 0, sizeof(out));
	memset(&in, 0, sizeof(in));
	for (i = 0; i < 3; i++) {
		fragment = fragment_of(&whole, cuts[orders[_i][i]],
				       cuts[orders[_i][i] + 1]);
		send_fragment(&w, VPNALG_OUT, &fragment, &out);
	}
	ck_assert_uint_eq(out.count, 3);
	ck_assert_uint_eq(out.marked, 3);
	w.options.turned = VPNALG_PACKET_HAIRPIN;
	for (i = 0; i < 3; i++)
		send_fragment(&w, VPNALG_IN, &out.packets[i], &in);
	ck_assert(put_together(&in, &got));
	ck_assert_uint_eq(get32(got.data + 12), OUTSIDE);
	ck_assert_uint_eq(get32(got.data + 16), CLIENT_A);
	ck_assert(checksums_right(got.data, got.length));
	ck_assert(memcmp(got.data + 28, whole.data + 28, 3972) == 0);
}
END_TEST

Suite *fragment_suite(void)
{
	Suite *suite = suite_create("fragment");
	TCase *t = tcase_create("in any order");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t, fragments_in_any_order_become_the_translated_datagram, 0,
		2 * ROWS(flows));
	tcase_add_loop_test(
		t, a_save_and_a_load_between_any_two_fragments_change_nothing,
		0, 2 * ROWS(flows));
	tcase_add_loop_test(t, what_comes_in_order_is_not_held, 0,
			    2 * ROWS(flows));
	tcase_add_loop_test(t, what_waits_for_a_lost_fragment_is_given_up, 0,
			    2 * ROWS(flows));
	tcase_add_loop_test(t, a_hairpin_in_fragments_turns_round_in_any_order,
			    0, 6);
	tcase_add_test(t, a_datagram_is_known_at_the_end_of_the_clock);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, fragment_bounds_case());
	suite_add_tcase(suite, fragment_burst_case());
	suite_add_tcase(suite, fragment_memory_case());
	suite_add_tcase(suite, fragment_error_case());
	suite_add_tcase(suite, fragment_error_parts_case());
	suite_add_tcase(suite, fragment_error_dropped_case());
	suite_add_tcase(suite, fragment_control_case());
	return suite;
}
