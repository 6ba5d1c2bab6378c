/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients that share outside port 1701, for their server answers to it only,
 * and are told apart by Tunnel ID. */
#include "support_l2tp.h"
#include "cases.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/l2tp.h>

#include <string.h>

static struct world w;

static void begin(void)
{
	l2tp_world(&w, (struct world_options){ 0 });
}

static void end(void)
{
	world_end(&w);
}

/* The server answers to port 1701 always. */
static struct tunnel a_tunnel(unsigned n)
{
	return (struct tunnel){ .client = CLIENT_A + n, .server = SERVER,
				.port = L2TP, .version = 2, .own = 7,
				.peer = 100 + n, .fixed_port = true };
}

static void begin_tunnels(struct tunnel *t, unsigned count)
{
	unsigned i, j;

	for (i = 0; i < count; i++) {
		t[i] = a_tunnel(i);
		tunnel_begin(&w, &t[i]);
		ck_assert_uint_eq(t[i].outside_port, L2TP);
		for (j = 0; j < i; j++)
			ck_assert_uint_ne(t[i].outside_own, t[j].outside_own);
	}
}

START_TEST(ten_clients_of_one_tunnel_id_share_the_port)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 },
	};
	struct tunnel t[10];
	unsigned i, round;

	if (_i == 1) { /* known beforehand: no SCCRQ is sent twice */
		world_end(&w);
		l2tp_world(&w, (struct world_options){ .protocols = protocols,
						       .protocol_count = 1 });
	}
	begin_tunnels(t, 10);
	for (round = 0; round < 2; round++)
		for (i = 0; i < 10; i++)
			tunnel_carries(&w, &t[i], 0x1000 * round + i);
	for (i = 0; i < 10; i++)
		ck_assert_uint_eq(server_tells(&w, &t[i], HELLO),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, KIND_TUNNEL), 10);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_AMBIGUOUS), _i == 0);
}
END_TEST

/* Eight quoted bytes show ports alone: they tell that it is no packet of the
 * shared flow (send_packet() undoes what was translated). */
START_TEST(an_error_about_other_packets_of_its_port_is_not_the_flows)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 }, { vpnalg_general, NULL },
	};
	struct tunnel t = { .client = CLIENT_A, .server = SERVER,
			    .port = 40000, .version = 2, .own = 7,
			    .peer = 100, .fixed_port = true };
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 4500, "data", 4);
	struct bytes gone = { 0 }, error;

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .protocols = protocols,
					       .protocol_count = 2 });
	tunnel_begin(&w, &t);
	ck_assert_uint_eq(t.outside_port, L2TP);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	memcpy(gone.data, w.bytes, w.length);
	gone.length = w.length;
	error = icmp_error(STRANGER, OUTSIDE, 3, &gone, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

/* A server inside, whose port the client's tunnel uses too: what comes to that
 * port from the client's server is never the inside server's, so neither is
 * what an error says that the inside server was sent. */
START_TEST(a_servers_error_about_a_clients_tunnel_is_dropped)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 }, { vpnalg_general, NULL },
	};
	struct tunnel t = a_tunnel(0);
	struct bytes m = l2tp_control(2, 7, 0, SCCRP), quoted, error;

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .protocols = protocols,
					       .protocol_count = 2 });
	service_add(&w, UDP, L2TP, CLIENT_B, L2TP);
	if (_i == 1) {
		tunnel_begin(&w, &t);
		ck_assert_uint_eq(t.outside_port, L2TP);
		m = l2tp_control(2, t.outside_own, 0, SCCRP);
	}
	quoted = udp_packet(SERVER, L2TP, CLIENT_B, L2TP, m.data, m.length);
	error = icmp_error(CLIENT_B, SERVER, 3, &quoted, quoted.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error),
			  _i == 0 ? VPNALG_TRANSLATED : VPNALG_DROP_ICMP_ERROR);
	service_remove(&w, UDP, L2TP, CLIENT_B, L2TP);
}
END_TEST

START_TEST(a_client_may_use_any_port_of_its_own)
{
	struct tunnel t[3];
	unsigned i;

	for (i = 0; i < 3; i++) {
		t[i] = a_tunnel(i);
		t[i].port = (uint16_t)(40000 + i);
		tunnel_begin(&w, &t[i]);
	}
	for (i = 0; i < 3; i++)
		tunnel_carries(&w, &t[i], i);
	/* No host has port 1701 itself. Other packets that come there are no
	 * one's. */
	t[0].outside_own = 4711;
	ck_assert_uint_eq(server_tells(&w, &t[0], HELLO), VPNALG_DROP_GUARDED);
}
END_TEST

START_TEST(two_tunnels_of_one_client_and_port_are_two)
{
	struct tunnel t[3];

	begin_tunnels(t, 2);
	t[2] = t[1];
	t[2].own = 8;
	t[2].peer = 105;
	tunnel_begin(&w, &t[2]);
	tunnel_carries(&w, &t[1], 1);
	tunnel_carries(&w, &t[2], 2);
	ck_assert_uint_eq(client_tells(&w, &t[1], STOPCCN), VPNALG_TRANSLATED);
	world_wait(&w, 100000);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 1);
	tunnel_carries(&w, &t[2], 3);
}
END_TEST

/* Two programs of one host, which know nothing of each other. */
START_TEST(two_ports_of_one_client_may_have_equal_ids)
{
	struct tunnel t[3];

	begin_tunnels(t, 2);
	t[2] = a_tunnel(1);
	t[2].port = 40000;
	t[2].peer = 105;
	tunnel_begin(&w, &t[2]);
	tunnel_carries(&w, &t[1], 1);
	tunnel_carries(&w, &t[2], 2);
}
END_TEST

/* Until one is answered the others wait, at most three seconds each. */
START_TEST(an_unknown_server_gets_one_request_at_a_time)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1), c = a_tunnel(2);

	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_HELD);
	w.now += 2999;
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_HELD);
	w.now += 1;
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_DROP_HELD);
	ck_assert_uint_eq(tunnel_requests(&w, &c), VPNALG_DROP_HELD);
	c.server = SERVER_2;
	ck_assert_uint_eq(tunnel_requests(&w, &c), VPNALG_TRANSLATED);
	w.now += 3000;
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(an_answered_host_holds_nobody_back)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1);

	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_HELD);
	ck_assert_uint_eq(tunnel_is_answered(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_ne(b.outside_port, L2TP);
}
END_TEST

/* The tunnel that the first SCCRQ of b has made at the server ends there
 * for want of an answer, and its end must not be a's. */
START_TEST(a_tunnel_that_the_server_misunderstood_is_nobodys)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1), stale;

	tunnel_begin(&w, &a);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	stale = b;
	stale.peer = 999;
	ck_assert_uint_eq(tunnel_is_answered(&w, &stale),
			  VPNALG_DROP_AMBIGUOUS);
	tunnel_begin(&w, &b);
	ck_assert_uint_eq(tunnel_is_answered(&w, &stale),
			  VPNALG_DROP_AMBIGUOUS);
	ck_assert_uint_eq(server_tells(&w, &stale, STOPCCN),
			  VPNALG_DROP_AMBIGUOUS);
	w.now += 110000;
	tunnel_carries(&w, &a, 1);
	tunnel_carries(&w, &b, 2);
}
END_TEST

/* Only the server's own answer shows a fixed port. */
START_TEST(a_misdirected_answer_to_another_request_proves_nothing)
{
	struct tunnel a = a_tunnel(0), b = a_tunnel(1), stale;

	tunnel_begin(&w, &a);
	b.own = 8;
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	stale = b;
	stale.outside_own = 9;
	ck_assert_uint_eq(tunnel_is_answered(&w, &stale),
			  VPNALG_DROP_AMBIGUOUS);
	b.fixed_port = false;
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &b), VPNALG_TRANSLATED);
	tunnel_carries(&w, &b, 1);
}
END_TEST

START_TEST(an_end_from_either_side_gives_the_id_back)
{
	struct tunnel t[2];

	begin_tunnels(t, 2);
	if (_i == 0) {
		ck_assert_uint_eq(server_tells(&w, &t[1], STOPCCN),
				  VPNALG_TRANSLATED);
	} else {
		ck_assert_uint_eq(client_tells(&w, &t[1], STOPCCN),
				  VPNALG_TRANSLATED);
		/* Its Assigned Tunnel ID is the outside one, too. */
		ck_assert_uint_eq(get16(l2tp(&w) + 34), t[1].outside_own);
	}
	world_wait(&w, 99999);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 0);
	world_wait(&w, 1);
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 1);
	tunnel_carries(&w, &t[0], 1);
	tunnel_begin(&w, &t[1]);
	tunnel_carries(&w, &t[1], 2);
}
END_TEST

START_TEST(an_end_from_outside_is_taken_back_by_a_host_that_goes_on)
{
	struct tunnel t[2];

	begin_tunnels(t, 2);
	ck_assert_uint_eq(server_tells(&w, &t[1], STOPCCN), VPNALG_TRANSLATED);
	w.now += 4000;
	tunnel_carries(&w, &t[1], 1);
	world_wait(&w, 99999);
	tunnel_carries(&w, &t[1], 2);
}
END_TEST

/* The end is that of what it had before. */
START_TEST(a_tunnel_that_begins_in_a_linger_goes_on)
{
	struct tunnel t[2];

	begin_tunnels(t, 2);
	ck_assert_uint_eq(tunnel_requests(&w, &t[1]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(server_tells(&w, &t[1], STOPCCN), VPNALG_TRANSLATED);
	t[1].peer = 300;
	ck_assert_uint_eq(tunnel_is_answered(&w, &t[1]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &t[1]), VPNALG_TRANSLATED);
	world_wait(&w, 200000);
	ck_assert_uint_eq(server_tells(&w, &t[1], HELLO), VPNALG_TRANSLATED);
}
END_TEST

/* Opened by another packet than an SCCRQ, as after a restart of the router:
 * such a flow has port 1701 to share from the start. */
START_TEST(a_resumed_flow_cannot_end_anothers_tunnel)
{
	struct tunnel t = a_tunnel(0), other = a_tunnel(1);

	t.outside = OUTSIDE;
	t.outside_port = L2TP;
	t.outside_own = t.own;
	ck_assert_uint_eq(client_tells(&w, &t, HELLO), VPNALG_TRANSLATED);
	tunnel_carries(&w, &t, 1);
	tunnel_begin(&w, &other);
	ck_assert_uint_eq(client_tells(&w, &t, STOPCCN),
			  VPNALG_DROP_NO_SESSION);
	t.peer = 0;
	ck_assert_uint_eq(client_tells(&w, &t, HELLO), VPNALG_DROP_NO_SESSION);
	tunnel_carries(&w, &other, 2);
}
END_TEST

START_TEST(a_client_that_was_restarted_has_its_tunnel_again)
{
	struct tunnel t[2];

	begin_tunnels(t, 2);
	t[1].peer = 300;
	tunnel_begin(&w, &t[1]);
	tunnel_carries(&w, &t[1], 1);
	tunnel_carries(&w, &t[0], 2);
	ck_assert_uint_eq(opened(&w, KIND_TUNNEL), 2);
}
END_TEST

START_TEST(a_busy_tunnel_lives_and_a_silent_one_dies)
{
	struct tunnel t[2];
	unsigned i;

	begin_tunnels(t, 2);
	for (i = 0; i < 10; i++) {
		world_wait(&w, 60000);
		tunnel_carries(&w, &t[1], i);
	}
	ck_assert_uint_eq(closed(&w, KIND_TUNNEL), 1);
	ck_assert_uint_eq(closed(&w, KIND_FLOW), 1);
}
END_TEST

START_TEST(data_of_no_tunnel_does_not_go_out_of_a_shared_port)
{
	struct tunnel t[2];
	struct bytes m = l2tp_data2(555, 5, 1);

	begin_tunnels(t, 2);
	ck_assert_uint_eq(tunnel_says(&w, &t[1], &m), VPNALG_DROP_NO_SESSION);
	m = l2tp_data2(555, 5, 1);
	ck_assert_uint_eq(tunnel_hears(&w, &t[1], &m), VPNALG_DROP_NO_SESSION);
}
END_TEST

START_TEST(a_shared_port_is_not_for_other_ports_of_the_server)
{
	struct tunnel t[2];
	struct bytes m = l2tp_data2(7, 5, 1);

	begin_tunnels(t, 2);
	put16(m.data + 2, t[1].outside_own);
	t[1].answer_port = 5000;
	ck_assert_uint_eq(tunnel_hears(&w, &t[1], &m), VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(server_tells(&w, &t[1], STOPCCN),
			  VPNALG_DROP_PORT_HELD);
}
END_TEST

/* All forms of data: the Tunnel ID is where the flags say. */
START_TEST(data_is_told_apart_whatever_its_header)
{
	static const uint16_t flags[] = { 0x0002, 0x4002, 0x0802, 0x0202,
					  0x4802, 0x4a02, 0x4b02 };
	unsigned at = flags[_i] & 0x4000 ? 4 : 2, length = at + 4;
	struct bytes m = { .length = 24 };
	struct tunnel t[2];

	begin_tunnels(t, 2);
	put16(m.data, flags[_i]);
	put16(m.data + 2, 24);
	put16(m.data + at, t[1].outside_own);
	if (flags[_i] & 0x0800)
		length += 4;
	if (flags[_i] & 0x0200)
		put16(m.data + length, 2);
	ck_assert_uint_eq(tunnel_hears(&w, &t[1], &m), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), t[1].client);
	put16(m.data + at, 7);
	ck_assert_mem_eq(l2tp(&w), m.data, m.length);
}
END_TEST

/* Hidden IDs */

static struct tunnel hidden_tunnel(unsigned n, uint32_t own)
{
	struct tunnel t = a_tunnel(n);

	t.hides = true;
	t.own = own;
	return t;
}

START_TEST(hidden_ids_are_learned_from_the_answer)
{
	struct tunnel t[4];
	unsigned i;

	for (i = 0; i < 4; i++) {
		t[i] = hidden_tunnel(i, 7 + i);
		tunnel_begin(&w, &t[i]);
	}
	for (i = 0; i < 4; i++)
		tunnel_carries(&w, &t[i], i);
	ck_assert_uint_eq(opened(&w, KIND_TUNNEL), 4);
}
END_TEST

/* Its IDs may lie behind the snap length: then nothing is learned of it. */
START_TEST(a_hidden_id_is_learned_from_a_whole_answer)
{
	struct tunnel a = a_tunnel(0), c = a_tunnel(2), b = hidden_tunnel(1, 8);
	struct bytes m = l2tp_control(2, 8, 0, SCCRP), p;
	uint32_t caplen;

	tunnel_begin(&w, &a);
	tunnel_begin(&w, &c);
	l2tp_avp(&m, 36, 4, 0x01020304);
	l2tp_hidden_avp(&m, 9);
	p = l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	for (caplen = 28 + 20; caplen < p.length; caplen++)
		ck_assert_uint_eq(send_captured(&w, VPNALG_IN, &p, caplen),
				  VPNALG_DROP_TRUNCATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), b.client);
}
END_TEST

START_TEST(the_later_of_two_equal_hidden_ids_is_refused)
{
	struct tunnel a = hidden_tunnel(0, 7), b = hidden_tunnel(1, 7);

	tunnel_begin(&w, &a);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_DROP_AMBIGUOUS);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_DROP_AMBIGUOUS);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_AMBIGUOUS);
	tunnel_carries(&w, &a, 1);
	/* Others may go on. */
	b = hidden_tunnel(2, 9);
	tunnel_begin(&w, &b);
	tunnel_carries(&w, &b, 2);
	/* And the refused one may try again later. */
	world_wait(&w, 100000);
	b = hidden_tunnel(1, 8);
	tunnel_begin(&w, &b);
	tunnel_carries(&w, &b, 3);
}
END_TEST

/* As in a capture from inside, where nobody has been refused. */
START_TEST(an_equal_hidden_id_is_refused_as_inside_sees_its_answer)
{
	struct tunnel a = hidden_tunnel(0, 7), b = hidden_tunnel(1, 7);
	struct bytes m = l2tp_control(2, 7, 0, SCCRP), p;

	tunnel_begin(&w, &a);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	tunnel_is_answered(&w, &b); /* to port 1701 from now on */
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	p = l2tp_packet(b.server, L2TP, b.client, b.port, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_AMBIGUOUS);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_AMBIGUOUS);
	tunnel_carries(&w, &a, 1);
	/* A retransmitted answer is still its own flow's. */
	b = hidden_tunnel(2, 9);
	tunnel_begin(&w, &b);
	m = l2tp_control(2, 9, 0, SCCRP);
	p = l2tp_packet(b.server, L2TP, b.client, b.port, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	tunnel_carries(&w, &b, 2);
}
END_TEST

START_TEST(hidden_and_plain_ids_get_along)
{
	struct tunnel a = a_tunnel(0), b = hidden_tunnel(1, 8), c = a_tunnel(2);

	tunnel_begin(&w, &a);
	tunnel_begin(&w, &b);
	c.own = 8;
	tunnel_begin(&w, &c);
	ck_assert_uint_ne(c.outside_own, 8);
	tunnel_carries(&w, &a, 1);
	tunnel_carries(&w, &b, 2);
	tunnel_carries(&w, &c, 3);
}
END_TEST

/* Any but 0, which is none (RFC 2661 4.4.3). */
static uint32_t chosen_tunnel;

static enum vpnalg_choice choose_tunnel(struct world *world,
					struct vpnalg_binding *binding)
{
	(void)world;
	if (binding->protocol == UDP)
		return VPNALG_CHOICE_TAKE;
	binding->outside_id = chosen_tunnel;
	return VPNALG_CHOICE_CHOSEN;
}

static const struct {
	uint8_t version;
	uint32_t id;
	unsigned result;
} chosen_rows[] = {
	{ 2, 0, VPNALG_DROP_REFUSED },	   { 2, 1, VPNALG_TRANSLATED },
	{ 2, 65535, VPNALG_TRANSLATED },   { 2, 65536, VPNALG_DROP_REFUSED },
	{ 3, 0, VPNALG_DROP_REFUSED },	   { 3, 1, VPNALG_TRANSLATED },
	{ 3, 65536, VPNALG_TRANSLATED },   { 3, UINT32_MAX, VPNALG_TRANSLATED },
};

START_TEST(the_caller_may_choose_any_tunnel_id)
{
	struct tunnel t = a_tunnel(0);

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .choose = choose_tunnel });
	chosen_tunnel = chosen_rows[_i].id;
	t.version = chosen_rows[_i].version;
	ck_assert_uint_eq(tunnel_requests(&w, &t), chosen_rows[_i].result);
	if (chosen_rows[_i].result == VPNALG_TRANSLATED)
		ck_assert_uint_eq(t.outside_own, chosen_tunnel);
}
END_TEST

START_TEST(the_caller_has_the_last_word_on_ids)
{
	struct tunnel t = a_tunnel(0);

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .choosing = CHOOSE_DIFFERENT });
	tunnel_begin(&w, &t);
	ck_assert_uint_ne(t.outside_own, t.own);
	tunnel_carries(&w, &t, 1);
	world_end(&w);
	l2tp_world(&w, (struct world_options){ .choosing = CHOOSE_REFUSE });
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_DROP_REFUSED);
}
END_TEST

/* A server's record lives on by the messages of its tunnels. */
START_TEST(a_server_is_known_as_long_as_anybody_talks_to_it)
{
	struct tunnel a = { .client = CLIENT_A, .server = SERVER,
			    .port = 40000, .version = 2, .own = 7,
			    .peer = 100, .fixed_port = true };
	struct tunnel b = a;
	unsigned i;

	b.client = CLIENT_B;
	b.peer = 101;
	tunnel_begin(&w, &a);
	for (i = 0; i < 10; i++) {
		world_wait(&w, 60000);
		ck_assert_uint_eq(client_tells(&w, &a, HELLO),
				  VPNALG_TRANSLATED);
	}
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(b.outside_port, L2TP);
	/* And no longer. */
	world_wait(&w, 300000);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* A host that hides its ID shows by the SCCCN that it was answered, and by no
 * other message. Until then another host waits. */
START_TEST(a_hidden_request_is_answered_when_its_host_confirms)
{
	struct tunnel a = { .client = CLIENT_A, .server = SERVER,
			    .port = 40000, .version = 2, .own = 7,
			    .peer = 100, .hides = true };
	struct tunnel b = a;

	b.client = CLIENT_B;
	b.peer = 101;
	ck_assert_uint_eq(tunnel_requests(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_is_answered(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_tells(&w, &a, HELLO), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_DROP_HELD);
	ck_assert_uint_eq(tunnel_confirms(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
}
END_TEST

TCase *l2tp_shared_case(void)
{
	TCase *t = tcase_create("shared port");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, ten_clients_of_one_tunnel_id_share_the_port, 0,
			    2);
	tcase_add_test(
		t, an_error_about_other_packets_of_its_port_is_not_the_flows);
	tcase_add_loop_test(t,
			    a_servers_error_about_a_clients_tunnel_is_dropped,
			    0, 2);
	tcase_add_test(t, a_client_may_use_any_port_of_its_own);
	tcase_add_test(t, two_tunnels_of_one_client_and_port_are_two);
	tcase_add_test(t, two_ports_of_one_client_may_have_equal_ids);
	tcase_add_test(t, an_unknown_server_gets_one_request_at_a_time);
	tcase_add_test(t, an_answered_host_holds_nobody_back);
	tcase_add_test(t, a_tunnel_that_the_server_misunderstood_is_nobodys);
	tcase_add_test(t,
		       a_misdirected_answer_to_another_request_proves_nothing);
	tcase_add_loop_test(t, an_end_from_either_side_gives_the_id_back, 0, 2);
	tcase_add_test(
		t, an_end_from_outside_is_taken_back_by_a_host_that_goes_on);
	tcase_add_test(t, a_tunnel_that_begins_in_a_linger_goes_on);
	tcase_add_test(t, a_resumed_flow_cannot_end_anothers_tunnel);
	tcase_add_test(t, a_client_that_was_restarted_has_its_tunnel_again);
	tcase_add_test(t, a_busy_tunnel_lives_and_a_silent_one_dies);
	tcase_add_test(t,
		       data_of_no_tunnel_does_not_go_out_of_a_shared_port);
	tcase_add_test(t, a_shared_port_is_not_for_other_ports_of_the_server);
	tcase_add_loop_test(t, data_is_told_apart_whatever_its_header, 0, 7);
	tcase_add_test(t, hidden_ids_are_learned_from_the_answer);
	tcase_add_test(t, a_hidden_id_is_learned_from_a_whole_answer);
	tcase_add_test(t, the_later_of_two_equal_hidden_ids_is_refused);
	tcase_add_test(t,
		       an_equal_hidden_id_is_refused_as_inside_sees_its_answer);
	tcase_add_test(t, hidden_and_plain_ids_get_along);
	tcase_add_test(t, the_caller_has_the_last_word_on_ids);
	tcase_add_test(t,
		       a_hidden_request_is_answered_when_its_host_confirms);
	tcase_add_test(t, a_server_is_known_as_long_as_anybody_talks_to_it);
	tcase_add_loop_test(t, the_caller_may_choose_any_tunnel_id, 0,
			    ROWS(chosen_rows));
	return t;
}
