/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP servers inside. */
#include "service_protocol.h"

/* L2TP on UDP: IDs stay what they are, since ports tell the tunnels apart. */

/* SCCRQ, SCCRP and data of a client outside, whose port is given. */
static void serve_l2tp(uint32_t client, uint16_t port, uint16_t own,
		       uint16_t servers)
{
	struct bytes m = l2tp_control(2, 0, 0, SCCRQ), p;

	l2tp_avp(&m, 9, 2, own);
	p = udp_packet(client, port, OUTSIDE, L2TP, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_mem_eq(l4(&w) + 8, m.data, m.length);
	m = l2tp_control(2, own, 0, SCCRP);
	l2tp_avp(&m, 9, 2, servers);
	p = udp_packet(CLIENT_A, L2TP, client, port, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_mem_eq(l4(&w) + 8, m.data, m.length);
	m = l2tp_data2(servers, 1, 7);
	p = udp_packet(client, port, OUTSIDE, L2TP, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}

START_TEST(an_l2tp_server_inside_has_two_clients_outside)
{
	begin();
	service_add(&w, UDP, L2TP, CLIENT_A, L2TP);
	serve_l2tp(SERVER, L2TP, 5, 70);
	serve_l2tp(SERVER_2, L2TP, 5, 71);
	serve_l2tp(SERVER_2, 40000, 5, 72);
	service_remove(&w, UDP, L2TP, CLIENT_A, L2TP);
	world_end(&w);
}
END_TEST

/* A client inside of the server inside: from port 1701, too, which its service
 * has outside. */
static const uint16_t inside_rows[] = { L2TP, 40000 };

START_TEST(an_l2tp_server_inside_has_a_client_inside)
{
	struct bytes m = l2tp_control(2, 0, 0, SCCRQ), p;
	uint16_t port, from;

	begin();
	service_add(&w, UDP, L2TP, CLIENT_A, L2TP);
	l2tp_avp(&m, 9, 2, 5);
	p = udp_packet(CLIENT_B, inside_rows[_i], OUTSIDE, L2TP, m.data,
		       m.length);
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	port = get16(l4(&w));
	m = l2tp_control(2, 5, 0, SCCRP);
	l2tp_avp(&m, 9, 2, 70);
	p = udp_packet(CLIENT_A, L2TP, OUTSIDE, port, m.data, m.length);
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	from = get16(l4(&w));
	ck_assert_uint_eq(from, L2TP);
	m = l2tp_data2(70, 1, 7);
	p = udp_packet(CLIENT_B, inside_rows[_i], OUTSIDE, L2TP, m.data,
		       m.length);
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(get16(l4(&w)), port);
	m = l2tp_data2(5, 1, 7);
	p = udp_packet(CLIENT_A, L2TP, OUTSIDE, port, m.data, m.length);
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	service_remove(&w, UDP, L2TP, CLIENT_A, L2TP);
	world_end(&w);
}
END_TEST

/* A datagram that says to be longer than its packet is no L2TP, whatever else
 * its sender's port does; an error about it can be undone. */
START_TEST(an_error_quotes_what_only_shares_a_port_with_l2tp)
{
	struct tunnel t = { .client = CLIENT_A, .server = SERVER,
			    .port = 40001, .version = 2, .own = 7, .peer = 8 };
	struct bytes p, error;
	uint32_t length;

	begin();
	tunnel_begin(&w, &t);
	p = udp_packet(CLIENT_A, 40001, SERVER, 5000, "\xc8\2......", 8);
	put16(p.data + 24, 100);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p.length = w.last.caplen;
	memcpy(p.data, w.last.data, p.length);
	for (length = 28; length <= p.length; length++) {
		error = icmp_error(SERVER, OUTSIDE, 3, &p, length);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
				  VPNALG_TRANSLATED);
	}
	world_end(&w);
}
END_TEST

/* An inside host shares port 1701 with the service of a server inside; the
 * remote is its server, and has clients of that server at several ports. What
 * the inside server sends with a Tunnel ID of the host's looks like the host's,
 * if it goes to the same port; send_packet() undoes what is translated. */
static const struct like_row {
	uint16_t inside_port, remote_port, id;
	unsigned result;
} like_rows[] = {
	{ L2TP, L2TP, 100, VPNALG_DROP_AMBIGUOUS },
	{ 1702, L2TP, 100, VPNALG_DROP_AMBIGUOUS },
	{ L2TP, L2TP, 101, VPNALG_TRANSLATED },
	{ 1702, L2TP, 101, VPNALG_TRANSLATED },
	{ L2TP, 40000, 100, VPNALG_TRANSLATED },
	{ 1702, 40000, 100, VPNALG_TRANSLATED },
};

static void share_port(const struct like_row *row)
{
	struct tunnel t = { .client = CLIENT_B, .server = SERVER, .port = L2TP,
			    .version = 2, .own = 7, .peer = 100,
			    .fixed_port = true };

	begin();
	service_add(&w, UDP, L2TP, CLIENT_A, row->inside_port);
	while (t.outside_port != L2TP) {
		ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
		w.now += 1000;
	}
	ck_assert_uint_eq(tunnel_is_answered(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
}

START_TEST(a_server_inside_does_not_send_what_looks_like_anothers_tunnel)
{
	const struct like_row *row = &like_rows[_i];
	struct bytes m = l2tp_data2(row->id, 1, 7), p;

	share_port(row);
	p = udp_packet(CLIENT_A, row->inside_port, SERVER, row->remote_port,
		       m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), row->result);
	if (row->result == VPNALG_TRANSLATED)
		ck_assert_uint_eq(get16(l4(&w)), L2TP);
	m = l2tp_data2(100, 1, 7);
	p = udp_packet(CLIENT_B, L2TP, SERVER, L2TP, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	service_remove(&w, UDP, L2TP, CLIENT_A, row->inside_port);
	world_end(&w);
}
END_TEST

/* A host that has the outside port for itself towards the remote keeps it:
 * there it is the port that is held, not an ID that is ambiguous. */
START_TEST(a_server_inside_does_not_send_from_a_port_that_a_host_has)
{
	struct tunnel t = { .client = CLIENT_B, .server = SERVER, .port = L2TP,
			    .version = 2, .own = 7, .peer = 100,
			    .fixed_port = true };
	struct bytes m = l2tp_data2(100, 1, 7), p;

	begin();
	tunnel_begin(&w, &t);
	ck_assert_uint_eq(t.outside_port, L2TP);
	service_add(&w, UDP, L2TP, CLIENT_A, 1702);
	p = udp_packet(CLIENT_A, 1702, SERVER, 40000, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_PORT_HELD);
	m = l2tp_data2(101, 1, 7);
	p = udp_packet(CLIENT_A, 1702, SERVER, L2TP, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_PORT_HELD);
	service_remove(&w, UDP, L2TP, CLIENT_A, 1702);
	world_end(&w);
}
END_TEST

/* Nor does it send an error about a packet that would have come in to the host,
 * by its Tunnel ID. */
START_TEST(a_server_inside_sends_no_error_about_anothers_tunnel)
{
	const struct like_row *row = &like_rows[_i];
	struct bytes m = l2tp_data2(7, 1, 7), p, error;

	share_port(row);
	p = udp_packet(SERVER, L2TP, CLIENT_A, row->inside_port, m.data,
		       m.length);
	error = icmp_error(CLIENT_A, SERVER, 3, &p, p.length);
	ck_assert_uint_ne(send_packet(&w, VPNALG_OUT, &error),
			  VPNALG_TRANSLATED);
	p = udp_packet(SERVER_2, L2TP, CLIENT_A, row->inside_port, m.data,
		       m.length);
	error = icmp_error(CLIENT_A, SERVER_2, 3, &p, p.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error),
			  VPNALG_TRANSLATED);
	service_remove(&w, UDP, L2TP, CLIENT_A, row->inside_port);
	world_end(&w);
}
END_TEST

TCase *l2tp_service_case(void)
{
	TCase *t = tcase_create("L2TP servers");

	tcase_add_test(t, an_l2tp_server_inside_has_two_clients_outside);
	tcase_add_loop_test(t, an_l2tp_server_inside_has_a_client_inside, 0,
			    ROWS(inside_rows));
	tcase_add_test(t, an_error_quotes_what_only_shares_a_port_with_l2tp);
	tcase_add_loop_test(
		t, a_server_inside_does_not_send_what_looks_like_anothers_tunnel,
		0, ROWS(like_rows));
	tcase_add_test(
		t, a_server_inside_does_not_send_from_a_port_that_a_host_has);
	tcase_add_loop_test(
		t, a_server_inside_sends_no_error_about_anothers_tunnel, 0, 2);
	return t;
}
