/* SPDX-License-Identifier: BSD-2-Clause */
/* A fast path that knows of sessions only what vpnalg/translation.h tells. */
#ifndef TESTS_FAST_PATH_H
#define TESTS_FAST_PATH_H

#include <vpnalg/translation.h>

/* Returns whether the packet is one that a translation is about. */
bool fast_path_knows(const struct vpnalg_translation *offer,
		     const struct vpnalg_packet *packet);

/* Rewrites such a packet. */
void fast_path_rewrite(const struct vpnalg_translation *offer, uint8_t *ip);

#endif
