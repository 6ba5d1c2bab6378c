/* SPDX-License-Identifier: BSD-2-Clause */
/* The packets of IKE and NAT-T: their keys, and the path of a message through
 * the files of their sessions. */
#ifndef VPNALG_IPSEC_IKE_PACKET_H
#define VPNALG_IPSEC_IKE_PACKET_H

#include "ipsec.h"

/* Claims a UDP packet: vpnalg_handler.match. */
enum vpnalg_claim vpnalg_ipsec_ike_match(const struct vpnalg_parsed *parsed,
					 struct vpnalg_match *match);

/* Translates an IKE message: vpnalg_handler.translate. */
enum vpnalg_result vpnalg_ipsec_ike_translate(struct vpnalg_step *step);

#endif
