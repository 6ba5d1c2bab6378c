/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies and what is there: sessions that go on, services, and protocols that
 * switch themselves off. */
#include "policy_world.h"

START_TEST(the_first_rule_that_matches_decides)
{
	begin();
	by_inside(&rules[0], NULL);
	rules[0].action = VPNALG_RULE_ALLOW;
	rules[1].handler = vpnalg_general;
	rules[1].action = VPNALG_RULE_PRIORITY;
	set(3);
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(try(&openers[0], CLIENT_B, SERVER),
			  VPNALG_DROP_DENIED);
	ck_assert_uint_eq(try(&openers[8], CLIENT_B, SERVER),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* A mapping is for all remotes, and rules may concern one of them. */
START_TEST(a_remote_is_denied_though_the_port_has_a_mapping)
{
	begin();
	by_remote(&rules[0], NULL);
	set(1);
	udp_open(&w, CLIENT_A, 42000, SERVER_2, 53);
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 42000, SERVER, 53),
			  VPNALG_DROP_DENIED);
	rules[0].remote.family = 0;
	rules[0].remote_length = 0;
	rules[0].remote_port = 53;
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 42000, SERVER_2, 54),
			  VPNALG_TRANSLATED);
	/* Cut: what may not be goes, the mapping of the rest stays. */
	policy.cut = true;
	set(1);
	world_wait(&w, 0);
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 42000, SERVER_2, 54),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 42000, SERVER_2, 53),
			  VPNALG_DROP_DENIED);
	end();
}
END_TEST

/* --- What belongs to a session that is there. */

START_TEST(a_call_of_a_connection_that_is_drained_is_opened)
{
	struct connection c = { 0 };
	uint16_t outside;

	begin();
	start_control(&w, &c, CLIENT_A, 40000, SERVER);
	rules[0].handler = vpnalg_pptp;
	set(1);
	outside = call_out(&w, &c, 5, 9);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	/* And ends with it. */
	policy.cut = true;
	set(1);
	world_wait(&w, 0);
	ck_assert_uint_ne(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(w.bindings, 0);
	end();
}
END_TEST

START_TEST(a_rekey_of_a_vpn_that_is_drained_goes_through)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 1);
	struct esp e = esp_of(CLIENT_A, SERVER, 0x1001, 0x2001);

	begin();
	ike_begin(&w, &k);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_receives(&w, &e), VPNALG_TRANSLATED);
	rules[0].handler = vpnalg_ipsec;
	set(1);
	client_exchanges(&w, &k, CREATE_CHILD_SA);
	e = esp_of(CLIENT_A, SERVER, 0x1002, 0x2002);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_receives(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	end();
}
END_TEST

/* --- Services. */

START_TEST(a_service_of_plain_ports_is_its_owners)
{
	struct bytes p = udp_packet(SERVER, 5000, OUTSIDE, 7000, "hi", 2);

	begin();
	service_add(&w, UDP, 7000, CLIENT_A, 7000);
	policy.cut = true;
	set(1); /* all are denied */
	world_wait(&w, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(try(&openers[8], CLIENT_A, SERVER),
			  VPNALG_DROP_DENIED);
	service_remove(&w, UDP, 7000, CLIENT_A, 7000);
	end();
}
END_TEST

START_TEST(a_remote_that_is_denied_gets_no_call_of_a_server_inside)
{
	struct bytes p = tcp_packet(SERVER, 5000, OUTSIDE, 1723, 1, 1, 0x10,
				    NULL, 0);
	struct bytes q = tcp_packet(SERVER_2, 5000, OUTSIDE, 1723, 1, 1, 0x10,
				    NULL, 0);

	begin();
	service_add(&w, TCP, 1723, CLIENT_A, 1723);
	by_remote(&rules[0], NULL);
	set(1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_DROP_DENIED);
	ck_assert(!vpnalg_wants_prohibited(&w.last));
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &q), VPNALG_TRANSLATED);
	service_remove(&w, TCP, 1723, CLIENT_A, 1723);
	end();
}
END_TEST

/* --- What switches itself off. */

START_TEST(a_protocol_that_is_not_used_switches_itself_off)
{
	const struct vpnalg_quiet quiets[] = { { vpnalg_pptp, 3600000 } };

	begin();
	policy.quiets = quiets;
	policy.quiet_count = 1;
	set(0);
	world_wait(&w, 3599999);
	ck_assert(!vpnalg_is_quiet(w.alg, 0));
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	/* While it has a session it is used. */
	world_wait(&w, 200000);
	ck_assert_uint_eq(try(&openers[0], CLIENT_B, SERVER),
			  VPNALG_TRANSLATED);
	world_wait(&w, 300000); /* both end */
	world_wait(&w, 3599999);
	ck_assert(!vpnalg_is_quiet(w.alg, 0));
	world_wait(&w, 1);
	ck_assert(vpnalg_is_quiet(w.alg, 0));
	ck_assert(!vpnalg_is_quiet(w.alg, 1));
	ck_assert(!vpnalg_is_quiet(w.alg, 99));
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_DROP_DENIED);
	ck_assert_uint_eq(try(&openers[1], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	set(0);
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* Each protocol, and no other; what uses it keeps it on. */
START_TEST(any_protocol_that_is_not_used_switches_itself_off)
{
	const struct opener *opener = &openers[_i];
	const struct vpnalg_quiet quiet = { opener->handler, 86400000 };
	unsigned i;

	begin();
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	policy.quiets = &quiet;
	policy.quiet_count = 1;
	set(0);
	for (i = 0; i < 100; i++) {
		world_wait(&w, 2000000);
		ck_assert_uint_eq(try(opener, CLIENT_A, SERVER),
				  VPNALG_TRANSLATED);
	}
	for (i = 0; i < 200; i++)
		world_wait(&w, 1000000);
	for (i = 0; i < ROWS(protocols); i++)
		ck_assert_int_eq(vpnalg_is_quiet(w.alg, i),
				 protocols[i].handler == opener->handler);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_DROP_DENIED);
	for (i = 0; i < OPENERS; i++)
		if (openers[i].handler != opener->handler)
			ck_assert_uint_eq(try(&openers[i], CLIENT_C, SERVER_2),
					  VPNALG_TRANSLATED);
	set(0);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	end();
}
END_TEST

TCase *policy_life_case(void)
{
	TCase *t = tcase_create("what is there");

	tcase_add_test(t, the_first_rule_that_matches_decides);
	tcase_add_test(t, a_remote_is_denied_though_the_port_has_a_mapping);
	tcase_add_test(t, a_call_of_a_connection_that_is_drained_is_opened);
	tcase_add_test(t, a_rekey_of_a_vpn_that_is_drained_goes_through);
	tcase_add_test(t, a_service_of_plain_ports_is_its_owners);
	tcase_add_test(t,
		       a_remote_that_is_denied_gets_no_call_of_a_server_inside);
	tcase_add_test(t, a_protocol_that_is_not_used_switches_itself_off);
	tcase_add_loop_test(t,
			    any_protocol_that_is_not_used_switches_itself_off,
			    0, (int)OPENERS);
	return t;
}
