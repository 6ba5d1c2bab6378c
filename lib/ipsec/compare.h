/* SPDX-License-Identifier: BSD-2-Clause */
/* Comparing: a packet of an inbound SPI is compared with the SAs that hosts
 * send with, one after the other. */
#ifndef VPNALG_IPSEC_COMPARE_H
#define VPNALG_IPSEC_COMPARE_H

#include "answers.h"

/* The hosts that an SPI is compared with, each SA that they send with: all of
 * the ring, from this one on, but for the one that has the SPI, and the one
 * that sends with it. One packet is compared with at most `tries` SAs. */
struct ipsec_others {
	struct vpnalg_record *session; /* any of the remote's */
	struct vpnalg_record *sender;  /* or NULL */
	uint32_t first, except;
	unsigned tries;
};

/* Compares a packet, `gap` after the one before, until it may answer an SA.
 * Returns the host that the SPI is shown to answer, or NULL. */
struct vpnalg_record *
vpnalg_ipsec_compare_others(struct vpnalg *translator,
			    const struct ipsec_others *others,
			    struct ipsec_answers *answers, uint32_t gap);

/* Turns to the host behind this one; NULL: to the first one. */
void vpnalg_ipsec_compare_turn(struct vpnalg *translator,
			       const struct ipsec_others *others,
			       struct ipsec_answers *answers,
			       struct vpnalg_record *host);

/* Compares a packet with one SA of the host that has its SPI. `list` is the
 * host's, or NULL. If the packet does not answer that SA, it is the next one's
 * turn. */
void vpnalg_ipsec_compare_own(struct vpnalg *translator,
			      struct vpnalg_record *host,
			      struct vpnalg_record *list,
			      struct ipsec_answers *answers, uint32_t gap);

#endif
