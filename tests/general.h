/* SPDX-License-Identifier: BSD-2-Clause */
/* Worlds with general traffic in them, and what its hosts send. */
#ifndef TESTS_GENERAL_H
#define TESTS_GENERAL_H

#include "support.h"

/* Its kinds, where it is the only handler. */
enum { G_TCP, G_UDP, G_ICMP, G_PERMISSION, G_MAPPING, G_SERVICE, G_PORTS,
       G_ADDRESS };

/* The number of kinds of the handlers before it in general_and_vpn_world(). */
#define VPN_KINDS 6

#define ECHO 8
#define ECHO_REPLY 0

/* The general handler alone, or behind PPTP and the toy. */
void general_world(struct world *w, struct world_options options);
void general_and_vpn_world(struct world *w, struct world_options options);

/* A datagram out or in; the result. */
unsigned udp_out(struct world *w, uint32_t host, uint16_t port,
		 uint32_t remote, uint16_t remote_port);
unsigned udp_in(struct world *w, uint32_t remote, uint16_t remote_port,
		uint16_t outside_port);
/* One that must get through; the outside port. */
uint16_t udp_open(struct world *w, uint32_t host, uint16_t port,
		  uint32_t remote, uint16_t remote_port);

unsigned tcp_out(struct world *w, uint32_t host, uint16_t port,
		 uint32_t remote, uint16_t remote_port, uint8_t flags,
		 unsigned data);
unsigned tcp_in(struct world *w, uint32_t remote, uint16_t remote_port,
		uint16_t outside_port, uint8_t flags, unsigned data);

unsigned icmp_out(struct world *w, uint32_t host, uint32_t remote,
		  uint8_t type, uint16_t id);
unsigned icmp_in(struct world *w, uint32_t remote, uint8_t type, uint16_t id);

/* The inside host's port that the last packet in went to. */
uint16_t port_to(const struct world *w);
uint16_t port_from(const struct world *w);
uint16_t icmp_id(const struct world *w);

#endif
