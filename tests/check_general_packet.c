/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of general traffic: ICMP errors, fragments, options and truncation.
 */
#include "cases.h"
#include "general.h"

#include <string.h>

static struct world w;

static void begin(void)
{
	general_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

static void end(void)
{
	world_end(&w);
}

static const struct icmp_row {
	const char *what;
	uint8_t type;
	unsigned out, in;
} icmp_rows[] = {
	{ "echo", 8, VPNALG_TRANSLATED, VPNALG_UNTOUCHED },
	{ "echo reply", 0, VPNALG_DROP_NO_SESSION, VPNALG_TRANSLATED },
	{ "timestamp", 13, VPNALG_TRANSLATED, VPNALG_UNTOUCHED },
	{ "timestamp reply", 14, VPNALG_DROP_NO_SESSION, VPNALG_TRANSLATED },
	{ "router solicitation", 10, VPNALG_DROP_NO_SESSION, VPNALG_UNTOUCHED },
	{ "address mask", 17, VPNALG_DROP_NO_SESSION, VPNALG_UNTOUCHED },
	{ "an error that quotes nothing", 3, VPNALG_DROP_NO_SESSION,
	  VPNALG_UNTOUCHED },
};

/* While an identifier is mapped: a query that comes in is for the router. */
START_TEST(icmp_goes_by_its_type)
{
	const struct icmp_row *row = &icmp_rows[_i];

	icmp_out(&w, CLIENT_A, SERVER, ECHO, 5000);
	ck_assert_msg(icmp_out(&w, CLIENT_A, SERVER, row->type, 5000) ==
			      row->out, "%s out: %u", row->what, w.last.result);
	ck_assert_msg(icmp_in(&w, SERVER, row->type, 5000) == row->in,
		      "%s in: %u", row->what, w.last.result);
}
END_TEST

/* The first byte shows a type that is not ours. */
START_TEST(the_type_of_icmp_is_its_first_byte)
{
	const struct icmp_row *row = &icmp_rows[_i];
	struct bytes p = icmp_query(CLIENT_A, SERVER, row->type, 5000, 1);

	send_captured(&w, VPNALG_OUT, &p, 21);
	ck_assert_msg(
		w.last.result ==
			(row->in == VPNALG_UNTOUCHED &&
					 row->out == VPNALG_DROP_NO_SESSION
				 ? VPNALG_DROP_NO_SESSION
				 : VPNALG_DROP_TRUNCATED),
		"%s: %u", row->what, w.last.result);
}
END_TEST

/* All of the header is there, though not in memory. */
START_TEST(a_header_that_is_not_all_in_memory_is_truncated)
{
	static const struct {
		uint8_t protocol;
		uint32_t length;
	} headers[] = { { TCP, 4 }, { UDP, 4 }, { ICMP, 8 }, { TCP, 20 },
			{ UDP, 8 } };
	static const char bytes[20] = { 8, 0, 0, 80, [12] = 0x50 };
	struct bytes p = ip_packet(CLIENT_A, SERVER, headers[_i].protocol,
				   bytes, headers[_i].length);

	send_captured(&w, VPNALG_OUT, &p, p.length - 1);
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_TRUNCATED);
}
END_TEST

/* A dropped packet counts for its protocol, too. */
START_TEST(a_dropped_packet_counts_for_its_protocol)
{
	struct vpnalg_kind_counters counters;
	size_t kind;

	if (_i == G_ICMP)
		icmp_out(&w, CLIENT_A, SERVER, ECHO_REPLY, 1);
	else if (_i == G_UDP)
		udp_out(&w, CLIENT_A, 5000, SERVER, 0);
	else
		tcp_out(&w, CLIENT_A, 5000, SERVER, 0, SYN, 0);
	for (kind = G_TCP; kind <= G_MAPPING; kind++) {
		vpnalg_kind_counters(w.alg, kind, &counters, sizeof(counters));
		ck_assert_uint_eq(counters.dropped[0], kind == (size_t)_i);
	}
}
END_TEST

static struct bytes udp_to(uint32_t from, uint32_t to, uint16_t to_port)
{
	return udp_packet(from, 40000, to, to_port, "abc", 3);
}

/* A packet whose remote is no single host is not general traffic. Port 0 is
 * none. */
START_TEST(remotes_are_single_hosts_with_ports)
{
	static const struct {
		uint32_t remote;
		uint16_t port;
		unsigned result;
	} rows[] = {
		{ 0x01000001, 53, VPNALG_TRANSLATED },
		{ 0xdfffffff, 53, VPNALG_TRANSLATED },
		{ 0xe0000001, 53, VPNALG_UNTOUCHED }, /* multicast */
		{ 0xffffffff, 67, VPNALG_UNTOUCHED },
		{ 0x00000000, 53, VPNALG_UNTOUCHED },
		{ SERVER, 0, VPNALG_DROP_MALFORMED },
		{ SERVER, 1, VPNALG_TRANSLATED },
		{ SERVER, 65535, VPNALG_TRANSLATED },
		{ OUTSIDE, 53, VPNALG_UNTOUCHED },
	};
	struct bytes p;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = udp_to(CLIENT_A, rows[i].remote, rows[i].port);
		ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) ==
				      rows[i].result, "row %zu", i);
	}
	p = udp_to(OUTSIDE, SERVER, 53);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* Parts of a datagram that have no ports could leave with an inside address. */
START_TEST(fragments_from_inside_do_not_leave)
{
	struct bytes p[3] = {
		udp_packet(CLIENT_A, 40000, SERVER, 53, "abcdefgh", 8),
		tcp_packet(CLIENT_A, 40000, SERVER, 80, 1, 1, SYN, NULL, 0),
		icmp_query(CLIENT_A, SERVER, ECHO, 5000, 1),
	};
	size_t i;

	for (i = 0; i < 3; i++) {
		set_fragment(&p[i], 0x2000);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p[i]),
				  VPNALG_DROP_FRAGMENT);
		set_fragment(&p[i], 0x2005);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p[i]),
				  VPNALG_DROP_FRAGMENT);
		set_fragment(&p[i], 0x0005);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p[i]),
				  VPNALG_DROP_FRAGMENT);
	}
	ck_assert_int_eq(w.records, 0);
}
END_TEST

START_TEST(fragments_from_outside_are_dropped_where_a_mapping_takes_them)
{
	struct bytes p = udp_packet(SERVER, 53, OUTSIDE, 40000, "abcdefgh", 8);

	set_fragment(&p, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_FRAGMENT);
	set_fragment(&p, 0x0001);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* The router's own errors stay with it. */
START_TEST(an_icmp_error_goes_to_the_host_of_the_session)
{
	struct bytes quote = udp_packet(OUTSIDE, 40000, SERVER, 53, "abc", 3);
	struct bytes p = icmp_error(STRANGER, OUTSIDE, 3, &quote, 28);

	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	quote = udp_packet(SERVER, 53, CLIENT_A, 40000, "abc", 3);
	p = icmp_error(CLIENT_A, SERVER, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	quote = icmp_query(OUTSIDE, SERVER, ECHO, 5000, 1);
	p = icmp_error(STRANGER, OUTSIDE, 11, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	icmp_out(&w, CLIENT_A, SERVER, ECHO, 5000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

/* RFC 4787 REQ-12, RFC 5382 REQ-10, RFC 5508 REQ-6, RFC 7857 7.1: of any type,
 * in or out. */
static const uint8_t error_types[] = { 3, 4, 11, 12 };

START_TEST(an_icmp_error_neither_ends_nor_keeps_a_session)
{
	struct bytes out = udp_packet(OUTSIDE, 40000, SERVER, 53, "abc", 3);
	struct bytes in = udp_packet(SERVER, 53, CLIENT_A, 40000, "abc", 3);
	struct bytes p;

	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	world_wait(&w, 200000);
	p = icmp_error(SERVER, OUTSIDE, error_types[_i], &out, 31);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = icmp_error(CLIENT_A, SERVER, error_types[_i], &in, 31);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	world_wait(&w, 99999);
	ck_assert_uint_eq(closed(&w, G_UDP), 0);
	world_wait(&w, 1);
	ck_assert_uint_eq(closed(&w, G_UDP), 1);
}
END_TEST

START_TEST(an_icmp_error_reaches_the_host_of_a_tcp_connection)
{
	struct bytes quote = tcp_packet(OUTSIDE, 40000, SERVER, 80, 1000, 0,
					SYN, NULL, 0);
	struct bytes p = icmp_error(STRANGER, OUTSIDE, 3, &quote, 28);

	tcp_out(&w, CLIENT_A, 40000, SERVER, 80, SYN, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(get32(l4(&w) + 8 + 12), CLIENT_A);
	ck_assert_uint_eq(closed(&w, G_TCP), 0);
}
END_TEST

/* It is off where its handler is left out. */
START_TEST(rfc4787_req10_a_vpn_without_its_handler_is_plain_traffic)
{
	udp_open(&w, CLIENT_A, 40000, SERVER, 500);
	udp_open(&w, CLIENT_A, 40000, SERVER, 1701);
	ck_assert_uint_eq(opened(&w, G_UDP), 2);
	ck_assert_uint_eq(opened(&w, G_MAPPING), 1);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, PPTP, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, G_TCP), 1);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 500, 40000), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(an_ip_option_with_addresses_does_not_leave)
{
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 53, "abc", 3);

	add_ip_options(&p, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = udp_packet(CLIENT_A, 40000, SERVER, 53, "abc", 3);
	add_ip_options(&p, 8);
	p.data[20] = 7; /* record route */
	p.data[21] = 7;
	p.data[22] = 4;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_OPTIONS);
}
END_TEST

TCase *general_packet_case(void)
{
	TCase *t = tcase_create("general packets");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, icmp_goes_by_its_type, 0, ROWS(icmp_rows));
	tcase_add_loop_test(t, the_type_of_icmp_is_its_first_byte, 0,
			    ROWS(icmp_rows));
	tcase_add_loop_test(t, a_header_that_is_not_all_in_memory_is_truncated,
			    0, 5);
	tcase_add_loop_test(t, a_dropped_packet_counts_for_its_protocol, G_TCP,
			    G_ICMP + 1);
	tcase_add_test(t, remotes_are_single_hosts_with_ports);
	tcase_add_test(t, fragments_from_inside_do_not_leave);
	tcase_add_test(
		t,
		fragments_from_outside_are_dropped_where_a_mapping_takes_them);
	tcase_add_test(t, an_icmp_error_goes_to_the_host_of_the_session);
	tcase_add_loop_test(t, an_icmp_error_neither_ends_nor_keeps_a_session,
			    0, ROWS(error_types));
	tcase_add_test(t, an_icmp_error_reaches_the_host_of_a_tcp_connection);
	tcase_add_test(
		t, rfc4787_req10_a_vpn_without_its_handler_is_plain_traffic);
	tcase_add_test(t, an_ip_option_with_addresses_does_not_leave);
	return t;
}
