/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/gw/whole.c: checksums that were left to hardware, and segments that
 * were merged. Every frame has a block of just its size, so that a sanitizer
 * sees what is read behind it. */
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "../examples/gw/whole.h"

#define TCP 6
#define UDP 17

/* FIN, PSH, ACK and CWR. */
#define FLAGS 0x99

/* What a frame is to be made of. */
struct shape {
	uint8_t protocol;
	uint32_t ip_options, tcp_options, payload, segment;
	uint32_t pieces; /* that it is to become */
};

static struct frame frame;
static uint8_t *room;
static struct vpnalg_packet packets[WHOLE_PIECES + 1];

static void begin(void)
{
	room = malloc(WHOLE_ROOM);
	ck_assert(room != NULL);
	memset(packets, 0, sizeof(packets));
	frame = (struct frame){ 0 };
}

static void end(void)
{
	free(frame.data);
	free(room);
}

static uint32_t ip_len(const struct shape *shape)
{
	return 20 + shape->ip_options;
}

static uint32_t head_len(const struct shape *shape)
{
	return ip_len(shape) +
	       (shape->protocol == TCP ? 20 + shape->tcp_options : 8);
}

/* Its checksum is not right, nor is the IP header's. */
static void make_l4(const struct shape *shape, uint8_t *l4)
{
	put(l4, 2, 40000);
	put(l4 + 2, 2, 1723);
	if (shape->protocol == UDP) {
		put(l4 + 4, 2, 8 + shape->payload);
		put(l4 + 6, 2, 0x1234);
		return;
	}
	put(l4 + 4, 4, 0xfffff000);
	put(l4 + 8, 4, 0x12345678);
	l4[12] = (uint8_t)((20 + shape->tcp_options) / 4 << 4);
	l4[13] = FLAGS;
	put(l4 + 14, 2, 501);
	put(l4 + 16, 2, 0x1234);
	memset(l4 + 20, 1, shape->tcp_options);
}

static void make(const struct shape *shape)
{
	uint32_t head = head_len(shape);
	uint8_t *ip;

	frame = (struct frame){ .len = head + shape->payload,
				.segment = shape->segment };
	frame.data = ip = calloc(1, frame.len);
	ck_assert(ip != NULL);
	ip[0] = (uint8_t)(0x40 | ip_len(shape) / 4);
	put(ip + 2, 2, frame.len);
	put(ip + 4, 2, 0xfffe);
	put(ip + 6, 2, 0x4000);
	ip[8] = 64;
	ip[9] = shape->protocol;
	put(ip + 10, 2, 0x5678);
	memcpy(ip + 12, "\xc0\xa8\x4d\x0b\xcb\x00\x71\x0a", 8);
	memset(ip + 20, 1, shape->ip_options);
	make_l4(shape, ip + ip_len(shape));
	for (uint32_t i = 0; i < shape->payload; i++)
		ip[head + i] = (uint8_t)(i * 7 + i / 251);
}

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

/* The sum of the pseudo header is in its place. */
static void leave_sum(const struct shape *shape)
{
	uint8_t *ip = frame.data, *l4 = ip + ip_len(shape);
	uint32_t sum = shape->protocol + frame.len - ip_len(shape);

	for (size_t i = 12; i < 20; i += 2)
		sum += get(ip + i, 2);
	frame.sum_start = (uint16_t)ip_len(shape);
	frame.sum_offset = shape->protocol == TCP ? 16 : 6;
	put(l4 + frame.sum_offset, 2, (sum & 0xffff) + (sum >> 16));
}

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
	tcase_add_loop_test(tcase, a_checksum_outside_the_packet_makes_no_sense,
			    0, ROWS(places));
	tcase_add_loop_test(tcase, a_merged_frame_may_end_anywhere, 0, 2);
	tcase_add_loop_test(tcase, a_frame_may_end_anywhere, 0, 2);
	tcase_add_test(tcase, a_frame_may_hold_anything);
	suite_add_tcase(suite, tcase);
	return suite;
}
