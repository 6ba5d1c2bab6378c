/* SPDX-License-Identifier: BSD-2-Clause */
/* The lifetimes of tunnels and of sessions of version 3. */
#ifndef VPNALG_L2TP_LIFETIME_H
#define VPNALG_L2TP_LIFETIME_H

#include "l2tp.h"

/* Returns the tunnel of a session, dead or alive; NULL if it is gone. */
struct vpnalg_record *
vpnalg_l2tp_lifetime_tunnel(struct vpnalg *translator,
			    struct vpnalg_record *session);

/* Makes a session the tunnel's child. */
void vpnalg_l2tp_lifetime_join(struct vpnalg_step *step,
			       struct vpnalg_record *session,
			       struct vpnalg_record *tunnel);

/* Takes an end back and makes the record live as long as its flow. */
void vpnalg_l2tp_lifetime_extend(struct vpnalg_step *step,
				 const struct vpnalg_record *flow,
				 struct vpnalg_record *record);

/* The inside host sends in a tunnel or session: extends it, or leaves it
 * lingering where its end stands. If it begins, an end that the host itself has
 * not announced does not matter. */
void vpnalg_l2tp_lifetime_use(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      struct vpnalg_record *record, bool begins);

/* Notes that a packet has come in for a tunnel or session. */
void vpnalg_l2tp_lifetime_hear(struct vpnalg_step *step,
			       struct vpnalg_record *record);

/* Begins the linger: the packet announces the end. */
void vpnalg_l2tp_lifetime_end(struct vpnalg_step *step,
			      const struct vpnalg_record *flow,
			      struct vpnalg_record *record);

/* Handles the sweep's visit to a session, which lingers if its tunnel has
 * ended. */
void vpnalg_l2tp_lifetime_swept(struct vpnalg *translator,
				struct vpnalg_record *record);

/* Takes a session that is closed from its tunnel. */
void vpnalg_l2tp_lifetime_closed(struct vpnalg *translator,
				 struct vpnalg_record *record);

#endif
