/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers from another address than the one that the SCCRQ went to (RFC 2661
 * 8.1). */
#include "l2tp_any_address.h"

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

START_TEST(only_its_server_answers_a_request_with_a_hidden_id)
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
		       only_its_server_answers_a_request_with_a_hidden_id);
	tcase_add_test(
		t, equal_requests_of_two_hosts_are_not_answered_from_elsewhere);
	tcase_add_test(t,
		       an_outside_port_that_is_taken_there_stays_its_owners);
	return t;
}
