/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy: set as a whole, then read rule by rule where a session is opened.
 * It is checked in policy_check.c; counting is in tally.c, limits and room in
 * admit.c. */
#include "policy.h"

#include "clock.h"
#include "event.h"
#include "policy_check.h"
#include "prefix.h"
#include "record.h"

#include "../wire/ip.h"

/* Rules */

static bool concerns(const struct vpnalg *translator,
		     const struct vpnalg_rule *rule, unsigned handler)
{
	return rule->handler == NULL ||
	       rule->handler() == translator->handlers[handler];
}

static bool matches(const struct vpnalg *translator,
		    const struct vpnalg_rule *rule,
		    const struct subject *subject)
{
	return (rule->ip_protocol == 0 ||
		rule->ip_protocol == subject->ip_protocol) &&
	       (!rule->in_zone || rule->zone == subject->zone) &&
	       (rule->remote_port == 0 || rule->remote_port == subject->port) &&
	       prefix_has(&rule->inside, rule->inside_length,
			  subject->inside) &&
	       (rule->remote.family == 0 ||
		(subject->remote != NULL &&
		 prefix_has(&rule->remote, rule->remote_length,
			    subject->remote))) &&
	       concerns(translator, rule, subject->handler);
}

uint8_t vpnalg_policy_action(const struct vpnalg *translator,
			     const struct subject *subject)
{
	const struct vpnalg_policy *policy = &translator->policy.set;
	size_t i;

	for (i = 0; i < policy->rule_count; i++)
		if (matches(translator, &policy->rules[i], subject))
			return policy->rules[i].action;
	return VPNALG_RULE_ALLOW;
}

/* Subjects */

bool vpnalg_policy_is_exempt(const struct vpnalg *translator, unsigned handler,
			     unsigned kind)
{
	return session_kind(translator, handler, kind)->of_remote ||
	       kind + 1U == translator->handlers[handler]->service_kind;
}

/* Returns the remote's port in a packet, 0 where there is none. */
static uint32_t port_of(const struct vpnalg_parsed *parsed)
{
	return (parsed->protocol == PROTOCOL_TCP ||
		parsed->protocol == PROTOCOL_UDP) &&
			       parsed->l4_caplen >= PORTS_LEN
		       ? vpnalg_remote_port(parsed)
		       : 0;
}

void vpnalg_policy_subject(const struct vpnalg_step *step,
			   const struct vpnalg_opening *opening,
			   struct subject *subject)
{
	*subject = (struct subject){
		.kind = session_kind(step->translator, step->handler,
				     opening->kind),
		.handler = step->handler,
		.ip_protocol = opening->space,
		.zone = opening->zone,
		.inside = opening->inside,
		.remote = opening->remote,
		.port = port_of(step->parsed),
	};
}

/* A session for all remotes lives by those that it has for some. */
bool vpnalg_policy_cuts(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple inside;
	struct subject subject;

	if (!translator->policy.cutting || vpnalg_record_is_routers(record) ||
	    vpnalg_policy_is_exempt(translator, record->handler, record->kind))
		return false;
	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &inside);
	if (inside.remote == NULL && record->children > 0)
		return false;
	subject = (struct subject){
		.kind = record_kind(translator, record),
		.handler = record->handler,
		.ip_protocol = inside.space,
		.zone = inside.zone,
		.inside = inside.local,
		.remote = inside.remote,
		.port = inside.space == PROTOCOL_TCP ||
					inside.space == PROTOCOL_UDP
				? inside.port
				: 0,
	};
	return vpnalg_policy_action(translator, &subject) == VPNALG_RULE_DENY;
}

/* Switches */

/* Returns whether a rule matches every session of the protocols that it
 * concerns. */
static bool is_switch(const struct vpnalg_rule *rule)
{
	return rule->ip_protocol == 0 && !rule->in_zone &&
	       rule->remote_port == 0 && rule->inside_length == 0 &&
	       rule->remote_length == 0;
}

/* Returns whether the rules deny all sessions of a protocol: no rule before the
 * switch that denies it allows some. */
static bool is_denied(const struct vpnalg *translator, unsigned handler)
{
	const struct vpnalg_policy *policy = &translator->policy.set;
	const struct vpnalg_rule *rule;
	size_t i;

	for (i = 0; i < policy->rule_count; i++) {
		rule = &policy->rules[i];
		if (!concerns(translator, rule, handler))
			continue;
		if (rule->action != VPNALG_RULE_DENY)
			return false;
		if (is_switch(rule))
			return true;
	}
	return false;
}

static bool is_off(const struct policy *policy, unsigned handler)
{
	return policy->is_off[handler] || policy->is_denied[handler];
}

/* Quiet protocols */

/* Switches a protocol off that has had no session for its quiet time. */
static void look_at(struct vpnalg *translator, unsigned handler,
		    uint32_t quiet_time)
{
	struct policy *policy = &translator->policy;

	if (policy->counts[tally_of(handler)] > 0 ||
	    policy->last_used[handler] == VPNALG_NEVER)
		policy->last_used[handler] = translator->now;
	if (policy->is_off[handler] ||
	    translator->now - policy->last_used[handler] < quiet_time)
		return;
	policy->is_off[handler] = true;
	if (!policy->is_denied[handler])
		vpnalg_event_switched(translator, handler, true);
}

void vpnalg_policy_look_for_quiet(struct vpnalg *translator)
{
	const struct vpnalg_policy *set = &translator->policy.set;
	unsigned h;
	size_t i;

	for (i = 0; i < set->quiet_count; i++)
		for (h = 0; h < translator->handler_count; h++)
			if (set->quiets[i].handler() == translator->handlers[h])
				look_at(translator, h, set->quiets[i].time);
}

bool vpnalg_is_quiet(const struct vpnalg *translator, size_t protocol)
{
	return protocol < translator->handler_count &&
	       translator->policy.is_off[protocol];
}

/* Setting */

static void scope_of(const struct vpnalg *translator,
		     struct policy_scope *scope)
{
	*scope = (struct policy_scope){
		.handlers = translator->handlers,
		.handler_count = translator->handler_count,
		.count_hosts = translator->policy.count_hosts,
		.count_remotes = translator->policy.count_remotes,
	};
}

const char *vpnalg_policy_error(const struct vpnalg *translator,
				const struct vpnalg_policy *given,
				size_t *index)
{
	struct vpnalg_policy policy;
	struct policy_scope scope;
	size_t none;

	scope_of(translator, &scope);
	return vpnalg_policy_check(&scope, given, &policy,
				   index != NULL ? index : &none);
}

static void set_switch(struct vpnalg *translator, unsigned handler)
{
	struct policy *policy = &translator->policy;

	policy->last_used[handler] = VPNALG_NEVER;
	policy->is_off[handler] = false;
	policy->is_denied[handler] = is_denied(translator, handler);
}

int vpnalg_policy_begin(struct vpnalg *translator,
			const struct vpnalg_policy *given, vpnalg_time now)
{
	struct policy *policy = &translator->policy;
	struct policy_scope scope;
	struct vpnalg_policy read;
	unsigned h;
	size_t i;

	scope_of(translator, &scope);
	if (vpnalg_policy_check(&scope, given, &read, &i) != NULL)
		return VPNALG_ERROR_CONFIG;
	clock_set(translator, now);
	policy->set = read;
	if (policy->set.host_burst == 0)
		policy->set.host_burst = policy->set.host_rate;
	for (h = 0; h < translator->handler_count; h++)
		set_switch(translator, h);
	policy->refuses =
		policy->set.rule_count > 0 || policy->set.limit_count > 0 ||
		policy->set.quiet_count > 0 || policy->set.host_rate > 0 ||
		policy->set.store_units > 0;
	policy->cutting = policy->set.cut && policy->set.rule_count > 0;
	if (policy->cutting) /* begin a round that visits all */
		translator->sweep_cursor = 0;
	return 0;
}

int vpnalg_set_policy(struct vpnalg *translator,
		      const struct vpnalg_policy *given, vpnalg_time now)
{
	const struct policy *policy = &translator->policy;
	bool was_off[HANDLERS_MAX];
	unsigned h;
	int error;

	if (event_is_running(translator))
		return VPNALG_ERROR_BUSY;
	for (h = 0; h < translator->handler_count; h++)
		was_off[h] = is_off(policy, h);
	error = vpnalg_policy_begin(translator, given, now);
	if (error != 0)
		return error;
	for (h = 0; h < translator->handler_count; h++)
		if (is_off(policy, h) != was_off[h])
			vpnalg_event_switched(translator, h, !was_off[h]);
	return 0;
}
