/* SPDX-License-Identifier: BSD-2-Clause */
/* Wrong answers of the store and of the choose callback. */
#include "faults.h"

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
	/* The members of the record that is found; 0xff: unchanged. */
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

TCase *fault_store_case(void)
{
	TCase *t = tcase_create("store and callback");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_stores_wrong_answer_costs_the_packet, 0,
			    ROWS(store_rows));
	tcase_add_test(t, a_record_that_makes_no_sense_is_not_swept);
	tcase_add_loop_test(t, a_choice_that_is_none_is_a_refusal, 0, 5);
	return t;
}
