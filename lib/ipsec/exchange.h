/* SPDX-License-Identifier: BSD-2-Clause */
/* Exchanges, as far as IKE shows them in clear. An exchange may make ESP SAs,
 * or check whether the peer is alive (RFC 7296 1.3, 1.4; RFC 2409 5.5). */
#ifndef VPNALG_IPSEC_EXCHANGE_H
#define VPNALG_IPSEC_EXCHANGE_H

#include "ipsec.h"

/* Notes a message of the session step->record. Returns VPNALG_TRANSLATED, or
 * why the message is dropped. */
enum vpnalg_result vpnalg_ipsec_exchange(struct vpnalg_step *step);

/* Notes a message that the server of the service step->record sends. Returns
 * the same. */
enum vpnalg_result vpnalg_ipsec_exchange_served(struct vpnalg_step *step,
						const uint8_t *header);

#endif
