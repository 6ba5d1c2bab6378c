/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports of services that wait: who gets them, and where they are gone. */
#include "service_end.h"

/* It waits for others. */
START_TEST(the_host_that_had_the_port_has_it_again_at_once)
{
	const struct row *row = &rows[_i];
	struct vpnalg_service other =
		SERVICE(row->protocol, OUTSIDE, row->outside, CLIENT_A, 9);

	begin(DELAY);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	drop(row, CLIENT_A);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	ck_assert_int_eq(w.records, 1);
	ck_assert_uint_eq(comes_in(row), VPNALG_TRANSLATED);
	drop(row, CLIENT_A);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &other, w.now),
			 VPNALG_SERVICE_DONE);
	ck_assert_uint_eq(comes_in(row), VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_to(&w), 9);
	vpnalg_service_remove(w.alg, &other, w.now);
	other.zone++;
	ck_assert_int_eq(vpnalg_service_add(w.alg, &other, w.now),
			 VPNALG_SERVICE_TAKEN);
	end();
}
END_TEST

START_TEST(a_service_without_room_leaves_its_port_waiting)
{
	const struct row *row = &rows[_i];
	long fail;

	begin(DELAY);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	for (fail = 1; fail < 10; fail++) {
		drop(row, CLIENT_A);
		ck_assert_int_eq(w.records, 1);
		w.fail_in = fail;
		if (add(row, CLIENT_A, row->inside) == VPNALG_SERVICE_DONE)
			break;
		w.fail_in = 0;
		ck_assert_int_eq(w.records, 1);
		ck_assert_int_eq(add(row, CLIENT_B, row->inside),
				 VPNALG_SERVICE_TAKEN);
		ck_assert_int_eq(add(row, CLIENT_A, row->inside),
				 VPNALG_SERVICE_DONE);
	}
	w.fail_in = 0;
	ck_assert_int_gt(fail, 1);
	ck_assert_int_lt(fail, 10);
	end();
}
END_TEST

START_TEST(the_port_of_a_service_goes_with_its_address)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	const struct row *row = &rows[_i];
	struct vpnalg_addr left = SERVICE_ADDRESS(OUTSIDE_2);
	unsigned waiting;

	for (waiting = 0; waiting < 2; waiting++) {
		begin_with((struct world_options){
			.general.reuse_delay = DELAY, .addresses = addresses,
			.address_count = 2 });
		ck_assert_int_eq(add(row, CLIENT_A, row->inside),
				 VPNALG_SERVICE_DONE);
		if (waiting)
			drop(row, CLIENT_A);
		ck_assert_int_eq(vpnalg_set_addresses(w.alg, &left, 1, false),
				 0);
		world_wait(&w, 1);
		ck_assert_int_eq(w.records, 0);
		end();
	}
}
END_TEST

START_TEST(who_takes_the_store_over_has_no_port_waiting)
{
	const struct row *row = &rows[_i];

	begin_with((struct world_options){ .general.reuse_delay = DELAY,
					   .hash_key = { 1, 2 } });
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	drop(row, CLIENT_A);
	ck_assert_int_eq(world_take_over(&w, 0), 0);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(add(row, CLIENT_B, row->inside), VPNALG_SERVICE_DONE);
	end();
}
END_TEST

/* A cut ends services, too; they are no sessions in a listing afterwards. */
START_TEST(a_port_that_waits_is_no_session)
{
	const struct row *row = &rows[_i];
	struct vpnalg_session_cut cut = { .size = sizeof(cut),
					  .services = true };
	struct vpnalg_session_info info = { .size = sizeof(info) };
	uint64_t cursor = 0;
	int step;

	begin(DELAY);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	while (vpnalg_sessions_cut(w.alg, &cut, w.now, 100) == VPNALG_CUT_MORE)
		continue;
	ck_assert_uint_eq(cut.closed, 1);
	ck_assert_int_eq(w.records, 1);
	do {
		step = vpnalg_sessions_next(w.alg, w.now, &cursor, &info);
		ck_assert_int_ne(step, VPNALG_SESSIONS_ONE);
	} while (step != VPNALG_SESSIONS_END);
	cut = (struct vpnalg_session_cut){ .size = sizeof(cut),
					   .services = true };
	while (vpnalg_sessions_cut(w.alg, &cut, w.now, 100) == VPNALG_CUT_MORE)
		continue;
	ck_assert_uint_eq(cut.closed, 0);
	end();
}
END_TEST

/* The router's owner gives it to whom he likes. */
START_TEST(a_port_that_waits_may_be_listed_as_the_routers)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = { .size = sizeof(own),
				     .kind = VPNALG_OWN_ID_PORT,
				     .protocol = row->protocol,
				     .outside = SERVICE_ADDRESS(OUTSIDE),
				     .id = row->outside };

	begin_with((struct world_options){ .general.reuse_delay = DELAY,
					   .own = true });
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	drop(row, CLIENT_A);
	ck_assert_int_eq(vpnalg_own_id_remove(w.alg, &own, w.now),
			 VPNALG_OWN_ID_UNKNOWN);
	ck_assert_int_eq(vpnalg_own_id_add(w.alg, &own, w.now),
			 VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(w.records, 1);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside),
			 VPNALG_SERVICE_TAKEN);
	ck_assert_uint_eq(comes_in(row), VPNALG_UNTOUCHED);
	ck_assert_int_eq(vpnalg_own_id_remove(w.alg, &own, w.now),
			 VPNALG_OWN_ID_DONE);
	end();
}
END_TEST

TCase *service_waiting_case(void)
{
	TCase *t = tcase_create("ports that wait");

	tcase_add_loop_test(t,
			    the_host_that_had_the_port_has_it_again_at_once, 0,
			    2); /* its inside port may be another there */
	tcase_add_loop_test(t, a_service_without_room_leaves_its_port_waiting,
			    0, ROWS(rows));
	tcase_add_loop_test(t, the_port_of_a_service_goes_with_its_address, 0,
			    ROWS(rows));
	tcase_add_loop_test(t, who_takes_the_store_over_has_no_port_waiting, 0,
			    ROWS(rows));
	tcase_add_loop_test(t, a_port_that_waits_is_no_session, 0, ROWS(rows));
	tcase_add_loop_test(t, a_port_that_waits_may_be_listed_as_the_routers,
			    0, ROWS(rows));
	return t;
}
