/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file protocols.h
 * @brief All protocols that come with the library.
 */
#ifndef VPNALG_PROTOCOLS_H
#define VPNALG_PROTOCOLS_H

#include <vpnalg/general.h>
#include <vpnalg/gre.h>
#include <vpnalg/ipsec.h>
#include <vpnalg/l2tp.h>
#include <vpnalg/pptp.h>

#endif
