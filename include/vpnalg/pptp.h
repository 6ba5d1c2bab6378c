/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file pptp.h
 * @brief The protocol PPTP.
 */
#ifndef VPNALG_PPTP_H
#define VPNALG_PPTP_H

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * PPTP: its control connection on TCP 1723 and its enhanced GRE (RFC 2637).
 * GRE version 1 of another Protocol Type than 0x880B (EoIP) does not belong to
 * PPTP. It has no settings.
 *
 * @return the handler
 */
VPNALG_API const struct vpnalg_handler *vpnalg_pptp(void);

#ifdef __cplusplus
}
#endif

#endif
