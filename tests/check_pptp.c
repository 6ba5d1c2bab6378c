/* SPDX-License-Identifier: BSD-2-Clause */
/* The packets that PPTP claims, and its GRE. */
#include "pptp.h"

/* A GRE packet with its first words changed. */
static struct bytes gre_with(uint16_t flags, uint16_t type)
{
	struct bytes p = gre_packet(CLIENT_A, SERVER, 7, 1);

	put16(p.data + 20, flags);
	put16(p.data + 22, type);
	return p;
}

/* RFC 2637 4.1. Version 0 is not PPTP's, nor is version 1 of another protocol
 * than PPP; enhanced GRE that is malformed must not go out with an inside
 * address. */
static const struct {
	const char *what;
	uint16_t flags, type;
	unsigned result;
} gre_rows[] = {
	{ "data", 0x3001, 0x880b, VPNALG_TRANSLATED },
	{ "data and acknowledgment", 0x3081, 0x880b, VPNALG_TRANSLATED },
	{ "acknowledgment only", 0x2081, 0x880b, VPNALG_TRANSLATED },
	{ "neither", 0x2001, 0x880b, VPNALG_TRANSLATED },
	{ "version 0", 0x0000, 0x0800, VPNALG_UNTOUCHED },
	{ "version 0 with key", 0x2000, 0x6558, VPNALG_UNTOUCHED },
	{ "version 2", 0x2002, 0x880b, VPNALG_UNTOUCHED },
	{ "without key", 0x1001, 0x880b, VPNALG_DROP_MALFORMED },
	{ "with checksum", 0xb001, 0x880b, VPNALG_DROP_MALFORMED },
	{ "with routing", 0x7001, 0x880b, VPNALG_DROP_MALFORMED },
	{ "strict source route", 0x3801, 0x880b, VPNALG_DROP_MALFORMED },
	{ "recursion", 0x3101, 0x880b, VPNALG_DROP_MALFORMED },
	{ "reserved flag", 0x3009, 0x880b, VPNALG_DROP_MALFORMED },
	{ "EoIP", 0x2001, 0x6400, VPNALG_UNTOUCHED },
	{ "another payload", 0x3001, 0x0800, VPNALG_UNTOUCHED },
	{ "another payload, flags of no PPTP", 0xb001, 0x0800,
	  VPNALG_UNTOUCHED },
};

START_TEST(gre_goes_out_by_its_header)
{
	struct bytes p = gre_with(gre_rows[_i].flags, gre_rows[_i].type);

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	call_out(&w, &c, 1, 7);
	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) == gre_rows[_i].result,
		      "%s: %u", gre_rows[_i].what, w.last.result);
}
END_TEST

START_TEST(gre_comes_back_to_its_host_under_its_own_call_id)
{
	struct connection d = { 0 };
	uint16_t a, b;
	struct bytes p;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	start_control(&w, &d, CLIENT_B, 4000, SERVER);
	a = call_out(&w, &c, 5, 100);
	b = call_out(&w, &d, 5, 101);
	ck_assert_uint_eq(a, 5);
	ck_assert_uint_ne(b, 5);
	p = gre_packet(SERVER, OUTSIDE, a, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(gre_call_id(&w), 5);
	p = gre_packet(SERVER, OUTSIDE, b, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(gre_call_id(&w), 5);
}
END_TEST

START_TEST(gre_of_no_call_does_not_go_out)
{
	struct bytes p = gre_packet(CLIENT_A, SERVER, 7, 1);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_NO_SESSION);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	call_out(&w, &c, 1, 7);
	p = gre_packet(CLIENT_A, SERVER, 8, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_NO_SESSION);
	p = gre_packet(CLIENT_B, SERVER, 7, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_NO_SESSION);
	p = gre_packet(CLIENT_A, SERVER_2, 7, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_NO_SESSION);
}
END_TEST

START_TEST(gre_in_that_nobody_owns_is_kept_from_the_router_only_while_in_use)
{
	struct bytes p = gre_packet(SERVER, OUTSIDE, 9, 1);
	struct bytes other = gre_packet(SERVER_2, OUTSIDE, 9, 1);
	uint8_t v0[8] = { 0 };
	struct bytes plain = ip_packet(SERVER, OUTSIDE, GRE, v0, 8);

	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_DROP_GUARDED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &plain),
			  VPNALG_DROP_GUARDED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &other),
			  VPNALG_UNTOUCHED);
	world_wait(&w, 8000000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

START_TEST(undo_cannot_distinguish_two_calls_of_one_peer_id)
{
	struct connection d = { 0 };
	struct bytes p;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	start_control(&w, &d, CLIENT_B, 4001, SERVER);
	call_out(&w, &c, 5, 100);
	call_out(&w, &d, 6, 100);
	p = gre_packet(OUTSIDE, SERVER, 100, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_AMBIGUOUS);
	p = gre_packet(CLIENT_A, SERVER, 100, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = gre_packet(CLIENT_B, SERVER, 100, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

/* One host, two connections, and a server that counts its IDs anew on each:
 * the older call gets its key back once the newer is gone. */
START_TEST(a_call_gets_back_the_peer_id_that_a_newer_one_took)
{
	struct connection d = { 0 };
	struct bytes p, bye;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	start_control(&w, &d, CLIENT_A, 4001, SERVER);
	call_out(&w, &c, 5, 100);
	call_out(&w, &d, 6, 100);
	bye = message(13, 100, 0, 0);
	ck_assert_uint_eq(server_sends(&w, &d, bye.data, bye.length),
			  VPNALG_TRANSLATED);
	world_wait(&w, 200000);
	ck_assert_uint_eq(closed(&w, CALL), 1);
	/* The sweep gives it back. */
	p = gre_packet(CLIENT_A, SERVER, 100, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

/* Two hosts: the packet itself does it, and can be undone. */
START_TEST(a_call_is_known_outside_again_once_the_other_host_is_gone)
{
	struct connection d = { 0 };
	struct bytes p, bye;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	start_control(&w, &d, CLIENT_B, 4001, SERVER);
	call_out(&w, &c, 5, 100);
	call_out(&w, &d, 6, 100);
	bye = message(13, 100, 0, 0);
	ck_assert_uint_eq(server_sends(&w, &d, bye.data, bye.length),
			  VPNALG_TRANSLATED);
	w.now += 200000;
	p = gre_packet(CLIENT_A, SERVER, 100, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(undo_without_a_session_is_dropped)
{
	struct bytes p = gre_packet(OUTSIDE, SERVER, 1, 1);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = gre_packet(SERVER, CLIENT_A, 1, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = tcp_packet(SERVER, PPTP, CLIENT_A, 4000, 1, 1, ACK, NULL, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = tcp_packet(OUTSIDE, 4000, SERVER, PPTP, 1, 1, SYN, NULL, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
}
END_TEST

/* A LAN capture: what the server sent is seen in its inside form. */
START_TEST(a_capture_from_inside_becomes_what_the_outside_saw)
{
	struct connection d = { 0 };
	struct bytes m, p;
	uint16_t outside;

	start_control(&w, &d, CLIENT_B, 4000, SERVER);
	call_out(&w, &d, 5, 100);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	m = message(7, 5, 1, 0);
	client_sends(&w, &c, m.data, m.length);
	outside = get16(payload(&w) + 12);
	ck_assert_uint_ne(outside, 5);
	m = message(8, 101, 5, 1);
	p = tcp_packet(SERVER, PPTP, CLIENT_A, 4000, c.server_seq,
		       c.client_seq, ACK, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), OUTSIDE);
	ck_assert_uint_eq(get16(l4(&w) + 2), c.outside_port);
	ck_assert_uint_eq(get16(payload(&w) + 12), 101);
	ck_assert_uint_eq(get16(payload(&w) + 14), outside);
	p = gre_packet(SERVER, CLIENT_A, 5, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), OUTSIDE);
	ck_assert_uint_eq(gre_call_id(&w), outside);
	p = gre_packet(CLIENT_A, SERVER, 101, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(two_zones_with_equal_addresses_never_meet)
{
	struct connection d = { .zone = 9 };
	uint16_t a, b;
	struct bytes p;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	start_control(&w, &d, CLIENT_A, 4000, SERVER);
	ck_assert_uint_ne(c.outside_port, d.outside_port);
	a = call_out(&w, &c, 5, 100);
	b = call_out(&w, &d, 5, 101);
	ck_assert_uint_ne(a, b);
	p = gre_packet(SERVER, OUTSIDE, b, 1);
	send_packet(&w, VPNALG_IN, &p);
	ck_assert_uint_eq(w.last.zone, 9);
	ck_assert_uint_eq(gre_call_id(&w), 5);
	p = gre_packet(SERVER, OUTSIDE, a, 1);
	send_packet(&w, VPNALG_IN, &p);
	ck_assert_uint_eq(w.last.zone, ZONE);
	p = gre_packet(CLIENT_A, SERVER, 101, 1);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, ZONE),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 9),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(every_call_id_is_an_ordinary_one)
{
	static const uint16_t ids[] = { 0, 1, 255, 256, 32768, 65535 };
	uint16_t own = ids[_i / 6], peer = ids[_i % 6];
	struct bytes p;

	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	ck_assert_uint_eq(call_out(&w, &c, own, peer), own);
	p = gre_packet(CLIENT_A, SERVER, peer, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_call_id(&w), peer);
	p = gre_packet(SERVER, OUTSIDE, own, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_call_id(&w), own);
}
END_TEST

Suite *pptp_suite(void)
{
	Suite *suite = suite_create("pptp");
	TCase *t = tcase_create("gre");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, gre_goes_out_by_its_header, 0,
			    sizeof(gre_rows) / sizeof(gre_rows[0]));
	tcase_add_test(t, gre_comes_back_to_its_host_under_its_own_call_id);
	tcase_add_test(t, gre_of_no_call_does_not_go_out);
	tcase_add_test(
		t,
		gre_in_that_nobody_owns_is_kept_from_the_router_only_while_in_use);
	tcase_add_test(t,
		       undo_cannot_distinguish_two_calls_of_one_peer_id);
	tcase_add_test(t, a_call_gets_back_the_peer_id_that_a_newer_one_took);
	tcase_add_test(
		t, a_call_is_known_outside_again_once_the_other_host_is_gone);
	tcase_add_test(t, undo_without_a_session_is_dropped);
	tcase_add_test(t, a_capture_from_inside_becomes_what_the_outside_saw);
	tcase_add_test(t, two_zones_with_equal_addresses_never_meet);
	tcase_add_loop_test(t, every_call_id_is_an_ordinary_one, 0, 36);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, pptp_served_end_case());
	suite_add_tcase(suite, pptp_gre_case());
	return suite;
}
