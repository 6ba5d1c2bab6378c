/* SPDX-License-Identifier: BSD-2-Clause */
/* Undoing a translation: promise 3. */
#ifndef TESTS_FUZZ_UNDO_H
#define TESTS_FUZZ_UNDO_H

#include "sent.h"
#include "world.h"

/* Undoes the translation of a packet, which must give what was sent. The
 * store's fail_in is set to `fail`; where its failure costs the first try,
 * there is another one. */
void undo(struct world *w, const struct lent *l, const struct sent *s,
	  long fail);

#endif
