/* SPDX-License-Identifier: BSD-2-Clause */
/* Owners: an inbound SPI that answers a host's packets belongs to that host,
 * though it is unclaimed, or paired with another one. */
#ifndef VPNALG_IPSEC_OWNER_H
#define VPNALG_IPSEC_OWNER_H

#include "unclaimed.h"

/* Compares a packet of the host's pair, whose body is `in`, with other hosts of
 * the remote's. The packet before came at `before`. Returns whether the pair
 * was taken back and the SPI given to the other host: then step->record is the
 * new SA. */
bool vpnalg_ipsec_owner_paired(struct vpnalg_step *step,
			       struct vpnalg_record *host,
			       const struct ipsec_in *in, uint32_t before);

/* Compares a packet of an unclaimed SPI with one of the remote's hosts at a
 * time. Returns the host that it answers, or NULL. */
struct vpnalg_record *vpnalg_ipsec_owner_unclaimed(struct vpnalg_step *step,
						   struct vpnalg_record *remote,
						   struct ipsec_unclaimed *u,
						   uint32_t gap);

#endif
