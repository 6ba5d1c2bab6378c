/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers of the first host, also at ports and of protocols from which it sends
 * as a client. */
#include "services.h"

#include "bytes.h"

static const struct {
	uint8_t protocol;
	uint16_t port;
} services[] = {
	{ 6, 1723 }, { 17, 500 }, { 17, 1701 }, { 17, 40000 }, { 41, 0 },
	{ 47, 0 },   { 115, 0 },
};

void services_set(struct world *w, bool add)
{
	struct vpnalg_service service = {
		.size = sizeof(service),
		.outside.family = VPNALG_IPV4,
		.inside = { VPNALG_IPV4, { 192, 168, 77, 11 } },
	};
	size_t i;

	if (!w->settings->services)
		return;
	put32(service.outside.octets, outside_address(0));
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		service.protocol = services[i].protocol;
		service.outside_port = services[i].port;
		service.inside_port = services[i].port;
		if (add)
			vpnalg_service_add(w->alg, &service, w->now);
		else
			vpnalg_service_remove(w->alg, &service, w->now);
	}
}
