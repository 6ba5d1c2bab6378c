/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory for fragments. */
#ifndef VPNALG_ENGINE_FRAGMENT_MEMORY_H
#define VPNALG_ENGINE_FRAGMENT_MEMORY_H

#include "datagram.h"

/* Divides the memory. Returns the bytes that it needs, 0 if the settings are
 * wrong. With fragments NULL it only computes. */
size_t vpnalg_fragment_memory_lay_out(const struct vpnalg_fragments *settings,
				      struct fragments **fragments);

/* Forgets all that is known and held. */
void vpnalg_fragment_memory_clear(struct fragments *fragments);

#endif
