/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that are not translated: because of their IP header, because of their
 * handler's answer, or because no handler claims them. */
#include "refuse.h"

#include "datagram.h"
#include "has.h"
#include "packet.h"
#include "pool.h"
#include "usage.h"

/* Returns whether the handler has translated the fragment's datagram by its
 * first fragment alone, which is undone here. */
static bool has_sufficed(const struct vpnalg *translator,
			 const struct slot *slot)
{
	return translator->fragments->translated_by == slot->handler;
}

/* Returns the result of a fragment that is not translated by itself. An undone
 * one that another handler has translated is left to that handler: it may look
 * like a VPN's and be a mapping's. */
static enum vpnalg_result refuse_fragment(const struct vpnalg *translator,
					  const struct slot *slot)
{
	const struct fragments *fragments = translator->fragments;

	if (!has_fragments(translator) || slot->parsed.quoted)
		return VPNALG_DROP_FRAGMENT;
	return fragments->translated_by != NO_HANDLER ? VPNALG_UNTOUCHED
						      : VPNALG_HELD;
}

/* Returns whether a fragment is translated by itself, as the first of its
 * datagram. */
static bool suffices(const struct vpnalg *translator, const struct slot *slot)
{
	return has_fragments(translator) &&
	       slot->parsed.fragment == VPNALG_FRAGMENT_FIRST &&
	       (slot->match.first_suffices || has_sufficed(translator, slot)) &&
	       vpnalg_rewrite_possible(&slot->parsed);
}

/* Returns why no packet with such a header is translated, for any session; or
 * VPNALG_TRANSLATED. */
enum vpnalg_result vpnalg_refuse_header(const struct vpnalg *translator,
					const struct slot *slot)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;

	if (parsed->fragment != VPNALG_FRAGMENT_NONE &&
	    !suffices(translator, slot))
		return refuse_fragment(translator, slot);
	if (parsed->overlong)
		return VPNALG_DROP_MALFORMED;
	return vpnalg_packet_holds_addresses(parsed) ? VPNALG_DROP_OPTIONS
						     : VPNALG_TRANSLATED;
}

/* Returns whether inside hosts have sessions under this protocol with this
 * remote. */
static bool is_guarded(struct vpnalg *translator,
		       const struct vpnalg_parsed *parsed, uint8_t protocol)
{
	struct vpnalg_tuple guard = { .role = ROLE_GUARD,
				      .space = protocol,
				      .local = parsed->local,
				      .remote = parsed->remote };

	if (parsed->inside)
		guard.local = vpnalg_pool_pick(translator, parsed->zone,
					       parsed->local, parsed->remote);
	return vpnalg_usage_find(translator, &guard) != NULL;
}

bool vpnalg_refuse_is_claimable(struct vpnalg *translator,
				const struct slot *slot)
{
	return is_guarded(translator, &slot->parsed, slot->match.space);
}

/* Returns the drop reason of an ICMP error, given that of the quoted packet. */
static enum vpnalg_result error_reason(enum vpnalg_result reason)
{
	switch (reason) {
	case VPNALG_DROP_TRUNCATED:
		return VPNALG_DROP_QUOTE_SHORT;
	case VPNALG_DROP_FRAGMENT:
		return reason;
	default:
		return VPNALG_DROP_ICMP_ERROR;
	}
}

/* The handler claims the packet without naming a session. Returns
 * VPNALG_UNTOUCHED if the next handler may try. */
enum vpnalg_result vpnalg_refuse_claim(struct vpnalg *translator,
				       const struct slot *slot)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;
	enum vpnalg_result reason = slot->match.reason;

	if (slot->claim == CLAIM_ROUTERS)
		return VPNALG_UNTOUCHED;
	if (slot->claim == CLAIM_FAULT)
		return VPNALG_DROP_FAULT;
	if (slot->claim == VPNALG_CLAIM_GUARDED ||
	    reason == VPNALG_DROP_FRAGMENT) {
		if (parsed->fragment == VPNALG_FRAGMENT_NONE)
			return VPNALG_DROP_FAULT;
		reason = refuse_fragment(translator, slot);
	}
	if (parsed->quoted)
		reason = error_reason(reason);
	if (slot->claim != VPNALG_CLAIM_GUARDED && !is_arriving(parsed))
		return reason;
	return is_guarded(translator, parsed, slot->match.space)
		       ? reason
		       : VPNALG_UNTOUCHED;
}

/* Returns whether a session has the outside port towards the remote: then the
 * packet, from another port of the remote, is not for the router. */
static bool is_held(struct vpnalg *translator,
		    const struct vpnalg_parsed *parsed)
{
	struct vpnalg_tuple port = { .role = VPNALG_OUTSIDE_OWN,
				     .space = parsed->protocol,
				     .local = parsed->local,
				     .remote = parsed->remote };
	const struct vpnalg_record *record;

	if ((parsed->protocol != PROTOCOL_TCP &&
	     parsed->protocol != PROTOCOL_UDP) ||
	    !parsed->inward || parsed->fragment == VPNALG_FRAGMENT_LATER ||
	    parsed->l4_caplen < PORTS_LEN)
		return false;
	port.id = vpnalg_get16(parsed->l4 + PORT_DESTINATION_OFF);
	record = vpnalg_session_find(translator, &port);
	return record != NULL && !vpnalg_record_is_routers(record);
}

bool vpnalg_refuse_is_routers(struct vpnalg *translator,
			      const struct vpnalg_parsed *parsed,
			      uint8_t protocol)
{
	const struct vpnalg_tuple guard = { .role = ROLE_ROUTERS,
					    .space = protocol,
					    .local = parsed->local,
					    .remote = parsed->remote };

	return has_routers(translator) &&
	       vpnalg_usage_find(translator, &guard) != NULL;
}

/* Returns the result of an unclaimed packet. One of a protocol that inside
 * hosts have with the remote is dropped: the router's own stack would answer
 * that it does not speak this protocol, and the remote would end the inside
 * host's session. */
enum vpnalg_result vpnalg_refuse_unclaimed(struct vpnalg *translator,
					   const struct vpnalg_parsed *parsed)
{
	enum vpnalg_result reason = VPNALG_UNTOUCHED;

	if (!parsed->inside && is_held(translator, parsed))
		reason = VPNALG_DROP_PORT_HELD;
	else if (!parsed->inside &&
		 is_guarded(translator, parsed, parsed->protocol) &&
		 !vpnalg_refuse_is_routers(translator, parsed,
					   parsed->protocol))
		reason = VPNALG_DROP_GUARDED;
	if (reason == VPNALG_UNTOUCHED)
		return translator->fault ? VPNALG_DROP_FAULT : reason;
	return parsed->quoted ? VPNALG_DROP_ICMP_ERROR : reason;
}

enum vpnalg_result vpnalg_refuse_own(const struct vpnalg_step *step,
				     unsigned result)
{
	struct vpnalg *translator = step->translator;
	unsigned own = result - VPNALG_DROP_OWN;

	if (result < VPNALG_DROP_OWN ||
	    own >= translator->handlers[step->handler]->own_reason_count)
		return VPNALG_DROP_FAULT;
	step->packet->protocol = step->handler;
	translator->own[step->handler][own]++;
	return (enum vpnalg_result)result;
}

bool vpnalg_refuse_is_unfound(const struct vpnalg_step *step,
			      enum vpnalg_result result)
{
	if (step->parsed->quoted)
		return step->record == NULL &&
		       (result == VPNALG_DROP_ICMP_ERROR ||
			result == VPNALG_DROP_QUOTE_SHORT);
	return step->parsed->undo && step->record == NULL &&
	       ((step->parsed->inward && result != VPNALG_DROP_AH &&
		 result != VPNALG_DROP_STORE) ||
		result == VPNALG_DROP_NO_SESSION ||
		result == VPNALG_DROP_NO_CONNECTION ||
		(result == VPNALG_HELD &&
		 step->parsed->fragment == VPNALG_FRAGMENT_FIRST));
}
