/* SPDX-License-Identifier: BSD-2-Clause */
/* Repair: a pair that evidence speaks against is taken back. The SPI is
 * unclaimed again, and its host a candidate again. */
#ifndef VPNALG_IPSEC_REPAIR_H
#define VPNALG_IPSEC_REPAIR_H

#include "unclaimed.h"

/* Returns whether an inbound SA was paired by likelihood alone. */
bool vpnalg_ipsec_repair_was_guessed(const struct ipsec_in *in);

/* Returns whether the host's youngest inbound SA may be another candidate's. */
bool vpnalg_ipsec_repair_may_be_others(struct vpnalg *translator,
				       struct vpnalg_record *host);

/* Takes back the host's youngest pair, for that evidence against it. `refused`
 * is the ID of a host that is not to get the SPI again, or 0. */
void vpnalg_ipsec_repair_youngest(struct vpnalg *translator,
				  struct vpnalg_record *host, uint32_t refused,
				  enum vpnalg_evidence against);

/* Takes back any pair of the host's, and refuses it to the host. The SPI begins
 * anew with the packet at hand. */
void vpnalg_ipsec_repair_take_back(struct vpnalg *translator,
				   struct ipsec_blocks *blocks,
				   struct vpnalg_record *host,
				   struct vpnalg_record *sa,
				   enum vpnalg_evidence against);

/* Takes back one pair of a host that receives with two SPIs at once though it
 * sends with one SA: `seeker` receives nothing, and becomes a candidate for it.
 * Each call visits a few hosts in turn. */
void vpnalg_ipsec_repair_surplus(struct vpnalg *translator,
				 struct ipsec_blocks *blocks,
				 struct vpnalg_record *seeker);

/* Takes back the guessed pairs of hosts that the unclaimed SPI fits as well as
 * the one that they have just got. Returns whether there were any. */
bool vpnalg_ipsec_repair_contested(struct vpnalg *translator,
				   struct ipsec_blocks *blocks,
				   const struct ipsec_unclaimed *u);

#endif
