/* SPDX-License-Identifier: BSD-2-Clause */
/* The results of packets that are not translated. */
#ifndef VPNALG_ENGINE_REFUSE_H
#define VPNALG_ENGINE_REFUSE_H

#include "has.h"
#include "translator.h"

/* Only a session that exists claims what comes in from outside, errors about
 * what was sent there included. */
static inline bool is_arriving(const struct vpnalg_parsed *parsed)
{
	return !parsed->inside && (parsed->inward || parsed->quoted);
}

/* Returns whether a handler's result drops the packet. */
static inline bool is_drop(unsigned result)
{
	return result >= VPNALG_DROP_FIRST && result < VPNALG_RESULTS;
}

/* Returns whether a first fragment is too short for its handler: the whole
 * datagram may not be. */
static inline bool is_cut_short(const struct vpnalg *translator,
				const struct slot *slot,
				enum vpnalg_result result)
{
	return result == VPNALG_DROP_MALFORMED && has_fragments(translator) &&
	       !slot->parsed.quoted &&
	       slot->parsed.fragment == VPNALG_FRAGMENT_FIRST;
}

enum vpnalg_result vpnalg_refuse_header(const struct vpnalg *translator,
					const struct slot *slot);
enum vpnalg_result vpnalg_refuse_claim(struct vpnalg *translator,
				       const struct slot *slot);

/* Returns whether a packet that a handler claims without naming a session may
 * be one's: whether inside hosts have some with its remote. */
bool vpnalg_refuse_is_claimable(struct vpnalg *translator,
				const struct slot *slot);

/* Counts a drop reason of the handler's own for it; VPNALG_DROP_FAULT where it
 * has none such. */
enum vpnalg_result vpnalg_refuse_own(const struct vpnalg_step *step,
				     unsigned result);
enum vpnalg_result vpnalg_refuse_unclaimed(struct vpnalg *translator,
					   const struct vpnalg_parsed *parsed);

/* Returns whether a handler knows no session of a packet that is undone or
 * quoted, and has opened none (as IPsec may, for an SPI that the packet shows).
 * The packet may have come through a session of the next handler's, as from a
 * VPN's port to a mapping, or by a service; but AH comes through no session. */
bool vpnalg_refuse_is_unfound(const struct vpnalg_step *step,
			      enum vpnalg_result result);

/* Returns whether the router has sessions of its own under this protocol with
 * the packet's remote. */
bool vpnalg_refuse_is_routers(struct vpnalg *translator,
			      const struct vpnalg_parsed *parsed,
			      uint8_t protocol);

#endif
