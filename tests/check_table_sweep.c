/* SPDX-License-Identifier: BSD-2-Clause */
/* Sweeps over a store while records come and go. */
#include "table_model.h"

/* The sweep: whoever stays is met once in a round, whoever comes or goes
 * meanwhile at most once. */
static void meet(struct model *m, const struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < RECORDS; i++) {
		if (m->entries[i].record != record)
			continue;
		m->entries[i].met++;
		return;
	}
	ck_abort_msg("met what is not there");
}

/* The first half stays, in the second one comes or goes. */
static void come_and_go(struct model *m)
{
	struct entry *e =
		&m->entries[RECORDS / 2 + chance(&m->seed, RECORDS / 2)];

	if (e->record == NULL)
		add(m, e);
	else
		drop(m, e);
}

static void one_round(struct model *m)
{
	struct vpnalg_record *record = NULL;
	unsigned i, steps = 0;
	uint64_t cursor = 0;

	for (i = 0; i < RECORDS; i++)
		m->entries[i].met = 0;
	while (m->store.next(m->store.context, &cursor, &record)) {
		if (record != NULL)
			meet(m, record);
		if (chance(&m->seed, 2))
			come_and_go(m);
		record = NULL;
		ck_assert_uint_lt(steps++, 1600 + RECORDS);
	}
	for (i = 0; i < RECORDS / 2; i++)
		ck_assert_uint_eq(m->entries[i].met, 1);
	for (; i < RECORDS; i++)
		ck_assert_uint_le(m->entries[i].met, 1);
}

START_TEST(a_sweep_meets_everybody_once_while_others_come_and_go)
{
	struct model m;
	unsigned i;

	model_begin(&m, 1600, UINT64_MAX);
	for (i = 0; i < RECORDS; i++)
		ck_assert(add(&m, &m.entries[i]));
	for (i = 0; i < 30; i++)
		one_round(&m);
	model_end(&m);
}
END_TEST

START_TEST(an_empty_store_has_an_end)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0;
	unsigned steps = 0;
	struct model m;

	model_begin(&m, 60, UINT64_MAX);
	while (m.store.next(m.store.context, &cursor, &record)) {
		ck_assert_ptr_null(record);
		ck_assert_uint_lt(steps++, 60);
	}
	model_end(&m);
}
END_TEST

TCase *table_sweep_case(void)
{
	TCase *t = tcase_create("sweeps of a table");

	tcase_set_timeout(t, 60);
	tcase_add_test(t,
		       a_sweep_meets_everybody_once_while_others_come_and_go);
	tcase_add_test(t, an_empty_store_has_an_end);
	return t;
}
