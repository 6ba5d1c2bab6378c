/* SPDX-License-Identifier: BSD-2-Clause */
/* Which outside ID a session gets, and what the caller has to say of it. */
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

static const uint16_t ports[] = { 1,    2,    1022, 1023,  1024,
				  1025, 3000, 1723, 65534, 65535 };

/* RFC 4787 REQ-3a and REQ-4, in the spirit of which TCP ports are chosen too:
 * the same port if it is free, else one of the same range and parity. */
START_TEST(a_port_is_kept_or_its_range_and_parity_are)
{
	bool seen[65536] = { false };
	uint16_t port = ports[_i], got;
	struct world w;
	unsigned i;

	world_begin(&w, NULL);
	for (i = 0; i < 30; i++) {
		ck_assert_uint_eq(syn_from(&w, CLIENT_A + i, port),
				  VPNALG_TRANSLATED);
		got = get16(l4(&w));
		if (i == 0)
			ck_assert_uint_eq(got, port);
		ck_assert_uint_eq(got & 1, port & 1);
		ck_assert_uint_eq(got < 1024, port < 1024);
		ck_assert_uint_ne(got, 0);
		ck_assert_msg(!seen[got], "port %u twice", got);
		seen[got] = true;
	}
	world_end(&w);
}
END_TEST

/* All low ports of one parity; there is no port 0. */
static const struct exhaust_row {
	uint16_t port;
	unsigned count;
} exhaust_rows[] = { { 1, 512 }, { 1023, 512 }, { 2, 511 }, { 600, 511 } };

START_TEST(when_all_ports_are_taken_the_next_one_waits)
{
	const struct exhaust_row *row = &exhaust_rows[_i];
	struct world w;
	unsigned i;

	world_begin(&w, &(struct world_options){ .units = 1200,
						 .choosing = CHOOSE_TAKE,
						 .no_undo = true });
	for (i = 0; i < row->count; i++)
		ck_assert_uint_eq(syn_from(&w, 0x0a000000 + i, row->port),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(syn_from(&w, CLIENT_A, row->port),
			  VPNALG_DROP_NO_ID);
	ck_assert_int_eq(w.bindings, row->count);
	/* Those of the other parity are free. */
	ck_assert_uint_eq(syn_from(&w, CLIENT_A, row->port ^ 1),
			  VPNALG_TRANSLATED);
	/* One that ends makes room, even before it is swept. */
	w.now += 240000;
	ck_assert_uint_eq(syn_from(&w, CLIENT_A, row->port),
			  VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

/* IDs of a handler's choice, from its ranges. */

static unsigned open_id(struct world *w, uint32_t host, uint32_t id, bool keep,
			struct vpnalg_range first, struct vpnalg_range second)
{
	static const uint8_t remote[] = { 198, 51, 100, 1 };
	uint8_t inside[4];
	struct vpnalg_opening opening = { .kind = TOY_DATA,
					  .space = TOY_SPACE,
					  .inside = inside,
					  .remote = remote,
					  .id = id,
					  .keep = keep,
					  .ranges = { first, second },
					  .lifetime = 1000 };
	struct vpnalg_step step = toy_step(w);
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;
	unsigned result;

	put32(inside, host);
	result = vpnalg_session_open(&step, &opening, &record);
	if (result != VPNALG_TRANSLATED)
		return UINT32_MAX;
	vpnalg_session_tuple(w->alg, record, VPNALG_OUTSIDE_OWN, &tuple);
	return tuple.id;
}

START_TEST(the_first_range_is_used_up_before_the_second)
{
	struct vpnalg_range near = { 0x1200, 1, 256 }, all = { 0, 1, 65536 };
	struct world w;
	unsigned i, id;

	toy_world(&w, (struct world_options){ .units = 1200 });
	ck_assert_uint_eq(open_id(&w, 1, 0x1234, true, near, all), 0x1234);
	for (i = 1; i < 256; i++) {
		id = open_id(&w, 1 + i, 0x1234, true, near, all);
		ck_assert_uint_eq(id >> 8, 0x12);
	}
	for (; i < 260; i++) {
		id = open_id(&w, 1 + i, 0x1234, true, near, all);
		ck_assert_uint_lt(id, 65536);
		ck_assert_uint_ne(id >> 8, 0x12);
	}
	world_end(&w);
}
END_TEST

START_TEST(an_id_that_may_not_be_kept_is_not_chosen)
{
	struct vpnalg_range near = { 7, 1, 2 }, none = { 0, 0, 0 };
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ 0 });
	for (i = 0; i < 20; i++) {
		ck_assert_uint_eq(open_id(&w, 1, 7, false, near, none), 8);
		ck_assert_uint_eq(open_id(&w, 2, 7, false, near, none),
				  UINT32_MAX);
		world_wait(&w, 1000);
	}
	world_end(&w);
}
END_TEST

/* RFC 6056: what follows must not be guessed from what was. */
START_TEST(other_ids_are_random)
{
	struct vpnalg_range all = { 0, 1, 65536 }, none = { 0, 0, 0 };
	unsigned i, id, last = 0, near = 0, high[256] = { 0 }, distinct = 0;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	for (i = 0; i < 200; i++) {
		id = open_id(&w, 1 + i, 7, true, all, none);
		near += id - last + 8 <= 16;
		last = id;
		distinct += high[id >> 8]++ == 0;
	}
	ck_assert_uint_le(near, 2);
	ck_assert_uint_ge(distinct, 100); /* 139 on average */
	world_end(&w);
}
END_TEST

/* What the callback is told. */

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

START_TEST(the_callback_is_told_what_is_bound_and_what_is_given_back)
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

/* What the callback answers, n times NEXT before. */

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
	{ "500 times next", 500, VPNALG_CHOICE_TAKE, 0, 0, 0,
	  VPNALG_TRANSLATED, 0, 0 },
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
	uint32_t home;
	struct world w;

	begin_answers(&w, &row);
	home = source(&w);
	/* OUTSIDE stands for the address it has, whichever that is. */
	if (row.address == OUTSIDE)
		row.address = home;
	else if (row.address == OUTSIDE_2)
		row.address = home ^ OUTSIDE ^ OUTSIDE_2;
	ck_assert_msg(syn_from(&w, CLIENT_A, 3000) == row.result, "%s: %s",
		      row.name, vpnalg_result_text(w.last.result));
	ck_assert_msg(told_count == row.released, "%s", row.name);
	if (row.released > 0)
		ck_assert_uint_eq(told.outside_id, row.id);
	if (row.port != 0) {
		ck_assert_uint_eq(get16(l4(&w)), row.port);
		ck_assert_uint_eq(source(&w), row.address);
	}
	ck_assert_uint_le(asked_count, 1 + 512);
	ck_assert_int_eq(w.bindings, 1 + (row.result == VPNALG_TRANSLATED));
	answering = NULL;
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

/* Whatever was taken is given back as it was, and once. */

enum { HELD_MAX = 64 };
static struct vpnalg_binding held[HELD_MAX];

static bool same_binding(const struct vpnalg_binding *a,
			 const struct vpnalg_binding *b)
{
	return a->protocol == b->protocol && a->zone == b->zone &&
	       a->inside_id == b->inside_id &&
	       a->outside_id == b->outside_id &&
	       a->remote_port == b->remote_port &&
	       memcmp(&a->inside, &b->inside, sizeof(a->inside)) == 0 &&
	       memcmp(&a->outside, &b->outside, sizeof(a->outside)) == 0 &&
	       memcmp(&a->remote, &b->remote, sizeof(a->remote)) == 0;
}

static unsigned held_count(const struct vpnalg_binding *binding)
{
	unsigned i, count = 0;

	for (i = 0; i < HELD_MAX; i++)
		count += held[i].protocol != 0 &&
			 (binding == NULL || same_binding(&held[i], binding));
	return count;
}

static enum vpnalg_choice hold(struct world *w, struct vpnalg_binding *b)
{
	unsigned i = 0;

	(void)w;
	if (b->outside_id == b->inside_id)
		return VPNALG_CHOICE_NEXT;
	ck_assert_uint_eq(held_count(b), 0);
	while (held[i].protocol != 0)
		i++;
	held[i] = *b;
	return VPNALG_CHOICE_TAKE;
}

static void let_go(struct world *w, const struct vpnalg_binding *b)
{
	unsigned i = 0;

	(void)w;
	ck_assert_uint_eq(held_count(b), 1);
	while (!same_binding(&held[i], b))
		i++;
	memset(&held[i], 0, sizeof(held[i]));
}

START_TEST(each_binding_is_given_back_once_whatever_happens)
{
	struct world_options options = { .choose = hold, .released = let_go };
	struct world w;
	long n;

	memset(held, 0, sizeof(held));
	for (n = 0; n < 15; n++) {
		struct bytes p = toy_control(CLIENT_A, 5000, SERVER,
					     TOY_CONTROL_PORT, TOY_OPEN, 7, 0);

		toy_world(&w, options);
		w.fail_in = n;
		send_packet(&w, VPNALG_OUT, &p);
		w.fail_in = 0;
		toy_call(&w, CLIENT_B, 5000, SERVER, 7, 9);
		world_wait(&w, TOY_DATA_LIFE);
		toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
		ck_assert_uint_eq(held_count(NULL), 3);
		world_end(&w);
		ck_assert_uint_eq(held_count(NULL), 0);
	}
}
END_TEST

Suite *choose_suite(void)
{
	Suite *suite = suite_create("choose");
	TCase *ids = tcase_create("IDs"), *callback = tcase_create("callback");

	tcase_set_timeout(ids, 60);
	tcase_add_loop_test(ids, a_port_is_kept_or_its_range_and_parity_are, 0,
			    ROWS(ports));
	tcase_add_loop_test(ids, when_all_ports_are_taken_the_next_one_waits,
			    0, ROWS(exhaust_rows));
	tcase_add_test(ids, the_first_range_is_used_up_before_the_second);
	tcase_add_test(ids, an_id_that_may_not_be_kept_is_not_chosen);
	tcase_add_test(ids, other_ids_are_random);
	tcase_add_test(
		callback,
		the_callback_is_told_what_is_bound_and_what_is_given_back);
	tcase_add_loop_test(callback, the_callback_has_the_last_word, 0,
			    ROWS(answer_rows));
	tcase_add_test(
		callback,
		a_chosen_address_that_is_not_the_parents_opens_no_call);
	tcase_add_test(callback,
		       each_binding_is_given_back_once_whatever_happens);
	suite_add_tcase(suite, ids);
	suite_add_tcase(suite, callback);
	suite_add_tcase(suite, choose_pool_case());
	return suite;
}
