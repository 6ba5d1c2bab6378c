/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments that are odd, or like those of others. */
#include "fragment_bounds.h"

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

TCase *fragment_bounds_case(void)
{
	TCase *t = tcase_create("bounds");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, equal_identifications_of_two_hosts_differ_outside);
	tcase_add_loop_test(t, no_fragment_reaches_into_the_first, 0, 2);
	tcase_add_loop_test(t, fragments_that_contradict_each_other_are_dropped,
			    0, ROWS(lies));
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
	return t;
}
