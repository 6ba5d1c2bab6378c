/* SPDX-License-Identifier: BSD-2-Clause */
/* The judge: ranks all candidates for an unclaimed SPI, and names its owner if
 * one of them stands out. Undecided it names none: a packet that is lost costs
 * less than a pair that is wrong. */
#ifndef VPNALG_IPSEC_JUDGE_H
#define VPNALG_IPSEC_JUDGE_H

#include "unclaimed.h"

/* Returns the owner, with the evidence for it in *evidence. Returns NULL if
 * undecided; *evidence then is the evidence for some host, or
 * VPNALG_EVIDENCE_NONE. */
const struct ipsec_candidate *
vpnalg_ipsec_judge(struct vpnalg *translator, const struct ipsec_blocks *blocks,
		   struct ipsec_unclaimed *u, enum vpnalg_evidence *evidence);

/* Returns whether the host owns the unclaimed SPI as likely as its youngest
 * one. */
bool vpnalg_ipsec_judge_fits(struct vpnalg *translator,
			     const struct ipsec_blocks *blocks,
			     struct vpnalg_record *host,
			     const struct ipsec_unclaimed *u);

/* Returns whether an SPI that began then may belong to another host than that.
 */
bool vpnalg_ipsec_judge_may_be_others(const struct ipsec_blocks *blocks,
				      uint32_t id, uint32_t first);

#endif
