/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes of addresses: impossible lists, many changes, and their cost. */
#include "renumber.h"

#define THIRD 0xcb007103U

static const struct {
	const char *what;
	uint32_t first, second;
	bool drain;
	int result;
} lists[] = {
	{ "none", 0, 0, false, VPNALG_ERROR_ADDRESS },
	{ "twice", OUTSIDE, OUTSIDE, false, VPNALG_ERROR_ADDRESS },
	{ "multicast", 0xe0000001, 0, false, VPNALG_ERROR_ADDRESS },
	{ "loopback", OUTSIDE, 0x7f000001, true, VPNALG_ERROR_ADDRESS },
	{ "more than there is room for", THIRD, THIRD + 1, true,
	  VPNALG_ERROR_MEMORY },
	{ "as many as there is room for", THIRD, 0, true, 0 },
};

START_TEST(an_impossible_list_changes_nothing)
{
	ck_assert_int_eq(set(OUTSIDE_2, THIRD + 2, true), 0);
	udp_from(CLIENT_A, 5000, SERVER);
	ck_assert_msg(set(lists[_i].first, lists[_i].second, lists[_i].drain) ==
			      lists[_i].result,
		      "%s", lists[_i].what);
	ck_assert(has(OUTSIDE));
	ck_assert(has(OUTSIDE_2));
	ck_assert(has(THIRD + 2));
	ck_assert_uint_eq(has(THIRD), lists[_i].result == 0);
}
END_TEST

/* Fragments do not follow a first one to an address that has gone. */
START_TEST(fragments_do_not_leave_from_an_address_that_has_gone)
{
	struct bytes whole = udp_packet(CLIENT_A, 5000, SERVER, 53, "ping", 4);
	struct bytes part;

	grow(&whole, 2000);
	part = fragment_of(&whole, 0, 1480);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &part),
			  VPNALG_TRANSLATED);
	ck_assert_int_eq(set(OUTSIDE_2, 0, false), 0);
	part = fragment_of(&whole, 1480, 1980);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &part), VPNALG_HELD);
}
END_TEST

/* Nothing is left behind, and each choice is released once (world_end() counts
 * them). While old sessions are still being closed a change is refused; all are
 * closed by and by, and it is made. */
START_TEST(a_thousand_changes_leave_nothing_behind)
{
	unsigned i, changed = 0, busy = 0;
	struct connection c = { 0 };
	struct tunnel t;
	struct esp e;
	int result;

	for (i = 0; changed < 1000; i++) {
		if (i % 16 == 0)
			begin_all(&c, &e, &t);
		udp_from(CLIENT_A + i % 7, 5000, SERVER);
		result = set(OUTSIDE + i % 3,
			     i % 2 ? OUTSIDE + (i + 1) % 3 : 0, i % 5 == 0);
		ck_assert(result == 0 || result == VPNALG_ERROR_BUSY);
		changed += result == 0;
		busy += result == VPNALG_ERROR_BUSY;
		if (result != 0 || i % 11 == 0)
			vpnalg_expire(w.alg, w.now, 3);
		if (i % 23 == 0)
			world_wait(&w, 1000);
		ck_assert_uint_lt(i, 20000);
	}
	ck_assert_uint_gt(busy, 100);
}
END_TEST

/* An address that has gone and comes back does not bring its sessions back, of
 * which some may be closed and some not. */
START_TEST(no_address_is_added_while_sessions_of_another_are_being_closed)
{
	udp_from(CLIENT_A, 5000, SERVER);
	ck_assert_int_eq(set(OUTSIDE_2, THIRD, false), 0);
	ck_assert_int_eq(set(OUTSIDE, 0, _i == 1), VPNALG_ERROR_BUSY);
	ck_assert(has(OUTSIDE_2) && has(THIRD) && !has(OUTSIDE));
	ck_assert_int_eq(set(THIRD, 0, _i == 1), 0); /* none is added */
	world_wait(&w, 0);
	ck_assert_int_eq(set(OUTSIDE, 0, _i == 1), 0);
	ck_assert_uint_eq(released, 1);
}
END_TEST

/* A call costs nothing that grows with the sessions, and packets of living ones
 * pay nothing once a round is through. */
START_TEST(a_change_looks_at_no_session)
{
	long finds;
	unsigned i;

	for (i = 0; i < 50; i++)
		udp_from(CLIENT_A + i, 5000, SERVER);
	finds = w.finds;
	ck_assert_int_eq(set(OUTSIDE_2, 0, false), 0);
	ck_assert_int_eq(w.finds - finds, 0);
	ck_assert_uint_eq(released, 0);
	while (vpnalg_expire(w.alg, w.now, 4) <= w.now)
		;
	ck_assert_uint_eq(released, 50);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

TCase *renumber_bounds_case(void)
{
	TCase *t = tcase_create("bounds of changes");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_impossible_list_changes_nothing, 0,
			    ROWS(lists));
	tcase_add_test(t, fragments_do_not_leave_from_an_address_that_has_gone);
	tcase_add_test(t, a_thousand_changes_leave_nothing_behind);
	tcase_add_loop_test(
		t,
		no_address_is_added_while_sessions_of_another_are_being_closed,
		0, 2);
	tcase_add_test(t, a_change_looks_at_no_session);
	return t;
}
