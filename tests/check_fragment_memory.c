/* SPDX-License-Identifier: BSD-2-Clause */
/* The bounds of fragments: their length, memory and time. */
#include "fragment_bounds.h"

static const struct {
	const char *what;
	uint16_t field;
	uint32_t length; /* behind the IP header */
	unsigned result;
} odd[] = {
	{ "12 bytes, and more to come", 0x2001, 12, VPNALG_DROP_MALFORMED },
	{ "nothing", 0x2001, 0, VPNALG_DROP_MALFORMED },
	{ "beyond 65,535", 0x1fff, 16, VPNALG_DROP_MALFORMED },
	{ "up to 65,535", 0x1fff, 7, VPNALG_HELD },
	{ "longer than what is held", 0x2001, 1488, VPNALG_DROP_FRAGMENT },
	{ "as long as what is held", 0x2001, 1480, VPNALG_HELD },
};

START_TEST(a_fragment_is_as_long_as_it_may_be)
{
	struct bytes a = datagram(CLIENT_A, 7, 2000);
	struct bytes p = ip_packet(CLIENT_A, SERVER, UDP, a.data,
				   odd[_i].length);

	set_fragment(&p, odd[_i].field);
	ck_assert_msg(send_fragment(&w, VPNALG_OUT, &p, &out) == odd[_i].result,
		      "%s: %s", odd[_i].what,
		      vpnalg_result_text(w.last.result));
	ck_assert_uint_eq(dropped(&w, odd[_i].result), 1);
}
END_TEST

START_TEST(what_is_not_in_memory_cannot_be_held)
{
	struct bytes a = datagram(CLIENT_A, 7, 2000);
	struct bytes later = fragment_of(&a, 1480, 1980);
	struct bytes first = fragment_of(&a, 0, 1480);

	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &later, 100),
			  VPNALG_DROP_FRAGMENT);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &first, 100),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &later, 100),
			  VPNALG_TRANSLATED);
}
END_TEST

/* Time and room */

START_TEST(time_ends_what_is_held_and_what_may_follow)
{
	struct bytes a = datagram(CLIENT_A, 7, 2000);

	send_part(&a, 1480, 1980);
	w.now += 14999;
	ck_assert_uint_eq(vpnalg_expire(w.alg, w.now, 100000), w.now + 1);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_FRAGMENT), 0);
	world_wait(&w, 1);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_FRAGMENT), 1);
	ck_assert_uint_eq(send_part(&a, 0, 1480), VPNALG_TRANSLATED);
	w.now += 29999;
	ck_assert_uint_eq(send_part(&a, 1480, 1980), VPNALG_TRANSLATED);
	w.now += 1;
	ck_assert_uint_eq(send_part(&a, 1480, 1980), VPNALG_HELD);
}
END_TEST

/* Sanitizers make each packet ten times as slow. */
#ifdef __SANITIZE_ADDRESS__
#define FLOOD 50000
#else
#define FLOOD 1000000
#endif

/* A flood of lone fragments, from inside or, forged, in the remote's name. The
 * datagrams of another host pass, those in fragments and those that are
 * whole. */
START_TEST(a_flood_holds_no_more_than_its_bound_and_delays_nobody)
{
	struct bytes a = datagram(CLIENT_A, 7, 2000), lone, got;
	struct bytes whole = udp_packet(CLIENT_A, 5000, SERVER, 53, "whole", 5);
	struct bytes flood = datagram(CLIENT_B, 0, 2000);
	unsigned i, gap = 400;
	uint64_t held;

	udp_open(&w, CLIENT_B, 5000, SERVER, 53);
	for (i = 0; i < FLOOD; i++) {
		set_ip_id(&flood, (uint16_t)i);
		lone = fragment_of(&flood, _i ? 1480 : 0, _i ? 1980 : 1480);
		send_packet(&w, VPNALG_OUT, &lone);
		if (i % 1000 == 500)
			ck_assert_uint_eq(send_part(&a, 1480, 1980),
					  VPNALG_HELD);
		if (i % 1000 != 500 + gap)
			continue;
		ck_assert_uint_eq(send_part(&a, 0, 1480), VPNALG_TRANSLATED);
		ck_assert_msg(put_together(&out, &got), "%u: %u", i, out.count);
		out.count = 0;
		got = whole;
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &got),
				  VPNALG_TRANSLATED);
		set_ip_id(&a, (uint16_t)(8 + i));
	}
	held = dropped(&w, VPNALG_HELD);
	world_wait(&w, 15000);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_FRAGMENT),
			  held - FLOOD / 1000);
}
END_TEST

/* The last byte of the memory that is asked for is needed, and no more. */
START_TEST(memory_is_as_large_as_the_settings_say)
{
	static const struct vpnalg_fragments rows[] = {
		{ .size = sizeof(rows[0]) },
		{ .size = sizeof(rows[0]), .datagrams = 1, .held = 1,
		  .length = 68, .whole = 68 },
		{ .size = sizeof(rows[0]), .datagrams = 512, .held = 512,
		  .length = 9001, .whole = 65535 },
		{ .size = sizeof(rows[0]), .datagrams = 3, .held = 5,
		  .length = 1499, .whole = 1501 },
	};
	const struct vpnalg_fragments *f = &rows[_i];
	size_t size = vpnalg_fragments_size(f);

	ck_assert_uint_gt(size, 0);
	ck_assert_uint_le(size, VPNALG_FRAGMENTS_BYTES(
					f->datagrams ? f->datagrams : 64,
					f->held ? f->held : 32,
					f->length ? f->length : 1500,
					f->whole ? f->whole : 8192));
	ck_assert_uint_ge(size + size / 4 + 256,
			  VPNALG_FRAGMENTS_BYTES(
				  f->datagrams ? f->datagrams : 64,
				  f->held ? f->held : 32,
				  f->length ? f->length : 1500,
				  f->whole ? f->whole : 8192));
}
END_TEST

static const struct vpnalg_fragments impossible[] = {
	{ .size = 4 },
	{ .size = sizeof(impossible[0]), .datagrams = 513 },
	{ .size = sizeof(impossible[0]), .held = 513 },
	{ .size = sizeof(impossible[0]), .length = 67 },
	{ .size = sizeof(impossible[0]), .whole = 67 },
};

START_TEST(impossible_settings_need_no_memory)
{
	ck_assert_uint_eq(vpnalg_fragments_size(&impossible[_i]), 0);
}
END_TEST

/* A datagram that is longer than what is put together is given up. */
START_TEST(a_datagram_may_be_too_long_to_be_put_together)
{
	struct bytes whole = tcp_packet(CLIENT_A, 5000, SERVER, 80, 7, 0, SYN,
					"", 0);
	unsigned i;

	world_end(&w);
	fragment_world(&w, (struct world_options){
				   .fragments = { .whole = 2000 } });
	for (i = 0; i < 2; i++) {
		out.count = 0;
		grow(&whole, 2000 + i);
		set_ip_id(&whole, (uint16_t)i);
		send_part(&whole, 0, 8);
		send_part(&whole, 8, 1480);
		send_part(&whole, 1480, 1980 + i);
		ck_assert_uint_eq(out.count, i == 0 ? 3 : 0);
	}
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_FRAGMENT), 3);
}
END_TEST

TCase *fragment_memory_case(void)
{
	TCase *t = tcase_create("memory and time");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_fragment_is_as_long_as_it_may_be, 0,
			    ROWS(odd));
	tcase_add_test(t, what_is_not_in_memory_cannot_be_held);
	tcase_add_test(t, time_ends_what_is_held_and_what_may_follow);
	tcase_add_loop_test(
		t, a_flood_holds_no_more_than_its_bound_and_delays_nobody, 0,
		2);
	tcase_add_loop_test(t, memory_is_as_large_as_the_settings_say, 0, 4);
	tcase_add_loop_test(t, impossible_settings_need_no_memory, 0,
			    ROWS(impossible));
	tcase_add_test(t, a_datagram_may_be_too_long_to_be_put_together);
	return t;
}
