/* SPDX-License-Identifier: BSD-2-Clause */
#include "impair.h"

#include <stdlib.h>
#include <string.h>

/* The delay of a packet that others are to overtake, in milliseconds. */
#define REORDER_WAIT 8

/* The most packets that are kept; others are lost. */
#define WAITING_MAX 4096

#define WHOLE 100000u

/* A list of packets, sorted by the time when they are due; they are few. The
 * one that was taken last stays at its head until the next is taken. */
struct impair_packet {
	struct impair_packet *next;
	vpnalg_time due;
	bool taken;
	uint8_t direction, uplink;
	uint32_t len;
	uint8_t data[];
};

static bool read_percent(uint32_t *part, const char *text)
{
	char *end;
	double percent = strtod(text, &end);

	if (end == text || *end || !(percent >= 0 && percent <= 100))
		return false;
	*part = (uint32_t)(percent * (WHOLE / 100) + 0.5);
	return true;
}

static bool read_number(uint32_t *number, const char *text, uint32_t max)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	*number = (uint32_t)value;
	return *text >= '0' && *text <= '9' && !*end && value <= max;
}

static bool read_word(struct impair_spec *spec, const char *word)
{
	if (!strncmp(word, "loss=", 5))
		return read_percent(&spec->loss, word + 5);
	if (!strncmp(word, "reorder=", 8))
		return read_percent(&spec->reorder, word + 8);
	if (!strncmp(word, "delay=", 6))
		return read_number(&spec->delay, word + 6, 60000);
	if (!strncmp(word, "seed=", 5))
		return read_number(&spec->seed, word + 5, UINT32_MAX);
	return false;
}

bool impair_read(struct impair_spec *spec, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	bool well = copy != NULL;

	spec->on = true;
	while (well && (word = strsep(&rest, ",")) != NULL)
		well = read_word(spec, word);
	free(copy);
	return well;
}

void impair_open(struct impair *impair, const struct impair_spec *spec)
{
	*impair = (struct impair){ .spec = *spec, .random = spec->seed };
}

/* SplitMix64 (Steele, Lea and Flood, 2014): the same every time. */
static bool happens(struct impair *impair, uint32_t part)
{
	uint64_t z = impair->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % WHOLE < part;
}

static bool loses(struct impair *impair)
{
	if (!happens(impair, impair->spec.loss / 2))
		return false;
	impair->lost++;
	return true;
}

bool impair_loses(struct impair *impair)
{
	return impair->spec.on && loses(impair);
}

/* Inserts a packet behind all that are due no later. */
static void insert(struct impair *impair, struct impair_packet *packet)
{
	struct impair_packet **at = &impair->waiting;

	while (*at && ((*at)->taken || (*at)->due <= packet->due))
		at = &(*at)->next;
	packet->next = *at;
	*at = packet;
	impair->count++;
}

void impair_put(struct impair *impair, const struct vpnalg_packet *packet,
		vpnalg_time now)
{
	struct impair_packet *copy;

	if (loses(impair))
		return;
	copy = malloc(sizeof(*copy) + packet->len);
	if (!copy || impair->count >= WAITING_MAX) {
		free(copy);
		impair->lost++;
		return;
	}
	*copy = (struct impair_packet){ .due = now + impair->spec.delay,
					.direction = packet->direction,
					.uplink = packet->uplink,
					.len = packet->len };
	memcpy(copy->data, packet->data, packet->len);
	if (happens(impair, impair->spec.reorder)) {
		copy->due += REORDER_WAIT;
		impair->reordered++;
	}
	insert(impair, copy);
}

static void forget_taken(struct impair *impair)
{
	struct impair_packet *first = impair->waiting;

	if (!first || !first->taken)
		return;
	impair->waiting = first->next;
	impair->count--;
	free(first);
}

bool impair_take(struct impair *impair, struct vpnalg_packet *packet,
		 vpnalg_time now)
{
	struct impair_packet *first;

	forget_taken(impair);
	first = impair->waiting;
	if (!first || first->due > now)
		return false;
	first->taken = true;
	*packet = (struct vpnalg_packet){ .data = first->data,
					  .len = first->len,
					  .caplen = first->len,
					  .direction = first->direction,
					  .uplink = first->uplink };
	return true;
}

vpnalg_time impair_due(const struct impair *impair)
{
	const struct impair_packet *first = impair->waiting;

	if (first && first->taken)
		first = first->next;
	return first ? first->due : VPNALG_NEVER;
}

void impair_close(struct impair *impair)
{
	struct impair_packet *next;

	for (; impair->waiting; impair->waiting = next) {
		next = impair->waiting->next;
		free(impair->waiting);
	}
}
