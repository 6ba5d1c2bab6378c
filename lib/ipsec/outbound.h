/* SPDX-License-Identifier: BSD-2-Clause */
/* Outbound SAs: the packets of an inside host show when it begins to send, and
 * whether it receives anything. */
#ifndef VPNALG_IPSEC_OUTBOUND_H
#define VPNALG_IPSEC_OUTBOUND_H

#include "ipsec.h"

/* Translates an ESP packet that travels out, and opens its SA and its host if
 * they are new. Returns VPNALG_TRANSLATED, or why it is dropped. */
enum vpnalg_result vpnalg_ipsec_outbound(struct vpnalg_step *step);

#endif
