/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_config.h"

#include <vpnalg/handler.h>

#include <string.h>

/* The first handler that claims a packet has it. GRE stands behind PPTP, which
 * has GRE of its own; general traffic takes the rest. */
enum { PPTP, IPSEC, L2TP, GRE, GENERAL };

static const struct vpnalg_protocol protocols[NAT_PROTOCOLS] = {
	[PPTP] = { vpnalg_pptp, NULL },	  [IPSEC] = { vpnalg_ipsec, NULL },
	[L2TP] = { vpnalg_l2tp, NULL },	  [GRE] = { vpnalg_gre, NULL },
	[GENERAL] = { vpnalg_general, NULL },
};

size_t nat_protocol_count(const struct nat_options *options)
{
	return options->general ? NAT_PROTOCOLS : GENERAL;
}

static void set(struct nat_settings *settings,
		const struct nat_options *options)
{
	settings->l2tp = (struct vpnalg_l2tp_settings){
		.size = sizeof(settings->l2tp),
		.any_address = options->l2tp_any_address,
		.port_1701 = options->l2tp_port_1701,
	};
	settings->general = (struct vpnalg_general_settings){
		.size = sizeof(settings->general),
		.ports = options->ports,
		.reuse_delay = options->reuse_delay * 1000,
		.mss = (uint16_t)options->mss,
		.filtering = options->filtering,
	};
	settings->timers = options->timers;
	settings->timers.size = sizeof(settings->timers);
	memcpy(settings->protocols, protocols, sizeof(protocols));
	settings->protocols[L2TP].settings = &settings->l2tp;
	settings->protocols[GENERAL].settings = &settings->general;
}

static uint64_t next_key(const struct vpnalg_config *config)
{
	uint64_t high = config->random(config->context);

	return high << 32 | config->random(config->context);
}

/* Whether sessions are limited for each of these. */
static bool counts(const struct nat_options *options, enum vpnalg_per per)
{
	for (size_t i = 0; i < options->policy.limit_count; i++)
		if (options->policy.limits[i].per == per)
			return true;
	return false;
}

/* A file that is read again may bring limits, or ask for a log or a list of
 * sessions. */
bool nat_may_change_later(const struct nat_options *options)
{
	return options->given.config && !options->captured;
}

void nat_configure(struct nat_settings *settings, struct vpnalg_config *config,
		   struct nat *nat, const struct nat_options *options)
{
	set(settings, options);
	nat_policy_set(&nat->policy, NAT_STORE_UNITS, &settings->policy);
	config->size = sizeof(*config);
	config->addresses = options->addresses;
	config->address_count = options->address_count;
	config->uplinks = options->uplinks;
	config->address_max = options->address_max;
	config->protocols = settings->protocols;
	config->protocol_count = nat->protocol_count;
	config->timers = &settings->timers;
	config->port_set = options->port_set;
	config->port_blocks = options->port_blocks;
	config->own = options->own;
	config->account = options->sessions || options->events ||
			  options->ipfix || nat_may_change_later(options);
	config->policy = &settings->policy;
	config->count_hosts = nat_may_change_later(options) ||
			      counts(options, VPNALG_PER_HOST) ||
			      options->policy.host_rate > 0;
	config->count_remotes = nat_may_change_later(options) ||
				counts(options, VPNALG_PER_REMOTE);
	config->extra_ports = options->server_ports.list;
	config->extra_port_count = options->server_ports.count;
	config->store = &nat->store;
	config->pool_key[0] = next_key(config);
	config->pool_key[1] = next_key(config);
	if (options->fragments)
		config->fragments = &settings->fragments;
}

const char *nat_protocol_name(const struct nat *nat, size_t place)
{
	if (place < nat->protocol_count)
		return protocols[place].handler()->name;
	return place == nat->protocol_count ? "none" : NULL;
}

bool nat_inherits(const struct nat *nat, size_t place, size_t kind)
{
	return place < nat->protocol_count &&
	       kind < protocols[place].handler()->kind_count &&
	       protocols[place].handler()->kinds[kind].inherits_outside;
}

const char *nat_kind_protocol(const struct nat *nat, size_t kind)
{
	size_t place = 0;

	while (place < nat->protocol_count &&
	       kind >= protocols[place].handler()->kind_count)
		kind -= protocols[place++].handler()->kind_count;
	return nat_protocol_name(nat, place);
}
