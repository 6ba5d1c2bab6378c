/* SPDX-License-Identifier: BSD-2-Clause */
/* Forged packets about PPTP calls. */
#include "attacks.h"

/* Whatever the linger: what comes after its first half takes the end back. */
START_TEST(a_short_linger_can_be_taken_back_too)
{
	struct world_options options = { .timers = { .linger = 2000 } };

	world_end(&w);
	begin_with(&options);
	call_out(&w, &c, OWN, PEER);
	in(13, PEER, 1, 0);
	w.now += 1100;
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	w.now += 5000;
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
}
END_TEST

/* Client PPPs repeat their Terminate after the call was cleared. */
START_TEST(a_late_packet_does_not_revive_a_cleared_call_for_long)
{
	call_out(&w, &c, OWN, PEER);
	out(12, OWN, 0, 0);
	in(13, PEER, 1, 0);
	world_wait(&w, 3100);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	world_wait(&w, 110000);
	ck_assert_uint_eq(closed(&w, CALL), 1);
}
END_TEST

/* A refusal carries any ID, as that of a call that is up. */
START_TEST(a_refused_call_does_not_harm_another_of_the_same_id)
{
	struct world_options options = { 0 };

	world_end(&w);
	begin_with(&options);
	in(7, PEER, 1, 0);
	out(8, 0, PEER, 1);
	ck_assert_uint_eq(gre_in(0), VPNALG_TRANSLATED);
	in(7, PEER + 1, 1, 0);
	out(8, 0, PEER + 1, 3);
	acknowledge_all();
	world_wait(&w, 110000);
	ck_assert_uint_eq(closed(&w, CALL), 0);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_in(0), VPNALG_TRANSLATED);
}
END_TEST

/* By a reply to a call that nobody has asked for, whichever of the two. */
START_TEST(a_host_says_of_no_call_of_anothers_that_it_is_its_own)
{
	static const unsigned types[] = { 8, 10 };
	struct connection d = { 0 };

	call_out(&w, &c, OWN, PEER);
	start_control(&w, &d, CLIENT_B, 4000, SERVER);
	client_says(&w, &d, types[_i], 7, PEER, 1);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_B, SERVER, PEER),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, PEER),
			  VPNALG_TRANSLATED);
	/* One that is nobody's, as in a call from the server, is. */
	client_says(&w, &d, types[_i], 8, PEER + 1, 1);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_B, SERVER, PEER + 1),
			  VPNALG_TRANSLATED);
}
END_TEST

TCase *call_attacks_case(void)
{
	TCase *t = tcase_create("call attacks");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_short_linger_can_be_taken_back_too);
	tcase_add_test(t,
		       a_late_packet_does_not_revive_a_cleared_call_for_long);
	tcase_add_test(t, a_refused_call_does_not_harm_another_of_the_same_id);
	tcase_add_loop_test(
		t, a_host_says_of_no_call_of_anothers_that_it_is_its_own, 0, 2);
	return t;
}
