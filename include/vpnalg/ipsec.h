/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file ipsec.h
 * @brief The protocols of IPsec.
 */
#ifndef VPNALG_IPSEC_H
#define VPNALG_IPSEC_H

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * IPsec: IKE and NAT-T on UDP 500 and 4500 (RFC 7296, RFC 2409, RFC 3948), ESP
 * by its SPIs (RFC 4303); AH is dropped (RFC 4302). It has no settings.
 *
 * @return the handler
 */
VPNALG_API const struct vpnalg_handler *vpnalg_ipsec(void);

#ifdef __cplusplus
}
#endif

#endif
