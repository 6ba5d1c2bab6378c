/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks a policy, and says what is wrong with it. */
#include "policy_check.h"

#include "built.h"

#include "prefix.h"
#include "settings.h"

/* Returns whether a handler is one of the protocols. */
static bool is_known(const struct policy_scope *scope,
		     const struct vpnalg_handler *handler)
{
	size_t h;

	for (h = 0; h < scope->handler_count; h++)
		if (scope->handlers[h] == handler)
			return true;
	return false;
}

static const char *rule_fault(const struct policy_scope *scope,
			      const struct vpnalg_rule *rule)
{
	if (rule->action > VPNALG_RULE_PRIORITY)
		return "rules: no enum vpnalg_rule_action";
	if (rule->handler != NULL && !is_known(scope, rule->handler()))
		return "rules: the handler is none of the protocols";
	if (!prefix_is_one(&rule->inside, rule->inside_length))
		return "rules: inside is no IPv4 prefix";
	if (!prefix_is_one(&rule->remote, rule->remote_length))
		return "rules: remote is no IPv4 prefix";
	return NULL;
}

static const char *limit_fault(const struct policy_scope *scope,
			       const struct vpnalg_limit *limit)
{
	if (limit->per > VPNALG_PER_REMOTE)
		return "limits: no enum vpnalg_per";
	if (limit->handler != NULL && !is_known(scope, limit->handler()))
		return "limits: the handler is none of the protocols";
	if (limit->per == VPNALG_PER_HOST && !scope->count_hosts)
		return "limits: per host, but hosts are not counted";
	if (limit->per == VPNALG_PER_REMOTE && !scope->count_remotes)
		return "limits: per remote, but remotes are not counted";
	return NULL;
}

static const char *quiet_fault(const struct policy_scope *scope,
			       const struct vpnalg_quiet *quiet)
{
	if (quiet->handler == NULL || !is_known(scope, quiet->handler()))
		return "quiets: the handler is none of the protocols";
	return quiet->time == 0 ? "quiets: no time" : NULL;
}

/* Returns what is wrong with one of the arrays, and sets *i to the place. */
static const char *array_fault(const struct policy_scope *scope,
			       const struct vpnalg_policy *policy, size_t *i)
{
	const char *text;

	for (*i = 0; *i < policy->rule_count; ++*i) {
		text = rule_fault(scope, &policy->rules[*i]);
		if (text != NULL)
			return text;
	}
	for (*i = 0; *i < policy->limit_count; ++*i) {
		text = limit_fault(scope, &policy->limits[*i]);
		if (text != NULL)
			return text;
	}
	for (*i = 0; *i < policy->quiet_count; ++*i) {
		text = quiet_fault(scope, &policy->quiets[*i]);
		if (text != NULL)
			return text;
	}
	*i = 0;
	return NULL;
}

/* The greatest rate and burst: a host's share is counted in thousandths of a
 * session. */
#define RATE_MAX 1000000

static const char *number_fault(const struct policy_scope *scope,
				const struct vpnalg_policy *policy)
{
	if (policy->rule_count > VPNALG_RULES_MAX ||
	    (policy->rule_count > 0 && policy->rules == NULL))
		return "rules: more than 128, or none there";
	if (policy->limit_count > VPNALG_LIMITS_MAX ||
	    (policy->limit_count > 0 && policy->limits == NULL))
		return "limits: more than 32, or none there";
	if (policy->quiet_count > VPNALG_QUIETS_MAX ||
	    (policy->quiet_count > 0 && policy->quiets == NULL))
		return "quiets: more than 15, or none there";
	if (policy->host_rate > RATE_MAX || policy->host_burst > RATE_MAX)
		return "host_rate: more than 1000000";
	if (policy->host_rate != 0 && !scope->count_hosts)
		return "host_rate: hosts are not counted";
	if (policy->host_rate == 0 && policy->host_burst != 0)
		return "host_burst: without host_rate";
	if (policy->vpn_units > policy->store_units ||
	    policy->priority_units > policy->store_units - policy->vpn_units)
		return "store_units: fewer than are kept back";
	return NULL;
}

const char *vpnalg_policy_check(const struct policy_scope *scope,
				const struct vpnalg_policy *given,
				struct vpnalg_policy *policy, size_t *index)
{
	const char *text;

	*index = 0;
	if (!vpnalg_settings_read(policy, sizeof(*policy), given))
		return "size: a struct of another version";
	if (!VPNALG_WITH_POLICY)
		return given != NULL ? "not part of this build" : NULL;
	text = number_fault(scope, policy);
	return text != NULL ? text : array_fault(scope, policy, index);
}
