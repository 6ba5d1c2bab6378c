/* SPDX-License-Identifier: BSD-2-Clause */
/* The listing of sessions, and cutting them. */
#ifndef TESTS_FUZZ_LISTING_H
#define TESTS_FUZZ_LISTING_H

#include "world.h"

/* Looks at all sessions; some numbers cut off the first host or a protocol. */
void listing_look(struct world *w, unsigned which);
/* Cuts all sessions. None may be listed then, and no record may be left but
 * ports of services that wait for the host that had them. */
void listing_cut_all(struct world *w);

#endif
