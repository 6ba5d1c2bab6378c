/* SPDX-License-Identifier: BSD-2-Clause */
/* The layout of a body, as vpnalg_kind.layout describes it: how its fields are
 * brought into network order and back. */
#ifndef VPNALG_ENGINE_LAYOUT_H
#define VPNALG_ENGINE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A way that a body goes. */
enum layout_way {
	LAYOUT_OUT, /* from the machine's order into network order */
	LAYOUT_IN   /* and back */
};

/* Whether the layout can be read, and is of so many bytes. */
bool vpnalg_layout_fits(const char *layout, size_t bytes);

/* Copies a body of so many bytes and brings its fields into the other order.
 * What lies between fields becomes zero. Without a layout the bytes stay as
 * they are. */
void vpnalg_layout_copy(const char *layout, uint8_t *to, const uint8_t *from,
			size_t bytes, enum layout_way way);

/* Returns the value of a group of bit-fields of so many bits in all, as bits
 * describes them, with the order of its fields turned round: on the way out it
 * begins with the first field at the top, and it returns with that at the
 * bottom. On the way in it is the other way round. */
uint32_t vpnalg_layout_turn(const char *bits, uint32_t value, unsigned all,
			    enum layout_way way);

#endif
