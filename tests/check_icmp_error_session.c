/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors and their sessions, which share an ID, are dead or were never
 * there. */
#include "icmp_error_edges.h"

/* Where a server gives two calls, or two hosts choose one SPI of the server's,
 * nobody knows whose the quoted packet is. */
START_TEST(an_error_about_a_shared_id_is_dropped)
{
	struct bytes quote = gre_packet(OUTSIDE, SERVER, 9, 1), p;
	struct esp a = esp_of(CLIENT_A, SERVER, 0x1111, 0x2222);
	struct esp b = esp_of(CLIENT_B, SERVER, 0x1111, 0x3333);
	struct connection c = { 0 };

	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	start_control(&w, &c, CLIENT_B, 3000, SERVER);
	call_out(&w, &c, 8, 9);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_AMBIGUOUS);
	esp_sends(&w, &a);
	quote = esp_packet(OUTSIDE, SERVER, 0x1111, 1);
	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	esp_sends(&w, &b);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_AMBIGUOUS);
}
END_TEST

/* The Key lies beyond the quote, and one host alone has GRE with that
 * remote. */
START_TEST(a_lone_host_needs_no_id)
{
	static const uint8_t gre[12] = { 0xa0, 0, 8, 0, 1, 2, 0, 0,
					 0,    0, 0, 5 };
	struct bytes out = ip_packet(CLIENT_A, SERVER_2, GRE, gre, 12), p;
	struct bytes quote = ip_packet(OUTSIDE, SERVER_2, GRE, gre, 12);

	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	quote = ip_packet(SERVER_2, CLIENT_A, GRE, gre, 12);
	out = icmp_error(CLIENT_A, SERVER_2, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	out = ip_packet(CLIENT_B, SERVER_2, GRE, gre, 12);
	out.data[31] = 6;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_QUOTE_SHORT);
}
END_TEST

/* A host that moves on does not hear of what another has sent. */
START_TEST(an_error_about_a_dead_session_is_not_translated)
{
	struct bytes p = error_in();

	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.now += 290000;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.now += 10000; /* 5 minutes: the errors have not kept it */
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* A mapping without a session towards the quoted remote and port has sent
 * nothing there, be it permitted to send to the mapping. */
static const struct never_sent_row {
	uint8_t filtering;
	uint32_t to;
	uint16_t to_port;
} never_sent_rows[] = {
	{ VPNALG_FILTERING_ENDPOINT_INDEPENDENT, STRANGER, 53 },
	{ VPNALG_FILTERING_ENDPOINT_INDEPENDENT, SERVER, 54 },
	{ VPNALG_FILTERING_ADDRESS_DEPENDENT, STRANGER, 53 },
	{ VPNALG_FILTERING_ADDRESS_DEPENDENT, SERVER, 54 },
	{ VPNALG_FILTERING_ADDRESS_DEPENDENT, SERVER, 1701 },
	{ VPNALG_FILTERING_ADDRESS_AND_PORT_DEPENDENT, SERVER, 54 },
};

START_TEST(an_error_about_what_was_never_sent_stays_outside)
{
	const struct never_sent_row *row = &never_sent_rows[_i];
	struct bytes quote, p;

	world_end(&w);
	begin_with((struct world_options){
		.general = { .filtering = row->filtering } });
	quote = udp_packet(OUTSIDE, port, row->to, row->to_port, "abc", 3);
	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_UNTOUCHED,
		      "%d: %s", _i, vpnalg_result_text(w.last.result));
}
END_TEST

/* Inside hosts with equal addresses in two zones. */
START_TEST(an_error_gets_the_zone_of_its_session)
{
	struct bytes p = udp_packet(CLIENT_B, 40000, SERVER, 53, "abc", 3);
	uint16_t other;

	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, ZONE + 1),
			  VPNALG_TRANSLATED);
	other = port_from(&w);
	ck_assert_uint_ne(other, port);
	p = udp_packet(OUTSIDE, other, SERVER, 53, "abc", 3);
	p = icmp_error(ROUTER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, ZONE + 1);
	p = error_out();
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, ZONE + 1),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(w.bytes + 28 + 22), other);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, ZONE + 2),
			  VPNALG_DROP_ICMP_ERROR);
}
END_TEST

/* A forged error changes no more than a true one: the connection goes on. */
START_TEST(an_error_ends_nothing)
{
	struct bytes quote, p;
	uint16_t outside;

	tcp_out(&w, CLIENT_B, 41000, SERVER, 80, SYN, 0);
	outside = port_from(&w);
	tcp_in(&w, SERVER, 80, outside, SYN | ACK, 0);
	tcp_out(&w, CLIENT_B, 41000, SERVER, 80, ACK, 0);
	quote = tcp_packet(OUTSIDE, outside, SERVER, 80, 1001, 0, ACK, NULL,
			   0);
	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.now += 7000000;
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, outside, ACK, 8),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
}
END_TEST

/* RFC 5508 REQ-8. */
START_TEST(a_host_without_its_session_is_to_be_notified)
{
	static const bool told[VPNALG_RESULTS] = {
		[VPNALG_DROP_NO_ID] = true,
		[VPNALG_DROP_STORE] = true,
		[VPNALG_DROP_TAKEN] = true,
		[VPNALG_DROP_REFUSED] = true,
		[VPNALG_DROP_DENIED] = true,
		[VPNALG_DROP_LIMIT] = true,
	};
	struct bytes p = udp_packet(CLIENT_A, 42000, SERVER, 53, "abc", 3);
	unsigned direction, result;

	for (direction = 0; direction < 4; direction++)
		for (result = 0; result < 256; result++) {
			struct vpnalg_packet packet = {
				.direction = (uint8_t)direction,
				.result = (uint8_t)result
			};

			ck_assert(vpnalg_wants_prohibited(&packet) ==
				  (direction == VPNALG_OUT &&
				   result < VPNALG_RESULTS && told[result]));
		}
	w.fail_in = 1;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_STORE);
	ck_assert(vpnalg_wants_prohibited(&w.last));
}
END_TEST

/* An error is counted with what it quotes. */
START_TEST(an_error_is_counted_with_what_it_quotes)
{
	struct vpnalg_kind_counters before, after;
	struct bytes p = error_in();
	size_t i;

	for (i = 0; vpnalg_kind_counters(w.alg, i, &before, sizeof(before));
	     i++)
		if (strcmp(before.name, "UDP session") == 0)
			break;
	w.options.no_undo = true;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	break_checksum(&p);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_CHECKSUM);
	vpnalg_kind_counters(w.alg, i, &after, sizeof(after));
	ck_assert_uint_eq(after.translated[0], before.translated[0] + 1);
	ck_assert_uint_eq(after.dropped[0], before.dropped[0] + 1);
}
END_TEST

TCase *icmp_error_session_case(void)
{
	TCase *t = tcase_create("sessions");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, an_error_about_a_shared_id_is_dropped);
	tcase_add_test(t, a_lone_host_needs_no_id);
	tcase_add_test(t, an_error_about_a_dead_session_is_not_translated);
	tcase_add_loop_test(t, an_error_about_what_was_never_sent_stays_outside,
			    0, ROWS(never_sent_rows));
	tcase_add_test(t, an_error_gets_the_zone_of_its_session);
	tcase_add_test(t, an_error_ends_nothing);
	tcase_add_test(t, a_host_without_its_session_is_to_be_notified);
	tcase_add_test(t, an_error_is_counted_with_what_it_quotes);
	return t;
}
