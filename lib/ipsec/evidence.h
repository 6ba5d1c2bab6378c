/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence: how likely a candidate owns an unclaimed SPI, by what was seen of
 * the candidate when the SPI began. */
#ifndef VPNALG_IPSEC_EVIDENCE_H
#define VPNALG_IPSEC_EVIDENCE_H

#include "unclaimed.h"

/* The ranks of candidates for a new inbound SPI. */
enum ipsec_rank {
	IPSEC_RANK_NONE,   /* it goes on receiving as before */
	IPSEC_RANK_IDLE,   /* it receives nothing */
	IPSEC_RANK_SOON,   /* it receives as before, or has just stopped */
	IPSEC_RANK_LIKELY, /* it stopped receiving, or resumed sending, then */
	IPSEC_RANK_SURE,   /* it stopped receiving then, and goes on sending */
	IPSEC_RANKS
};

/* The rank, the evidence for it, and how surprising it would be: the negative
 * log-likelihood in hundredths. Below IPSEC_RANK_LIKELY the surprise does not
 * count. */
struct ipsec_likelihood {
	enum ipsec_rank rank;
	enum vpnalg_evidence evidence;
	uint32_t surprise;
};

/* A difference of surprise that decides between two: about 20 times as likely.
 */
#define IPSEC_MARGIN 300

/* The number of packets of an SPI after which its end is evidence for another
 * one, and after which the only candidate gets an SPI that it does not seem to
 * own. */
#define IPSEC_COUNT_LAST 6

/* Fills *likelihood for a candidate and an SPI. `follows` is what
 * vpnalg_ipsec_evidence_follows() says of the SPI. */
void vpnalg_ipsec_evidence(uint32_t now, const struct ipsec_candidate *c,
			   const struct ipsec_unclaimed *u, bool follows,
			   struct ipsec_likelihood *likelihood);

/* Returns whether the SPI began when another unclaimed one ended. */
bool vpnalg_ipsec_evidence_follows(const struct ipsec_blocks *blocks,
				   const struct ipsec_unclaimed *u);

#endif
