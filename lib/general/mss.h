/* SPDX-License-Identifier: BSD-2-Clause */
/* The MSS option of TCP (RFC 9293 3.7.1). */
#ifndef VPNALG_GENERAL_MSS_H
#define VPNALG_GENERAL_MSS_H

#include <vpnalg/handler.h>

/* Returns whether the options of a segment that may have an MSS are in
 * memory. */
enum vpnalg_result vpnalg_general_mss_check(const struct vpnalg_parsed *parsed);

/* Lowers a greater MSS to that one. */
void vpnalg_general_mss_clamp(struct vpnalg_step *step, uint16_t mss);

#endif
