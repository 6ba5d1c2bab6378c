/* SPDX-License-Identifier: BSD-2-Clause */
/* Other protocols on the port of L2TP, and messages that name no tunnel. */
#include "l2tp_shared.h"

/* Another protocol on the port */

#define WIREGUARD "\1\0\0\0\7\7\7\7abcdefghijklmnopqrstuvwxyz"

static const struct {
	const char *what;
	uint32_t length;
	const char *bytes;
} foreign_rows[] = {
	{ "WireGuard's handshake", 30, WIREGUARD },
	{ "WireGuard's data", 16, "\4\0\0\0\7\7\7\7\0\0\0\0\0\0\0\1" },
	{ "OpenVPN's reset", 14, "\x38\xc2\3\4\5\6\7\x08\0\0\0\0\0\0" },
	{ "the same, as if of version 3", 14,
	  "\x38\xc3\3\4\5\6\7\x08\0\0\0\0\0\0" },
	{ "OpenVPN's data", 12, "\x48\0\0\1\2\3\4\5\6\7\x08\x09" },
	{ "OpenVPN's older data", 12, "\x30\2\0\1\2\3\4\5\6\7\x08\x09" },
	{ "L2F", 10, "\0\1\0\7\0\1\0\0\0\0" },
	{ "DNS", 12, "\x12\x34\1\0\0\1\0\0\0\0\0\0" },
	{ "RTP", 12, "\x80\x03\0\1\0\0\0\1\0\0\0\1" },
	{ "a keepalive", 1, "\xff" },
	{ "nothing", 0, "" },
	{ "five bytes", 5, "\0\2\0\7\0" },
	{ "seven bytes", 7, "\0\3\0\0\0\0\0" },
};

START_TEST(a_packet_that_is_not_l2tp_goes_by_its_ports)
{
	struct bytes p;
	uint16_t outside[2];
	unsigned n;

	for (n = 0; n < 2; n++) {
		p = udp_packet(CLIENT_A + n, 51820, SERVER, L2TP,
			       foreign_rows[_i].bytes, foreign_rows[_i].length);
		ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) ==
				      VPNALG_TRANSLATED,
			      "%s: %s", foreign_rows[_i].what,
			      vpnalg_result_text(w.last.result));
		outside[n] = get16(l4(&w));
	}
	ck_assert_uint_ne(outside[0], outside[1]);
	for (n = 0; n < 2; n++) {
		p = udp_packet(SERVER, L2TP, OUTSIDE, outside[n],
			       foreign_rows[_i].bytes, foreign_rows[_i].length);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(destination(&w), CLIENT_A + n);
		ck_assert_uint_eq(get16(l4(&w) + 2), 51820);
		ck_assert_mem_eq(l4(&w) + 8, foreign_rows[_i].bytes,
				 foreign_rows[_i].length);
	}
	p = udp_packet(SERVER, 5000, OUTSIDE, outside[0],
		       foreign_rows[_i].bytes, foreign_rows[_i].length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_PORT_HELD);
}
END_TEST

/* Both from one port of one host: L2TP shares port 1701, the other has the port
 * that is its own. */
START_TEST(a_packet_that_is_not_l2tp_shares_no_port)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 },
	};
	struct tunnel a = a_tunnel(0);
	struct bytes p;

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .protocols = protocols,
					       .protocol_count = 1 });
	a.port = 40000;
	a.fixed_port = true;
	p = udp_packet(a.client, a.port, SERVER, L2TP, WIREGUARD, 30);
	if (_i == 1)
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	tunnel_begin(&w, &a);
	ck_assert_uint_eq(a.outside_port, L2TP);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w)), 40000);
	p = udp_packet(SERVER, L2TP, OUTSIDE, 40000, WIREGUARD, 30);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), a.client);
	tunnel_carries(&w, &a, 1);
}
END_TEST

/* It does not open port 1701 for L2TP either. */
START_TEST(a_flow_that_was_opened_by_another_protocol_is_held_to_tunnels)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1);
	struct bytes p = udp_packet(b.client, L2TP, SERVER, L2TP, WIREGUARD,
				    30);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	a.port = 40000;
	a.fixed_port = true;
	tunnel_begin(&w, &a);
	b.peer = a.peer;
	ck_assert_uint_eq(client_tells(&w, &b, HELLO), VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(client_tells(&w, &b, STOPCCN),
			  VPNALG_DROP_NO_SESSION);
	tunnel_carries(&w, &a, 1);
}
END_TEST

/* Drops */

static const struct {
	const char *what;
	unsigned type, avp;
	uint32_t to, value;
	unsigned result;
} nameless_rows[] = {
	{ "SCCRQ without an ID", SCCRQ, 0, 0, 0, VPNALG_DROP_MALFORMED },
	{ "SCCRQ with a Tunnel ID", SCCRQ, 9, 100, 8, VPNALG_DROP_MALFORMED },
	{ "SCCCN to tunnel 0", SCCCN, 0, 0, 0, VPNALG_DROP_NO_SESSION },
	{ "HELLO to tunnel 0", HELLO, 0, 0, 0, VPNALG_DROP_NO_SESSION },
	{ "ZLB to tunnel 0", 0, 0, 0, 0, VPNALG_DROP_NO_SESSION },
	{ "StopCCN of no tunnel", STOPCCN, 9, 0, 8, VPNALG_DROP_NO_SESSION },
	{ "StopCCN to tunnel 0 of its tunnel", STOPCCN, 9, 0, 7,
	  VPNALG_TRANSLATED },
};

static struct bytes nameless(const struct tunnel *t, int row)
{
	struct bytes m = l2tp_control(2, nameless_rows[row].to, 1,
				      nameless_rows[row].type);

	if (nameless_rows[row].avp != 0)
		l2tp_avp(&m, nameless_rows[row].avp, 2,
			 nameless_rows[row].value);
	(void)t;
	return m;
}

/* A message that names no tunnel, from a shared port, could be any host's. */
START_TEST(a_message_that_names_no_tunnel_does_not_go_out_of_a_shared_port)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1);
	struct bytes m = nameless(&b, _i);

	a.fixed_port = b.fixed_port = true;
	tunnel_begin(&w, &a);
	tunnel_begin(&w, &b);
	ck_assert_msg(tunnel_says(&w, &b, &m) == nameless_rows[_i].result,
		      "%s: %s", nameless_rows[_i].what,
		      vpnalg_result_text(w.last.result));
	tunnel_carries(&w, &a, 1);
}
END_TEST

START_TEST(a_dropped_packet_leaves_nothing_behind)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 },
	};
	struct tunnel t = a_tunnel(0);
	struct bytes m = nameless(&t, _i);

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .protocols = protocols,
					       .protocol_count = 1 });
	t.port = 40000;
	tunnel_says(&w, &t, &m);
	ck_assert_uint_ne(w.last.result, VPNALG_TRANSLATED);
	ck_assert_int_eq(w.records, 0);
	t.port = 0;
	t.version = 3;
	m = l2tp_control(3, 0, 0, SCCRQ);
	tunnel_says(&w, &t, &m);
	ck_assert_uint_ne(w.last.result, VPNALG_TRANSLATED);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

TCase *l2tp_foreign_case(void)
{
	TCase *t = tcase_create("foreign");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_packet_that_is_not_l2tp_goes_by_its_ports, 0,
			    ROWS(foreign_rows));
	tcase_add_loop_test(t, a_packet_that_is_not_l2tp_shares_no_port, 0, 2);
	tcase_add_test(
		t,
		a_flow_that_was_opened_by_another_protocol_is_held_to_tunnels);
	tcase_add_loop_test(
		t,
		a_message_that_names_no_tunnel_does_not_go_out_of_a_shared_port,
		0, ROWS(nameless_rows));
	tcase_add_loop_test(t, a_dropped_packet_leaves_nothing_behind, 0, 6);
	return t;
}
