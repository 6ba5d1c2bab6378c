/* SPDX-License-Identifier: BSD-2-Clause */
/* A look at the interfaces, about every second. */
#ifndef GW_LOOK_H
#define GW_LOOK_H

#include <stdbool.h>

#include "gateway.h"

/* Brings what is known of the interfaces up to date. An uplink may vanish and
 * come again, while there is another one, and both are said. Returns false if
 * the gateway cannot go on without one that has vanished, which was said. */
bool look_at_sides(struct gateway *gateway);

#endif
