/* SPDX-License-Identifier: BSD-2-Clause */
/* What a handler, a callback or a store of the caller's may answer wrongly: it
 * costs the packet at hand, never memory, and nothing passes that was not
 * translated. */
#include "toy.h"
#include "cases.h"

#include <vpnalg/general.h>

#include <string.h>

static struct world w;

/* A handler for UDP whose answers a row of the table spoils. */

static enum vpnalg_result do_right(struct vpnalg_step *step)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (step->record == NULL)
		result = vpnalg_session_open_port(step, 0, 60000,
						  &step->record);
	if (result == VPNALG_TRANSLATED)
		vpnalg_rewrite_ends(step);
	return result;
}

static enum vpnalg_result answer_200(struct vpnalg_step *step)
{
	(void)step;
	return (enum vpnalg_result)200;
}

static enum vpnalg_result answer_7(struct vpnalg_step *step)
{
	(void)step;
	return (enum vpnalg_result)7;
}

static enum vpnalg_result answer_one_too_many(struct vpnalg_step *step)
{
	(void)step;
	return (enum vpnalg_result)VPNALG_RESULTS;
}

static enum vpnalg_result leave_untouched(struct vpnalg_step *step)
{
	(void)step;
	return VPNALG_UNTOUCHED;
}

static enum vpnalg_result lie(struct vpnalg_step *step)
{
	(void)step;
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result open_and_lie(struct vpnalg_step *step)
{
	if (step->record != NULL)
		return VPNALG_TRANSLATED;
	return vpnalg_session_open_port(step, 0, 60000, &step->record);
}

static enum vpnalg_result open_kind_7(struct vpnalg_step *step)
{
	return vpnalg_session_open_port(step, 7, 60000, &step->record);
}

static enum vpnalg_result ask_for_kind_7(struct vpnalg_step *step)
{
	struct vpnalg_opening opening = { .kind = 7,
					  .space = UDP,
					  .inside = step->parsed->local,
					  .remote = step->parsed->remote };
	uint32_t id;

	return vpnalg_session_may_open(step, &opening, &id)
		       ? VPNALG_TRANSLATED
		       : VPNALG_DROP_NO_ID;
}

/* Ranges of IDs without steps, which nothing can be divided by. */

static struct vpnalg_opening without_steps(const struct vpnalg_step *step)
{
	return (struct vpnalg_opening){
		.space = UDP,
		.inside = step->parsed->local,
		.remote = step->parsed->remote,
		.id = 1,
		.ranges = { { 1000, 0, UINT32_MAX }, { 1000, 0, 1 } },
		.greatest = 65535,
		.lifetime = 1000,
	};
}

static enum vpnalg_result open_without_steps(struct vpnalg_step *step)
{
	struct vpnalg_opening opening = without_steps(step);

	return vpnalg_session_open(step, &opening, &step->record);
}

static enum vpnalg_result ask_without_steps(struct vpnalg_step *step)
{
	struct vpnalg_opening opening = without_steps(step);
	struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
				      .space = UDP,
				      .local = step->parsed->local,
				      .remote = step->parsed->remote };
	uint32_t id;

	return vpnalg_session_may_open(step, &opening, &id) ||
			       vpnalg_session_free_id(step->translator, &tuple,
						      opening.ranges, 2)
		       ? VPNALG_TRANSLATED
		       : VPNALG_DROP_NO_ID;
}

static enum vpnalg_result close_it(struct vpnalg_step *step)
{
	if (step->record == NULL)
		vpnalg_session_open_port(step, 0, 60000, &step->record);
	vpnalg_session_close(step->translator, step->record);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result set_kind_9(struct vpnalg_step *step)
{
	enum vpnalg_result result = do_right(step);

	step->kind = 9;
	return result;
}

static enum vpnalg_result set_handler_77(struct vpnalg_step *step)
{
	step->handler = 77;
	return VPNALG_DROP_WINDOW;
}

static void close_again(struct vpnalg *translator,
			struct vpnalg_record *record)
{
	vpnalg_session_close(translator, record);
}

static void open_another(struct vpnalg *translator,
			 struct vpnalg_record *record)
{
	static const uint8_t inside[] = { 192, 168, 77, 99 },
			     remote[] = { 192, 0, 2, 99 };
	struct vpnalg_step step = { .translator = translator };
	struct vpnalg_opening opening = { .space = UDP,
					  .inside = inside,
					  .remote = remote,
					  .keep = true,
					  .lifetime = 1000 };
	struct vpnalg_record *another;

	(void)record;
	ck_assert_uint_eq(vpnalg_session_open(&step, &opening, &another),
			  VPNALG_DROP_FAULT);
}

static const struct handler_row {
	const char *name;
	uint8_t claim, kind, reason;
	bool more;
	enum vpnalg_result (*translate)(struct vpnalg_step *step);
	unsigned out; /* the result of a packet out */
	unsigned in;  /* and of one in, for a session that is there already */
} handler_rows[] = {
	{ "all right", 1, 0, 0, false, do_right, VPNALG_TRANSLATED,
	  VPNALG_TRANSLATED },
	{ "a kind that is not", 1, 1, 0, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "kind 255", 1, 255, 0, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "a claim that is not", 4, 0, 8, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "claim 255", 255, 0, 8, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "dropped for \"translated\"", 2, 0, 0, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "dropped for \"untouched\"", 2, 0, 1, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "dropped for reason 7", 2, 0, 7, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "dropped for reason 200", 2, 0, 200, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "dropped with kind 15", 2, 15, 8, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "a fragment of kind 15", 3, 15, 8, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "a fragment that is none", 3, 0, 8, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "dropped as a fragment that is none", 2, 0, VPNALG_DROP_FRAGMENT,
	  false, do_right, VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "always one key more", 1, 0, 0, true, leave_untouched,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "result 200", 1, 0, 0, false, answer_200, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "result 7", 1, 0, 0, false, answer_7, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "one result too many", 1, 0, 0, false, answer_one_too_many,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	/* From outside it may be for the router, which others look after. */
	{ "untouched", 1, 0, 0, false, leave_untouched, VPNALG_DROP_FAULT,
	  VPNALG_TRANSLATED },
	{ "translated without a session", 1, 0, 0, false, lie,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "translated, and the same as before", 1, 0, 0, false, open_and_lie,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "opens a kind that is not", 1, 0, 0, false, open_kind_7,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "asks for a kind that is not", 1, 0, 0, false, ask_for_kind_7,
	  VPNALG_DROP_NO_ID, VPNALG_DROP_NO_ID },
	{ "opens with an ID of a range without steps", 1, 0, 0, false,
	  open_without_steps, VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "asks for an ID of a range without steps", 1, 0, 0, false,
	  ask_without_steps, VPNALG_DROP_NO_ID, VPNALG_DROP_NO_ID },
	{ "translated and closed", 1, 0, 0, false, close_it,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "counts under a kind that is not", 1, 0, 0, false, set_kind_9,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "names a handler that is not", 1, 0, 0, false, set_handler_77,
	  VPNALG_DROP_WINDOW, VPNALG_DROP_WINDOW },
};

static const struct handler_row *row;

static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *m)
{
	if (parsed->protocol != UDP)
		return VPNALG_CLAIM_NONE;
	m->space = UDP;
	m->kind = row->kind;
	m->reason = row->reason;
	m->more = row->more;
	m->id = vpnalg_local_port(parsed);
	m->port = parsed->inside ? vpnalg_remote_port(parsed) : 0;
	if (row->more) /* it cannot be led astray either */
		m->attempt = 0;
	return (enum vpnalg_claim)row->claim;
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	return row->translate(step);
}

static const struct vpnalg_kind kinds[] = {
	{ .name = "wrong", .slots = 2, .body = 8, .guard = UDP }
};

static struct vpnalg_handler wrong = {
	.size = sizeof(wrong),
	.name = "wrong",
	.kinds = kinds,
	.kind_count = 1,
	.match = match,
	.translate = translate,
};

static const struct vpnalg_handler *wrong_handler(void)
{
	return &wrong;
}

/* Others that would let the packet pass come behind it. */
static const struct vpnalg_protocol protocols[] = {
	{ wrong_handler, NULL }, { spy_handler, NULL },
	{ vpnalg_general, NULL },
};

static void begin(void)
{
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 3,
					 .no_undo = true,
					 .leaves = true };

	wrong.swept = NULL;
	wrong.closed = NULL;
	row = &handler_rows[0];
	world_begin(&w, &options);
}

static void end(void)
{
	wrong.swept = NULL;
	wrong.closed = NULL;
	row = &handler_rows[0];
	world_end(&w);
}

static unsigned send_out(uint16_t port)
{
	struct bytes p = udp_packet(CLIENT_A, port, SERVER, 53, "question", 8);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned send_in(uint16_t port)
{
	struct bytes p = udp_packet(SERVER, 53, OUTSIDE, port, "an answer", 9);

	return send_packet(&w, VPNALG_IN, &p);
}

/* What a handler that has given up its old bytes leaves is not looked at. */
static bool may_have_changed(void)
{
	return row->translate == set_kind_9 && row->kind == 0;
}

static unsigned send_raw(enum vpnalg_direction direction, struct bytes p)
{
	struct vpnalg_packet packet = { .data = p.data, .caplen = p.length,
					.len = p.length,
					.direction = (uint8_t)direction,
					.zone = direction == VPNALG_OUT ? ZONE
									: 0 };

	vpnalg_process(w.alg, &packet, 1, w.now);
	return packet.result;
}

START_TEST(a_handlers_wrong_answer_costs_its_packet)
{
	struct bytes out = udp_packet(CLIENT_A, 4001, SERVER, 53, "q", 1);
	struct bytes in = udp_packet(SERVER, 53, OUTSIDE, 4000, "a", 1);
	unsigned result;

	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
	row = &handler_rows[_i];
	spied_count = 0;
	result = may_have_changed() ? send_raw(VPNALG_OUT, out)
				    : send_packet(&w, VPNALG_OUT, &out);
	ck_assert_msg(result == row->out, "%s: %s", row->name,
		      vpnalg_result_text(result));
	ck_assert_msg(result == VPNALG_TRANSLATED || spied_count == 0,
		      "%s: another handler was asked", row->name);
	if (row->in != VPNALG_TRANSLATED) {
		result = may_have_changed() ? send_raw(VPNALG_IN, in)
					    : send_packet(&w, VPNALG_IN, &in);
		ck_assert_msg(result == row->in, "%s, in: %s", row->name,
			      vpnalg_result_text(result));
	}
	/* Nothing but the packet was lost. */
	row = &handler_rows[0];
	ck_assert_uint_eq(send_out(4002), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_in(4002), VPNALG_TRANSLATED);
}
END_TEST

/* The sweep and the end of a session ask the handler, too. */
START_TEST(a_handler_that_closes_while_it_is_told_does_no_harm)
{
	static void (*const ends[])(struct vpnalg *, struct vpnalg_record *) = {
		close_again, open_another
	};

	wrong.closed = ends[_i];
	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_out(4001), VPNALG_TRANSLATED);
	world_wait(&w, 60000);
	ck_assert_uint_eq(closed(&w, 0), 2);
	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_handler_that_closes_what_the_sweep_meets_does_no_harm)
{
	wrong.swept = close_again;
	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_out(4001), VPNALG_TRANSLATED);
	/* Nothing is left that could end. */
	ck_assert_uint_eq(vpnalg_expire(w.alg, w.now, 1000), VPNALG_NEVER);
	ck_assert_uint_eq(closed(&w, 0), 2);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

static void close_4001(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &tuple);
	if (tuple.id == 4001)
		return;
	tuple.id = 4001;
	record = vpnalg_session_find(translator, &tuple);
	if (record != NULL)
		vpnalg_session_close(translator, record);
}

/* The one that is met is still there, and its end is to be seen to. */
START_TEST(a_sweep_goes_on_with_a_session_whose_handler_closes_another)
{
	wrong.swept = close_4001;
	ck_assert_uint_eq(send_out(_i == 0 ? 4000 : 4001), VPNALG_TRANSLATED);
	w.now += 1;
	ck_assert_uint_eq(send_out(_i == 0 ? 4001 : 4000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(vpnalg_expire(w.alg, w.now, 1000),
			  BEGINNING + 60000);
	ck_assert_uint_eq(closed(&w, 0), 1);
}
END_TEST

/* The store. It is spoilt for one packet. */

static struct vpnalg_store good;
static struct vpnalg_record *living;
static unsigned wrong_slot;
static uint8_t blank[VPNALG_UNIT * 4];

static struct vpnalg_record *find_slot(void *context, const uint8_t *key,
				       uint64_t hash, unsigned *slot)
{
	struct vpnalg_record *record = good.find(context, key, hash, slot);

	if (record != NULL)
		*slot = wrong_slot;
	return record;
}

/* Whatever is looked for, this is found. */
static struct vpnalg_record *find_living(void *context, const uint8_t *key,
					 uint64_t hash, unsigned *slot)
{
	(void)context;
	(void)key;
	(void)hash;
	*slot = wrong_slot;
	return living;
}

static struct vpnalg_record *add_living(void *context, unsigned units)
{
	(void)context;
	(void)units;
	return living;
}

static struct vpnalg_record *add_none(void *context, unsigned units)
{
	(void)context;
	(void)units;
	return (struct vpnalg_record *)(void *)blank;
}

static struct vpnalg_record *add_odd(void *context, unsigned units)
{
	(void)context;
	blank[1 + offsetof(struct vpnalg_record, units)] = (uint8_t)units;
	return (struct vpnalg_record *)(uintptr_t)((uintptr_t)blank + 1);
}

static const struct store_row {
	const char *name;
	struct vpnalg_record *(*find)(void *, const uint8_t *, uint64_t,
				      unsigned *);
	struct vpnalg_record *(*add)(void *, unsigned);
	unsigned slot;
	/* What the record that is found says of itself; 0xff: the truth. */
	uint8_t handler, kind, slots;
	unsigned out, in;
} store_rows[] = {
	{ "slot 2 of 2", find_slot, NULL, 2, 0xff, 0xff, 0xff,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "slot 4", find_slot, NULL, 4, 0xff, 0xff, 0xff, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "slot 4 billion", find_slot, NULL, UINT32_MAX, 0xff, 0xff, 0xff,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "another record's key", find_living, NULL, 0, 0xff, 0xff, 0xff,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "a handler that is not", find_living, NULL, 0, 3, 0xff, 0xff,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "a record of the engine's", find_living, NULL, 0, 0xff - 1, 0xff,
	  0xff, VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "a kind that is not", find_living, NULL, 0, 0xff, 1, 0xff,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "200 slots", find_living, NULL, 199, 0xff, 0xff, 200,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "no slots", find_living, NULL, 0, 0xff, 0xff, 0, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "a new record that is another's", NULL, add_living, 0, 0xff, 0xff,
	  0xff, VPNALG_DROP_STORE, VPNALG_TRANSLATED },
	{ "a new record without room", NULL, add_none, 0, 0xff, 0xff, 0xff,
	  VPNALG_DROP_STORE, VPNALG_TRANSLATED },
	{ "a new record at an odd address", NULL, add_odd, 0, 0xff, 0xff,
	  0xff, VPNALG_DROP_STORE, VPNALG_TRANSLATED },
};

static void find_a_living_one(void)
{
	uint64_t cursor = 0;

	living = NULL;
	while (w.store.next(w.store.context, &cursor, &living) &&
	       (living == NULL || living->handler != 0))
		;
	ck_assert_ptr_nonnull(living);
}

static void spoil(const struct store_row *r, struct vpnalg_record *record)
{
	if (r->find != NULL)
		w.store.find = r->find;
	if (r->add != NULL)
		w.store.add = r->add;
	if (r->handler != 0xff)
		record->handler = r->handler == 0xff - 1 ? 0xff : r->handler;
	if (r->kind != 0xff)
		record->kind = r->kind;
	if (r->slots != 0xff)
		record->slots = r->slots;
}

START_TEST(a_stores_wrong_answer_costs_the_packet)
{
	struct bytes in = udp_packet(SERVER, 53, OUTSIDE, 4000, "an answer", 9);
	struct bytes nobodys = gre_packet(SERVER, OUTSIDE, 1, 1);
	const struct store_row *r = &store_rows[_i];
	struct vpnalg_record head;
	struct bytes out;
	unsigned result;

	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
	find_a_living_one();
	head = *living;
	good = w.store;
	wrong_slot = r->slot;
	memset(blank, 0, sizeof(blank));
	spoil(r, living);
	/* Straight, for the store must not move what is spoilt. */
	out = udp_packet(CLIENT_A, r->find == find_slot ? 4000 : 4001, SERVER,
			 53, "question", 8);
	result = send_raw(VPNALG_OUT, out);
	ck_assert_msg(result == r->out, "%s: %s", r->name,
		      vpnalg_result_text(result));
	result = send_raw(VPNALG_IN, in);
	ck_assert_msg(result == r->in, "%s, in: %s", r->name,
		      vpnalg_result_text(result));
	/* Nor is it for the router what no handler claims. */
	result = send_raw(VPNALG_IN, nobodys);
	ck_assert_uint_eq(result, r->find == find_living ? VPNALG_DROP_FAULT
							 : VPNALG_UNTOUCHED);
	w.store.find = good.find;
	w.store.add = good.add;
	*living = head;
	ck_assert_uint_eq(send_in(4000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_out(4001), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_in(4001), VPNALG_TRANSLATED);
}
END_TEST

/* The sweep passes it by. */
START_TEST(a_record_that_makes_no_sense_is_not_swept)
{
	struct vpnalg_record head;

	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
	find_a_living_one();
	head = *living;
	living->handler = 77;
	w.now += 60000;
	ck_assert(vpnalg_expire(w.alg, w.now, 1000) > w.now);
	*living = head;
	world_wait(&w, 1);
	ck_assert_uint_eq(closed(&w, 0), 1);
}
END_TEST

/* The choose callback. */

static enum vpnalg_choice odd_choice;

static enum vpnalg_choice choose_oddly(struct world *world,
				       struct vpnalg_binding *binding)
{
	(void)world;
	memset(binding, 0xa5, sizeof(*binding));
	return odd_choice;
}

START_TEST(a_choice_that_is_none_is_a_refusal)
{
	static const int choices[] = { 4, 5, 255, -1, 1 << 30 };
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 3,
					 .choose = choose_oddly,
					 .no_undo = true };

	world_end(&w);
	world_begin(&w, &options);
	odd_choice = (enum vpnalg_choice)choices[_i];
	ck_assert_uint_eq(send_out(4000), VPNALG_DROP_REFUSED);
	ck_assert_int_eq(w.records, 0);
	/* What it has written is not believed. */
	odd_choice = VPNALG_CHOICE_TAKE;
	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w)), 4000);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	odd_choice = VPNALG_CHOICE_CHOSEN;
	ck_assert_uint_eq(send_out(4001), VPNALG_DROP_REFUSED);
}
END_TEST

Suite *fault_suite(void)
{
	Suite *suite = suite_create("fault");
	TCase *handler = tcase_create("handler"), *store, *choice;

	tcase_add_checked_fixture(handler, begin, end);
	tcase_add_loop_test(handler, a_handlers_wrong_answer_costs_its_packet,
			    0, ROWS(handler_rows));
	tcase_add_loop_test(
		handler, a_handler_that_closes_while_it_is_told_does_no_harm,
		0, 2);
	tcase_add_test(handler,
		       a_handler_that_closes_what_the_sweep_meets_does_no_harm);
	tcase_add_loop_test(
		handler,
		a_sweep_goes_on_with_a_session_whose_handler_closes_another, 0,
		2);
	store = tcase_create("store");
	tcase_add_checked_fixture(store, begin, end);
	tcase_add_loop_test(store, a_stores_wrong_answer_costs_the_packet, 0,
			    ROWS(store_rows));
	tcase_add_test(store, a_record_that_makes_no_sense_is_not_swept);
	choice = tcase_create("choice");
	tcase_add_checked_fixture(choice, begin, end);
	tcase_add_loop_test(choice, a_choice_that_is_none_is_a_refusal, 0, 5);
	suite_add_tcase(suite, handler);
	suite_add_tcase(suite, store);
	suite_add_tcase(suite, choice);
	return suite;
}
