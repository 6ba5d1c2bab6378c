/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets whose other form would be found as another session's: those without
 * ports, those of a service at a port that hosts share by IDs, as L2TP's 1701,
 * and those that an ICMP error quotes. */
#include "twin.h"

#include "address.h"
#include "alias.h"
#include "claim.h"
#include "extra_port.h"
#include "record.h"
#include "refuse.h"
#include "service.h"
#include "service_kind.h"
#include "usage.h"

/* Returns the living session of the key that a slot claims, or NULL. */
static struct vpnalg_record *find(struct vpnalg *translator,
				  const struct slot *slot)
{
	struct vpnalg_record *record = NULL;

	if (slot->claim == VPNALG_CLAIM_KEY)
		record = vpnalg_record_find(translator, slot->key, slot->hash);
	return record != NULL && record_is_alive(translator, record) ? record
								     : NULL;
}

/* Returns whether the key that a slot claims leads to another living session
 * than `but`, services apart. A quote that is short, or of a later fragment,
 * may have no key: then it may be any session's. */
static bool is_taken(struct vpnalg *translator, const struct slot *slot,
		     const struct vpnalg_record *but)
{
	const struct vpnalg_record *record = find(translator, slot);

	if (slot->claim != VPNALG_CLAIM_KEY && slot->parsed.quoted)
		return vpnalg_refuse_is_claimable(translator, slot);
	return record != NULL && record != but &&
	       !service_is_one(translator, record);
}

/* Returns whether another session may have the packet of a slot, by its ports
 * or by IDs alone. The slot is not usable afterwards. */
static bool is_claimed(struct vpnalg *translator, struct slot *slot,
		       const struct vpnalg_record *record, bool by_ports)
{
	for (vpnalg_claim(translator, slot); slot->claim != VPNALG_CLAIM_NONE;
	     vpnalg_claim_next(translator, slot))
		if ((by_ports || slot->match.space != slot->parsed.protocol) &&
		    is_taken(translator, slot, record))
			return true;
	return false;
}

/* Gives a slot the packet's other form, but for the port. */
static void turn(struct slot *slot, uint8_t *key)
{
	bool inside = !slot->parsed.inside;

	slot->parsed.inside = inside;
	slot->parsed.undo = !slot->parsed.quoted && !slot->parsed.undo;
	slot->parsed.local = key + KEY_LOCAL_OFF;
	if (inside)
		slot->parsed.zone = key_zone(key);
}

/* Returns where the packet's local port is, or NULL. */
static uint8_t *local_port(const struct vpnalg_parsed *parsed)
{
	if (!service_has_ports(parsed->protocol) ||
	    parsed->fragment == VPNALG_FRAGMENT_LATER ||
	    parsed->l4_caplen < PORTS_LEN)
		return NULL;
	return parsed->l4 +
	       (parsed->inward ? PORT_DESTINATION_OFF : PORT_SOURCE_OFF);
}

/* Returns whether the packet may be another session's: in its present form, or
 * turned, in its other one, with the port that it has there. */
NEVER_INLINE bool is_anothers(struct vpnalg *translator,
			      const struct slot *slot,
			      struct vpnalg_record *record, bool turned,
			      bool by_ports)
{
	uint8_t *key = record_key(translator, record,
				  slot->parsed.inside ? VPNALG_OUTSIDE_OWN
						      : VPNALG_INSIDE_OWN);
	uint8_t *port = turned ? local_port(&slot->parsed) : NULL;
	unsigned before = port != NULL ? vpnalg_get16(port) : 0;
	struct slot twin = *slot;
	bool is_its;

	if (turned)
		turn(&twin, key);
	if (port != NULL)
		vpnalg_put16(port, key_word(key + KEY_ID_OFF));
	is_its = is_claimed(translator, &twin, record, by_ports);
	if (port != NULL)
		vpnalg_put16(port, before);
	return is_its;
}

/* Returns whether the ports show that no other session has the packet. */
static bool ports_decide(struct vpnalg *translator, const struct slot *slot,
			 const struct vpnalg_record *record)
{
	return service_has_ports(slot->parsed.protocol) &&
	       !(slot->parsed.quoted && service_is_one(translator, record));
}

/* Returns whether a packet of a service without ports goes to an outside
 * address of ours. What looks like it there is its receiver's session, or that
 * of a host which a mark distinguishes from the server (hairpin.c). */
static bool is_hairpin(const struct vpnalg *translator, const struct slot *slot,
		       const struct vpnalg_record *record)
{
	return !service_has_ports(slot->parsed.protocol) &&
	       pool_has(translator, slot->parsed.remote) &&
	       service_is_one(translator, record);
}

/* A quote may be another session's in its present form, too, if that one's
 * handler could not decide and left it. */
bool vpnalg_twin_is_there(struct vpnalg *translator, const struct slot *slot,
			  struct vpnalg_record *record)
{
	if (ports_decide(translator, slot, record) ||
	    is_hairpin(translator, slot, record))
		return false;
	return (slot->parsed.quoted &&
		is_anothers(translator, slot, record, false, true)) ||
	       is_anothers(translator, slot, record, true, true);
}

/* Returns whether the packet leaves by the service of a server inside. */
static bool is_served(const struct vpnalg *translator, const struct slot *slot,
		      const struct vpnalg_record *record)
{
	return slot->parsed.inside && !slot->parsed.inward &&
	       service_is_one(translator, record);
}

/* Returns whether the remote may have sessions of the handler with hosts at
 * that outside address: each is counted in the guard of its kind, if that has
 * one. */
static bool may_have_hosts(struct vpnalg *translator,
			   const struct vpnalg_handler *handler,
			   const struct vpnalg_parsed *parsed,
			   const uint8_t *local)
{
	struct vpnalg_tuple guard = { .role = ROLE_GUARD,
				      .local = local,
				      .remote = parsed->remote };
	unsigned i, space = 0;

	for (i = 0; i < handler->kind_count; i++) {
		guard.space = handler->kinds[i].guard;
		if (guard.space != 0 && guard.space != space &&
		    vpnalg_usage_find(translator, &guard) != NULL)
			return true;
		if (guard.space != 0)
			space = guard.space;
	}
	return space == 0;
}

/* Returns whether hosts may share the service's outside port towards the remote
 * port: both are ports of a handler's servers. A remote that has other clients
 * behind its own address, at other ports, gives each of its IDs there again. */
static bool may_be_shared(struct vpnalg *translator,
			  const struct vpnalg_parsed *parsed,
			  const uint8_t *key)
{
	uint16_t port = (uint16_t)key_word(key + KEY_ID_OFF);
	const struct vpnalg_handler *handler;
	unsigned h;

	vpnalg_alias_find(translator, parsed->protocol, port, &port);
	for (h = 0; h < translator->handler_count; h++) {
		handler = translator->handlers[h];
		if (vpnalg_extra_port_is_standard(handler, parsed->protocol,
						  port) &&
		    vpnalg_extra_port_is_standard(handler, parsed->protocol,
						  vpnalg_remote_port(parsed)) &&
		    may_have_hosts(translator, handler, parsed,
				   key + KEY_LOCAL_OFF))
			return true;
	}
	return false;
}

/* Sessions by ports are left to the handler, which knows the service's. */
bool vpnalg_twin_is_sent(struct vpnalg *translator, const struct slot *slot,
			 struct vpnalg_record *record)
{
	return is_served(translator, slot, record) &&
	       may_be_shared(
		       translator, &slot->parsed,
		       record_key(translator, record, VPNALG_OUTSIDE_OWN)) &&
	       is_anothers(translator, slot, record, true, false);
}

void vpnalg_twin_bar(struct vpnalg *translator, struct slot *slot)
{
	struct vpnalg_record *record = NULL;
	struct slot rest = *slot;

	if (!translator->handlers[slot->handler]->takes_rest)
		return;
	while (record == NULL && rest.claim == VPNALG_CLAIM_KEY) {
		record = find(translator, &rest);
		vpnalg_claim_next(translator, &rest);
	}
	if (record == NULL || !vpnalg_twin_is_there(translator, slot, record))
		return;
	slot->claim = VPNALG_CLAIM_DROP;
	slot->match.reason = VPNALG_DROP_AMBIGUOUS;
}
