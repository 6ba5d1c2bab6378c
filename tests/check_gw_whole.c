/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/gw/whole.c: checksums that were left to hardware, and segments that
 * were merged. Every frame has a block of just its size, so that a sanitizer
 * sees what is read behind it. */
#include "gw_whole.h"

static const struct shape merged[] = {
	{ TCP, 0, 12, 4000, 1448, 3 },
	{ TCP, 0, 0, 2920, 1460, 2 },
	{ TCP, 0, 0, 2921, 1460, 3 },
	{ TCP, 0, 0, 2919, 1460, 2 },
	{ TCP, 0, 0, 1460, 1460, 1 },
	{ TCP, 0, 0, 1, 1460, 1 },
	{ TCP, 0, 40, 4001, 1447, 3 },
	{ TCP, 40, 40, 255, 1, 255 },
	{ TCP, 40, 40, 256, 1, 256 },
	{ TCP, 40, 40, 65395, 256, 256 },
	{ TCP, 0, 0, 65495, 65495, 1 },
	{ UDP, 0, 0, 5000, 1200, 5 },
	{ UDP, 0, 0, 2400, 1200, 2 },
	{ UDP, 4, 0, 2401, 1201, 2 },
	{ UDP, 0, 0, 256, 1, 256 },
	{ UDP, 0, 0, 1, 1200, 1 },
};

static void judge_flags(uint8_t flags, bool first, bool last)
{
	ck_assert_uint_eq(flags, 0x10 | (first ? 0x80 : 0) |
					 (last ? 0x09 : 0));
}

/* A piece, with so much of the payload before it. */
static void judge_piece(const struct shape *shape, size_t number,
			uint32_t before)
{
	const struct vpnalg_packet *packet = &packets[number];
	const uint8_t *ip = packet->data, *l4 = ip + ip_len(shape);
	uint32_t head = head_len(shape), payload = packet->len - head;

	ck_assert_uint_eq(packet->caplen, packet->len);
	ck_assert_uint_eq(get(ip + 2, 2), packet->len);
	ck_assert_uint_eq(get(ip + 4, 2), (0xfffe + number) & 0xffff);
	ck_assert_mem_eq(ip + 12, frame.data + 12, ip_len(shape) - 12);
	ck_assert(sum_is_right(ip, ip_len(shape)));
	ck_assert(l4_sum_is_right(ip));
	ck_assert_mem_eq(ip + head, frame.data + head + before, payload);
	if (shape->protocol == UDP) {
		ck_assert_uint_eq(get(l4 + 4, 2), 8 + payload);
		return;
	}
	ck_assert_uint_eq(get(l4 + 4, 4), (uint32_t)(0xfffff000u + before));
	judge_flags(l4[13], number == 0, number == shape->pieces - 1);
	ck_assert_mem_eq(l4 + 14, frame.data + ip_len(shape) + 14, 2);
	ck_assert_mem_eq(l4 + 20, frame.data + ip_len(shape) + 20,
			 shape->tcp_options);
}

START_TEST(what_was_merged_is_cut_up_again)
{
	const struct shape *shape = &merged[_i];
	uint32_t head = head_len(shape), before = 0, payload;

	make(shape);
	ck_assert_uint_eq(whole_make(&frame, room, packets), shape->pieces);
	for (size_t i = 0; i < shape->pieces; i++) {
		payload = packets[i].len - head;
		ck_assert_uint_eq(payload,
				  shape->payload - before < shape->segment
					  ? shape->payload - before
					  : shape->segment);
		judge_piece(shape, i, before);
		before += payload;
	}
	ck_assert_uint_eq(before, shape->payload);
	ck_assert(packets[shape->pieces].data == NULL);
}
END_TEST

/* Each in the room, and behind the one before it. */
START_TEST(pieces_do_not_overlap)
{
	const struct shape *shape = &merged[_i];
	const uint8_t *free = room;

	make(shape);
	whole_make(&frame, room, packets);
	for (size_t i = 0; i < shape->pieces; i++) {
		ck_assert(packets[i].data >= free);
		free = packets[i].data + packets[i].len;
	}
	ck_assert(free <= room + WHOLE_ROOM);
}
END_TEST

/* More pieces than there is room for, and what cannot have been merged. */
static const struct {
	struct shape shape;
	uint32_t offset;
	uint8_t value; /* of the byte there */
} senseless[] = {
	{ { TCP, 0, 0, 257, 1, 0 }, 0, 0x45 },
	{ { UDP, 0, 0, 257, 1, 0 }, 0, 0x45 },
	{ { TCP, 0, 0, 65495, 255, 0 }, 0, 0x45 },
	{ { TCP, 0, 0, 0, 1460, 0 }, 0, 0x45 },
	{ { UDP, 0, 0, 0, 1200, 0 }, 0, 0x45 },
	{ { TCP, 0, 0, 3000, 1460, 0 }, 0, 0x44 },
	{ { TCP, 0, 0, 3000, 1460, 0 }, 0, 0x40 },
	{ { TCP, 0, 0, 20, 10, 0 }, 0, 0x4f },
	{ { TCP, 0, 0, 3000, 1460, 0 }, 9, 47 },
	{ { TCP, 0, 0, 3000, 1460, 0 }, 9, 1 },
	{ { TCP, 0, 0, 3000, 1460, 0 }, 32, 0x40 },
	{ { TCP, 0, 0, 3000, 1460, 0 }, 32, 0x00 },
	{ { TCP, 0, 0, 40, 10, 0 }, 32, 0xf0 },
};

START_TEST(what_cannot_have_been_merged_makes_no_sense)
{
	make(&senseless[_i].shape);
	frame.data[senseless[_i].offset] = senseless[_i].value;
	ck_assert_uint_eq(whole_make(&frame, room, packets), 0);
}
END_TEST

static const struct shape unmerged[] = {
	{ TCP, 0, 0, 0, 0, 1 },	     { TCP, 0, 12, 1, 0, 1 },
	{ TCP, 8, 0, 1000, 0, 1 },   { TCP, 0, 0, 1001, 0, 1 },
	{ TCP, 0, 0, 65495, 0, 1 },  { UDP, 0, 0, 0, 0, 1 },
	{ UDP, 0, 0, 1, 0, 1 },	     { UDP, 40, 0, 1472, 0, 1 },
	{ UDP, 0, 0, 65507, 0, 1 },
};

START_TEST(a_checksum_left_to_hardware_is_completed_in_place)
{
	const struct shape *shape = &unmerged[_i];
	uint8_t *before;

	make(shape);
	leave_sum(shape);
	before = malloc(frame.len);
	ck_assert(before != NULL);
	memcpy(before, frame.data, frame.len);
	ck_assert_uint_eq(whole_make(&frame, room, packets), 1);
	ck_assert_ptr_eq(packets[0].data, frame.data);
	ck_assert_uint_eq(packets[0].len, frame.len);
	ck_assert_uint_eq(packets[0].caplen, frame.len);
	ck_assert(l4_sum_is_right(frame.data));
	memcpy(before + frame.sum_start + frame.sum_offset,
	       frame.data + frame.sum_start + frame.sum_offset, 2);
	ck_assert_mem_eq(before, frame.data, frame.len);
	free(before);
}
END_TEST

/* 0 would say that there is none (RFC 768). */
START_TEST(a_checksum_of_zero_is_written_as_all_ones)
{
	const struct shape shape = { UDP, 0, 0, 4, 0, 1 };
	const struct shape merged_once = { UDP, 0, 0, 4, 4, 1 };
	uint32_t sum;

	make(&shape);
	put(frame.data + 28, 2, 0);
	leave_sum(&shape);
	whole_make(&frame, room, packets);
	sum = get(frame.data + 26, 2);
	free(frame.data);
	make(_i ? &merged_once : &shape);
	put(frame.data + 28, 2, sum);
	if (!_i)
		leave_sum(&shape);
	ck_assert_uint_eq(whole_make(&frame, room, packets), 1);
	ck_assert_uint_eq(get(packets[0].data + 26, 2), 0xffff);
}
END_TEST

START_TEST(a_complete_packet_stays_as_it_is)
{
	const struct shape *shape = &unmerged[_i];
	uint8_t *before;

	make(shape);
	before = malloc(frame.len);
	ck_assert(before != NULL);
	memcpy(before, frame.data, frame.len);
	ck_assert_uint_eq(whole_make(&frame, room, packets), 1);
	ck_assert_ptr_eq(packets[0].data, frame.data);
	ck_assert_uint_eq(packets[0].len, frame.len);
	ck_assert_mem_eq(before, frame.data, frame.len);
	free(before);
}
END_TEST

Suite *gw_whole_suite(void)
{
	Suite *suite = suite_create("gw_whole");
	TCase *tcase = tcase_create("whole");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_loop_test(tcase, what_was_merged_is_cut_up_again, 0,
			    ROWS(merged));
	tcase_add_loop_test(tcase, pieces_do_not_overlap, 0, ROWS(merged));
	tcase_add_loop_test(tcase, what_cannot_have_been_merged_makes_no_sense,
			    0, ROWS(senseless));
	tcase_add_loop_test(tcase,
			    a_checksum_left_to_hardware_is_completed_in_place,
			    0, ROWS(unmerged));
	tcase_add_loop_test(tcase, a_checksum_of_zero_is_written_as_all_ones,
			    0, 2);
	tcase_add_loop_test(tcase, a_complete_packet_stays_as_it_is, 0,
			    ROWS(unmerged));
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, gw_whole_cut_case());
	return suite;
}
