/* SPDX-License-Identifier: BSD-2-Clause */
/* A policy: what it costs who has a session, and who is refused one. */
#include "cost.h"

#include <vpnalg/policy.h>
#include <vpnalg/protocols.h>

#define RULES 32

static struct vpnalg_rule rules[RULES];

/* Hosts that are not there have priority, each by a rule of its own; each host
 * may have 20,000 sessions, and all of them the whole store but a few units. */
static struct vpnalg_policy policy_for(uint32_t units)
{
	static const struct vpnalg_limit limits[] = {
		{ .per = VPNALG_PER_HOST, .most = 20000 },
		{ .per = VPNALG_PER_TRANSLATOR, .most = 1000000 },
	};
	unsigned i;

	for (i = 0; i < RULES; i++)
		rules[i] = (struct vpnalg_rule){
			.action = VPNALG_RULE_PRIORITY,
			.inside = { VPNALG_IPV4, { 10, 99, 0, (uint8_t)i } },
			.inside_length = 32,
		};
	return (struct vpnalg_policy){
		.size = sizeof(struct vpnalg_policy),
		.rules = rules,
		.rule_count = RULES,
		.limits = limits,
		.limit_count = sizeof(limits) / sizeof(limits[0]),
		.host_rate = 1000000,
		.host_burst = 1000000,
		.store_units = units,
		.vpn_units = units / 4,
		.priority_units = units / 8,
	};
}

static void from_host(struct world *w, unsigned host, unsigned port)
{
	begin_udp(&w->frame, HOST(host), port, SERVER, 53);
	add(&w->frame, "sixteen bytes...", 16);
	finish(&w->frame);
}

static void established(struct world *w)
{
	const struct vpnalg_policy policy = policy_for(600);
	unsigned outside, i;

	world_begin(w, &(struct options){ .units = 600, .policy = &policy });
	from_host(w, 1, 40000);
	send(w, VPNALG_OUT);
	outside = get16(w->frame.bytes + 20);
	for (i = 0; i < 10; i++) {
		w->now += 20000;
		from_host(w, 1, 40000);
		measure(w, VPNALG_OUT, ESTABLISHED);
		begin_udp(&w->frame, SERVER, 53, OUTSIDE, outside);
		add(&w->frame, "sixteen bytes...", 16);
		finish(&w->frame);
		measure(w, VPNALG_IN, ESTABLISHED);
	}
	world_end(w);
}

/* The store is as full as the policy lets it be; others come and come. */
static void refused(struct world *w)
{
	const struct vpnalg_policy policy = policy_for(6000);
	unsigned i;

	world_begin(w, &(struct options){ .units = 6000, .policy = &policy });
	for (i = 0; i < 8000; i++) {
		from_host(w, i % 3, 1024 + i);
		send(w, VPNALG_OUT);
	}
	for (i = 0; i < 20000; i++) {
		from_host(w, 3 + i % 200, 1024 + i);
		if (i < 100 || i >= 19900)
			measure(w, VPNALG_OUT, REFUSED);
		else
			send(w, VPNALG_OUT);
	}
	world_end(w);
}

const struct state policy_states[] = {
	{ "policy-established", established },
	{ "policy-refused", refused },
	{ 0 },
};
