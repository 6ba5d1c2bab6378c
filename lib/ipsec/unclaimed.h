/* SPDX-License-Identifier: BSD-2-Clause */
/* Unclaimed inbound SPIs: packets carry them, and no host is known to own them.
 * A bounded number is remembered of each remote. */
#ifndef VPNALG_IPSEC_UNCLAIMED_H
#define VPNALG_IPSEC_UNCLAIMED_H

#include "candidate.h"

/* The owner of an SPI answers a probe within this time. Meanwhile no other SPI
 * is probed with silent hosts: it must be plain which probe is answered. */
#define IPSEC_ANSWER_MS 150

/* After an exchange the remote turns to the new SA within this time, if it
 * sends. */
#define IPSEC_SWITCH_MS 500

/* Counts a packet with an unclaimed SPI. Returns the SPI and its place; the
 * caller marks the block of that place as changed. NULL if there is no place
 * for it. */
struct ipsec_unclaimed *vpnalg_ipsec_unclaimed_seen(struct vpnalg_step *step,
						    struct ipsec_blocks *blocks,
						    unsigned *place,
						    uint32_t *gap);

/* Remembers an SPI that was taken from a host as if it were a new one. *taken
 * has the SPI, its first packet and the refused host; all else in it is zero.
 */
void vpnalg_ipsec_unclaimed_again(struct vpnalg *translator,
				  struct ipsec_blocks *blocks,
				  const struct ipsec_unclaimed *taken);

/* Returns whether the SPI may be a living one: it is new, or goes on. */
static inline bool ipsec_unclaimed_counts(const struct ipsec_unclaimed *u)
{
	return u->flags & IPSEC_UNCLAIMED_FRESH || u->total > 1;
}

/* Returns whether the SPI began before one was promised to the candidate. One
 * that was in use before may be older than what is known of its owner. */
static inline bool ipsec_unclaimed_is_too_old(const struct ipsec_unclaimed *u,
					      const struct ipsec_candidate *c)
{
	return !c->seeking && u->flags & IPSEC_UNCLAIMED_FRESH &&
	       ipsec_is_after(c->since, u->first + IPSEC_REORDERED_MS);
}

/* Returns whether the candidate may own the SPI at all. */
static inline bool ipsec_unclaimed_may_be(const struct ipsec_unclaimed *u,
					  const struct ipsec_candidate *c)
{
	return c->id != 0 && c->id != u->refused &&
	       !ipsec_unclaimed_is_too_old(u, c) && !ipsec_candidate_is_over(c);
}

/* Returns whether an exchange of the candidate's ended within that time before
 * the SPI began. */
static inline bool
ipsec_unclaimed_follows_request(const struct ipsec_unclaimed *u,
				const struct ipsec_candidate *c,
				uint32_t longest)
{
	return c->answered && u->began + IPSEC_REORDERED_MS - c->requested <
				      longest + IPSEC_REORDERED_MS;
}

#endif
