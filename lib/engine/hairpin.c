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
 *
 * Without ports both directions may look alike in between: client and server
 * may have one outside address. So a packet to a service without ports, from a
 * host that is none itself, has a mark of its own: only the service gets it. An
 * unmarked one is a session's, if there is one.
 */
#include "hairpin.h"

#include <string.h>

#include "address.h"
#include "claim.h"
#include "has.h"
#include "pool.h"
#include "record.h"
#include "service.h"
#include "service_kind.h"
#include "session.h"
#include "uplink_mapping.h"
#include "usage.h"

#include "../wire/ip.h"

bool vpnalg_hairpin_is_one(const struct vpnalg *translator, struct slot *slot,
			   struct vpnalg_packet *packet)
{
	unsigned given = packet->flags;

	packet->flags = 0;
	if (packet->direction == VPNALG_OUT)
		given = VPNALG_PACKET_HAIRPIN;
	if (!pool_has(translator, slot->parsed.remote) ||
	    !(given & VPNALG_PACKET_HAIRPIN))
		return false;
	packet->flags =
		given & (VPNALG_PACKET_HAIRPIN | VPNALG_PACKET_TO_SERVICE);
	if (!service_has_ports(slot->parsed.protocol))
		slot->plain = false;
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
	       has_fragments(translator);
}

/* Returns whether inside hosts have sessions under a protocol without ports
 * between these addresses. */
static bool is_guarded(struct vpnalg *translator,
		       const struct vpnalg_parsed *parsed,
		       const uint8_t *sender)
{
	struct vpnalg_tuple guard = { .role = ROLE_GUARD,
				      .space = parsed->protocol,
				      .local = parsed->remote,
				      .remote = sender };

	return vpnalg_usage_find(translator, &guard) != NULL;
}

/* Moves a slot on to the claim that leads to a service, or to a session; to
 * none where there is no such record. */
static bool find(struct vpnalg *translator, struct slot *slot, bool service)
{
	const struct vpnalg_record *record;

	for (; slot->claim != VPNALG_CLAIM_NONE; claim_next(translator, slot)) {
		if (slot->claim != VPNALG_CLAIM_KEY)
			continue;
		record = vpnalg_record_find(translator, slot->key, slot->hash);
		if (record != NULL && record_is_alive(translator, record) &&
		    service_is_one(translator, record) == service)
			return true;
		if (translator->fault)
			break;
	}
	return false;
}

/* Returns whether a packet will reach a service, or a session, if it comes in
 * from that sender. */
static bool reaches(struct vpnalg *translator, const struct slot *slot,
		    const uint8_t *sender, bool service)
{
	struct slot other = *slot;
	uint8_t remote[VPNALG_ADDR_MAX];

	memcpy(remote, sender, addr_len_of(translator));
	other.parsed.inside = false;
	other.parsed.inward = !slot->parsed.inward;
	other.parsed.local = slot->parsed.remote;
	other.parsed.remote = remote;
	claim(translator, &other, 0, 0);
	return find(translator, &other, service);
}

/* Returns the outside address of the service without ports whose server has
 * sent a packet; NULL if none has. */
static const uint8_t *server_address(struct vpnalg *translator,
				     const struct vpnalg_parsed *parsed)
{
	struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
				      .space = parsed->protocol,
				      .zone = parsed->zone,
				      .port = VPNALG_NO_PORTS,
				      .local = parsed->local };
	struct vpnalg_record *record = vpnalg_session_find(translator, &tuple);

	if (record == NULL || !service_is_one(translator, record))
		return NULL;
	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &tuple);
	return tuple.local;
}

/* Returns whether a packet without ports may reach a session or, if it is
 * marked, a service that is not its sender. */
static bool has_address(struct vpnalg *translator, const struct slot *slot,
			bool marked)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;
	const uint8_t *sender = server_address(translator, parsed);

	if (sender == NULL)
		return marked || is_guarded(translator, parsed,
					    new_sender(translator, parsed));
	return (marked && !same_address(sender, parsed->remote,
					addr_len_of(translator))) ||
	       is_guarded(translator, parsed, sender) ||
	       reaches(translator, slot, sender, false);
}

/* Returns whether a packet may reach an inside host. */
static bool has_receiver(struct vpnalg *translator, const struct slot *slot,
			 const struct vpnalg_packet *packet)
{
	bool marked = packet->flags & VPNALG_PACKET_TO_SERVICE;

	return has_ports(&slot->parsed) ? has_port(translator, &slot->parsed)
					: has_address(translator, slot, marked);
}

bool vpnalg_hairpin_is_routers(struct vpnalg *translator,
			       const struct slot *slot,
			       struct vpnalg_packet *packet)
{
	if (!(packet->flags & VPNALG_PACKET_HAIRPIN) ||
	    packet->direction != VPNALG_OUT || slot->parsed.quoted ||
	    slot->claim == CLAIM_FAULT ||
	    is_decided_by_first(translator, &slot->parsed) ||
	    has_receiver(translator, slot, packet) || translator->fault)
		return false;
	packet->flags = 0;
	return true;
}

/* Services without ports */

static void begin(struct vpnalg *translator, struct slot *slot,
		  struct vpnalg_packet *packet)
{
	bool marked = packet->flags & VPNALG_PACKET_TO_SERVICE;

	switch (packet->direction) {
	case VPNALG_OUT:
		if (reaches(translator, slot, slot->parsed.local, true))
			packet->flags |= VPNALG_PACKET_TO_SERVICE;
		break;
	case VPNALG_IN:
		if (marked)
			find(translator, slot, true);
		break;
	case VPNALG_OUT_UNDO:
		if (!marked &&
		    reaches(translator, slot, slot->parsed.local, true))
			find(translator, slot, true);
		break;
	default:
		break;
	}
}

void vpnalg_hairpin_begin(struct vpnalg *translator, struct slot *slot,
			  struct vpnalg_packet *packet)
{
	if (service_has_ports(slot->parsed.protocol) ||
	    !service_may_be(translator))
		return;
	translator->fault = false;
	begin(translator, slot, packet);
	if (translator->fault)
		slot->claim = CLAIM_FAULT;
}

void vpnalg_hairpin_end(const struct vpnalg *translator,
			struct vpnalg_packet *packet, enum vpnalg_result result)
{
	const struct vpnalg_record *record = translator->step.record;

	if (packet->direction == VPNALG_OUT &&
	    (result != VPNALG_TRANSLATED || record == NULL ||
	     service_is_one(translator, record)))
		packet->flags &= (uint8_t)~VPNALG_PACKET_TO_SERVICE;
}
