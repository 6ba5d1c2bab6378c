/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP connections, by their flags alone. */
#ifndef VPNALG_GENERAL_TCP_H
#define VPNALG_GENERAL_TCP_H

#include <vpnalg/handler.h>

/* Returns whether the header is well formed and in memory. */
enum vpnalg_result vpnalg_general_tcp_check(const struct vpnalg_parsed *parsed);

bool vpnalg_general_tcp_is_syn(const struct vpnalg_parsed *parsed);

/* Returns whether a segment from inside may open a session. */
bool vpnalg_general_tcp_may_open(const struct vpnalg_parsed *parsed,
				 bool mapped);

/* Returns whether a connection is half-open, or has ended: no host would miss
 * it. */
bool vpnalg_general_tcp_is_loose(struct vpnalg *translator,
				 struct vpnalg_record *record);

/* Returns whether both ends know of a connection, and neither has ended it. */
bool vpnalg_general_tcp_is_open(struct vpnalg *translator,
				struct vpnalg_record *record);

/* Notes that segments of a connection may pass that are not seen, until it
 * ends: then VPNALG_EVENT_TAKEN_BACK occurs. */
void vpnalg_general_tcp_tell(struct vpnalg *translator,
			     struct vpnalg_record *record);

/* Returns the milliseconds that a segment from inside gives a connection in its
 * state. */
uint32_t vpnalg_general_tcp_lifetime(struct vpnalg *translator,
				     struct vpnalg_record *record);

/* Follows the connection step->record and sets its deadline. */
void vpnalg_general_tcp_follow(struct vpnalg_step *step);

#endif
