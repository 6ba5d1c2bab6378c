/* SPDX-License-Identifier: BSD-2-Clause */
/* The elements that a session has in the sets of the gateway's table. */
#ifndef GW_ELEMENTS_H
#define GW_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules.h"

/* One of them. */
struct element {
	const char *set;
	/* The counter of the sessions that share the element, and its key; or
	 * NULL. */
	struct held *held;
	const uint8_t *key[2];
	bool first;
	char text[64];
};

struct elements {
	struct element list[4];
	size_t count;
	uint8_t port[4]; /* a key */
};

/* Lists those of a session, or of a mapping, which is for all remotes. */
void elements_list(struct rules *rules, struct elements *elements,
		   const struct vpnalg_binding *binding);

#endif
