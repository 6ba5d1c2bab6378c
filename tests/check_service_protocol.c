/* SPDX-License-Identifier: BSD-2-Clause */
/* Services of protocols without ports, and L2TP servers inside. */
#include "cases.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/gre.h>
#include <vpnalg/ipsec.h>
#include <vpnalg/l2tp.h>
#include <vpnalg/pptp.h>

#include <string.h>

#define SIX_IN_FOUR 41

static struct world w;

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL },
	{ vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL },
	{ vpnalg_general, NULL },
};

static void begin(void)
{
	struct world_options options = { .protocols = protocols,
					 .protocol_count = ROWS(protocols) };

	world_begin(&w, &options);
}

/* A packet that must reach the server, or leave from its service, with not a
 * byte changed behind the IP header. */
static void passes(enum vpnalg_direction direction, uint32_t remote,
		   uint8_t protocol, const struct bytes *data)
{
	bool inward = direction == VPNALG_IN;
	struct bytes p = ip_packet(inward ? remote : CLIENT_A,
				   inward ? OUTSIDE : remote, protocol,
				   data->data, data->length);

	ck_assert_uint_eq(send_packet(&w, direction, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(inward ? destination(&w) : source(&w),
			  inward ? CLIENT_A : OUTSIDE);
	ck_assert_mem_eq(l4(&w), data->data, data->length);
}

static const struct data_row {
	const char *what;
	uint8_t protocol;
	struct bytes data;
	bool opens; /* it begins a tunnel, whatever others there are */
} data_rows[] = {
	{ "GRE", GRE, { 8, { 0, 0, 8, 0, 0x45 } }, false },
	{ "GRE with a Key", GRE, { 12, { 0x20, 0, 8, 0, 0, 0, 0, 7 } }, false },
	{ "EoIP", GRE, { 12, { 0x20, 1, 0x64, 0, 0, 4, 7, 0 } }, false },
	{ "data of L2TP", L2TP_IP, { 16, { 0, 0, 0, 9, 1, 2, 3, 4 } }, false },
	{ "SCCRQ of L2TP", L2TP_IP,
	  { 24, { 0, 0, 0, 0, 0xc8, 3, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0,
		  0x80, 8, 0, 0, 0, 0, 0, 1 } }, true },
	{ "IPv6", SIX_IN_FOUR, { 40, { 0x60 } }, false },
};

/* Whatever is in the packets, and whether the server or its client begins.
 * Nothing is kept of them. */
START_TEST(a_protocol_without_ports_has_services)
{
	const struct data_row *row = &data_rows[_i];
	struct bytes p = ip_packet(SERVER, OUTSIDE, row->protocol,
				   row->data.data, row->data.length);
	long records;

	begin();
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
	records = w.records;
	passes(VPNALG_IN, SERVER, row->protocol, &row->data);
	passes(VPNALG_OUT, SERVER, row->protocol, &row->data);
	passes(VPNALG_OUT, SERVER_2, row->protocol, &row->data);
	passes(VPNALG_IN, SERVER_2, row->protocol, &row->data);
	ck_assert_int_eq(w.records, records);
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	world_end(&w);
}
END_TEST

/* What comes for a call that nobody has asked for goes by address, and so does
 * what is malformed to the handler of calls; send_packet() undoes it. */
START_TEST(what_another_handler_finds_malformed_reaches_the_server)
{
	struct bytes data = { 16, { 0x30, 1, 0x88, 0x0b, 0, 4, 0x40, 2 } };
	struct bytes checksummed = { 16, { 0xb0, 1, 0x88, 0x0b, 0, 4 } };

	begin();
	service_add(&w, GRE, 0, CLIENT_A, 0);
	passes(VPNALG_OUT, SERVER, GRE, &data);
	passes(VPNALG_IN, SERVER, GRE, &checksummed);
	service_remove(&w, GRE, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* A host that uses the protocol with a remote itself is found first there. */
START_TEST(another_host_keeps_its_sessions)
{
	struct bytes to_b = { 12, { 0x20, 0, 8, 0, 0, 0, 0, 7 } };
	struct bytes p = ip_packet(CLIENT_B, SERVER, GRE, to_b.data, 12);

	begin();
	service_add(&w, GRE, 0, CLIENT_A, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = ip_packet(SERVER, OUTSIDE, GRE, to_b.data, 12);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	passes(VPNALG_IN, SERVER_2, GRE, &to_b);
	passes(VPNALG_OUT, SERVER_2, GRE, &to_b);
	service_remove(&w, GRE, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* However much of the server's packet an error quotes; send_packet() undoes
 * what is translated. */
START_TEST(an_error_about_a_servers_packet_reaches_it)
{
	const struct data_row *row = &data_rows[_i];
	struct bytes quoted = ip_packet(OUTSIDE, SERVER, row->protocol,
					row->data.data, row->data.length);
	struct bytes p;
	uint32_t length, translated = 0;

	begin();
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
	for (length = 28; length <= quoted.length; length += 4) {
		p = icmp_error(SERVER_2, OUTSIDE, 3, &quoted, length);
		if (send_packet(&w, VPNALG_IN, &p) != VPNALG_TRANSLATED)
			continue;
		ck_assert_uint_eq(destination(&w), CLIENT_A);
		translated++;
	}
	ck_assert_uint_gt(translated, 0);
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* Another host begins with the same protocol and remote: with a packet that is
 * like the row's or, in L2TP, with a tunnel and a session of these IDs. */
static void another_host_begins(const struct data_row *row, uint32_t session,
				uint32_t peer_session)
{
	struct tunnel t = { .client = CLIENT_B, .server = SERVER,
			    .version = 3, .own = 0xb1, .peer = 0xe1,
			    .session = session, .peer_session = peer_session };
	struct bytes p = ip_packet(CLIENT_B, SERVER, row->protocol,
				   row->data.data, row->data.length);

	if (row->protocol == L2TP_IP) {
		tunnel_begin(&w, &t);
		tunnel_calls(&w, &t);
	} else {
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
}

/* What would leave as another host's does not: its answers would be that
 * host's, or it would be in that host's tunnel. */
START_TEST(nothing_leaves_as_another_hosts_packets_do)
{
	const struct data_row *row = &data_rows[_i];
	struct bytes p = ip_packet(CLIENT_A, SERVER, row->protocol,
				   row->data.data, row->data.length);

	begin();
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
	another_host_begins(row, 0xb2, 9);
	if (!row->opens)
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_DROP_TAKEN);
	passes(VPNALG_OUT, SERVER_2, row->protocol, &row->data);
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* An error about what has come in is the host's that has it, whatever the
 * server says of it; send_packet() undoes what is translated. */
START_TEST(no_error_leaves_about_what_another_host_receives)
{
	const struct data_row *row = &data_rows[_i];
	struct bytes hers = ip_packet(SERVER, CLIENT_A, row->protocol,
				      row->data.data, row->data.length);
	struct bytes others = ip_packet(SERVER_2, CLIENT_A, row->protocol,
					row->data.data, row->data.length);
	uint32_t length, end = row->opens ? 28 : hers.length;
	struct bytes p;

	begin();
	service_add(&w, row->protocol, 0, CLIENT_A, 0);
	another_host_begins(row, 9, 0xe2);
	for (length = 28; length <= end; length += 4) {
		p = icmp_error(CLIENT_A, SERVER, 3, &hers, length);
		ck_assert_uint_ne(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
	set_fragment(&hers, 4);
	p = icmp_error(CLIENT_A, SERVER, 3, &hers, 28);
	send_packet(&w, VPNALG_OUT, &p);
	p = icmp_error(CLIENT_A, SERVER_2, 3, &others, others.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* An error about what another host has sent is that one's; what send_packet()
 * cannot undo does not come in. */
static const uint32_t id_rows[] = { 0, 7, 0xb1, 0xb2, 0xe1, 0xe2 };

START_TEST(an_error_comes_in_to_the_host_that_it_is_about)
{
	struct tunnel t = { .client = CLIENT_B, .server = SERVER,
			    .version = 3, .own = 0xb1, .peer = 0xe1,
			    .session = 0xb2, .peer_session = 0xe2 };
	uint32_t id = id_rows[_i / 2], length;
	struct bytes m = l2tp_control(3, id, 0, SCCCN), p, quoted;
	long records;

	begin();
	service_add(&w, L2TP_IP, 0, CLIENT_A, 0);
	records = w.records;
	tunnel_begin(&w, &t);
	tunnel_calls(&w, &t);
	if (_i & 1) { /* a flow that no ID has led to yet */
		w.now += 1000;
		p = l2tp_data3(false, 0x99, 0, 1);
		p = ip_packet(CLIENT_C, SERVER, L2TP_IP, p.data, p.length);
		send_packet(&w, VPNALG_OUT, &p);
	}
	p = (struct bytes){ .length = 4 };
	l2tp_bytes(&p, m.data, m.length);
	quoted = ip_packet(OUTSIDE, SERVER, L2TP_IP, p.data, p.length);
	for (length = 28; length <= quoted.length; length += 4) {
		p = icmp_error(STRANGER, OUTSIDE, 3, &quoted, length);
		if (send_packet(&w, VPNALG_IN, &p) == VPNALG_TRANSLATED &&
		    id == t.peer)
			ck_assert_uint_eq(destination(&w), CLIENT_B);
	}
	/* A tunnel that its session has kept outlives its flow a moment. */
	while (w.records > records) {
		w.now += 500;
		vpnalg_expire(w.alg, w.now, 1000);
		send_packet(&w, VPNALG_IN, &p);
	}
	service_remove(&w, L2TP_IP, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* A server that sends data of a call before there is one has what comes for no
 * call. What it would take for its own call's does not reach it: that has
 * another ID outside. What is like another host's call does. */
START_TEST(nothing_comes_in_as_a_call_that_has_another_id)
{
	struct world_options options = { .protocols = protocols,
					 .protocol_count = ROWS(protocols),
					 .choosing = CHOOSE_TAKE };
	struct connection a = { 0 }, b = { 0 };
	uint16_t outside;

	world_begin(&w, &options);
	service_add(&w, GRE, 0, CLIENT_A, 0);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 9),
			  VPNALG_TRANSLATED);
	w.options.choosing = CHOOSE_DIFFERENT;
	start_control(&w, &a, CLIENT_A, 1025, SERVER);
	outside = call_out(&w, &a, 5, 9);
	start_control(&w, &b, CLIENT_B, 1026, SERVER);
	call_out(&w, &b, 6, 10);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 5),
			  VPNALG_DROP_AMBIGUOUS);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 6),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	service_remove(&w, GRE, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* An L2TP client inside is told from the server by its IDs. */
START_TEST(an_inside_client_of_the_same_remote_has_ids_of_its_own)
{
	struct tunnel t = { .client = CLIENT_B, .server = SERVER,
			    .version = 3, .own = 0xb1, .peer = 0xe1,
			    .session = 0xb2, .peer_session = 0xe2 };
	struct bytes data = { 16, { 0, 0, 0, 9, 1, 2, 3, 4 } };

	begin();
	service_add(&w, L2TP_IP, 0, CLIENT_A, 0);
	passes(VPNALG_IN, SERVER, L2TP_IP, &data);
	tunnel_begin(&w, &t);
	tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
	passes(VPNALG_IN, SERVER, L2TP_IP, &data);
	passes(VPNALG_OUT, SERVER, L2TP_IP, &data);
	tunnel_carries(&w, &t, 2);
	service_remove(&w, L2TP_IP, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* The packets of PPTP calls are for the clients and servers of PPTP alone. */
START_TEST(a_service_gets_no_packet_of_a_pptp_call)
{
	begin();
	service_add(&w, GRE, 0, CLIENT_A, 0);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 5),
			  VPNALG_UNTOUCHED);
	service_remove(&w, GRE, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

/* Protocols whose packets do not tell the server from other hosts. IPsec's is
 * reached by IKE, PPTP's by its control connection. */
static const struct refused_row {
	const char *what;
	uint8_t protocol;
	size_t first, count;
	int result;
} refused_rows[] = {
	{ "ESP", ESP, 1, 4, VPNALG_SERVICE_NO_HANDLER },
	{ "ESP, which is nobody's", ESP, 2, 3, VPNALG_SERVICE_DONE },
	{ "GRE, where PPTP has it alone", GRE, 0, 1,
	  VPNALG_SERVICE_NO_HANDLER },
	{ "GRE, where it is nobody's", GRE, 4, 1, VPNALG_SERVICE_DONE },
};

START_TEST(a_protocol_that_needs_more_has_no_service)
{
	const struct refused_row *row = &refused_rows[_i];
	struct vpnalg_protocol some[ROWS(protocols)];
	struct world_options options = { .protocols = some };
	struct vpnalg_service service =
		SERVICE(row->protocol, OUTSIDE, 0, CLIENT_A, 0);

	memcpy(some, protocols + row->first, row->count * sizeof(some[0]));
	options.protocol_count = row->count;
	if (row->first + row->count < ROWS(protocols))
		some[options.protocol_count++] = protocols[4];
	world_begin(&w, &options);
	ck_assert_msg(vpnalg_service_add(w.alg, &service, w.now) ==
			      row->result, "%s", row->what);
	service_remove(&w, row->protocol, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

START_TEST(an_icmp_error_reaches_a_service_without_ports)
{
	struct bytes p, error;

	begin();
	service_add(&w, SIX_IN_FOUR, 0, CLIENT_A, 0);
	p = ip_packet(OUTSIDE, SERVER, SIX_IN_FOUR, "\x60\0\0\0\0\0\0\0", 8);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	service_remove(&w, SIX_IN_FOUR, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

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

TCase *protocol_service_case(void)
{
	TCase *served = tcase_create("protocols");

	tcase_add_loop_test(served, a_protocol_without_ports_has_services, 0,
			    ROWS(data_rows));
	tcase_add_test(
		served,
		what_another_handler_finds_malformed_reaches_the_server);
	tcase_add_test(served, another_host_keeps_its_sessions);
	tcase_add_loop_test(served, an_error_about_a_servers_packet_reaches_it,
			    0, ROWS(data_rows));
	tcase_add_test(served, nothing_comes_in_as_a_call_that_has_another_id);
	tcase_add_loop_test(served, nothing_leaves_as_another_hosts_packets_do,
			    0, ROWS(data_rows));
	tcase_add_loop_test(served,
			    no_error_leaves_about_what_another_host_receives, 0,
			    ROWS(data_rows));
	tcase_add_loop_test(
		served, an_error_comes_in_to_the_host_that_it_is_about,
		0, 2 * ROWS(id_rows));
	tcase_add_test(served,
		       an_inside_client_of_the_same_remote_has_ids_of_its_own);
	tcase_add_test(served, a_service_gets_no_packet_of_a_pptp_call);
	tcase_add_loop_test(served, a_protocol_that_needs_more_has_no_service,
			    0, ROWS(refused_rows));
	tcase_add_test(served,
		       an_icmp_error_reaches_a_service_without_ports);
	tcase_add_test(served,
		       an_error_quotes_what_only_shares_a_port_with_l2tp);
	tcase_add_test(served, an_l2tp_server_inside_has_two_clients_outside);
	tcase_add_loop_test(served, an_l2tp_server_inside_has_a_client_inside,
			    0, ROWS(inside_rows));
	return served;
}
