/* SPDX-License-Identifier: BSD-2-Clause */
#include "services.h"

/* What is called for the mapping that a service is. */
typedef bool change_rules(struct rules *rules,
			  const struct vpnalg_binding *binding);

static bool end_rules(struct rules *rules, const struct vpnalg_binding *binding)
{
	rules_end(rules, binding);
	return true;
}

static bool for_services(struct gateway *gateway, change_rules *change)
{
	const struct nat_options *options = &gateway->options->nat;
	struct vpnalg_binding binding = { .outside = gateway->served };

	for (size_t i = 0; i < options->service_count; i++) {
		binding.protocol = options->services[i].protocol;
		binding.outside_id = options->services[i].outside_port;
		if (!change(&gateway->rules, &binding))
			return false;
	}
	rules_flush(&gateway->rules);
	return true;
}

bool services_begin(struct gateway *gateway)
{
	gateway->served = gateway->addresses.list[0];
	return for_services(gateway, rules_begin);
}

void services_move(struct gateway *gateway, vpnalg_time now)
{
	for_services(gateway, end_rules);
	gateway->served = gateway->addresses.list[0];
	if (nat_serve(&gateway->translator.nat, &gateway->options->nat,
		      &gateway->served, now, "follow"))
		for_services(gateway, rules_begin);
}
