/* SPDX-License-Identifier: BSD-2-Clause */
/* General traffic goes out by host and comes in by port, so that one inside
 * endpoint has one mapping; all else goes by its remote as ever. */
#include "general.h"
#include "cases.h"

#include <vpnalg/protocols.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct vpnalg_addr addresses[] = {
	{ VPNALG_IPV4, { 203, 0, 113, 1 } },
};

/* Four translators; the ports below 10000 are nobody's. */
static const struct vpnalg_ports ranges[] = {
	{ 10000, 19999 }, { 20000, 29999 }, { 30000, 39999 }, { 40000, 65535 },
};

enum { N = 4 };

static const struct vpnalg_protocol vpns[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
};

/* In what steer_with() returns: the packet is a fragment without ports. */
#define FRAGMENT 0x80000000U

static const struct vpnalg_steer settings = { .size = sizeof(settings),
					      .key = { 1, 2 },
					      .addresses = addresses,
					      .address_count = 1,
					      .general = ranges,
					      .general_count = N,
					      .protocols = vpns,
					      .protocol_count = 3 };
static const struct vpnalg_steer without = { .size = sizeof(without),
					     .key = { 1, 2 },
					     .addresses = addresses,
					     .address_count = 1 };

static uint32_t steer_with(const struct vpnalg_steer *s, unsigned direction,
			   struct bytes p, uint16_t zone, uint32_t n)
{
	struct vpnalg_packet packet = { .data = p.data,
					.caplen = p.length,
					.len = p.length,
					.direction = (uint8_t)direction,
					.zone = zone };
	bool fragment;
	uint32_t at = vpnalg_steer(s, &packet, n, &fragment);

	return fragment ? at | FRAGMENT : at;
}

static uint32_t steer(unsigned direction, struct bytes p)
{
	return steer_with(&settings, direction, p, 0, N);
}

static uint32_t by_remote(uint32_t remote)
{
	return steer_with(&without, VPNALG_OUT,
			  gre_packet(CLIENT_A, remote, 1, 1), 0, N);
}

static struct bytes packet(uint8_t protocol, uint32_t from, uint16_t from_port,
			   uint32_t to, uint16_t to_port)
{
	if (protocol == UDP)
		return udp_packet(from, from_port, to, to_port, "abc", 3);
	return tcp_packet(from, from_port, to, to_port, 1, 1, ACK, "abc", 3);
}

/* All that one inside endpoint sends goes to one translator, whoever the remote
 * is, and its range leads back there. */
static void check_flow(uint8_t protocol, uint32_t host, uint32_t remote)
{
	uint32_t at = steer(VPNALG_OUT, packet(protocol, host, 4000, remote,
					       80));
	uint16_t port = (uint16_t)(ranges[at].first + remote % 9000);
	struct bytes in = packet(protocol, remote, 80, host, 4000);
	struct bytes out = packet(protocol, OUTSIDE, port, remote, 80);

	ck_assert_uint_eq(steer(VPNALG_OUT, packet(protocol, host, 4000,
						   STRANGER, 53)), at);
	ck_assert_uint_eq(steer(VPNALG_IN_UNDO, in), at);
	ck_assert_uint_eq(steer(VPNALG_OUT_UNDO, out), at);
	ck_assert_uint_eq(steer(VPNALG_IN, packet(protocol, remote, 80,
						  OUTSIDE, port)), at);
	ck_assert_uint_eq(steer(VPNALG_IN, packet(protocol, STRANGER, 53,
						  OUTSIDE, port)), at);
	/* Errors go by what they quote. */
	ck_assert_uint_eq(steer(VPNALG_IN, icmp_error(STRANGER, OUTSIDE, 3,
						      &out, 28)), at);
	ck_assert_uint_eq(steer(VPNALG_OUT, icmp_error(host, STRANGER, 3, &in,
						       28)), at);
}

START_TEST(what_one_host_sends_meets_its_answers)
{
	uint32_t i;

	for (i = 0; i < 200; i++) {
		check_flow(UDP, CLIENT_A + i, SERVER + 7 * i);
		check_flow(TCP, CLIENT_A + i, SERVER + 7 * i);
	}
}
END_TEST

START_TEST(hosts_and_zones_are_spread_over_translators)
{
	unsigned hosts[N] = { 0 }, zones[N] = { 0 };
	uint32_t i;

	for (i = 0; i < 400; i++) {
		hosts[steer(VPNALG_OUT, packet(UDP, CLIENT_A + i, 4000, SERVER,
					       53))]++;
		zones[steer_with(&settings, VPNALG_OUT,
				 packet(UDP, CLIENT_A, 4000, SERVER, 53),
				 (uint16_t)i, N)]++;
	}
	for (i = 0; i < N; i++) {
		ck_assert_uint_ge(hosts[i], 60);
		ck_assert_uint_ge(zones[i], 60);
	}
}
END_TEST

static const struct port_row {
	uint16_t port;
	int at; /* -1: by the remote */
} port_rows[] = {
	{ 1, -1 },     { 9999, -1 },  { 10000, 0 }, { 19999, 0 },
	{ 20000, 1 },  { 29999, 1 },  { 30000, 2 }, { 40000, 3 },
	{ 65535, 3 },
};

START_TEST(a_port_in_a_range_decides_and_no_other)
{
	const struct port_row *row = &port_rows[_i];
	uint32_t i, at;

	for (i = 0; i < 50; i++) {
		at = row->at < 0 ? by_remote(SERVER + i) : (uint32_t)row->at;
		ck_assert_uint_eq(steer(VPNALG_IN,
					packet(UDP, SERVER + i, 53, OUTSIDE,
					       row->port)), at);
		ck_assert_uint_eq(steer(VPNALG_IN,
					packet(TCP, SERVER + i, 53, OUTSIDE,
					       row->port)), at);
		ck_assert_uint_eq(steer(VPNALG_IN,
					icmp_query(SERVER + i, OUTSIDE,
						   ECHO_REPLY, row->port, 1)),
				  at);
		/* But not of a port that a VPN protocol has. */
		ck_assert_uint_eq(steer(VPNALG_IN,
					packet(TCP, SERVER + i, PPTP, OUTSIDE,
					       row->port)),
				  by_remote(SERVER + i));
	}
}
END_TEST

/* VPN sessions: a server's port at either end. */
static const struct vpn_row {
	uint8_t protocol;
	uint16_t port;
} vpn_rows[] = { { UDP, 500 }, { UDP, 1701 }, { TCP, 1723 }, { UDP, 4500 } };

START_TEST(vpn_protocols_go_by_their_remote)
{
	uint8_t protocol = vpn_rows[_i].protocol;
	uint16_t port = vpn_rows[_i].port;
	uint32_t remote, at;

	for (remote = SERVER; remote < SERVER + 50; remote++) {
		at = by_remote(remote);
		ck_assert_uint_eq(steer(VPNALG_OUT,
					packet(protocol, CLIENT_A, 4000, remote,
					       port)), at);
		ck_assert_uint_eq(steer(VPNALG_OUT,
					packet(protocol, CLIENT_A, port, remote,
					       4000)), at);
		ck_assert_uint_eq(steer(VPNALG_IN,
					packet(protocol, remote, port, OUTSIDE,
					       20000)), at);
		ck_assert_uint_eq(steer(VPNALG_IN,
					packet(protocol, remote, 20000, OUTSIDE,
					       port)), at);
		ck_assert_uint_eq(steer(VPNALG_OUT, gre_packet(CLIENT_A,
							       remote, 9, 1)),
				  at);
	}
}
END_TEST

START_TEST(pings_go_by_host_and_identifier_and_other_icmp_by_its_remote)
{
	uint32_t host, at;

	for (host = CLIENT_A; host < CLIENT_A + 50; host++) {
		at = steer(VPNALG_OUT, packet(UDP, host, 4000, STRANGER, 53));
		ck_assert_uint_eq(steer(VPNALG_OUT, icmp_query(host, SERVER,
							       ECHO, 7, 1)),
				  at);
		ck_assert_uint_eq(steer(VPNALG_OUT, icmp_query(host, SERVER, 13,
							       7, 1)), at);
		ck_assert_uint_eq(steer(VPNALG_OUT, icmp_query(host, SERVER, 17,
							       7, 1)),
				  by_remote(SERVER));
	}
}
END_TEST

/* The caller sees that a later fragment may belong elsewhere. */
START_TEST(fragments_without_ports_are_marked)
{
	static const uint8_t protocols[] = { TCP, UDP };
	uint32_t i, n;

	for (i = 0; i < 2; i++)
		for (n = 1; n <= N; n++) {
			struct bytes p = packet(protocols[i], CLIENT_A, 4000,
						SERVER, 80);
			uint32_t at = steer_with(&without, VPNALG_OUT, p, 0, n);

			set_fragment(&p, 0x0005);
			ck_assert_uint_eq(steer_with(&settings, VPNALG_OUT, p,
						     0, n),
					  at | FRAGMENT);
			ck_assert_uint_eq(steer_with(&without, VPNALG_OUT, p,
						     0, n), at);
			/* The first one has ports. */
			set_fragment(&p, 0x2000);
			ck_assert_uint_lt(steer_with(&settings, VPNALG_OUT, p,
						     0, n), n);
		}
}
END_TEST

/* It may be that of an ICMP error, which goes by what its first fragment
 * quotes, wherever there is no general traffic, too. */
START_TEST(later_fragments_of_icmp_are_marked)
{
	struct bytes p = icmp_query(SERVER, OUTSIDE, ECHO_REPLY, 7, 1);
	struct bytes quoted = gre_packet(SERVER, CLIENT_A, 7, 1);
	struct bytes error = icmp_error(CLIENT_A, SERVER, 3, &quoted, 28);
	uint32_t at = steer_with(&without, VPNALG_IN, p, 0, N);

	set_fragment(&p, 0x0005);
	ck_assert_uint_eq(steer_with(&without, VPNALG_IN, p, 0, N),
			  at | FRAGMENT);
	set_fragment(&error, 0x2000);
	ck_assert_uint_lt(steer_with(&without, VPNALG_OUT, error, 0, N), N);
}
END_TEST

/* What a caller does not know of, or has not given, does not matter. */
START_TEST(without_ranges_all_goes_by_the_remote)
{
	struct vpnalg_steer old = settings;
	uint32_t remote;

	old.size = offsetof(struct vpnalg_steer, general);
	for (remote = SERVER; remote < SERVER + 50; remote++) {
		struct bytes out = packet(UDP, CLIENT_A, 4000, remote, 53);
		struct bytes in = packet(UDP, remote, 53, OUTSIDE, 20000);

		ck_assert_uint_eq(steer_with(&old, VPNALG_OUT, out, 0, N),
				  by_remote(remote));
		ck_assert_uint_eq(steer_with(&old, VPNALG_IN, in, 0, N),
				  by_remote(remote));
		ck_assert_uint_eq(steer_with(&without, VPNALG_IN, in, 0, N),
				  by_remote(remote));
		/* More ranges than translators. */
		ck_assert_uint_lt(steer_with(&settings, VPNALG_IN, in, 0, 1),
				  1);
	}
}
END_TEST

/* Nothing behind what is in memory is looked at. */
START_TEST(a_cut_packet_stays_in_its_memory)
{
	static const struct {
		uint8_t protocol, least;
	} rows[] = { { TCP, 24 }, { UDP, 24 }, { ICMP, 28 } };
	uint32_t i, caplen;

	for (i = 0; i < 3; i++) {
		struct bytes p = rows[i].protocol == ICMP
					 ? icmp_query(CLIENT_A, SERVER, ECHO,
						      7, 1)
					 : packet(rows[i].protocol, CLIENT_A,
						  4000, SERVER, 53);
		uint32_t whole = steer(VPNALG_OUT, p);

		for (caplen = 0; caplen <= p.length; caplen++) {
			uint8_t *block = malloc(caplen + 1U);
			struct vpnalg_packet cut = { .data = block,
						     .caplen = caplen,
						     .len = p.length,
						     .direction = VPNALG_OUT };

			bool fragment;

			memcpy(block, p.data, caplen);
			ck_assert_uint_eq(vpnalg_steer(&settings, &cut, N,
						       &fragment),
					  caplen < 20 ? 0
					  : caplen < rows[i].least
						  ? by_remote(SERVER)
						  : whole);
			free(block);
		}
	}
}
END_TEST

TCase *steer_general_case(void)
{
	TCase *steering = tcase_create("general traffic");

	tcase_add_test(steering, what_one_host_sends_meets_its_answers);
	tcase_add_test(steering, hosts_and_zones_are_spread_over_translators);
	tcase_add_loop_test(steering, a_port_in_a_range_decides_and_no_other,
			    0, ROWS(port_rows));
	tcase_add_loop_test(steering, vpn_protocols_go_by_their_remote, 0,
			    ROWS(vpn_rows));
	tcase_add_test(
		steering,
		pings_go_by_host_and_identifier_and_other_icmp_by_its_remote);
	tcase_add_test(steering, fragments_without_ports_are_marked);
	tcase_add_test(steering, later_fragments_of_icmp_are_marked);
	tcase_add_test(steering, without_ranges_all_goes_by_the_remote);
	tcase_add_test(steering, a_cut_packet_stays_in_its_memory);
	return steering;
}
