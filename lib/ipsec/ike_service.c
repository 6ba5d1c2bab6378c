/* SPDX-License-Identifier: BSD-2-Clause */
#include "ike_service.h"

#include "../wire/ip.h"

/* The most hosts of a service that have not sent ESP yet. A client that knows
 * no secret makes a server answer it, too, and its host lives for two minutes.
 * At this number no further client can be the first to send ESP. */
#define HOSTS_MAX 256

/* Returns a port at which IKE servers listen, or 0. */
static uint16_t port_at(const struct vpnalg *translator, unsigned place)
{
	return vpnalg_listening_port(translator, PROTOCOL_UDP, IKE_PORT, place);
}

bool vpnalg_ipsec_ike_service_is_at(const struct vpnalg *translator,
				    uint32_t port)
{
	unsigned place = 0;
	uint16_t at;

	do {
		at = port_at(translator, place++);
	} while (at != 0 && at != port);
	return at != 0;
}

static bool is_service(const struct vpnalg_record *record, unsigned handler)
{
	return record != NULL && record->handler == handler &&
	       record->kind == IPSEC_KIND_SERVICE;
}

struct vpnalg_record *vpnalg_ipsec_ike_service_peek(struct vpnalg *translator,
						    unsigned handler,
						    struct vpnalg_tuple *inside)
{
	struct vpnalg_record *record = NULL;
	unsigned place = 0;

	inside->role = VPNALG_INSIDE_OWN;
	inside->space = PROTOCOL_UDP;
	inside->port = 0;
	inside->remote = NULL;
	while (!is_service(record, handler)) {
		inside->id = port_at(translator, place++);
		if (inside->id == 0)
			return NULL;
		record = vpnalg_session_peek(translator, inside);
	}
	return record;
}

/* Returns the service that counts the hosts of the server: the first one, if it
 * has several. */
static struct vpnalg_record *counter_of(struct vpnalg *translator,
					struct vpnalg_record *record)
{
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &inside);
	return vpnalg_ipsec_ike_service_peek(translator, record->handler,
					     &inside);
}

static struct ipsec_service *body(struct vpnalg *translator,
				  struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

bool vpnalg_ipsec_ike_service_has_room(struct vpnalg_step *step)
{
	struct vpnalg_record *record =
		counter_of(step->translator, step->record);

	return record != NULL &&
	       body(step->translator, record)->hosts < HOSTS_MAX;
}

void vpnalg_ipsec_ike_service_join(struct vpnalg_step *step)
{
	struct vpnalg_record *record =
		counter_of(step->translator, step->record);

	if (record == NULL)
		return;
	body(step->translator, record)->hosts++;
	vpnalg_session_changed(step->translator, record);
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
