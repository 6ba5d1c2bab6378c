/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys of the remote's with which no inside host sends. */
#ifndef VPNALG_GRE_LEARNED_H
#define VPNALG_GRE_LEARNED_H

#include "gre.h"

/* Returns the tunnel that a learned Key belongs to, dead or alive; NULL if
 * there is none, or the record is no learned Key. */
struct vpnalg_record *vpnalg_gre_last_parent(struct vpnalg *translator,
					     struct vpnalg_record *learned);

/* Returns the living tunnel that a learned Key belongs to, or NULL. */
struct vpnalg_record *vpnalg_gre_parent(struct vpnalg *translator,
					struct vpnalg_record *learned);

/* Learns the Key of a packet from outside, which is for the tunnel, and makes
 * its record step->record. While the Key learned before is heard, the new one
 * is kept as the newest only. */
enum vpnalg_result vpnalg_gre_learn(struct vpnalg_step *step,
				    struct vpnalg_record *tunnel, uint32_t id,
				    uint32_t port);

/* Makes a learned Key, step->record, live as long as its tunnel, which is
 * returned. Without a tunnel it is closed: NULL. */
struct vpnalg_record *vpnalg_gre_learned_follow(struct vpnalg_step *step);

#endif
