/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of states that are damaged or lie. */
#ifndef TESTS_STATE_DAMAGE_H
#define TESTS_STATE_DAMAGE_H

#include <string.h>

#include "cases.h"
#include "fragments.h"
#include "support_state.h"

static struct world w, copy;
static struct state saved, changed;

static inline void begin(void)
{
	state_world(&w, (struct world_options){ .holds = true });
	state_hold(&w);
	state_save(&w, &saved);
	changed = saved;
	all_world(&copy, (struct world_options){ .choosing = CHOOSE_TAKE,
						 .holds = true });
}

static inline void end(void)
{
	state_world_end(&copy);
	state_world_end(&w);
}

/* Returns how many chunks of a state are about fragments. */
static inline unsigned held_of(struct world *world)
{
	static struct state state;
	unsigned i, count = 0;

	state_save(world, &state);
	for (i = 0; i < state.count; i++)
		count += state_chunk(&state, i)[CHUNK_TYPE] >= DATAGRAM;
	return count;
}

static inline void expect_nothing(void)
{
	ck_assert_int_eq(copy.records, 0);
	ck_assert_int_eq(copy.keys, 0);
	ck_assert_int_eq(copy.bindings, 0);
	ck_assert_uint_eq(held_of(&copy), 0);
}

static inline int load(const uint8_t *bytes, uint32_t length)
{
	struct vpnalg_load loading = { .services = true };
	int result = state_load_part(&copy, &loading, bytes, length);
	int end_result = vpnalg_load_end(copy.alg, &loading, copy.now);

	ck_assert(result >= 0 || result == end_result);
	return end_result;
}

/* Order */

static inline void put_chunk(const struct state *from, unsigned number)
{
	memcpy(changed.bytes + changed.length,
	       from->bytes + from->chunks[number].at,
	       from->chunks[number].length);
	changed.length += from->chunks[number].length;
}

#endif
