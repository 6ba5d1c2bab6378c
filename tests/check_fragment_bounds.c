/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments that lie, that are too many, or that nobody waits for. */
#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_l2tp.h"

#include <vpnalg/general.h>
#include <vpnalg/pptp.h>

#include <string.h>

static struct world w;
static struct collected out;

static void begin(void)
{
	memset(&out, 0, sizeof(out));
	fragment_world(&w, (struct world_options){ 0 });
}

static void end(void)
{
	world_end(&w);
}

static struct bytes datagram(uint32_t host, uint16_t id, uint32_t length)
{
	struct bytes p = udp_packet(host, 5000, SERVER, 53, "ping", 4);

	grow(&p, length);
	set_ip_id(&p, id);
	return p;
}

static unsigned send_part(const struct bytes *whole, uint32_t from, uint32_t to)
{
	struct bytes p = fragment_of(whole, from, to);

	return send_fragment(&w, VPNALG_OUT, &p, &out);
}

static uint16_t last_id(void)
{
	return get16(out.packets[out.count - 1].data + 4);
}

/* Two hosts, one Identification. */

START_TEST(equal_identifications_of_two_hosts_differ_outside)
{
	struct bytes a = datagram(CLIENT_A, 7, 2000),
		     b = datagram(CLIENT_B, 7, 2000);
	uint16_t id[2];
	unsigned i;

	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(send_part(&a, 0, 1480), VPNALG_TRANSLATED);
		id[0] = last_id();
		ck_assert_uint_eq(send_part(&b, 0, 1480), VPNALG_TRANSLATED);
		id[1] = last_id();
		ck_assert_uint_eq(id[0], 7);
		ck_assert_uint_ne(id[1], 7);
	}
	ck_assert_uint_eq(send_part(&b, 1480, 1980), VPNALG_TRANSLATED);
	ck_assert_uint_eq(last_id(), id[1]);
	ck_assert_uint_eq(send_part(&a, 1480, 1980), VPNALG_TRANSLATED);
	ck_assert_uint_eq(last_id(), id[0]);
}
END_TEST

/* Lies */

START_TEST(no_fragment_reaches_into_the_first)
{
	struct bytes a = datagram(CLIENT_A, 7, 2000);

	if (_i == 0) /* it comes behind, */
		send_part(&a, 0, 1480);
	send_part(&a, 8, 1488);
	if (_i == 1) /* or before */
		send_part(&a, 0, 1480);
	ck_assert_uint_eq(out.count, 1);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_FRAGMENT), 1);
}
END_TEST

static const struct {
	const char *what;
	uint32_t parts[3][2];
	unsigned results[3];
} lies[] = {
	{ "two overlap",
	  { { 16, 24 }, { 8, 32 }, { 0, 8 } },
	  { VPNALG_HELD, VPNALG_DROP_FRAGMENT, VPNALG_TRANSLATED } },
	{ "the same twice",
	  { { 16, 24 }, { 16, 24 }, { 0, 16 } },
	  { VPNALG_HELD, VPNALG_DROP_FRAGMENT, VPNALG_TRANSLATED } },
	{ "one goes on behind the last",
	  { { 1480, 1980 }, { 1984, 1992 }, { 0, 16 } },
	  { VPNALG_HELD, VPNALG_DROP_FRAGMENT, VPNALG_TRANSLATED } },
};

START_TEST(fragments_that_contradict_each_other_are_dropped)
{
	struct bytes a = datagram(CLIENT_A, 7, 2000), longer = a, part;
	unsigned i;

	grow(&longer, 2100);
	set_ip_id(&longer, 7);
	for (i = 0; i < 3; i++) {
		bool behind = lies[_i].parts[i][0] > 1980;

		part = fragment_of(behind ? &longer : &a, lies[_i].parts[i][0],
				   lies[_i].parts[i][1]);
		ck_assert_msg(send_fragment(&w, VPNALG_OUT, &part, &out) ==
				      lies[_i].results[i],
			      "%s, %u: %s", lies[_i].what, i,
			      vpnalg_result_text(w.last.result));
	}
	/* What was held is given back or dropped, and counted once. */
	world_wait(&w, 15000);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_FRAGMENT) - out.dropped,
			  dropped(&w, VPNALG_HELD) - out.given);
}
END_TEST

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

START_TEST(addresses_in_options_do_not_leave_in_fragments)
{
	struct bytes a = datagram(CLIENT_A, 7, 2000), later;

	later = fragment_of(&a, 1480, 1980);
	add_ip_options(&later, 4);
	later.data[20] = 131; /* loose source route, which fragments copy */
	later.data[21] = 4;
	set_fragment(&later, get16(later.data + 6));
	if (_i == 0)
		send_part(&a, 0, 1480);
	send_fragment(&w, VPNALG_OUT, &later, &out);
	if (_i == 1)
		send_part(&a, 0, 1480);
	ck_assert_uint_eq(out.count, 1);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_OPTIONS), 1);
}
END_TEST

/* Nobody's */

START_TEST(what_is_for_the_router_is_given_back_as_it_came)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_general, NULL },
	};
	struct bytes whole = udp_packet(SERVER, 53, OUTSIDE, 99, "pong", 4);
	struct bytes first, later;
	struct vpnalg_packet p;

	world_end(&w);
	fragment_world(&w, (struct world_options){ .protocols = protocols,
						   .protocol_count = 1 });
	grow(&whole, 2000);
	first = fragment_of(&whole, 0, 1480);
	later = fragment_of(&whole, 1480, 1980);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &later), VPNALG_HELD);
	ck_assert(!vpnalg_next_held(w.alg, &p));
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &first),
			  VPNALG_UNTOUCHED);
	ck_assert(vpnalg_next_held(w.alg, &p));
	ck_assert_uint_eq(p.result, VPNALG_UNTOUCHED);
	ck_assert_uint_eq(p.direction, VPNALG_IN);
	ck_assert_uint_eq(p.len, later.length);
	ck_assert_mem_eq(p.data, later.data, later.length);
	ck_assert(!vpnalg_next_held(w.alg, &p));
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &later),
			  VPNALG_UNTOUCHED);
}
END_TEST

/* Without general traffic a stranger's fragments are not even held. */
START_TEST(a_strangers_fragments_pass)
{
	struct bytes whole = udp_packet(STRANGER, 500, OUTSIDE, 500, "pong", 4);
	struct bytes later;
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },
	};

	world_end(&w);
	fragment_world(&w, (struct world_options){ .protocols = protocols,
						   .protocol_count = 1 });
	grow(&whole, 2000);
	later = fragment_of(&whole, 1480, 1980);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &later),
			  VPNALG_UNTOUCHED);
}
END_TEST

/* Who is dropped is dropped whole, at once. */
START_TEST(fragments_behind_a_dropped_one_are_dropped)
{
	struct bytes whole = udp_packet(STRANGER, 53, OUTSIDE, 5000, "pong", 4);
	struct bytes first, later;

	world_end(&w);
	fragment_world(&w, (struct world_options){
				   .general = { .filtering =
				      VPNALG_FILTERING_ADDRESS_DEPENDENT } });
	udp_open(&w, CLIENT_A, 5000, SERVER, 53);
	grow(&whole, 2000);
	first = fragment_of(&whole, 0, 1480);
	later = fragment_of(&whole, 1480, 1980);
	if (_i == 1)
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &later),
				  VPNALG_HELD);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &first),
			  VPNALG_DROP_FILTERED);
	if (_i == 0)
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &later),
				  VPNALG_DROP_FRAGMENT);
	ck_assert_uint_eq(dropped(&w, VPNALG_DROP_FRAGMENT), 1);
}
END_TEST

/* L2TP would have it whole, but does not know it: the mapping's handler does
 * not need more (send_packet() undoes what it has translated). */
START_TEST(a_first_fragment_from_a_vpns_port_is_undone_by_its_mapping)
{
	struct bytes whole = udp_packet(STRANGER, 1701, OUTSIDE, 5000, "pong",
					4);
	struct bytes first;

	udp_open(&w, CLIENT_A, 5000, SERVER, 53);
	grow(&whole, 2000);
	first = fragment_of(&whole, 0, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &first),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

/* The host has an L2TP flow from that port, which has another one outside. */
START_TEST(a_first_fragment_like_a_flows_is_undone_by_its_mapping)
{
	struct bytes m = l2tp_control(2, 0, 0, SCCRQ), whole, first;

	udp_open(&w, CLIENT_A, 5000, SERVER, 53);
	l2tp_avp(&m, 2, 2, 0x0100);
	l2tp_avp(&m, 9, 2, 7);
	whole = l2tp_packet(CLIENT_A, 5000, STRANGER, L2TP, &m);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &whole),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(l4(&w)), 5000);
	whole = l2tp_packet(STRANGER, 40000, OUTSIDE, 5000, &m);
	grow(&whole, 2000);
	first = fragment_of(&whole, 0, 48);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &first),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

/* To another inside host by its outside address; send_packet() looks at the
 * marks. */
START_TEST(a_fragment_that_does_not_turn_round_is_not_marked_so)
{
	static const struct {
		uint32_t from, to;
		unsigned result;
	} parts[] = {
		{ 8, 20, VPNALG_DROP_MALFORMED },  /* more follow 12 bytes */
		{ 16, 32, VPNALG_HELD },	   /* the first has not come */
		{ 24, 40, VPNALG_DROP_FRAGMENT },  /* an overlap */
		{ 40, 48, VPNALG_DROP_FRAGMENT },
	};
	struct bytes whole = udp_packet(CLIENT_B, 6000, OUTSIDE, 5000, "", 0);
	struct bytes part;
	unsigned i;

	udp_open(&w, CLIENT_A, 5000, SERVER, 53);
	udp_open(&w, CLIENT_B, 6000, SERVER, 53);
	grow(&whole, 200);
	for (i = 0; i < ROWS(parts); i++) {
		part = fragment_of(&whole, parts[i].from, parts[i].to);
		ck_assert_msg(send_packet(&w, VPNALG_OUT, &part) ==
				      parts[i].result,
			      "%u: %s", i, vpnalg_result_text(w.last.result));
		ck_assert_uint_eq(w.last.flags, 0);
	}
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

TCase *fragment_bounds_case(void)
{
	TCase *t = tcase_create("bounds");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, equal_identifications_of_two_hosts_differ_outside);
	tcase_add_loop_test(t, no_fragment_reaches_into_the_first, 0, 2);
	tcase_add_loop_test(t, fragments_that_contradict_each_other_are_dropped,
			    0, ROWS(lies));
	tcase_add_loop_test(t, a_fragment_is_as_long_as_it_may_be, 0,
			    ROWS(odd));
	tcase_add_test(t, what_is_not_in_memory_cannot_be_held);
	tcase_add_loop_test(t, addresses_in_options_do_not_leave_in_fragments,
			    0, 2);
	tcase_add_test(t, what_is_for_the_router_is_given_back_as_it_came);
	tcase_add_test(t, a_strangers_fragments_pass);
	tcase_add_loop_test(t, fragments_behind_a_dropped_one_are_dropped, 0,
			    2);
	tcase_add_test(
		t, a_first_fragment_from_a_vpns_port_is_undone_by_its_mapping);
	tcase_add_test(t,
		       a_first_fragment_like_a_flows_is_undone_by_its_mapping);
	tcase_add_test(t, a_fragment_that_does_not_turn_round_is_not_marked_so);
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
