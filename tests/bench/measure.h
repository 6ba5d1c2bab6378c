/* SPDX-License-Identifier: BSD-2-Clause */
/* What is measured of packets of open sessions, in turns. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "floors.h"
#include "load.h"
#include "world.h"

enum { OUT, IN, FLOOR, LOADS };

struct packet_bench {
	struct world world;
	struct floors floors;
	struct load loads[LOADS];
	uint64_t sent;
	uint32_t packets; /* per measure */
	enum traffic traffic;
};

/* In the order in which they take turns. */
enum {
	DRIVER_FLOOR,
	FLOOR_I,
	FLOOR_II,
	FLOOR_III_ONE,
	FLOOR_III_BATCH,
	DRIVER_OUT,
	OUT_ONE,
	OUT_BURST,
	DRIVER_IN,
	IN_ONE,
	IN_BURST,
	MEASURES
};

struct measure {
	const char *name; /* NULL: it is subtracted from others only */
	int load;         /* whose packets it gets */
	int driver;       /* the measure that is subtracted, or -1 */
	uint32_t burst;   /* of packets that are translated; 0: none is */
	void (*run)(struct packet_bench *bench, struct load *load);
};

extern const struct measure measures[MEASURES];

/* Runs it and returns its nanoseconds per packet, the driver's included. A
 * packet that was not translated is a fault, and so is one of the last 32 that
 * is not right. */
double measure_time(struct packet_bench *bench, const struct measure *measure);

#endif
