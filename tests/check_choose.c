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

static const uint16_t ports[] = { 3,    2,    1022, 1023,  1024,
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

/* All of the range, wherever the drawing begins. */
START_TEST(high_ports_are_drawn_from_their_whole_range)
{
	unsigned i, eighths[8] = { 0 };
	struct world w;

	world_begin(&w, &(struct world_options){ .units = 1800,
						 .no_undo = true });
	for (i = 0; i < 200; i++) {
		ck_assert_uint_eq(syn_from(&w, 0x0a000000 + i, 3000),
				  VPNALG_TRANSLATED);
		eighths[get16(l4(&w)) / 8192]++;
		ck_assert_uint_ge(get16(l4(&w)), 1024);
	}
	for (i = 0; i < 8; i++)
		ck_assert_uint_ge(eighths[i], 8); /* 25 on average */
	world_end(&w);
}
END_TEST

/* Ports that stand for something else, to firewalls, providers and the router
 * itself. */
static bool is_reserved(unsigned port)
{
	static const uint16_t some[] = {
		1,   7,	  9,   11,  13,	 15,  17,  19,	20,  21,  22,  23,
		25,  37,  53,  67,  68,	 69,  79,  80,	110, 111, 113, 123,
		135, 136, 137, 138, 139, 143, 161, 162, 177, 179, 389, 427,
		443, 445, 465, 512, 513, 514, 515, 520, 521, 546, 547, 587,
		593, 623, 646, 853, 993, 994, 995,
	};
	unsigned i;

	for (i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		if (some[i] == port)
			return true;
	return false;
}

static unsigned low_ports(unsigned parity)
{
	unsigned port, count = 0;

	for (port = 1; port < 1024; port++)
		count += (port & 1) == parity && !is_reserved(port);
	return count;
}

/* Phones behind one address that all ask one gateway from port 500: more than
 * there are low ports of its parity. */
static const uint16_t crowd_rows[] = { 500, 1023, 2, 601 };

START_TEST(when_low_ports_are_used_up_others_follow)
{
	bool seen[65536] = { false };
	uint16_t port = crowd_rows[_i], got;
	unsigned i, low = 0, above = 0;
	struct world w;

	world_begin(&w, &(struct world_options){ .units = 1800,
						 .choosing = CHOOSE_TAKE,
						 .no_undo = true });
	for (i = 0; i < 800; i++) {
		ck_assert_uint_eq(syn_from(&w, 0x0a000000 + i, port),
				  VPNALG_TRANSLATED);
		got = get16(l4(&w));
		ck_assert_msg(!seen[got], "port %u twice", got);
		ck_assert_msg(!is_reserved(got), "port %u", got);
		ck_assert(got >= 1024 || (got & 1) == (port & 1));
		seen[got] = true;
		low += got < 1024;
		above += got >= 1024;
		/* Half of them are found easily. */
		ck_assert(above == 0 || i > 200);
	}
	/* Each one was found, after some looking. */
	ck_assert_uint_eq(low, low_ports(port & 1));
	ck_assert_int_eq(w.bindings, 800);
	world_end(&w);
}
END_TEST

/* Not even to a host that uses one itself. */
START_TEST(ports_that_stand_for_something_else_are_not_given_out)
{
	struct world w;
	unsigned port;
	uint16_t got;

	world_begin(&w, &(struct world_options){ .units = 2600,
						 .no_undo = true });
	for (port = 1; port < 1024; port++) {
		ck_assert_uint_eq(syn_from(&w, 0x0a000000 + port,
					   (uint16_t)port),
				  VPNALG_TRANSLATED);
		got = get16(l4(&w));
		ck_assert_msg(!is_reserved(got), "port %u for %u", got, port);
		world_wait(&w, 240000);
		ck_assert_int_eq(got == port, !is_reserved(port));
	}
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

/* As long as one is found in a few tries; in the end all of the first are
 * used. */
START_TEST(the_first_range_is_used_before_the_second)
{
	struct vpnalg_range near = { 0x1200, 1, 256 }, all = { 0, 1, 65536 };
	unsigned i, id, others = 0;
	struct world w;

	toy_world(&w, (struct world_options){ .units = 1800 });
	ck_assert_uint_eq(open_id(&w, 1, 0x1234, true, near, all), 0x1234);
	for (i = 1; i < 256 + others; i++) {
		id = open_id(&w, 1 + i, 0x1234, true, near, all);
		ck_assert_uint_lt(id, 65536);
		others += id >> 8 != 0x12;
		ck_assert(others == 0 || i > 128);
		ck_assert_uint_le(others, 128);
	}
	id = open_id(&w, 1 + i, 0x1234, true, near, all);
	ck_assert_uint_ne(id >> 8, 0x12);
	world_end(&w);
}
END_TEST

/* A range of 64 that is full: that is found out, and then known. */
static const struct vpnalg_range some = { 0x1000, 1, 64 }, none_else = { 0 };

static void find_full(struct world *w)
{
	unsigned i, opened = 0, calls = 0;

	while (opened < 64)
		opened += open_id(w, 1 + opened, 7, false, some, none_else) !=
			  UINT32_MAX;
	for (i = 0; i < 64 / 5 + 2 && calls < 3; i++) {
		w->finds = 0;
		ck_assert_uint_eq(open_id(w, 100, 7, false, some, none_else),
				  UINT32_MAX);
		calls = w->finds == 0 ? calls + 1 : 0;
	}
	ck_assert_uint_eq(calls, 3);
}

static void close_id(struct world *w, uint32_t outside)
{
	static const uint8_t address[] = { 203, 0, 113, 1 };
	static const uint8_t remote[] = { 198, 51, 100, 1 };
	struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
				      .space = TOY_SPACE, .id = outside,
				      .local = address, .remote = remote };
	struct vpnalg_record *record = vpnalg_session_peek(w->alg, &tuple);

	ck_assert_ptr_nonnull(record);
	vpnalg_session_close(w->alg, record);
}

START_TEST(what_is_given_back_to_a_full_range_is_the_next_to_be_taken)
{
	struct world w;
	unsigned i;

	toy_world(&w, (struct world_options){ .units = 600 });
	find_full(&w);
	for (i = 0; i < 64; i += 7) {
		close_id(&w, 0x1000 + i);
		ck_assert_uint_eq(open_id(&w, 200 + i, 7, false, some,
					  none_else), 0x1000 + i);
		ck_assert_uint_eq(open_id(&w, 300 + i, 7, false, some,
					  none_else), UINT32_MAX);
	}
	/* More than are noted are found by looking. */
	for (i = 0; i < 32; i++)
		close_id(&w, 0x1000 + 2 * i);
	for (i = 0; i < 200 && w.records < 64; i++)
		open_id(&w, 400 + i, 7, false, some, none_else);
	ck_assert_int_eq(w.records, 64);
	world_end(&w);
}
END_TEST

/* Dead sessions that nobody sweeps give nothing back; but time passes. */
START_TEST(a_full_range_is_looked_through_again_after_ten_seconds)
{
	struct world w;

	toy_world(&w, (struct world_options){ .units = 600 });
	find_full(&w);
	w.now += 9999;
	ck_assert_uint_eq(open_id(&w, 1000, 7, false, some, none_else),
			  UINT32_MAX);
	w.now += 1;
	ck_assert_uint_ne(open_id(&w, 1000, 7, false, some, none_else),
			  UINT32_MAX);
	world_end(&w);
}
END_TEST

/* One ID of a crowded range comes and goes: it is always found, though nobody
 * says that it has gone. */
START_TEST(a_range_in_which_one_is_found_is_not_full)
{
	unsigned i, refusals = 0;
	struct world w;

	toy_world(&w, (struct world_options){ .units = 600 });
	find_full(&w);
	for (i = 0; i < 62; i++) {
		struct vpnalg_tuple tuple = {
			.role = VPNALG_OUTSIDE_OWN, .space = TOY_SPACE,
			.id = 0x1000 + i,
			.local = (const uint8_t *)"\xcb\x00\x71\x01",
			.remote = (const uint8_t *)"\xc6\x33\x64\x01"
		};
		struct vpnalg_record *record =
			vpnalg_session_peek(w.alg, &tuple);

		record->deadline = 100000000; /* only two die */
	}
	w.now += 10000;
	for (i = 0; i < 200; i++) {
		refusals += open_id(&w, 1000 + i, 7, false, some,
				    none_else) == UINT32_MAX;
		w.now += 1000;
	}
	ck_assert_uint_le(refusals, 10); /* until it is found first */
	w.now = 100000000;
	world_end(&w);
}
END_TEST

/* Only what is full is left alone. */
START_TEST(a_full_range_keeps_nobody_from_another)
{
	struct vpnalg_range other = { 0x2000, 1, 64 };
	struct world w;

	toy_world(&w, (struct world_options){ .units = 600 });
	find_full(&w);
	ck_assert_uint_eq(open_id(&w, 1000, 7, false, other, none_else) >> 8,
			  0x20);
	ck_assert_uint_eq(open_id(&w, 1001, 7, false, some, other) >> 8,
			  0x20);
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
	/* The toy's control session stays when its data session fails. */
	struct world_options options = { .choose = hold,
					 .released = let_go,
					 .leaves = true };
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

/* A binding tells no more than it says: what an address does not need is 0. */
static unsigned bindings_seen;

static void check_rest(const struct vpnalg_binding *binding)
{
	static const uint8_t zeros[VPNALG_ADDR_MAX];
	const struct vpnalg_addr *const addresses[] = {
		&binding->inside, &binding->outside, &binding->remote
	};
	size_t i;

	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(addresses[i]->family, VPNALG_IPV4);
		ck_assert(memcmp(addresses[i]->octets + 4, zeros,
				 VPNALG_ADDR_MAX - 4) == 0);
	}
	bindings_seen++;
}

static enum vpnalg_choice see_chosen(struct world *w,
				     struct vpnalg_binding *binding)
{
	(void)w;
	check_rest(binding);
	return VPNALG_CHOICE_TAKE;
}

static void see_released(struct world *w,
			 const struct vpnalg_binding *binding)
{
	(void)w;
	check_rest(binding);
}

START_TEST(the_rest_of_an_address_in_a_binding_is_zero)
{
	struct world w;

	toy_world(&w, (struct world_options){ .choose = see_chosen,
					      .released = see_released });
	bindings_seen = 0;
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	ck_assert_uint_eq(bindings_seen, 2);
	world_end(&w);
	ck_assert_uint_eq(bindings_seen, 4);
}
END_TEST

Suite *choose_suite(void)
{
	Suite *suite = suite_create("choose");
	TCase *ids = tcase_create("IDs"), *callback = tcase_create("callback");

	tcase_set_timeout(ids, 60);
	tcase_add_loop_test(ids, a_port_is_kept_or_its_range_and_parity_are, 0,
			    ROWS(ports));
	tcase_add_test(ids, high_ports_are_drawn_from_their_whole_range);
	tcase_add_loop_test(ids, when_low_ports_are_used_up_others_follow, 0,
			    ROWS(crowd_rows));
	tcase_add_test(ids,
		       ports_that_stand_for_something_else_are_not_given_out);
	tcase_add_test(ids, the_first_range_is_used_before_the_second);
	tcase_add_test(
		ids,
		what_is_given_back_to_a_full_range_is_the_next_to_be_taken);
	tcase_add_test(
		ids, a_full_range_is_looked_through_again_after_ten_seconds);
	tcase_add_test(ids, a_range_in_which_one_is_found_is_not_full);
	tcase_add_test(ids, a_full_range_keeps_nobody_from_another);
	tcase_add_test(ids, an_id_that_may_not_be_kept_is_not_chosen);
	tcase_add_test(ids, other_ids_are_random);
	tcase_add_test(
		callback,
		the_callback_is_told_what_is_bound_and_what_is_given_back);
	tcase_add_loop_test(callback, the_callback_has_the_last_word, 0,
			    ROWS(answer_rows));
	tcase_add_loop_test(
		callback, what_the_callback_would_take_is_proposed_in_the_end,
		0, 3);
	tcase_add_test(
		callback,
		a_chosen_address_that_is_not_the_parents_opens_no_call);
	tcase_add_test(callback,
		       each_binding_is_given_back_once_whatever_happens);
	tcase_add_test(callback, the_rest_of_an_address_in_a_binding_is_zero);
	suite_add_tcase(suite, ids);
	suite_add_tcase(suite, callback);
	suite_add_tcase(suite, choose_adopted_case());
	suite_add_tcase(suite, choose_pool_case());
	return suite;
}
