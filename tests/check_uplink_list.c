/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of addresses of several uplinks, which change under traffic. */
#include "uplinks.h"
#define ALL 0xf

/* The uplink fails: its addresses go, with their sessions or after them, and
 * the caller's route is another. */
START_TEST(sessions_open_again_on_another_uplink)
{
	const struct kind_row *row = &rows[_i / 2];
	bool drain = _i % 2;

	ck_assert_uint_eq(sends(row, 0, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	ck_assert_int_eq(set(OTHER_ONLY, drain, uplinks), 0);
	ck_assert_uint_eq(sends(row, OTHER, CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), drain ? 0 : OTHER);
	ck_assert_uint_eq(sends(row, OTHER, CLIENT_B, SERVER_2),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), OTHER);
	ck_assert_uint_eq(sends(row, 0, CLIENT_B, STRANGER), row->none);
	/* It comes back. */
	world_wait(&w, 0);
	ck_assert_int_eq(set(ALL, true, uplinks), 0);
	ck_assert_uint_eq(sends(row, 0, CLIENT_B, STRANGER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), 0);
}
END_TEST

/* Lists */

static const uint8_t swapped[] = { OTHER, 0, OTHER, 0 };

START_TEST(an_address_stays_with_its_uplink_while_it_is_known)
{
	udp_by(0, CLIENT_A, 5000, SERVER, 53);
	ck_assert_int_eq(set(ALL, false, swapped), VPNALG_ERROR_ADDRESS);
	ck_assert_int_eq(set(OTHER_ONLY, true, uplinks), 0);
	ck_assert_int_eq(set(ALL, true, swapped), VPNALG_ERROR_ADDRESS);
	ck_assert_int_eq(set(ALL, true, NULL), 0); /* each keeps its own */
	udp_by(OTHER, CLIENT_A, 5000, SERVER_2, 53);
	ck_assert_uint_eq(left_by(), OTHER);
	/* What has gone may come back elsewhere, when nothing is left of it. */
	ck_assert_int_eq(set(OTHER_ONLY, false, uplinks), 0);
	ck_assert_int_eq(set(ALL, false, uplinks), VPNALG_ERROR_BUSY);
	world_wait(&w, 0);
	ck_assert_int_eq(set(FIRST_ONLY, false, swapped), 0);
	ck_assert_uint_eq(udp_by(OTHER, CLIENT_A, 5000, SERVER, 53),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), 0); /* by its number, which is odd */
	ck_assert_uint_eq(udp_by(0, CLIENT_A, 5000, SERVER_2, 53),
			  VPNALG_DROP_NO_ID);
}
END_TEST

/* A host's paired address moves to another uplink while it has something on
 * this one, by the caller's choice. */
START_TEST(pairing_does_not_look_on_another_uplink)
{
	static const uint8_t moved[] = { 0, 0, 0, OTHER };

	end();
	begin_with((struct world_options){ .choosing = CHOOSE_WRITE });
	w.chosen = OUTSIDE_2;
	w.chosen_id = 3000;
	sends(&rows[3], OTHER, CLIENT_A, SERVER);
	w.chosen = OUTSIDE_4;
	w.chosen_id = 3001;
	sends(&rows[7], OTHER, CLIENT_A, SERVER);
	ck_assert_uint_eq(source(&w), OUTSIDE_4);
	ck_assert_int_eq(set(0xd, false, uplinks), 0);
	world_wait(&w, 0);
	ck_assert_int_eq(set(ALL, false, moved), 0);
	w.options.choosing = CHOOSE_TAKE;
	ck_assert_uint_eq(sends(&rows[4], OTHER, CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_4);
}
END_TEST

START_TEST(uplinks_need_memory_from_the_beginning)
{
	struct vpnalg_address_list list = { .size = 3 };

	ck_assert_int_eq(vpnalg_set_address_list(w.alg, &list),
			 VPNALG_ERROR_CONFIG);
	ck_assert_int_eq(vpnalg_set_address_list(w.alg, NULL),
			 VPNALG_ERROR_CONFIG);
	world_end(&w);
	fragment_world(&w, (struct world_options){ .addresses = addresses,
						   .address_count = 4 });
	ck_assert_int_eq(set(ALL, false, uplinks), VPNALG_ERROR_MEMORY);
	ck_assert_int_eq(set(FIRST_ONLY, false, uplinks), 0);
	/* And packets' uplinks mean nothing. */
	ck_assert_uint_eq(udp_by(OTHER, CLIENT_A, 5000, SERVER, 53),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), 0);
}
END_TEST

/* Nothing is left behind, and each choice is released once (world_end() counts
 * them). While old sessions are still being closed a change is refused; all are
 * closed by and by, and it is made. */
START_TEST(a_thousand_changes_between_uplinks_leave_nothing_behind)
{
	static const unsigned lists[] = { ALL, FIRST_ONLY, OTHER_ONLY, 0x9,
					  0x6 };
	unsigned i, changed = 0, busy = 0, refused = 0;
	int result;

	w.options.no_undo = true;
	for (i = 0; changed < 1000; i++) {
		sends(&rows[i % ROWS(rows)], i % 3 ? OTHER : 0,
		      CLIENT_A + i % 7, SERVER + i % 5);
		sends(&rows[i * 5 % ROWS(rows)], i % 3 ? 0 : OTHER,
		      CLIENT_A + i % 7, SERVER + i % 3);
		result = set(lists[i * 7 % 5], i % 4 == 0,
			     i % 50 < 40 ? uplinks : swapped);
		ck_assert(result == 0 || result == VPNALG_ERROR_BUSY ||
			  result == VPNALG_ERROR_ADDRESS);
		changed += result == 0;
		busy += result == VPNALG_ERROR_BUSY;
		refused += result == VPNALG_ERROR_ADDRESS;
		if (result == VPNALG_ERROR_BUSY || i % 11 == 0)
			vpnalg_expire(w.alg, w.now, 3);
		if (i % 23 == 0)
			world_wait(&w, 1000);
		ck_assert_uint_lt(i, 20000);
	}
	ck_assert_uint_gt(busy, 100);
	ck_assert_uint_gt(refused, 100);
}
END_TEST

TCase *uplink_list_case(void)
{
	TCase *t = tcase_create("lists of uplinks");
	const int n = ROWS(rows);

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, sessions_open_again_on_another_uplink, 0, 2 * n);
	tcase_add_test(t, an_address_stays_with_its_uplink_while_it_is_known);
	tcase_add_test(t, pairing_does_not_look_on_another_uplink);
	tcase_add_test(t, uplinks_need_memory_from_the_beginning);
	tcase_add_test(t,
		       a_thousand_changes_between_uplinks_leave_nothing_behind);
	return t;
}
