/* SPDX-License-Identifier: BSD-2-Clause */
/* Handlers in turn: attempts, sessions that another handler finds, and shared
 * IDs. */
#include "process.h"

/* Several handlers: the first that claims has it, but from outside only with a
 * session. */
START_TEST(an_in_packet_that_the_first_handler_has_no_session_for_goes_on)
{
	static const struct vpnalg_protocol protocols[] = {
		{ greedy_handler, NULL }, { spy_handler, NULL },
		{ toy_handler, NULL },
	};
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 3 };
	struct world w;
	struct bytes p;
	uint16_t id;

	world_begin(&w, &options);
	id = toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	p = toy_data(SERVER, OUTSIDE, id);
	spied_count = 0;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_ge(spied_count, 1);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	/* Nobody knows it: all were asked. */
	p = toy_data(STRANGER, OUTSIDE, id);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(opened(&w, 0), 0); /* greedy */
	ck_assert_uint_eq(opened(&w, 1), 0); /* spy */
	ck_assert_uint_eq(opened(&w, 2), 1); /* toy control */
	ck_assert_uint_eq(opened(&w, 3), 1); /* toy data */
	world_end(&w);
}
END_TEST

/* A handler that knows two keys of a packet, and then none; and one behind it
 * that looks how often it was asked before. */
static uint8_t attempts_seen;

static enum vpnalg_claim know_two(const struct vpnalg_parsed *parsed,
				  struct vpnalg_match *match)
{
	(void)parsed;
	match->more = true;
	match->space = TOY_SPACE;
	return match->attempt < 2 ? VPNALG_CLAIM_KEY : VPNALG_CLAIM_NONE;
}

static enum vpnalg_claim look_at_attempt(const struct vpnalg_parsed *parsed,
					 struct vpnalg_match *match)
{
	(void)parsed;
	attempts_seen = match->attempt;
	return VPNALG_CLAIM_NONE;
}

static enum vpnalg_result leave_alone(struct vpnalg_step *step)
{
	(void)step;
	return VPNALG_UNTOUCHED;
}

static const struct vpnalg_kind one_kind = { .name = "one", .slots = 2 };

static const struct vpnalg_handler *first_handler(void)
{
	static const struct vpnalg_handler first = { .size = sizeof(first),
						     .name = "first",
						     .kinds = &one_kind,
						     .kind_count = 1,
						     .match = know_two,
						     .translate = leave_alone };

	return &first;
}

static const struct vpnalg_handler *second_handler(void)
{
	static const struct vpnalg_handler second = {
		.size = sizeof(second),
		.name = "second",
		.kinds = &one_kind,
		.kind_count = 1,
		.match = look_at_attempt,
		.translate = leave_alone
	};

	return &second;
}

START_TEST(each_handler_is_told_of_its_own_attempts)
{
	static const struct vpnalg_protocol both[] = {
		{ first_handler, NULL }, { second_handler, NULL },
	};
	struct bytes p = udp_packet(CLIENT_A, 5000, SERVER, 53, "q", 1);
	struct world w;

	world_begin(&w, &(struct world_options){ .protocols = both,
						 .protocol_count = 2 });
	attempts_seen = 99;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(attempts_seen, 0);
	world_end(&w);
}
END_TEST

/* Two data sessions of one remote with the same peer's ID: the newest has it,
 * and what only that ID could tell is not guessed. */
START_TEST(a_shared_peer_id_undoes_nothing)
{
	struct world w;
	struct bytes p;

	toy_world(&w, (struct world_options){ 0 });
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	toy_call(&w, CLIENT_B, 5001, SERVER, 8, 9);
	p = toy_data(CLIENT_A, SERVER, 9);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = toy_data(CLIENT_B, SERVER, 9);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = toy_data(OUTSIDE, SERVER, 9);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_AMBIGUOUS);
	world_end(&w);
}
END_TEST

/* A handler that finds sessions of another by their keys: UDP that comes in
 * belongs to the toy's control sessions. */
static enum vpnalg_claim borrow(const struct vpnalg_parsed *parsed,
				struct vpnalg_match *m)
{
	if (parsed->protocol != UDP || !parsed->inward || parsed->inside)
		return VPNALG_CLAIM_NONE;
	*m = (struct vpnalg_match){ .space = UDP,
				    .id = vpnalg_get16(parsed->l4 + 2) };
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_result refuse(struct vpnalg_step *step)
{
	(void)step;
	return VPNALG_DROP_MALFORMED;
}

static const struct vpnalg_handler *borrower_handler(void)
{
	static const struct vpnalg_kind kinds[] = {
		{ .name = "none", .slots = 2 },
	};
	static const struct vpnalg_handler borrower = {
		.size = sizeof(struct vpnalg_handler), .name = "borrower",
		.kinds = kinds, .kind_count = 1, .match = borrow,
		.translate = refuse,
	};

	return &borrower;
}

START_TEST(a_session_is_translated_by_its_own_handler_whoever_finds_it)
{
	static const struct vpnalg_protocol protocols[] = {
		{ borrower_handler, NULL }, { toy_handler, NULL },
	};
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 2 };
	struct vpnalg_kind_counters counters;
	struct bytes p;
	struct world w;

	world_begin(&w, &options);
	toy_say(&w, CLIENT_A, 5000, SERVER, TOY_HELLO, 0, 0);
	p = toy_control(SERVER, TOY_CONTROL_PORT, OUTSIDE, 5000, TOY_HELLO, 0,
			0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	vpnalg_kind_counters(w.alg, 0, &counters, sizeof(counters));
	ck_assert_uint_eq(counters.translated[1] + counters.dropped[1], 0);
	vpnalg_kind_counters(w.alg, 1, &counters, sizeof(counters));
	ck_assert_uint_ge(counters.translated[1], 1);
	world_end(&w);
}
END_TEST

TCase *process_attempt_case(void)
{
	TCase *t = tcase_create("attempts");

	tcase_add_test(
		t, a_session_is_translated_by_its_own_handler_whoever_finds_it);
	tcase_add_test(
		t,
		an_in_packet_that_the_first_handler_has_no_session_for_goes_on);
	tcase_add_test(t, each_handler_is_told_of_its_own_attempts);
	tcase_add_test(t, a_shared_peer_id_undoes_nothing);
	return t;
}
