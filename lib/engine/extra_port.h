/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks the further ports of servers: vpnalg_config.extra_ports. */
#ifndef VPNALG_ENGINE_EXTRA_PORT_H
#define VPNALG_ENGINE_EXTRA_PORT_H

#include "config.h"

/* Returns what is wrong with the further ports, and sets *index to the place,
 * or NULL. The protocols were checked before. */
const char *vpnalg_extra_port_fault(const struct settings *settings,
				    size_t *index);

/* Returns whether a port is one of them. */
bool vpnalg_extra_port_is_one(const struct vpnalg_extra_port *ports,
			      size_t count, uint8_t protocol, unsigned port);

/* Returns whether a port is one at which a handler's servers listen by default.
 */
bool vpnalg_extra_port_is_standard(const struct vpnalg_handler *handler,
				   uint8_t protocol, unsigned port);

#endif
