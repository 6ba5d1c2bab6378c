/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the model of PPTP connections: segments in flight. */
#ifndef TESTS_PPTP_MODEL_H
#define TESTS_PPTP_MODEL_H

#include "support.h"
#include "cases.h"

#include <string.h>

#define STREAM_MAX 4096
#define FLIGHT_MAX 256
#define CALLS 4

static struct world w;
static struct connection c;

/* One direction of the connection. */
struct flow {
	bool out;
	uint8_t sent[STREAM_MAX], received[STREAM_MAX];
	bool have[STREAM_MAX];
	uint32_t length, base; /* sequence number of the first byte */
	uint32_t una, nxt;     /* the sender's, from base on */
	uint32_t idle;         /* ticks without progress */
	uint32_t ends[STREAM_MAX]; /* where first segments ended */
};

struct row {
	uint32_t mss;
	bool merges, lossy;
	enum choosing choosing;
};

/* A packet in flight behind the translator, or an acknowledgment back. */
struct flight {
	uint32_t due;
	bool is_ack;
	uint32_t from, length;
	uint8_t data[1460];
};

static struct flight flights[FLIGHT_MAX];
static unsigned flight_count;
static uint32_t tick, chance;
static struct row row;

static inline uint32_t roll(uint32_t sides)
{
	chance = chance * 1103515245 + 12345;
	return (chance >> 16) % sides;
}

static inline void launch(const struct flight *f)
{
	unsigned copies = row.lossy && roll(20) == 0 ? 2 : 1;

	if (row.lossy && roll(8) == 0)
		return;
	while (copies-- > 0 && flight_count < FLIGHT_MAX) {
		flights[flight_count] = *f;
		flights[flight_count].due =
			tick + 1 + (row.lossy ? roll(6) : 0);
		flight_count++;
	}
}

/* The sender's segment goes into the translator; what comes out flies on. */
static inline void transmit(struct flow *flow, uint32_t from, uint32_t length)
{
	struct flight f = { .from = from };
	unsigned result;

	if (row.lossy && roll(10) == 0)
		return; /* lost before the translator */
	result = (flow->out ? client_segment : server_segment)(
		&w, &c, flow->base + from, ACK, flow->sent + from, length);
	if (result != VPNALG_TRANSLATED) {
		ck_assert(result == VPNALG_DROP_WINDOW ||
			  result == VPNALG_DROP_UNACKNOWLEDGED);
		return;
	}
	f.length = payload_length(&w);
	memcpy(f.data, payload(&w), f.length);
	launch(&f);
}

#endif
