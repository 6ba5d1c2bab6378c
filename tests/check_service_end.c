/* SPDX-License-Identifier: BSD-2-Clause */
/* Services that have gone: their ports wait for a while before another host
 * gets them (RFC 6888 REQ-8). */
#include "service_end.h"

static unsigned sends(const struct row *row, uint32_t host)
{
	if (row->protocol == UDP)
		return udp_out(&w, host, row->outside, SERVER, 53);
	return tcp_out(&w, host, row->outside, SERVER, 53, SYN, 0);
}

/* The port with which a host leaves that has the service's outside one. */
static unsigned port_of(const struct row *row, uint32_t host)
{
	ck_assert_msg(sends(row, host) == VPNALG_TRANSLATED, "%s: %s",
		      row->name, vpnalg_result_text(w.last.result));
	return port_from(&w);
}

START_TEST(rfc6888_req8_the_port_of_a_service_waits)
{
	const struct row *row = &rows[_i];

	begin(DELAY);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	drop(row, CLIENT_A);
	ck_assert_int_eq(w.records, 1);
	ck_assert_uint_eq(comes_in(row), VPNALG_UNTOUCHED);
	ck_assert_int_eq(add(row, CLIENT_B, row->inside),
			 VPNALG_SERVICE_TAKEN);
	world_wait(&w, DELAY - 1);
	ck_assert_uint_ne(port_of(row, CLIENT_B), row->outside);
	ck_assert_int_eq(add(row, CLIENT_B, row->inside),
			 VPNALG_SERVICE_TAKEN);
	ck_assert_uint_eq(comes_in(row), VPNALG_UNTOUCHED);
	w.now++;
	ck_assert_int_eq(add(row, CLIENT_B, row->inside), VPNALG_SERVICE_DONE);
	ck_assert_uint_eq(comes_in(row), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	end();
}
END_TEST

static int withdraw(const struct row *row, vpnalg_time until)
{
	const struct vpnalg_service service = SERVICE(
		row->protocol, OUTSIDE, row->outside, CLIENT_A, row->inside);
	int result = vpnalg_service_withdraw(w.alg, &service, until, w.now);

	world_between_calls(&w);
	return result;
}

START_TEST(the_port_of_a_service_that_is_withdrawn_does_not_wait)
{
	const struct row *row = &rows[_i];

	begin(DELAY);
	ck_assert_int_eq(withdraw(row, 0), VPNALG_SERVICE_UNKNOWN);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	ck_assert_int_eq(withdraw(row, 0), VPNALG_SERVICE_DONE);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(add(row, CLIENT_B, row->inside), VPNALG_SERVICE_DONE);
	ck_assert_uint_eq(comes_in(row), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	end();
}
END_TEST

START_TEST(a_port_that_waited_before_waits_as_long_as_it_had_to)
{
	const struct row *row = &rows[_i];
	vpnalg_time until;

	begin(DELAY);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	drop(row, CLIENT_A);
	until = w.now + DELAY;
	world_wait(&w, DELAY / 2);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	ck_assert_int_eq(withdraw(row, until), VPNALG_SERVICE_DONE);
	world_wait(&w, DELAY / 2 - 1);
	ck_assert_int_eq(add(row, CLIENT_B, row->inside),
			 VPNALG_SERVICE_TAKEN);
	w.now++;
	ck_assert_int_eq(add(row, CLIENT_B, row->inside), VPNALG_SERVICE_DONE);
	end();
}
END_TEST

START_TEST(a_mapping_gets_the_port_of_a_service_that_has_waited)
{
	const struct row *row = &rows[_i];

	begin(DELAY);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	drop(row, CLIENT_A);
	w.now += DELAY;
	ck_assert_uint_eq(port_of(row, CLIENT_B), row->outside);
	end();
}
END_TEST

/* The sweep ends it as well. */
START_TEST(a_port_that_has_waited_leaves_nothing)
{
	const struct row *row = &rows[_i];

	begin(DELAY);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	drop(row, CLIENT_A);
	world_wait(&w, DELAY - 1);
	ck_assert_int_eq(w.records, 1);
	world_wait(&w, 1);
	ck_assert_int_eq(w.records, 0);
	end();
}
END_TEST

START_TEST(by_default_no_port_of_a_service_waits)
{
	const struct row *row = &rows[_i];

	begin(0);
	ck_assert_int_eq(add(row, CLIENT_A, row->inside), VPNALG_SERVICE_DONE);
	drop(row, CLIENT_A);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(add(row, CLIENT_B, row->inside), VPNALG_SERVICE_DONE);
	drop(row, CLIENT_B);
	ck_assert_uint_eq(port_of(row, CLIENT_C), row->outside);
	end();
}
END_TEST

/* Its lifetime is over: that is met by a packet, by the sweep, or never. */
START_TEST(the_port_of_a_service_waits_that_has_ended_by_itself)
{
	const struct row *row = &rows[_i];
	struct vpnalg_service service =
		SERVICE(row->protocol, OUTSIDE, row->outside, CLIENT_A,
			row->inside);

	begin(DELAY);
	service.lifetime = 1000;
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now),
			 VPNALG_SERVICE_DONE);
	world_wait(&w, 1000);
	ck_assert_int_eq(w.records, 1);
	ck_assert_int_eq(add(row, CLIENT_B, row->inside),
			 VPNALG_SERVICE_TAKEN);
	world_wait(&w, DELAY);
	ck_assert_int_eq(add(row, CLIENT_B, row->inside), VPNALG_SERVICE_DONE);
	end();
}
END_TEST

TCase *service_end_case(void)
{
	TCase *all = tcase_create("services that have gone");

	tcase_add_loop_test(all, rfc6888_req8_the_port_of_a_service_waits, 0,
			    ROWS(rows));
	tcase_add_loop_test(
		all, the_port_of_a_service_that_is_withdrawn_does_not_wait, 0,
		ROWS(rows));
	tcase_add_loop_test(
		all, a_port_that_waited_before_waits_as_long_as_it_had_to, 0,
		ROWS(rows));
	tcase_add_loop_test(
		all, a_mapping_gets_the_port_of_a_service_that_has_waited, 0,
		ROWS(rows));
	tcase_add_loop_test(all, a_port_that_has_waited_leaves_nothing, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, by_default_no_port_of_a_service_waits, 0,
			    ROWS(rows));
	tcase_add_loop_test(
		all, the_port_of_a_service_waits_that_has_ended_by_itself, 0,
		ROWS(rows));
	return all;
}
