/* SPDX-License-Identifier: BSD-2-Clause */
/* The store and the memory that a translator is given. */
#include "init_row.h"

SPOIL(older_store, store.size--)
SPOIL(long_keys, store.key_length = VPNALG_KEY_MAX)
SPOIL(no_find, store.find = NULL)
SPOIL(no_add, store.add = NULL)
SPOIL(no_remove, store.remove = NULL)
SPOIL(no_link, store.link = NULL)
SPOIL(no_unlink, store.unlink = NULL)
SPOIL(no_relink, store.relink = NULL)
SPOIL(no_next, store.next = NULL)
SPOIL(no_prefetch, store.prefetch = NULL)
SPOIL(odd, off = 1)
SPOIL(off_by_4, off = 4)
SPOIL(off_by_8, off = 8)

/* As if a translator were begun anew on the store of the one before. */
static void record_left(struct parts *p)
{
	p->store.add(p->store.context, 1);
}

static void three_units_left(struct parts *p)
{
	p->store.remove(p->store.context, p->store.add(p->store.context, 1));
	p->store.add(p->store.context, 3);
}

static void nothing_left(struct parts *p)
{
	p->store.remove(p->store.context, p->store.add(p->store.context, 2));
}

static void one_byte_less(struct parts *p)
{
	p->size = vpnalg_size(&p->config) - 1;
}

static void more_than_enough(struct parts *p)
{
	p->size = vpnalg_size(&p->config) + 1000;
}

static const struct init_row rows[] = {
	{ "an older store", older_store, VPNALG_ERROR_STORE, true },
	{ "longer keys", long_keys, VPNALG_ERROR_STORE, true },
	{ "no find", no_find, VPNALG_ERROR_STORE, true },
	{ "no add", no_add, VPNALG_ERROR_STORE, true },
	{ "no remove", no_remove, VPNALG_ERROR_STORE, true },
	{ "no link", no_link, VPNALG_ERROR_STORE, true },
	{ "no unlink", no_unlink, VPNALG_ERROR_STORE, true },
	{ "no relink", no_relink, VPNALG_ERROR_STORE, true },
	{ "no next", no_next, VPNALG_ERROR_STORE, true },
	{ "one byte less", one_byte_less, VPNALG_ERROR_MEMORY, true },
	{ "odd memory", odd, VPNALG_ERROR_MEMORY, true },
	{ "memory off by 4", off_by_4, VPNALG_ERROR_MEMORY, true },
	{ "a record in the store", record_left, VPNALG_ERROR_NOT_EMPTY, true },
	{ "a long record in the store", three_units_left,
	  VPNALG_ERROR_NOT_EMPTY, true },
	{ "a store emptied again", nothing_left, 0, true },
	{ "memory off by 8", off_by_8, 0, true },
	{ "more memory", more_than_enough, 0, true },
	{ "no prefetch", no_prefetch, 0, true },
};

START_TEST(every_wrong_place_has_its_error)
{
	check_init_row(&rows[_i]);
}
END_TEST

TCase *init_store_case(void)
{
	TCase *t = tcase_create("store and memory of init");

	tcase_add_loop_test(t, every_wrong_place_has_its_error, 0, ROWS(rows));
	return t;
}
