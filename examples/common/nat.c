/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat.h"

#include <vpnalg/handler.h>
#include <vpnalg/protocols.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "wall_clock.h"

/* Room for 100,000 PPTP calls that each have a control connection of their
 * own. The system gives only the memory that is used. */
#define STORE_UNITS 700000

/* Datagrams that come in fragments at a time, and fragments that are held. A
 * packet looks through the former: as many as cost it 12,000 instructions at
 * most. */
#define DATAGRAMS 64
#define HELD 128

/* Bounds the work of one sweep: places of the store to look at. */
#define SWEEP_BUDGET 64

/* The longest time between two sweeps, in milliseconds: vpnalg_expire() does
 * not know the deadlines of sessions that open later. */
#define SWEEP_AGAIN 60000

/* The first handler that claims a packet has it. GRE stands behind PPTP,
 * whose GRE is not for it; general traffic is what all the others leave. */
enum { PPTP, IPSEC, L2TP, GRE, GENERAL, PROTOCOLS };

static const struct vpnalg_protocol protocols[PROTOCOLS] = {
	[PPTP] = { vpnalg_pptp, NULL },	  [IPSEC] = { vpnalg_ipsec, NULL },
	[L2TP] = { vpnalg_l2tp, NULL },	  [GRE] = { vpnalg_gre, NULL },
	[GENERAL] = { vpnalg_general, NULL },
};

/* The settings, which vpnalg_init() copies. */
struct nat_settings {
	struct vpnalg_protocol protocols[PROTOCOLS];
	struct vpnalg_l2tp_settings l2tp;
	struct vpnalg_general_settings general;
	struct vpnalg_timers timers;
	struct vpnalg_fragments fragments;
	struct vpnalg_policy policy;
};

static bool open_table(struct nat *nat)
{
	size_t size = vpnalg_table_size(STORE_UNITS);

	nat->table_size = size;
	nat->memory[1] = malloc(size);
	if (!nat->memory[1])
		return false;
	nat->table = vpnalg_table_init(nat->memory[1], size, VPNALG_KEY_IPV4,
				       &nat->store);
	return nat->table != NULL;
}

static bool open_fragments(struct nat *nat, struct vpnalg_fragments *fragments)
{
	*fragments = (struct vpnalg_fragments){ .size = sizeof(*fragments),
						.datagrams = DATAGRAMS,
						.held = HELD };
	fragments->memory_size = vpnalg_fragments_size(fragments);
	nat->memory[2] = malloc(fragments->memory_size);
	fragments->memory = nat->memory[2];
	return nat->memory[2] != NULL;
}

static uint64_t next_key(const struct vpnalg_config *config)
{
	uint64_t high = config->random(config->context);

	return high << 32 | config->random(config->context);
}

static bool open_translator(struct nat *nat, const struct vpnalg_config *config)
{
	const char *error = vpnalg_config_error(config, NULL);
	size_t size = vpnalg_size(config);

	if (error) {
		say("cannot start: %s", error);
		return false;
	}
	nat->memory[0] = malloc(size);
	if (nat->memory[0] && !vpnalg_init(&nat->translator, nat->memory[0],
					   size, config))
		return true;
	say("cannot start: translator: %s", strerror(errno));
	return false;
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

bool nat_serve(struct nat *nat, const struct nat_options *options,
	       const struct vpnalg_addr *outside, vpnalg_time now,
	       const char *what)
{
	struct vpnalg_service service;
	int result;

	service_later_set(&nat->later, NULL, 0);
	for (size_t i = 0; i < options->service_count; i++) {
		service = options->services[i];
		service.outside = *outside;
		result = vpnalg_service_add(nat->translator, &service, now);
		if (result != VPNALG_SERVICE_DONE) {
			say("cannot %s: service of protocol %u at port %u: %s",
			    what, service.protocol, service.outside_port,
			    vpnalg_service_text(result));
			return false;
		}
	}
	return true;
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
static bool may_change_later(const struct nat_options *options)
{
	return options->given.config && !options->captured;
}

static uint32_t templates_every(const struct nat_options *options)
{
	return options->ipfix_templates ? options->ipfix_templates
					: NAT_IPFIX_TEMPLATES_EVERY;
}

/* Declares what is counted, or has events, before anything has happened. */
static void set_up(struct nat *nat, const struct nat_options *options)
{
	*nat = (struct nat){ .policy = options->policy,
			     .protocol_count = options->general ? PROTOCOLS
								: GENERAL,
			     .start = wall_now(),
			     .later.delay = options->reuse_delay * 1000,
			     .events.destinations = options->event_remotes,
			     .events.captured = options->captured };
	nat->ipfix =
		(struct nat_ipfix){ .child = CHILD_NONE,
				    .templates_every = templates_every(options),
				    .destinations = options->event_remotes,
				    .captured = options->captured };
}

/* The caller of nat_open() has set the rest. */
static void configure(struct vpnalg_config *config, struct nat *nat,
		      const struct nat_options *options,
		      struct nat_settings *settings)
{
	set(settings, options);
	nat_policy_set(&nat->policy, STORE_UNITS, &settings->policy);
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
			  options->ipfix || may_change_later(options);
	config->policy = &settings->policy;
	config->count_hosts = may_change_later(options) ||
			      counts(options, VPNALG_PER_HOST) ||
			      options->policy.host_rate > 0;
	config->count_remotes = may_change_later(options) ||
				counts(options, VPNALG_PER_REMOTE);
	config->extra_ports = options->server_ports.list;
	config->extra_port_count = options->server_ports.count;
	config->store = &nat->store;
	config->pool_key[0] = next_key(config);
	config->pool_key[1] = next_key(config);
	if (options->fragments)
		config->fragments = &settings->fragments;
}

static bool open_events(struct nat *nat, const struct nat_options *options)
{
	if (nat_events_open(&nat->events, options->events))
		return true;
	say("cannot start: %s: %s", options->events, strerror(errno));
	return false;
}

bool nat_open(struct nat *nat, struct vpnalg_config *config,
	      const struct nat_options *options)
{
	struct nat_settings settings;

	set_up(nat, options);
	if (!open_events(nat, options) ||
	    !nat_ipfix_open(&nat->ipfix, options->ipfix))
		return false;
	configure(config, nat, options, &settings);
	if (open_table(nat) && open_fragments(nat, &settings.fragments))
		return open_translator(nat, config) &&
		       (options->serves_later ||
			nat_serve(nat, options, options->addresses, 0,
				  "start"));
	say("cannot start: sessions: %s", strerror(errno));
	return false;
}

const char *nat_policy_fault(const struct nat *nat,
			     const struct nat_policy *policy, size_t *at)
{
	struct vpnalg_policy set;

	nat_policy_set(policy, STORE_UNITS, &set);
	return vpnalg_policy_error(nat->translator, &set, at);
}

void nat_set_policy(struct nat *nat, const struct nat_policy *policy,
		    vpnalg_time now)
{
	struct vpnalg_policy set;

	nat->policy = *policy;
	nat_policy_set(&nat->policy, STORE_UNITS, &set);
	vpnalg_set_policy(nat->translator, &set, now);
	nat->due = now; /* what it cuts ends at once */
}

void nat_set_timers(struct nat *nat, const struct vpnalg_timers *timers)
{
	struct vpnalg_timers set = *timers;

	set.size = sizeof(set);
	vpnalg_set_timers(nat->translator, &set);
}

void nat_process(struct nat *nat, struct vpnalg_packet *packets, size_t count,
		 vpnalg_time now)
{
	vpnalg_ports_begin(nat->translator, packets, count);
	vpnalg_process(nat->translator, packets, count, now);
	vpnalg_ports_end(nat->translator, packets, count);
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

bool nat_is_told(const struct nat_options *options)
{
	return options->events || options->ipfix || options->metrics ||
	       may_change_later(options);
}

void nat_tell(struct nat *nat, const struct vpnalg_event *event)
{
	nat_tally_count(&nat->tally, event);
	nat_events_tell(&nat->events, event);
	nat_ipfix_tell(&nat->ipfix, event);
}

bool nat_sweep(struct nat *nat, vpnalg_time now)
{
	nat_ipfix_flush(&nat->ipfix);
	service_later_go_on(&nat->later, nat->translator, now);
	if (now < nat->due)
		return false;
	nat->due = vpnalg_expire(nat->translator, now, SWEEP_BUDGET);
	if (nat->due > now + SWEEP_AGAIN)
		nat->due = now + SWEEP_AGAIN;
	if (service_cut_go_on(&nat->cut, nat->translator, now))
		nat->due = now;
	return true;
}

void nat_close(struct nat *nat)
{
	nat_events_close(&nat->events);
	nat_ipfix_close(&nat->ipfix);
	service_later_close(&nat->later);
	service_cut_close(&nat->cut);
	free(nat->memory[2]);
	free(nat->memory[1]);
	free(nat->memory[0]);
}
