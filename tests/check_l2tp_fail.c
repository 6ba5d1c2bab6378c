/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets cut at every length, and a store that fails at every operation. */
#include "support_l2tp.h"
#include "cases.h"

#include <string.h>

static struct world w;

/* Tunnels by ports, by Tunnel ID, and over IP. */
static const struct tunnel carriers[] = {
	{ .server = SERVER, .port = 40000, .version = 2, .own = 7,
	  .peer = 100 },
	{ .server = SERVER, .port = L2TP, .version = 2, .own = 7, .peer = 100,
	  .fixed_port = true },
	{ .server = SERVER, .version = 3, .own = 7, .peer = 100,
	  .session = 70000, .peer_session = 80000 },
	{ .server = SERVER, .port = L2TP, .version = 2, .own = 7, .peer = 100,
	  .fixed_port = true, .hides = true },
};

static struct tunnel a_tunnel(int row, unsigned n)
{
	struct tunnel t = carriers[row];

	t.client = CLIENT_A + n;
	t.peer += n;
	t.peer_session += n;
	if (t.hides)
		t.own += n;
	return t;
}

static void begin_whole(struct tunnel *t)
{
	tunnel_begin(&w, t);
	if (t->version == 3)
		tunnel_calls(&w, t);
	tunnel_carries(&w, t, 1);
}

/* Each message at each length: whole IP packets that are shorter, and whole
 * packets of which less is in memory. */
static void cut(enum vpnalg_direction direction, const struct bytes *whole)
{
	struct bytes p;
	uint32_t n;

	for (n = 20; n < whole->length; n++) {
		p = ip_packet(get32(whole->data + 12), get32(whole->data + 16),
			      whole->data[9], whole->data + 20, n - 20);
		if (whole->data[9] == UDP && n >= 28) {
			p = udp_packet(get32(whole->data + 12),
				       get16(whole->data + 20),
				       get32(whole->data + 16),
				       get16(whole->data + 22),
				       whole->data + 28, n - 28);
			put16(p.data + 30, n - 28);
		}
		send_packet(&w, direction, &p);
		send_captured(&w, direction, whole, n);
	}
}

START_TEST(a_message_of_any_length_does_no_harm)
{
	static const unsigned types[] = { SCCRQ, SCCRP, SCCCN, STOPCCN, ICRQ,
					  ICRP, CDN };
	struct tunnel a = a_tunnel(_i, 0), b = a_tunnel(_i, 1), t;
	struct bytes m, p;
	unsigned i;

	l2tp_world(&w, (struct world_options){ .units = 4000 });
	begin_whole(&a);
	begin_whole(&b);
	for (i = 0; i < ROWS(types); i++) {
		t = i & 1 ? a : b;
		m = l2tp_control(t.version, t.peer, 1, types[i]);
		l2tp_avp(&m, t.version == 2 ? 9 : 61, t.version == 2 ? 2 : 4,
			 0x5000 + i);
		l2tp_avp(&m, 63, 4, 0x6000 + i);
		l2tp_avp(&m, 64, 4, 0);
		p = l2tp_packet(t.client, t.port, SERVER, t.port ? L2TP : 0,
				&m);
		cut(VPNALG_OUT, &p);
		m = l2tp_control(t.version, t.outside_own, 1, types[i]);
		l2tp_avp(&m, t.version == 2 ? 9 : 61, t.version == 2 ? 2 : 4,
			 t.peer);
		l2tp_avp(&m, 63, 4, 0x7000 + i);
		l2tp_avp(&m, 64, 4, t.outside_session);
		p = l2tp_packet(SERVER, t.port ? L2TP : 0, OUTSIDE,
				t.port ? L2TP : 0, &m);
		cut(VPNALG_IN, &p);
	}
	world_end(&w);
}
END_TEST

/* All bytes of a message that must change must be there. */
START_TEST(a_shared_tunnels_message_must_be_in_memory)
{
	struct tunnel t = a_tunnel(1, 0);
	struct bytes m, p;
	uint32_t n;

	l2tp_world(&w, (struct world_options){ 0 });
	begin_whole(&t);
	m = l2tp_control(2, 0, 0, SCCRQ);
	l2tp_avp(&m, 2, 2, 0x0100);
	l2tp_avp(&m, 9, 2, 9);
	p = l2tp_packet(CLIENT_A, L2TP, SERVER, L2TP, &m);
	for (n = 28; n < p.length; n++)
		ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, n),
				  VPNALG_DROP_TRUNCATED);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, n),
			  VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

/* Sends until it gets through: a store that fails costs one packet. */
static void
send_until_through(unsigned (*sends)(struct world *, struct tunnel *),
		   struct tunnel *t, unsigned *drops)
{
	unsigned result = sends(&w, t), i;

	for (i = 0; i < 2 && result != VPNALG_TRANSLATED; i++) {
		ck_assert(result == VPNALG_DROP_STORE ||
			  result == VPNALG_DROP_AMBIGUOUS);
		if (result == VPNALG_DROP_STORE)
			++*drops;
		tunnel_requests(&w, t);
		result = sends(&w, t);
	}
	ck_assert_uint_eq(result, VPNALG_TRANSLATED);
}

static void talk(struct tunnel *t, unsigned *drops)
{
	struct bytes m = l2tp_control(3, t->peer, 2, ICRQ);

	send_until_through(tunnel_requests, t, drops);
	send_until_through(tunnel_is_answered, t, drops);
	if (tunnel_confirms(&w, t) != VPNALG_TRANSLATED) {
		ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
		++*drops;
		ck_assert_uint_eq(tunnel_confirms(&w, t), VPNALG_TRANSLATED);
	}
	if (t->version == 2)
		return;
	l2tp_avp(&m, 63, 4, t->session);
	l2tp_avp(&m, 64, 4, t->peer_session);
	if (tunnel_says(&w, t, &m) != VPNALG_TRANSLATED) {
		ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
		++*drops;
		ck_assert_uint_eq(tunnel_says(&w, t, &m), VPNALG_TRANSLATED);
	}
	t->outside_session = get32(l2tp(&w) + 26);
}

START_TEST(a_store_that_fails_costs_one_packet)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct tunnel t[2];
	unsigned drops = 1, i;
	long n;

	for (n = 1; drops == 1; n++) {
		drops = 0;
		l2tp_world(&w, (struct world_options){
				       .choosing = CHOOSE_TAKE,
				       .addresses = addresses,
				       .address_count = 2 });
		w.fail_in = n;
		for (i = 0; i < 2; i++) {
			t[i] = a_tunnel(_i, i);
			talk(&t[i], &drops);
		}
		ck_assert_uint_le(drops, 1);
		for (i = 0; i < 2; i++)
			tunnel_carries(&w, &t[i], i);
		world_end(&w);
	}
	ck_assert_int_ge(n, 8);
}
END_TEST

/* The store is empty before the first message. */
START_TEST(a_request_that_finds_no_room_leaves_nothing)
{
	struct tunnel t;
	long n = 0;

	do {
		l2tp_world(&w, (struct world_options){
				       .choosing = CHOOSE_TAKE });
		w.fail_in = ++n;
		t = a_tunnel(_i, 0);
		if (tunnel_requests(&w, &t) != VPNALG_TRANSLATED) {
			ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
			ck_assert_int_eq(w.records, 0);
		}
		world_end(&w);
	} while (w.last.result != VPNALG_TRANSLATED);
	ck_assert_int_ge(n, 4);
}
END_TEST

/* An SCCRQ that is not answered at the host's own port is sent from 1701, where
 * all of it would be then. Without room its old tunnel goes on as it was. */
START_TEST(a_request_that_finds_no_room_changes_no_flow)
{
	struct tunnel a = a_tunnel(0, 0), c;
	unsigned result, i;
	long n = 0;

	do {
		l2tp_world(&w, (struct world_options){ 0 });
		tunnel_begin(&w, &a);
		c = a;
		c.own = 8;
		for (i = 0; i < 3; i++)
			ck_assert_uint_eq(tunnel_requests(&w, &c),
					  VPNALG_TRANSLATED);
		w.fail_in = ++n;
		result = tunnel_requests(&w, &c);
		w.fail_in = 0;
		if (result != VPNALG_TRANSLATED) {
			ck_assert_uint_eq(result, VPNALG_DROP_STORE);
			tunnel_carries(&w, &a, 1);
		}
		world_end(&w);
	} while (result != VPNALG_TRANSLATED);
	ck_assert_int_gt(n, 2);
}
END_TEST

START_TEST(a_port_that_cannot_be_learned_costs_the_answer)
{
	struct tunnel t = a_tunnel(0, 0);

	l2tp_world(&w, (struct world_options){ 0 });
	t.answer_port = 5000;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	w.fail_in = 1;
	ck_assert_uint_eq(tunnel_is_answered(&w, &t), VPNALG_DROP_STORE);
	tunnel_begin(&w, &t);
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	t.answer_port = 5001;
	w.fail_in = 1;
	ck_assert_uint_eq(tunnel_is_answered(&w, &t), VPNALG_DROP_STORE);
	t.answer_port = 5000; /* is still known */
	tunnel_carries(&w, &t, 1);
	world_end(&w);
}
END_TEST

START_TEST(a_full_store_is_no_more_than_full)
{
	struct tunnel t;
	unsigned i;

	l2tp_world(&w, (struct world_options){ .units = 12 });
	for (i = 0; i < 20; i++) {
		t = a_tunnel(_i, i);
		tunnel_requests(&w, &t);
		tunnel_is_answered(&w, &t);
	}
	ck_assert_uint_gt(dropped(&w, VPNALG_DROP_STORE), 0);
	world_end(&w);
}
END_TEST

TCase *l2tp_fail_case(void)
{
	TCase *t = tcase_create("failures");

	tcase_add_loop_test(t, a_message_of_any_length_does_no_harm, 0,
			    ROWS(carriers));
	tcase_add_test(t, a_shared_tunnels_message_must_be_in_memory);
	tcase_add_loop_test(t, a_store_that_fails_costs_one_packet, 0,
			    ROWS(carriers));
	tcase_add_loop_test(t, a_request_that_finds_no_room_leaves_nothing, 0,
			    ROWS(carriers));
	tcase_add_test(t, a_port_that_cannot_be_learned_costs_the_answer);
	tcase_add_loop_test(t, a_full_store_is_no_more_than_full, 0,
			    ROWS(carriers));
	tcase_add_test(t, a_request_that_finds_no_room_changes_no_flow);
	return t;
}
