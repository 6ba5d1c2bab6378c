/* SPDX-License-Identifier: BSD-2-Clause */
/* The packets that the general handler takes, and how long UDP and ICMP queries
 * live. */
#include "cases.h"
#include "general.h"

#include <string.h>

static struct world w;

static void begin(void)
{
	general_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

static void end(void)
{
	world_end(&w);
}

START_TEST(udp_goes_out_and_its_answer_comes_in)
{
	uint16_t port = udp_open(&w, CLIENT_A, 40000, SERVER, 1194);

	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(port, 40000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 1194, port), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(port_to(&w), 40000);
	ck_assert_uint_eq(source(&w), SERVER);
	ck_assert_uint_eq(port_from(&w), 1194);
	ck_assert_uint_eq(opened(&w, G_UDP), 1);
	ck_assert_uint_eq(opened(&w, G_MAPPING), 1);
}
END_TEST

START_TEST(two_hosts_with_the_same_port_have_two_outside)
{
	uint16_t a = udp_open(&w, CLIENT_A, 40000, SERVER, 51820);
	uint16_t b = udp_open(&w, CLIENT_B, 40000, SERVER, 51820);

	ck_assert_uint_eq(a, 40000);
	ck_assert_uint_ne(b, 40000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 51820, b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(port_to(&w), 40000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 51820, a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

START_TEST(equal_hosts_in_two_zones_do_not_meet)
{
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 53, "?", 1);
	uint16_t a, b;

	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 1),
			  VPNALG_TRANSLATED);
	a = port_from(&w);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 2),
			  VPNALG_TRANSLATED);
	b = port_from(&w);
	ck_assert_uint_ne(a, b);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 1);
	/* The mapping alone is enough, too. */
	ck_assert_uint_eq(udp_in(&w, SERVER_2, 53, b), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 2);
}
END_TEST

/* RFC 768: no checksum stays none; and one that would be 0 is sent as
 * 0xffff. */
START_TEST(udp_without_a_checksum_gets_none)
{
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 4500, "abc", 3);

	put16(p.data + 26, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 6), 0);
}
END_TEST

/* Partial: the folded sum of the pseudo header, in which ports are not. */
START_TEST(a_partial_checksum_stays_that_of_the_pseudo_header)
{
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, 53, "abc", 3);

	/* 192.168.77.11, 198.51.100.1, 17, 11 bytes; then 203.0.113.1. */
	put16(p.data + 26, 0x3805);
	udp_open(&w, CLIENT_B, 40000, SERVER, 53); /* another port, then */
	ck_assert_uint_eq(send_summed(&w, VPNALG_OUT, &p,
				      VPNALG_CHECKSUM_PARTIAL),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(port_from(&w), 40000);
	ck_assert_uint_eq(get16(l4(&w) + 6), 0x6653);
}
END_TEST

/* ICMP's checksum covers no pseudo header, whatever the caller says of it. */
START_TEST(a_ping_is_summed_whole_even_if_marked_partial)
{
	struct bytes p = icmp_query(CLIENT_A, SERVER, ECHO, 9, 1);

	ck_assert_uint_eq(icmp_out(&w, CLIENT_B, SERVER, ECHO, 5000),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_summed(&w, VPNALG_OUT, &p,
				      VPNALG_CHECKSUM_PARTIAL),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(icmp_id(&w), 9);
	ck_assert(checksums_right(w.bytes, w.length));
}
END_TEST

/* RFC 4787 REQ-5: 5 minutes by default, none less than 2. */
START_TEST(rfc4787_req5_a_udp_session_lives_five_minutes)
{
	uint16_t port = udp_open(&w, CLIENT_A, 40000, SERVER, 53);

	world_wait(&w, 299999);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_TRANSLATED);
	world_wait(&w, 1);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* RFC 4787 REQ-6: refreshed by what goes out, not by what comes in. */
START_TEST(rfc4787_req6_only_what_goes_out_keeps_it)
{
	uint16_t port = udp_open(&w, CLIENT_A, 40000, SERVER, 53);

	world_wait(&w, 200000);
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	world_wait(&w, 200000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_in(&w, STRANGER, 53, port), VPNALG_TRANSLATED);
	world_wait(&w, 100000);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_UNTOUCHED);
}
END_TEST

/* A session past its deadline is dead to every packet, swept or not. */
START_TEST(a_session_that_nothing_has_swept_is_dead_too)
{
	uint16_t port = udp_open(&w, CLIENT_A, 40000, SERVER, 53);

	w.now += 300000;
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(closed(&w, G_UDP), 1);
	ck_assert_uint_eq(closed(&w, G_MAPPING), 1);
	ck_assert_uint_eq(udp_open(&w, CLIENT_B, 40000, SERVER, 53), 40000);
}
END_TEST

/* RFC 5508 REQ-2: 60 seconds. The identifier is the ID. */
START_TEST(rfc5508_req2_a_ping_lives_sixty_seconds)
{
	uint16_t id;

	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(icmp_id(&w), 7777);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_B, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	id = icmp_id(&w);
	ck_assert_uint_ne(id, 7777);
	world_wait(&w, 59999);
	ck_assert_uint_eq(icmp_in(&w, SERVER, ECHO_REPLY, id),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(icmp_id(&w), 7777);
	world_wait(&w, 1);
	ck_assert_uint_eq(icmp_in(&w, SERVER, ECHO_REPLY, id),
			  VPNALG_UNTOUCHED);
}
END_TEST

/* RFC 5508 3.1: the identifier of an inside host is the same towards all. */
START_TEST(rfc5508_pings_of_one_identifier_share_one_outside)
{
	ck_assert_uint_eq(icmp_out(&w, CLIENT_B, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, G_MAPPING), 2);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER_2, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, G_MAPPING), 2);
	ck_assert_uint_eq(opened(&w, G_ICMP), 3);
}
END_TEST

/* Whatever comes in and has no mapping is for the router itself, or for nobody:
 * nothing outside opens anything. */
START_TEST(a_packet_without_a_mapping_is_left_alone)
{
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 40000), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 40000, SYN, 0),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 40000, ACK, 0),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(icmp_in(&w, SERVER, ECHO, 7), VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.operations, 0);
}
END_TEST

/* Undo of what has no session, and has none opened. */
START_TEST(undo_opens_nothing)
{
	struct bytes p = udp_packet(OUTSIDE, 40000, SERVER, 53, "abc", 3);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = udp_packet(SERVER, 53, CLIENT_A, 40000, "abc", 3);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_int_eq(w.operations, 0);
}
END_TEST

/* The clock at its edges. */
START_TEST(the_clock_may_be_anywhere)
{
	static const vpnalg_time times[] = { 0, 1, UINT32_MAX,
					     (vpnalg_time)UINT32_MAX + 1,
					     VPNALG_NEVER - 300001,
					     VPNALG_NEVER - 1, VPNALG_NEVER };
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		world_forget(&w);
		general_world(&w, (struct world_options){ .now = times[i],
							.from_zero = true });
		udp_open(&w, CLIENT_A, 40000, SERVER, 53);
		ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 80, SYN,
					  0), VPNALG_TRANSLATED);
		ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 40000, RST | ACK, 0),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 9),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(udp_in(&w, SERVER, 53, 40000),
				  VPNALG_TRANSLATED);
	}
	world_forget(&w);
	begin();
}
END_TEST

Suite *general_suite(void)
{
	Suite *suite = suite_create("general");
	TCase *packets = tcase_create("packets");

	tcase_add_checked_fixture(packets, begin, end);
	tcase_add_test(packets, udp_goes_out_and_its_answer_comes_in);
	tcase_add_test(packets, two_hosts_with_the_same_port_have_two_outside);
	tcase_add_test(packets, equal_hosts_in_two_zones_do_not_meet);
	tcase_add_test(packets, udp_without_a_checksum_gets_none);
	tcase_add_test(packets,
		       a_partial_checksum_stays_that_of_the_pseudo_header);
	tcase_add_test(packets, a_ping_is_summed_whole_even_if_marked_partial);
	tcase_add_test(packets, rfc4787_req5_a_udp_session_lives_five_minutes);
	tcase_add_test(packets, rfc4787_req6_only_what_goes_out_keeps_it);
	tcase_add_test(packets, a_session_that_nothing_has_swept_is_dead_too);
	tcase_add_test(packets, rfc5508_req2_a_ping_lives_sixty_seconds);
	tcase_add_test(packets,
		       rfc5508_pings_of_one_identifier_share_one_outside);
	tcase_add_test(packets, a_packet_without_a_mapping_is_left_alone);
	tcase_add_test(packets, undo_opens_nothing);
	tcase_add_test(packets, the_clock_may_be_anywhere);
	suite_add_tcase(suite, packets);
	suite_add_tcase(suite, general_mapping_case());
	suite_add_tcase(suite, general_beside_vpn_case());
	suite_add_tcase(suite, general_binding_case());
	suite_add_tcase(suite, general_ports_case());
	suite_add_tcase(suite, general_reuse_case());
	suite_add_tcase(suite, port_blocks_case());
	suite_add_tcase(suite, port_blocks_life_case());
	suite_add_tcase(suite, port_set_case());
	suite_add_tcase(suite, general_tcp_case());
	suite_add_tcase(suite, general_tcp_begin_case());
	suite_add_tcase(suite, tcp_book_case());
	suite_add_tcase(suite, general_model_case());
	suite_add_tcase(suite, general_mss_case());
	suite_add_tcase(suite, general_other_case());
	suite_add_tcase(suite, general_connection_case());
	suite_add_tcase(suite, general_other_cut_case());
	suite_add_tcase(suite, general_beside_case());
	suite_add_tcase(suite, general_packet_case());
	suite_add_tcase(suite, general_cut_case());
	return suite;
}
