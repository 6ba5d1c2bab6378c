/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file extra_port.h
 * @brief Servers at other ports than the standard ones of their protocol.
 */
#ifndef VPNALG_EXTRA_PORT_H
#define VPNALG_EXTRA_PORT_H

#include <stddef.h>
#include <stdint.h>

#include <vpnalg/packet.h>
#include <vpnalg/protocol.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most further ports of servers. */
#define VPNALG_EXTRA_PORTS_MAX 16

/**
 * Another port at which servers of a protocol listen. It counts as the standard
 * one: sessions, bindings and rules of a policy have that, whichever of the two
 * a server has, while packets keep their own. This struct will not grow.
 */
struct vpnalg_extra_port {
	/** The protocol of the servers: vpnalg_pptp and so on. */
	vpnalg_handler_function *handler;
	uint8_t protocol; /**< IP protocol number: TCP's or UDP's. */
	uint16_t port;    /**< The port; no handler's server port. */
	/** The one that it stands for: PPTP's 1723, IPsec's 500 for IKE or 4500
	 * for NAT-T, L2TP's 1701. */
	uint16_t standard;
};

/**
 * Shows a translator packets of servers at vpnalg_config.extra_ports as those
 * of the standard ports. With such ports call it before each vpnalg_process(),
 * with the same packets, and vpnalg_ports_end() after it: so others pay nothing
 * for it. Without such ports it does nothing.
 *
 * @param translator the translator
 * @param packets the packets, their reserved bytes zero; the remote's port is
 *                changed in some of them, and the sum of an ICMP error about
 *                one
 * @param count the number of packets
 */
VPNALG_API void vpnalg_ports_begin(struct vpnalg *translator,
				   struct vpnalg_packet *packets, size_t count);

/**
 * Gives the packets of vpnalg_ports_begin() back their own ports, whatever
 * became of them. What vpnalg_next_held() gives has its own already.
 *
 * @param translator the translator
 * @param packets the packets
 * @param count the number of packets
 */
VPNALG_API void vpnalg_ports_end(struct vpnalg *translator,
				 struct vpnalg_packet *packets, size_t count);

#ifdef __cplusplus
}
#endif

#endif
