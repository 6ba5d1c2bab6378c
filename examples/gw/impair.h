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

/* What to do, in hundred-thousandths and milliseconds. */
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

/* Reads "loss=2,reorder=5,delay=10,seed=1", any of them. False when it is
 * nothing of the kind. */
bool impair_read(struct impair_spec *spec, const char *text);

void impair_open(struct impair *impair, const struct impair_spec *spec);

/* Takes a copy of a packet, to be given back by impair_take(), or not. */
void impair_put(struct impair *impair, const struct vpnalg_packet *packet,
		vpnalg_time now);

/* Takes out the next packet that is due. False when none is. Its bytes are
 * valid until the next call. */
bool impair_take(struct impair *impair, struct vpnalg_packet *packet,
		 vpnalg_time now);

/* When the next packet is due. */
vpnalg_time impair_due(const struct impair *impair);

/* Is this one to be lost, now that it is translated? */
bool impair_loses(struct impair *impair);

void impair_close(struct impair *impair);

#endif
