/* SPDX-License-Identifier: BSD-2-Clause */
/* Who translates: the library, or somebody to compare it with. */
#ifndef SIM_CONTEST_H
#define SIM_CONTEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "settings.h"
#include "wire.h"

struct contestant {
	const char *name;
	const char *what;
	/* For one run. */
	void *(*open)(const struct settings *settings, unsigned clients,
		      uint64_t seed);
	void (*close)(void *state);
	/* Rewrites the address on our side, or drops; enum vpnalg_result. */
	unsigned (*pass)(void *state, struct parcel *parcel, uint64_t ms);
	/* Optional: adds its own counters to those of earlier runs. */
	void (*count)(void *state);
	/* Optional: tells them and forgets them. */
	void (*tell)(FILE *file);
};

extern const struct contestant contest_library;
extern const struct contestant contest_baseline;
extern const struct contestant contest_address;
extern const struct contestant contest_oracle;

/* SPIs and what is known of each. */
struct spi_map {
	struct spi_entry {
		uint32_t spi;
		uint32_t value; /* 0: free */
	} *entries;
	uint32_t mask, count;
};

void spi_map_open(struct spi_map *map);
void spi_map_close(struct spi_map *map);
/* 0 if there is none. */
uint32_t spi_map_get(const struct spi_map *map, uint32_t spi);
void spi_map_put(struct spi_map *map, uint32_t spi, uint32_t value);

#endif
