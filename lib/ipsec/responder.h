/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec servers inside, which are services of the caller's. */
#ifndef VPNALG_IPSEC_RESPONDER_H
#define VPNALG_IPSEC_RESPONDER_H

#include "ipsec.h"

/* Translates a packet of the service step->record, to its server or from it.
 * Returns VPNALG_TRANSLATED, or why it is dropped. */
enum vpnalg_result vpnalg_ipsec_responder(struct vpnalg_step *step);

/* Rewrites such a packet that an ICMP error quotes. Changes no session. */
enum vpnalg_result vpnalg_ipsec_responder_quote(struct vpnalg_step *step);

#endif
