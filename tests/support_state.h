/* SPDX-License-Identifier: BSD-2-Clause */
/* Worlds that are saved and loaded. */
#ifndef TESTS_SUPPORT_STATE_H
#define TESTS_SUPPORT_STATE_H

#include "support_sessions.h"

#include <vpnalg/state.h>

#define STATE_ROOM 200000
#define CHUNKS_MAX 400

/* Offsets in a chunk. */
#define CHUNK_TYPE 0
#define CHUNK_FORMAT_AT 1
#define CHUNK_NUMBER 4
#define CHUNK_STATE 8
#define CHUNK_CONTENT 12

/* In the content of a record's. */
#define RECORD_KEYS 16

enum { HEADER = 1, KIND, RECORD, END, DATAGRAM, FRAGMENT };

/* A state, as chunks. */
struct state {
	uint8_t bytes[STATE_ROOM];
	uint32_t length;
	struct {
		uint32_t at, length;
	} chunks[CHUNKS_MAX];
	unsigned count;
};

/* Saves all that a world has, in one go. */
void state_save(struct world *w, struct state *state);

/* Another step of a saving. Returns enum vpnalg_state_result. */
int state_step(struct world *w, struct vpnalg_save *save, struct state *state);

uint8_t *state_chunk(struct state *state, unsigned number);

/* Returns the first chunk of that type. */
unsigned state_first(const struct state *state, uint8_t type);

/* Computes the checksum of a chunk that the test has changed anew. */
void state_sum(struct state *state, unsigned number);

/* Loads as much of a state into a world. Returns what the last call has. */
int state_load_part(struct world *w, struct vpnalg_load *load,
		    const uint8_t *bytes, uint32_t length);

/* Loads all of a state, at that time, and ends that; both are well. */
void state_load_whole(struct world *w, struct vpnalg_load *load,
		      const struct state *state, vpnalg_time now);

/* Loads a whole state, services included, and ends that. */
int state_load(struct world *w, const struct state *state);

/* A world goes on as another translator, with another store, that has loaded
 * what it had. */
void state_reload(struct world *w);

/* Whether both have the same sessions, in whatever order. */
void state_compare(const struct state *a, const struct state *b);

/* A world with sessions of all kinds. */
void state_world(struct world *w, struct world_options options);

/* Puts datagrams into the memory for fragments: one that has been translated so
 * far, one whose first fragment has not come, of more than a chunk, and one that
 * is gathered. */
void state_hold(struct world *w);

/* A choose callback that refuses this host. */
extern uint32_t state_refused_host;
enum vpnalg_choice state_refuse_host(struct world *w,
				     struct vpnalg_binding *binding);

/* Ends a world that has the services of all_open(). */
void state_world_end(struct world *w);

#endif
