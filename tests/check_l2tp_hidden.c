/* SPDX-License-Identifier: BSD-2-Clause */
/* Hidden IDs of L2TP, and IDs that the caller chooses. */
#include "l2tp_shared.h"

/* Hidden IDs */

static struct tunnel hidden_tunnel(unsigned n, uint32_t own)
{
	struct tunnel t = fixed_tunnel(n);

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
	struct tunnel a = fixed_tunnel(0), b = hidden_tunnel(1, 8);
	struct tunnel c = fixed_tunnel(2);
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
	struct tunnel a = fixed_tunnel(0), b = hidden_tunnel(1, 8);
	struct tunnel c = fixed_tunnel(2);

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
	struct tunnel t = fixed_tunnel(0);

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
	struct tunnel t = fixed_tunnel(0);

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

TCase *l2tp_hidden_case(void)
{
	TCase *t = tcase_create("hidden IDs");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, hidden_ids_are_learned_from_the_answer);
	tcase_add_test(t, a_hidden_id_is_learned_from_a_whole_answer);
	tcase_add_test(t, the_later_of_two_equal_hidden_ids_is_refused);
	tcase_add_test(t,
		       an_equal_hidden_id_is_refused_as_inside_sees_its_answer);
	tcase_add_test(t, hidden_and_plain_ids_get_along);
	tcase_add_test(t, the_caller_has_the_last_word_on_ids);
	tcase_add_test(t, a_hidden_request_is_answered_when_its_host_confirms);
	tcase_add_test(t, a_server_is_known_as_long_as_anybody_talks_to_it);
	tcase_add_loop_test(t, the_caller_may_choose_any_tunnel_id, 0,
			    ROWS(chosen_rows));
	return t;
}
