/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows: their opening, their lifetimes, and the rewriting of addresses and
 * ports. */
#ifndef VPNALG_L2TP_FLOW_H
#define VPNALG_L2TP_FLOW_H

#include "message.h"

/* Opens a flow for a message from inside, as step->record. */
enum vpnalg_result vpnalg_l2tp_flow_open(struct vpnalg_step *step,
					 const struct l2tp_message *message);

/* Returns the flow of a tunnel, session or claim. NULL if it is gone, even if
 * another handler has its ports now. */
struct vpnalg_record *vpnalg_l2tp_flow_find(struct vpnalg_step *step,
					    struct vpnalg_record *tunnel);

/* Only peeks: the flow may be dead, or another handler's session. */
struct vpnalg_record *vpnalg_l2tp_flow_peek(struct vpnalg *translator,
					    struct vpnalg_record *tunnel);

/* The same, but NULL as well if the flow is a later one that has no tunnels. */
struct vpnalg_record *vpnalg_l2tp_flow_of(struct vpnalg_step *step,
					  struct vpnalg_record *tunnel);

/* Notes that a packet has come in for the flow. */
void vpnalg_l2tp_flow_answered(struct vpnalg_step *step,
			       struct vpnalg_record *flow);

/* Begins the linger of a flow that is not shared: the end of its tunnel was
 * announced. */
void vpnalg_l2tp_flow_linger(struct vpnalg_step *step,
			     struct vpnalg_record *flow);

/* Moves the flow's deadline for a message that goes out. A control message
 * keeps what is known of the server as well. */
void vpnalg_l2tp_flow_refresh(struct vpnalg_step *step,
			      struct vpnalg_record *flow,
			      const struct l2tp_message *message);

/* Moves the deadline of a flow that does not linger, for data that goes out. */
void vpnalg_l2tp_flow_keep(struct vpnalg_step *step,
			   struct vpnalg_record *flow);

/* Rewrites the packet for step->record: a flow, or a tunnel or session in it.
 * It comes last, and cannot fail. */
enum vpnalg_result vpnalg_l2tp_flow_finish(struct vpnalg_step *step,
					   const struct l2tp_message *message);

/* Returns whether the flow, over IP, has the rest: all that comes in for no
 * known tunnel or session. */
bool vpnalg_l2tp_flow_has_rest(struct vpnalg_step *step,
			       struct vpnalg_record *flow);

/* Gives the flow the rest, unless another has it and is not silent. */
enum vpnalg_result vpnalg_l2tp_flow_take_rest(struct vpnalg_step *step,
					      struct vpnalg_record *flow);

/* Returns whether the flow's last data went to the same ID, and nothing has
 * changed since: the record is there, and lives nearly as long as its flow. So
 * data needs no second lookup. */
static inline bool l2tp_flow_is_busy(const struct vpnalg_step *step,
				     const struct l2tp_flow *f, uint32_t id,
				     unsigned version)
{
	uint32_t life = vpnalg_session_timers(step->translator)->udp;

	return f->busy != 0 && f->busy == id && f->busy_version == version &&
	       !(f->flags & L2TP_FLOW_LINGERING) &&
	       (uint32_t)step->now + life - f->busy_until <
		       life / L2TP_SLACK_PART;
}

/* Notes the tunnel, session or claim that data has gone to; without one NULL,
 * and for the message, too. */
void vpnalg_l2tp_flow_set_busy(struct vpnalg_step *step,
			       struct vpnalg_record *flow,
			       const struct l2tp_message *message,
			       const struct vpnalg_record *with);

#endif
