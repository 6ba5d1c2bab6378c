/* SPDX-License-Identifier: BSD-2-Clause */
/* A PPTP server inside: control connections that are opened from outside. */
#ifndef VPNALG_PPTP_SERVED_H
#define VPNALG_PPTP_SERVED_H

#include "field.h"

/* Returns whether the segment passes by the service step->record itself, before
 * there is a connection. */
bool vpnalg_pptp_served_passes(const struct vpnalg_step *step,
			       const struct pptp_segment *segment);

/* Opens the connection of a segment that has come by the service
 * step->record. */
enum vpnalg_result vpnalg_pptp_served_open(struct vpnalg_step *step,
					   const struct pptp_segment *segment);

/* Follows a segment of the connection step->record from inside, which shows
 * whether the server knows the connection. */
void vpnalg_pptp_served_follow(struct vpnalg_step *step,
			       const struct pptp_segment *segment);

/* Returns the service of a connection; NULL if it is gone. */
struct vpnalg_record *
vpnalg_pptp_served_service(struct vpnalg *translator,
			   struct vpnalg_record *connection);

/* Takes a connection that is closed from its service. */
void vpnalg_pptp_served_leave(struct vpnalg *translator,
			      struct vpnalg_record *connection);

/* Returns the port of the server inside that a connection is of; 0: none. */
uint16_t vpnalg_pptp_served_at(struct vpnalg *translator,
			       struct vpnalg_record *record);

#endif
