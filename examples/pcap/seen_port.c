/* SPDX-License-Identifier: BSD-2-Clause */
#include "seen_port.h"

static const struct server_ports none;
static const struct server_ports *known = &none;

void seen_port_set(const struct server_ports *ports)
{
	known = ports;
}

uint16_t seen_port(unsigned protocol, uint32_t port)
{
	return server_ports_standard(known, protocol, (uint16_t)port);
}
