/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/common/fragment.c: fragments that make the packet again. */
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "../examples/common/fragment.h"

#define MORE 0x2000

static const struct {
	uint32_t mtu, options, payload;
	uint32_t field; /* flags and offset of the packet itself */
	uint32_t count; /* of fragments */
} rows[] = {
	{ 1492, 0, 1480, 0, 2 },
	{ 1492, 0, 1473, 0, 2 },
	{ 1492, 0, 1472, 0, 1 },
	{ 1492, 0, 2944, 0, 2 },
	{ 1492, 0, 2945, 0, 3 },
	{ 1491, 0, 1472, 0, 2 },
	{ 1492, 40, 3000, 0, 3 },
	{ 1492, 40, 1440, 0, 2 },
	{ 576, 4, 65511, 0, 119 },
	{ 28, 0, 17, 0, 3 },
	{ 68, 40, 100, 0, 3 },
	/* A first, a middle and a last fragment. */
	{ 1492, 0, 1480, MORE, 2 },
	{ 1492, 0, 1480, MORE | 185, 2 },
	{ 1492, 0, 1477, 370, 2 },
};

static uint8_t *packet;
static uint32_t header, length;

static void make(int row)
{
	header = 20 + rows[row].options;
	length = header + rows[row].payload;
	packet = malloc(length);
	ck_assert(packet != NULL);
	for (uint32_t i = 0; i < length; i++)
		packet[i] = (uint8_t)(i * 5 + i / 251);
	packet[0] = (uint8_t)(0x40 | header / 4);
	put(packet + 2, 2, length);
	put(packet + 6, 2, rows[row].field);
}

/* One with so much of the payload before it; returns its own payload. */
static uint32_t judge(int row, const uint8_t *data, uint32_t size,
		      uint32_t before)
{
	uint32_t mine = before ? 20 : header, payload = size - mine;
	bool last = before + payload == rows[row].payload;
	uint32_t field = rows[row].field + before / 8;

	ck_assert_uint_le(size, rows[row].mtu);
	ck_assert_uint_eq(data[0], 0x40 | mine / 4);
	ck_assert_uint_eq(data[1], packet[1]);
	ck_assert_uint_eq(get(data + 2, 2), size);
	ck_assert_uint_eq(get(data + 4, 2), get(packet + 4, 2));
	ck_assert_uint_eq(get(data + 6, 2), last ? field : field | MORE);
	ck_assert_mem_eq(data + 8, packet + 8, 2);
	ck_assert_mem_eq(data + 12, packet + 12, mine - 12);
	ck_assert_mem_eq(data + mine, packet + header + before, payload);
	ck_assert(last || payload % 8 == 0);
	return payload;
}

START_TEST(fragments_make_the_packet_again)
{
	struct fragments rest;
	uint32_t before = 0, count = 0;
	uint8_t *data = malloc(rows[_i].mtu);
	size_t size;

	ck_assert(data != NULL);
	make(_i);
	rest = (struct fragments){ packet, length, rows[_i].mtu, 0 };
	while ((size = fragment_next(&rest, data)) > 0) {
		before += judge(_i, data, (uint32_t)size, before);
		count++;
	}
	ck_assert_uint_eq(before, rows[_i].payload);
	ck_assert_uint_eq(count, rows[_i].count);
	ck_assert_uint_eq(fragment_next(&rest, data), 0);
	free(packet);
	free(data);
}
END_TEST

Suite *gw_fragment_suite(void)
{
	Suite *suite = suite_create("gw_fragment");
	TCase *tcase = tcase_create("fragments");

	tcase_add_loop_test(tcase, fragments_make_the_packet_again, 0,
			    ROWS(rows));
	suite_add_tcase(suite, tcase);
	return suite;
}
