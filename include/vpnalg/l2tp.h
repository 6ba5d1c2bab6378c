/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file l2tp.h
 * @brief The protocol L2TP and its settings.
 */
#ifndef VPNALG_L2TP_H
#define VPNALG_L2TP_H

#include <stdbool.h>
#include <stddef.h>

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Settings of vpnalg_l2tp(). */
struct vpnalg_l2tp_settings {
	/** sizeof(struct vpnalg_l2tp_settings), so that it can grow. */
	size_t size;
	/** The answer to an SCCRQ, an SCCRP with Ns 0, may come from another
	 * address than the one to which the SCCRQ went (RFC 2661 8.1). It is
	 * accepted once, if it names the ID of the SCCRQ, and the tunnel is
	 * with that address then. Works within one translator only:
	 * vpnalg_steer() goes by the remote. */
	bool any_address;
	/** All remotes are known to need port 1701 at both ends: inside hosts
	 * share it from the beginning, and no host is held back until it is
	 * learned. */
	bool port_1701;
};

/**
 * L2TP versions 2 and 3 on UDP 1701 (RFC 2661, RFC 3931), and version 3 on IP
 * protocol 115. By ports, as any UDP; but where the remote turns out to answer
 * to port 1701 whatever port the request came from, or not to answer to
 * another port at all, inside hosts share outside port 1701 and are
 * distinguished by Tunnel ID, which is rewritten then. So are Control
 * Connection IDs and Session IDs over IP 115. What is not L2TP but goes to UDP
 * 1701 is translated by its ports.
 *
 * A packet into a tunnel or session of the remote leaves only from the inside
 * host to which that belongs; else it is dropped as VPNALG_DROP_NO_SESSION.
 *
 * Each Tunnel, Control Connection or Session ID by which hosts are
 * distinguished has a binding with protocol 115. The low 16 bits of remote_port
 * are the UDP port of the inside host then, or 0 over IP; the rest
 * distinguishes kinds of IDs. While there is one with a UDP port, outside port
 * 1701 of that address is in use towards that remote.
 *
 * Its settings are a struct vpnalg_l2tp_settings.
 *
 * @return the handler
 */
VPNALG_API const struct vpnalg_handler *vpnalg_l2tp(void);

#ifdef __cplusplus
}
#endif

#endif
