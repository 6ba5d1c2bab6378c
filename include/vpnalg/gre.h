/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file gre.h
 * @brief The protocol GRE.
 */
#ifndef VPNALG_GRE_H
#define VPNALG_GRE_H

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * GRE version 0 (RFC 2784), with tunnels distinguished by their Key where they
 * have one (RFC 2890), else by the two addresses. Of two inside hosts with the
 * same Key, or with none, and the same remote, the later is dropped as
 * VPNALG_DROP_NO_ID while there is no other outside address for it and the
 * first has sent within 60 seconds. A packet from outside with a Key with which
 * no inside host sends is for the only inside host that has a tunnel with the
 * remote, or of two for the one to which nothing comes with its own Key. Such a
 * Key is learned for that host, one at a time: another one when it has been
 * silent for 60 seconds. It has no settings.
 *
 * @return the handler
 */
VPNALG_API const struct vpnalg_handler *vpnalg_gre(void);

#ifdef __cplusplus
}
#endif

#endif
