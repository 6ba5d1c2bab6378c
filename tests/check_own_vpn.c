/* SPDX-License-Identifier: BSD-2-Clause */
/* The router's own VPN beside those of its hosts: what it uses is not given
 * out, and what is its own is left alone. */
#include "cases.h"
#include "general.h"
#include "support_l2tp.h"

#include <vpnalg/protocols.h>

#include <string.h>

#define HOURS 3600000

static struct world w;

static void begin_with(struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL }, { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 5;
	options.leaves = true;
	world_begin(&w, &options);
}

static void begin(void)
{
	begin_with((struct world_options){ .own = true,
					   .choosing = CHOOSE_TAKE });
}

static void end(void)
{
	world_end(&w);
}

/* IDs: a port or an identifier of the sender's own, which its packets show. */
static const struct talk {
	const char *name;
	uint8_t protocol;
	uint16_t id, remote_port;
} talks[] = {
	{ "PPTP's control connection", TCP, 40000, PPTP },
	{ "TCP", TCP, 40000, 443 },
	{ "IKE", UDP, 500, 500 },
	{ "IKE and ESP in UDP", UDP, 4500, 4500 },
	{ "L2TP", UDP, 1701, L2TP },
	{ "L2TP from another port", UDP, 40000, L2TP },
	{ "UDP", UDP, 40000, 51820 },
	{ "another UDP port", UDP, 5060, 5060 },
	{ "ping", ICMP, 7777, 0 },
};

static struct bytes from(const struct talk *t, uint32_t host)
{
	if (t->protocol == TCP)
		return tcp_packet(host, t->id, SERVER, t->remote_port, 1, 0,
				  SYN, NULL, 0);
	if (t->protocol == ICMP)
		return icmp_query(host, SERVER, ECHO, t->id, 1);
	return udp_packet(host, t->id, SERVER, t->remote_port, "datagram", 8);
}

static struct bytes answer(const struct talk *t, uint16_t id)
{
	if (t->protocol == TCP)
		return tcp_packet(SERVER, t->remote_port, OUTSIDE, id, 1, 2,
				  SYN | ACK, NULL, 0);
	if (t->protocol == ICMP)
		return icmp_query(SERVER, OUTSIDE, ECHO_REPLY, id, 1);
	return udp_packet(SERVER, t->remote_port, OUTSIDE, id, "datagram", 8);
}

static unsigned send_from(const struct talk *t, uint32_t host)
{
	struct bytes p = from(t, host);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned send_answer(const struct talk *t, uint16_t id)
{
	struct bytes p = answer(t, id);

	return send_packet(&w, VPNALG_IN, &p);
}

/* The ID that the last packet out has. */
static uint16_t id_out(const struct talk *t)
{
	return t->protocol == ICMP ? icmp_id(&w) : port_from(&w);
}

/* What goes on of the router's, with the ID that it has. */
static void check_routers(const struct talk *t)
{
	ck_assert_msg(send_from(t, OUTSIDE) == VPNALG_UNTOUCHED, "%s: %s",
		      t->name, vpnalg_result_text(w.last.result));
	ck_assert_msg(send_answer(t, t->id) == VPNALG_UNTOUCHED, "%s: %s",
		      t->name, vpnalg_result_text(w.last.result));
}

START_TEST(no_host_gets_an_id_that_the_router_uses)
{
	const struct talk *t = &talks[_i];
	uint16_t id;

	begin();
	check_routers(t);
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	id = id_out(t);
	ck_assert_msg(id != t->id, "%s", t->name);
	ck_assert_uint_eq(send_answer(t, id), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	check_routers(t);
	end();
}
END_TEST

/* Nobody's session is taken away. The router's packets pass all the same. */
START_TEST(a_host_that_has_the_id_first_keeps_it)
{
	const struct talk *t = &talks[_i];

	begin();
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_eq(id_out(t), t->id);
	ck_assert_uint_eq(send_from(t, OUTSIDE), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_answer(t, t->id), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_eq(id_out(t), t->id);
	end();
}
END_TEST

START_TEST(an_id_that_the_router_has_left_is_given_out_again)
{
	const struct talk *t = &talks[_i];

	begin();
	check_routers(t);
	world_wait(&w, 3 * HOURS);
	world_wait(&w, 1); /* mappings go after their sessions */
	ck_assert_int_eq(w.records, 0);
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_eq(id_out(t), t->id);
	end();
}
END_TEST

START_TEST(what_the_router_sends_keeps_its_session)
{
	const struct talk *t = &talks[_i];
	unsigned i;

	begin();
	check_routers(t);
	for (i = 0; i < 20; i++) {
		world_wait(&w, 20000);
		check_routers(t);
	}
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_ne(id_out(t), t->id);
	end();
}
END_TEST

/* The owner of the outside addresses is told of the hosts' alone. */
START_TEST(the_choose_callback_is_not_asked_for_the_routers_own)
{
	begin_with((struct world_options){ .own = true,
					   .choosing = CHOOSE_REFUSE });
	check_routers(&talks[_i]);
	ck_assert_int_gt(w.records, 0);
	ck_assert_int_eq(w.bindings, 0);
	end();
}
END_TEST

START_TEST(unasked_for_nothing_is_kept_of_the_routers_packets)
{
	begin_with((struct world_options){ .choosing = CHOOSE_TAKE });
	check_routers(&talks[_i]);
	ck_assert_int_eq(w.records, 0);
	end();
}
END_TEST

/* Whatever fails, the router's packets pass and leave nothing half done. */
START_TEST(a_store_that_fails_costs_the_router_nothing)
{
	const struct talk *t = &talks[_i];
	long fail;

	for (fail = 1; fail < 8; fail++) {
		begin();
		w.fail_in = fail;
		check_routers(t);
		w.fail_in = 0;
		check_routers(t);
		ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
		ck_assert_uint_ne(id_out(t), t->id);
		end();
	}
}
END_TEST

START_TEST(errors_about_the_routers_packets_are_the_routers)
{
	const struct talk *t = &talks[_i];
	struct bytes p = from(t, OUTSIDE), error;

	begin();
	check_routers(t);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_UNTOUCHED);
	p = answer(t, t->id);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_UNTOUCHED);
	error = icmp_error(OUTSIDE, SERVER, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error),
			  VPNALG_UNTOUCHED);
	end();
}
END_TEST

/* What may be cut into fragments: none but the last ends elsewhere. */
static struct bytes in_eights(struct bytes p)
{
	p.length = 20 + (p.length - 20 + 7) / 8 * 8;
	put16(p.data + 2, p.length);
	return p;
}

START_TEST(fragments_of_the_routers_are_not_held)
{
	const struct talk *t = &talks[_i];
	struct bytes p = in_eights(from(t, OUTSIDE));

	begin_with((struct world_options){ .own = true, .holds = true });
	check_routers(t);
	set_fragment(&p, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	set_fragment(&p, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = in_eights(answer(t, t->id));
	set_fragment(&p, 0x2000);
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_UNTOUCHED,
		      "%s: %s", t->name, vpnalg_result_text(w.last.result));
	set_fragment(&p, 1);
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_UNTOUCHED,
		      "%s: %s", t->name, vpnalg_result_text(w.last.result));
	end();
}
END_TEST

/* Addresses that change. */

static void set_address(uint32_t address, bool drain)
{
	struct vpnalg_addr a = { .family = VPNALG_IPV4 };

	put32(a.octets, address);
	ck_assert_int_eq(vpnalg_set_addresses(w.alg, &a, 1, drain), 0);
}

START_TEST(sessions_of_the_routers_end_with_its_address)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	const struct talk *t = &talks[_i];

	begin_with((struct world_options){ .own = true,
					   .addresses = addresses,
					   .address_count = 2 });
	check_routers(t);
	set_address(OUTSIDE_2, false);
	world_wait(&w, 1);
	ck_assert_int_eq(w.records, 0);
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	end();
}
END_TEST

/* No IDs of a drained address are given out: none of the router's need be
 * known, and its traffic does not keep the address for ever. */
START_TEST(a_drained_address_gets_no_session_of_the_routers)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct vpnalg_addr gone = { .family = VPNALG_IPV4 };
	const struct talk *t = &talks[_i];

	begin_with((struct world_options){ .own = true,
					   .addresses = addresses,
					   .address_count = 2 });
	set_address(OUTSIDE_2, true);
	check_routers(t);
	ck_assert_int_eq(w.records, 0);
	world_wait(&w, 1);
	put32(gone.octets, OUTSIDE);
	ck_assert(!vpnalg_has_address(w.alg, &gone));
	end();
}
END_TEST

/* PPTP: Call IDs */

/* The router's client, from port 40000 to SERVER. */
struct routers_client {
	uint32_t out, in; /* the next sequence numbers */
};

static void routers_segment(struct routers_client *c, bool out, uint8_t flags,
			    const struct bytes *m)
{
	struct bytes p =
		out ? tcp_packet(OUTSIDE, 40000, SERVER, PPTP, c->out, c->in,
				 flags, m->data, m->length)
		    : tcp_packet(SERVER, PPTP, OUTSIDE, 40000, c->in, c->out,
				 flags, m->data, m->length);

	ck_assert_uint_eq(send_packet(&w, out ? VPNALG_OUT : VPNALG_IN, &p),
			  VPNALG_UNTOUCHED);
	*(out ? &c->out : &c->in) += m->length + !!(flags & SYN);
}

static void routers_says(struct routers_client *c, bool out, unsigned type,
			 uint16_t first, uint16_t second)
{
	struct bytes m = message(type, first, second, 1);

	routers_segment(c, out, PSH | ACK, &m);
}

static void routers_connects(struct routers_client *c)
{
	const struct bytes none = { 0 };

	*c = (struct routers_client){ .out = 1000, .in = 0xfffffff0 };
	routers_segment(c, true, SYN, &none);
	routers_segment(c, false, SYN | ACK, &none);
	routers_segment(c, true, ACK, &none);
	routers_says(c, true, 1, 0, 0);
	routers_says(c, false, 2, 0, 0);
}

static void routers_calls(struct routers_client *c, uint16_t own, uint16_t peer)
{
	routers_says(c, true, 7, own, 0);
	routers_says(c, false, 8, peer, own);
}

static void check_routers_call(uint16_t own, uint16_t peer)
{
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, OUTSIDE, SERVER, peer),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, own),
			  VPNALG_UNTOUCHED);
}

static void check_call(uint32_t client, uint16_t own, uint16_t outside,
		       uint16_t peer)
{
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), client);
	ck_assert_uint_eq(gre_call_id(&w), own);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, client, SERVER, peer),
			  VPNALG_TRANSLATED);
}

START_TEST(the_routers_pptp_client_beside_two_inside)
{
	struct routers_client router;
	struct connection a = { 0 }, b = { 0 };
	uint16_t outside_a, outside_b;

	begin();
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	routers_connects(&router);
	routers_calls(&router, 5, 70);
	start_control(&w, &a, CLIENT_A, 40000, SERVER);
	ck_assert_uint_ne(a.outside_port, 40000);
	start_control(&w, &b, CLIENT_B, 40000, SERVER);
	outside_a = call_out(&w, &a, 5, 71);
	outside_b = call_out(&w, &b, 5, 70); /* the server's may be equal */
	ck_assert_uint_ne(outside_a, 5);
	ck_assert_uint_ne(outside_b, 5);
	check_call(CLIENT_A, 5, outside_a, 71);
	check_call(CLIENT_B, 5, outside_b, 70);
	check_routers_call(5, 70);
	routers_says(&router, true, 12, 5, 0);
	routers_says(&router, false, 13, 70, 0);
	check_call(CLIENT_A, 5, outside_a, 71);
	end();
}
END_TEST

START_TEST(the_router_calls_with_an_id_that_a_host_has)
{
	struct routers_client router;
	struct connection a = { 0 };

	begin();
	memset(&a, 0, sizeof(a));
	start_control(&w, &a, CLIENT_A, 4000, SERVER);
	ck_assert_uint_eq(call_out(&w, &a, 5, 71), 5);
	routers_connects(&router);
	routers_calls(&router, 5, 70);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, OUTSIDE, SERVER, 70),
			  VPNALG_UNTOUCHED);
	check_call(CLIENT_A, 5, 5, 71);
	routers_calls(&router, 6, 72);
	check_routers_call(6, 72);
	end();
}
END_TEST

/* More than fits into the copy: its tail is not read, and nothing is cut. */
START_TEST(a_long_segment_of_the_routers_stays_whole)
{
	struct routers_client router;
	struct bytes m = { 0 };

	begin();
	routers_connects(&router);
	m.length = 1400;
	memset(m.data, 0x55, m.length);
	routers_segment(&router, true, PSH | ACK, &m);
	routers_segment(&router, false, PSH | ACK, &m);
	end();
}
END_TEST

/* What no session takes, of a remote with which a host talks. */
static const struct unknown_row {
	const char *name;
	uint8_t protocol;
	bool router_first; /* who is first has all that is unknown */
} unknown_rows[] = {
	{ "a call's data", GRE, false },
	{ "L2TP over IP", 115, true },
	{ "keyed GRE", 0, false },
};

static struct bytes gre_keyed(uint32_t source, uint32_t remote, uint32_t key)
{
	uint8_t gre[12] = { 0x20, 0, 8, 0 };

	put32(gre + 4, key);
	return ip_packet(source, remote, GRE, gre, sizeof(gre));
}

static struct bytes l2tp_over_ip(uint32_t source, uint32_t remote, uint32_t id)
{
	uint8_t l2tp[12] = { 0 };

	put32(l2tp, id);
	return ip_packet(source, remote, 115, l2tp, sizeof(l2tp));
}

static struct bytes unknown(const struct unknown_row *row, uint32_t source,
			    uint32_t remote, uint32_t id)
{
	if (row->protocol == 115)
		return l2tp_over_ip(source, remote, id);
	if (row->protocol == GRE)
		return gre_packet(source, remote, (uint16_t)id, 1);
	return gre_keyed(source, remote, id);
}

static void begin_to_send(const struct unknown_row *row, uint32_t host)
{
	struct connection c = { 0 };
	struct routers_client router;
	struct bytes p;

	if (row->protocol == GRE && host == OUTSIDE) {
		routers_connects(&router);
	} else if (row->protocol == GRE) {
		start_control(&w, &c, host, 4000, SERVER);
	} else {
		p = unknown(row, host, SERVER, host & 0xff);
		send_packet(&w, VPNALG_OUT, &p);
	}
}

START_TEST(what_no_session_takes_may_be_the_routers)
{
	const struct unknown_row *row = &unknown_rows[_i];
	struct bytes p = unknown(row, SERVER, OUTSIDE, 999);

	begin_with((struct world_options){ .own = true });
	if (row->router_first)
		begin_to_send(row, OUTSIDE);
	begin_to_send(row, CLIENT_A);
	begin_to_send(row, CLIENT_B);
	if (!row->router_first) {
		ck_assert_msg(send_packet(&w, VPNALG_IN, &p) ==
				      VPNALG_DROP_GUARDED,
			      "%s", row->name);
		begin_to_send(row, OUTSIDE);
	}
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_UNTOUCHED,
		      "%s: %s", row->name, vpnalg_result_text(w.last.result));
	end();
}
END_TEST

/* The remote's Key of the router's own tunnel, or none, is not learned for a
 * host: nothing is translated. */
START_TEST(the_routers_gre_comes_in_with_any_key)
{
	uint8_t without[8] = { 0x10, 0, 8, 0, 0, 0, 0, 0x7b };
	struct bytes p = gre_keyed(OUTSIDE, SERVER, 7);

	begin();
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = gre_keyed(SERVER, OUTSIDE, 9);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = ip_packet(SERVER, OUTSIDE, GRE, without, sizeof(without));
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = gre_keyed(SERVER, OUTSIDE, 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	end();
}
END_TEST

START_TEST(a_key_of_the_routers_is_no_hosts)
{
	struct bytes p = gre_keyed(OUTSIDE, SERVER, 7);

	begin();
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = gre_keyed(CLIENT_A, SERVER, 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_NO_ID);
	p = gre_keyed(CLIENT_A, SERVER, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = gre_keyed(SERVER, OUTSIDE, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = gre_keyed(SERVER, OUTSIDE, 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = gre_keyed(CLIENT_B, SERVER, 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_NO_ID);
	end();
}
END_TEST

/* L2TP: the router's client from port 1701, as the kernel's is, and two
 * inside. */
static void routers_l2tp(bool out, uint32_t id, uint16_t ns, unsigned type,
			 uint32_t assigned)
{
	struct bytes m = l2tp_control(2, id, ns, type), p;

	if (assigned != 0)
		l2tp_avp(&m, 9, 2, assigned);
	p = out ? l2tp_packet(OUTSIDE, L2TP, SERVER, L2TP, &m)
		: l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, out ? VPNALG_OUT : VPNALG_IN, &p),
			  VPNALG_UNTOUCHED);
}

static void routers_l2tp_carries(void)
{
	struct bytes m = l2tp_data2(600, 1, 9), p;

	p = l2tp_packet(OUTSIDE, L2TP, SERVER, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	m = l2tp_data2(60, 1, 9);
	p = l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}

static const bool fixed_port_rows[] = { false, true };

START_TEST(the_routers_l2tp_client_beside_two_inside)
{
	struct tunnel t[2] = {
		{ .client = CLIENT_A, .server = SERVER, .port = L2TP,
		  .version = 2, .own = 60, .peer = 601,
		  .fixed_port = fixed_port_rows[_i] },
		{ .client = CLIENT_B, .server = SERVER, .port = L2TP,
		  .version = 2, .own = 61, .peer = 602,
		  .fixed_port = fixed_port_rows[_i] },
	};

	begin_with((struct world_options){ .own = true });
	w.options.no_undo = true;
	routers_l2tp(true, 0, 0, SCCRQ, 60);
	routers_l2tp(false, 60, 0, SCCRP, 600);
	routers_l2tp(true, 600, 1, SCCCN, 0);
	routers_l2tp_carries();
	tunnel_begin(&w, &t[0]);
	tunnel_begin(&w, &t[1]);
	tunnel_carries(&w, &t[0], 1);
	tunnel_carries(&w, &t[1], 2);
	routers_l2tp_carries();
	end();
}
END_TEST

/* What answers the router's SCCRQ at port 1701, where its own stack does not
 * hear it, is left alone all the same. */
START_TEST(an_answer_to_the_router_is_not_translated_for_it)
{
	struct tunnel t = { .client = CLIENT_A, .server = SERVER, .port = L2TP,
			    .version = 2, .own = 60, .peer = 601,
			    .fixed_port = true };
	struct bytes ask = l2tp_control(2, 0, 0, SCCRQ);
	struct bytes answer = l2tp_control(2, 8, 0, SCCRP);
	struct bytes p;

	begin_with((struct world_options){ .own = true });
	w.options.no_undo = true;
	if (_i == 1)
		tunnel_begin(&w, &t);
	l2tp_avp(&ask, 36, 4, 0x01020304);
	l2tp_hidden_avp(&ask, 9);
	l2tp_avp(&answer, 36, 4, 0x01020304);
	l2tp_hidden_avp(&answer, 9);
	p = l2tp_packet(OUTSIDE, 40000, SERVER, L2TP, &ask);
	for (unsigned i = 0; i < 5; i++) {
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_UNTOUCHED);
		w.now += 2000;
	}
	p = l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &answer);
	ck_assert_uint_ne(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	end();
}
END_TEST

static void add_talks(TCase *talk)
{
	tcase_add_loop_test(talk, no_host_gets_an_id_that_the_router_uses, 0,
			    ROWS(talks));
	tcase_add_loop_test(talk, a_host_that_has_the_id_first_keeps_it, 0,
			    ROWS(talks));
	tcase_add_loop_test(talk,
			    an_id_that_the_router_has_left_is_given_out_again,
			    0, ROWS(talks));
	tcase_add_loop_test(talk, what_the_router_sends_keeps_its_session, 0,
			    ROWS(talks));
	tcase_add_loop_test(
		talk, the_choose_callback_is_not_asked_for_the_routers_own, 0,
		ROWS(talks));
	tcase_add_loop_test(
		talk, unasked_for_nothing_is_kept_of_the_routers_packets, 0,
		ROWS(talks));
	tcase_add_loop_test(talk, a_store_that_fails_costs_the_router_nothing,
			    0, ROWS(talks));
	tcase_add_loop_test(talk,
			    errors_about_the_routers_packets_are_the_routers,
			    0, ROWS(talks));
	tcase_add_loop_test(talk, fragments_of_the_routers_are_not_held, 0,
			    ROWS(talks));
	tcase_add_loop_test(talk, sessions_of_the_routers_end_with_its_address,
			    0, ROWS(talks));
	tcase_add_loop_test(talk,
			    a_drained_address_gets_no_session_of_the_routers,
			    0, ROWS(talks));
}

Suite *own_vpn_suite(void)
{
	Suite *suite = suite_create("the router's own VPN");
	TCase *talk = tcase_create("IDs"), *vpn = tcase_create("VPNs");

	add_talks(talk);
	suite_add_tcase(suite, talk);
	tcase_add_test(vpn, the_routers_pptp_client_beside_two_inside);
	tcase_add_test(vpn, the_router_calls_with_an_id_that_a_host_has);
	tcase_add_test(vpn, a_long_segment_of_the_routers_stays_whole);
	tcase_add_loop_test(vpn, what_no_session_takes_may_be_the_routers, 0,
			    ROWS(unknown_rows));
	tcase_add_test(vpn, a_key_of_the_routers_is_no_hosts);
	tcase_add_test(vpn, the_routers_gre_comes_in_with_any_key);
	tcase_add_loop_test(
		vpn, an_answer_to_the_router_is_not_translated_for_it, 0, 2);
	tcase_add_loop_test(vpn, the_routers_l2tp_client_beside_two_inside, 0,
			    ROWS(fixed_port_rows));
	suite_add_tcase(suite, vpn);
	suite_add_tcase(suite, own_esp_case());
	suite_add_tcase(suite, own_id_case());
	suite_add_tcase(suite, own_id_hosts_case());
	return suite;
}
