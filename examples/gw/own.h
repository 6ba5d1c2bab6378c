/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This host's own VPNs, beside those of the inside hosts. Both have the same
 * outside address, so what arrives is the kernel's or the translator's, and
 * only the translator knows: it is queued for it, and given back if it is not
 * its own. So no packet is handled twice, and none is lost. What this host
 * sends is shown to the translator as it leaves.
 *
 *     from outside --> the firewall's queue --> translated: sent to inside
 *                                           --> left alone: the kernel goes on
 *     this host    --> to outside, and a copy for the translator
 */
#ifndef GW_OWN_H
#define GW_OWN_H

#include <stdbool.h>

#include <vpnalg/vpnalg.h>

#include "../common/queue.h"
#include "options.h"

struct own {
	struct queue queue;
	struct queued queued; /* the packet that waits for its verdict */
};

/* Returns false when that failed, which was said. */
bool own_open(struct own *own, const struct options *options);

/* Takes the next packet that arrived; own_judge() follows. Returns false if
 * none is there. */
bool own_read(struct own *own, struct vpnalg_packet *packet);

/* Gives it back to the kernel if it was left alone; else it ends here. */
void own_judge(struct own *own, int result);

/* May be called for one that was never opened. */
void own_close(struct own *own);

#endif
