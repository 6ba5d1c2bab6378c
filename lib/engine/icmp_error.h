/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about the packets of sessions. */
#ifndef VPNALG_ENGINE_ICMP_ERROR_H
#define VPNALG_ENGINE_ICMP_ERROR_H

#include "translator.h"

/* Translates an ICMP error; step->parsed is the packet that it quotes, and
 * step->record that packet's session or NULL. The session does not change. With
 * VPNALG_UNTOUCHED, and where step->record is NULL afterwards, another session
 * may be tried. */
enum vpnalg_result vpnalg_icmp_error(struct vpnalg_step *step);

/* Translates an ICMP error that quotes a later fragment, step->parsed. local
 * and id are the address and Identification of its datagram's other form. */
enum vpnalg_result vpnalg_icmp_error_later(struct vpnalg_step *step,
					   const uint8_t *local, uint16_t id);

#endif
