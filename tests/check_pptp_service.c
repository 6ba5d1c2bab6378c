/* SPDX-License-Identifier: BSD-2-Clause */
/* A PPTP server inside, and its clients outside. */
#include "cases.h"
#include "general.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/pptp.h>

#include <string.h>

/* The kind of its control connections. */
#define SERVED 2

static struct world w;

/* A connection from outside: the next sequence numbers of both ends. */
struct caller {
	uint32_t client, server;
	uint16_t port, outside_port;
	uint32_t client_seq, server_seq;
};

static void begin_with(enum choosing choosing)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },
		{ vpnalg_general, NULL },
	};
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 2,
					 .choosing = choosing };

	world_begin(&w, &options);
	service_add(&w, TCP, PPTP, CLIENT_A, PPTP);
}

static void begin(void)
{
	begin_with(CHOOSE_TAKE);
}

static void end(void)
{
	service_remove(&w, TCP, PPTP, CLIENT_A, PPTP);
	service_remove(&w, TCP, 1724, CLIENT_B, PPTP);
	world_end(&w);
}

static unsigned from_client(struct caller *c, uint8_t flags, const void *data,
			    uint32_t length)
{
	struct bytes p = tcp_packet(c->client, c->port, OUTSIDE,
				    c->outside_port, c->client_seq,
				    flags & ACK ? c->server_seq : 0, flags,
				    data, length);
	unsigned result = send_packet(&w, VPNALG_IN, &p);

	if (result == VPNALG_TRANSLATED) {
		ck_assert_uint_eq(destination(&w), c->server);
		ck_assert_uint_eq(port_to(&w), PPTP);
		c->client_seq += length + !!(flags & SYN);
	}
	return result;
}

static unsigned from_server(struct caller *c, uint8_t flags, const void *data,
			    uint32_t length)
{
	struct bytes p = tcp_packet(c->server, PPTP, c->client, c->port,
				    c->server_seq, c->client_seq, flags, data,
				    length);
	unsigned result = send_packet(&w, VPNALG_OUT, &p);

	if (result == VPNALG_TRANSLATED) {
		ck_assert_uint_eq(source(&w), OUTSIDE);
		ck_assert_uint_eq(port_from(&w), c->outside_port);
		c->server_seq += length + !!(flags & SYN);
	}
	return result;
}

static void shake_hands(struct caller *c)
{
	ck_assert_uint_eq(from_client(c, SYN, NULL, 0), VPNALG_TRANSLATED);
	ck_assert_uint_eq(from_server(c, SYN | ACK, NULL, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(from_client(c, ACK, NULL, 0), VPNALG_TRANSLATED);
}

static void in_says(struct caller *c, unsigned type, uint16_t first,
		    uint16_t second)
{
	struct bytes m = message(type, first, second, 1);

	ck_assert_uint_eq(from_client(c, PSH | ACK, m.data, m.length),
			  VPNALG_TRANSLATED);
}

static void out_says(struct caller *c, unsigned type, uint16_t first,
		     uint16_t second)
{
	struct bytes m = message(type, first, second, 1);

	ck_assert_uint_eq(from_server(c, PSH | ACK, m.data, m.length),
			  VPNALG_TRANSLATED);
}

static void connect_in(struct caller *c)
{
	c->client_seq = 1000;
	c->server_seq = 0xfffffff0;
	shake_hands(c);
	in_says(c, 1, 0, 0);
	out_says(c, 2, 0, 0);
}

/* The client calls; returns the server's Call ID as the client sees it. */
static uint16_t call_in(struct caller *c, uint16_t clients, uint16_t servers)
{
	in_says(c, 7, clients, 0);
	ck_assert_uint_eq(get16(payload(&w) + 12), clients);
	out_says(c, 8, servers, clients);
	ck_assert_uint_eq(get16(payload(&w) + 14), clients);
	return get16(payload(&w) + 12);
}

static void check_gre(const struct caller *c, uint16_t clients,
		      uint16_t servers, uint16_t outside)
{
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, c->client, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), c->server);
	ck_assert_uint_eq(gre_call_id(&w), servers);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, c->server, c->client,
				   clients),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(gre_call_id(&w), clients);
}

static const struct caller first_caller = {
	.client = SERVER, .server = CLIENT_A, .port = 40000,
	.outside_port = PPTP };

START_TEST(a_client_outside_calls_a_server_inside)
{
	struct caller c = first_caller;

	begin();
	connect_in(&c);
	ck_assert_uint_eq(opened(&w, SERVED), 1);
	ck_assert_uint_eq(call_in(&c, 5, 70), 70);
	check_gre(&c, 5, 70, 70);
	end();
}
END_TEST

/* Ports of the client that a handler looks at, or that look like one. */
static const uint16_t port_rows[] = { PPTP, PPTP + 32, 1, 65535 };

START_TEST(a_client_may_call_from_any_port)
{
	struct caller c = first_caller;

	begin();
	c.port = port_rows[_i];
	connect_in(&c);
	ck_assert_uint_eq(call_in(&c, 5, 70), 70);
	check_gre(&c, 5, 70, 70);
	end();
}
END_TEST

START_TEST(two_clients_outside_have_the_same_call_id)
{
	struct caller a = first_caller, b = first_caller;

	begin();
	b.client = SERVER_2;
	connect_in(&a);
	connect_in(&b);
	call_in(&a, 5, 70);
	call_in(&b, 5, 71);
	check_gre(&a, 5, 70, 70);
	check_gre(&b, 5, 71, 71);
	end();
}
END_TEST

/* Two servers inside give one client the same ID: it sees two. */
START_TEST(two_servers_inside_have_the_same_call_id)
{
	struct caller a = first_caller, b = first_caller;
	uint16_t outside;

	begin();
	service_add(&w, TCP, 1724, CLIENT_B, PPTP);
	b.server = CLIENT_B;
	b.outside_port = 1724;
	b.port = 40001;
	connect_in(&a);
	connect_in(&b);
	ck_assert_uint_eq(call_in(&a, 5, 70), 70);
	outside = call_in(&b, 6, 70);
	ck_assert_uint_ne(outside, 70);
	check_gre(&a, 5, 70, 70);
	check_gre(&b, 6, 70, outside);
	end();
}
END_TEST

/* The IDs in all messages but those that open the call (RFC 2637 2): the
 * client's is 5, the server's 70 inside. An ID is the server's where that sends
 * its own, or the client its peer's. */
static const struct message_row {
	unsigned type;
	bool inward;
	bool servers[2]; /* at 12, at 14 */
} message_rows[] = {
	{ 11, true, { true } },	 { 12, true, { false } },
	{ 12, false, { true } }, { 13, true, { false } },
	{ 13, false, { true } }, { 14, true, { true } },
	{ 14, false, { false } }, { 15, true, { true } },
	{ 15, false, { false } }, { 11, false, { false } },
};

START_TEST(every_message_names_the_call_on_both_sides)
{
	const struct message_row *row = &message_rows[_i];
	struct caller c = first_caller;
	uint16_t outside, expected;

	begin_with(CHOOSE_DIFFERENT);
	connect_in(&c);
	outside = call_in(&c, 5, 70);
	ck_assert_uint_ne(outside, 70);
	check_gre(&c, 5, 70, outside);
	expected = row->inward ? 70 : outside;
	if (row->inward)
		in_says(&c, row->type, row->servers[0] ? outside : 5, 0);
	else
		out_says(&c, row->type, row->servers[0] ? 70 : 5, 0);
	ck_assert_uint_eq(get16(payload(&w) + 12),
			  row->servers[0] ? expected : 5);
	end();
}
END_TEST

/* The server calls its client (Incoming-Call, 2.9 to 2.11), or is the one that
 * dials out. */
START_TEST(the_server_inside_may_call_too)
{
	struct caller c = first_caller;
	uint16_t outside;

	begin_with(CHOOSE_DIFFERENT);
	connect_in(&c);
	out_says(&c, 9, 70, 0);
	outside = get16(payload(&w) + 12);
	ck_assert_uint_ne(outside, 70);
	in_says(&c, 10, 5, outside);
	ck_assert_uint_eq(get16(payload(&w) + 12), 5);
	ck_assert_uint_eq(get16(payload(&w) + 14), 70);
	out_says(&c, 11, 5, 0);
	check_gre(&c, 5, 70, outside);
	end();
}
END_TEST

/* Outside packets alone take no room for long. */
START_TEST(a_flood_of_forged_segments_opens_a_bounded_number)
{
	struct caller c = first_caller, real = first_caller;
	unsigned i, least;
	long records;

	begin();
	real.client = STRANGER;
	connect_in(&real);
	records = w.records;
	for (i = 0; i < 200; i++) {
		c.port = (uint16_t)(2000 + i);
		ck_assert_uint_eq(from_client(&c, SYN, NULL, 0),
				  VPNALG_TRANSLATED);
	}
	ck_assert_int_eq(w.records, records);
	w.options.leaves = true;
	for (i = 0; i < 200; i++) {
		c.port = (uint16_t)(2000 + i);
		from_client(&c, ACK, NULL, 0);
	}
	least = (unsigned)opened(&w, SERVED);
	ck_assert_uint_eq(least, 1 + 64);
	in_says(&real, 5, 0, 0);
	world_wait(&w, 10000);
	ck_assert_uint_eq(closed(&w, SERVED), 64);
	c.port = 3000;
	connect_in(&c);
	end();
}
END_TEST

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
	w.options.turned = true;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.options.turned = false;
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

TCase *pptp_service_case(void)
{
	TCase *served = tcase_create("PPTP");

	tcase_add_test(served, a_client_outside_calls_a_server_inside);
	tcase_add_loop_test(served, a_client_may_call_from_any_port, 0,
			    ROWS(port_rows));
	tcase_add_test(served, two_clients_outside_have_the_same_call_id);
	tcase_add_test(served, two_servers_inside_have_the_same_call_id);
	tcase_add_loop_test(served,
			    every_message_names_the_call_on_both_sides, 0,
			    ROWS(message_rows));
	tcase_add_test(served, the_server_inside_may_call_too);
	tcase_add_test(served,
		       a_flood_of_forged_segments_opens_a_bounded_number);
	tcase_add_test(served,
		       a_connection_that_the_server_does_not_know_ends_at_once);
	tcase_add_test(served,
		       a_segment_of_a_server_without_a_connection_is_dropped);
	tcase_add_test(served, a_client_connects_again_from_the_same_port);
	tcase_add_test(served, calls_outlive_the_service);
	tcase_add_loop_test(served,
			    calls_end_with_the_service_where_that_is_asked, 0,
			    2);
	tcase_add_loop_test(
		served,
		nobody_gets_the_packets_of_a_connection_whose_service_is_gone,
		0, 2);
	tcase_add_test(served, a_client_inside_calls_a_server_inside);
	tcase_add_loop_test(served,
			    a_store_that_fails_costs_one_packet_of_a_server, 1,
			    5);
	return served;
}
