/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of protocols without ports that look like those of another session
 * once they are translated. Sessions with ports never share them, but an ICMP
 * error may quote a packet from a service's port that is another session's,
 * too. */
#include "twin.h"

#include "address.h"
#include "alias.h"
#include "claim.h"
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

/* Returns whether the key that a slot claims leads to a session that is no
 * service. A quote that is short, or of a later fragment, may have no key. */
static bool is_taken(struct vpnalg *translator, const struct slot *slot,
		     const struct vpnalg_record *but)
{
	const struct vpnalg_record *record = find(translator, slot);

	if (slot->claim != VPNALG_CLAIM_KEY && slot->parsed.quoted)
		return vpnalg_refuse_claim(translator, slot) !=
		       VPNALG_UNTOUCHED;
	return record != NULL && record != but &&
	       !service_is_one(translator, record);
}

/* Returns whether another session may have the packet of a slot. The slot is
 * not usable afterwards. */
static bool is_anothers(struct vpnalg *translator, struct slot *slot,
			const struct vpnalg_record *record)
{
	for (vpnalg_claim(translator, slot); slot->claim != VPNALG_CLAIM_NONE;
	     vpnalg_claim_next(translator, slot))
		if (is_taken(translator, slot, record))
			return true;
	return false;
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

/* Gives a slot the packet's other form. */
static void turn(struct vpnalg *translator, struct slot *slot,
		 struct vpnalg_record *record)
{
	bool inside = !slot->parsed.inside;
	unsigned role = inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN;
	uint8_t *key = record_key(translator, record, role);

	slot->parsed.inside = inside;
	slot->parsed.undo = !slot->parsed.quoted && !slot->parsed.undo;
	slot->parsed.local = key + KEY_LOCAL_OFF;
	if (inside)
		slot->parsed.zone = key_zone(key);
}

/* A quote may be another session's in its present form, too, if that one's
 * handler could not decide and left it. */
bool vpnalg_twin_is_there(struct vpnalg *translator, const struct slot *slot,
			  struct vpnalg_record *record)
{
	struct slot twin = *slot;

	if (ports_decide(translator, slot, record) ||
	    is_hairpin(translator, slot, record))
		return false;
	if (slot->parsed.quoted && is_anothers(translator, &twin, record))
		return true;
	turn(translator, &twin, record);
	return is_anothers(translator, &twin, record);
}

/* Returns whether the packet is a server's and leaves by its service. */
static bool is_served(const struct vpnalg *translator, const struct slot *slot,
		      const struct vpnalg_record *record)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;

	return parsed->inside && !parsed->inward && !parsed->undo &&
	       !parsed->quoted && service_has_ports(parsed->protocol) &&
	       parsed->l4_caplen >= PORTS_LEN &&
	       service_is_one(translator, record);
}

static bool lists(const struct vpnalg_handler *handler, uint8_t protocol,
		  unsigned port)
{
	unsigned i;

	for (i = 0; i < handler->server_port_count; i++)
		if (handler->server_ports[i].port == port &&
		    handler->server_ports[i].protocol == protocol)
			return true;
	return false;
}

/* Returns whether the remote may have sessions of the handler with hosts at
 * that outside address: each is counted in a guard, if its kinds have one. */
static bool may_have_hosts(struct vpnalg *translator,
			   const struct vpnalg_handler *handler,
			   const struct vpnalg_parsed *parsed,
			   const uint8_t *local)
{
	struct vpnalg_tuple guard = { .role = ROLE_GUARD,
				      .local = local,
				      .remote = parsed->remote };
	unsigned i;

	for (i = 0; i < handler->kind_count && guard.space == 0; i++)
		guard.space = handler->kinds[i].guard;
	return guard.space == 0 ||
	       vpnalg_usage_find(translator, &guard) != NULL;
}

/* Returns whether a handler whose servers have the service's outside port may
 * have hosts that share it towards the remote. */
static bool may_be_shared(struct vpnalg *translator,
			  const struct vpnalg_parsed *parsed,
			  const uint8_t *key)
{
	uint16_t port = (uint16_t)key_word(key + KEY_ID_OFF);
	unsigned h;

	vpnalg_alias_find(translator, parsed->protocol, port, &port);
	for (h = 0; h < translator->handler_count; h++)
		if (lists(translator->handlers[h], parsed->protocol, port) &&
		    may_have_hosts(translator, translator->handlers[h], parsed,
				   key + KEY_LOCAL_OFF))
			return true;
	return false;
}

bool vpnalg_twin_is_sent(struct vpnalg *translator, const struct slot *slot,
			 struct vpnalg_record *record)
{
	uint8_t *source = slot->parsed.l4;
	struct slot twin = *slot;
	const uint8_t *key;
	unsigned inside_port;
	bool is_sent;

	if (!is_served(translator, slot, record))
		return false;
	key = record_key(translator, record, VPNALG_OUTSIDE_OWN);
	if (!may_be_shared(translator, &slot->parsed, key))
		return false;
	turn(translator, &twin, record);
	inside_port = vpnalg_get16(source);
	vpnalg_put16(source, key_word(key + KEY_ID_OFF));
	is_sent = is_anothers(translator, &twin, record);
	vpnalg_put16(source, inside_port);
	return is_sent;
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
