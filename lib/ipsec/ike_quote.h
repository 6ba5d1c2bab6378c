/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE and NAT-T packets that ICMP errors quote. */
#ifndef VPNALG_IPSEC_IKE_QUOTE_H
#define VPNALG_IPSEC_IKE_QUOTE_H

#include "ipsec.h"

/* Returns whether a quoted packet, in its outside form, may be of any session
 * that shares port 500: it ends before the SPI that would decide. */
bool vpnalg_ipsec_ike_quote_needs_spi(const struct vpnalg_parsed *parsed);

/* Rewrites a quoted packet, and sets step->record to its session. Changes no
 * session. Returns VPNALG_TRANSLATED, VPNALG_UNTOUCHED if it is not the
 * session's, or why its session is not known. */
enum vpnalg_result vpnalg_ipsec_ike_quote(struct vpnalg_step *step);

#endif
