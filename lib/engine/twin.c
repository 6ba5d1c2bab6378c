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

/* A quote may be another session's in its present form, too, if that one's
 * handler could not decide and left it. */
bool vpnalg_twin_is_there(struct vpnalg *translator, const struct slot *slot,
			  struct vpnalg_record *record)
{
	bool inside = !slot->parsed.inside;
	unsigned role = inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN;
	uint8_t *key = record_key(translator, record, role);
	struct slot twin = *slot;

	if (ports_decide(translator, slot, record) ||
	    is_hairpin(translator, slot, record))
		return false;
	if (slot->parsed.quoted && is_anothers(translator, &twin, record))
		return true;
	twin.parsed.inside = inside;
	twin.parsed.local = key + KEY_LOCAL_OFF;
	if (inside)
		twin.parsed.zone = key_zone(key);
	return is_anothers(translator, &twin, record);
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
