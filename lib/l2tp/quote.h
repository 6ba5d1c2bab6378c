/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP packets that ICMP errors quote. */
#ifndef VPNALG_L2TP_QUOTE_H
#define VPNALG_L2TP_QUOTE_H

#include <vpnalg/handler.h>

/* Rewrites a quoted packet: addresses, ports and the ID in the header. Changes
 * no session. Returns VPNALG_TRANSLATED, VPNALG_UNTOUCHED if it is not the
 * session's, or why its session is not known. */
enum vpnalg_result vpnalg_l2tp_quote(struct vpnalg_step *step);

#endif
