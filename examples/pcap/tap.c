/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#include "pcapng.h"

/* The longest block that libpcap reads. */
#define BLOCK_LONGEST (16UL * 1024 * 1024)

#define HEAD_LENGTH_OFF 4
#define HEAD_BODY_OFF 8

/* An interface's body: link type, reserved, snap length, options. */
#define INTERFACE_OPTIONS_OFF 8
#define OPTION_HEADER 4
#define OPTION_END 0

static uint32_t get(const struct tap *tap, const uint8_t *p, unsigned bytes)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | p[tap->big ? i : bytes - 1 - i];
	return value;
}

static uint32_t type_of(const struct tap *tap)
{
	return get(tap, tap->head, 4);
}

/* Makes room for one element more. Returns false without memory. */
static bool make_room(void **list, size_t *room, size_t count, size_t size)
{
	size_t more = *room ? *room * 2 : 16;
	void *longer;

	if (count < *room)
		return true;
	longer = realloc(*list, more * size);
	if (!longer)
		return false;
	*list = longer;
	*room = more;
	return true;
}

#define MAKE_ROOM(list, room, count) \
	make_room((void **)&(list), &(room), count, sizeof(*(list)))

/* Sections */

/* Finds the byte order by the magic number. */
static bool begin_section(struct tap *tap)
{
	const uint8_t *magic = tap->head + HEAD_BODY_OFF;

	tap->big = false;
	if (get(tap, magic, 4) != PCAPNG_MAGIC)
		tap->big = true;
	if (get(tap, magic, 4) != PCAPNG_MAGIC)
		return false;
	tap->section = tap->interface_count;
	tap->begun = true;
	return true;
}

/* Interfaces */

/* Returns a copy of an option's text up to a zero; "" if there is none. NULL
 * without memory. */
static char *copy_option(const struct tap *tap, uint32_t wanted)
{
	size_t at = INTERFACE_OPTIONS_OFF;
	uint32_t code, length;

	while (tap->used >= OPTION_HEADER &&
	       at <= tap->used - OPTION_HEADER) {
		code = get(tap, tap->body + at, 2);
		length = get(tap, tap->body + at + 2, 2);
		at += OPTION_HEADER;
		if (code == OPTION_END || length > tap->used - at)
			break;
		if (code == wanted)
			return strndup((const char *)tap->body + at, length);
		at += (length + 3U) / 4 * 4;
	}
	return strdup("");
}

static bool add_interface(struct tap *tap)
{
	struct tap_interface *interface;

	if (!MAKE_ROOM(tap->interfaces, tap->interface_room,
		       tap->interface_count))
		return false;
	interface = &tap->interfaces[tap->interface_count++];
	interface->name = copy_option(tap, PCAPNG_IF_NAME);
	interface->description = copy_option(tap, PCAPNG_IF_DESCRIPTION);
	return interface->name && interface->description;
}

/* Names of addresses */

static bool add_names(struct tap *tap)
{
	struct tap_names *names;

	if (!MAKE_ROOM(tap->names, tap->name_room, tap->name_count))
		return false;
	names = &tap->names[tap->name_count++];
	*names = (struct tap_names){ tap->body, tap->used };
	tap->body = NULL;
	tap->used = tap->room = 0;
	return true;
}

/* Packets */

static bool add_packet(struct tap *tap, size_t interface)
{
	if (tap->packet_first > 0 && tap->packet_count == tap->packet_room) {
		tap->packet_count -= tap->packet_first;
		memmove(tap->packets, tap->packets + tap->packet_first,
			tap->packet_count * sizeof(*tap->packets));
		tap->packet_first = 0;
	}
	if (!MAKE_ROOM(tap->packets, tap->packet_room, tap->packet_count))
		return false;
	tap->packets[tap->packet_count++] = tap->section + interface;
	return true;
}

size_t tap_next(struct tap *tap)
{
	if (tap->packet_first < tap->packet_count)
		tap->interface = tap->packets[tap->packet_first++];
	return tap->interface;
}

/* Blocks */

static bool is_wanted(const struct tap *tap)
{
	return type_of(tap) == PCAPNG_INTERFACE ||
	       type_of(tap) == PCAPNG_NAMES;
}

static bool append(struct tap *tap, const uint8_t *bytes, size_t count)
{
	size_t room = tap->room ? tap->room : 256;
	uint8_t *body;

	while (room < tap->used + count)
		room *= 2;
	if (room > tap->room) {
		body = realloc(tap->body, room);
		if (!body)
			return false;
		tap->body = body;
		tap->room = room;
	}
	memcpy(tap->body + tap->used, bytes, count);
	tap->used += count;
	return true;
}

/* Returns false where libpcap goes on no more either, or does not begin to. */
static bool begin_block(struct tap *tap)
{
	const uint8_t *body = tap->head + HEAD_BODY_OFF;
	uint32_t length;

	if (type_of(tap) == PCAPNG_SECTION && !begin_section(tap))
		return false;
	length = get(tap, tap->head + HEAD_LENGTH_OFF, 4);
	if (!tap->begun || length < TAP_HEAD || length > BLOCK_LONGEST)
		return false;
	tap->left = length - TAP_HEAD;
	tap->used = 0;
	switch (type_of(tap)) {
	case PCAPNG_PACKET:
		return add_packet(tap, get(tap, body, 4));
	case PCAPNG_PACKET_OLD:
		return add_packet(tap, get(tap, body, 2));
	case PCAPNG_PACKET_SIMPLE:
		return add_packet(tap, 0);
	default:
		return !is_wanted(tap) || append(tap, body, 4);
	}
}

/* The last four bytes of what was read are the length again. */
static bool end_block(struct tap *tap)
{
	tap->have = 0;
	if (!is_wanted(tap) || tap->used < 4)
		return true;
	tap->used -= 4;
	return type_of(tap) == PCAPNG_NAMES ? add_names(tap)
					    : add_interface(tap);
}

/* Takes bytes for the head, or for what is behind it; returns how many. */
static size_t take(struct tap *tap, const uint8_t *bytes, size_t count)
{
	size_t wanted = tap->have < TAP_HEAD ? TAP_HEAD - tap->have
					     : tap->left;

	if (count > wanted)
		count = wanted;
	if (tap->have < TAP_HEAD) {
		memcpy(tap->head + tap->have, bytes, count);
		tap->have += count;
		if (tap->have == TAP_HEAD)
			tap->lost = !begin_block(tap);
	} else {
		if (is_wanted(tap))
			tap->lost = !append(tap, bytes, count);
		tap->left -= (uint32_t)count;
	}
	return count;
}

void tap_feed(struct tap *tap, const uint8_t *bytes, size_t count)
{
	size_t taken;

	while (count > 0 && !tap->lost) {
		taken = take(tap, bytes, count);
		bytes += taken;
		count -= taken;
		if (!tap->lost && tap->have == TAP_HEAD && tap->left == 0)
			tap->lost = !end_block(tap);
	}
}

void tap_close(struct tap *tap)
{
	for (size_t i = 0; i < tap->interface_count; i++) {
		free(tap->interfaces[i].name);
		free(tap->interfaces[i].description);
	}
	for (size_t i = 0; i < tap->name_count; i++)
		free(tap->names[i].body);
	free(tap->interfaces);
	free(tap->names);
	free(tap->packets);
	free(tap->body);
}
