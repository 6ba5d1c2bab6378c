/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE and NAT-T: UDP sessions towards ports 500 and 4500 (RFC 7296 2.23,
 * RFC 3948). Payloads are never touched. */
#ifndef VPNALG_IPSEC_IKE_H
#define VPNALG_IPSEC_IKE_H

#include "ipsec.h"

/* Learns from a packet of the session, moves the deadline, and translates. */
void vpnalg_ipsec_ike_pass(struct vpnalg_step *step);

/* Moves the deadline and translates a packet of NAT-T, of which nothing is
 * read. */
void vpnalg_ipsec_ike_pass_data(struct vpnalg_step *step);

#endif
