/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE and NAT-T: UDP sessions towards ports 500 and 4500 (RFC 7296 2.23,
 * RFC 3948). Payloads are never touched. */
#ifndef VPNALG_IPSEC_IKE_H
#define VPNALG_IPSEC_IKE_H

#include "ipsec.h"

/* Sets step->record to the IKE session of a packet, and opens it for a packet
 * that travels out. Returns VPNALG_TRANSLATED, or why there is none. */
enum vpnalg_result vpnalg_ipsec_ike_find(struct vpnalg_step *step);

/* Opens the record of a new IKE SA, and sets *sa to it, else to NULL. Returns
 * VPNALG_TRANSLATED, or that there is no room. */
enum vpnalg_result vpnalg_ipsec_ike_open_sa(struct vpnalg_step *step,
					    struct vpnalg_record **sa);

/* Learns from a packet of the session, moves the deadline, and translates. */
void vpnalg_ipsec_ike_pass(struct vpnalg_step *step);

/* Moves the deadline and translates: a packet of NAT-T, of which nothing is
 * read. */
void vpnalg_ipsec_ike_pass_data(struct vpnalg_step *step);

#endif
