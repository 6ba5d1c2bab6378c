/* SPDX-License-Identifier: BSD-2-Clause */
/* The choose and release callbacks. */
#include "toy.h"
#include "cases.h"

#include <string.h>

/* IDs of VPNALG's own choice: TCP ports of PPTP control connections. */

static unsigned syn_from(struct world *w, uint32_t client, uint16_t port)
{
	struct bytes p = tcp_packet(client, port, SERVER, PPTP, 1, 0, SYN,
				    NULL, 0);

	return send_packet(w, VPNALG_OUT, &p);
}

/* Calls of the callbacks. */

static struct vpnalg_binding asked, told;
static unsigned asked_count, told_count;

static void check_binding(const struct vpnalg_binding *b, bool control,
			  uint32_t outside_id)
{
	ck_assert_uint_eq(b->protocol, control ? TCP : GRE);
	ck_assert_uint_eq(b->zone, 5);
	ck_assert_uint_eq(b->inside.family, VPNALG_IPV4);
	ck_assert_uint_eq(b->outside.family, VPNALG_IPV4);
	ck_assert_uint_eq(b->remote.family, VPNALG_IPV4);
	ck_assert_uint_eq(get32(b->inside.octets), CLIENT_A);
	ck_assert_uint_eq(get32(b->outside.octets), OUTSIDE);
	ck_assert_uint_eq(get32(b->remote.octets), SERVER);
	ck_assert_uint_eq(b->inside_id, control ? 3000 : 7);
	ck_assert_uint_eq(b->outside_id, outside_id);
	ck_assert_uint_eq(b->remote_port, control ? PPTP : 0);
}

static enum vpnalg_choice note(struct world *w, struct vpnalg_binding *b)
{
	ck_assert_ptr_eq(b->user, w);
	asked = *b;
	asked_count++;
	return VPNALG_CHOICE_TAKE;
}

static void note_release(struct world *w, const struct vpnalg_binding *b)
{
	(void)w;
	told = *b;
	told_count++;
	check_binding(b, b->protocol == TCP, b->inside_id);
}

START_TEST(the_callback_gets_what_is_bound_and_what_is_given_back)
{
	struct connection c = { .zone = 5 };
	struct world w;

	asked_count = told_count = 0;
	world_begin(&w, &(struct world_options){ .choose = note,
						 .released = note_release });
	start_control(&w, &c, CLIENT_A, 3000, SERVER);
	ck_assert_uint_eq(asked_count, 1);
	check_binding(&asked, true, 3000);
	call_out(&w, &c, 7, 9);
	ck_assert_uint_eq(asked_count, 2);
	check_binding(&asked, false, 7);
	ck_assert_uint_eq(told_count, 0);
	world_end(&w);
	ck_assert_uint_eq(asked_count, 2);
	ck_assert_uint_eq(told_count, 2);
}
END_TEST

/* The answers of the callback, after n times NEXT. */

static const struct answer_row {
	const char *name;
	unsigned nexts;
	enum vpnalg_choice answer;
	uint8_t family;      /* what it writes: */
	uint32_t address;
	uint32_t id;
	unsigned result;
	uint16_t port;       /* if translated; 0: any */
	unsigned released;   /* at once */
} answer_rows[] = {
	{ "take", 0, VPNALG_CHOICE_TAKE, 4, OUTSIDE, 3000, VPNALG_TRANSLATED,
	  3000, 0 },
	{ "next, then take", 1, VPNALG_CHOICE_TAKE, 0, 0, 0,
	  VPNALG_TRANSLATED, 0, 0 },
	{ "8 times next", 8, VPNALG_CHOICE_TAKE, 0, 0, 0, VPNALG_TRANSLATED,
	  0, 0 },
	{ "always next", UINT32_MAX, VPNALG_CHOICE_TAKE, 0, 0, 0,
	  VPNALG_DROP_NO_ID, 0, 0 },
	{ "refuse", 0, VPNALG_CHOICE_REFUSE, 0, 0, 0, VPNALG_DROP_REFUSED, 0,
	  0 },
	{ "next, then refuse", 3, VPNALG_CHOICE_REFUSE, 0, 0, 0,
	  VPNALG_DROP_REFUSED, 0, 0 },
	{ "chosen", 0, VPNALG_CHOICE_CHOSEN, 4, OUTSIDE, 50000,
	  VPNALG_TRANSLATED, 50000, 0 },
	{ "chosen, as proposed", 0, VPNALG_CHOICE_CHOSEN, 4, OUTSIDE, 3000,
	  VPNALG_TRANSLATED, 3000, 0 },
	{ "chosen later", 2, VPNALG_CHOICE_CHOSEN, 4, OUTSIDE, 50000,
	  VPNALG_TRANSLATED, 50000, 0 },
	{ "chosen, the other address", 0, VPNALG_CHOICE_CHOSEN, 4, OUTSIDE_2,
	  3000, VPNALG_TRANSLATED, 3000, 0 },
	{ "chosen, a strange address", 0, VPNALG_CHOICE_CHOSEN, 4, STRANGER,
	  3000, VPNALG_DROP_REFUSED, 0, 1 },
	{ "chosen, no IPv4 address", 0, VPNALG_CHOICE_CHOSEN, 6, OUTSIDE,
	  3000, VPNALG_DROP_REFUSED, 0, 1 },
	{ "chosen, a taken ID", 0, VPNALG_CHOICE_CHOSEN, 4, OUTSIDE, 4000,
	  VPNALG_DROP_REFUSED, 0, 1 },
	{ "chosen, no port", 0, VPNALG_CHOICE_CHOSEN, 4, OUTSIDE, 0x10bb8,
	  VPNALG_DROP_REFUSED, 0, 1 },
	{ "chosen, no port at all", 0, VPNALG_CHOICE_CHOSEN, 4, OUTSIDE,
	  UINT32_MAX, VPNALG_DROP_REFUSED, 0, 1 },
};

static const struct answer_row *answering;
static bool proposed[65536];

static enum vpnalg_choice answer(struct world *w, struct vpnalg_binding *b)
{
	(void)w;
	if (answering == NULL)
		return VPNALG_CHOICE_TAKE;
	ck_assert_uint_lt(b->outside_id, 65536);
	ck_assert_msg(!proposed[b->outside_id], "%u twice", b->outside_id);
	ck_assert_uint_ne(b->outside_id, 4000);
	proposed[b->outside_id] = true;
	if (asked_count++ < answering->nexts)
		return VPNALG_CHOICE_NEXT;
	if (answering->answer == VPNALG_CHOICE_CHOSEN) {
		b->outside.family = answering->family;
		put32(b->outside.octets, answering->address);
		b->outside_id = answering->id;
	}
	return answering->answer;
}

static void count_release(struct world *w, const struct vpnalg_binding *b)
{
	(void)w;
	told = *b;
	told_count++;
}

static void begin_answers(struct world *w, const struct answer_row *row)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };

	asked_count = told_count = 0;
	memset(proposed, 0, sizeof(proposed));
	answering = NULL;
	world_begin(w, &(struct world_options){ .addresses = addresses,
						.address_count = 2,
						.choose = answer,
						.released = count_release });
	/* The host has a connection already, and is paired to one address. */
	ck_assert_uint_eq(syn_from(w, CLIENT_A, 4000), VPNALG_TRANSLATED);
	answering = row;
}

START_TEST(the_callback_has_the_last_word)
{
	struct answer_row row = answer_rows[_i];
	uint32_t paired;
	struct world w;

	begin_answers(&w, &row);
	paired = source(&w);
	/* OUTSIDE stands for the address it has, whichever that is. */
	if (row.address == OUTSIDE)
		row.address = paired;
	else if (row.address == OUTSIDE_2)
		row.address = paired ^ OUTSIDE ^ OUTSIDE_2;
	ck_assert_msg(syn_from(&w, CLIENT_A, 3000) == row.result, "%s: %s",
		      row.name, vpnalg_result_text(w.last.result));
	ck_assert_msg(told_count == row.released, "%s", row.name);
	if (row.released > 0)
		ck_assert_uint_eq(told.outside_id, row.id);
	if (row.port != 0) {
		ck_assert_uint_eq(get16(l4(&w)), row.port);
		ck_assert_uint_eq(source(&w), row.address);
	}
	ck_assert_uint_le(asked_count, 1 + 13);
	ck_assert_int_eq(w.bindings, 1 + (row.result == VPNALG_TRANSLATED));
	answering = NULL;
	world_end(&w);
}
END_TEST

/* The owner of the address has all IDs but one. Each packet that asks goes a
 * little further, until that one is proposed. */
static uint32_t the_one;

static enum vpnalg_choice take_one(struct world *w, struct vpnalg_binding *b)
{
	(void)w;
	return b->outside_id == the_one ? VPNALG_CHOICE_TAKE
					: VPNALG_CHOICE_NEXT;
}

START_TEST(what_the_callback_would_take_is_proposed_in_the_end)
{
	static const struct {
		uint16_t port;
		uint32_t one;
	} cases[] = { { 500, 1022 }, { 500, 2 }, { 601, 1021 } };
	unsigned packets = 1;
	struct world w;

	the_one = cases[_i].one;
	world_begin(&w, &(struct world_options){ .choose = take_one,
						 .no_undo = true });
	while (syn_from(&w, CLIENT_A, cases[_i].port) == VPNALG_DROP_NO_ID) {
		ck_assert_uint_le(++packets, 512 / 5 + 1);
		w.now += 1000;
	}
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w)), the_one);
	world_end(&w);
}
END_TEST

/* A call must have its connection's address: the server would not know it. Its
 * message passes all the same, as that of no call. */
START_TEST(a_chosen_address_that_is_not_the_parents_opens_no_call)
{
	struct answer_row row = { .answer = VPNALG_CHOICE_CHOSEN,
				  .family = 4, .id = 9 };
	struct bytes ask = message(7, 7, 1, 0), again = message(7, 8, 1, 0);
	struct connection c = { 0 };
	struct world w;

	begin_answers(&w, NULL);
	start_control(&w, &c, CLIENT_A, 3000, SERVER);
	row.address = c.outside ^ OUTSIDE ^ OUTSIDE_2;
	answering = &row;
	ck_assert_uint_eq(client_sends(&w, &c, ask.data, ask.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(opened(&w, CALL), 0);
	ck_assert_uint_eq(refused(&w, CALL), 1);
	row.address = c.outside;
	ck_assert_uint_eq(client_sends(&w, &c, again.data, again.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(&w) + 12), 9);
	ck_assert_uint_eq(told_count, 1);
	ck_assert_uint_eq(opened(&w, CALL), 1);
	answering = NULL;
	world_end(&w);
}
END_TEST

TCase *choose_callback_case(void)
{
	TCase *t = tcase_create("callback");

	tcase_add_test(
		t, the_callback_gets_what_is_bound_and_what_is_given_back);
	tcase_add_loop_test(t, the_callback_has_the_last_word, 0,
			    ROWS(answer_rows));
	tcase_add_loop_test(
		t, what_the_callback_would_take_is_proposed_in_the_end, 0, 3);
	tcase_add_test(t,
		       a_chosen_address_that_is_not_the_parents_opens_no_call);
	return t;
}
