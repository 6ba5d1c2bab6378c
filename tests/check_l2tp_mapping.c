/* SPDX-License-Identifier: BSD-2-Clause */
/* A host that uses one port for L2TP and for other things: what passes through
 * its mapping, and what would be taken for the flow's. */
#include "support_l2tp.h"
#include "cases.h"

#include <vpnalg/protocols.h>

#define WIREGUARD "\1\0\0\0\7\7\7\7abcdefghijklmnopqrstuvwxyz"

static struct world w;

static void begin(const struct vpnalg_protocol *protocols, size_t count)
{
	l2tp_world(&w, (struct world_options){ .protocols = protocols,
					       .protocol_count = count });
}

static void end(void)
{
	world_end(&w);
}

static struct tunnel a_tunnel(void)
{
	return (struct tunnel){ .client = CLIENT_A, .server = SERVER,
				.port = 40000, .version = 2, .own = 7,
				.peer = 100 };
}

/* A mapping of general traffic takes packets from any sender, a VPN server's
 * port too, and undo knows their direction. */
START_TEST(a_packet_from_a_vpns_port_to_a_mapping_is_undone)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
		{ vpnalg_general, NULL },
	};
	static const uint16_t ports[] = { 500, 1701, 4500, 53 };
	struct bytes p = udp_packet(CLIENT_A, 40000, STRANGER, 53, "question",
				    8);
	struct bytes m = l2tp_control(2, 7, 0, SCCRP);
	uint16_t outside;

	begin(protocols, 3);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	outside = get16(l4(&w));
	p = udp_packet(SERVER, ports[_i], OUTSIDE, outside, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	put16(p.data + 24, 500); /* UDP's length, which is beyond IP's */
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = udp_packet(SERVER, ports[_i], CLIENT_B, 40000, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
}
END_TEST

/* The host has a session of the VPN between the very ports: what came to the
 * mapping's port instead would be taken for that one's. */
START_TEST(a_packet_to_a_mapping_is_not_taken_for_a_vpns)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
		{ vpnalg_general, NULL },
	};
	static const uint16_t ports[] = { 500, 1701, 4500 };
	struct bytes p = udp_packet(CLIENT_A, 40000, STRANGER, 53, "question",
				    8);
	struct bytes in;
	uint16_t mapped;

	begin(protocols, 3);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	mapped = get16(l4(&w));
	in = udp_packet(SERVER, ports[_i], OUTSIDE, mapped, WIREGUARD, 30);
	p = udp_packet(CLIENT_A, 40000, SERVER, ports[_i], WIREGUARD, 30);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(l4(&w)), mapped);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in),
			  VPNALG_DROP_PORT_HELD);
}
END_TEST

/* The host sends to both from one port: what comes from IKE's port is IKE's,
 * even if it looks like the answer. */
START_TEST(a_packet_like_an_answer_is_the_sessions_between_its_ports)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, NULL }, { vpnalg_ipsec, NULL },
		{ vpnalg_general, NULL },
	};
	static const uint16_t ports[] = { 500, 4500, 5000 };
	struct bytes m = l2tp_control(2, 7, _i & 1, _i > 5 ? HELLO : SCCRP), p;
	struct tunnel t = a_tunnel();
	uint16_t outside;

	begin(protocols, 3);
	if (_i > 5)
		t.port = L2TP;
	p = udp_packet(CLIENT_A, t.port, SERVER, ports[_i / 2 % 3], WIREGUARD,
		       30);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	outside = get16(l4(&w));
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_ne(t.outside_port, outside);
	l2tp_avp(&m, 9, 2, 100);
	p = udp_packet(SERVER, ports[_i / 2 % 3], OUTSIDE, outside, m.data,
		       m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
}
END_TEST

static const struct {
	const char *what;
	unsigned direction;
	bool data; /* of L2TP */
	uint16_t remote_port;
	unsigned result;
} between_rows[] = {
	{ "data to the mapping", VPNALG_IN, true, 5000, VPNALG_DROP_PORT_HELD },
	{ "other things to it", VPNALG_IN, false, 5000, VPNALG_DROP_PORT_HELD },
	{ "other things out", VPNALG_OUT, false, 5000, VPNALG_DROP_PORT_HELD },
	{ "data from the next port", VPNALG_IN, true, 5001, VPNALG_TRANSLATED },
	{ "other things to there", VPNALG_OUT, false, 5001, VPNALG_TRANSLATED },
};

/* The host has a mapping for the port of its SCCRQ. What passes there
 * would be taken for the flow's. */
START_TEST(between_the_ports_of_an_answer_there_is_the_flow_alone)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, NULL }, { vpnalg_general, NULL },
	};
	struct bytes m = l2tp_data2(7, 8, 1), p;
	struct tunnel t = a_tunnel();
	uint16_t mapped;

	begin(protocols, 2);
	t.answer_port = 5000;
	p = udp_packet(CLIENT_A, t.port, STRANGER, 53, "question", 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	mapped = get16(l4(&w));
	tunnel_begin(&w, &t);
	ck_assert_uint_ne(t.outside_port, mapped);
	if (!between_rows[_i].data) {
		m.length = 0;
		l2tp_bytes(&m, WIREGUARD, 30);
	}
	p = between_rows[_i].direction == VPNALG_IN
		    ? udp_packet(SERVER, between_rows[_i].remote_port, OUTSIDE,
				 mapped, m.data, m.length)
		    : udp_packet(CLIENT_A, t.port, SERVER,
				 between_rows[_i].remote_port, m.data,
				 m.length);
	ck_assert_msg(send_packet(&w, between_rows[_i].direction, &p) ==
			      between_rows[_i].result,
		      "%s: %s", between_rows[_i].what,
		      vpnalg_result_text(w.last.result));
	tunnel_carries(&w, &t, 1);
}
END_TEST

/* Nor is a mapping opened for it, or a permission, by any filtering. */
START_TEST(a_packet_to_the_port_of_an_answer_opens_nothing)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, NULL }, { vpnalg_general, NULL },
	};
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 5000, WIREGUARD,
				    30);
	struct tunnel t = a_tunnel();
	long records;

	l2tp_world(&w, (struct world_options){
			       .protocols = protocols,
			       .protocol_count = 2,
			       .general = { .filtering = (uint8_t)_i } });
	t.answer_port = 5000;
	tunnel_begin(&w, &t);
	records = w.records;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_PORT_HELD);
	ck_assert_int_eq(w.records, records);
	tunnel_carries(&w, &t, 1);
}
END_TEST

static const struct {
	uint16_t port; /* that the server answers from */
	bool taken;
} answer_rows[] = {
	{ 500, false }, { 4500, false }, { 499, true }, { 4501, true },
	{ L2TP, true }
};

/* The host may send IKE there, from the same port. What comes in between the
 * two would look like the flow's to undo. */
START_TEST(an_answer_does_not_come_from_a_port_of_ike)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
		{ vpnalg_ipsec, NULL },
	};
	unsigned row = (unsigned)_i / 2;
	uint16_t port = answer_rows[row].port;
	struct bytes ike = udp_packet(CLIENT_A, 40000, SERVER, port, WIREGUARD,
				      30);
	struct bytes m = l2tp_control(2, 7, 0, HELLO), p;
	struct tunnel t = a_tunnel();
	bool taken;

	begin(protocols + _i % 2, 2);
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	t.answer_port = port == L2TP ? 0 : port;
	taken = tunnel_is_answered(&w, &t) == VPNALG_TRANSLATED;
	ck_assert_msg(taken == answer_rows[row].taken, "%u: %s", port,
		      vpnalg_result_text(w.last.result));
	if (!taken) {
		ck_assert_uint_eq(w.last.result, VPNALG_DROP_PORT_HELD);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &ike),
				  VPNALG_TRANSLATED);
		p = udp_packet(SERVER, port, OUTSIDE, get16(l4(&w)), m.data,
			       m.length);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		t.answer_port = 0;
		ck_assert_uint_eq(tunnel_is_answered(&w, &t),
				  VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
	tunnel_carries(&w, &t, 1);
}
END_TEST

TCase *l2tp_mapping_case(void)
{
	TCase *t = tcase_create("beside a mapping");

	tcase_add_checked_fixture(t, NULL, end);
	tcase_add_loop_test(
		t, a_packet_from_a_vpns_port_to_a_mapping_is_undone, 0, 4);
	tcase_add_loop_test(
		t, a_packet_to_a_mapping_is_not_taken_for_a_vpns, 0, 3);
	tcase_add_loop_test(
		t, a_packet_like_an_answer_is_the_sessions_between_its_ports,
		0, 12);
	tcase_add_loop_test(
		t, between_the_ports_of_an_answer_there_is_the_flow_alone, 0,
		ROWS(between_rows));
	tcase_add_loop_test(
		t, a_packet_to_the_port_of_an_answer_opens_nothing, 0, 3);
	tcase_add_loop_test(t, an_answer_does_not_come_from_a_port_of_ike, 0,
			    2 * ROWS(answer_rows));
	return t;
}
