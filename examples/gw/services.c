/* SPDX-License-Identifier: BSD-2-Clause */
#include "services.h"

#include "../common/reload.h"

/* What is called for the mapping that a service is. */
typedef bool change_rules(struct rules *rules,
			  const struct vpnalg_binding *binding);

static bool end_rules(struct rules *rules, const struct vpnalg_binding *binding)
{
	rules_end(rules, binding);
	return true;
}

static struct vpnalg_binding binding_of(const struct gateway *gateway,
					const struct vpnalg_service *service)
{
	return (struct vpnalg_binding){
		.outside = gateway->served,
		.protocol = service->protocol,
		.outside_id = service->outside_port,
	};
}

static bool change_for(struct gateway *gateway,
		       const struct vpnalg_service *service,
		       change_rules *change)
{
	const struct vpnalg_binding binding = binding_of(gateway, service);

	return change(&gateway->rules, &binding);
}

static bool for_services(struct gateway *gateway, change_rules *change)
{
	const struct nat_options *options = gateway->serving;

	/* One that waits for its port has no rules. */
	for (size_t i = 0; i < options->service_count; i++)
		if (!service_later_has(&gateway->translator.nat.later,
				       &options->services[i]) &&
		    !change_for(gateway, &options->services[i], change))
			return false;
	rules_flush(&gateway->rules);
	return true;
}

bool services_begin(struct gateway *gateway)
{
	gateway->served = gateway->addresses.now.list[0];
	return for_services(gateway, rules_begin);
}

void services_move(struct gateway *gateway, vpnalg_time now)
{
	for_services(gateway, end_rules);
	gateway->served = gateway->addresses.now.list[0];
	if (nat_serve(&gateway->translator.nat, gateway->serving,
		      &gateway->served, now, "follow"))
		for_services(gateway, rules_begin);
}

/* What services have opened goes on without them. */
static void note_removed(struct gateway *gateway,
			 const struct vpnalg_service *service)
{
	const struct vpnalg_binding binding = binding_of(gateway, service);

	served_removed(&gateway->translator.served, &binding);
}

static void follow(void *context, const struct vpnalg_service *service,
		   bool is_there)
{
	struct gateway *gateway = context;

	if (!service) {
		served_keep(&gateway->translator.served, &gateway->rules,
			    &gateway->translator.nat, system_now());
		rules_flush(&gateway->rules);
		return;
	}
	if (!is_there)
		note_removed(gateway, service);
	change_for(gateway, service, is_there ? rules_begin : end_rules);
}

bool services_reload(struct gateway *gateway, const struct nat_options *next,
		     vpnalg_time now)
{
	const struct reload reload = {
		.first = &gateway->options->nat,
		.last = gateway->serving,
		.next = next,
		.live = { &gateway->translator.nat,
			  &gateway->translator.metrics,
			  &gateway->translator.state },
		.outside = gateway->served,
		.served = follow,
		.context = gateway,
	};
	bool well = reload_apply(&reload, now);

	if (well)
		gateway->serving = next;
	return well;
}
