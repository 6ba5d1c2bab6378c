/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/gw/whole.c: frames that end anywhere, and checksums outside of the
 * packet. */
#include "gw_whole.h"

static const struct {
	uint16_t start, offset;
	size_t made;
} places[] = {
	{ 20, 6, 1 },	 { 26, 0, 1 },	  { 20, 18, 1 }, { 20, 19, 0 },
	{ 38, 0, 1 },	 { 39, 0, 0 },	  { 40, 0, 0 },	 { 41, 0, 0 },
	{ 20, 65535, 0 }, { 65535, 16, 0 }, { 65535, 65535, 0 },
};

/* 20 + 8 + 12 bytes. */
START_TEST(a_checksum_outside_the_packet_makes_no_sense)
{
	const struct shape shape = { UDP, 0, 0, 12, 0, 1 };

	make(&shape);
	frame.sum_start = places[_i].start;
	frame.sum_offset = places[_i].offset;
	ck_assert_uint_eq(whole_make(&frame, room, packets), places[_i].made);
}
END_TEST

/* What is made of anything lies in its frame or in the room. */
static void judge_places(const struct frame *cut, size_t made)
{
	ck_assert_uint_le(made, WHOLE_PIECES);
	for (size_t i = 0; i < made; i++) {
		const uint8_t *from = cut->segment ? room : cut->data;
		size_t length = cut->segment ? WHOLE_ROOM : cut->len;

		ck_assert(packets[i].data >= from);
		ck_assert(packets[i].data + packets[i].len <= from + length);
	}
}

static void try_cut(uint32_t length)
{
	struct frame cut = frame;
	size_t made;

	cut.data = malloc(length ? length : 1);
	cut.len = length;
	ck_assert(cut.data != NULL);
	memcpy(cut.data, frame.data, length);
	made = whole_make(&cut, room, packets);
	ck_assert(length >= 20 || !made);
	judge_places(&cut, made);
	free(cut.data);
}

START_TEST(a_merged_frame_may_end_anywhere)
{
	const struct shape shapes[] = { { TCP, 8, 12, 600, 100, 0 },
					{ UDP, 8, 0, 600, 100, 0 } };

	make(&shapes[_i]);
	for (uint32_t length = 0; length <= frame.len; length++)
		try_cut(length);
	for (uint32_t length = 0; length <= head_len(&shapes[_i]); length++) {
		struct frame cut = frame;

		cut.len = length;
		ck_assert_uint_eq(whole_make(&cut, room, packets), 0);
	}
}
END_TEST

START_TEST(a_frame_may_end_anywhere)
{
	const struct shape shape = { TCP, 8, 12, 60, 0, 0 };

	make(&shape);
	if (_i)
		leave_sum(&shape);
	for (uint32_t length = 0; length <= frame.len; length++)
		try_cut(length);
}
END_TEST

/* Random headers, but often of the protocols that are merged. */
START_TEST(a_frame_may_hold_anything)
{
	uint32_t state = 1;

	make(&(struct shape){ TCP, 0, 0, 160, 0, 0 });
	for (unsigned round = 0; round < 20000; round++) {
		for (uint32_t i = 0; i < frame.len; i++) {
			state = state * 1664525 + 1013904223;
			frame.data[i] = (uint8_t)(state >> 24);
		}
		frame.segment = frame.data[30] % 4 * 40u;
		frame.sum_start = frame.data[31];
		frame.sum_offset = frame.data[32];
		if (round % 4)
			frame.data[9] = round % 2 ? TCP : UDP;
		try_cut(frame.data[33] % (frame.len + 1));
	}
}
END_TEST

TCase *gw_whole_cut_case(void)
{
	TCase *t = tcase_create("cut frames");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_checksum_outside_the_packet_makes_no_sense, 0,
			    ROWS(places));
	tcase_add_loop_test(t, a_merged_frame_may_end_anywhere, 0, 2);
	tcase_add_loop_test(t, a_frame_may_end_anywhere, 0, 2);
	tcase_add_test(t, a_frame_may_hold_anything);
	return t;
}
