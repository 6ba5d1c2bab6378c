/* SPDX-License-Identifier: BSD-2-Clause */
/* Services that have gone: their ports wait for a while before another host
 * gets them (RFC 6888 REQ-8). */
#include "cases.h"
#include "general.h"
#include "support_service.h"

#include <vpnalg/ipsec.h>
#include <vpnalg/own_id.h>
#include <vpnalg/pptp.h>
#include <vpnalg/sessions.h>

#define DELAY 120000

static struct world w;

static void begin_with(struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },
		{ vpnalg_ipsec, NULL },
		{ vpnalg_general, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 3;
	world_begin(&w, &options);
}

static void begin(uint32_t delay)
{
	begin_with((struct world_options){ .general.reuse_delay = delay,
					   .choosing = CHOOSE_TAKE });
}

/* Services of each handler's, and the outside port of each. */
static const struct row {
	const char *name;
	uint8_t protocol;
	uint16_t outside, inside;
} rows[] = {
	{ "UDP", UDP, 5060, 5060 },
	{ "TCP", TCP, 8080, 80 },
	{ "PPTP", TCP, 1724, PPTP },
	{ "IKE", UDP, 5000, 500 },
};

static int add(const struct row *row, uint32_t host, uint16_t inside)
{
	const struct vpnalg_service service =
		SERVICE(row->protocol, OUTSIDE, row->outside, host, inside);
	int result = vpnalg_service_add(w.alg, &service, w.now);

	world_between_calls(&w);
	return result;
}

static void drop(const struct row *row, uint32_t host)
{
	service_remove(&w, row->protocol, row->outside, host, row->inside);
	world_between_calls(&w);
}

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

static unsigned comes_in(const struct row *row)
{
	return row->protocol == UDP
		       ? udp_in(&w, STRANGER, 7, row->outside)
		       : tcp_in(&w, STRANGER, 7, row->outside, SYN, 0);
}

static void end(void)
{
	unsigned i;

	for (i = 0; i < ROWS(rows); i++) {
		drop(&rows[i], CLIENT_A);
		drop(&rows[i], CLIENT_B);
	}
	world_end(&w);
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
	tcase_add_loop_test(all,
			    the_host_that_had_the_port_has_it_again_at_once, 0,
			    2); /* its inside port may be another there */
	tcase_add_loop_test(all, a_service_without_room_leaves_its_port_waiting,
			    0, ROWS(rows));
	tcase_add_loop_test(all, the_port_of_a_service_goes_with_its_address,
			    0, ROWS(rows));
	tcase_add_loop_test(all, who_takes_the_store_over_has_no_port_waiting,
			    0, ROWS(rows));
	tcase_add_loop_test(all, a_port_that_waits_is_no_session, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, a_port_that_waits_may_be_listed_as_the_routers,
			    0, ROWS(rows));
	return all;
}
