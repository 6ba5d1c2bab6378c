/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/common/answer.c: what a router says to who sent a packet that it cannot
 * send on. */
#include "gateway.h"

#include <string.h>

#include "../examples/common/answer.h"

#define ICMP 1
#define TCP 6
#define UDP 17
#define ESP 50

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define PSH 0x08
#define ACK 0x10

static struct answer_head head;
static uint8_t answer[ANSWER_MAX];

/* A packet of 192.168.77.11's to 203.0.113.10, of which so much is kept. */
static void make(uint8_t protocol, uint32_t options, uint32_t length)
{
	for (uint32_t i = 0; i < ANSWER_HEAD_MAX; i++)
		head.data[i] = (uint8_t)(i * 3 + 1);
	head.len = length < ANSWER_HEAD_MAX ? length : ANSWER_HEAD_MAX;
	head.data[0] = (uint8_t)(0x45 + options / 4);
	put(head.data + 2, 2, length);
	put(head.data + 6, 2, 0x4000);
	head.data[9] = protocol;
	memcpy(head.data + 12, "\xc0\xa8\x4d\x0b\xcb\x00\x71\x0a", 8);
	memset(answer, 0xee, sizeof(answer));
}

static void judge_ip(size_t length, uint8_t protocol)
{
	ck_assert_uint_le(length, ANSWER_MAX);
	ck_assert_uint_eq(answer[0], 0x45);
	ck_assert_uint_eq(get(answer + 2, 2), length);
	ck_assert_uint_eq(get(answer + 6, 2), 0);
	ck_assert_uint_eq(answer[8], 64);
	ck_assert_uint_eq(answer[9], protocol);
	ck_assert_mem_eq(answer + 16, head.data + 12, 4);
}

static const struct {
	uint8_t protocol;
	uint32_t options, length, quoted;
} packets[] = {
	{ ESP, 0, 1500, 128 }, { UDP, 0, 1493, 128 }, { TCP, 0, 65535, 128 },
	{ ESP, 40, 128, 128 }, { ESP, 0, 127, 127 },  { UDP, 0, 28, 28 },
	{ ESP, 0, 21, 21 },
};

/* The answer is an ICMP error, with so many bytes of the packet. */
static void judge_error(size_t length, uint32_t type_and_code, uint32_t mtu,
			uint32_t quoted)
{
	ck_assert_uint_eq(length, 28 + quoted);
	judge_ip(length, ICMP);
	ck_assert_uint_eq(get(answer + 20, 2), type_and_code);
	ck_assert_uint_eq(get(answer + 24, 4), mtu);
	ck_assert_mem_eq(answer + 28, head.data, quoted);
	ck_assert(sum_is_right(answer + 20, length - 20));
}

START_TEST(what_does_not_fit_is_answered_with_the_mtu)
{
	make(packets[_i].protocol, packets[_i].options, packets[_i].length);
	judge_error(answer_too_big(&head, 1492, answer), 0x0304, 1492,
		    packets[_i].quoted);
}
END_TEST

START_TEST(what_was_under_way_for_too_long_is_answered)
{
	make(packets[_i].protocol, packets[_i].options, packets[_i].length);
	judge_error(answer_expired(&head, answer), 0x0b00, 0,
		    packets[_i].quoted);
}
END_TEST

/* RFC 1122 3.2.2: errors of ICMP are answered with none, queries are. */
static const struct {
	uint8_t type;
	bool error;
} types[] = {
	{ 0, false }, { 3, true },   { 4, true },   { 5, true },
	{ 8, false }, { 11, true },  { 12, true },  { 13, false },
	{ 14, false }, { 17, false },
};

START_TEST(no_error_is_answered_with_an_error)
{
	make(ICMP, (uint32_t)_i % 2 * 8, 1500);
	head.data[20 + _i % 2 * 8] = types[_i / 2].type;
	ck_assert_int_eq(answer_too_big(&head, 1492, answer) == 0,
			 types[_i / 2].error);
	ck_assert_int_eq(answer_expired(&head, answer) == 0,
			 types[_i / 2].error);
}
END_TEST

START_TEST(an_icmp_packet_without_a_type_is_not_answered)
{
	make(ICMP, 0, 20);
	ck_assert_uint_eq(answer_expired(&head, answer), 0);
}
END_TEST

START_TEST(a_later_fragment_is_not_answered)
{
	make(UDP, 0, 1500);
	put(head.data + 6, 2, 0x00b9);
	ck_assert_uint_eq(answer_too_big(&head, 1492, answer), 0);
	ck_assert_uint_eq(answer_expired(&head, answer), 0);
	put(head.data + 6, 2, 0x2000);
	ck_assert_uint_ne(answer_too_big(&head, 1492, answer), 0);
}
END_TEST

static void make_segment(uint32_t options, uint8_t flags, uint32_t payload)
{
	uint8_t *tcp = head.data + 20 + options;

	make(TCP, options, 20 + options + 32 + payload);
	put(tcp, 2, 40000);
	put(tcp + 2, 2, 1723);
	put(tcp + 4, 4, 0xfffffff0);
	put(tcp + 8, 4, 0x12345678);
	tcp[12] = 0x80;
	tcp[13] = flags;
}

/* RFC 9293 3.10.7.1. */
static const struct {
	uint32_t options;
	uint8_t flags;
	uint32_t payload;
	uint8_t answer_flags;
	uint32_t sequence, acknowledged;
} segments[] = {
	{ 0, ACK, 0, RST, 0x12345678, 0 },
	{ 0, PSH | ACK, 1000, RST, 0x12345678, 0 },
	{ 40, FIN | ACK, 0, RST, 0x12345678, 0 },
	{ 0, SYN | ACK, 0, RST, 0x12345678, 0 },
	{ 0, 0, 0, RST | ACK, 0, 0xfffffff0 },
	{ 0, PSH, 100, RST | ACK, 0, 0x54 },
	{ 8, FIN | PSH, 100, RST | ACK, 0, 0x55 },
	{ 0, SYN, 0, RST | ACK, 0, 0xfffffff1 },
	{ 0, SYN | FIN, 14, RST | ACK, 0, 0 },
};

START_TEST(a_segment_of_no_connection_is_answered_with_a_reset)
{
	const uint8_t *tcp = answer + 20;

	make_segment(segments[_i].options, segments[_i].flags,
		     segments[_i].payload);
	ck_assert_uint_eq(answer_reset(&head, answer), 40);
	judge_ip(40, TCP);
	ck_assert_mem_eq(answer + 12, head.data + 16, 4);
	ck_assert_uint_eq(get(tcp, 2), 1723);
	ck_assert_uint_eq(get(tcp + 2, 2), 40000);
	ck_assert_uint_eq(get(tcp + 4, 4), segments[_i].sequence);
	ck_assert_uint_eq(get(tcp + 8, 4), segments[_i].acknowledged);
	ck_assert_uint_eq(tcp[12], 0x50);
	ck_assert_uint_eq(tcp[13], segments[_i].answer_flags);
	ck_assert(l4_sum_is_right(answer));
}
END_TEST

START_TEST(a_reset_is_not_answered)
{
	make_segment(0, RST, 0);
	ck_assert_uint_eq(answer_reset(&head, answer), 0);
	make_segment(0, RST | ACK, 0);
	ck_assert_uint_eq(answer_reset(&head, answer), 0);
}
END_TEST

START_TEST(only_a_whole_tcp_header_is_answered_with_a_reset)
{
	make_segment(8, ACK, 0);
	for (head.len = 0; head.len < 48; head.len++)
		ck_assert_uint_eq(answer_reset(&head, answer), 0);
	ck_assert_uint_eq(answer_reset(&head, answer), 40);
	head.data[9] = UDP;
	ck_assert_uint_eq(answer_reset(&head, answer), 0);
}
END_TEST

Suite *gw_answer_suite(void)
{
	Suite *suite = suite_create("gw_answer");
	TCase *tcase = tcase_create("answers");

	tcase_add_loop_test(tcase, what_does_not_fit_is_answered_with_the_mtu,
			    0, ROWS(packets));
	tcase_add_loop_test(tcase, what_was_under_way_for_too_long_is_answered,
			    0, ROWS(packets));
	tcase_add_loop_test(tcase, no_error_is_answered_with_an_error, 0,
			    2 * ROWS(types));
	tcase_add_test(tcase, an_icmp_packet_without_a_type_is_not_answered);
	tcase_add_test(tcase, a_later_fragment_is_not_answered);
	tcase_add_loop_test(tcase,
			    a_segment_of_no_connection_is_answered_with_a_reset,
			    0, ROWS(segments));
	tcase_add_test(tcase, a_reset_is_not_answered);
	tcase_add_test(tcase,
		       only_a_whole_tcp_header_is_answered_with_a_reset);
	suite_add_tcase(suite, tcase);
	return suite;
}
