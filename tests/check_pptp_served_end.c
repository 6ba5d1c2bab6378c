/* SPDX-License-Identifier: BSD-2-Clause */
/* PPTP servers inside: connections that end, services that are removed, and
 * hairpins. */
#include "pptp_service.h"

/* A server that answers with a RST has no such connection. */
START_TEST(a_connection_that_the_server_does_not_know_ends_at_once)
{
	struct caller c = first_caller;

	begin();
	c.client_seq = 7;
	c.server_seq = 9;
	ck_assert_uint_eq(from_client(&c, ACK, NULL, 0), VPNALG_TRANSLATED);
	ck_assert_uint_eq(from_server(&c, RST, NULL, 0), VPNALG_TRANSLATED);
	world_wait(&w, 2);
	ck_assert_uint_eq(closed(&w, SERVED), 1);
	end();
}
END_TEST

/* After a restart of the router: the server gets a RST and lets its client
 * know. */
START_TEST(a_segment_of_a_server_without_a_connection_is_dropped)
{
	struct caller c = first_caller;

	begin();
	ck_assert_uint_eq(from_server(&c, PSH | ACK, "x", 1),
			  VPNALG_DROP_NO_CONNECTION);
	ck_assert_uint_eq(from_client(&c, FIN, NULL, 0),
			  VPNALG_DROP_NO_SESSION);
	end();
}
END_TEST

START_TEST(a_client_connects_again_from_the_same_port)
{
	struct caller c = first_caller;

	begin();
	connect_in(&c);
	call_in(&c, 5, 70);
	c.client_seq = 5000;
	c.server_seq = 6000;
	shake_hands(&c);
	in_says(&c, 1, 0, 0);
	out_says(&c, 2, 0, 0);
	ck_assert_uint_eq(opened(&w, SERVED), 1);
	ck_assert_uint_eq(call_in(&c, 6, 71), 71);
	check_gre(&c, 6, 71, 71);
	end();
}
END_TEST

START_TEST(calls_outlive_the_service)
{
	struct caller c = first_caller;

	begin();
	connect_in(&c);
	call_in(&c, 5, 70);
	service_remove(&w, TCP, PPTP, CLIENT_A, PPTP);
	check_gre(&c, 5, 70, 70);
	in_says(&c, 5, 0, 0);
	c.port++;
	ck_assert_uint_eq(from_client(&c, SYN, NULL, 0), VPNALG_UNTOUCHED);
	end();
}
END_TEST

/* Whether the service is there still or not, what it has opened may be cut, and
 * nothing else is: neither the same client's call to another server, nor the
 * inside host's own call. */
START_TEST(calls_end_with_the_service_where_that_is_asked)
{
	struct caller c = first_caller, other = first_caller;
	struct connection own = { 0 };
	uint16_t outside, outside_own;

	begin();
	service_add(&w, TCP, 1724, CLIENT_B, PPTP);
	other.client = STRANGER;
	other.server = CLIENT_B;
	other.outside_port = 1724;
	connect_in(&c);
	outside = call_in(&c, 5, 70);
	connect_in(&other);
	outside = call_in(&other, 5, 70);
	start_control(&w, &own, CLIENT_A, 4000, SERVER_2);
	outside_own = call_out(&w, &own, 9, 71);
	if (_i)
		service_remove(&w, TCP, PPTP, CLIENT_A, PPTP);
	ck_assert_uint_eq(service_cut(&w, TCP, PPTP, CLIENT_A, PPTP), 2);
	ck_assert_uint_eq(closed(&w, SERVED), 1);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, c.server, c.client, 5),
			  VPNALG_DROP_NO_SESSION);
	check_gre(&other, 5, 70, outside);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER_2, OUTSIDE,
				   outside_own),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(service_cut(&w, TCP, PPTP, CLIENT_B, PPTP), 0);
	ck_assert_uint_eq(service_cut(&w, TCP, 1724, CLIENT_A, PPTP), 0);
	ck_assert_uint_eq(service_cut(&w, TCP, 1724, CLIENT_B, PPTP), 2);
	end();
}
END_TEST

/* The service is removed, or its lifetime ends, and its port is another's by
 * then: of a mapping, or of another server. What is of the old connection stays
 * with its server. */
START_TEST(nobody_gets_the_packets_of_a_connection_whose_service_is_gone)
{
	struct vpnalg_service service =
		SERVICE(TCP, OUTSIDE, 1724, CLIENT_A, PPTP);
	struct caller c = first_caller, other = first_caller;
	bool removed = _i;

	begin_with(CHOOSE_NOTHING);
	service_remove(&w, TCP, PPTP, CLIENT_A, PPTP);
	service.lifetime = 60000;
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now),
			 VPNALG_SERVICE_DONE);
	c.outside_port = other.outside_port = 1724;
	connect_in(&c);
	call_in(&c, 5, 70);
	check_gre(&c, 5, 70, 70);
	if (removed)
		service_remove(&w, TCP, 1724, CLIENT_A, PPTP);
	else
		w.now += 60000;
	ck_assert_uint_eq(tcp_out(&w, CLIENT_B, 1724, SERVER_2, 80, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), 1724);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_B, 1724, c.client, c.port, SYN,
				  0),
			  VPNALG_DROP_PORT_HELD);
	in_says(&c, 5, 0, 0);
	check_gre(&c, 5, 70, 70);
	world_wait(&w, 300000);
	ck_assert_uint_eq(from_server(&c, ACK, NULL, 0), VPNALG_TRANSLATED);
	service_add(&w, TCP, 1724, CLIENT_B, PPTP);
	in_says(&c, 5, 0, 0);
	other.port++;
	other.server = CLIENT_B;
	connect_in(&other);
	in_says(&c, 5, 0, 0);
	check_gre(&c, 5, 70, 70);
	end();
}
END_TEST

/* A client inside of the server inside: all of it crosses twice. */
static void cross(enum vpnalg_direction direction, const struct bytes *packet)
{
	struct bytes p;

	ck_assert_uint_eq(send_packet(&w, direction, packet),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.flags, VPNALG_PACKET_HAIRPIN);
	p.length = w.length;
	memcpy(p.data, w.bytes, w.length);
	w.options.turned = VPNALG_PACKET_HAIRPIN;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.options.turned = 0;
}

static void hairpin_tcp(bool client, uint16_t port, uint32_t seq, uint32_t ack,
			uint8_t flags, const struct bytes *m)
{
	struct bytes p =
		client ? tcp_packet(CLIENT_B, 4000, OUTSIDE, PPTP, seq, ack,
				    flags, m->data, m->length)
		       : tcp_packet(CLIENT_A, PPTP, OUTSIDE, port, seq, ack,
				    flags, m->data, m->length);

	cross(VPNALG_OUT, &p);
}

START_TEST(a_client_inside_calls_a_server_inside)
{
	struct bytes none = { 0 }, m, p;
	uint16_t port, id;
	uint32_t a = 500, b = 900;

	begin();
	hairpin_tcp(true, 0, b++, 0, SYN, &none);
	port = port_from(&w);
	hairpin_tcp(false, port, a++, b, SYN | ACK, &none);
	hairpin_tcp(true, 0, b, a, ACK, &none);
	m = message(1, 0, 0, 1);
	hairpin_tcp(true, 0, b, a, PSH | ACK, &m);
	b += m.length;
	m = message(2, 0, 0, 1);
	hairpin_tcp(false, port, a, b, PSH | ACK, &m);
	a += m.length;
	m = message(7, 5, 0, 1);
	hairpin_tcp(true, 0, b, a, PSH | ACK, &m);
	b += m.length;
	id = get16(payload(&w) + 12); /* the client's, as the server sees it */
	m = message(8, 5, id, 1);
	hairpin_tcp(false, port, a, b, PSH | ACK, &m);
	ck_assert_uint_eq(get16(payload(&w) + 14), 5);
	p = gre_packet(CLIENT_A, OUTSIDE, id, 1);
	id = get16(payload(&w) + 12); /* the server's, as the client sees it */
	cross(VPNALG_OUT, &p);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(gre_call_id(&w), 5);
	p = gre_packet(CLIENT_B, OUTSIDE, id, 1);
	cross(VPNALG_OUT, &p);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(gre_call_id(&w), 5);
	end();
}
END_TEST

START_TEST(a_store_that_fails_costs_one_packet_of_a_server)
{
	struct caller c = first_caller;

	begin();
	c.client_seq = 1000;
	ck_assert_uint_eq(from_client(&c, SYN, NULL, 0), VPNALG_TRANSLATED);
	ck_assert_uint_eq(from_server(&c, SYN | ACK, NULL, 0),
			  VPNALG_TRANSLATED);
	w.fail_in = _i;
	ck_assert_uint_eq(from_client(&c, ACK, NULL, 0), VPNALG_DROP_STORE);
	w.fail_in = 0;
	in_says(&c, 1, 0, 0);
	out_says(&c, 2, 0, 0);
	ck_assert_uint_eq(call_in(&c, 5, 70), 70);
	end();
}
END_TEST

TCase *pptp_served_end_case(void)
{
	TCase *t = tcase_create("PPTP service ends");

	tcase_add_test(t,
		       a_connection_that_the_server_does_not_know_ends_at_once);
	tcase_add_test(t,
		       a_segment_of_a_server_without_a_connection_is_dropped);
	tcase_add_test(t, a_client_connects_again_from_the_same_port);
	tcase_add_test(t, calls_outlive_the_service);
	tcase_add_loop_test(t, calls_end_with_the_service_where_that_is_asked,
			    0, 2);
	tcase_add_loop_test(
		t,
		nobody_gets_the_packets_of_a_connection_whose_service_is_gone,
		0, 2);
	tcase_add_test(t, a_client_inside_calls_a_server_inside);
	tcase_add_loop_test(t, a_store_that_fails_costs_one_packet_of_a_server,
			    1, 5);
	return t;
}
