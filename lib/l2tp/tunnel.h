/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnels, sessions of version 3, and claims: the record that an ID belongs to.
 */
#ifndef VPNALG_L2TP_TUNNEL_H
#define VPNALG_L2TP_TUNNEL_H

#include "message.h"

/* Makes the key, but for the ID, of a tunnel, session or claim of the flow. */
void vpnalg_l2tp_tunnel_tuple(struct vpnalg_step *step,
			      struct vpnalg_record *flow, unsigned role,
			      uint32_t space, struct vpnalg_tuple *tuple);

/* Returns whether a tunnel, session or claim belongs to the flow. */
bool vpnalg_l2tp_tunnel_is_of(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      struct vpnalg_record *record);

/* Returns the record that has an ID at the flow's port, be it another flow's.
 * One that has outlived its flow is closed. */
struct vpnalg_record *vpnalg_l2tp_tunnel_holder(struct vpnalg_step *step,
						struct vpnalg_record *flow,
						unsigned role,
						const struct l2tp_id *id);

/* Returns the flow's tunnel or session with an ID in the packet's form, its own
 * or the peer's. A claim is found by the peer's. */
struct vpnalg_record *vpnalg_l2tp_tunnel_find(struct vpnalg_step *step,
					      struct vpnalg_record *flow,
					      bool peer,
					      const struct l2tp_id *id);

/* Returns whether no record has an inside host's ID in either form: it may pass
 * as it is. */
bool vpnalg_l2tp_tunnel_is_nobodys(struct vpnalg_step *step,
				   struct vpnalg_record *flow,
				   const struct l2tp_id *id);

/* The same for the other form alone; the packet's own form was looked up
 * before. */
bool vpnalg_l2tp_tunnel_has_no_other(struct vpnalg_step *step,
				     struct vpnalg_record *flow,
				     const struct l2tp_id *id);

/* Sets the other form of an ID that is the record's own. */
void vpnalg_l2tp_tunnel_other(struct vpnalg_step *step, struct l2tp_id *id,
			      struct vpnalg_record *record);

/* Opens a tunnel or session in the flow. Its outside ID is the inside one if
 * exact, else any free one. */
enum vpnalg_result vpnalg_l2tp_tunnel_open(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   const struct l2tp_id *id, bool exact,
					   struct vpnalg_record **opened);

#endif
