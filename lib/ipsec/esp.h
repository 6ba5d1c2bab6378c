/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP (RFC 4303): SAs by their SPIs. Nothing but the address is changed. */
#ifndef VPNALG_IPSEC_ESP_H
#define VPNALG_IPSEC_ESP_H

#include "ipsec.h"

/* Translates an ESP packet that comes in. Returns VPNALG_TRANSLATED, or why it
 * is dropped. */
enum vpnalg_result vpnalg_ipsec_esp_in(struct vpnalg_step *step);

/* Rewrites an ESP packet that an ICMP error quotes. Several hosts may send with
 * one SPI of the remote's. */
enum vpnalg_result vpnalg_ipsec_esp_quote(struct vpnalg_step *step);

#endif
