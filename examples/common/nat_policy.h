/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy as options give it. */
#ifndef COMMON_NAT_POLICY_H
#define COMMON_NAT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/policy.h>

/* The user's options. */
struct nat_policy {
	struct vpnalg_rule rules[VPNALG_RULES_MAX];
	size_t rule_count;
	struct vpnalg_limit limits[VPNALG_LIMITS_MAX];
	size_t limit_count;
	struct vpnalg_quiet quiets[VPNALG_QUIETS_MAX];
	size_t quiet_count;
	uint32_t host_rate, host_burst; /* 0: as many as it likes */
	bool cut; /* sessions that it denies end; else they are drained */
};

/* The rows of its options in a program's table. */
#define NAT_POLICY_ROWS(policy) \
	{ "--allow", nat_policy_allow, (policy), 0, 0, \
	  OPTION_LIST | NAT_POLICY_MARKS }, \
	{ "--disable", nat_policy_disable, (policy), 0, 0, \
	  OPTION_LIST | NAT_POLICY_MARKS }, \
	{ "--host-rate", nat_policy_host_rate, (policy), 0, 0, \
	  NAT_POLICY_MARKS }, \
	{ "--limit", nat_policy_limit, (policy), 0, 0, \
	  OPTION_LIST | NAT_POLICY_MARKS }, \
	{ "--priority", nat_policy_priority, (policy), 0, 0, \
	  OPTION_LIST | NAT_POLICY_MARKS }, \
	{ "--switch-off", nat_policy_switch_off, (policy), 0, 0, \
	  OPTION_LIST | NAT_POLICY_MARKS }

#define NAT_POLICY_MARKS (OPTION_LIVE | OPTION_POLICY)

#define NAT_POLICY_HELP \
	"  --disable RULE, --allow RULE, --priority RULE\n" \
	"                      who may open sessions: the first that matches decides;\n" \
	"                      RULE is a protocol or any[,inside=PREFIX]" \
	"[,remote=PREFIX]\n" \
	"  --host-rate N,BURST what an inside host may open a second, and at once\n" \
	"  --limit LIMIT       how many sessions there may be: [PROTOCOL,]all=N,\n" \
	"                      host=N or remote=N\n" \
	"  --switch-off PROTOCOL=SEC\n" \
	"                      nobody opens any more after so long without use\n"

/* read() of the options; where is a struct nat_policy. */
const char *nat_policy_allow(void *where, const char *value);
const char *nat_policy_disable(void *where, const char *value);
const char *nat_policy_priority(void *where, const char *value);
const char *nat_policy_limit(void *where, const char *value);
const char *nat_policy_host_rate(void *where, const char *value);
const char *nat_policy_switch_off(void *where, const char *value);

/* Reads ADDRESS/LENGTH, or ADDRESS alone. */
bool nat_policy_prefix(const char *word, struct vpnalg_addr *address,
		       uint8_t *length);

/* Room for what a limit counts. */
#define NAT_POLICY_COUNTED 16

/* Writes what a limit counts, as its option has it. */
void nat_policy_counted(const struct vpnalg_limit *limit,
			char counted[NAT_POLICY_COUNTED]);

/* Fills in a translator's policy, for a store with that many units. The arrays
 * are the options'. */
void nat_policy_set(const struct nat_policy *options, uint32_t store_units,
		    struct vpnalg_policy *policy);

#endif
