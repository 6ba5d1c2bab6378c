/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of protocols without ports that look like those of another session
 * once they are translated. Sessions with ports never share them, but an ICMP
 * error may quote a packet from a service's port that is another session's,
 * too. */
#include "twin.h"

#include "address.h"
#include "claim.h"
#include "record.h"
#include "refuse.h"
#include "service.h"
#include "service_kind.h"

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

/* Returns whether the packet will be another session's in its other form. */
static bool will_be_anothers(struct vpnalg *translator, const struct slot *slot,
			     struct vpnalg_record *record)
{
	bool inside = !slot->parsed.inside;
	unsigned role = inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN;
	uint8_t *key = record_key(translator, record, role);
	struct slot twin = *slot;

	twin.parsed.inside = inside;
	twin.parsed.undo = !slot->parsed.quoted && !slot->parsed.undo;
	twin.parsed.local = key + KEY_LOCAL_OFF;
	if (inside)
		twin.parsed.zone = key_zone(key);
	return is_anothers(translator, &twin, record);
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
	return will_be_anothers(translator, slot, record);
}

/* Returns the outside port of a service that sends the packet from there, if it
 * is one of a handler's servers; else 0. */
static unsigned servers_port(const struct vpnalg *translator,
			     const struct slot *slot,
			     struct vpnalg_record *record)
{
	const struct vpnalg_server_port *port = translator->server_ports;
	const struct vpnalg_parsed *parsed = &slot->parsed;
	unsigned i, id;

	if (!parsed->inside || parsed->inward || parsed->undo ||
	    parsed->quoted || !service_has_ports(parsed->protocol) ||
	    parsed->l4_caplen < PORTS_LEN ||
	    !service_is_one(translator, record))
		return 0;
	id = key_word(record_key(translator, record, VPNALG_OUTSIDE_OWN) +
		      KEY_ID_OFF);
	for (i = 0; i < translator->server_port_count; i++, port++)
		if (port->port == id && port->protocol == parsed->protocol)
			return id;
	return 0;
}

bool vpnalg_twin_is_sent(struct vpnalg *translator, const struct slot *slot,
			 struct vpnalg_record *record)
{
	unsigned port = servers_port(translator, slot, record);
	uint8_t *source = slot->parsed.l4;
	unsigned inside_port;
	bool is_sent;

	if (port == 0)
		return false;
	inside_port = vpnalg_get16(source);
	vpnalg_put16(source, port);
	is_sent = will_be_anothers(translator, slot, record);
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
