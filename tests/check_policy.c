/* SPDX-License-Identifier: BSD-2-Clause */
/* Which sessions a policy lets be opened: of each protocol, by each form of a
 * rule. */
#include "policy_world.h"

/* --- Rules. */

static void by_handler(struct vpnalg_rule *rule, const struct opener *opener)
{
	rule->handler = opener->handler;
}

static void by_ip_protocol(struct vpnalg_rule *rule,
			   const struct opener *opener)
{
	rule->ip_protocol = opener->ip_protocol;
}

static void by_port(struct vpnalg_rule *rule, const struct opener *opener)
{
	rule->handler = opener->handler;
	rule->ip_protocol = opener->ip_protocol;
	rule->remote_port = opener->port;
}

static void by_inside_prefix(struct vpnalg_rule *rule,
			     const struct opener *opener)
{
	(void)opener;
	prefix(&rule->inside, CLIENT_A & ~3U);
	rule->inside_length = 30;
}

static void by_zone(struct vpnalg_rule *rule, const struct opener *opener)
{
	(void)opener;
	rule->in_zone = true;
	rule->zone = ZONE;
}

static void all(struct vpnalg_rule *rule, const struct opener *opener)
{
	(void)rule;
	(void)opener;
}

/* Whom a rule does not concern: another host, another remote, or nobody. */
static const struct form {
	const char *what;
	void (*make)(struct vpnalg_rule *rule, const struct opener *opener);
	uint32_t other_host, other_remote;
} forms[] = {
	{ "handler", by_handler, 0, 0 },
	{ "IP protocol", by_ip_protocol, 0, 0 },
	{ "port", by_port, 0, 0 },
	{ "inside host", by_inside, CLIENT_B, SERVER_2 },
	{ "inside prefix", by_inside_prefix, CLIENT_B, SERVER_2 },
	{ "remote prefix", by_remote, CLIENT_A, SERVER_2 },
	{ "zone", by_zone, 0, 0 },
	{ "all", all, 0, 0 },
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* Opens and is refused, for each protocol and form of a rule. A living session
 * goes on when it is drained, and ends when it is cut. */
START_TEST(a_rule_shuts_and_opens_a_protocol)
{
	const struct opener *opener = &openers[(unsigned)_i / FORMS];
	const struct form *form = &forms[(unsigned)_i % FORMS];
	long records;

	begin();
	records = w.records;
	form->make(&rules[0], opener);
	set(1);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_DROP_DENIED);
	ck_assert(vpnalg_wants_prohibited(&w.last));
	ck_assert_int_eq(w.records, records);
	if (form->other_host != 0)
		ck_assert_uint_eq(try(opener, form->other_host,
				      form->other_remote),
				  VPNALG_TRANSLATED);
	set(0);
	world_wait(&w, 5000);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	set(1);
	world_wait(&w, 5000);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	policy.cut = true;
	set(1);
	world_wait(&w, 0);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_DROP_DENIED);
	if (form->other_host != 0)
		ck_assert_uint_eq(try(opener, form->other_host,
				      form->other_remote),
				  VPNALG_TRANSLATED);
	end();
}
END_TEST

START_TEST(a_rule_for_a_zone_concerns_no_other)
{
	const struct opener *opener = &openers[_i];
	struct bytes p = opener->packet(CLIENT_A, SERVER);
	struct vpnalg_packet packet = { .data = p.data,
					.caplen = p.length,
					.len = p.length,
					.direction = VPNALG_OUT,
					.zone = ZONE + 1 };

	begin();
	by_zone(&rules[0], opener);
	set(1);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_DROP_DENIED);
	vpnalg_process(w.alg, &packet, 1, w.now);
	ck_assert_uint_eq(packet.result, VPNALG_TRANSLATED);
	end();
}
END_TEST

/* A switch is for its protocol alone. */
START_TEST(a_switch_concerns_no_other_protocol)
{
	const struct opener *opener = &openers[_i];
	unsigned i;

	begin();
	rules[0].handler = opener->handler;
	set(1);
	for (i = 0; i < OPENERS; i++) {
		world_wait(&w, 11000); /* nobody is held back for another */
		ck_assert_msg(try(&openers[i], CLIENT_A, SERVER_2) ==
				      (openers[i].handler == opener->handler
					       ? VPNALG_DROP_DENIED
					       : VPNALG_TRANSLATED),
			      "%s: %s", opener->what, openers[i].what);
	}
	end();
}
END_TEST

/* Returns how many IDs a limit without a bound counts for a host or remote. */
static uint32_t ids_of(const struct vpnalg_limit *limit, uint32_t address)
{
	struct vpnalg_use use = { .size = sizeof(use) };
	struct vpnalg_addr addr = { .family = VPNALG_IPV4 };
	size_t i = 0;

	while (protocols[i].handler != limit->handler)
		i++;
	put32(addr.octets, address);
	ck_assert(vpnalg_policy_use(w.alg, limit->per, ZONE, &addr, &use));
	return use.ids_by_protocol[i];
}

/* What exceeds a limit is not opened, what is there goes on, and without the
 * limit it opens; of the same protocol, and no other: in all, of each host, and
 * of each remote; of all sessions, and of those with an ID. */
START_TEST(a_limit_shuts_and_opens_a_protocol)
{
	const struct opener *opener = &openers[_i % (int)OPENERS];
	struct vpnalg_limit limit = { .handler = opener->handler,
				      .per = (uint8_t)(_i / (int)OPENERS % 3),
				      .ids = _i / (int)OPENERS >= 3 };
	bool counts;
	size_t i;

	begin_with(true);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	counts = !limit.ids || ids_of(&limit, limit.per == VPNALG_PER_REMOTE
						      ? SERVER
						      : CLIENT_A) > 0;
	/* L2TPv3 over IP has its ID with a child: others' limits are not its. */
	if (opener->ip_protocol == L2TP_IP && limit.per != VPNALG_PER_HOST)
		counts = !limit.ids;
	policy.limits = &limit;
	policy.limit_count = 1;
	set(0);
	ck_assert_uint_eq(try(opener, CLIENT_B, SERVER_2),
			  counts ? VPNALG_DROP_LIMIT : VPNALG_TRANSLATED);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	for (i = 0; i < OPENERS; i++)
		if (openers[i].handler != opener->handler)
			ck_assert_uint_eq(try(&openers[i], CLIENT_C, SERVER_2),
					  VPNALG_TRANSLATED);
	policy.limit_count = 0;
	set(0);
	ck_assert_uint_eq(try(opener, CLIENT_B, SERVER_2), VPNALG_TRANSLATED);
	end();
}
END_TEST

/* AH does not survive a translation, whatever the rules say of it. */
START_TEST(ah_is_dropped_with_and_without_its_switch)
{
	const struct vpnalg_rule rule = { .action = (uint8_t)_i,
					  .handler = vpnalg_ipsec,
					  .ip_protocol = 51 };
	struct bytes p = ip_packet(CLIENT_A, SERVER, 51, "\x06\x04\0\0\0\0\0\1",
				   8);

	begin_with(false);
	policy.rules = &rule;
	policy.rule_count = 1;
	set(0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_AH);
	ck_assert_uint_eq(try(&openers[1], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* A host that has opened as much as it may at once waits with the next one, and
 * what it has goes on; another host does not wait. */
START_TEST(a_host_opens_each_protocol_no_faster_than_it_may)
{
	const struct opener *opener = &openers[_i];
	unsigned i;

	begin_with(true);
	policy.host_rate = 1;
	policy.host_burst = 2;
	set(0);
	for (i = 0; try(opener, CLIENT_A, SERVER_2 + i) == VPNALG_TRANSLATED;)
		i++;
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_LIMIT);
	ck_assert_uint_ge(i, 1);
	ck_assert_uint_le(i, 2);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER_2), VPNALG_TRANSLATED);
	ck_assert_uint_eq(try(opener, CLIENT_B, SERVER), VPNALG_TRANSLATED);
	world_wait(&w, 2000);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER_2 + i),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

Suite *policy_suite(void)
{
	Suite *suite = suite_create("policy");
	TCase *tc = tcase_create("rules");

	tcase_add_loop_test(tc, a_rule_shuts_and_opens_a_protocol, 0,
			    (int)(OPENERS * FORMS));
	tcase_add_loop_test(tc, a_rule_for_a_zone_concerns_no_other, 0,
			    (int)OPENERS);
	tcase_add_loop_test(tc, a_switch_concerns_no_other_protocol, 0,
			    (int)OPENERS);
	tcase_add_loop_test(tc, ah_is_dropped_with_and_without_its_switch,
			    VPNALG_RULE_ALLOW, VPNALG_RULE_PRIORITY + 1);
	tcase_add_loop_test(tc, a_limit_shuts_and_opens_a_protocol, 0,
			    6 * (int)OPENERS);
	tcase_add_loop_test(tc,
			    a_host_opens_each_protocol_no_faster_than_it_may, 0,
			    (int)OPENERS);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, limits_case());
	suite_add_tcase(suite, limits_room_case());
	suite_add_tcase(suite, policy_life_case());
	suite_add_tcase(suite, policy_refused_case());
	return suite;
}
