/* SPDX-License-Identifier: BSD-2-Clause */
/* An IPsec server inside.
 *
 *   client                      NAT                      server
 *     | IKE_SA_INIT, IKE_AUTH    |                          |
 *     |------------------------->|  by the service          |
 *     |                          |------------------------->|
 *     |                          |  IKE_AUTH, encrypted     |
 *     |  by the service          |<-------------------------|
 *     |<-------------------------|  opens the ESP host      |
 *     | ESP, a new SPI           |                          |
 *     |------------------------->|  pairs it, as any other  |
 *     |                          |------------------------->|
 *
 * IKE has no sessions: its packets pass by the service, from whichever port of
 * a remote they come. ESP has no ports. Its host is opened by the first answer
 * that makes an SA (exchange.c), so the client may be the first to send ESP,
 * and is an inside host as any other from then on. Nothing from outside is
 * trusted: it may be forged. */
#include "responder.h"

#include "../wire/ip.h"
#include "../wire/udp.h"
#include "exchange.h"
#include "ike_sa.h"
#include "ike_service.h"

static unsigned id_of(struct vpnalg_step *step, unsigned role)
{
	return vpnalg_session_id(step->translator, step->record, role);
}

/* Returns whether a session has the service's outside port towards the packet's
 * remote: then the remote takes the packet for that session's. */
static bool is_held(struct vpnalg_step *step)
{
	struct vpnalg_tuple outside;

	vpnalg_session_tuple(step->translator, step->record, VPNALG_OUTSIDE_OWN,
			     &outside);
	outside.remote = step->parsed->remote;
	return vpnalg_session_find(step->translator, &outside) != NULL;
}

/* Returns whether the server has a session of its own, as a client, between its
 * port and that one of the packet's remote. */
static bool has_session(struct vpnalg_step *step, unsigned port)
{
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(step->translator, step->record, VPNALG_INSIDE_OWN,
			     &inside);
	inside.remote = step->parsed->remote;
	inside.port = port;
	return vpnalg_session_find(step->translator, &inside) != NULL;
}

/* Returns whether the server would take a packet from outside for one of such a
 * session, which has another outside port. IKE answers from either of its two
 * ports (RFC 3947 4). */
static bool is_sessions(struct vpnalg_step *step)
{
	unsigned port = vpnalg_remote_port(step->parsed);

	if (!step->parsed->inward || step->parsed->inside)
		return false;
	return has_session(step, port) ||
	       ((port == IKE_PORT || port == IKE_PORT_NAT_T) &&
		has_session(step, IKE_PORT + IKE_PORT_NAT_T - port));
}

/* Returns the header of an IKE message that the server sends, or NULL. */
static const uint8_t *header_of(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;

	if (parsed->inward || parsed->undo ||
	    !vpnalg_ipsec_ike_service_is_at(step->translator,
					    id_of(step, VPNALG_INSIDE_OWN)) ||
	    parsed->l4_caplen < UDP_HEADER_LEN + IKE_HEADER_LEN)
		return NULL;
	return parsed->l4 + UDP_HEADER_LEN;
}

/* Returns whether a message of the server's, as it is inside, or as an ICMP
 * error quotes it, names the initiator SPI of an inside client of the same
 * remote: outside it is that client's. */
static bool is_clients(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;

	return (parsed->inside || parsed->quoted) &&
	       vpnalg_remote_port(parsed) == IKE_PORT &&
	       id_of(step, VPNALG_OUTSIDE_OWN) == IKE_PORT &&
	       parsed->l4_caplen >= ipsec_ike_sa_least(parsed) &&
	       vpnalg_ipsec_ike_sa_find(step, parsed->l4 + UDP_HEADER_LEN) !=
		       NULL;
}

enum vpnalg_result vpnalg_ipsec_responder(struct vpnalg_step *step)
{
	enum vpnalg_result result =
		vpnalg_has_header(step->parsed, UDP_HEADER_LEN);
	const uint8_t *header;

	if (result != VPNALG_TRANSLATED)
		return result;
	if (is_held(step) || is_sessions(step))
		return VPNALG_DROP_PORT_HELD;
	if (is_clients(step))
		return VPNALG_DROP_AMBIGUOUS;
	header = header_of(step);
	if (header != NULL)
		result = vpnalg_ipsec_exchange_served(step, header);
	if (result == VPNALG_TRANSLATED)
		vpnalg_rewrite_ends(step);
	return result;
}

enum vpnalg_result vpnalg_ipsec_responder_quote(struct vpnalg_step *step)
{
	if (is_clients(step))
		return VPNALG_DROP_AMBIGUOUS;
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}
