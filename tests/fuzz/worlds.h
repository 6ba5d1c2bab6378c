/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets go through one or two worlds, which must agree. */
#ifndef TESTS_FUZZ_WORLDS_H
#define TESTS_FUZZ_WORLDS_H

#include "sent.h"
#include "world.h"

struct worlds {
	struct settings settings;
	struct world first, second;
	/* There is a second one, and it is given packets one by one; or the
	 * first one's store fails and it is given the packet again. */
	bool one_by_one, heals;
	bool two; /* there is a second one, even if it is out of use */
	bool failed; /* the first one's store has */
	bool tried_again; /* a packet, after that */
	/* First.store.fail_in for the next packet, or for its undoing. */
	long fail_next, fail_undo;
	uint32_t calls;
};

/* Sends a burst of at most BURST_MAX packets, and holds what comes out to all
 * promises. The packets become what comes out. */
void worlds_send(struct worlds *w, struct sent *packets, size_t count);

#endif
