/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/gw/impair.c: what is lost, late and out of order, on purpose. */
#include "gateway.h"

#include <string.h>

#include "../examples/gw/impair.h"

#define PACKETS 100000u

static struct impair impair;

static void open_as(const char *text)
{
	struct impair_spec spec = { .seed = 1 };

	ck_assert(impair_read(&spec, text));
	impair_open(&impair, &spec);
}

static void begin(void)
{
	impair_open(&impair, &(struct impair_spec){ 0 });
}

static void end(void)
{
	impair_close(&impair);
}

static void hand_over(uint32_t number, uint8_t direction, vpnalg_time now)
{
	uint8_t data[6] = { 0 };
	struct vpnalg_packet packet = { .data = data,
					.len = sizeof(data),
					.caplen = sizeof(data),
					.direction = direction };

	memcpy(data, &number, sizeof(number));
	impair_put(&impair, &packet, now);
	/* It has a copy. */
	memset(data, 0xff, sizeof(data));
}

/* The number of the next packet that is due, or UINT32_MAX. */
static uint32_t take(vpnalg_time now)
{
	struct vpnalg_packet packet;
	uint32_t number;

	if (!impair_take(&impair, &packet, now))
		return UINT32_MAX;
	ck_assert_uint_eq(packet.len, 6);
	ck_assert_uint_eq(packet.caplen, 6);
	memcpy(&number, packet.data, sizeof(number));
	return number;
}

static const struct {
	const char *text;
	struct impair_spec spec;
} good[] = {
	{ "loss=2", { true, 2000, 0, 0, 7 } },
	{ "loss=0", { true, 0, 0, 0, 7 } },
	{ "loss=100", { true, 100000, 0, 0, 7 } },
	{ "loss=0.001", { true, 1, 0, 0, 7 } },
	{ "loss=12.3456", { true, 12346, 0, 0, 7 } },
	{ "reorder=12.5", { true, 0, 12500, 0, 7 } },
	{ "delay=60000", { true, 0, 0, 60000, 7 } },
	{ "seed=4294967295", { true, 0, 0, 0, 4294967295 } },
	{ "seed=9,delay=10,reorder=5,loss=2", { true, 2000, 5000, 10, 9 } },
	{ "loss=2,loss=3", { true, 3000, 0, 0, 7 } },
};

START_TEST(a_list_of_words_is_read)
{
	const struct impair_spec *want = &good[_i].spec;
	struct impair_spec spec = { .seed = 7 };

	ck_assert(impair_read(&spec, good[_i].text));
	ck_assert(spec.on);
	ck_assert_uint_eq(spec.loss, want->loss);
	ck_assert_uint_eq(spec.reorder, want->reorder);
	ck_assert_uint_eq(spec.delay, want->delay);
	ck_assert_uint_eq(spec.seed, want->seed);
}
END_TEST

static const char *const bad[] = {
	"",		"loss",		 "loss=",	 "loss=x",
	"loss=2x",	"loss=-1",	 "loss=101",	 "loss=nan",
	"reorder=100.1", "delay=60001",	 "delay=-1",	 "delay=1.5",
	"delay= 1",	"seed=4294967296", "seed=+1",	 "seed=",
	"loss=1,",	",loss=1",	 "loss=1,,delay=1", "Loss=1",
	"loss=1 ",	"lose=1",
	"seed=99999999999999999999999",
};

START_TEST(what_is_no_such_list_is_refused)
{
	struct impair_spec spec = { 0 };

	ck_assert_msg(!impair_read(&spec, bad[_i]), "%s", bad[_i]);
}
END_TEST

START_TEST(without_a_wish_all_goes_on_at_once_and_in_order)
{
	ck_assert(impair_due(&impair) == VPNALG_NEVER);
	for (uint32_t i = 0; i < 100; i++) {
		ck_assert(!impair_loses(&impair));
		hand_over(i, VPNALG_OUT, 5);
	}
	ck_assert(impair_due(&impair) == 5);
	for (uint32_t i = 0; i < 100; i++)
		ck_assert_uint_eq(take(5), i);
	ck_assert_uint_eq(take(5), UINT32_MAX);
	ck_assert_uint_eq(impair.count, 0);
	ck_assert_uint_eq(impair.lost, 0);
	ck_assert_uint_eq(impair.reordered, 0);
}
END_TEST

START_TEST(the_direction_is_kept)
{
	struct vpnalg_packet packet;

	hand_over(1, VPNALG_IN, 0);
	hand_over(2, VPNALG_OUT, 0);
	ck_assert(impair_take(&impair, &packet, 0));
	ck_assert_uint_eq(packet.direction, VPNALG_IN);
	ck_assert(impair_take(&impair, &packet, 0));
	ck_assert_uint_eq(packet.direction, VPNALG_OUT);
}
END_TEST

START_TEST(a_delayed_packet_is_due_then_and_no_earlier)
{
	open_as("delay=10");
	hand_over(1, VPNALG_OUT, 100);
	hand_over(2, VPNALG_OUT, 104);
	ck_assert(impair_due(&impair) == 110);
	ck_assert_uint_eq(take(109), UINT32_MAX);
	ck_assert_uint_eq(take(110), 1);
	ck_assert(impair_due(&impair) == 114);
	ck_assert_uint_eq(take(113), UINT32_MAX);
	ck_assert_uint_eq(take(1000), 2);
	ck_assert(impair_due(&impair) == VPNALG_NEVER);
}
END_TEST

/* 8 ms later than it would be. */
START_TEST(a_reordered_packet_is_overtaken)
{
	open_as("reorder=100");
	hand_over(1, VPNALG_OUT, 0);
	impair.spec.reorder = 0;
	hand_over(2, VPNALG_OUT, 0);
	hand_over(3, VPNALG_OUT, 7);
	hand_over(4, VPNALG_OUT, 8);
	ck_assert_uint_eq(take(8), 2);
	ck_assert_uint_eq(take(8), 3);
	ck_assert_uint_eq(take(8), 1);
	ck_assert_uint_eq(take(8), 4);
	ck_assert_uint_eq(impair.reordered, 1);
}
END_TEST

/* Each way half of what was asked for: 5 % are 5000 of 100000, and 345 are five
 * standard deviations. */
START_TEST(half_of_the_loss_is_before_translation)
{
	uint32_t before = 0, after = 0;

	open_as("loss=10");
	for (uint32_t i = 0; i < PACKETS; i++) {
		hand_over(i, VPNALG_OUT, i);
		before += take(i) == UINT32_MAX;
		after += impair_loses(&impair);
	}
	ck_assert_uint_ge(before, 5000 - 345);
	ck_assert_uint_le(before, 5000 + 345);
	ck_assert_uint_ge(after, 5000 - 345);
	ck_assert_uint_le(after, 5000 + 345);
	ck_assert_uint_eq(impair.lost, before + after);
}
END_TEST

/* 3000 of 100000; 270 are five standard deviations. */
START_TEST(so_many_are_reordered)
{
	open_as("reorder=3");
	for (uint32_t i = 0; i < PACKETS; i++) {
		hand_over(i, VPNALG_OUT, i);
		while (take(i) != UINT32_MAX)
			;
	}
	ck_assert_uint_ge(impair.reordered, 3000 - 270);
	ck_assert_uint_le(impair.reordered, 3000 + 270);
	ck_assert_uint_eq(impair.lost, 0);
}
END_TEST

START_TEST(all_can_be_lost_on_one_side)
{
	open_as("loss=100");
	impair.spec.loss = 200000;
	hand_over(1, VPNALG_OUT, 0);
	ck_assert(impair_due(&impair) == VPNALG_NEVER);
	ck_assert(impair_loses(&impair));
	ck_assert_uint_eq(impair.lost, 2);
}
END_TEST

/* Which of the first 64 packets are lost, as bits. */
static uint64_t fate(const char *text)
{
	uint64_t lost = 0;

	open_as(text);
	for (uint32_t i = 0; i < 64; i++) {
		hand_over(i, VPNALG_OUT, i);
		lost = lost << 1 | (take(i) == UINT32_MAX);
	}
	impair_close(&impair);
	return lost;
}

START_TEST(the_same_seed_is_the_same_fate)
{
	ck_assert_uint_eq(fate("loss=50,seed=3"), fate("loss=50,seed=3"));
	ck_assert_uint_ne(fate("loss=50,seed=3"), fate("loss=50,seed=4"));
}
END_TEST

START_TEST(no_more_wait_than_there_is_room_for)
{
	open_as("delay=1000");
	for (uint32_t i = 0; i < 5000; i++)
		hand_over(i, VPNALG_OUT, 0);
	ck_assert_uint_eq(impair.count, 4096);
	ck_assert_uint_eq(impair.lost, 5000 - 4096);
	ck_assert_uint_eq(take(1000), 0);
	ck_assert_uint_eq(take(1000), 1);
	hand_over(5000, VPNALG_OUT, 1);
	ck_assert_uint_eq(impair.lost, 5000 - 4096);
}
END_TEST

Suite *gw_impair_suite(void)
{
	Suite *suite = suite_create("gw_impair");
	TCase *tcase = tcase_create("impair");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_loop_test(tcase, a_list_of_words_is_read, 0, ROWS(good));
	tcase_add_loop_test(tcase, what_is_no_such_list_is_refused, 0,
			    ROWS(bad));
	tcase_add_test(tcase,
		       without_a_wish_all_goes_on_at_once_and_in_order);
	tcase_add_test(tcase, the_direction_is_kept);
	tcase_add_test(tcase, a_delayed_packet_is_due_then_and_no_earlier);
	tcase_add_test(tcase, a_reordered_packet_is_overtaken);
	tcase_add_test(tcase,
		       half_of_the_loss_is_before_translation);
	tcase_add_test(tcase, so_many_are_reordered);
	tcase_add_test(tcase, all_can_be_lost_on_one_side);
	tcase_add_test(tcase, the_same_seed_is_the_same_fate);
	tcase_add_test(tcase, no_more_wait_than_there_is_room_for);
	suite_add_tcase(suite, tcase);
	return suite;
}
