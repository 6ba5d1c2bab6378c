/* SPDX-License-Identifier: BSD-2-Clause */
/* The packets that the general handler takes, and how long UDP and ICMP queries
 * live. */
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

START_TEST(udp_goes_out_and_its_answer_comes_in)
{
	uint16_t port = udp_open(&w, CLIENT_A, 40000, SERVER, 1194);

	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(port, 40000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 1194, port), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(port_to(&w), 40000);
	ck_assert_uint_eq(source(&w), SERVER);
	ck_assert_uint_eq(port_from(&w), 1194);
	ck_assert_uint_eq(opened(&w, G_UDP), 1);
	ck_assert_uint_eq(opened(&w, G_MAPPING), 1);
}
END_TEST

START_TEST(two_hosts_with_the_same_port_have_two_outside)
{
	uint16_t a = udp_open(&w, CLIENT_A, 40000, SERVER, 51820);
	uint16_t b = udp_open(&w, CLIENT_B, 40000, SERVER, 51820);

	ck_assert_uint_eq(a, 40000);
	ck_assert_uint_ne(b, 40000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 51820, b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(port_to(&w), 40000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 51820, a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

START_TEST(equal_hosts_in_two_zones_do_not_meet)
{
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 53, "?", 1);
	uint16_t a, b;

	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 1),
			  VPNALG_TRANSLATED);
	a = port_from(&w);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 2),
			  VPNALG_TRANSLATED);
	b = port_from(&w);
	ck_assert_uint_ne(a, b);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 1);
	/* The mapping alone is enough, too. */
	ck_assert_uint_eq(udp_in(&w, SERVER_2, 53, b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 2);
}
END_TEST

/* RFC 768: no checksum stays none; and one that would be 0 is sent as
 * 0xffff. */
START_TEST(udp_without_a_checksum_gets_none)
{
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 4500, "abc", 3);

	put16(p.data + 26, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 6), 0);
}
END_TEST

/* Partial: the folded sum of the pseudo header, in which ports are not. */
START_TEST(a_partial_checksum_stays_that_of_the_pseudo_header)
{
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 53, "abc", 3);

	/* 192.168.77.11, 198.51.100.1, 17, 11 bytes; then 203.0.113.1. */
	put16(p.data + 26, 0x3805);
	udp_open(&w, CLIENT_B, 40000, SERVER, 53); /* another port, then */
	ck_assert_uint_eq(send_summed(&w, VPNALG_OUT, &p,
				      VPNALG_CHECKSUM_PARTIAL),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(port_from(&w), 40000);
	ck_assert_uint_eq(get16(l4(&w) + 6), 0x6653);
}
END_TEST

/* ICMP's checksum covers no pseudo header, whatever the caller says of it. */
START_TEST(a_ping_is_summed_whole_even_if_marked_partial)
{
	struct bytes p = icmp_query(CLIENT_A, SERVER, ECHO, 9, 1);

	ck_assert_uint_eq(icmp_out(&w, CLIENT_B, SERVER, ECHO, 5000),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_summed(&w, VPNALG_OUT, &p,
				      VPNALG_CHECKSUM_PARTIAL),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(icmp_id(&w), 9);
	ck_assert(checksums_right(w.bytes, w.length));
}
END_TEST

/* RFC 4787 REQ-5: 5 minutes by default, none less than 2. */
START_TEST(rfc4787_req5_a_udp_session_lives_five_minutes)
{
	uint16_t port = udp_open(&w, CLIENT_A, 40000, SERVER, 53);

	world_wait(&w, 299999);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_TRANSLATED);
	world_wait(&w, 1);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* RFC 4787 REQ-6: refreshed by what goes out, not by what comes in. */
START_TEST(rfc4787_req6_only_what_goes_out_keeps_it)
{
	uint16_t port = udp_open(&w, CLIENT_A, 40000, SERVER, 53);

	world_wait(&w, 200000);
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	world_wait(&w, 200000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 53, port), VPNALG_TRANSLATED);
	world_wait(&w, 100000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_UNTOUCHED);
}
END_TEST

/* A session past its deadline is dead to every packet, swept or not. */
START_TEST(a_session_that_nothing_has_swept_is_dead_too)
{
	uint16_t port = udp_open(&w, CLIENT_A, 40000, SERVER, 53);

	w.now += 300000;
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(closed(&w, G_UDP), 1);
	ck_assert_uint_eq(closed(&w, G_MAPPING), 1);
	ck_assert_uint_eq(udp_open(&w, CLIENT_B, 40000, SERVER, 53), 40000);
}
END_TEST

/* RFC 5508 REQ-2: 60 seconds. The identifier is the ID. */
START_TEST(rfc5508_req2_a_ping_lives_sixty_seconds)
{
	uint16_t id;

	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(icmp_id(&w), 7777);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_B, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	id = icmp_id(&w);
	ck_assert_uint_ne(id, 7777);
	world_wait(&w, 59999);
	ck_assert_uint_eq(icmp_in(&w, SERVER, ECHO_REPLY, id),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(icmp_id(&w), 7777);
	world_wait(&w, 1);
	ck_assert_uint_eq(icmp_in(&w, SERVER, ECHO_REPLY, id),
			  VPNALG_UNTOUCHED);
}
END_TEST

/* RFC 5508 3.1: the identifier of an inside host is the same towards all. */
START_TEST(rfc5508_pings_of_one_identifier_share_one_outside)
{
	ck_assert_uint_eq(icmp_out(&w, CLIENT_B, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, G_MAPPING), 2);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER_2, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, G_MAPPING), 2);
	ck_assert_uint_eq(opened(&w, G_ICMP), 3);
}
END_TEST

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

/* Whatever comes in and has no mapping is for the router itself, or for nobody:
 * nothing outside opens anything. */
START_TEST(a_packet_without_a_mapping_is_left_alone)
{
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 40000), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 40000, SYN, 0),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 40000, ACK, 0),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(icmp_in(&w, SERVER, ECHO, 7), VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.operations, 0);
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

/* Undo of what has no session, and has none opened. */
START_TEST(undo_opens_nothing)
{
	struct bytes p = udp_packet(OUTSIDE, 40000, SERVER, 53, "abc", 3);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = udp_packet(SERVER, 53, CLIENT_A, 40000, "abc", 3);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_int_eq(w.operations, 0);
}
END_TEST

/* Truncation */

static const struct cut_row {
	const char *what;
	uint8_t protocol;
	uint8_t ports; /* from how many bytes on it is known whose it is */
	uint8_t whole; /* and from how many it is translated */
} cut_rows[] = {
	{ "UDP", UDP, 4, 8 },
	{ "TCP", TCP, 4, 20 },
	{ "ICMP", ICMP, 8, 8 },
};

static struct bytes make(const struct cut_row *row, bool inward)
{
	uint32_t from = inward ? SERVER : CLIENT_A;
	uint32_t to = inward ? OUTSIDE : SERVER;
	uint16_t from_port = inward ? 53 : 40000, to_port = inward ? 40000 : 53;

	if (row->protocol == UDP)
		return udp_packet(from, from_port, to, to_port, "abcdefgh", 8);
	if (row->protocol == TCP)
		return tcp_packet(from, from_port, to, to_port, 1, 0, SYN,
				  "abcdefgh", 8);
	return icmp_query(from, to, inward ? ECHO_REPLY : ECHO, 40000, 1);
}

/* Not in memory, though there. */
START_TEST(a_packet_is_cut_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes out = make(row, false), in = make(row, true);
	uint32_t caplen;
	unsigned result;

	for (caplen = 0; caplen <= out.length; caplen++) {
		end();
		begin();
		result = send_captured(&w, VPNALG_OUT, &out, caplen);
		ck_assert_msg(result == (caplen < 20 ? VPNALG_UNTOUCHED
					 : caplen < 20U + row->whole
						 ? VPNALG_DROP_TRUNCATED
						 : VPNALG_TRANSLATED),
			      "%s out at %u: %u", row->what, caplen, result);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
				  VPNALG_TRANSLATED);
		result = send_captured(&w, VPNALG_IN, &in, caplen);
		ck_assert_msg(result == (caplen < 20U + row->ports
						 ? VPNALG_UNTOUCHED
					 : caplen < 20U + row->whole
						 ? VPNALG_DROP_TRUNCATED
						 : VPNALG_TRANSLATED),
			      "%s in at %u: %u", row->what, caplen, result);
	}
}
END_TEST

/* Not there: the IP header says so. */
START_TEST(a_packet_ends_early_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes p;
	uint32_t length, whole = make(row, false).length;

	for (length = 20; length <= whole; length++) {
		p = make(row, false);
		p.length = length;
		put16(p.data + 2, length);
		set_fragment(&p, 0);
		ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) ==
				      (length < 20U + row->whole
					       ? VPNALG_DROP_MALFORMED
					       : VPNALG_TRANSLATED),
			      "%s of %u", row->what, length);
	}
}
END_TEST

/* Quotes are as short as eight bytes, and may be shorter. There is no
 * session. */
START_TEST(a_quote_is_cut_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes quote = make(row, true), p;
	uint32_t length;

	put32(quote.data + 16, CLIENT_A);
	for (length = 0; length <= quote.length; length++) {
		p = icmp_error(CLIENT_A, SERVER, 3, &quote, length);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  length < 20 ? VPNALG_UNTOUCHED
				  : length < 20U + row->ports
					  ? VPNALG_DROP_QUOTE_SHORT
					  : VPNALG_DROP_ICMP_ERROR);
	}
}
END_TEST

/* A store that fails at any point costs the packet at hand. */
static void insist(struct bytes p, unsigned *drops)
{
	long records = w.records, keys = w.keys, bindings = w.bindings;

	if (send_packet(&w, VPNALG_OUT, &p) == VPNALG_TRANSLATED)
		return;
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
	ck_assert_int_eq(w.records, records);
	ck_assert_int_eq(w.keys, keys);
	ck_assert_int_eq(w.bindings, bindings);
	++*drops;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

START_TEST(a_store_that_fails_costs_one_packet_of_general_traffic)
{
	unsigned drops = 1;
	long n;

	for (n = 1; drops == 1; n++) {
		end();
		general_world(&w, (struct world_options){
					  .choosing = CHOOSE_TAKE,
					  .general = { .filtering =
							       (uint8_t)_i } });
		w.fail_in = n;
		drops = 0;
		insist(make(&cut_rows[0], false), &drops);
		insist(make(&cut_rows[1], false), &drops);
		insist(make(&cut_rows[2], false), &drops);
		insist(udp_to(CLIENT_A, SERVER_2, 53), &drops);
		insist(udp_to(CLIENT_A, SERVER_2, 54), &drops);
		ck_assert_uint_le(drops, 1);
		ck_assert_uint_eq(udp_in(&w, SERVER_2, 54, 40000),
				  VPNALG_TRANSLATED);
	}
	/* Three mappings, five sessions, and three permissions by address. */
	ck_assert_int_eq(n, 3 * (_i == 1 ? 11 : 8) + 2);
}
END_TEST

/* The clock at its edges. */
START_TEST(the_clock_may_be_anywhere)
{
	static const vpnalg_time times[] = { 0, 1, UINT32_MAX,
					     (vpnalg_time)UINT32_MAX + 1,
					     VPNALG_NEVER - 300001,
					     VPNALG_NEVER - 1, VPNALG_NEVER };
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		world_forget(&w);
		general_world(&w, (struct world_options){ .now = times[i],
							.from_zero = true });
		udp_open(&w, CLIENT_A, 40000, SERVER, 53);
		ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 80, SYN,
					  0), VPNALG_TRANSLATED);
		ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 40000, RST | ACK, 0),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 9),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(udp_in(&w, SERVER, 53, 40000),
				  VPNALG_TRANSLATED);
	}
	world_forget(&w);
	begin();
}
END_TEST

Suite *general_suite(void)
{
	Suite *suite = suite_create("general");
	TCase *packets = tcase_create("packets"), *cut = tcase_create("cut");

	tcase_add_checked_fixture(packets, begin, end);
	tcase_add_test(packets, udp_goes_out_and_its_answer_comes_in);
	tcase_add_test(packets, two_hosts_with_the_same_port_have_two_outside);
	tcase_add_test(packets, equal_hosts_in_two_zones_do_not_meet);
	tcase_add_test(packets, udp_without_a_checksum_gets_none);
	tcase_add_test(packets,
		       a_partial_checksum_stays_that_of_the_pseudo_header);
	tcase_add_test(packets, a_ping_is_summed_whole_even_if_marked_partial);
	tcase_add_test(packets, rfc4787_req5_a_udp_session_lives_five_minutes);
	tcase_add_test(packets, rfc4787_req6_only_what_goes_out_keeps_it);
	tcase_add_test(packets, a_session_that_nothing_has_swept_is_dead_too);
	tcase_add_test(packets, rfc5508_req2_a_ping_lives_sixty_seconds);
	tcase_add_test(packets,
		       rfc5508_pings_of_one_identifier_share_one_outside);
	tcase_add_loop_test(packets, icmp_goes_by_its_type, 0,
			    ROWS(icmp_rows));
	tcase_add_loop_test(packets, the_type_of_icmp_is_its_first_byte, 0,
			    ROWS(icmp_rows));
	tcase_add_loop_test(packets,
			    a_header_that_is_not_all_in_memory_is_truncated, 0,
			    5);
	tcase_add_loop_test(packets, a_dropped_packet_counts_for_its_protocol,
			    G_TCP, G_ICMP + 1);
	tcase_add_test(packets, a_packet_without_a_mapping_is_left_alone);
	tcase_add_test(packets, remotes_are_single_hosts_with_ports);
	tcase_add_test(packets, fragments_from_inside_do_not_leave);
	tcase_add_test(
		packets,
		fragments_from_outside_are_dropped_where_a_mapping_takes_them);
	tcase_add_test(packets, an_icmp_error_goes_to_the_host_of_the_session);
	tcase_add_loop_test(packets,
			    an_icmp_error_neither_ends_nor_keeps_a_session, 0,
			    ROWS(error_types));
	tcase_add_test(packets,
		       an_icmp_error_reaches_the_host_of_a_tcp_connection);
	tcase_add_test(
		packets,
		rfc4787_req10_a_vpn_without_its_handler_is_plain_traffic);
	tcase_add_test(packets, an_ip_option_with_addresses_does_not_leave);
	tcase_add_test(packets, undo_opens_nothing);
	tcase_add_test(packets, the_clock_may_be_anywhere);
	suite_add_tcase(suite, packets);

	tcase_add_checked_fixture(cut, begin, end);
	tcase_add_loop_test(cut, a_packet_is_cut_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(cut, a_packet_ends_early_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(cut, a_quote_is_cut_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(
		cut, a_store_that_fails_costs_one_packet_of_general_traffic, 0,
		3);
	suite_add_tcase(suite, cut);
	suite_add_tcase(suite, general_mapping_case());
	suite_add_tcase(suite, general_ports_case());
	suite_add_tcase(suite, port_blocks_case());
	suite_add_tcase(suite, port_set_case());
	suite_add_tcase(suite, general_tcp_case());
	suite_add_tcase(suite, tcp_book_case());
	suite_add_tcase(suite, general_model_case());
	suite_add_tcase(suite, general_mss_case());
	suite_add_tcase(suite, general_other_case());
	suite_add_tcase(suite, general_beside_case());
	return suite;
}
