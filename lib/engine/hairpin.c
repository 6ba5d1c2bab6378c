/* SPDX-License-Identifier: BSD-2-Clause */
/* Hairpins (RFC 4787 REQ-9, RFC 5382 REQ-8): an inside host sends to an outside
 * address and port that a mapping or a service holds. The packet is translated
 * as any other that goes out, with the outside address as its remote, and
 * marked. The caller gives it in again with the mark, as coming from that
 * remote. So the receiver sees the sender's outside address and port. An
 * unmarked packet that comes in from an outside address is forged, or the
 * router's.
 *
 * A packet to an address and port that hold nothing of ours is for the router.
 */
#include "hairpin.h"

#include "address.h"
#include "pool.h"
#include "record.h"
#include "service_kind.h"
#include "session.h"
#include "uplink_mapping.h"
#include "usage.h"

#include "../wire/ip.h"

bool vpnalg_hairpin_is_one(const struct vpnalg *translator,
			   const struct vpnalg_parsed *parsed,
			   struct vpnalg_packet *packet)
{
	bool marked = packet->flags & VPNALG_PACKET_HAIRPIN;

	packet->flags = 0;
	if (!pool_has(translator, parsed->remote) ||
	    (packet->direction != VPNALG_OUT && !marked))
		return false;
	packet->flags = VPNALG_PACKET_HAIRPIN;
	return true;
}

static bool has_ports(const struct vpnalg_parsed *parsed)
{
	return service_has_ports(parsed->protocol) &&
	       parsed->fragment != VPNALG_FRAGMENT_LATER &&
	       parsed->l4_caplen >= PORTS_LEN;
}

/* Returns the outside address that a new session of the sender would get. */
static const uint8_t *new_sender(struct vpnalg *translator,
				 const struct vpnalg_parsed *parsed)
{
	return vpnalg_pool_pick(translator, parsed->zone, parsed->local,
				parsed->remote);
}

/* Sets the remote that the receiver sees to the outside address of the sender's
 * mapping, or else to the one that it would be given. Its outside port, which
 * is in the keys of sessions by ports alone, is the inside one but for a
 * service. */
static void set_sender(struct vpnalg *translator,
		       const struct vpnalg_parsed *parsed,
		       struct vpnalg_tuple *receiver)
{
	struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
				      .space = parsed->protocol,
				      .zone = parsed->zone,
				      .id = vpnalg_local_port(parsed),
				      .local = parsed->local };
	struct vpnalg_record *record = vpnalg_uplink_find(translator, &tuple);
	uint32_t port = tuple.id;

	if (record != NULL) {
		vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN,
				     &tuple);
		receiver->remote = tuple.local;
		port = tuple.id;
	} else {
		receiver->remote = new_sender(translator, parsed);
	}
	if (parsed->protocol != PROTOCOL_TCP &&
	    parsed->protocol != PROTOCOL_UDP)
		receiver->port = port;
}

/* Returns whether a mapping or a service has the port that a packet goes to, or
 * a session with the sender: a VPN's, or one by ports. */
static bool has_port(struct vpnalg *translator,
		     const struct vpnalg_parsed *parsed)
{
	struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
				      .space = parsed->protocol,
				      .id = vpnalg_remote_port(parsed),
				      .local = parsed->remote };

	if (vpnalg_session_find(translator, &tuple) != NULL)
		return true;
	set_sender(translator, parsed, &tuple);
	return vpnalg_session_find(translator, &tuple) != NULL;
}

/* Returns whether the first fragment will decide. */
static bool is_decided_by_first(const struct vpnalg *translator,
				const struct vpnalg_parsed *parsed)
{
	return parsed->fragment == VPNALG_FRAGMENT_LATER &&
	       translator->fragments != NULL;
}

/* Returns whether inside hosts have sessions under a protocol without ports
 * between these addresses. */
static bool is_guarded(struct vpnalg *translator,
		       const struct vpnalg_parsed *parsed)
{
	struct vpnalg_tuple guard = { .role = ROLE_GUARD,
				      .space = parsed->protocol,
				      .local = parsed->remote,
				      .remote =
					      new_sender(translator, parsed) };

	return vpnalg_usage_find(translator, &guard) != NULL;
}

/* Returns whether a packet may reach an inside host. */
static bool has_receiver(struct vpnalg *translator,
			 const struct vpnalg_parsed *parsed)
{
	return has_ports(parsed) ? has_port(translator, parsed)
				 : is_guarded(translator, parsed);
}

bool vpnalg_hairpin_is_routers(struct vpnalg *translator,
			       const struct vpnalg_parsed *parsed,
			       struct vpnalg_packet *packet)
{
	if (!(packet->flags & VPNALG_PACKET_HAIRPIN) ||
	    packet->direction != VPNALG_OUT || parsed->quoted ||
	    is_decided_by_first(translator, parsed) ||
	    has_receiver(translator, parsed))
		return false;
	packet->flags = 0;
	return true;
}
