/* SPDX-License-Identifier: BSD-2-Clause */
/* The result of a packet: its owner, and results without an owner. */
#include "process.h"

enum kind_of_packet { A_GRE, A_TCP, A_UDP, AN_ESP };

static struct bytes packet_of(enum kind_of_packet what, uint32_t from,
			      uint16_t from_id, uint32_t to, uint16_t to_id)
{
	switch (what) {
	case A_GRE:
		return gre_packet(from, to, to_id, 1);
	case A_TCP:
		return tcp_packet(from, from_id, to, to_id, 1, 1, ACK, NULL,
				  0);
	case A_UDP:
		return udp_packet(from, from_id, to, to_id, "12345678", 8);
	default:
		return ip_packet(from, to, ESP, "12345678", 8);
	}
}

/* Nobody's packets. The router's own stack gets what may be for it, but must
 * not answer for an inside host. */
static const struct row {
	const char *name;
	uint8_t direction;
	enum kind_of_packet what;
	uint32_t from;
	uint16_t from_id;
	uint32_t to;
	uint16_t to_id;
	unsigned result;
} rows[] = {
	{ "GRE of the call", VPNALG_IN, A_GRE, SERVER, 0, OUTSIDE, 7,
	  VPNALG_TRANSLATED },
	{ "GRE of no call, from a remote in use", VPNALG_IN, A_GRE, SERVER, 0,
	  OUTSIDE, 8, VPNALG_DROP_GUARDED },
	{ "GRE from a stranger", VPNALG_IN, A_GRE, STRANGER, 0, OUTSIDE, 7,
	  VPNALG_UNTOUCHED },
	{ "GRE to an address not ours", VPNALG_IN, A_GRE, SERVER, 0, OUTSIDE_2,
	  8, VPNALG_UNTOUCHED },
	{ "control from another port", VPNALG_IN, A_TCP, SERVER, 1724, OUTSIDE,
	  3000, VPNALG_DROP_PORT_HELD },
	{ "web from another port", VPNALG_IN, A_TCP, SERVER, 443, OUTSIDE,
	  3000, VPNALG_DROP_PORT_HELD },
	{ "to another port", VPNALG_IN, A_TCP, SERVER, PPTP, OUTSIDE, 3001,
	  VPNALG_UNTOUCHED },
	{ "to that port from a stranger", VPNALG_IN, A_TCP, STRANGER, PPTP,
	  OUTSIDE, 3000, VPNALG_UNTOUCHED },
	{ "to the router's web server", VPNALG_IN, A_TCP, SERVER, 3000,
	  OUTSIDE, 80, VPNALG_UNTOUCHED },
	{ "toy from another port", VPNALG_IN, A_UDP, SERVER, 53, OUTSIDE, 5000,
	  VPNALG_DROP_PORT_HELD },
	{ "toy data of no session", VPNALG_IN, A_UDP, SERVER, 9998, OUTSIDE, 1,
	  VPNALG_DROP_GUARDED },
	{ "UDP from a stranger", VPNALG_IN, A_UDP, STRANGER, 9999, OUTSIDE,
	  5000, VPNALG_UNTOUCHED },
	{ "ESP from a remote in use", VPNALG_IN, AN_ESP, SERVER, 0, OUTSIDE, 0,
	  VPNALG_UNTOUCHED },
	{ "the router's own GRE", VPNALG_OUT, A_GRE, OUTSIDE, 0, SERVER, 9,
	  VPNALG_UNTOUCHED },
	{ "the router's own PPTP", VPNALG_OUT, A_TCP, OUTSIDE, 3000, SERVER,
	  PPTP, VPNALG_UNTOUCHED },
	{ "GRE to the router", VPNALG_OUT, A_GRE, CLIENT_A, 0, OUTSIDE, 9,
	  VPNALG_UNTOUCHED },
	{ "PPTP to the router", VPNALG_OUT, A_TCP, CLIENT_A, 3000, OUTSIDE,
	  PPTP, VPNALG_UNTOUCHED },
	{ "GRE of no call, out", VPNALG_OUT, A_GRE, CLIENT_A, 0, SERVER, 10,
	  VPNALG_DROP_NO_SESSION },
	{ "GRE of another host's call", VPNALG_OUT, A_GRE, CLIENT_B, 0, SERVER,
	  9, VPNALG_DROP_NO_SESSION },
	{ "PPTP without a SYN", VPNALG_OUT, A_TCP, CLIENT_B, 3000, SERVER,
	  PPTP, VPNALG_DROP_NO_CONNECTION },
	{ "the web", VPNALG_OUT, A_TCP, CLIENT_A, 3000, SERVER, 443,
	  VPNALG_UNTOUCHED },
	{ "DNS", VPNALG_OUT, A_UDP, CLIENT_A, 5000, SERVER, 53,
	  VPNALG_UNTOUCHED },
	{ "ESP, out", VPNALG_OUT, AN_ESP, CLIENT_A, 0, SERVER, 0,
	  VPNALG_UNTOUCHED },
	{ "undo of GRE of no call, out", VPNALG_OUT_UNDO, A_GRE, OUTSIDE, 0,
	  SERVER, 10, VPNALG_DROP_NO_SESSION },
	{ "undo of GRE of no call, in", VPNALG_IN_UNDO, A_GRE, SERVER, 0,
	  CLIENT_A, 8, VPNALG_DROP_NO_SESSION },
	{ "undo of the web", VPNALG_OUT_UNDO, A_TCP, OUTSIDE, 3000, SERVER,
	  443, VPNALG_UNTOUCHED },
	{ "undo of no connection, in", VPNALG_IN_UNDO, A_TCP, SERVER, PPTP,
	  CLIENT_B, 3000, VPNALG_DROP_NO_SESSION },
};

START_TEST(a_packet_is_ours_or_the_routers_or_must_not_pass)
{
	const struct row *row = &rows[_i];
	struct connection c = { 0 };
	struct world w;
	struct bytes p;

	talk_begin(&w, &c);
	p = packet_of(row->what, row->from, row->from_id, row->to,
		      row->to_id);
	ck_assert_msg(send_packet(&w, row->direction, &p) == row->result,
		      "%s: %s", row->name,
		      vpnalg_result_text(w.last.result));
	world_end(&w);
}
END_TEST

/* Addresses that are no far host's, and those next to them that may be. */
static const struct {
	uint32_t address;
	bool remote;
} far_rows[] = {
	{ 0x00000000, false }, { 0x00000001, false }, { 0x00ffffff, false },
	{ 0x01000000, true },  { 0x7effffff, true },  { 0x7f000000, false },
	{ 0x7f000001, false }, { 0x7fffffff, false }, { 0x80000000, true },
	{ 0xdfffffff, true },  { 0xe0000001, false }, { 0xefffffff, false },
	{ 0xf0000000, false }, { 0xfffffffe, false }, { 0xffffffff, false },
	{ OUTSIDE, false },    { OUTSIDE_2, false },
};

static struct bytes opening_packet(unsigned i, uint32_t from, uint32_t to)
{
	static const uint8_t ike[28] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const uint8_t sccrq[20] = { 0xc8, 2, 0, 20, [12] = 0x80, 8, 0,
					   0, 0, 0, 0, 1 };

	switch (i) {
	case 0:
		return tcp_packet(from, 443, to, PPTP, 1, 0, SYN, NULL, 0);
	case 1:
		return tcp_packet(from, 443, to, 443, 1, 0, SYN, NULL, 0);
	case 2:
		return udp_packet(from, 500, to, 500, ike, sizeof(ike));
	case 3:
		return udp_packet(from, 1701, to, 1701, sccrq, sizeof(sccrq));
	case 4:
		return ip_packet(from, to, ESP, "\0\0\1\0\0\0\0\1data", 12);
	case 5:
		return ip_packet(from, to, GRE, "\0\0\x08\0data", 8);
	case 6:
		return ip_packet(from, to, 115, "\0\0\0\1data", 8);
	default:
		return udp_packet(from, 123, to, 123, "time", 4);
	}
}

#define OPENING_PACKETS 8

static const struct vpnalg_protocol all_handlers[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL }, { vpnalg_general, NULL },
};

static const uint32_t two_addresses[] = { OUTSIDE, OUTSIDE_2 };

START_TEST(what_is_no_far_host_has_no_session_and_sends_nothing_in)
{
	struct world_options options = { .protocols = all_handlers,
					 .protocol_count = 5,
					 .addresses = two_addresses,
					 .address_count = 2,
					 .no_undo = true };
	uint32_t remote = far_rows[_i].address;
	struct world w;
	struct bytes p;
	unsigned i;

	for (i = 0; i < OPENING_PACKETS; i++) {
		world_begin(&w, &options);
		p = opening_packet(i, CLIENT_A, remote);
		ck_assert_msg((send_packet(&w, VPNALG_OUT, &p) ==
			       VPNALG_TRANSLATED) == far_rows[_i].remote,
			      "%08x, packet %u: %s", remote, i,
			      vpnalg_result_text(w.last.result));
		ck_assert_int_eq(w.records > 0, far_rows[_i].remote);
		world_end(&w);
	}
}
END_TEST

/* A mapping takes packets from everybody who is somebody. */
START_TEST(what_is_no_far_host_does_not_come_in_through_a_mapping)
{
	struct world_options options = { .protocols = all_handlers,
					 .protocol_count = 5,
					 .no_undo = true };
	uint32_t remote = far_rows[_i].address;
	bool may = far_rows[_i].remote || remote == OUTSIDE_2;
	struct bytes out = udp_packet(CLIENT_A, 40000, SERVER, 53, "q", 1);
	struct bytes in = udp_packet(remote, 53, OUTSIDE, 40000, "a", 1);
	struct bytes undo = udp_packet(remote, 53, CLIENT_A, 40000, "a", 1);
	struct world w;

	world_begin(&w, &options);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in),
			  may ? VPNALG_TRANSLATED : VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &undo),
			  may ? VPNALG_TRANSLATED : VPNALG_UNTOUCHED);
	world_end(&w);
}
END_TEST

/* One host's packets to 0.0.0.0 took the router's own ports for everybody. */
START_TEST(no_packet_takes_a_port_for_all_remotes)
{
	struct world_options options = { .protocols = all_handlers,
					 .protocol_count = 5,
					 .no_undo = true };
	struct world w;
	struct bytes p;
	unsigned i;

	world_begin(&w, &options);
	for (i = 0; i < OPENING_PACKETS; i++) {
		p = opening_packet(i, CLIENT_B, 0);
		send_packet(&w, VPNALG_OUT, &p);
	}
	for (i = 0; i < OPENING_PACKETS; i++) {
		p = opening_packet(i, STRANGER, OUTSIDE);
		ck_assert_msg(send_packet(&w, VPNALG_IN, &p) ==
				      VPNALG_UNTOUCHED, "packet %u", i);
	}
	world_end(&w);
}
END_TEST

/* The remote is guarded from the first packet on, to the end of the last
 * session, sweep or not. */
START_TEST(a_remote_is_guarded_while_anything_of_an_inside_host_lives)
{
	struct bytes stray = gre_packet(SERVER, OUTSIDE, 99, 1);
	struct bytes syn = tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 1, 0, SYN,
				      NULL, 0);
	struct world w;

	world_begin(&w, NULL);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &stray),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &syn),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &stray),
			  VPNALG_DROP_GUARDED);
	world_wait(&w, 239999);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &stray),
			  VPNALG_DROP_GUARDED);
	world_wait(&w, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &stray),
			  VPNALG_UNTOUCHED);
	world_end(&w);
}
END_TEST

Suite *process_suite(void)
{
	Suite *suite = suite_create("process");
	TCase *whose = tcase_create("whose");

	tcase_add_loop_test(whose,
			    a_packet_is_ours_or_the_routers_or_must_not_pass,
			    0, ROWS(rows));
	tcase_add_test(
		whose,
		a_remote_is_guarded_while_anything_of_an_inside_host_lives);
	tcase_add_loop_test(
		whose,
		what_is_no_far_host_has_no_session_and_sends_nothing_in, 0,
		ROWS(far_rows));
	tcase_add_loop_test(
		whose, what_is_no_far_host_does_not_come_in_through_a_mapping,
		0, ROWS(far_rows));
	tcase_add_test(whose, no_packet_takes_a_port_for_all_remotes);
	suite_add_tcase(suite, whose);
	suite_add_tcase(suite, process_burst_case());
	suite_add_tcase(suite, process_attempt_case());
	suite_add_tcase(suite, process_result_case());
	return suite;
}
