/* SPDX-License-Identifier: BSD-2-Clause */
/* One side of the gateway is an interface: what comes from it, and what goes
 * there. */
#ifndef GW_SIDE_H
#define GW_SIDE_H

#include <stdbool.h>

#include "options.h"
#include "port.h"
#include "../common/send.h"

struct side {
	struct port port;     /* what comes from it */
	struct port own;      /* with --own: what this host sends by it */
	struct sender sender; /* what goes there */
};

/* What side_follow() has found. */
enum side_news { SIDE_SAME, SIDE_GONE, SIDE_THERE };

/* Makes one that side_close() can close. */
void side_init(struct side *side);

/* Opens the side of the inside hosts. Returns false when that failed, which was
 * said. */
bool side_open_inside(struct side *side, const struct options *options);

/* Opens that of an uplink, whose interface need not be there yet if there are
 * others. With --own what comes from it is queued. */
bool side_open_uplink(struct side *side, const struct options *options,
		      const char *name);

/* Looks whether the interface is still there, or now, or again as another one
 * with its name; goes on with this one then. */
enum side_news side_follow(struct side *side);

/* Drops the packets that came before the rules were set: the kernel has handled
 * them. */
void side_forget_packets(struct side *side);

void side_close(struct side *side);

#endif
