/* SPDX-License-Identifier: BSD-2-Clause */
/* The way of a packet through the translator, and out by the side that it
 * belongs to. */
#ifndef GW_FORWARD_H
#define GW_FORWARD_H

#include <stddef.h>

#include <vpnalg/vpnalg.h>

#include "gateway.h"

/* Translates the first gateway->packets and sends them on, or answers them. */
void forward(struct gateway *gateway, size_t count, vpnalg_time now);

/* Returns the side of an outside address. */
struct side *forward_side(struct gateway *gateway, const uint8_t *address);

#endif
