/* SPDX-License-Identifier: BSD-2-Clause */
#include "held.h"

#include <stdlib.h>
#include <string.h>

#define ADDRESS_LEN 4
#define PAIR_LEN ((size_t)2 * ADDRESS_LEN)

struct held_pair {
	struct held_pair *next;
	uint32_t count;
	uint8_t addresses[PAIR_LEN];
};

/* Returns the place of the pair in its list, or the list's end (FNV-1a). */
static struct held_pair **find(struct held *held, const uint8_t *addresses)
{
	struct held_pair **at;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < PAIR_LEN; i++)
		hash = (hash ^ addresses[i]) * 16777619u;
	at = &held->chains[hash % HELD_CHAINS];
	while (*at && memcmp((*at)->addresses, addresses, PAIR_LEN))
		at = &(*at)->next;
	return at;
}

static struct held_pair **find_pair(struct held *held, const uint8_t *remote,
				    const uint8_t *outside, uint8_t *addresses)
{
	memcpy(addresses, remote, ADDRESS_LEN);
	memcpy(addresses + ADDRESS_LEN, outside, ADDRESS_LEN);
	return find(held, addresses);
}

bool held_add(struct held *held, const uint8_t *remote, const uint8_t *outside,
	      bool *first)
{
	uint8_t addresses[PAIR_LEN];
	struct held_pair **at = find_pair(held, remote, outside, addresses);

	*first = *at == NULL;
	if (*first) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			return false;
		memcpy((*at)->addresses, addresses, PAIR_LEN);
	}
	(*at)->count++;
	return true;
}

bool held_remove(struct held *held, const uint8_t *remote,
		 const uint8_t *outside)
{
	uint8_t addresses[PAIR_LEN];
	struct held_pair **at = find_pair(held, remote, outside, addresses);
	struct held_pair *pair = *at;

	if (!pair || --pair->count)
		return false;
	*at = pair->next;
	free(pair);
	return true;
}

void held_close(struct held *held)
{
	struct held_pair *pair;

	for (size_t i = 0; i < HELD_CHAINS; i++)
		while ((pair = held->chains[i]) != NULL) {
			held->chains[i] = pair->next;
			free(pair);
		}
}
