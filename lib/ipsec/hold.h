/* SPDX-License-Identifier: BSD-2-Clause */
/* Holding back: a message that requests an SA, or the first packets of an SA,
 * are dropped for now while another host's new inbound SPI is awaited. Their
 * answers could not be distinguished; IKE and the users of ESP send again. */
#ifndef VPNALG_IPSEC_HOLD_H
#define VPNALG_IPSEC_HOLD_H

#include "blocks.h"

/* Returns whether a packet of the host is to be dropped for now, and counts it
 * as held. `by_ike`: it requests an SA, and `request` is its exchange; else it
 * is the first packet of an SA, and `request` is the SPI. */
bool vpnalg_ipsec_hold(struct vpnalg_step *step, struct ipsec_blocks *blocks,
		       struct vpnalg_record *host, bool by_ike,
		       uint32_t request);

#endif
