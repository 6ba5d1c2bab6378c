/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers from another address than the one that the SCCRQ went to (RFC 2661
 * 8.1). */
#include "support_l2tp.h"
#include "cases.h"

#define ELSEWHERE (SERVER + 1)
#define THIRD (SERVER + 2)
#define KIND_QUESTION 5

static struct world w;

static const struct tunnel carriers[] = {
	{ .server = SERVER, .port = 40000, .version = 2, .own = 7,
	  .peer = 100 },
	{ .server = SERVER, .port = L2TP, .version = 2, .own = 7, .peer = 100 },
	{ .server = SERVER, .port = 40000, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000 },
	{ .server = SERVER, .port = L2TP, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000 },
	{ .server = SERVER, .port = 40000, .version = 2, .own = 7, .peer = 100,
	  .answer_port = 5000 },
	{ .server = SERVER, .port = L2TP, .version = 2, .own = 7, .peer = 100,
	  .answer_port = 5000 },
	{ .server = SERVER, .port = 40000, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000,
	  .answer_port = 5000 },
	{ .server = SERVER, .port = L2TP, .version = 3, .own = 70007,
	  .peer = 100, .session = 70000, .peer_session = 80000,
	  .answer_port = 5000 },
};

static void begin_with(bool any_address)
{
	l2tp_world(&w, (struct world_options){
			       .l2tp = { .any_address = any_address } });
}

static void begin(void)
{
	begin_with(true);
}

static void end(void)
{
	world_end(&w);
}

static struct tunnel requested(int row)
{
	struct tunnel t = carriers[row];

	t.client = CLIENT_A;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	return t;
}

static unsigned answer_from(struct tunnel *t, uint32_t server)
{
	t->server = server;
	return tunnel_is_answered(&w, t);
}

START_TEST(an_answer_from_another_address_is_accepted_once_and_fixed)
{
	struct tunnel t = requested(_i), other;

	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(get16(l4(&w) + 2), t.port);
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), t.outside);
	ck_assert_uint_eq(get16(l4(&w)), t.outside_port);
	if (t.version == 3)
		tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
	other = t;
	ck_assert_uint_eq(answer_from(&other, THIRD), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
	tunnel_carries(&w, &t, 2);
}
END_TEST

/* Asking the first one again opens it to nobody else. */
START_TEST(a_request_that_is_sent_again_stays_answered)
{
	struct tunnel t = requested(_i), other = t;

	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_requests(&w, &other), VPNALG_TRANSLATED);
	ck_assert_uint_eq(answer_from(&other, THIRD), VPNALG_UNTOUCHED);
	tunnel_confirms(&w, &t);
	if (t.version == 3)
		tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
}
END_TEST

START_TEST(the_requested_address_may_answer_all_the_same)
{
	struct tunnel t = requested(_i), other = t;

	ck_assert_uint_eq(tunnel_is_answered(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(answer_from(&other, ELSEWHERE), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
	if (t.version == 3)
		tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
}
END_TEST

START_TEST(without_the_policy_it_is_no_answer)
{
	struct tunnel t;

	begin_with(false);
	t = requested(_i);
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(opened(&w, KIND_QUESTION), 0);
	world_end(&w);
}
END_TEST

static const struct {
	const char *what;
	unsigned version, id, ns, type;
	uint16_t port; /* that the SCCRQ came from; 0: the right one */
} strangers[] = {
	{ "another Tunnel ID", 2, 8, 0, SCCRP, 0 },
	{ "none", 2, 0, 0, SCCRP, 0 },
	{ "not the first message", 2, 7, 1, SCCRP, 0 },
	{ "no answer", 2, 7, 0, SCCRQ, 0 },
	{ "an end", 2, 7, 0, STOPCCN, 0 },
	{ "another version", 3, 7, 0, SCCRP, 0 },
	{ "another port", 2, 7, 0, SCCRP, 40001 },
};

START_TEST(a_message_that_is_no_answer_is_not_taken)
{
	struct tunnel t = requested(0);
	struct bytes m = l2tp_control(strangers[_i].version, strangers[_i].id,
				      (uint16_t)strangers[_i].ns,
				      strangers[_i].type);

	l2tp_avp(&m, 9, 2, 100);
	t.server = ELSEWHERE;
	if (strangers[_i].port != 0)
		t.outside_port = strangers[_i].port;
	ck_assert_msg(tunnel_hears(&w, &t, &m) == VPNALG_UNTOUCHED, "%s: %u",
		      strangers[_i].what, w.last.result);
	ck_assert_uint_eq(opened(&w, KIND_FLOW), 1);
}
END_TEST

START_TEST(an_id_that_is_hidden_is_answered_by_who_was_asked_only)
{
	struct tunnel t = carriers[0];

	t.client = CLIENT_A;
	t.hides = true;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(opened(&w, KIND_QUESTION), 0);
}
END_TEST

/* From the same port, with the same ID, to two servers: whose answer it is
 * cannot be told. */
START_TEST(equal_requests_of_two_hosts_are_not_answered_from_elsewhere)
{
	struct tunnel a = requested(0), b = carriers[0];

	b.client = CLIENT_B;
	b.server = THIRD;
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(b.outside_port, a.outside_port);
	ck_assert_uint_eq(answer_from(&a, ELSEWHERE), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(opened(&w, KIND_FLOW), 2);
}
END_TEST

/* The port is another's with that address. */
START_TEST(an_outside_port_that_is_taken_there_stays_its_owners)
{
	struct tunnel b = carriers[0], t;

	b.client = CLIENT_B;
	b.server = ELSEWHERE;
	b.own = 9;
	tunnel_begin(&w, &b);
	t = requested(0);
	ck_assert_uint_eq(t.outside_port, b.outside_port);
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(opened(&w, KIND_FLOW), 2);
	tunnel_carries(&w, &b, 1);
}
END_TEST

START_TEST(a_request_is_open_for_a_minute)
{
	struct tunnel t = requested(0);

	w.now += 59999;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	w.now += 60000;
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_UNTOUCHED);
	t.server = SERVER;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	w.now += 59999;
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
}
END_TEST

/* Another server gets an SCCRQ with the same ID: the record is of that one. */
START_TEST(the_last_who_was_asked_may_answer_from_elsewhere)
{
	struct tunnel t = requested(0);

	t.server = THIRD;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
	tunnel_carries(&w, &t, 1);
	ck_assert_uint_eq(opened(&w, KIND_QUESTION), 2);
}
END_TEST

START_TEST(a_request_for_another_id_is_another_one)
{
	struct tunnel t = requested(0), first;

	t.own = 8;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	first = t;
	first.outside_own = 7;
	ck_assert_uint_eq(answer_from(&first, ELSEWHERE), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(answer_from(&t, ELSEWHERE), VPNALG_TRANSLATED);
}
END_TEST

/* The server answers to port 1701 only: the host sends from there now, where
 * its ID is another's. The SCCRQ from the old port is void. */
START_TEST(a_port_that_is_not_asked_from_any_more_hears_no_answer)
{
	struct tunnel b = requested(0), a = carriers[1], old = b;

	b.fixed_port = a.fixed_port = true;
	ck_assert_uint_eq(tunnel_is_answered(&w, &b), VPNALG_DROP_AMBIGUOUS);
	a.client = CLIENT_B;
	tunnel_begin(&w, &a);
	ck_assert_uint_eq(tunnel_requests(&w, &b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(b.outside_port, L2TP);
	ck_assert_uint_ne(b.outside_own, 7);
	ck_assert_uint_eq(answer_from(&old, ELSEWHERE), VPNALG_UNTOUCHED);
	tunnel_carries(&w, &a, 1);
}
END_TEST

/* It is found with whom the host has a flow already. */
START_TEST(the_answer_of_who_was_asked_is_undone)
{
	struct tunnel t = requested(_i);
	struct bytes m = l2tp_control(t.version, t.own, 0, SCCRP), p;

	l2tp_avp(&m, t.version == 2 ? 9 : 61, t.version == 2 ? 2 : 4, t.peer);
	p = l2tp_packet(SERVER, L2TP, CLIENT_A, t.port, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), OUTSIDE);
	ck_assert_uint_eq(opened(&w, KIND_FLOW), 1);
}
END_TEST

/* A LAN capture shows this. */
START_TEST(an_answer_from_another_address_is_undone_too)
{
	struct tunnel t = requested(_i);
	struct bytes m = l2tp_control(t.version, t.own, 0, SCCRP), p;
	uint16_t from = t.answer_port ? t.answer_port : L2TP;

	l2tp_avp(&m, t.version == 2 ? 9 : 61, t.version == 2 ? 2 : 4, t.peer);
	p = l2tp_packet(ELSEWHERE, from, CLIENT_A, t.port, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), OUTSIDE);
	ck_assert_uint_eq(get16(l4(&w) + 2), t.outside_port);
	t.server = ELSEWHERE;
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
	if (t.version == 3)
		tunnel_calls(&w, &t);
	tunnel_carries(&w, &t, 1);
}
END_TEST

/* One operation fails, one after another: at most one packet is lost, and
 * nothing stays of it. */
START_TEST(a_store_that_fails_costs_a_request_or_its_answer)
{
	unsigned drops = 1;
	struct tunnel t;
	long n;

	for (n = 1; drops == 1; n++) {
		drops = 0;
		begin_with(true);
		/* The claim to the ID of a peer whose port finds no room. */
		w.options.leaves = carriers[_i].answer_port != 0;
		w.fail_in = n;
		t = carriers[_i];
		t.client = CLIENT_A;
		if (tunnel_requests(&w, &t) == VPNALG_DROP_STORE) {
			drops++;
			ck_assert_uint_eq(tunnel_requests(&w, &t),
					  VPNALG_TRANSLATED);
		}
		if (answer_from(&t, ELSEWHERE) == VPNALG_DROP_STORE) {
			drops++;
			ck_assert_uint_eq(tunnel_is_answered(&w, &t),
					  VPNALG_TRANSLATED);
		}
		ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
		if (tunnel_confirms(&w, &t) != VPNALG_TRANSLATED) {
			drops++;
			ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
			ck_assert_uint_eq(tunnel_confirms(&w, &t),
					  VPNALG_TRANSLATED);
		}
		ck_assert_uint_le(drops, 1);
		w.fail_in = 0;
		if (t.version == 3)
			tunnel_calls(&w, &t);
		tunnel_carries(&w, &t, 1);
		world_end(&w);
	}
	ck_assert_int_ge(n, 8);
}
END_TEST

/* It stays at the outside address that the SCCRQ came from. */
START_TEST(the_outside_address_stays_whoever_answers)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct tunnel t[4];
	unsigned i;

	l2tp_world(&w, (struct world_options){
			       .choosing = CHOOSE_TAKE,
			       .l2tp = { .any_address = true },
			       .addresses = addresses,
			       .address_count = 2 });
	for (i = 0; i < 4; i++) {
		t[i] = carriers[0];
		t[i].client = CLIENT_A + i;
		t[i].own += i;
		t[i].server += 10 * i;
		ck_assert_uint_eq(tunnel_requests(&w, &t[i]),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(answer_from(&t[i], ELSEWHERE + 10 * i),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(tunnel_confirms(&w, &t[i]),
				  VPNALG_TRANSLATED);
		tunnel_carries(&w, &t[i], i);
	}
	world_end(&w);
}
END_TEST

/* This much of the answer is in memory, or in the packet. */
START_TEST(an_answer_of_any_length_does_no_harm)
{
	struct tunnel t = requested(_i);
	struct bytes m = l2tp_control(t.version, t.own, 0, SCCRP), p;
	uint32_t n;

	l2tp_avp(&m, t.version == 2 ? 9 : 61, t.version == 2 ? 2 : 4, t.peer);
	p = l2tp_packet(ELSEWHERE, L2TP, OUTSIDE, t.outside_port, &m);
	for (n = 28; n < 48; n++)
		ck_assert_uint_ne(send_captured(&w, VPNALG_IN, &p, n),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, KIND_FLOW), 1);
	ck_assert_uint_eq(send_captured(&w, VPNALG_IN, &p, p.length),
			  VPNALG_TRANSLATED);
}
END_TEST

TCase *l2tp_any_address_case(void)
{
	TCase *t = tcase_create("answers from other addresses");
	int all = ROWS(carriers);

	tcase_add_loop_test(t, without_the_policy_it_is_no_answer, 0, all);
	tcase_add_loop_test(t,
			    a_store_that_fails_costs_a_request_or_its_answer,
			    0, all);
	tcase_add_test(t, the_outside_address_stays_whoever_answers);
	return t;
}

TCase *l2tp_policy_case(void)
{
	TCase *t = tcase_create("answers from other addresses, by policy");
	int all = ROWS(carriers);

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t, an_answer_from_another_address_is_accepted_once_and_fixed, 0,
		all);
	tcase_add_loop_test(t, a_request_that_is_sent_again_stays_answered, 0,
			    all);
	tcase_add_loop_test(t, the_requested_address_may_answer_all_the_same,
			    0, all);
	tcase_add_loop_test(t, a_message_that_is_no_answer_is_not_taken, 0,
			    ROWS(strangers));
	tcase_add_test(t,
		       an_id_that_is_hidden_is_answered_by_who_was_asked_only);
	tcase_add_test(
		t, equal_requests_of_two_hosts_are_not_answered_from_elsewhere);
	tcase_add_test(t,
		       an_outside_port_that_is_taken_there_stays_its_owners);
	tcase_add_test(t, a_request_is_open_for_a_minute);
	tcase_add_test(t, the_last_who_was_asked_may_answer_from_elsewhere);
	tcase_add_test(t, a_request_for_another_id_is_another_one);
	tcase_add_test(t,
		       a_port_that_is_not_asked_from_any_more_hears_no_answer);
	tcase_add_loop_test(t, the_answer_of_who_was_asked_is_undone, 0, all);
	tcase_add_loop_test(t, an_answer_from_another_address_is_undone_too, 0,
			    all);
	tcase_add_loop_test(t, an_answer_of_any_length_does_no_harm, 0, 4);
	return t;
}
