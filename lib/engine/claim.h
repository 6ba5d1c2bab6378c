/* SPDX-License-Identifier: BSD-2-Clause */
/* Claims: the handler that claims a packet, and the key of its session. */
#ifndef VPNALG_ENGINE_CLAIM_H
#define VPNALG_ENGINE_CLAIM_H

#include "key.h"
#include "refuse.h"

#include "../wire/ip.h"

/* A packet in its outside form is found by the session's outside keys, and one
 * that shows the peer's ID by its peer keys. */
ALWAYS_INLINE void make_key(const struct vpnalg *translator, struct slot *slot)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;
	const struct vpnalg_match *match = &slot->match;
	unsigned role = match->peer ? VPNALG_INSIDE_PEER : VPNALG_INSIDE_OWN;
	uint32_t first =
		parsed->inside
			? key_first_word(role, match->space, parsed->zone)
			: key_first_word(role + 1, match->space, 0);

	if (match->any_remote)
		first |= KEY_ALL_REMOTES << 24;
	key_write(slot->key, first, match->id, match->port, parsed->local,
		  parsed->remote, addr_len_of(translator));
	slot->hash = key_hash(translator, slot->key);
}

/* Returns whether a handler's claim is one that it may make. */
ALWAYS_INLINE bool is_claim(const struct vpnalg_handler *handler,
			    const struct vpnalg_match *match, unsigned claim,
			    unsigned attempt)
{
	if (match->kind >= handler->kind_count)
		return false;
	if (claim == VPNALG_CLAIM_KEY)
		return !match->more || attempt < ATTEMPTS_MAX;
	return claim == VPNALG_CLAIM_GUARDED ||
	       (claim == VPNALG_CLAIM_DROP && is_drop(match->reason));
}

/* Returns whether the handler of that place claims the packet. */
ALWAYS_INLINE bool ask(const struct vpnalg *translator, struct slot *slot,
		       unsigned place, unsigned attempt)
{
	const struct vpnalg_handler *handler = translator->handlers[place];
	unsigned claim;

	slot->match = (struct vpnalg_match){ .attempt = (uint8_t)attempt };
	slot->handler = (uint8_t)place;
	slot->attempt = (uint8_t)attempt;
	claim = handler->match(&slot->parsed, &slot->match);
	if (claim == VPNALG_CLAIM_NONE)
		return false;
	handler = translator->handlers[slot->handler];
	if (!is_claim(handler, &slot->match, claim, attempt)) {
		slot->match.kind = 0;
		claim = CLAIM_FAULT;
	}
	slot->claim = (uint8_t)claim;
	if (claim == VPNALG_CLAIM_KEY)
		make_key(translator, slot);
	return true;
}

/* Returns whether a packet has a remote port that can be read, and is no
 * server's port. Ports share bits, so a handler may be asked in vain. */
ALWAYS_INLINE bool is_elsewhere(const struct vpnalg *translator,
				const struct vpnalg_parsed *parsed)
{
	return parsed->fragment != VPNALG_FRAGMENT_LATER &&
	       parsed->l4_caplen >= PORTS_LEN &&
	       !(translator->by_ports >> port_bit(vpnalg_remote_port(parsed)) &
		 1);
}

/* Returns a bit for each handler that is asked about the packet. */
ALWAYS_INLINE unsigned asked_about(const struct vpnalg *translator,
				   const struct vpnalg_parsed *parsed)
{
	unsigned asked = translator->handlers_for[parsed->protocol];

	if (!(asked & ASKED_BY_PORT))
		return asked;
	if (is_elsewhere(translator, parsed))
		asked &= ~(unsigned)translator->by_port;
	return asked & ~ASKED_BY_PORT;
}

/* Returns the number of the lowest bit that is set; some bit is. */
ALWAYS_INLINE unsigned first_place(unsigned asked)
{
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__aarch64__))
	return (unsigned)__builtin_ctz(asked);
#else
	unsigned place = 0;

	while (!(asked >> place & 1))
		place++;
	return place;
#endif
}

/* Asks the handlers of such packets, from that place on, until one claims it.
 * The attempt is for the first of them. */
ALWAYS_INLINE void claim(const struct vpnalg *translator, struct slot *slot,
			 unsigned place, unsigned attempt)
{
	unsigned asked =
		asked_about(translator, &slot->parsed) >> place << place;

	for (; asked != 0; asked &= asked - 1, attempt = 0) {
		if (ask(translator, slot, first_place(asked), attempt))
			return;
	}
	slot->claim = VPNALG_CLAIM_NONE;
}

/* Moves on to the next key of the same handler, or else to the next handler's
 * claim. Returns true in the latter case. */
ALWAYS_INLINE bool claim_next(const struct vpnalg *translator,
			      struct slot *slot)
{
	if (slot->claim == VPNALG_CLAIM_KEY && slot->match.more) {
		claim(translator, slot, slot->handler, slot->attempt + 1U);
		return false;
	}
	claim(translator, slot, slot->handler + 1U, 0);
	return true;
}

/* The same, the first from the first handler on, not expanded in place: for few
 * packets. */
void vpnalg_claim(const struct vpnalg *translator, struct slot *slot);
bool vpnalg_claim_next(const struct vpnalg *translator, struct slot *slot);

/* Makes the store prefetch the packet's session: at stage 0 the bucket of its
 * key, at stage 1 its record. */
ALWAYS_INLINE void prefetch(const struct vpnalg_store *store,
			    const struct slot *slot, unsigned stage)
{
	if (slot->claim == VPNALG_CLAIM_KEY)
		store->prefetch(store->context, slot->hash, stage);
}

#endif
