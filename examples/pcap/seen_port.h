/* SPDX-License-Identifier: BSD-2-Clause */
/* The ports by which packets are distinguished here: those of --server-port
 * count as the standard ones. */
#ifndef PCAP_SEEN_PORT_H
#define PCAP_SEEN_PORT_H

#include <stdint.h>

#include "../common/server_ports.h"

/* Takes the further ports, which live as long as the program. */
void seen_port_set(const struct server_ports *ports);

/* Returns the standard port that this one stands for, or the port itself. */
uint16_t seen_port(unsigned protocol, uint32_t port);

#endif
