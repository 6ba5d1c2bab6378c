/* SPDX-License-Identifier: BSD-2-Clause */
/* All other IP protocols: by their ports, or by the remote alone. */
#ifndef VPNALG_GENERAL_OTHER_H
#define VPNALG_GENERAL_OTHER_H

#include <vpnalg/handler.h>

/* Claims a packet that is neither TCP, UDP nor ICMP. */
enum vpnalg_claim vpnalg_general_other_match(const struct vpnalg_parsed *parsed,
					     struct vpnalg_match *match);

/* Translates a packet that was claimed so. */
enum vpnalg_result vpnalg_general_other_translate(struct vpnalg_step *step);

/* Returns whether such a packet is of a connection, and neither begins nor ends
 * one. */
bool vpnalg_general_other_is_data(const struct vpnalg_parsed *parsed);

/* Rewrites such a packet that an ICMP error quotes. Its session may be a
 * service. */
enum vpnalg_result vpnalg_general_other_quote(struct vpnalg_step *step);

/* Translates such a packet to or from a service, step->record. */
enum vpnalg_result vpnalg_general_other_serve(struct vpnalg_step *step);

#endif
