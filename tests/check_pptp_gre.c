/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE that PPTP leaves alone, truncated GRE, and later fragments. */
#include "pptp.h"

START_TEST(malformed_gre_in_is_the_routers_unless_guarded)
{
	struct bytes p = gre_packet(SERVER, OUTSIDE, 9, 1);

	put16(p.data + 20, 0xb001);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_MALFORMED);
}
END_TEST

/* EoIP is for the router, unless an inside host has PPTP with that remote. */
START_TEST(version_1_of_another_protocol_is_no_handlers)
{
	struct bytes out = ip_packet(CLIENT_A, SERVER, GRE,
				     "\x20\x01\x64\0\0\4\0\7" "data", 12);
	struct bytes in = ip_packet(SERVER, OUTSIDE, GRE,
				    "\x20\x01\x64\0\0\4\0\7" "data", 12);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &out, 24),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &out, 23),
			  VPNALG_DROP_TRUNCATED);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in), VPNALG_DROP_GUARDED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out), VPNALG_UNTOUCHED);
}
END_TEST

START_TEST(gre_of_which_the_header_is_not_in_memory_does_not_go_out)
{
	struct bytes p = gre_packet(CLIENT_A, SERVER, 7, 1);
	struct bytes back = gre_packet(SERVER, OUTSIDE, 1, 1);
	uint32_t caplen = 20 + (uint32_t)_i;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	call_out(&w, &c, 1, 7);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, caplen),
			  VPNALG_DROP_TRUNCATED);
	ck_assert_uint_eq(send_captured(&w, VPNALG_IN, &back, caplen),
			  VPNALG_DROP_TRUNCATED);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, 28),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(another_gre_is_left_alone_as_soon_as_its_version_is_seen)
{
	uint8_t v0[8] = { 0x20, 0x00, 0x65, 0x58 };
	struct bytes p = ip_packet(CLIENT_A, SERVER, GRE, v0, 8);

	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, 21),
			  VPNALG_DROP_TRUNCATED);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, 22),
			  VPNALG_UNTOUCHED);
}
END_TEST

/* Others have made protocols of their own of version 1; the shortest of them is
 * a version and a type. */
START_TEST(another_gre_of_version_1_is_left_alone_as_soon_as_its_type_is_seen)
{
	uint8_t v1[4] = { 0x20, 0x01, 0x64, 0x00 };
	struct bytes p = ip_packet(CLIENT_A, SERVER, GRE, v1, 4);
	unsigned n;

	for (n = 20; n < 24; n++)
		ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, n),
				  VPNALG_DROP_TRUNCATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = ip_packet(CLIENT_A, SERVER, GRE, v1, 3);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_MALFORMED);
}
END_TEST

START_TEST(a_later_fragment_counts_as_what_it_is_of)
{
	struct bytes p = _i == CALL ? gre_packet(SERVER, OUTSIDE, 1, 1)
				    : tcp_packet(SERVER, PPTP, OUTSIDE, 4000,
						 1, 1, ACK, NULL, 0);
	struct vpnalg_kind_counters before, after;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	vpnalg_kind_counters(w.alg, (size_t)_i, &before, sizeof(before));
	set_fragment(&p, 0x0010);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_FRAGMENT);
	vpnalg_kind_counters(w.alg, (size_t)_i, &after, sizeof(after));
	ck_assert_uint_eq(after.dropped[1], before.dropped[1] + 1);
}
END_TEST

TCase *pptp_gre_case(void)
{
	TCase *t = tcase_create("other GRE");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, malformed_gre_in_is_the_routers_unless_guarded);
	tcase_add_test(t, version_1_of_another_protocol_is_no_handlers);
	tcase_add_loop_test(
		t, gre_of_which_the_header_is_not_in_memory_does_not_go_out, 0,
		8);
	tcase_add_test(
		t, another_gre_is_left_alone_as_soon_as_its_version_is_seen);
	tcase_add_test(
		t,
		another_gre_of_version_1_is_left_alone_as_soon_as_its_type_is_seen);
	tcase_add_loop_test(t, a_later_fragment_counts_as_what_it_is_of, 0, 2);
	return t;
}
