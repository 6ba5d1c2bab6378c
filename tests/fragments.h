/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams cut into fragments, sent, and put together again. */
#ifndef TESTS_FRAGMENTS_H
#define TESTS_FRAGMENTS_H

#include "support.h"

/* The most fragments of a datagram that is sent. */
#define FRAGMENTS 600

/* Makes a packet longer: more payload, its lengths and checksums anew. */
void grow(struct bytes *packet, uint32_t length);

/* Gives a packet an Identification. */
void set_ip_id(struct bytes *packet, uint16_t id);

/* The part of a datagram from one offset behind its IP header to another. */
struct bytes fragment_of(const struct bytes *whole, uint32_t from,
			 uint32_t to);

/* Fragments that came out. */
struct collected {
	unsigned count;
	unsigned given;	 /* of them, that were held */
	unsigned marked; /* of them, that are to be turned round */
	unsigned dropped;
	/* Called before each fragment, and before those that were held are
	 * taken: these may have lost their user then. */
	void (*between)(struct world *w);
	struct bytes packets[64];
	uint8_t flags[64]; /* of each */
};

/* Sends a fragment, and takes what comes out, also of those that were held. */
unsigned send_fragment(struct world *w, enum vpnalg_direction direction,
		       const struct bytes *fragment, struct collected *out);
/* Takes what comes out of those that were held. */
void take_held(struct world *w, struct collected *out);

/* Puts a datagram together as its receiver does. Returns false if a part is
 * missing, or if two of them overlap or are not of one datagram. */
bool put_together(const struct collected *out, struct bytes *whole);

/* A world with all protocols, and memory for fragments. */
void fragment_world(struct world *w, struct world_options options);

#endif
