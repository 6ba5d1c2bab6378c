/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores that fail while a state is loaded, and stores whose sessions a new
 * translator takes over. */
#include <string.h>

#include "engine/layout.h"

#include "cases.h"
#include "general.h"
#include "support_service.h"
#include "support_state.h"

static struct world w, copy;
static struct state saved, again;

#define HASH_KEY                 \
	{                        \
		0x1234567, 0x89a \
	}

static void begin(void)
{
	state_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE,
						.hash_key = HASH_KEY });
	state_save(&w, &saved);
}

static void end(void)
{
	state_world_end(&w);
}

START_TEST(a_store_that_fails_anywhere_loads_nothing)
{
	long n = 0;
	int result;

	all_world(&copy, (struct world_options){ .choosing = CHOOSE_TAKE,
						 .count_hosts = true,
						 .addresses = (uint32_t[]){
							 OUTSIDE, OUTSIDE_2 },
						 .address_count = 2,
						 .general.reuse_delay = 9 });
	copy.now = w.now;
	do {
		copy.fail_in = ++n;
		result = state_load(&copy, &saved);
		if (copy.fail_in > 0)
			break;
		ck_assert_int_eq(result, VPNALG_STATE_STORE);
		ck_assert_int_eq(copy.records, 0);
		ck_assert_int_eq(copy.keys, 0);
		ck_assert_int_eq(copy.bindings, 0);
	} while (n < 10000);
	copy.fail_in = 0;
	ck_assert_int_eq(result, VPNALG_STATE_DONE);
	ck_assert_int_gt(n, 100);
	state_world_end(&copy);
}
END_TEST

START_TEST(a_store_that_is_too_small_loads_nothing)
{
	all_world(&copy, (struct world_options){ .units = 60 });
	ck_assert_int_eq(state_load(&copy, &saved), VPNALG_STATE_STORE);
	ck_assert_int_eq(copy.records, 0);
	world_end(&copy);
}
END_TEST

/* Taking over */

START_TEST(a_new_translator_goes_on_with_a_store)
{
	long records = w.records, keys = w.keys;

	ck_assert_int_eq(world_take_over(&w, vpnalg_clock_offset(w.alg)), 0);
	mirror_check(&w);
	ck_assert_int_eq(w.records, records);
	ck_assert_int_eq(w.keys, keys);
	state_save(&w, &again);
	state_compare(&saved, &again);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 22),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(it_goes_on_with_the_clock_of_the_last_one)
{
	struct vpnalg_load load = { .elapsed = 1000 };

	all_world(&copy, (struct world_options){ .hash_key = HASH_KEY });
	copy.now = 5;
	state_load_part(&copy, &load, saved.bytes, saved.length);
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &load, copy.now),
			 VPNALG_STATE_DONE);
	ck_assert_uint_eq(vpnalg_clock_offset(copy.alg), w.now + 1000 - 5);
	copy.now = 2000;
	state_save(&copy, &saved);
	ck_assert_int_eq(world_take_over(&copy, vpnalg_clock_offset(copy.alg)),
			 0);
	state_save(&copy, &again);
	state_compare(&saved, &again);
	world_end(&copy);
}
END_TEST

/* A record that a translator could not have made, or did not. */

static void spoil_handler(struct vpnalg_record *record)
{
	record->handler = 9;
}

static void spoil_kind(struct vpnalg_record *record)
{
	record->kind = 14;
}

static void spoil_slots(struct vpnalg_record *record)
{
	record->slots ^= 4;
}

static void spoil_role(struct vpnalg_record *record)
{
	vpnalg_record_key(record, 0, VPNALG_KEY_IPV4)[3] ^= 8;
	vpnalg_record_key(record, 0, VPNALG_KEY_IPV4)[0] ^= 8;
}

static void spoil_key(struct vpnalg_record *record)
{
	vpnalg_record_key(record, 1, VPNALG_KEY_IPV4)[5] ^= 1;
}

static void spoil_units(struct vpnalg_record *record)
{
	record->units = 0;
}

static void (*const spoilers[])(struct vpnalg_record *record) = {
	spoil_handler, spoil_kind, spoil_slots,
	spoil_role,    spoil_key,  spoil_units,
};

START_TEST(a_store_that_is_not_sound_is_not_taken_over)
{
	struct vpnalg_record *record =
		inside_record(&w, CLIENT_A, TCP, 40001, PPTP);
	struct vpnalg_record before = *record;
	uint8_t keys[40];

	memcpy(keys, record + 1, sizeof(keys));
	spoilers[_i](record);
	ck_assert_int_eq(world_take_over(&w, 0), VPNALG_ERROR_NOT_EMPTY);
	*record = before;
	memcpy(record + 1, keys, sizeof(keys));
	ck_assert_int_eq(world_take_over(&w, 0), 0);
}
END_TEST

START_TEST(another_hash_key_finds_nothing)
{
	uint64_t right = w.options.hash_key[0];

	w.options.hash_key[0]++;
	ck_assert_int_eq(world_take_over(&w, 0), VPNALG_ERROR_NOT_EMPTY);
	w.options.hash_key[0] = w.options.hash_key[1] = 0;
	ck_assert_int_eq(world_take_over(&w, 0), VPNALG_ERROR_NOT_EMPTY);
	w.options.hash_key[0] = right;
	w.options.hash_key[1] = 0x89a;
	ck_assert_int_eq(world_take_over(&w, 0), 0);
}
END_TEST

START_TEST(sessions_of_an_address_that_has_gone_end)
{
	static const uint32_t other[] = { OUTSIDE_2 };

	w.options.addresses = other;
	ck_assert_int_eq(world_take_over(&w, 0), 0);
	world_wait(&w, 0);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(w.bindings, 0);
}
END_TEST

/* Layouts */

static const struct layout_row {
	const char *layout;
	size_t bytes;
	bool fits;
} layout_rows[] = {
	{ "", 0, true },          { "1", 1, true },
	{ "4221", 9, true },      { "4221", 8, false },
	{ "42..", 8, true },      { "(1 1 1)1", 2, true },
	{ "(11 8 4)", 4, true },  { "(9)", 2, true },
	{ "(32)", 4, true },      { "(33)", 4, false },
	{ "(16 17)", 8, false },  { "(11 8", 4, false },
	{ "()", 0, false },       { "8", 8, false },
	{ "4 4", 8, false },      { "(0 1)", 1, false },
	{ "(1 x)", 1, false },
};

START_TEST(a_layout_must_fit_its_body)
{
	const struct layout_row *row = &layout_rows[_i];

	ck_assert_int_eq(vpnalg_layout_fits(row->layout, row->bytes),
			 row->fits);
}
END_TEST

/* What a machine with its first field at the top would hold. */
static const struct turn_row {
	const char *bits;
	unsigned all;
	uint32_t top, low;
} turn_rows[] = {
	{ "1 1 1)", 8, 0x80, 0x01 },
	{ "1 1 1)", 8, 0x60, 0x06 },
	{ "11 8 4 4 1 1 1 1)", 32, 0xffe00000, 0x7ff },
	{ "11 8 4 4 1 1 1 1)", 32, 0x001fe000, 0x7f800 },
	{ "11 8 4 4 1 1 1 1)", 32, 0x00000002, 0x40000000 },
	{ "32)", 32, 0x12345678, 0x12345678 },
};

START_TEST(bit_fields_are_turned_round_and_back)
{
	const struct turn_row *row = &turn_rows[_i];

	ck_assert_uint_eq(vpnalg_layout_turn(row->bits, row->top, row->all,
					     LAYOUT_OUT),
			  row->low);
	ck_assert_uint_eq(vpnalg_layout_turn(row->bits, row->low, row->all,
					     LAYOUT_IN),
			  row->top);
}
END_TEST

START_TEST(every_bundled_kind_has_a_layout)
{
	const struct vpnalg_handler *handler =
		all_protocols[_i].handler();
	unsigned k;

	for (k = 0; k < handler->kind_count; k++)
		ck_assert(handler->kinds[k].body == 0 ||
			  (handler->kinds[k].layout != NULL &&
			   vpnalg_layout_fits(handler->kinds[k].layout,
					      handler->kinds[k].body)));
}
END_TEST

TCase *state_store_case(void)
{
	TCase *tcase = tcase_create("stores");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, a_store_that_fails_anywhere_loads_nothing);
	tcase_add_test(tcase, a_store_that_is_too_small_loads_nothing);
	tcase_add_test(tcase, a_new_translator_goes_on_with_a_store);
	tcase_add_test(tcase, it_goes_on_with_the_clock_of_the_last_one);
	tcase_add_loop_test(tcase, a_store_that_is_not_sound_is_not_taken_over,
			    0, ROWS(spoilers));
	tcase_add_test(tcase, another_hash_key_finds_nothing);
	tcase_add_test(tcase, sessions_of_an_address_that_has_gone_end);
	tcase_add_loop_test(tcase, a_layout_must_fit_its_body, 0,
			    ROWS(layout_rows));
	tcase_add_loop_test(tcase, bit_fields_are_turned_round_and_back, 0,
			    ROWS(turn_rows));
	tcase_add_loop_test(tcase, every_bundled_kind_has_a_layout, 0,
			    ALL_PROTOCOLS);
	return tcase;
}
