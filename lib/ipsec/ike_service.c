/* SPDX-License-Identifier: BSD-2-Clause */
#include "ike_service.h"

#include "../wire/ip.h"

/* The most hosts of a service that have not sent ESP yet. A client that knows
 * no secret makes a server answer it, too, and its host lives for two minutes:
 * so many of them keep those out that would be the first to send ESP. */
#define HOSTS_MAX 256

struct vpnalg_record *vpnalg_ipsec_ike_service_peek(struct vpnalg *translator,
						    unsigned handler,
						    struct vpnalg_tuple *inside)
{
	struct vpnalg_record *record;

	inside->role = VPNALG_INSIDE_OWN;
	inside->space = PROTOCOL_UDP;
	inside->id = IKE_PORT;
	inside->port = 0;
	inside->remote = NULL;
	record = vpnalg_session_peek(translator, inside);
	return record != NULL && record->handler == handler &&
			       record->kind == IPSEC_KIND_SERVICE
		       ? record
		       : NULL;
}

static struct ipsec_service *body(struct vpnalg_step *step)
{
	return vpnalg_session_body(step->translator, step->record);
}

bool vpnalg_ipsec_ike_service_has_room(struct vpnalg_step *step)
{
	return body(step)->hosts < HOSTS_MAX;
}

void vpnalg_ipsec_ike_service_join(struct vpnalg_step *step)
{
	body(step)->hosts++;
	vpnalg_session_changed(step->translator, step->record);
}

/* The service may have been removed, and added again, since. */
void vpnalg_ipsec_ike_service_leave(struct vpnalg *translator,
				    struct vpnalg_record *host)
{
	struct ipsec_service *service;
	struct vpnalg_record *record;
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(translator, host, VPNALG_INSIDE_OWN, &inside);
	record = vpnalg_ipsec_ike_service_peek(translator, host->handler,
					       &inside);
	if (record == NULL)
		return;
	service = vpnalg_session_body(translator, record);
	if (service->hosts > 0)
		service->hosts--;
	vpnalg_session_changed(translator, record);
}
