/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nat_config.h"
#include "say.h"
#include "wall_clock.h"

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

static bool open_table(struct nat *nat)
{
	size_t size = vpnalg_table_size(NAT_STORE_UNITS);

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

static uint32_t templates_every(const struct nat_options *options)
{
	return options->ipfix_templates ? options->ipfix_templates
					: NAT_IPFIX_TEMPLATES_EVERY;
}

/* Declares what is counted, or has events, before anything has happened. */
static void set_up(struct nat *nat, const struct nat_options *options)
{
	*nat = (struct nat){ .policy = options->policy,
			     .protocol_count = nat_protocol_count(options),
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
	nat_configure(&settings, config, nat, options);
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

	nat_policy_set(policy, NAT_STORE_UNITS, &set);
	return vpnalg_policy_error(nat->translator, &set, at);
}

void nat_set_policy(struct nat *nat, const struct nat_policy *policy,
		    vpnalg_time now)
{
	struct vpnalg_policy set;

	nat->policy = *policy;
	nat_policy_set(&nat->policy, NAT_STORE_UNITS, &set);
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

bool nat_is_told(const struct nat_options *options)
{
	return options->events || options->ipfix || options->metrics ||
	       nat_may_change_later(options);
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
