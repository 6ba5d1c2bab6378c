/* SPDX-License-Identifier: BSD-2-Clause */
/* A client and a server inside that use the same outside address both have that
 * address as their remote. A packet that one of them sends comes in as if it
 * were for either. But it has gone out just before: so its SPI identifies its
 * sender, and the other one is its receiver. */
#include "esp_hairpin.h"

#include <string.h>

#include "../wire/ip.h"
#include "blocks.h"
#include "host.h"

struct vpnalg_record *vpnalg_ipsec_esp_hairpin_find(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_PEER,
					    .space = ESP_PROTOCOL,
					    .id = ipsec_spi(step),
					    .local = parsed->remote,
					    .remote = parsed->local };
	struct vpnalg_record *sa;

	if (memcmp(parsed->local, parsed->remote, parsed->addr_len) != 0)
		return NULL;
	sa = vpnalg_session_find(step->translator, &tuple);
	return sa != NULL && sa->kind == IPSEC_KIND_OUT
		       ? vpnalg_ipsec_host_find(step->translator, sa)
		       : NULL;
}

/* Returns the IKE service at the outside address, or NULL. */
static struct vpnalg_record *service_of(struct vpnalg_step *step)
{
	const struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
					    .space = PROTOCOL_UDP,
					    .id = IKE_PORT,
					    .local = step->parsed->local };
	struct vpnalg_record *service =
		vpnalg_session_find(step->translator, &tuple);

	return service != NULL && service->handler == step->handler &&
			       service->kind == IPSEC_KIND_SERVICE
		       ? service
		       : NULL;
}

/* Returns the living host of the service towards the packet's remote, or NULL.
 */
static struct vpnalg_record *server_of(struct vpnalg_step *step,
				       struct vpnalg_record *service)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, service, VPNALG_INSIDE_OWN,
			     &tuple);
	tuple.space = ESP_PROTOCOL;
	tuple.id = 0;
	tuple.port = 0;
	tuple.remote = step->parsed->remote;
	return vpnalg_session_find(step->translator, &tuple);
}

/* If there is a server at that address, only it receives from clients. Two
 * clients have one another as remotes only where there is no server. */
bool vpnalg_ipsec_esp_hairpin_is_clear(struct vpnalg_step *step,
				       struct vpnalg_record *remote,
				       struct vpnalg_record *sender,
				       struct vpnalg_record **receiver)
{
	struct vpnalg_record *service = service_of(step);
	const struct ipsec_host *h;

	*receiver = service != NULL ? server_of(step, service) : NULL;
	if (service != NULL && *receiver != sender)
		return true;
	if (remote->children > 2)
		return false;
	h = ipsec_host_body(step->translator, sender);
	*receiver = remote->children == 2
			    ? vpnalg_ipsec_host_alive(step->translator, remote,
						      h->next)
			    : NULL;
	return true;
}
