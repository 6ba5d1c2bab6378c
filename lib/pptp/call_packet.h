/* SPDX-License-Identifier: BSD-2-Clause */
/* The GRE packets of calls. */
#ifndef VPNALG_PPTP_CALL_PACKET_H
#define VPNALG_PPTP_CALL_PACKET_H

#include <vpnalg/handler.h>

/* Translates a GRE packet: the Call ID of one that comes in, the addresses of
 * all. */
enum vpnalg_result vpnalg_pptp_call(struct vpnalg_step *step);

/* Rewrites a GRE packet that an ICMP error quotes. */
enum vpnalg_result vpnalg_pptp_call_quote(struct vpnalg_step *step);

/* Describes the packets of a call: vpnalg_handler.fast_path. */
bool vpnalg_pptp_call_fast_path(struct vpnalg_step *step,
				struct vpnalg_translation *translation);

#endif
