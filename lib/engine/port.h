/* SPDX-License-Identifier: BSD-2-Clause */
/* Well-known ports that are never given out. */
#ifndef VPNALG_ENGINE_PORT_H
#define VPNALG_ENGINE_PORT_H

#include "translator.h"

/* Returns whether a port below 1024 stands for something else in that space. */
bool vpnalg_port_is_reserved(uint8_t space, uint32_t port);

#endif
