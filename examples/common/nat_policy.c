/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_policy.h"

#include <vpnalg/protocols.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

/* The default parts of the session table, as divisors, that are kept for VPNs,
 * and for hosts with priority if there are any. */
#define VPN_PART 8
#define PRIORITY_PART 16

/* The names of protocols in options, and the sessions that each stands for. */
static const struct name {
	const char *name;
	vpnalg_handler_function *handler;
	uint8_t ip_protocol; /* 0: it is a whole handler's */
	uint16_t port;
} names[] = {
	{ "pptp", vpnalg_pptp, 0, 0 },
	{ "ipsec", vpnalg_ipsec, 0, 0 },
	{ "ike", vpnalg_ipsec, IPPROTO_UDP, 500 },
	{ "nat-t", vpnalg_ipsec, IPPROTO_UDP, 4500 },
	{ "esp", vpnalg_ipsec, IPPROTO_ESP, 0 },
	{ "ah", vpnalg_ipsec, IPPROTO_AH, 0 },
	{ "l2tp", vpnalg_l2tp, 0, 0 },
	{ "gre", vpnalg_gre, 0, 0 },
	{ "general", vpnalg_general, 0, 0 },
	{ "any", NULL, 0, 0 },
};

static const struct name *find_name(const char *word)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, word))
			return &names[i];
	return NULL;
}

/* Rules */

bool nat_policy_prefix(const char *word, struct vpnalg_addr *address,
		       uint8_t *length)
{
	char text[INET_ADDRSTRLEN];
	unsigned bits = 32;
	int end = -1;

	if (sscanf(word, "%15[0-9.]%n", text, &end) != 1)
		return false;
	if (word[end] == '/' &&
	    (sscanf(word, "%15[0-9.]/%2u%n", text, &bits, &end) != 2 ||
	     bits > 32))
		return false;
	address->family = VPNALG_IPV4;
	*length = (uint8_t)bits;
	return word[end] == '\0' &&
	       inet_pton(AF_INET, text, address->octets) == 1;
}

static const char *read_part(struct vpnalg_rule *rule, const char *word)
{
	if (!strncmp(word, "inside=", 7))
		return nat_policy_prefix(word + 7, &rule->inside,
				   &rule->inside_length)
			       ? NULL
			       : "inside: not ADDRESS/LENGTH";
	if (!strncmp(word, "remote=", 7))
		return nat_policy_prefix(word + 7, &rule->remote,
				   &rule->remote_length)
			       ? NULL
			       : "remote: not ADDRESS/LENGTH";
	return "neither inside=PREFIX nor remote=PREFIX";
}

static const char *read_rule(struct vpnalg_rule *rule, char *text)
{
	char *rest, *word = strtok_r(text, ",", &rest);
	const struct name *name = word ? find_name(word) : NULL;
	const char *why = NULL;

	if (!name)
		return "no protocol that there is: pptp, ipsec, ike, nat-t, "
		       "esp, ah, l2tp, gre, general or any";
	rule->handler = name->handler;
	rule->ip_protocol = name->ip_protocol;
	rule->remote_port = name->port;
	while (!why && (word = strtok_r(NULL, ",", &rest)) != NULL)
		why = read_part(rule, word);
	return why;
}

/* A value is short: what is longer is wrong. */
#define VALUE_MAX 80

static const char *add_rule(struct nat_policy *policy, const char *value,
			    uint8_t action)
{
	struct vpnalg_rule rule = { .action = action };
	char text[VALUE_MAX];
	const char *why;

	if (strlen(value) >= sizeof(text))
		return "too long";
	if (policy->rule_count == VPNALG_RULES_MAX)
		return "more than 128 rules";
	why = read_rule(&rule, strcpy(text, value));
	if (!why)
		policy->rules[policy->rule_count++] = rule;
	return why;
}

const char *nat_policy_allow(void *where, const char *value)
{
	return add_rule(where, value, VPNALG_RULE_ALLOW);
}

const char *nat_policy_disable(void *where, const char *value)
{
	return add_rule(where, value, VPNALG_RULE_DENY);
}

const char *nat_policy_priority(void *where, const char *value)
{
	return add_rule(where, value, VPNALG_RULE_PRIORITY);
}

/* Limits */

/* Reads a number of at most nine digits. */
static bool read_number(const char *word, uint32_t *number)
{
	int end = -1;

	return sscanf(word, "%9[0-9]%n", (char[10]){ 0 }, &end) == 1 &&
	       word[end] == '\0' && sscanf(word, "%9u", number) == 1;
}

static bool read_per(const char *word, struct vpnalg_limit *limit)
{
	static const char *const pers[] = {
		[VPNALG_PER_TRANSLATOR] = "all=",
		[VPNALG_PER_HOST] = "host=",
		[VPNALG_PER_REMOTE] = "remote=",
	};

	for (uint8_t i = 0; i < sizeof(pers) / sizeof(pers[0]); i++)
		if (!strncmp(word, pers[i], strlen(pers[i]))) {
			limit->per = i;
			return read_number(word + strlen(pers[i]),
					   &limit->most);
		}
	return false;
}

/* Reads what is counted: a protocol, ids, or both in this order. */
static bool read_counted(char *text, struct vpnalg_limit *limit)
{
	char *comma = strchr(text, ',');
	const char *last = comma ? comma + 1 : text;
	const struct name *name;

	limit->ids = !strcmp(last, "ids");
	if (limit->ids && !comma)
		return true;
	if (comma)
		*comma = '\0';
	name = find_name(text);
	if (!name || name->ip_protocol || (comma && !limit->ids))
		return false;
	limit->handler = name->handler;
	return true;
}

void nat_policy_counted(const struct vpnalg_limit *limit,
			char counted[NAT_POLICY_COUNTED])
{
	const struct name *name = names;

	while (name->handler && name->handler != limit->handler)
		name++;
	snprintf(counted, NAT_POLICY_COUNTED, "%s%s%s",
		 limit->ids && !name->handler ? "" : name->name,
		 limit->ids && name->handler ? "," : "",
		 limit->ids ? "ids" : "");
}

const char *nat_policy_limit(void *where, const char *value)
{
	struct nat_policy *policy = where;
	const char *comma = strrchr(value, ',');
	struct vpnalg_limit limit = { 0 };
	char text[VALUE_MAX];

	if (strlen(value) >= sizeof(text))
		return "too long";
	if (policy->limit_count == VPNALG_LIMITS_MAX)
		return "more than 32 limits";
	if (comma) {
		strcpy(text, value);
		text[comma - value] = '\0';
		if (!read_counted(text, &limit))
			return "pptp, ipsec, l2tp, gre or general, ids, or "
			       "both stand before a comma";
		value = comma + 1;
	}
	if (!read_per(value, &limit))
		return "not all=N, host=N or remote=N";
	policy->limits[policy->limit_count++] = limit;
	return NULL;
}

const char *nat_policy_host_rate(void *where, const char *value)
{
	struct nat_policy *policy = where;
	unsigned rate, burst;
	int end = -1;

	if (sscanf(value, "%7u,%7u%n", &rate, &burst, &end) != 2 ||
	    value[end] || rate < 1 || rate > 1000000 || burst < 1 ||
	    burst > 1000000)
		return "not N,BURST: two numbers from 1 to 1000000";
	policy->host_rate = rate;
	policy->host_burst = burst;
	return NULL;
}

const char *nat_policy_switch_off(void *where, const char *value)
{
	struct nat_policy *policy = where;
	const struct name *name;
	char word[8];
	unsigned seconds;
	int end = -1;

	if (sscanf(value, "%7[a-z0-9]=%7u%n", word, &seconds, &end) != 2 ||
	    value[end] || seconds < 1 || seconds > 4000000)
		return "not PROTOCOL=SECONDS: 1 to 4000000";
	name = find_name(word);
	if (!name || !name->handler || name->ip_protocol)
		return "not pptp, ipsec, l2tp, gre or general";
	if (policy->quiet_count == VPNALG_QUIETS_MAX)
		return "more than 15";
	policy->quiets[policy->quiet_count++] =
		(struct vpnalg_quiet){ name->handler, seconds * 1000 };
	return NULL;
}

/* All together */

static bool has_priority(const struct nat_policy *options)
{
	for (size_t i = 0; i < options->rule_count; i++)
		if (options->rules[i].action == VPNALG_RULE_PRIORITY)
			return true;
	return false;
}

void nat_policy_set(const struct nat_policy *options, uint32_t store_units,
		    struct vpnalg_policy *policy)
{
	*policy = (struct vpnalg_policy){
		.size = sizeof(*policy),
		.rules = options->rules,
		.rule_count = options->rule_count,
		.limits = options->limits,
		.limit_count = options->limit_count,
		.quiets = options->quiets,
		.quiet_count = options->quiet_count,
		.host_rate = options->host_rate,
		.host_burst = options->host_burst,
		.store_units = store_units,
		.vpn_units = store_units / VPN_PART,
		.priority_units =
			has_priority(options) ? store_units / PRIORITY_PART : 0,
		.cut = options->cut,
	};
}
