/* SPDX-License-Identifier: BSD-2-Clause */
/* Probing: a packet with an SPI that nothing on the wire assigns is given to a
 * host that may own it. This pairs nothing: the owner can decrypt the packet,
 * any other host drops it. */
#ifndef VPNALG_IPSEC_PROBE_H
#define VPNALG_IPSEC_PROBE_H

#include "unclaimed.h"

/* Returns the host that began to send when it was probed with the SPI; NULL if
 * none did. */
const struct ipsec_candidate *
vpnalg_ipsec_probe_answered(const struct ipsec_blocks *blocks,
			    const struct ipsec_unclaimed *u);

/* Returns the host that is to get the packet, or NULL if none is due: a silent
 * one, unless `evidence` points at some host, or one that receives nothing, or
 * lacks an inbound SA. *owns is set if every candidate receives something, and
 * no other host lacks an SA: then the host gets the SPI as well. */
struct vpnalg_record *vpnalg_ipsec_probe(struct vpnalg *translator,
					 struct ipsec_blocks *blocks,
					 struct ipsec_unclaimed *u,
					 bool evidence, bool *owns);

/* Returns some host that receives nothing, or NULL: for a packet with an SPI
 * that finds no place among the unclaimed ones. */
struct vpnalg_record *vpnalg_ipsec_probe_any(struct vpnalg *translator,
					     struct ipsec_blocks *blocks);

/* Returns whether the packet, shown in its inside form, came to the host as a
 * probe: it does not prove that the SPI is the host's. */
bool vpnalg_ipsec_probe_shown(struct vpnalg_step *step,
			      struct vpnalg_record *host);

#endif
