/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings, and the sessions and permissions under them. */
#ifndef VPNALG_GENERAL_MAPPING_H
#define VPNALG_GENERAL_MAPPING_H

#include <vpnalg/handler.h>

/* Opens a session for a packet from inside, under the mapping that is
 * step->record, or under a new one. */
enum vpnalg_result vpnalg_general_mapping_extend(struct vpnalg_step *step,
						 uint32_t lifetime);

/* Returns whether the mapping step->record admits a packet (RFC 4787 REQ-8). */
enum vpnalg_result vpnalg_general_mapping_admit(struct vpnalg_step *step);

/* Returns whether the service step->record takes a packet, from or to any
 * remote. */
enum vpnalg_result vpnalg_general_mapping_serve(struct vpnalg_step *step);

/* Returns the mapping of a session or permission, or its permission; NULL if it
 * is gone. Only peeks. */
struct vpnalg_record *vpnalg_general_mapping_of(struct vpnalg *translator,
						struct vpnalg_record *child);

/* A session or permission is closed: it leaves its parent. */
void vpnalg_general_mapping_leave(struct vpnalg *translator,
				  struct vpnalg_record *child);

#endif
