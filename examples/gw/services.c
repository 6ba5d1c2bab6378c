/* SPDX-License-Identifier: BSD-2-Clause */
#include "services.h"

#include "../common/reload.h"

/* What is called for the mapping that a service is. */
typedef bool change_rules(struct gateway *gateway,
			  const struct vpnalg_binding *service);

/* Returns false without memory. */
static bool begin_rules(struct gateway *gateway,
			const struct vpnalg_binding *service)
{
	return served_added(&gateway->translator.served, service) ||
	       rules_begin(&gateway->rules, service);
}

static bool end_rules(struct gateway *gateway,
		      const struct vpnalg_binding *service)
{
	rules_end(&gateway->rules, service);
	return true;
}

/* What the service has opened goes on without it. */
static bool outlive_rules(struct gateway *gateway,
			  const struct vpnalg_binding *service)
{
	return served_removed(&gateway->translator.served, service) ||
	       end_rules(gateway, service);
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

	return change(gateway, &binding);
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
	return for_services(gateway, begin_rules);
}

void services_move(struct gateway *gateway, vpnalg_time now)
{
	for_services(gateway, end_rules);
	gateway->served = gateway->addresses.now.list[0];
	if (nat_serve(&gateway->translator.nat, gateway->serving,
		      &gateway->served, now, "follow"))
		for_services(gateway, begin_rules);
}

static void follow(void *context, const struct vpnalg_service *service,
		   bool is_there)
{
	struct gateway *gateway = context;

	if (service) {
		change_for(gateway, service,
			   is_there ? begin_rules : outlive_rules);
		return;
	}
	served_look(&gateway->translator.served);
	rules_flush(&gateway->rules);
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
