/* SPDX-License-Identifier: BSD-2-Clause */
/* SCCRQs that may be answered from another address, where the caller wants that
 * (RFC 2661 8.1). */
#ifndef VPNALG_L2TP_ANY_ADDRESS_H
#define VPNALG_L2TP_ANY_ADDRESS_H

#include "message.h"

/* Opens a record for each ID that an SCCRQ requests, and adds it to opened. */
enum vpnalg_result vpnalg_l2tp_any_address_open(
	struct vpnalg_step *step, struct vpnalg_record *flow,
	const struct l2tp_message *message, struct l2tp_opened *opened);

/* Handles an answer from another address to the SCCRQ of step->record: opens a
 * flow with its sender; VPNALG_UNTOUCHED if it answers none that is pending. */
enum vpnalg_result
vpnalg_l2tp_any_address_follow(struct vpnalg_step *step,
			       const struct l2tp_message *message,
			       struct vpnalg_record **flow);

/* Notes that an SCCRQ was answered: no other address may answer it. */
void vpnalg_l2tp_any_address_close(struct vpnalg_step *step,
				   struct vpnalg_record *sccrq);

#endif
