/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of ports: those of a shared outside address that are the translator's,
 * and a host's block. Members of a set are numbered upwards from 0. */
#ifndef VPNALG_ENGINE_PORT_SET_H
#define VPNALG_ENGINE_PORT_SET_H

#include "translator.h"

/* Returns whether there is a set, and the IDs of such a session must be in it.
 */
bool vpnalg_port_set_limits(const struct vpnalg *translator, uint8_t space,
			    const struct vpnalg_kind *kind);

/* Returns the ID of a member. */
uint32_t vpnalg_port_set_id(const struct vpnalg_port_set *set, uint32_t member);

bool vpnalg_port_set_has(const struct vpnalg_port_set *set, uint32_t id);

/* Returns the number of members less than an ID: a member's own number. */
uint32_t vpnalg_port_set_below(const struct vpnalg_port_set *set, uint32_t id);

/* Returns the numbers of the members that are in a range. Its step is 1 or 2.
 */
struct vpnalg_range vpnalg_port_set_cut(const struct vpnalg_port_set *set,
					const struct vpnalg_range *range);

#endif
