/* SPDX-License-Identifier: BSD-2-Clause */
/* An IPsec server inside, with ESP that is not in UDP, and its clients. */
#include "cases.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/ipsec.h>

/* What comes next in a message of IKE: RFC 7296 3.2, RFC 7383 2.5. */
#define PAYLOAD_NOTIFY 41
#define PAYLOAD_SK 46
#define PAYLOAD_SKF 53

static struct world w;

/* A client, and the SAs that it has with the server. */
struct guest {
	uint32_t client;
	uint16_t port;   /* of its IKE */
	uint8_t version;
	uint32_t ike;    /* its half of the IKE SPI */
	uint32_t spi_in; /* that the server receives with */
	uint32_t spi_out;
	uint32_t message;
	uint32_t sequence_in, sequence_out;
};

static const struct guest first_guest = { .client = SERVER,
					  .port = IKE,
					  .version = 2,
					  .ike = 0x1111,
					  .spi_in = 0xc1000001,
					  .spi_out = 0x5e000001 };

static void begin_with(struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_ipsec, NULL },
		{ vpnalg_general, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 2;
	world_begin(&w, &options);
	service_add(&w, UDP, IKE, CLIENT_A, IKE);
}

static void begin(void)
{
	begin_with((struct world_options){ 0 });
}

/* The ports of the service where it is not at 500. */
static uint16_t outside_port = IKE, inside_port = IKE;

static void move_service(uint16_t outside, uint16_t inside)
{
	service_remove(&w, UDP, outside_port, CLIENT_A, inside_port);
	outside_port = outside;
	inside_port = inside;
	service_add(&w, UDP, outside_port, CLIENT_A, inside_port);
}

static void end(void)
{
	service_remove(&w, UDP, IKE, CLIENT_A, IKE);
	world_end(&w);
}

/* A message of the IKE SA, in clear or encrypted. */
static struct bytes said(const struct guest *g, uint8_t exchange,
			 uint8_t flags, uint8_t payload)
{
	struct ike k = ike_of(g->client, CLIENT_A, 0);
	struct bytes m;

	k.version = g->version;
	k.spi[0][1] = g->ike;
	k.spi[1][0] = exchange == IKE_SA_INIT && flags == INITIATOR
			      ? 0 : 0x5e17e1;
	m = ike_message(&k, exchange, flags, g->message);
	m.data[16] = payload;
	if (g->version == 1)
		m.data[19] = payload == PAYLOAD_SK; /* RFC 2408 3.1 */
	return m;
}

static unsigned guest_says(const struct guest *g, uint8_t exchange,
			    uint8_t flags, uint8_t payload)
{
	struct bytes m = said(g, exchange, flags, payload);
	struct bytes p = udp_packet(g->client, g->port, OUTSIDE, outside_port,
				    m.data, m.length);
	unsigned result = send_packet(&w, VPNALG_IN, &p);

	if (result == VPNALG_TRANSLATED)
		ck_assert_uint_eq(destination(&w), CLIENT_A);
	return result;
}

static unsigned host_says(const struct guest *g, uint8_t exchange,
			    uint8_t flags, uint8_t payload)
{
	struct bytes m = said(g, exchange, flags, payload);
	struct bytes p = udp_packet(CLIENT_A, inside_port, g->client, g->port,
				    m.data, m.length);

	return send_packet(&w, VPNALG_OUT, &p);
}

/* A whole exchange of messages that are encrypted. */
static void exchange(struct guest *g, uint8_t type, bool by_server)
{
	uint8_t asks = by_server ? 0 : INITIATOR;
	uint8_t answers = by_server ? INITIATOR | RESPONSE : RESPONSE;

	g->message++;
	if (!by_server)
		ck_assert_uint_eq(guest_says(g, type, asks, PAYLOAD_SK),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_says(g, type, by_server ? asks : answers,
				      PAYLOAD_SK),
			  VPNALG_TRANSLATED);
	if (by_server)
		ck_assert_uint_eq(guest_says(g, type, answers, PAYLOAD_SK),
				  VPNALG_TRANSLATED);
}

static void connect_in(struct guest *g)
{
	if (g->version == 1) {
		exchange(g, MAIN_MODE, false);
		exchange(g, QUICK_MODE, false);
		return;
	}
	ck_assert_uint_eq(guest_says(g, IKE_SA_INIT, INITIATOR, 33),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_says(g, IKE_SA_INIT, RESPONSE, 33),
			  VPNALG_TRANSLATED);
	exchange(g, IKE_AUTH, false);
}

static unsigned guest_sends(struct guest *g)
{
	struct bytes p = esp_packet(g->client, OUTSIDE, g->spi_in,
				    ++g->sequence_in);

	return send_packet(&w, VPNALG_IN, &p);
}

static bool server_hears(struct guest *g)
{
	w.now += 10;
	return guest_sends(g) == VPNALG_TRANSLATED &&
	       destination(&w) == CLIENT_A;
}

static bool client_hears(struct guest *g)
{
	struct bytes p = esp_packet(CLIENT_A, g->client, g->spi_out,
				    ++g->sequence_out);

	w.now += 10;
	return send_packet(&w, VPNALG_OUT, &p) == VPNALG_TRANSLATED &&
	       source(&w) == OUTSIDE;
}

static void talk(struct guest *g, unsigned times)
{
	for (; times > 0; times--) {
		ck_assert(client_hears(g));
		ck_assert(server_hears(g));
	}
}

/* Either end may be the first to send ESP, whatever the port is from which the
 * client, or a NAT in front of it, sends IKE. */
static const struct first_row {
	const char *what;
	uint16_t port;
	uint8_t version;
	bool server_first;
} first_rows[] = {
	{ "the client", IKE, 2, false },
	{ "the server", IKE, 2, true },
	{ "the client, behind a NAT", 40000, 2, false },
	{ "the server, its client behind a NAT", 40000, 2, true },
	{ "the client, version 1", IKE, 1, false },
	{ "the server, version 1", IKE, 1, true },
	{ "the client, version 1, behind a NAT", 40000, 1, false },
};

START_TEST(either_end_begins_with_esp)
{
	const struct first_row *row = &first_rows[_i];
	struct guest g = first_guest;

	begin();
	g.port = row->port;
	g.version = row->version;
	connect_in(&g);
	if (row->server_first)
		ck_assert_msg(client_hears(&g), "%s", row->what);
	ck_assert_msg(server_hears(&g), "%s", row->what);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_ALONE);
	talk(&g, 3);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 1);
	end();
}
END_TEST

/* The server may be at another port: outside at any, inside at 500 or one that
 * stands for it. Elsewhere nobody knows that it is one. */
static const struct port_row {
	uint16_t outside, inside;
	bool other_ports, opens;
} port_rows[] = {
	{ 5500, IKE, false, true },
	{ IKE, IKE + 7, true, true },
	{ 5500, IKE + 7, true, true },
	{ 5500, IKE, true, true },
	{ IKE, 5500, false, false },
	{ IKE, 5500, true, false },
	{ IKE, NAT_T, false, false },
	{ IKE, NAT_T + 7, true, false },
};

START_TEST(a_server_at_another_port_has_esp_where_it_is_known)
{
	const struct port_row *row = &port_rows[_i];
	struct guest g = first_guest;
	unsigned i;

	begin_with((struct world_options){ .other_ports = row->other_ports,
					   .units = 8000 });
	move_service(row->outside, row->inside);
	for (i = 0; i < 300; i++) { /* more than may wait for their first ESP */
		g.client = SERVER_2 + 1 + i;
		g.ike++;
		connect_in(&g);
		ck_assert_uint_eq(guest_sends(&g), row->opens
							   ? VPNALG_TRANSLATED
							   : VPNALG_UNTOUCHED);
		if (row->opens)
			talk(&g, 1);
	}
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), row->opens ? 300 : 0);
	move_service(IKE, IKE);
	end();
}
END_TEST

/* A server that listens at two ports is one host, and counted once. */
START_TEST(a_server_at_two_ports_has_as_much_room_at_both)
{
	struct guest g = first_guest;
	unsigned i;

	begin_with((struct world_options){ .other_ports = true, .units = 8000 });
	service_add(&w, UDP, 5500, CLIENT_A, IKE + 7);
	outside_port = 5500;
	inside_port = IKE + 7;
	for (i = 0; i < 300; i++) {
		g.client = SERVER_2 + 1 + i;
		g.ike++;
		connect_in(&g);
		talk(&g, 1);
	}
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 300);
	service_remove(&w, UDP, 5500, CLIENT_A, IKE + 7);
	outside_port = inside_port = IKE;
	end();
}
END_TEST

/* Each end may rekey, and each be the first to use the new SA. */
static const struct rekey_row {
	const char *what;
	uint8_t version;
	bool by_server, server_first;
} rekey_rows[] = {
	{ "by the client, which is first", 2, false, false },
	{ "by the client, the server is first", 2, false, true },
	{ "by the server, the client is first", 2, true, false },
	{ "by the server, which is first", 2, true, true },
	{ "by the client, version 1", 1, false, false },
	{ "by the server, version 1", 1, true, false },
};

START_TEST(each_end_may_rekey)
{
	const struct rekey_row *row = &rekey_rows[_i];
	struct guest g = first_guest;
	unsigned i;

	begin();
	g.version = row->version;
	connect_in(&g);
	ck_assert(server_hears(&g));
	talk(&g, 5);
	for (i = 0; i < 3; i++) {
		w.now += 60000;
		talk(&g, 3);
		exchange(&g, row->version == 1 ? QUICK_MODE : CREATE_CHILD_SA,
			 row->by_server);
		g.spi_in++;
		g.spi_out++;
		g.sequence_in = g.sequence_out = 0;
		if (row->server_first)
			ck_assert_msg(client_hears(&g), "%s", row->what);
		ck_assert_msg(server_hears(&g), "%s", row->what);
		talk(&g, 3);
	}
	ck_assert_uint_eq(w.told[VPNALG_EVENT_UNPAIRED], 0);
	end();
}
END_TEST

/* Two clients: of different remotes, or of one, where a NAT gives the second
 * another port. */
static const struct two_row {
	uint32_t client;
	uint16_t port;
} two_rows[] = {
	{ SERVER_2, IKE },
	{ SERVER_2, 1024 },
	{ SERVER, 1024 },
};

START_TEST(two_clients_outside_are_served)
{
	struct guest a = first_guest, b = first_guest;

	begin();
	b.client = two_rows[_i].client;
	b.port = two_rows[_i].port;
	b.ike = 0x2222;
	b.spi_in = 0xc2000001;
	b.spi_out = 0x5e000002;
	connect_in(&a);
	ck_assert(server_hears(&a));
	talk(&a, 5);
	connect_in(&b);
	ck_assert(server_hears(&b));
	talk(&b, 5);
	talk(&a, 5);
	exchange(&a, CREATE_CHILD_SA, false);
	a.spi_in++;
	a.spi_out++;
	ck_assert(server_hears(&a));
	talk(&a, 5);
	talk(&b, 5);
	end();
}
END_TEST

/* An inside client whose server is at the same remote: a site on both ends. */
START_TEST(an_inside_client_of_the_same_remote_stands_beside)
{
	struct guest g = first_guest;
	struct ike k = ike_of(CLIENT_B, SERVER, 1);
	struct esp e = esp_of(CLIENT_B, SERVER, 0xaa, 0xb0);
	bool client_first = _i;

	begin();
	if (client_first) {
		ike_begin(&w, &k);
		ck_assert(esp_arrives(&w, &e));
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		w.now += 10000;
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e));
	}
	connect_in(&g);
	ck_assert(server_hears(&g));
	ck_assert_uint_eq(w.event.evidence,
			  client_first ? VPNALG_EVIDENCE_CONNECTED
				       : VPNALG_EVIDENCE_ALONE);
	talk(&g, 5);
	if (!client_first) {
		w.now += 10000;
		talk(&g, 5);
		ike_begin(&w, &k);
		ck_assert(esp_arrives(&w, &e));
	}
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	talk(&g, 5);
	end();
}
END_TEST

/* The clients know one address of the server, also where another inside host
 * has that one towards their remote already. */
START_TEST(esp_leaves_with_the_address_of_the_service)
{
	static const uint32_t addresses[] = { OUTSIDE_2, OUTSIDE };
	struct guest g;
	struct esp e;
	unsigned i;

	for (i = 0; i < 8; i++) {
		g = first_guest;
		e = esp_of(CLIENT_B, SERVER, 0xaa, 0xb0);
		begin_with((struct world_options){
			.addresses = addresses,
			.address_count = 2,
			.pool_key = { i, i } });
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e));
		w.now += 10000;
		if (_i)
			connect_in(&g);
		ck_assert(client_hears(&g));
		ck_assert(server_hears(&g));
		end();
	}
}
END_TEST

/* A session of a client inside that has the service's port, or one of the
 * server's own with the client: what would be taken for its packets is dropped,
 * as for plain services. */
static const struct held_row {
	const char *what;
	uint32_t host;
	uint16_t asked, from, outside_port;
} held_rows[] = {
	{ "another host has the port towards that remote", CLIENT_B, IKE,
	  40000, IKE },
	{ "the server has asked that port itself", CLIENT_A, IKE, IKE, 1500 },
	{ "the server has asked the other port", CLIENT_A, IKE, NAT_T, 1500 },
};

START_TEST(a_session_keeps_the_packets_that_would_be_its_own)
{
	const struct held_row *row = &held_rows[_i];

	begin_with((struct world_options){ 0 });
	service_remove(&w, UDP, IKE, CLIENT_A, IKE);
	udp_open(&w, row->host, IKE, SERVER, row->asked);
	service_add(&w, UDP, row->outside_port, CLIENT_A, IKE);
	ck_assert_msg(udp_in(&w, SERVER, row->from, row->outside_port) ==
			      VPNALG_DROP_PORT_HELD, "%s", row->what);
	ck_assert_uint_eq(udp_in(&w, SERVER_2, row->from, row->outside_port),
			  VPNALG_TRANSLATED);
	service_remove(&w, UDP, row->outside_port, CLIENT_A, IKE);
	end();
}
END_TEST

/* Anybody can send what looks as IKE, and a server may answer that it knows
 * nothing of it, with the same exchange type, in clear (RFC 7296 2.21.4). */
static const struct unproved_row {
	uint8_t exchange, version, payload;
} unproved_rows[] = {
	{ IKE_AUTH, 2, PAYLOAD_NOTIFY },
	{ CREATE_CHILD_SA, 2, PAYLOAD_NOTIFY },
	{ IKE_SA_INIT, 2, 33 },
	{ INFORMATIONAL, 2, PAYLOAD_SK },
	{ QUICK_MODE, 1, 0 },
	{ MAIN_MODE, 1, PAYLOAD_SK },
};

START_TEST(what_proves_nothing_opens_nothing)
{
	const struct unproved_row *row = &unproved_rows[_i];
	struct guest g = first_guest;
	long records;

	begin();
	g.version = row->version;
	records = w.records;
	ck_assert_uint_eq(guest_says(&g, row->exchange, INITIATOR,
				      PAYLOAD_SK),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(host_says(&g, row->exchange, RESPONSE,
				      row->payload),
			  VPNALG_TRANSLATED);
	ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(guest_sends(&g), VPNALG_UNTOUCHED);
	end();
}
END_TEST

/* A message in fragments of IKE's own is as good. */
START_TEST(an_answer_in_ike_fragments_opens_the_host)
{
	struct guest g = first_guest;

	begin();
	ck_assert_uint_eq(host_says(&g, IKE_AUTH, RESPONSE, PAYLOAD_SKF),
			  VPNALG_TRANSLATED);
	ck_assert(server_hears(&g));
	end();
}
END_TEST

/* Clients that know no secret, but have addresses of their own, make the server
 * answer: what that opens is bounded, and those that send ESP do not count. */
START_TEST(the_answers_of_a_server_open_a_bounded_number_of_hosts)
{
	struct guest g = first_guest, real = first_guest;
	unsigned i;

	begin_with((struct world_options){ .units = 6000, .no_undo = true });
	real.client = STRANGER;
	connect_in(&real);
	talk(&real, 1);
	for (i = 0; i < 300; i++) {
		g.client = SERVER + i;
		connect_in(&g);
	}
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 1 + 256);
	talk(&real, 1);
	world_wait(&w, 130000);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 1);
	connect_in(&g);
	ck_assert(server_hears(&g));
	end();
}
END_TEST

/* A store that fails costs the answer at most: the client asks again. */
START_TEST(a_store_that_fails_costs_one_answer)
{
	struct guest g = first_guest;
	unsigned result;

	begin();
	w.fail_in = _i;
	result = host_says(&g, IKE_AUTH, RESPONSE, PAYLOAD_SK);
	ck_assert_uint_eq(result, VPNALG_DROP_STORE);
	w.fail_in = 0;
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 0);
	ck_assert_uint_eq(host_says(&g, IKE_AUTH, RESPONSE, PAYLOAD_SK),
			  VPNALG_TRANSLATED);
	ck_assert(server_hears(&g));
	end();
}
END_TEST

/* A server that checks by IKE whether its client is there does not hear it. */
START_TEST(a_liveness_check_of_the_server_keeps_its_host)
{
	struct guest g = first_guest;
	unsigned i;

	begin();
	connect_in(&g);
	for (i = 0; i < 10; i++) {
		world_wait(&w, 60000);
		exchange(&g, INFORMATIONAL, true);
	}
	ck_assert(server_hears(&g));
	end();
}
END_TEST

/* NAT-T needs no more than its port. */
START_TEST(nat_t_passes_by_its_service)
{
	struct bytes p = udp_packet(SERVER, 40000, OUTSIDE, NAT_T,
				    "\xff\0\0\1\0\0\0\1", 8);

	begin();
	service_add(&w, UDP, NAT_T, CLIENT_A, NAT_T);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	p = udp_packet(CLIENT_A, NAT_T, SERVER, 40000, "\xff\0\0\1\0\0\0\1",
		       8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	service_remove(&w, UDP, NAT_T, CLIENT_A, NAT_T);
	end();
}
END_TEST

/* RFC 5508 REQ-4: about what the server has sent, to either port of a client.
 */
static const uint16_t quote_rows[] = { IKE, 40000 };

START_TEST(an_icmp_error_reaches_the_server)
{
	struct guest g = first_guest;
	struct bytes m = said(&g, IKE_AUTH, RESPONSE, PAYLOAD_SK), p, error;

	begin();
	p = udp_packet(OUTSIDE, IKE, SERVER, quote_rows[_i], m.data, m.length);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	end();
}
END_TEST

/* A client inside has chosen the initiator SPI first with which the server, of
 * the same remote, is then talked to: the remote's answers are the client's. */
START_TEST(the_server_does_not_speak_for_an_inside_client)
{
	struct guest g = first_guest;
	struct bytes m = said(&g, IKE_AUTH, INITIATOR, PAYLOAD_SK), p, error;
	uint32_t length;

	begin();
	p = udp_packet(CLIENT_B, IKE, SERVER, IKE, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = udp_packet(SERVER, IKE, OUTSIDE, IKE, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	/* Without its header a message is the server's, and can be undone. */
	for (length = 28 + 8; length < 28 + 28; length++)
		send_captured(&w, VPNALG_IN, &p, length);
	p = udp_packet(OUTSIDE, IKE, SERVER, IKE, m.data, m.length);
	for (length = 28; length <= p.length; length++) {
		error = icmp_error(SERVER, OUTSIDE, 3, &p, length);
		send_packet(&w, VPNALG_IN, &error);
	}
	p = udp_packet(SERVER, IKE, CLIENT_A, IKE, m.data, m.length);
	for (length = 44; length <= p.length; length++) {
		error = icmp_error(CLIENT_A, SERVER, 3, &p, length);
		ck_assert_uint_ne(send_packet(&w, VPNALG_OUT, &error),
				  VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(host_says(&g, IKE_SA_INIT, RESPONSE, 33),
			  VPNALG_DROP_AMBIGUOUS);
	g.ike++;
	ck_assert_uint_eq(host_says(&g, IKE_SA_INIT, RESPONSE, 33),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* A client inside of the server inside: all of it crosses twice. The server
 * sees it at the outside address, and its port. */
struct crossing {
	uint32_t client;
	uint16_t port; /* as the server sees it */
	uint32_t ike, to_server, to_client, sequence;
};

static void ike_crosses(struct crossing *c, uint8_t exchange, uint8_t flags)
{
	bool answer = flags & RESPONSE;
	struct guest g = { .client = c->client, .version = 2, .ike = c->ike,
			   .message = exchange };
	struct bytes m = said(&g, exchange, flags, PAYLOAD_SK);
	struct bytes p = answer ? udp_packet(CLIENT_A, IKE, OUTSIDE, c->port,
					     m.data, m.length)
				: udp_packet(c->client, IKE, OUTSIDE, IKE,
					     m.data, m.length);

	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), answer ? c->client : CLIENT_A);
	if (!answer)
		c->port = get16(l4(&w));
}

static void connect_across(struct crossing *c)
{
	ike_crosses(c, IKE_SA_INIT, INITIATOR);
	ike_crosses(c, IKE_SA_INIT, RESPONSE);
	ike_crosses(c, IKE_AUTH, INITIATOR);
	ike_crosses(c, IKE_AUTH, RESPONSE);
}

static bool esp_crosses(struct crossing *c, bool to_server)
{
	struct bytes p = esp_packet(to_server ? c->client : CLIENT_A, OUTSIDE,
				    to_server ? c->to_server : c->to_client,
				    ++c->sequence);

	w.now += 10;
	return hairpin(&w, &p) == VPNALG_TRANSLATED &&
	       destination(&w) == (to_server ? CLIENT_A : c->client) &&
	       source(&w) == OUTSIDE;
}

START_TEST(a_client_inside_has_esp_with_a_server_inside)
{
	struct crossing c = { CLIENT_B, 0, 0xb, 0xb0000001, 0x5e000001, 0 };
	bool server_first = _i;
	unsigned i;

	begin_with((struct world_options){ .no_undo = true });
	connect_across(&c);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&c, !server_first));
		ck_assert(esp_crosses(&c, server_first));
	}
	c.to_server++;
	c.to_client++;
	c.sequence = 0;
	ike_crosses(&c, CREATE_CHILD_SA, INITIATOR);
	ike_crosses(&c, CREATE_CHILD_SA, RESPONSE);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&c, !server_first));
		ck_assert(esp_crosses(&c, server_first));
	}
	end();
}
END_TEST

/* What the server sends may be for either of two clients inside: as for two
 * clients of one remote outside, some packets may be lost. What they send is
 * the server's. */
START_TEST(two_clients_inside_have_esp_with_a_server_inside)
{
	struct crossing b = { CLIENT_B, 0, 0xb, 0xb0000001, 0x5e000001, 0 };
	struct crossing c = { CLIENT_C, 0, 0xc, 0xc0000001, 0x5e000002, 0 };
	unsigned i, lost = 0;

	begin_with((struct world_options){ .no_undo = true, .leaves = true });
	connect_across(&b);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&b, true));
		ck_assert(esp_crosses(&b, false));
	}
	connect_across(&c);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&c, true));
		lost += !esp_crosses(&c, false);
		ck_assert(esp_crosses(&b, true));
		ck_assert(esp_crosses(&b, false));
	}
	ck_assert_uint_le(lost, 3);
	end();
}
END_TEST

/* The server sends when it likes, to clients that do not answer: each packet comes
 * in just after one that the server has sent, which is itself. */
START_TEST(a_server_inside_does_not_hear_what_it_sends)
{
	struct crossing b = { CLIENT_B, 0, 0xb, 0xb0000001, 0x5e000001, 0 };
	struct crossing c = { CLIENT_C, 0, 0xc, 0xc0000001, 0x5e000002, 0 };
	bool two_clients = _i;
	unsigned i;

	begin_with((struct world_options){ .no_undo = true, .leaves = true });
	connect_across(&b);
	for (i = 0; i < 20; i++) {
		ck_assert(esp_crosses(&b, true));
		ck_assert(esp_crosses(&b, false));
	}
	if (two_clients)
		connect_across(&c);
	for (i = 0; i < 60; i++) {
		w.now += 200 + i * 7919 % 1000;
		ck_assert(esp_crosses(&b, false));
		if (two_clients) {
			w.now += 200 + i * 6007 % 1000;
			esp_crosses(&c, false);
			ck_assert_uint_ne(destination(&w), CLIENT_A);
		}
	}
	end();
}
END_TEST

/* The server awaits a client's new SA when it begins to send to the other one,
 * which does not answer. */
START_TEST(a_server_inside_that_awaits_a_client_does_not_hear_itself)
{
	struct crossing b = { CLIENT_B, 0, 0xb, 0xb0000001, 0x5e000001, 0 };
	struct crossing c = { CLIENT_C, 0, 0xc, 0xc0000001, 0x5e000002, 0 };
	unsigned i, lost = 0;

	begin_with((struct world_options){ .no_undo = true, .leaves = true });
	connect_across(&b);
	connect_across(&c);
	for (i = 0; i < 20; i++) {
		esp_crosses(&b, true);
		esp_crosses(&b, false);
		esp_crosses(&c, true);
		esp_crosses(&c, false);
	}
	for (i = 0; i < 20; i++) {
		w.now += 5000;
		ike_crosses(&c, CREATE_CHILD_SA, INITIATOR);
		ike_crosses(&c, CREATE_CHILD_SA, RESPONSE);
		lost += !esp_crosses(&b, false);
	}
	ck_assert_uint_eq(lost, 0);
	end();
}
END_TEST

TCase *ipsec_service_case(void)
{
	TCase *served = tcase_create("IPsec");

	tcase_add_loop_test(served, either_end_begins_with_esp, 0,
			    ROWS(first_rows));
	tcase_add_loop_test(served,
			    a_server_at_another_port_has_esp_where_it_is_known,
			    0, ROWS(port_rows));
	tcase_add_test(served, a_server_at_two_ports_has_as_much_room_at_both);
	tcase_add_loop_test(served, each_end_may_rekey, 0, ROWS(rekey_rows));
	tcase_add_loop_test(served, two_clients_outside_are_served, 0,
			    ROWS(two_rows));
	tcase_add_loop_test(served,
			    an_inside_client_of_the_same_remote_stands_beside,
			    0, 2);
	tcase_add_loop_test(served, esp_leaves_with_the_address_of_the_service,
			    0, 2);
	tcase_add_loop_test(served,
			    a_session_keeps_the_packets_that_would_be_its_own,
			    0, ROWS(held_rows));
	tcase_add_loop_test(served, what_proves_nothing_opens_nothing, 0,
			    ROWS(unproved_rows));
	tcase_add_test(served, an_answer_in_ike_fragments_opens_the_host);
	tcase_add_test(served,
		       the_answers_of_a_server_open_a_bounded_number_of_hosts);
	tcase_add_loop_test(served, a_store_that_fails_costs_one_answer, 1, 6);
	tcase_add_test(served, a_liveness_check_of_the_server_keeps_its_host);
	tcase_add_test(served, nat_t_passes_by_its_service);
	tcase_add_loop_test(served, an_icmp_error_reaches_the_server, 0,
			    ROWS(quote_rows));
	tcase_add_test(served, the_server_does_not_speak_for_an_inside_client);
	tcase_add_loop_test(served,
			    a_client_inside_has_esp_with_a_server_inside, 0,
			    2);
	tcase_add_test(served,
		       two_clients_inside_have_esp_with_a_server_inside);
	tcase_add_loop_test(served, a_server_inside_does_not_hear_what_it_sends,
			    0, 2);
	tcase_add_test(served,
		       a_server_inside_that_awaits_a_client_does_not_hear_itself);
	return served;
}
