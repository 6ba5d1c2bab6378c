/* SPDX-License-Identifier: BSD-2-Clause */
#include "ike_port.h"

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "ike_sa.h"

static unsigned outside_port(struct vpnalg_step *step)
{
	return vpnalg_session_id(step->translator, step->record,
				 VPNALG_OUTSIDE_OWN);
}

/* Returns the IKE header, also that behind the marker of a message from port
 * 4500 (RFC 3948 2.2); NULL if there is none. */
static const uint8_t *header_of(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const uint8_t *payload = parsed->l4 + UDP_HEADER_LEN;

	if (vpnalg_remote_port(parsed) == IKE_PORT)
		return vpnalg_ipsec_ike_sa_header(step);
	if (parsed->l4_caplen <
		    UDP_HEADER_LEN + IKE_MARKER_LEN + IKE_HEADER_LEN ||
	    vpnalg_get32(payload) != 0)
		return NULL;
	return payload + IKE_MARKER_LEN;
}

/* Returns whether another host's session has the message's initiator SPI. */
static bool is_anothers(struct vpnalg_step *step)
{
	const uint8_t *header = header_of(step);
	struct vpnalg_record *session;

	if (header == NULL)
		return false;
	session = vpnalg_ipsec_ike_sa_find(step, header);
	return session != NULL && session != step->record;
}

/* Returns whether the host has another session, with the port that the message
 * comes from. In its inside form the message belongs to that one. */
static bool has_other(struct vpnalg_step *step)
{
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(step->translator, step->record, VPNALG_INSIDE_OWN,
			     &inside);
	inside.port = vpnalg_remote_port(step->parsed);
	return vpnalg_session_find(step->translator, &inside) != NULL;
}

/* Some servers answer from port 4500 to a request at port 500. A host's session
 * takes packets from the other of the two ports of its remote (RFC 4787 REQ-8),
 * unless they name another host's SA, or the host has talked to that port too,
 * from the same port of its own. */
bool vpnalg_ipsec_ike_port_is_accepted(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	unsigned port = vpnalg_remote_port(parsed);

	if (vpnalg_session_port(step->translator, step->record,
				VPNALG_INSIDE_OWN) == port)
		return true;
	if (!parsed->inward || (port != IKE_PORT && port != IKE_PORT_NAT_T) ||
	    is_anothers(step))
		return false;
	return parsed->inside ||
	       (vpnalg_local_port(parsed) == outside_port(step) &&
		!has_other(step));
}

/* Two hosts do not choose the same 64 bits by chance. */
bool vpnalg_ipsec_ike_port_is_twin(struct vpnalg_step *step)
{
	return step->parsed->inside && !step->parsed->inward &&
	       vpnalg_ipsec_ike_sa_header(step) != NULL &&
	       outside_port(step) == IKE_PORT && is_anothers(step);
}
