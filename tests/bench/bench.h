/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the measurement. Each adds its lines to the table. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "basics.h"

/* What the command line asks for. */
struct settings {
	bool quick;       /* a little of everything, in seconds */
	bool json;
	bool round_robin; /* instead of random order */
	bool huge_pages;
	unsigned rounds;
	const char *only; /* one part, or NULL */
	/* Instructions: exactly so many of this, in such bursts. */
	const char *count_what;
	uint32_t count;
	uint32_t calls;
	uint32_t burst;
};

/* packets.c: nanoseconds per packet, beside the floors. */
void bench_gre(const struct settings *settings);
/* The same with UDP flows, ESP and NAT-T. */
void bench_udp(const struct settings *settings);
void bench_esp(const struct settings *settings);
void bench_nat_t(const struct settings *settings);
/* l2tp.c: the same of L2TP, by port and by Tunnel ID. */
void bench_l2tp(const struct settings *settings);
/* As bench_count(), in l2tp_process(). */
void bench_l2tp_count(const struct settings *settings, bool by_id, bool inward);
/* setup.c: call set-ups per second. */
void bench_setup(const struct settings *settings);
/* memory.c: bytes per call. */
void bench_memory(const struct settings *settings);
/* expiry.c: a million sessions at once. */
void bench_expiry(const struct settings *settings);

/* count.c: runs so many packets, set-ups or sweeps for a tool that counts
 * instructions in world_process() or world_expire(). */
bool bench_count(const struct settings *settings);

/* options.c: 0 to run, else the exit status plus one. */
int options_read(struct settings *settings, int argc, char **argv);

#endif
