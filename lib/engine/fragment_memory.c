/* SPDX-License-Identifier: BSD-2-Clause */
/* The division of the memory for fragments. */
#include "fragment_memory.h"

#include <string.h>

#define DATAGRAMS_DEFAULT 64
#define HELD_DEFAULT 32
#define LENGTH_DEFAULT 1500
#define WHOLE_DEFAULT 8192
#define HELD_TIME_DEFAULT 15000
#define FIRST_TIME_DEFAULT 30000

/* Bounds the places: a packet looks through all of them a few times. */
#define PLACES_MAX 512

/* The least that IP carries without fragments (RFC 791 3.2). */
#define LENGTH_MIN 68

static size_t aligned(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

static uint16_t or_default(uint16_t given, uint16_t otherwise)
{
	return given != 0 ? given : otherwise;
}

static bool read_settings(const struct vpnalg_fragments *given,
			  struct vpnalg_fragments *read)
{
	if (!vpnalg_settings_read(read, sizeof(*read), given))
		return false;
	read->datagrams = or_default(read->datagrams, DATAGRAMS_DEFAULT);
	read->held = or_default(read->held, HELD_DEFAULT);
	read->length = or_default(read->length, LENGTH_DEFAULT);
	read->whole = or_default(read->whole, WHOLE_DEFAULT);
	if (read->held_time == 0)
		read->held_time = HELD_TIME_DEFAULT;
	if (read->first_time == 0)
		read->first_time = FIRST_TIME_DEFAULT;
	return read->datagrams <= PLACES_MAX && read->held <= PLACES_MAX &&
	       read->length >= LENGTH_MIN && read->whole >= LENGTH_MIN;
}

void vpnalg_fragment_memory_clear(struct fragments *fragments)
{
	unsigned i;

	memset(fragments->datagrams, 0,
	       fragments->datagram_count * sizeof(struct datagram));
	fragments->made = 0;
	fragments->ready = fragments->complete = false;
	fragments->free_held = NOT_HELD;
	fragments->given_back = NOT_HELD;
	for (i = fragments->held_count; i > 0; i--)
		datagram_free_held(fragments, i - 1);
}

static void init(struct fragments *fragments,
		 const struct vpnalg_fragments *settings)
{
	fragments->length_max = settings->length;
	fragments->whole_max = settings->whole;
	fragments->held_time = settings->held_time;
	fragments->first_time = settings->first_time;
	fragments->datagram_count = settings->datagrams;
	fragments->held_count = settings->held;
	vpnalg_fragment_memory_clear(fragments);
}

size_t vpnalg_fragment_memory_lay_out(const struct vpnalg_fragments *given,
				      struct fragments **fragments)
{
	struct vpnalg_fragments settings;
	size_t datagrams = aligned(sizeof(struct fragments));
	size_t held, held_size, whole, size;
	uint8_t *memory;

	if (!read_settings(given, &settings))
		return 0;
	held = datagrams + settings.datagrams * sizeof(struct datagram);
	held_size = aligned(sizeof(struct held) + settings.length);
	whole = held + settings.held * held_size;
	size = whole + settings.whole;
	if (fragments == NULL)
		return size;
	memory = settings.memory;
	*fragments = settings.memory;
	memset(*fragments, 0, sizeof(**fragments));
	(*fragments)->datagrams = (void *)(memory + datagrams);
	(*fragments)->held = memory + held;
	(*fragments)->held_size = held_size;
	(*fragments)->whole = memory + whole;
	init(*fragments, &settings);
	return size;
}

size_t vpnalg_fragments_size(const struct vpnalg_fragments *settings)
{
	return vpnalg_fragment_memory_lay_out(settings, NULL);
}
