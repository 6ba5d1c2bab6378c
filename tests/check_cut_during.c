/* SPDX-License-Identifier: BSD-2-Clause */
/* Cuts while traffic goes on, cuts that are given up, and wrong ones. */
#include "cut.h"

START_TEST(the_next_packet_opens_another_session)
{
	uint16_t port = udp_open(&w, CLIENT_A, 3001, SERVER, 53);

	cut((struct vpnalg_session_cut){ .inside = addr(CLIENT_A) });
	ck_assert_int_eq(w.records, 0);
	ck_assert_uint_ge(udp_in(&w, SERVER, 53, port), VPNALG_UNTOUCHED);
	ck_assert_uint_ne(w.last.result, VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 3001, SERVER, 53), port);
	ck_assert_uint_ne(tcp_out(&w, CLIENT_A, 3000, SERVER, 80, ACK, 0),
			  VPNALG_TRANSLATED);
}
END_TEST

/* Packets go on between all steps, those of sessions that are being cut, too.
 * Whatever becomes of them, nothing is half there: the mirror and the end of
 * the world see that. A listing is under way as well. */
START_TEST(traffic_and_a_listing_go_on_meanwhile)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	struct vpnalg_session_cut c = { .size = sizeof(c) };
	struct connection pptp = { .zone = ZONE };
	unsigned step = 0, met = 0;
	uint64_t cursor = 0;
	uint16_t port;

	all_open(&w);
	start_control(&w, &pptp, CLIENT_B, 40002, SERVER);
	call_out(&w, &pptp, 33, 44);
	port = udp_open(&w, CLIENT_C, 4000, SERVER, 53);
	while (vpnalg_sessions_cut(w.alg, &c, w.now, 3) == VPNALG_CUT_MORE) {
		world_between_calls(&w);
		ck_assert_uint_lt(step, 5000);
		send_gre(&w, VPNALG_OUT, CLIENT_B, SERVER, 44);
		udp_out(&w, CLIENT_C, (uint16_t)(4000 + step % 3), SERVER,
			(uint16_t)(53 + step % 5));
		udp_in(&w, SERVER, 53, port);
		if (step++ % 8 == 0)
			icmp_out(&w, CLIENT_C, SERVER, ECHO, (uint16_t)step);
		met += vpnalg_sessions_next(w.alg, w.now, &cursor, &info) ==
		       VPNALG_SESSIONS_ONE;
	}
	ck_assert_uint_gt(met, 0);
	list(&w, &after);
	ck_assert_uint_eq(listed_count(&after, "PPTP call"), 0);
	ck_assert_uint_eq(listed_count(&after, "IKE session"), 0);
	ck_assert_uint_eq(listed_count(&after, "L2TP flow"), 0);
	cut((struct vpnalg_session_cut){ .services = true });
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(w.bindings, 0);
}
END_TEST

/* A mark that a cut has left does not matter to the next one. */
START_TEST(a_cut_that_was_given_up_leaves_nothing)
{
	struct vpnalg_session_cut c = { .size = sizeof(c) };

	all_open(&w);
	while (vpnalg_sessions_cut(w.alg, &c, w.now, 1) == VPNALG_CUT_MORE &&
	       c.round == 0)
		;
	list(&w, &before);
	cut((struct vpnalg_session_cut){ .protocols = 1U << ALL_GRE });
	list(&w, &after);
	ck_assert_uint_eq(listed_count(&after, "GRE tunnel"), 0);
	ck_assert_uint_eq(listed_count(&after, "PPTP call"),
			  listed_count(&before, "PPTP call"));
	ck_assert_uint_eq(listed_count(&after, "mapping"),
			  listed_count(&before, "mapping"));
}
END_TEST

static const struct {
	const char *what;
	struct vpnalg_session_cut cut;
} wrong_rows[] = {
	{ "no size", { .size = 0 } },
	{ "too small", { .size = offsetof(struct vpnalg_session_cut, number) -
				 1 } },
	{ "no such protocol",
	  { .size = sizeof(struct vpnalg_session_cut),
	    .protocols = 1U << ALL_PROTOCOLS } },
	{ "IPv6", { .size = sizeof(struct vpnalg_session_cut),
		    .inside = { .family = VPNALG_IPV6 } } },
	{ "33 bits", { .size = sizeof(struct vpnalg_session_cut),
		       .remote = { .family = VPNALG_IPV4 },
		       .remote_prefix = 33 } },
	{ "bits of no address", { .size = sizeof(struct vpnalg_session_cut),
				  .inside_prefix = 8 } },
};

START_TEST(what_makes_no_sense_cuts_nothing)
{
	struct vpnalg_session_cut c = wrong_rows[_i].cut;

	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	ck_assert_msg(vpnalg_sessions_cut(w.alg, &c, w.now, 1000) ==
			      VPNALG_CUT_INVALID,
		      "%s", wrong_rows[_i].what);
	ck_assert_int_eq(vpnalg_sessions_cut(w.alg, NULL, w.now, 1000),
			 VPNALG_CUT_INVALID);
	ck_assert_uint_eq(c.closed, 0);
	list(&w, &after);
	ck_assert_uint_eq(after.count, 2);
}
END_TEST

TCase *cut_during_case(void)
{
	TCase *t = tcase_create("cut during traffic");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, the_next_packet_opens_another_session);
	tcase_add_test(t, traffic_and_a_listing_go_on_meanwhile);
	tcase_add_test(t, a_cut_that_was_given_up_leaves_nothing);
	tcase_add_loop_test(t, what_makes_no_sense_cuts_nothing, 0,
			    ROWS(wrong_rows));
	return t;
}
