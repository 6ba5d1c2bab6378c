/* SPDX-License-Identifier: BSD-2-Clause */
/* How many sessions a policy lets be opened, and how fast. */
#include "limits.h"

/* --- Limits, of whom and of what. */

/* The third SYN of a host, of which two are allowed; and one of another host,
 * to another remote, and of another protocol. */
static const struct limit_row {
	const char *what;
	struct vpnalg_limit limit;
	unsigned third, other_host, other_remote, other_protocol;
} limit_rows[] = {
#define T VPNALG_TRANSLATED
#define L VPNALG_DROP_LIMIT
	{ "PPTP in all", { vpnalg_pptp, VPNALG_PER_TRANSLATOR, false, 2 },
	  L, L, L, T },
	{ "all in all", { NULL, VPNALG_PER_TRANSLATOR, false, 2 },
	  L, L, L, L },
	{ "PPTP per host", { vpnalg_pptp, VPNALG_PER_HOST, false, 2 },
	  L, T, L, T },
	{ "all per host", { NULL, VPNALG_PER_HOST, false, 2 }, L, T, L, L },
	{ "PPTP per remote", { vpnalg_pptp, VPNALG_PER_REMOTE, false, 2 },
	  L, L, T, T },
	{ "all per remote", { NULL, VPNALG_PER_REMOTE, false, 2 },
	  L, L, T, L },
	{ "IDs per host", { NULL, VPNALG_PER_HOST, true, 2 }, L, T, L, L },
	{ "IDs in all", { NULL, VPNALG_PER_TRANSLATOR, true, 2 }, L, L, L, L },
	{ "IDs of PPTP per host", { vpnalg_pptp, VPNALG_PER_HOST, true, 2 },
	  L, T, L, T },
	{ "IDs of PPTP in all",
	  { vpnalg_pptp, VPNALG_PER_TRANSLATOR, true, 2 }, L, L, L, T },
	{ "IDs per remote", { NULL, VPNALG_PER_REMOTE, true, 2 }, L, L, T, L },
	{ "IDs of PPTP per remote",
	  { vpnalg_pptp, VPNALG_PER_REMOTE, true, 2 }, L, L, T, T },
	{ "IDs of another",  { vpnalg_l2tp, VPNALG_PER_HOST, true, 0 },
	  T, T, T, T },
	{ "another's", { vpnalg_l2tp, VPNALG_PER_HOST, false, 0 },
	  T, T, T, T },
	{ "three", { vpnalg_pptp, VPNALG_PER_HOST, false, 3 }, T, T, L, T },
};

START_TEST(what_exceeds_a_limit_is_not_opened)
{
	const struct limit_row *row = &limit_rows[_i];
	struct bytes gre = ip_packet(CLIENT_A, SERVER, GRE,
				     "\x20\0\x08\0\0\0\0\7", 8);
	long records;

	begin();
	limits[0] = row->limit;
	policy.limit_count = 1;
	set();
	ck_assert_uint_eq(syn(CLIENT_A, 40001, SERVER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(syn(CLIENT_A, 40002, SERVER), VPNALG_TRANSLATED);
	records = w.records;
	ck_assert_uint_eq(syn(CLIENT_A, 40003, SERVER), row->third);
	if (row->third == L)
		ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(syn(CLIENT_B, 40001, SERVER), row->other_host);
	ck_assert_uint_eq(syn(CLIENT_A, 40004, SERVER_2), row->other_remote);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &gre),
			  row->other_protocol);
	/* What is there goes on, and makes room when it ends. */
	ck_assert_uint_eq(syn(CLIENT_A, 40001, SERVER), VPNALG_TRANSLATED);
	world_wait(&w, 700000);
	ck_assert_uint_eq(syn(CLIENT_A, 40003, SERVER), VPNALG_TRANSLATED);
	end();
}
END_TEST

/* Mappings with their sessions count twice, IDs once. */
START_TEST(counts_are_to_be_read)
{
	struct vpnalg_use use;

	begin();
	dns(CLIENT_A, 1000, SERVER);
	dns(CLIENT_A, 1000, SERVER_2);
	syn(CLIENT_A, 1001, SERVER);
	syn(CLIENT_B, 1002, SERVER);
	use = use_of(VPNALG_PER_HOST, CLIENT_A);
	ck_assert_uint_eq(use.sessions, 4);
	ck_assert_uint_eq(use.ids, 2);
	ck_assert_uint_eq(use.by_protocol[PPTP_PLACE], 1);
	ck_assert_uint_eq(use.by_protocol[GENERAL_PLACE], 3);
	ck_assert_uint_eq(use.ids_by_protocol[PPTP_PLACE], 1);
	ck_assert_uint_eq(use.ids_by_protocol[GENERAL_PLACE], 1);
	ck_assert_uint_eq(use.units, 0);
	use = use_of(VPNALG_PER_REMOTE, SERVER);
	ck_assert_uint_eq(use.sessions, 3);
	ck_assert_uint_eq(use.ids, 2);
	ck_assert_uint_eq(use.by_protocol[PPTP_PLACE], 2);
	ck_assert_uint_eq(use.ids_by_protocol[PPTP_PLACE], 2);
	ck_assert_uint_eq(use.ids_by_protocol[GENERAL_PLACE], 0);
	use = use_of(VPNALG_PER_TRANSLATOR, 0);
	ck_assert_uint_eq(use.sessions, 5);
	ck_assert_uint_eq(use.ids, 3);
	ck_assert_uint_gt(use.units, 5);
	use = use_of(VPNALG_PER_HOST, CLIENT_C);
	ck_assert_uint_eq(use.sessions, 0);
	end();
}
END_TEST

/* A host that is held back has a session that says so, and for how long. */
START_TEST(a_host_that_is_held_counts_as_others_do)
{
	struct tunnel t = { .client = CLIENT_A, .server = SERVER,
			    .port = L2TP, .version = 2, .own = 5, .peer = 7 };

	begin();
	limits[0] = (struct vpnalg_limit){ vpnalg_l2tp, VPNALG_PER_HOST, false,
					   2 };
	policy.limit_count = 1;
	set();
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_TRANSLATED);
	t.client = CLIENT_B;
	t.own = 6;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_DROP_HELD);
	ck_assert_uint_eq(use_of(VPNALG_PER_HOST, CLIENT_B)
				  .by_protocol[L2TP_PLACE],
			  1);
	t.port = 40000;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_DROP_HELD);
	t.port = 40001;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_DROP_LIMIT);
	t.client = CLIENT_C;
	ck_assert_uint_eq(tunnel_requests(&w, &t), VPNALG_DROP_HELD);
	end();
}
END_TEST

START_TEST(what_is_not_counted_cannot_be_read)
{
	struct vpnalg_use use = { .size = sizeof(use) };
	struct vpnalg_addr addr = { .family = VPNALG_IPV4 };

	general_world(&w, (struct world_options){ 0 });
	ck_assert(!vpnalg_policy_use(w.alg, VPNALG_PER_HOST, 0, &addr, &use));
	ck_assert(!vpnalg_policy_use(w.alg, VPNALG_PER_REMOTE, 0, &addr,
				     &use));
	ck_assert(vpnalg_policy_use(w.alg, VPNALG_PER_TRANSLATOR, 0, NULL,
				    &use));
	end();
}
END_TEST

/* A call, an SA, a tunnel: only the limits of its host count. */
START_TEST(what_belongs_to_a_session_does_not_fail_for_others)
{
	struct connection c = { 0 };
	struct bytes request;

	begin();
	start_control(&w, &c, CLIENT_A, 40000, SERVER);
	limits[0] = (struct vpnalg_limit){ .most = 1 };
	limits[1] = (struct vpnalg_limit){ .per = VPNALG_PER_REMOTE,
					   .most = 1 };
	policy.limit_count = 2;
	set();
	ck_assert_uint_eq(syn(CLIENT_B, 40000, SERVER), VPNALG_DROP_LIMIT);
	call_out(&w, &c, 5, 9);
	limits[1].per = VPNALG_PER_HOST;
	limits[1].most = 2;
	set();
	request = message(7, 6, 0, 0);
	/* It is cut in front of the Call ID, as where no ID is free. */
	client_sends(&w, &c, request.data, request.length);
	ck_assert_uint_ne(w.last.flags & VPNALG_PACKET_CUT, 0);
	ck_assert_uint_eq(use_of(VPNALG_PER_HOST, CLIENT_A).sessions, 2);
	end();
}
END_TEST

/* --- Rate. */

START_TEST(a_host_opens_no_faster_than_it_may)
{
	unsigned i;

	begin();
	policy.host_rate = 2;
	policy.host_burst = 5;
	set();
	for (i = 0; i < 5; i++)
		ck_assert_uint_eq(syn(CLIENT_A, (uint16_t)(40000 + i), SERVER),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(syn(CLIENT_A, 40005, SERVER), VPNALG_DROP_LIMIT);
	ck_assert_uint_eq(syn(CLIENT_B, 40005, SERVER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(syn(CLIENT_A, 40004, SERVER), VPNALG_TRANSLATED);
	world_wait(&w, 499);
	ck_assert_uint_eq(syn(CLIENT_A, 40005, SERVER), VPNALG_DROP_LIMIT);
	world_wait(&w, 1);
	ck_assert_uint_eq(syn(CLIENT_A, 40005, SERVER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(syn(CLIENT_A, 40006, SERVER), VPNALG_DROP_LIMIT);
	/* No more is saved up than the burst. */
	world_wait(&w, 100000);
	for (i = 0; i < 5; i++)
		ck_assert_uint_eq(syn(CLIENT_A, (uint16_t)(41000 + i), SERVER),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(syn(CLIENT_A, 41005, SERVER), VPNALG_DROP_LIMIT);
	end();
}
END_TEST

/* What was refused for another reason costs nothing. */
START_TEST(only_sessions_that_open_use_up_the_rate)
{
	unsigned i;

	begin();
	policy.host_rate = 1;
	policy.host_burst = 2;
	set();
	w.options.choosing = CHOOSE_REFUSE;
	for (i = 0; i < 9; i++)
		ck_assert_uint_eq(syn(CLIENT_A, 40000, SERVER),
				  VPNALG_DROP_REFUSED);
	w.options.choosing = CHOOSE_TAKE;
	ck_assert_uint_eq(syn(CLIENT_A, 40000, SERVER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(syn(CLIENT_A, 40001, SERVER), VPNALG_TRANSLATED);
	ck_assert_uint_eq(syn(CLIENT_A, 40002, SERVER), VPNALG_DROP_LIMIT);
	end();
}
END_TEST

TCase *limits_case(void)
{
	TCase *tc = tcase_create("limits");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, what_exceeds_a_limit_is_not_opened, 0,
			    ROWS(limit_rows));
	tcase_add_test(tc, counts_are_to_be_read);
	tcase_add_test(tc, a_host_that_is_held_counts_as_others_do);
	tcase_add_test(tc, what_is_not_counted_cannot_be_read);
	tcase_add_test(tc, what_belongs_to_a_session_does_not_fail_for_others);
	tcase_add_test(tc, a_host_opens_no_faster_than_it_may);
	tcase_add_test(tc, only_sessions_that_open_use_up_the_rate);
	return tc;
}
