/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of a far gateway's hosts that are loaded. */
#ifndef TESTS_STATE_RING_H
#define TESTS_STATE_RING_H

#include <vpnalg/ipsec.h>

#include <string.h>

#include "cases.h"
#include "support_ipsec.h"
#include "support_state.h"

static struct world w, copy;
static struct state saved;

/* What a chunk says of a host, a remote and its candidates: doc/state.md, and
 * the kinds' layouts. */
enum {
	HOST_ID = 20 + 4, /* in the second key */
	HOST_NEXT = 40 + 16,
	HOST_PREVIOUS = 40 + 20,
	REMOTE_CANDIDATES = 40 + 32,
	REMOTE_TURN = 40 + 32 + 3 * 32,
	REMOTE_BLOCKS = REMOTE_TURN + 4 + 2,
	CANDIDATE = 32
};

struct host {
	uint32_t id, next, previous;
};

static struct ring {
	struct host hosts[16];
	unsigned count;
	uint32_t turn, candidates[3];
	uint8_t blocks[2]; /* of candidates, of unclaimed SPIs */
} ring;

/* Returns the number that the state has for a kind. */
static inline uint8_t kind_of(struct state *state, const char *name)
{
	size_t length = strlen(name);
	const uint8_t *chunk;
	unsigned i;

	for (i = state_first(state, KIND); i < state->count; i++) {
		chunk = state_chunk(state, i) + CHUNK_CONTENT;
		if (chunk[3 + 1 + chunk[3]] == length &&
		    memcmp(chunk + 3 + 1 + chunk[3] + 1, name, length) == 0)
			return chunk[0];
	}
	ck_abort_msg("no kind %s", name);
	return 0;
}

static inline void read_host(const uint8_t *from)
{
	ck_assert_uint_lt(ring.count, 16);
	ring.hosts[ring.count++] = (struct host){
		get32(from + HOST_ID), get32(from + HOST_NEXT),
		get32(from + HOST_PREVIOUS) };
}

static inline void read_remote(const uint8_t *from)
{
	unsigned i;

	ring.turn = get32(from + REMOTE_TURN);
	memcpy(ring.blocks, from + REMOTE_BLOCKS, sizeof(ring.blocks));
	for (i = 0; i < 3; i++)
		ring.candidates[i] = get32(from + REMOTE_CANDIDATES +
					   i * CANDIDATE);
}

static inline void read_ring(struct world *world)
{
	static struct state state;
	uint8_t host, remote;
	const uint8_t *chunk;
	unsigned i;

	state_save(world, &state);
	host = kind_of(&state, "ESP host");
	remote = kind_of(&state, "ESP remote");
	ring = (struct ring){ .count = 0 };
	for (i = 0; i < state.count; i++) {
		chunk = state_chunk(&state, i);
		if (chunk[CHUNK_TYPE] != RECORD)
			continue;
		if (chunk[CHUNK_CONTENT] == host)
			read_host(chunk + CHUNK_CONTENT + RECORD_KEYS);
		if (chunk[CHUNK_CONTENT] == remote)
			read_remote(chunk + CHUNK_CONTENT + RECORD_KEYS);
	}
}

static inline const struct host *find(uint32_t id)
{
	unsigned i;

	for (i = 0; i < ring.count; i++)
		if (ring.hosts[i].id == id)
			return &ring.hosts[i];
	return NULL;
}

/* From the turn on, each host leads to the next, and the last to the first. No
 * candidate is a host that is not there. */
static inline void expect_ring(struct world *world, unsigned count)
{
	const struct host *host, *next;
	unsigned i;

	read_ring(world);
	ck_assert_uint_eq(ring.count, count);
	if (count == 0)
		return;
	host = find(ring.turn);
	ck_assert_ptr_nonnull(host);
	for (i = 0; i < count; i++, host = next) {
		ck_assert(i == 0 || host->id != ring.turn);
		next = find(host->next);
		ck_assert_ptr_nonnull(next);
		ck_assert_uint_eq(next->previous, host->id);
	}
	ck_assert_uint_eq(host->id, ring.turn);
	for (i = 0; i < 3; i++)
		ck_assert(ring.candidates[i] == 0 ||
			  find(ring.candidates[i]) != NULL);
}

/* Hosts */

static const struct vpnalg_protocol ipsec[] = { { vpnalg_ipsec, NULL } };

static inline void ring_world(struct world *world, struct world_options options)
{
	options.protocols = ipsec;
	options.protocol_count = 1;
	options.leaves = true;
	options.mirror = true;
	world_begin(world, &options);
}

static const uint32_t addresses[] = { CLIENT_A, CLIENT_B, CLIENT_C, OUTSIDE };

static inline struct esp sa_of(unsigned host)
{
	return esp_of(addresses[host], SERVER, 0xa0 + host, 0xb0 + host);
}

/* The hosts begin with that one; each has an SA in both directions but the last,
 * which waits for its own. */
static inline void open_hosts(unsigned first, unsigned count)
{
	struct esp sa;
	unsigned i;

	for (i = 0; i < count; i++) {
		sa = sa_of((first + i) % count);
		esp_sends(&w, &sa);
		w.now += 20;
		if (i + 1 < count)
			esp_receives(&w, &sa);
		w.now += 20000;
	}
}

static inline void load_copy(struct vpnalg_load *load, struct world_options options)
{
	ring_world(&copy, options);
	copy.now = w.now;
	load->services = true;
	state_load_whole(&copy, load, &saved, copy.now);
}

/* Each host that sends still gets a new SPI when it alone has none. */
static inline void expect_life(unsigned host)
{
	struct esp sa = sa_of(host);

	esp_sends(&copy, &sa);
	copy.now += 20000;
	sa.in_spi = 0xc0;
	sa.out_spi = 0xd0;
	sa.out_sequence = sa.in_sequence = 0;
	esp_sends(&copy, &sa);
	copy.now += 20;
	ck_assert(esp_arrives(&copy, &sa));
}

/* While it is saved a host comes, and all of another one's ends. */
static inline void change(bool comes)
{
	struct vpnalg_session_cut cut = {
		.size = sizeof(cut),
		.inside = { .family = VPNALG_IPV4 },
	};
	struct esp sa = sa_of(2);

	if (comes) {
		esp_sends(&w, &sa);
		return;
	}
	put32(cut.inside.octets, CLIENT_A);
	while (vpnalg_sessions_cut(w.alg, &cut, w.now, 1000) ==
	       VPNALG_CUT_MORE)
		;
}

#endif
