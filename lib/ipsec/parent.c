/* SPDX-License-Identifier: BSD-2-Clause */
#include "parent.h"

#include "../wire/ip.h"
#include "host.h"

/* The difference between the key of a parent and that of a record, and the kind
 * of parent that it leads to. */
static const struct link {
	uint8_t role, space, kind;
	uint32_t id, port;
} links[IPSEC_KINDS] = {
	[IPSEC_KIND_IKE_SA] = { VPNALG_INSIDE_OWN, PROTOCOL_UDP, IPSEC_KIND_IKE,
				IKE_PORT, IKE_PORT },
	[IPSEC_KIND_OUT] = { VPNALG_INSIDE_OWN, ESP_PROTOCOL, IPSEC_KIND_HOST,
			     0, 0 },
	[IPSEC_KIND_IN] = { VPNALG_INSIDE_OWN, ESP_PROTOCOL, IPSEC_KIND_HOST, 0,
			    0 },
	[IPSEC_KIND_HOST] = { VPNALG_INSIDE_OWN, PROTOCOL_UDP, IPSEC_KIND_IKE,
			      IKE_PORT, IKE_PORT },
	[IPSEC_KIND_CANDIDATES] = { VPNALG_OUTSIDE_PEER, ESP_PROTOCOL,
				    IPSEC_KIND_REMOTE, 0, IPSEC_PORT_REMOTE },
	[IPSEC_KIND_UNCLAIMED] = { VPNALG_OUTSIDE_PEER, ESP_PROTOCOL,
				   IPSEC_KIND_REMOTE, 0, IPSEC_PORT_REMOTE },
	[IPSEC_KIND_SA_LIST] = { VPNALG_OUTSIDE_OWN, ESP_PROTOCOL,
				 IPSEC_KIND_HOST, 0, IPSEC_PORT_HOST },
};

struct vpnalg_record *vpnalg_ipsec_parent(struct vpnalg *translator,
					  struct vpnalg_record *record)
{
	const struct link *link = &links[record->kind];
	struct vpnalg_record *parent;
	uint32_t id = link->id;

	if (link->space == 0)
		return NULL;
	if (record->kind == IPSEC_KIND_SA_LIST) /* its host's */
		id = vpnalg_session_id(translator, record, VPNALG_OUTSIDE_OWN);
	parent = vpnalg_session_peek_beside(translator, record, link->role,
					    link->space, id, link->port);
	return parent != NULL && parent->handler == record->handler &&
			       parent->kind == link->kind
		       ? parent
		       : NULL;
}

struct vpnalg_record *vpnalg_ipsec_counted_by(struct vpnalg *translator,
					      struct vpnalg_record *record)
{
	if (record->kind != IPSEC_KIND_HOST ||
	    !(ipsec_host_body(translator, record)->flags & IPSEC_HOST_JOINED))
		return NULL;
	return vpnalg_session_peek_beside(translator, record,
					  VPNALG_OUTSIDE_PEER, ESP_PROTOCOL, 0,
					  IPSEC_PORT_REMOTE);
}

void vpnalg_ipsec_parent_opened(const struct vpnalg_step *step)
{
	struct vpnalg_record *host = vpnalg_session_peek_beside(
		step->translator, step->record, VPNALG_INSIDE_OWN, ESP_PROTOCOL,
		0, 0);

	if (host != NULL)
		vpnalg_session_reparented(step->translator, host);
}
