/* SPDX-License-Identifier: BSD-2-Clause */
/* What one packet may do to the store: promises 6 and 8. */
#ifndef TESTS_FUZZ_RECORDS_H
#define TESTS_FUZZ_RECORDS_H

#include "sent.h"
#include "world.h"

/* Nothing from outside opens a session, and a packet that is not translated
 * leaves no record behind. `before` is the number of records before it. */
void check_records(const struct world *w, const struct sent *s,
		   unsigned result, long before);
/* Returns the hash of all records and of what they know. */
uint64_t records_hash(const struct watched_store *s);
/* An ICMP error changes no session. `records` and `before` are the number of
 * records before it and their hash. */
void check_unchanged(const struct world *w, const struct sent *s,
		     long records, uint64_t before);

#endif
