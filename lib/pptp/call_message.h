/* SPDX-License-Identifier: BSD-2-Clause */
/* The effect of control messages on calls. IDs are inside ones. A message about
 * no call of the connection has none. */
#ifndef VPNALG_PPTP_CALL_MESSAGE_H
#define VPNALG_PPTP_CALL_MESSAGE_H

#include <vpnalg/handler.h>

/* Handles a message from inside that names the peer's ID of a call. Returns
 * VPNALG_DROP_STORE if it must come again. */
enum vpnalg_result vpnalg_pptp_call_message_attach(struct vpnalg_step *step,
						   uint16_t own, uint16_t peer);

/* The same for a call of the connection that was found already. */
enum vpnalg_result vpnalg_pptp_call_message_attach_found(
	struct vpnalg_step *step, struct vpnalg_record *call, uint16_t peer);

/* Handles the inside host's request to end the call. */
void vpnalg_pptp_call_message_clearing(struct vpnalg_step *step, uint16_t own);

/* Handles the end of the call. */
void vpnalg_pptp_call_message_ended(struct vpnalg_step *step, uint16_t own);

/* The same, for a call named by the peer's ID. */
void vpnalg_pptp_call_message_ended_by_peer(struct vpnalg_step *step,
					    uint16_t peer);

#endif
