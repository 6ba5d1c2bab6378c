/* SPDX-License-Identifier: BSD-2-Clause */
/* Room in the store for whom it is kept, and what gives way. */
#include "limits.h"

/* --- Room in the store, of which the policy knows half: stores differ in how
 * many records fit. */

/* One port of a host asks one remote after the other until it is refused. */
static unsigned flood(uint32_t host, uint16_t port, uint32_t most)
{
	struct bytes p = udp_packet(host, port, 0x08000000, 53, "q", 1);
	uint32_t i;

	w.options.no_undo = true;
	for (i = 0; i < most; i++) {
		p = udp_packet(host, port, 0x08000001 + i, 53, "q", 1);
		if (send_packet(&w, VPNALG_OUT, &p) != VPNALG_TRANSLATED)
			break;
	}
	return w.last.result;
}

static unsigned ike(uint32_t host, uint32_t server)
{
	struct ike k = ike_of(host, server, host & 0xff);

	return ike_out(&w, &k, IKE_SA_INIT, INITIATOR, 0);
}

/* Without a limit it fills the store, and nobody else opens anything. */
START_TEST(a_host_that_fills_the_store_is_limited_and_others_are_not)
{
	unsigned limited = (unsigned)_i, result;

	begin_with((struct world_options){ .units = 600 });
	limits[0] = (struct vpnalg_limit){ .per = VPNALG_PER_HOST,
					   .most = 100 };
	policy.limit_count = limited;
	set();
	result = flood(CLIENT_A, 50000, 5000);
	ck_assert_uint_eq(result, limited ? VPNALG_DROP_LIMIT
					  : VPNALG_DROP_STORE);
	result = limited ? VPNALG_TRANSLATED : VPNALG_DROP_STORE;
	ck_assert_uint_eq(syn(CLIENT_B, 40000, SERVER), result);
	ck_assert_uint_eq(ike(CLIENT_B, SERVER), result);
	ck_assert_uint_eq(dns(CLIENT_B, 40000, SERVER), result);
	end();
}
END_TEST

/* Units are kept back from general traffic, and from all but those with
 * priority. */
START_TEST(room_is_kept_for_vpns_and_for_who_comes_first)
{
	struct connection c = { 0 };
	unsigned i;

	begin_with((struct world_options){ .units = 1200 });
	rules[0] = (struct vpnalg_rule){ .action = VPNALG_RULE_PRIORITY,
					 .inside_length = 32,
					 .inside.family = VPNALG_IPV4 };
	put32(rules[0].inside.octets, CLIENT_C);
	policy.rule_count = 1;
	policy.store_units = 600;
	policy.vpn_units = 100;
	policy.priority_units = 60;
	set();
	start_control(&w, &c, CLIENT_A, 39999, SERVER);
	ck_assert_uint_eq(flood(CLIENT_A, 50000, 5000), VPNALG_DROP_LIMIT);
	ck_assert_uint_le(use_of(VPNALG_PER_TRANSLATOR, 0).units, 440);
	ck_assert_uint_eq(dns(CLIENT_B, 40000, SERVER), VPNALG_DROP_LIMIT);
	for (i = 0; syn(CLIENT_B, (uint16_t)(40000 + i), SERVER) ==
		    VPNALG_TRANSLATED;
	     i++)
		;
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_LIMIT);
	ck_assert_uint_gt(i, 20);
	ck_assert_uint_le(use_of(VPNALG_PER_TRANSLATOR, 0).units, 540);
	/* Established sessions go on, and what belongs to them opens. */
	call_out(&w, &c, 5, 9);
	ck_assert_uint_eq(dns(CLIENT_C, 40000, SERVER), VPNALG_DROP_LIMIT);
	for (i = 0; syn(CLIENT_C, (uint16_t)(40000 + i), SERVER) ==
		    VPNALG_TRANSLATED;
	     i++)
		;
	ck_assert_uint_gt(i, 10);
	end();
}
END_TEST

/* Unanswered sessions give way after a while, answered and established ones
 * never. */
START_TEST(only_what_nobody_will_miss_gives_way)
{
	struct connection c = { 0 };
	uint16_t port;
	unsigned i;

	begin_with((struct world_options){ .units = 600 });
	policy.store_units = 300;
	set();
	start_control(&w, &c, CLIENT_A, 39999, SERVER);
	port = udp_open(&w, CLIENT_B, 4000, SERVER, 53);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_TRANSLATED);
	tcp_out(&w, CLIENT_B, 4001, SERVER, 80, 0x02, 0);
	port = port_from(&w);
	tcp_in(&w, SERVER, 80, port, 0x12, 0);
	tcp_out(&w, CLIENT_B, 4001, SERVER, 80, 0x10, 1);
	ck_assert_uint_eq(flood(CLIENT_A, 50000, 5000), VPNALG_DROP_LIMIT);
	/* All were asked just now. */
	ck_assert_uint_eq(syn(CLIENT_C, 40000, SERVER), VPNALG_DROP_LIMIT);
	w.now += 2000;
	for (i = 0; i < 40; i++) {
		syn(CLIENT_C, (uint16_t)(40000 + i), SERVER);
		ck_assert_uint_eq(udp_out(&w, CLIENT_B, 4000, SERVER, 53),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(tcp_out(&w, CLIENT_B, 4001, SERVER, 80, 0x10,
					  1),
				  VPNALG_TRANSLATED);
	}
	ck_assert_uint_gt(use_of(VPNALG_PER_HOST, CLIENT_C).sessions, 30);
	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq, 0x10, "", 0),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* Sessions of which every tenth is unanswered leave no units beside each other
 * when these give way: no more than a few do so for what has no room then. What
 * takes one unit has it. */
START_TEST(nobody_gives_way_in_vain)
{
	struct vpnalg_use before, after;
	unsigned i;

	begin_with((struct world_options){ .units = 1200 });
	policy.store_units = 1200;
	set();
	w.options.no_undo = true;
	for (i = 0; dns(CLIENT_A, 5000, 0x08000000 + i) == VPNALG_TRANSLATED;
	     i++)
		if (i % 10 != 0)
			ck_assert_uint_eq(udp_in(&w, 0x08000000 + i, 53,
						 port_from(&w)),
					  VPNALG_TRANSLATED);
	w.now += 5000;
	before = use_of(VPNALG_PER_HOST, CLIENT_A);
	for (i = 0; i < 200; i++)
		syn(CLIENT_B, (uint16_t)(40000 + i), 0x09000000 + i);
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_STORE);
	after = use_of(VPNALG_PER_HOST, CLIENT_A);
	ck_assert_uint_lt(after.sessions, before.sessions);
	ck_assert_uint_ge(after.sessions + 12, before.sessions);
	ck_assert_uint_eq(dns(CLIENT_B, 5000, SERVER), VPNALG_TRANSLATED);
	/* A second later some do again. */
	w.now += 1000;
	syn(CLIENT_B, 50000, SERVER);
	before = use_of(VPNALG_PER_HOST, CLIENT_A);
	ck_assert_uint_lt(before.sessions, after.sessions);
	end();
}
END_TEST

/* The mapping, and the permission, stay under whose only session, which gives
 * way perhaps, another one is opened. */
START_TEST(a_mapping_whose_session_gives_way_goes_on)
{
	uint16_t port;
	unsigned done = 0;
	uint32_t i;

	begin_with((struct world_options){ .units = 90,
					   .general.filtering = (uint8_t)_i });
	policy.store_units = 24;
	set();
	for (i = 0; i < 40; i++) {
		w.options.no_undo = true;
		port = udp_open(&w, CLIENT_A, 4000, 0x08000001, 53);
		flood(CLIENT_B, (uint16_t)(5000 + i), i % 10);
		w.now += 2500;
		flood(CLIENT_B, (uint16_t)(6000 + i), i % 7);
		if (udp_out(&w, CLIENT_A, 4000, 0x08000001, 54) ==
		    VPNALG_TRANSLATED) {
			done++;
			ck_assert_uint_eq(port_from(&w), port);
			ck_assert_uint_eq(udp_in(&w, 0x08000001, 54, port),
					  VPNALG_TRANSLATED);
			ck_assert_uint_eq(destination(&w), CLIENT_A);
		}
		world_wait(&w, 400000);
		world_wait(&w, 0);
		world_wait(&w, 0);
		ck_assert_int_eq(w.records, 0);
	}
	ck_assert_uint_gt(done, 10);
	end();
}
END_TEST

/* A million packets that are refused by a full table: no memory, no session
 * lost, and who comes first still opens one. What each costs: tests/cost. */
START_TEST(refusals_cost_nothing_but_themselves)
{
	struct vpnalg_packet packet = { .direction = VPNALG_OUT };
	struct bytes p = udp_packet(CLIENT_A, 50001, SERVER, 53, "q", 1), q;
	struct connection c = { 0 };
	/* Another store has less room than the bundled table. */
	uint32_t full = getenv("VPNALG_TEST_STORE") != NULL ? 600 : 1200;
	uint32_t i, units, refusals = 1000000;
	long records;

#if defined(__SANITIZE_ADDRESS__)
	refusals = 50000;
#endif
	begin_with((struct world_options){ .units = 1200 });
	rules[0] = (struct vpnalg_rule){ .action = VPNALG_RULE_PRIORITY,
					 .inside_length = 32,
					 .inside.family = VPNALG_IPV4 };
	put32(rules[0].inside.octets, CLIENT_C);
	policy.rule_count = 1;
	policy.store_units = full;
	policy.priority_units = 60;
	set();
	start_control(&w, &c, CLIENT_B, 39999, SERVER);
	call_out(&w, &c, 5, 9);
	ck_assert_uint_eq(flood(CLIENT_A, 50000, 5000), VPNALG_DROP_LIMIT);
	records = w.records;
	units = use_of(VPNALG_PER_TRANSLATOR, 0).units;
	ck_assert_uint_ge(units, full - 70);
	for (i = 0; i < refusals; i++) {
		q = p;
		put32(q.data + 16, 0x09000000 + i);
		packet.data = q.data;
		packet.caplen = packet.len = q.length;
		packet.zone = ZONE;
		vpnalg_process(w.alg, &packet, 1, w.now);
		ck_assert_uint_eq(packet.result, VPNALG_DROP_LIMIT);
	}
	ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(use_of(VPNALG_PER_TRANSLATOR, 0).units, units);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_B, SERVER, 9),
			  VPNALG_TRANSLATED);
	for (i = 0; i < 5; i++)
		ck_assert_uint_eq(syn(CLIENT_C, (uint16_t)(40000 + i), SERVER),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike(CLIENT_C, SERVER), VPNALG_TRANSLATED);
	end();
}
END_TEST

/* --- A store that fails while sessions are counted. */

START_TEST(a_store_that_fails_leaves_no_count_behind)
{
	struct vpnalg_use before, after;
	long fail;

	begin();
	dns(CLIENT_A, 1000, SERVER);
	before = use_of(VPNALG_PER_TRANSLATOR, 0);
	for (fail = 1; fail < 100; fail++) {
		w.fail_in = fail;
		if (syn(CLIENT_B, 1001, SERVER_2) == VPNALG_TRANSLATED)
			break;
		after = use_of(VPNALG_PER_TRANSLATOR, 0);
		ck_assert_mem_eq(&before, &after, sizeof(before));
		ck_assert_uint_eq(use_of(VPNALG_PER_HOST, CLIENT_B).sessions,
				  0);
		ck_assert_uint_eq(use_of(VPNALG_PER_REMOTE, SERVER_2).sessions,
				  0);
	}
	w.fail_in = 0;
	ck_assert_int_gt(fail, 6);
	ck_assert_int_lt(fail, 100);
	end();
}
END_TEST

TCase *limits_room_case(void)
{
	TCase *t = tcase_create("room");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(
		t, a_host_that_fills_the_store_is_limited_and_others_are_not, 0,
		2);
	tcase_add_test(t, room_is_kept_for_vpns_and_for_who_comes_first);
	tcase_add_test(t, only_what_nobody_will_miss_gives_way);
	tcase_add_test(t, nobody_gives_way_in_vain);
	tcase_add_loop_test(t, a_mapping_whose_session_gives_way_goes_on, 0, 3);
	tcase_add_test(t, refusals_cost_nothing_but_themselves);
	tcase_add_test(t, a_store_that_fails_leaves_no_count_behind);
	return t;
}
