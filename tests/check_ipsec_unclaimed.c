/* SPDX-License-Identifier: BSD-2-Clause */
/* Unclaimed SPIs: their places, and the count of their packets. */
#include "ipsec_bounds.h"

/* Unclaimed SPIs */

/* Three unclaimed SPIs, seen last so long ago (0: an empty place), in use
 * before (OLD), or probed so long ago. The one that a fresh SPI evicts, or one
 * that was in use before; 3 if none. */
#define OLD 1U

static const struct room_row {
	uint32_t last[3], probed[3];
	unsigned fresh, old;
} room_rows[] = {
	{ { 0, 0, 0 }, { 0, 0, 0 }, 0, 0 },
	{ { 9, 0, 9 }, { 0, 0, 0 }, 1, 1 },
	{ { 9999, 9, 0 }, { 0, 0, 0 }, 2, 2 },
	{ { 30, 20, 10 }, { 0, 0, 0 }, 0, 3 },
	{ { 10, 20, 30 }, { 0, 0, 0 }, 2, 3 },
	{ { 10, 30, 20 }, { 0, 0, 0 }, 1, 3 },
	{ { 10, 20, 30 }, { 0, OLD, 0 }, 2, 1 },
	{ { 10, 20, 30 }, { OLD, OLD, 0 }, 2, 1 },
	{ { 10, 20, 3000 }, { 0, 0, 0 }, 2, 3 },
	{ { 10, 20, 3001 }, { 0, 0, 0 }, 2, 2 },
	{ { 10, 20, 30 }, { 0, 0, 150 }, 1, 3 },
	{ { 10, 20, 30 }, { 0, 0, 151 }, 2, 3 },
	{ { 10, 20, 4000 }, { 0, 0, 100 }, 2, 2 },
	{ { 10, 10, 10 }, { 99, 99, 99 }, 3, 3 },
};

static void set_room(const struct room_row *row)
{
	struct ipsec_blocks b = blocks_of(&w, CLIENT_A);
	struct ipsec_unclaimed *spi;
	unsigned i;

	ck_assert_uint_eq(b.unclaimed, 3);
	for (i = 0; i < 3; i++) {
		spi = ipsec_blocks_unclaimed(&b, i);
		*spi = (struct ipsec_unclaimed){ .flags =
							 IPSEC_UNCLAIMED_FRESH };
		if (row->last[i] == 0)
			continue;
		spi->spi = 0x1000 + i;
		spi->last = spi->first = spi->began = ago(&w, row->last[i]);
		spi->probed_at = ago(&w, row->probed[i]);
		if (row->probed[i] == OLD)
			spi->flags = 0;
		else if (row->probed[i] != 0)
			spi->flags |= IPSEC_UNCLAIMED_AWAITING;
	}
	vpnalg_session_changed(w.alg, b.unclaimed_blocks[0]);
}

static void check_room(const struct room_row *row, uint32_t sequence,
		       unsigned gone)
{
	struct bytes p = esp_packet(SERVER, OUTSIDE, 0xdd, sequence);
	const struct ipsec_unclaimed *spi;
	struct ipsec_blocks b;
	unsigned i;

	set_room(row);
	send_packet(&w, VPNALG_IN, &p);
	b = blocks_of(&w, CLIENT_A);
	for (i = 0; i < 3; i++) {
		spi = ipsec_blocks_unclaimed(&b, i);
		if (i != gone) {
			ck_assert_uint_ne(spi->spi, 0xdd);
			continue;
		}
		ck_assert_uint_eq(spi->spi, 0xdd);
		ck_assert_uint_eq(spi->first, ago(&w, 0));
		ck_assert_uint_eq(spi->last, ago(&w, 0));
		ck_assert_uint_eq(spi->began, ago(&w, 0));
		ck_assert_uint_eq(spi->count, 1);
		ck_assert_uint_eq(spi->total, 1);
		ck_assert_uint_eq(spi->flags & (IPSEC_UNCLAIMED_FRESH |
						IPSEC_UNCLAIMED_BEGAN),
				  sequence < 4096 ? IPSEC_UNCLAIMED_FRESH |
							    IPSEC_UNCLAIMED_BEGAN
						  : 0);
	}
}

static void two_come(void)
{
	come(0);
	come(1);
	ck_assert(esp_arrives(&w, &hosts[0]));
	ck_assert(esp_arrives(&w, &hosts[1]));
}

START_TEST(an_spi_evicts_one_that_is_missed_less)
{
	const struct room_row *row = &room_rows[_i];

	two_come();
	check_room(row, 4096, row->old);
	check_room(row, 1, row->fresh);
	check_room(row, 4095, row->fresh);
}
END_TEST

/* An SPI that is remembered comes again after so long. */
static const struct again_row {
	uint32_t after;
	uint8_t count, total, new_count, new_total;
} again_rows[] = {
	{ 700, 1, 1, 2, 2 },	     { 701, 7, 9, 1, 10 },
	{ 1, 254, 254, 255, 255 },   { 1, 255, 255, 255, 255 },
	{ 9000, 255, 255, 1, 255 },
};

START_TEST(packets_of_an_spi_are_counted_since_its_last_silence)
{
	static const struct room_row empty = { { 0, 0, 0 }, { 0, 0, 0 }, 0, 0 };
	const struct again_row *row = &again_rows[_i];
	struct bytes p = esp_packet(SERVER, OUTSIDE, 0xdd, 100000);
	const struct ipsec_unclaimed *spi;
	struct ipsec_unclaimed *set;
	struct ipsec_blocks b;
	uint32_t began;

	two_come();
	set_room(&empty);
	b = blocks_of(&w, CLIENT_A);
	set = ipsec_blocks_unclaimed(&b, 2);
	*set = (struct ipsec_unclaimed){ .spi = 0xdd,
					 .last = ago(&w, row->after),
					 .first = ago(&w, 60000),
					 .began = ago(&w, 50000),
					 .count = row->count,
					 .total = row->total };
	vpnalg_session_changed(w.alg, b.unclaimed_blocks[0]);
	began = row->after > 700 ? ago(&w, 0) : set->began;
	send_packet(&w, VPNALG_IN, &p);
	spi = unclaimed_of(&w, CLIENT_A, 0xdd);
	ck_assert_ptr_nonnull(spi);
	ck_assert_uint_eq(spi->count, row->new_count);
	ck_assert_uint_eq(spi->total, row->new_total);
	ck_assert_uint_eq(spi->first, ago(&w, 60000));
	ck_assert_uint_eq(spi->last, ago(&w, 0));
	ck_assert_uint_eq(spi->began, began);
	ck_assert_int_eq(!!(spi->flags & IPSEC_UNCLAIMED_BEGAN),
			 row->after > 700);
}
END_TEST

TCase *ipsec_unclaimed_case(void)
{
	TCase *t = tcase_create("unclaimed");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_spi_evicts_one_that_is_missed_less, 0,
			    ROWS(room_rows));
	tcase_add_loop_test(
		t, packets_of_an_spi_are_counted_since_its_last_silence, 0,
		ROWS(again_rows));
	return t;
}
