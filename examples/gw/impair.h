/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests: loses, delays and reorders packets on purpose, as the networks on
 * both sides of the gateway might. Half of the losses hit packets before they
 * are translated, half after it.
 *
 *     read --> lose, delay, reorder --> translate --> lose --> send
 */
#ifndef GW_IMPAIR_H
#define GW_IMPAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

/* Shares are in hundred-thousandths, the delay in milliseconds. */
struct impair_spec {
	bool on;
	uint32_t loss;
	uint32_t reorder;
	uint32_t delay;
	uint32_t seed;
};

struct impair_packet;

struct impair {
	struct impair_spec spec;
	uint64_t random;
	struct impair_packet *waiting; /* the first to go on */
	uint32_t count;                /* how many wait */
	uint64_t lost, reordered;
};

/* Reads a list such as "loss=2,reorder=5,delay=10,seed=1", any of them.
 * Returns false if it is none. */
bool impair_read(struct impair_spec *spec, const char *text);

void impair_open(struct impair *impair, const struct impair_spec *spec);

/* Keeps a copy of a packet, which impair_take() returns unless it is lost. */
void impair_put(struct impair *impair, const struct vpnalg_packet *packet,
		vpnalg_time now);

/* Takes out the next packet that is due; its bytes are valid until the next
 * call. Returns false when none is due. */
bool impair_take(struct impair *impair, struct vpnalg_packet *packet,
		 vpnalg_time now);

/* Returns when the next packet is due. */
vpnalg_time impair_due(const struct impair *impair);

/* Returns whether to lose a packet that is translated. */
bool impair_loses(struct impair *impair);

void impair_close(struct impair *impair);

#endif
