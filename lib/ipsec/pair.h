/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairing: finds the host of an inbound SPI that is not known. */
#ifndef VPNALG_IPSEC_PAIR_H
#define VPNALG_IPSEC_PAIR_H

#include "ipsec.h"

/* Sets step->record to the SA, or to the host, that gets a packet from outside
 * with an SPI without a host; step->record is the remote at first. Returns
 * VPNALG_TRANSLATED, or why the packet is dropped. */
enum vpnalg_result vpnalg_ipsec_pair_unclaimed(struct vpnalg_step *step);

/* The same for a packet in its inside form: its address shows the host. */
enum vpnalg_result vpnalg_ipsec_pair_shown(struct vpnalg_step *step);

#endif
