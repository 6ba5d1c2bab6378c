/* SPDX-License-Identifier: BSD-2-Clause */
/* The ports of a server: its answering port, as far as known, and the requester
 * that it has still to answer. */
#ifndef VPNALG_L2TP_SERVER_H
#define VPNALG_L2TP_SERVER_H

#include "message.h"

struct vpnalg_record *vpnalg_l2tp_server_find(struct vpnalg_step *step,
					      struct vpnalg_record *flow);

/* Opens the record of the flow's server. */
enum vpnalg_result vpnalg_l2tp_server_open(struct vpnalg_step *step,
					   struct vpnalg_record *flow,
					   bool fixed_port,
					   struct vpnalg_record **server);

/* Returns the L2TP_SERVER flags of a server, which may be NULL. Over IP a
 * server has a fixed port. */
uint32_t vpnalg_l2tp_server_flags(struct vpnalg_step *step,
				  struct vpnalg_record *server);

/* Returns whether the flow's server is known to answer to port 1701 only. */
bool vpnalg_l2tp_server_has_fixed_port(struct vpnalg_step *step,
				       struct vpnalg_record *flow);

/* Prepares a flow that is opened, or goes on, with a message that is no
 * SCCRQ. */
void vpnalg_l2tp_server_resume(struct vpnalg_step *step,
			       struct vpnalg_record *flow, bool fixed_port);

/* Makes the key of the server's slot, which the flow with a pending SCCRQ
 * has. */
void vpnalg_l2tp_server_slot(struct vpnalg_step *step,
			     struct vpnalg_record *flow,
			     struct vpnalg_tuple *tuple);

/* Returns the flow that has the server's slot, or NULL. */
struct vpnalg_record *
vpnalg_l2tp_server_requester(struct vpnalg_step *step,
			     struct vpnalg_record *record);

/* Ends the flow's pending SCCRQ, if there is one: it was answered. */
void vpnalg_l2tp_server_answered(struct vpnalg_step *step,
				 struct vpnalg_record *flow);

/* Learns that the server has a fixed port, if a misdirected answer proves
 * it. */
void vpnalg_l2tp_server_misdirected(struct vpnalg_step *step,
				    struct vpnalg_record *requester,
				    const struct l2tp_message *message);

/* Refuses the requester, because its hidden ID is that of another host's
 * tunnel. */
void vpnalg_l2tp_server_refuse(struct vpnalg_step *step,
			       struct vpnalg_record *requester);

/* Moves the deadline of the server's record, if there is one. */
void vpnalg_l2tp_server_extend(struct vpnalg_step *step,
			       struct vpnalg_record *flow);

#endif
