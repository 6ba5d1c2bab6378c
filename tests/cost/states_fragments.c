/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams in fragments: floods, and tables that are full. */
#include "cost.h"

#define CALLS 400
#define FIRST 0x2000 /* more fragments, offset 0 */
#define LATER 1

/* A fragment of a datagram of 1,400 bytes or so to port 53. */
static void make(struct world *w, uint32_t from, uint32_t to, unsigned id,
		 unsigned field)
{
	static const uint8_t data[1400];
	uint8_t *ip = w->frame.bytes;
	uint32_t sum = 0;
	unsigned i;

	begin_udp(&w->frame, from, 5000, to, 53);
	add(&w->frame, data, field == FIRST ? 8 : 1392);
	finish(&w->frame);
	put16(ip + 4, id);
	put16(ip + 6, field);
	put16(ip + 10, 0);
	for (i = 0; i < 20; i += 2)
		sum += get16(ip + i);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~(sum + (sum >> 16)) & 0xffff);
}

static void begin(struct world *w)
{
	world_begin(w, &(struct options){ .units = 20000, .fragments = true });
}

/* A flood from one host, from many, and from outside. */
static void lone_fragments(struct world *w)
{
	unsigned i;

	begin(w);
	for (i = 0; i < CALLS; i++) {
		make(w, HOST(0), SERVER, i, LATER);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	for (i = 0; i < CALLS; i++) {
		make(w, HOST(i), SERVER, 7, LATER);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	for (i = 0; i < CALLS; i++) {
		make(w, SERVER, OUTSIDE, i, LATER);
		measure(w, VPNALG_IN, ANY_PACKET);
	}
	world_end(w);
}

/* All with one Identification, so that each gets another one. */
static void first_fragments(struct world *w)
{
	unsigned i;

	begin(w);
	for (i = 0; i < 2 * CALLS; i++) {
		make(w, HOST(i), SERVER, i < CALLS ? i : 7, FIRST);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

/* Nothing is free: others hold all that may be held, and know all that may be
 * known. */
static void full_of_fragments(struct world *w)
{
	unsigned i;

	begin(w);
	for (i = 0; i < DATAGRAMS; i++) {
		make(w, HOST(1000 + i), SERVER, i,
		     i < DATAGRAMS / 2 ? LATER : FIRST);
		send(w, VPNALG_OUT);
	}
	for (i = 0; i < CALLS; i++) {
		make(w, HOST(i), STRANGER, i, LATER);
		measure(w, VPNALG_OUT, ANY_PACKET);
		make(w, HOST(i), STRANGER, i, FIRST);
		measure(w, VPNALG_OUT, ANY_PACKET);
		while (measure_held(w))
			;
	}
	world_end(w);
}

/* One datagram has all that may be held, in the worst order. */
static void one_datagram_has_all(struct world *w)
{
	unsigned i, turn;

	begin(w);
	for (turn = 0; turn < 2; turn++) {
		for (i = 0; i < HELD; i++) {
			make(w, HOST(0), SERVER, turn, 0x2000 | (2 + i * 175));
			w->frame.length = 28 + 1392;
			measure(w, VPNALG_OUT, ANY_PACKET);
		}
		make(w, HOST(0), SERVER, turn, FIRST);
		measure(w, VPNALG_OUT, ANY_PACKET);
		while (measure_held(w))
			;
	}
	world_end(w);
}

const struct state fragment_states[] = {
	{ "lone-fragments", lone_fragments },
	{ "first-fragments", first_fragments },
	{ "full-of-fragments", full_of_fragments },
	{ "one-datagram-has-all", one_datagram_has_all },
	{ 0 },
};
