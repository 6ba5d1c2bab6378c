/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "basics.h"
#include "contest.h"

#define AT_FIRST 256

void spi_map_open(struct spi_map *map)
{
	map->entries = basics_memory(AT_FIRST, sizeof(*map->entries));
	map->mask = AT_FIRST - 1;
	map->count = 0;
}

void spi_map_close(struct spi_map *map)
{
	free(map->entries);
}

static struct spi_entry *place(const struct spi_map *map, uint32_t spi)
{
	uint32_t i = spi * 0x9e3779b1U >> 8;

	for (;; i++) {
		struct spi_entry *entry = &map->entries[i & map->mask];

		if (entry->value == 0 || entry->spi == spi)
			return entry;
	}
}

static void grow(struct spi_map *map)
{
	struct spi_map old = *map;
	uint32_t i;

	map->mask = old.mask * 2 + 1;
	map->entries = basics_memory((size_t)map->mask + 1,
				     sizeof(*map->entries));
	for (i = 0; i <= old.mask; i++)
		if (old.entries[i].value != 0)
			*place(map, old.entries[i].spi) = old.entries[i];
	free(old.entries);
}

uint32_t spi_map_get(const struct spi_map *map, uint32_t spi)
{
	return place(map, spi)->value;
}

void spi_map_put(struct spi_map *map, uint32_t spi, uint32_t value)
{
	struct spi_entry *entry;

	if (map->count * 2 > map->mask)
		grow(map);
	entry = place(map, spi);
	map->count += entry->value == 0;
	*entry = (struct spi_entry){ spi, value };
}
