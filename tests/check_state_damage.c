/* SPDX-License-Identifier: BSD-2-Clause */
/* States that are damaged, cut or foreign. */
#include "state_damage.h"

#define FLIP_PARTS 16

START_TEST(a_byte_that_was_changed_anywhere_is_found)
{
	uint32_t i;

	for (i = (uint32_t)_i; i < saved.length; i += FLIP_PARTS) {
		changed.bytes[i] ^= (uint8_t)(1U << i % 8);
		if (load(changed.bytes, saved.length) >= 0)
			ck_abort_msg("byte %u", i);
		expect_nothing();
		changed.bytes[i] = saved.bytes[i];
	}
	ck_assert_int_eq(load(changed.bytes, saved.length), VPNALG_STATE_DONE);
}
END_TEST

START_TEST(a_state_that_is_cut_anywhere_is_found)
{
	uint32_t i;

	for (i = (uint32_t)_i; i < saved.length; i += FLIP_PARTS) {
		if (load(saved.bytes, i) != VPNALG_STATE_CUT)
			ck_abort_msg("%u bytes", i);
		expect_nothing();
	}
}
END_TEST

/* Chunks are taken as they come, one byte or all. */
START_TEST(a_state_may_come_in_any_pieces)
{
	struct vpnalg_load loading = { .size = sizeof(loading),
				       .services = true };
	static const uint32_t steps[] = { 1, 7, 100, 1000 };
	uint32_t at = 0, have = 0;
	size_t used;
	int result = VPNALG_STATE_MORE;

	while (result == VPNALG_STATE_MORE) {
		have += steps[_i];
		if (at + have > saved.length)
			have = saved.length - at;
		result = vpnalg_load_next(copy.alg, &loading,
					  saved.bytes + at, have, &used);
		at += (uint32_t)used;
		have -= (uint32_t)used;
	}
	ck_assert_int_eq(result, VPNALG_STATE_DONE);
	ck_assert_uint_eq(at, saved.length);
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &loading, copy.now),
			 VPNALG_STATE_DONE);
	ck_assert_int_eq(copy.records, w.records);
	/* It is over. */
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &loading, copy.now),
			 VPNALG_STATE_INVALID);
	ck_assert_int_eq(vpnalg_load_next(copy.alg, &loading, saved.bytes, 1,
					  &used),
			 VPNALG_STATE_INVALID);
	ck_assert_int_eq(copy.records, w.records);
}
END_TEST

/* Writes a chunk in place of each of one type, or again. */
static void rearrange(int order)
{
	unsigned first = state_first(&saved, RECORD), i;

	changed.length = 0;
	for (i = 0; i < saved.count; i++) {
		if (order == 0 && i == first) /* turned round */
			put_chunk(&saved, i + 1), put_chunk(&saved, i++);
		else if (order == 1 && i == first) /* gone */
			continue;
		else if (order == 2 && i == first) /* twice */
			put_chunk(&saved, i), put_chunk(&saved, i);
		else if (order == 3 && i == 0) /* no header */
			continue;
		else if (order == 4 && i == 1) /* a kind less */
			continue;
		else if (order == 5 && i == first) /* the end too early */
			put_chunk(&saved, saved.count - 1);
		else if (order == 6 && i == first) /* a header again */
			put_chunk(&saved, 0);
		else if (order == 7 && i == saved.count - 2) /* the last gone */
			continue;
		else if (order == 8 && i == saved.count - 1) /* more after */
			put_chunk(&saved, i), put_chunk(&saved, i);
		else
			put_chunk(&saved, i);
	}
}

static const int order_results[] = {
	VPNALG_STATE_ORDER, VPNALG_STATE_ORDER, VPNALG_STATE_ORDER,
	VPNALG_STATE_FOREIGN, VPNALG_STATE_ORDER, VPNALG_STATE_ORDER,
	VPNALG_STATE_ORDER, VPNALG_STATE_ORDER,
};

START_TEST(chunks_out_of_order_are_found)
{
	rearrange(_i);
	ck_assert_int_eq(load(changed.bytes, changed.length),
			 order_results[_i]);
	expect_nothing();
}
END_TEST

START_TEST(a_translator_that_is_not_new_loads_nothing)
{
	struct bytes p = udp_packet(CLIENT_A, 5, SERVER, 53, "x", 1);
	long records;

	if (_i == 0)
		p = udp_packet(SERVER, 53, OUTSIDE, 5, "x", 1);
	send_packet(&copy, _i == 0 ? VPNALG_IN : VPNALG_OUT, &p);
	records = copy.records;
	ck_assert_int_eq(load(saved.bytes, saved.length),
			 VPNALG_STATE_NOT_EMPTY);
	ck_assert_int_eq(copy.records, records);
}
END_TEST

TCase *state_damage_case(void)
{
	TCase *tcase = tcase_create("damaged and forged states");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_loop_test(tcase, a_byte_that_was_changed_anywhere_is_found, 0,
			    FLIP_PARTS);
	tcase_add_loop_test(tcase, a_state_that_is_cut_anywhere_is_found, 0,
			    FLIP_PARTS);
	tcase_add_loop_test(tcase, a_state_may_come_in_any_pieces, 0, 4);
	tcase_add_loop_test(tcase, chunks_out_of_order_are_found, 0,
			    ROWS(order_results));
	tcase_add_loop_test(tcase, a_translator_that_is_not_new_loads_nothing,
			    0, 2);
	return tcase;
}
