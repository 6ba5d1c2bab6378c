/* SPDX-License-Identifier: BSD-2-Clause */
#include "translator.h"

static uint32_t next_random(void *context)
{
	struct translator *translator = context;

	return random_next(&translator->random);
}

static enum vpnalg_choice choose(void *context, struct vpnalg_binding *binding)
{
	struct translator *translator = context;

	return rules_begin(translator->rules, binding) ? VPNALG_CHOICE_TAKE
						       : VPNALG_CHOICE_REFUSE;
}

static void release(void *context, const struct vpnalg_binding *binding)
{
	struct translator *translator = context;

	rules_end(translator->rules, binding);
}

static void tell(void *context, const struct vpnalg_event *event)
{
	struct translator *translator = context;

	nat_tell(&translator->nat, event);
	served_tell(&translator->served, translator->rules, &translator->nat,
		    event);
}

/* Sessions that are loaded may have no service any more: served.h. */
static bool is_told(const struct options *options)
{
	return nat_is_told(&options->nat) || options->nat.state ||
	       options->standby;
}

bool translator_open(struct translator *translator,
		     const struct options *options,
		     const struct addresses *addresses)
{
	struct vpnalg_config config = {
		.context = translator,
		.random = next_random,
		.choose = choose,
		.release = release,
		.event = is_told(options) ? tell : NULL,
	};
	struct nat_options nat = options->nat;

	nat.ports = (struct vpnalg_ports)SYSTEM_PORTS;
	nat.fragments = true;
	nat.own = options->own != 0;
	nat.serves_later = true;
	nat.addresses = addresses->now.list;
	nat.address_count = addresses->now.count;
	nat.uplinks = options->outside.count > 1 ? addresses->now.uplinks
						 : NULL;
	nat.address_max = addresses->now.room;
	if (!nat_open(&translator->nat, &config, &nat))
		return false;
	nat_metrics_open(&translator->metrics, &translator->nat, &nat);
	return true;
}

bool translator_load(struct translator *translator,
		     const struct options *options,
		     const struct addresses *addresses, vpnalg_time now)
{
	bool well = options->standby
			    ? standby_load(&translator->standby,
					   &translator->nat, now)
			    : nat_state_open(&translator->state,
					     &translator->nat, &options->nat,
					     now);

	if (!well)
		return false;
	rules_flush(translator->rules);
	return nat_serve(&translator->nat, &options->nat, addresses->now.list, now,
			 "start");
}

void translator_run(struct translator *translator,
		    struct vpnalg_packet *packets, size_t count,
		    vpnalg_time now)
{
	nat_process(&translator->nat, packets, count, now);
	rules_flush(translator->rules);
}

void translator_sweep(struct translator *translator, vpnalg_time now)
{
	bool looked = served_go_on(&translator->served, translator->rules,
				   &translator->nat, now);

	if (nat_sweep(&translator->nat, now) || looked)
		rules_flush(translator->rules);
	nat_state_go_on(&translator->state, &translator->nat, now);
	nat_metrics_go_on(&translator->metrics, &translator->nat, now);
	translator->lost =
		!standby_go_on(&translator->standby, &translator->nat, now);
}

vpnalg_time translator_due(const struct translator *translator, vpnalg_time now)
{
	vpnalg_time due = standby_due(&translator->standby);
	vpnalg_time state = nat_state_due(&translator->state, now);

	if (translator->served.looking)
		return now;
	if (state < due)
		due = state;
	return due < translator->nat.due ? due : translator->nat.due;
}

void translator_close(struct translator *translator, vpnalg_time now)
{
	nat_state_close(&translator->state, &translator->nat, now);
	nat_metrics_close(&translator->metrics, &translator->nat);
	standby_close(&translator->standby);
	nat_close(&translator->nat);
	served_close(&translator->served);
}
