/* SPDX-License-Identifier: BSD-2-Clause */
/* The remote's IDs: each belongs to one host, which has a record with the
 * outside key of the peer's ID. */
#ifndef VPNALG_L2TP_PEER_H
#define VPNALG_L2TP_PEER_H

#include "message.h"

/* Returns whether the remote's ID belongs to another flow. */
bool vpnalg_l2tp_peer_is_anothers(struct vpnalg_step *step,
				  struct vpnalg_record *flow,
				  const struct l2tp_id *id);

/* Gives a tunnel or session its peer's ID: the remote has named it, or the host
 * sends to it. Changes nothing if the store has no room. */
enum vpnalg_result vpnalg_l2tp_peer_attach(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   struct vpnalg_record *record,
					   uint32_t peer);

/* Returns whether a tunnel or session has its peer's ID for itself, now or
 * again. */
bool vpnalg_l2tp_peer_hold(struct vpnalg_step *step, struct vpnalg_record *flow,
			   struct vpnalg_record *record);

/* Opens a claim for an ID of the remote's that the flow sends to and has no
 * tunnel or session for. */
enum vpnalg_result vpnalg_l2tp_peer_claim(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  const struct l2tp_id *id,
					  struct vpnalg_record **claim);

/* Opens a claim for an ID that the remote's answer has named, even if another
 * host has claimed it. */
enum vpnalg_result vpnalg_l2tp_peer_prove(struct vpnalg_step *step,
					  struct vpnalg_record *flow,
					  const struct l2tp_id *id);

/* Begins a tunnel anew when its owner requests it once more: its peer is
 * another one now. */
void vpnalg_l2tp_peer_renew(struct vpnalg_step *step,
			    struct vpnalg_record *flow,
			    struct vpnalg_record *record);

#endif
