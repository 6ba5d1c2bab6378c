/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers at other ports than the protocol's standard one: --server-port. */
#ifndef COMMON_SERVER_PORTS_H
#define COMMON_SERVER_PORTS_H

#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

struct server_ports {
	struct vpnalg_extra_port list[VPNALG_EXTRA_PORTS_MAX];
	size_t count;
};

/* read() of the option; where is a struct server_ports. */
const char *server_ports_read(void *where, const char *value);

/* Returns the standard port that this one stands for, or the port itself. */
uint16_t server_ports_standard(const struct server_ports *ports,
			       unsigned protocol, uint16_t port);

#endif
