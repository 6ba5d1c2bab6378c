/* SPDX-License-Identifier: BSD-2-Clause */
/* The first stage of a packet: where its headers lie, and who claims it. */
#ifndef VPNALG_ENGINE_PREPARE_H
#define VPNALG_ENGINE_PREPARE_H

#include "address.h"
#include "claim.h"
#include "hairpin.h"
#include "packet.h"

/* Finds where the headers lie. Returns false if it is no IPv4, or its header
 * contradicts itself. */
ALWAYS_INLINE bool parse(const struct vpnalg_packet *packet, struct slot *slot)
{
	slot->plain = packet_parse_plain(packet, &slot->parsed);
	return slot->plain || vpnalg_packet_parse_any(packet, &slot->parsed);
}

/* Claims a packet of a host that uses an outside address itself. It is counted
 * for the handler's kind and stays untouched: no session is looked for here.
 * With vpnalg_config.own its handler gets a copy later (routers.c). */
NEVER_INLINE void claim_routers(const struct vpnalg *translator,
				struct slot *slot)
{
	vpnalg_claim(translator, slot);
	if (slot->claim == VPNALG_CLAIM_KEY)
		slot->claim = CLAIM_ROUTERS;
}

/* Leaves a packet alone that is not ours. */
ALWAYS_INLINE void leave(struct slot *slot, struct vpnalg_packet *packet)
{
	slot->claim = VPNALG_CLAIM_NONE;
	slot->ours = false;
	packet->flags = 0;
}

/* Returns true of most packets that are ours: where there is one outside
 * address, all but hairpins. */
ALWAYS_INLINE bool is_plainly_ours(const struct vpnalg *translator,
				   const struct vpnalg_parsed *parsed)
{
	const uint8_t *only = translator->addresses;
	const size_t addr_len = addr_len_of(translator);

	return translator->address_count == 1 &&
	       same_address(parsed->local, only, addr_len) != parsed->inside &&
	       pool_is_host(parsed->remote) &&
	       !same_address(parsed->remote, only, addr_len);
}

/* Returns whether a packet is ours: its local address is an outside address in
 * the outside form, none in the inside form, and its remote can be a single far
 * host or, by a hairpin, is an outside address. All else is left alone. */
NEVER_INLINE bool is_ours(const struct vpnalg *translator, struct slot *slot,
			  struct vpnalg_packet *packet)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;

	if (pool_has(translator, parsed->local) == parsed->inside) {
		leave(slot, packet);
		if (parsed->inside)
			claim_routers(translator, slot);
		return false;
	}
	if (pool_is_remote(translator, parsed->remote)) {
		packet->flags = 0;
	} else if (!vpnalg_hairpin_is_one(translator, slot, packet)) {
		leave(slot, packet);
		return false;
	}
	return true;
}

/* Decides whether a packet is ours, and which handler claims it. */
ALWAYS_INLINE void prepare(const struct vpnalg *translator, struct slot *slot,
			   struct vpnalg_packet *packet)
{
	if (!parse(packet, slot)) {
		leave(slot, packet);
		return;
	}
	if (!FOR_SIZE && is_plainly_ours(translator, &slot->parsed))
		packet->flags = 0;
	else if (!is_ours(translator, slot, packet))
		return;
	slot->ours = true;
	if (FOR_SIZE)
		vpnalg_claim(translator, slot);
	else
		claim(translator, slot, 0, 0);
}

#endif
