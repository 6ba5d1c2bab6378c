/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of protocols that are switched off and on. */
#include "events.h"

/* --- Switches. */

START_TEST(a_protocol_makes_an_event_when_it_switches_off_and_when_on)
{
	begin((struct world_options){ 0 });
	quiets[0] = (struct vpnalg_quiet){ vpnalg_general, 1000 };
	policy.quiet_count = 1;
	set();
	world_wait(&w, 0);
	ck_assert_uint_eq(count, 0);
	world_wait(&w, 1000);
	world_wait(&w, 1000);
	ck_assert_uint_eq(only(VPNALG_EVENT_OFF)->protocol, ALL_GENERAL);
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 3001, SERVER, 53),
			  VPNALG_DROP_DENIED);
	only(VPNALG_EVENT_REFUSED);
	set();
	ck_assert_uint_eq(only(VPNALG_EVENT_ON)->protocol, ALL_GENERAL);
	ck_assert_uint_eq(count, 3);
	policy.quiet_count = 0;
	set();
	world_end(&w);
}
END_TEST

#define DENY .action = VPNALG_RULE_DENY
#define ALLOW .action = VPNALG_RULE_ALLOW
#define HOSTS .inside = { VPNALG_IPV4, { 192 } }, .inside_length = 8
#define REMOTES .remote = { VPNALG_IPV4, { 203 } }, .remote_length = 8
#define GENERAL .handler = vpnalg_general
#define PPTP_ONLY .handler = vpnalg_pptp

/* A policy, the one that follows, which the first then follows in turn, and what
 * the second tells of general traffic. */
static const struct switching {
	const char *what;
	struct vpnalg_rule from[2], to[2];
	size_t from_count, to_count;
	unsigned tells;
} switchings[] = {
	{ "a switch", { { 0 } }, { { DENY, GENERAL } }, 0, 1,
	  VPNALG_EVENT_OFF },
	{ "all", { { 0 } }, { { DENY } }, 0, 1, VPNALG_EVENT_OFF },
	{ "another's", { { DENY, GENERAL } }, { { DENY, PPTP_ONLY } }, 1, 1,
	  VPNALG_EVENT_ON },
	{ "all, then itself", { { DENY } }, { { DENY, GENERAL } }, 1, 1, 0 },
	{ "hosts", { { 0 } }, { { DENY, HOSTS } }, 0, 1, 0 },
	{ "remotes", { { 0 } }, { { DENY, REMOTES } }, 0, 1, 0 },
	{ "a zone", { { 0 } }, { { DENY, .in_zone = true } }, 0, 1, 0 },
	{ "a port", { { 0 } }, { { DENY, .remote_port = 53 } }, 0, 1, 0 },
	{ "UDP", { { 0 } }, { { DENY, .ip_protocol = UDP } }, 0, 1, 0 },
	{ "hosts, and all", { { 0 } }, { { DENY, HOSTS }, { DENY } }, 0, 2,
	  VPNALG_EVENT_OFF },
	{ "all but hosts", { { DENY } }, { { ALLOW, HOSTS }, { DENY } }, 1, 2,
	  VPNALG_EVENT_ON },
	{ "all but another", { { 0 } }, { { ALLOW, PPTP_ONLY }, { DENY } }, 0, 2,
	  VPNALG_EVENT_OFF },
	{ "all but it", { { 0 } }, { { ALLOW, GENERAL }, { DENY } }, 0, 2, 0 },
};

static void change(const struct vpnalg_rule *to, size_t to_count)
{
	memcpy(rules, to, sizeof(rules));
	policy.rule_count = to_count;
	forget();
	set();
}

/* The only event of general traffic has this type; 0: there is none. */
static void told_of_general(const char *what, unsigned type)
{
	unsigned i, found = 0;

	for (i = 0; i < count; i++) {
		if (heard[i].protocol != ALL_GENERAL)
			continue;
		ck_assert_msg(found == 0, "%s: two", what);
		found = heard[i].type;
	}
	ck_assert_msg(found == type, "%s: %u", what, found);
}

START_TEST(a_switch_that_a_policy_changes_makes_an_event)
{
	const struct switching *row = &switchings[_i];
	unsigned back = row->tells == 0			? 0
			: row->tells == VPNALG_EVENT_ON ? VPNALG_EVENT_OFF
							: VPNALG_EVENT_ON;

	begin((struct world_options){ 0 });
	change(row->from, row->from_count);
	change(row->to, row->to_count);
	told_of_general(row->what, row->tells);
	change(row->to, row->to_count);
	told_of_general(row->what, 0);
	change(row->from, row->from_count);
	told_of_general(row->what, back);
	world_end(&w);
}
END_TEST

/* Off is off, whether it is denied or was quiet. */
START_TEST(a_protocol_that_is_off_in_two_ways_makes_one_event)
{
	begin((struct world_options){ 0 });
	quiets[0] = (struct vpnalg_quiet){ vpnalg_general, 1000 };
	policy.quiet_count = 1;
	rules[0] = (struct vpnalg_rule){ DENY, GENERAL };
	policy.rule_count = 1;
	set();
	only(VPNALG_EVENT_OFF);
	world_wait(&w, 0);
	world_wait(&w, 1000);
	ck_assert_uint_eq(count, 1);
	policy.rule_count = 0;
	set();
	only(VPNALG_EVENT_ON);
	forget();
	world_wait(&w, 0);
	world_wait(&w, 1000);
	only(VPNALG_EVENT_OFF);
	policy.rule_count = 1;
	set();
	ck_assert_uint_eq(count, 1);
	policy.rule_count = policy.quiet_count = 0;
	set();
	only(VPNALG_EVENT_ON);
	world_end(&w);
}
END_TEST

START_TEST(the_first_policy_makes_no_event_and_the_next_its_changes)
{
	rules[0] = (struct vpnalg_rule){ DENY, GENERAL };
	policy = (struct vpnalg_policy){ .size = sizeof(policy),
					 .rules = rules,
					 .rule_count = 1 };
	forget();
	all_world(&w, (struct world_options){ .on_event = keep,
					      .policy = &policy });
	ck_assert_uint_eq(count, 0);
	set();
	ck_assert_uint_eq(count, 0);
	policy.rule_count = 0;
	set();
	ck_assert_uint_eq(only(VPNALG_EVENT_ON)->protocol, ALL_GENERAL);
	world_end(&w);
}
END_TEST

TCase *events_switch_case(void)
{
	TCase *t = tcase_create("switches");

	tcase_add_test(
		t,
		a_protocol_makes_an_event_when_it_switches_off_and_when_on);
	tcase_add_loop_test(t, a_switch_that_a_policy_changes_makes_an_event, 0,
			    ROWS(switchings));
	tcase_add_test(t, a_protocol_that_is_off_in_two_ways_makes_one_event);
	tcase_add_test(
		t, the_first_policy_makes_no_event_and_the_next_its_changes);
	return t;
}
