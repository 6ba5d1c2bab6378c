/* SPDX-License-Identifier: BSD-2-Clause */
/* The layout of a body, as vpnalg_kind.layout describes it: how its fields are
 * brought into network order and back. */
#ifndef VPNALG_ENGINE_LAYOUT_H
#define VPNALG_ENGINE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The direction in which a body is copied. */
enum layout_direction {
	LAYOUT_OUT, /* from the machine's order into network order */
	LAYOUT_IN   /* and back */
};

/* Returns whether the layout can be read, and is of that many bytes. */
bool vpnalg_layout_fits(const char *layout, size_t bytes);

/* Copies the bytes of a body and brings its fields into the other order. Gaps
 * between fields become zero. Without a layout the bytes stay as they are. */
void vpnalg_layout_copy(const char *layout, uint8_t *to, const uint8_t *from,
			size_t bytes, enum layout_direction direction);

/* Returns the value of a group of bit-fields, `all` bits long, as `bits`
 * describes it, with the order of its fields reversed: when a body is saved,
 * the value has the first field at the top, and the result has it at the
 * bottom. When a body is loaded it is the reverse. */
uint32_t vpnalg_layout_turn(const char *bits, uint32_t value, unsigned all,
			    enum layout_direction direction);

#endif
