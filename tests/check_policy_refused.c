/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies that cannot be, and those that a translator begins with. */
#include "policy_world.h"

const struct vpnalg_handler *udplite_handler(void);

/* --- What is no policy. */

static const struct wrong {
	const char *text;
	struct vpnalg_policy policy;
	struct vpnalg_rule rule;
	struct vpnalg_limit limit;
	struct vpnalg_quiet quiet;
} wrongs[] = {
	{ "size: a struct of another version", .policy = { .size = 4 } },
	{ "rules: more than 128, or none there",
	  .policy = { .rule_count = VPNALG_RULES_MAX + 1 } },
	{ "rules: no enum vpnalg_rule_action", .policy = { .rule_count = 1 },
	  .rule = { .action = 3 } },
	{ "rules: the handler is none of the protocols",
	  .policy = { .rule_count = 1 },
	  .rule = { .handler = udplite_handler } },
	{ "rules: inside is no IPv4 prefix", .policy = { .rule_count = 1 },
	  .rule = { .inside_length = 8 } },
	{ "rules: inside is no IPv4 prefix", .policy = { .rule_count = 1 },
	  .rule = { .inside_length = 33, .inside = { .family = 4 } } },
	{ "rules: remote is no IPv4 prefix", .policy = { .rule_count = 1 },
	  .rule = { .remote_length = 8, .remote = { .family = 6 } } },
	{ "limits: more than 32, or none there",
	  .policy = { .limit_count = VPNALG_LIMITS_MAX + 1 } },
	{ "limits: no enum vpnalg_per", .policy = { .limit_count = 1 },
	  .limit = { .per = 3 } },
	{ "limits: the handler is none of the protocols",
	  .policy = { .limit_count = 1 },
	  .limit = { .handler = udplite_handler } },
	{ "limits: per host, but hosts are not counted",
	  .policy = { .limit_count = 1 }, .limit = { .per = VPNALG_PER_HOST } },
	{ "limits: per remote, but remotes are not counted",
	  .policy = { .limit_count = 1 },
	  .limit = { .per = VPNALG_PER_REMOTE } },
	{ "quiets: more than 15, or none there",
	  .policy = { .quiet_count = VPNALG_QUIETS_MAX + 1 } },
	{ "quiets: the handler is none of the protocols",
	  .policy = { .quiet_count = 1 }, .quiet = { NULL, 1 } },
	{ "quiets: no time", .policy = { .quiet_count = 1 },
	  .quiet = { vpnalg_pptp, 0 } },
	{ "host_rate: more than 1000000", .policy = { .host_rate = 1000001 } },
	{ "host_rate: hosts are not counted", .policy = { .host_rate = 1 } },
	{ "host_burst: without host_rate", .policy = { .host_burst = 1 } },
	{ "store_units: fewer than are kept back",
	  .policy = { .store_units = 10,
		      .vpn_units = 6,
		      .priority_units = 5 } },
};

/* The last policy holds on, and a wrong one is no setting either. */
START_TEST(a_policy_that_cannot_be_is_refused)
{
	const struct wrong *row = &wrongs[_i];
	struct vpnalg_policy p = row->policy;
	size_t index = 9;

	begin();
	set(1);
	if (p.size == 0)
		p.size = sizeof(p);
	p.rules = &row->rule;
	p.limits = &row->limit;
	p.quiets = &row->quiet;
	ck_assert_int_eq(vpnalg_set_policy(w.alg, &p, w.now),
			 VPNALG_ERROR_CONFIG);
	ck_assert_str_eq(vpnalg_policy_error(w.alg, &p, &index), row->text);
	ck_assert_uint_eq(index, 0);
	ck_assert_str_eq(vpnalg_policy_error(w.alg, &p, NULL), row->text);
	ck_assert_uint_eq(try(&openers[8], CLIENT_A, SERVER),
			  VPNALG_DROP_DENIED);
	ck_assert_int_eq(vpnalg_set_policy(w.alg, NULL, w.now), 0);
	ck_assert_uint_eq(try(&openers[8], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

START_TEST(the_place_of_what_is_wrong_is_returned)
{
	const struct vpnalg_limit limits[] = { { .most = 1 }, { .per = 9 } };
	size_t index;

	begin();
	rules[2].action = 9;
	policy.rule_count = 3;
	ck_assert_ptr_nonnull(vpnalg_policy_error(w.alg, &policy, &index));
	ck_assert_uint_eq(index, 2);
	policy.rule_count = 2;
	policy.limits = limits;
	policy.limit_count = 2;
	ck_assert_ptr_nonnull(vpnalg_policy_error(w.alg, &policy, &index));
	ck_assert_uint_eq(index, 1);
	policy.limit_count = 1;
	ck_assert_ptr_null(vpnalg_policy_error(w.alg, &policy, &index));
	end();
}
END_TEST

/* The policy holds from the first packet. */
START_TEST(a_translator_begins_with_its_policy)
{
	struct world_options options = { .protocols = protocols,
					 .protocol_count = ROWS(protocols),
					 .policy = &policy };

	memset(rules, 0, sizeof(rules));
	policy = (struct vpnalg_policy){ .size = sizeof(policy),
					 .rules = rules,
					 .rule_count = 1 };
	world_begin(&w, &options);
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_DROP_DENIED);
	end();
}
END_TEST

static uint32_t no_random(void *context)
{
	(void)context;
	return 4;
}

START_TEST(a_wrong_policy_is_a_wrong_setting)
{
	const struct vpnalg_policy bad = { .size = sizeof(bad),
					   .host_rate = 1 };
	const struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_config config = { .size = sizeof(config),
					.protocols = protocols,
					.protocol_count = 1,
					.addresses = &outside,
					.address_count = 1,
					.policy = &bad };
	uint64_t memory[4096];
	struct vpnalg *alg;

	begin();
	config.store = &w.store;
	config.random = no_random;
	ck_assert_str_eq(vpnalg_config_error(&config, NULL),
			 "host_rate: hosts are not counted");
	ck_assert_uint_eq(vpnalg_size(&config), 0);
	ck_assert_int_eq(vpnalg_init(&alg, memory, sizeof(memory), &config),
			 VPNALG_ERROR_CONFIG);
	end();
}
END_TEST

TCase *policy_refused_case(void)
{
	TCase *t = tcase_create("what is no policy");

	tcase_add_loop_test(t, a_policy_that_cannot_be_is_refused, 0,
			    ROWS(wrongs));
	tcase_add_test(t, the_place_of_what_is_wrong_is_returned);
	tcase_add_test(t, a_translator_begins_with_its_policy);
	tcase_add_test(t, a_wrong_policy_is_a_wrong_setting);
	return t;
}
