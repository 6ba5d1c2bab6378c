/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside clients of services without ports: client and server may have one
 * outside address, and a packet of either looks like the other's in between. */
#include "service_hairpin.h"

/* The client, its packet and the server's answer, with one outside address and
 * with two. */
START_TEST(an_inside_client_reaches_a_service_without_ports)
{
	const struct hairpin_row *row = &rows[_i / 2];
	uint32_t client;
	unsigned i;

	begin(row, 1U + (unsigned)_i % 2);
	for (i = 0; i < 2; i++) {
		client = crosses(row, CLIENT_B, OUTSIDE, CLIENT_A);
		ck_assert_uint_eq(crosses(row, CLIENT_A, client, CLIENT_B),
				  OUTSIDE);
	}
	end(row);
}
END_TEST

/* The service stays there for clients outside. */
START_TEST(outside_clients_keep_the_service)
{
	struct bytes p;

	begin(rows, 1);
	crosses(rows, CLIENT_B, OUTSIDE, CLIENT_A);
	p = packet(rows, SERVER, OUTSIDE);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	p = packet(rows, CLIENT_A, SERVER);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.flags, 0);
	end(rows);
}
END_TEST

/* Only the mark distinguishes both directions, and only the client's packet has
 * it. */
START_TEST(only_what_goes_to_the_service_is_marked)
{
	struct bytes p;

	begin(rows, 1);
	p = packet(rows, CLIENT_B, OUTSIDE);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.flags, VPNALG_PACKET_HAIRPIN |
						VPNALG_PACKET_TO_SERVICE);
	p = packet(rows, CLIENT_A, OUTSIDE);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.flags, VPNALG_PACKET_HAIRPIN);
	end(rows);
}
END_TEST

/* With one outside address the server could not answer a second client, unless
 * an ID distinguishes them; with two it can, and a third is refused. */
START_TEST(a_second_client_with_the_same_addresses_is_refused)
{
	struct bytes p = packet(rows, CLIENT_C, OUTSIDE);
	uint32_t first, second;

	begin(rows, 1);
	crosses(rows, CLIENT_B, OUTSIDE, CLIENT_A);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_TAKEN);
	crosses(rows, CLIENT_A, OUTSIDE, CLIENT_B);
	w.now += LIFE + 1;
	vpnalg_expire(w.alg, w.now, 100);
	crosses(rows, CLIENT_C, OUTSIDE, CLIENT_A);
	end(rows);
	begin(rows, 2);
	first = crosses(rows, CLIENT_B, OUTSIDE, CLIENT_A);
	second = crosses(rows, CLIENT_C, OUTSIDE, CLIENT_A);
	ck_assert_uint_ne(first, second);
	crosses(rows, CLIENT_A, first, CLIENT_B);
	crosses(rows, CLIENT_A, second, CLIENT_C);
	end(rows);
}
END_TEST

START_TEST(ids_distinguish_clients_of_a_service_without_ports)
{
	struct hairpin_row other = rows[2];

	other.data.data[7] = 8;
	begin(rows + 2, 1);
	crosses(rows + 2, CLIENT_B, OUTSIDE, CLIENT_A);
	crosses(&other, CLIENT_C, OUTSIDE, CLIENT_A);
	crosses(rows + 2, CLIENT_A, OUTSIDE, CLIENT_B);
	crosses(&other, CLIENT_A, OUTSIDE, CLIENT_C);
	end(rows + 2);
}
END_TEST

/* The sessions are saved, the services added again. */
START_TEST(a_client_and_a_service_without_ports_outlive_a_restart)
{
	const struct hairpin_row *row = &rows[_i];

	begin(row, 1);
	crosses(row, CLIENT_B, OUTSIDE, CLIENT_A);
	state_reload(&w);
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
	crosses(row, CLIENT_A, OUTSIDE, CLIENT_B);
	crosses(row, CLIENT_B, OUTSIDE, CLIENT_A);
	end(row);
}
END_TEST

/* A server that sends to its own outside address while it has no inside client
 * means the router. */
START_TEST(a_service_without_clients_does_not_reach_itself)
{
	const struct hairpin_row *row = &rows[_i];
	struct bytes p = packet(row, CLIENT_A, OUTSIDE);

	begin(row, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(w.last.flags, 0);
	end(row);
}
END_TEST

/* A service that goes in between does not return the client's packet to it. */
START_TEST(what_is_for_a_service_that_has_gone_reaches_no_client)
{
	struct bytes p = packet(rows, CLIENT_B, OUTSIDE);

	begin(rows, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p.length = w.length;
	memcpy(p.data, w.bytes, w.length);
	service_remove(&w, SIX_IN_FOUR, 0, CLIENT_A, 0);
	w.options.turned = w.last.flags;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	w.options.turned = 0;
	world_end(&w);
}
END_TEST

/* In either direction, when it leaves and when it comes in. */
START_TEST(a_stores_wrong_answer_costs_a_hairpin_without_ports)
{
	const struct hairpin_row *row = &rows[_i / 2];
	struct bytes p = packet(row, _i % 2 ? CLIENT_A : CLIENT_B, OUTSIDE);

	begin(row, 1);
	crosses(row, CLIENT_B, OUTSIDE, CLIENT_A);
	ck_assert_uint_eq(send_misplaced(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FAULT);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p.length = w.length;
	memcpy(p.data, w.bytes, w.length);
	w.options.turned = w.last.flags;
	ck_assert_uint_eq(send_misplaced(&w, VPNALG_IN, &p),
			  VPNALG_DROP_FAULT);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.options.turned = 0;
	ck_assert_uint_eq(destination(&w), _i % 2 ? CLIENT_B : CLIENT_A);
	end(row);
}
END_TEST

/* No service takes the packets of PPTP calls: the router has them. */
START_TEST(a_packet_of_a_pptp_call_does_not_cross_to_a_service)
{
	struct bytes p = gre_packet(CLIENT_B, OUTSIDE, 1, 1);

	begin(rows + 1, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	end(rows + 1);
}
END_TEST

/* Servers of one protocol at two addresses: what a client of either sends is
 * that server's, whatever the other one sends to the client's address. */
START_TEST(two_services_without_ports_have_clients_of_their_own)
{
	const struct vpnalg_service second =
		SERVICE(SIX_IN_FOUR, OUTSIDE_2, 0, CLIENT_C, 0);
	uint32_t client;

	begin(rows, 2);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &second, w.now),
			 VPNALG_SERVICE_DONE);
	client = crosses(rows, CLIENT_B, OUTSIDE, CLIENT_A);
	ck_assert_uint_eq(crosses(rows, CLIENT_A, client, CLIENT_B), OUTSIDE);
	client = crosses(rows, CLIENT_B, OUTSIDE_2, CLIENT_C);
	ck_assert_uint_eq(crosses(rows, CLIENT_C, client, CLIENT_B),
			  OUTSIDE_2);
	crosses(rows, CLIENT_B, OUTSIDE, CLIENT_A);
	vpnalg_service_remove(w.alg, &second, w.now);
	end(rows);
}
END_TEST

TCase *service_hairpin_case(void)
{
	TCase *tcase = tcase_create("hairpins of protocols");

	tcase_add_loop_test(tcase,
			    an_inside_client_reaches_a_service_without_ports, 0,
			    2 * ROWS(rows));
	tcase_add_test(tcase, outside_clients_keep_the_service);
	tcase_add_test(tcase, only_what_goes_to_the_service_is_marked);
	tcase_add_test(tcase,
		       a_second_client_with_the_same_addresses_is_refused);
	tcase_add_test(tcase,
		       ids_distinguish_clients_of_a_service_without_ports);
	tcase_add_loop_test(
		tcase, a_client_and_a_service_without_ports_outlive_a_restart,
		0, ROWS(rows));
	tcase_add_loop_test(tcase,
			    a_service_without_clients_does_not_reach_itself, 0,
			    ROWS(rows));
	tcase_add_test(tcase,
		       what_is_for_a_service_that_has_gone_reaches_no_client);
	tcase_add_loop_test(
		tcase, a_stores_wrong_answer_costs_a_hairpin_without_ports, 0,
		2 * ROWS(rows));
	tcase_add_test(tcase,
		       a_packet_of_a_pptp_call_does_not_cross_to_a_service);
	tcase_add_test(tcase,
		       two_services_without_ports_have_clients_of_their_own);
	return tcase;
}
