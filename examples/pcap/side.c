/* SPDX-License-Identifier: BSD-2-Clause */
#include "side.h"

#include <stdio.h>
#include <string.h>

/* Offsets of the addresses in an IPv4 header. */
#define IPV4_SOURCE_OFF 12
#define IPV4_DESTINATION_OFF 16

enum side { SIDE_INSIDE, SIDE_OURS, SIDE_REMOTE };

/* The task by source (row) and destination (column). A packet that reaches an
 * inside host was captured inside. */
static const enum task tasks[3][3] = {
	/*                inside            ours      remote */
	[SIDE_INSIDE] = { TASK_COPY_WITHIN, TASK_OUT, TASK_OUT },
	[SIDE_OURS]   = { TASK_IN_UNDO,     TASK_IN,  TASK_OURS },
	[SIDE_REMOTE] = { TASK_IN_UNDO,     TASK_IN,  TASK_COPY_OTHERS },
};

static uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Reads a number up to a limit and moves text behind it. */
static bool read_number(const char **text, unsigned limit, unsigned *number)
{
	const char *p = *text;

	*number = 0;
	while (*p >= '0' && *p <= '9' && *number <= limit)
		*number = *number * 10 + (unsigned)(*p++ - '0');
	if (p == *text || *number > limit)
		return false;
	*text = p;
	return true;
}

/* Reads up to four octets; returns how many there were. */
static unsigned read_octets(const char **text, uint32_t *address)
{
	unsigned octets = 0;
	unsigned octet;

	*address = 0;
	do {
		if (octets == 4 || !read_number(text, 255, &octet))
			return 0;
		*address |= octet << (24 - 8 * octets);
		octets++;
	} while (**text == '.' && (*text)++);
	return octets;
}

static uint32_t mask(unsigned length)
{
	return length ? UINT32_MAX << (32 - length) : 0;
}

bool side_read_prefix(const char *text, struct prefix *prefix)
{
	unsigned length = 32;
	unsigned octets = read_octets(&text, &prefix->address);

	if (*text == '/' && octets) {
		text++;
		if (!read_number(&text, 32, &length))
			return false;
	} else if (octets != 4) {
		return false;
	}
	prefix->length = (uint8_t)length;
	prefix->address &= mask(length);
	return *text == '\0';
}

void side_write_prefix(const struct prefix *prefix, char text[PREFIX_TEXT])
{
	uint32_t a = prefix->address;
	int end = snprintf(text, PREFIX_TEXT, "%u.%u.%u.%u", a >> 24,
			   a >> 16 & 255, a >> 8 & 255, a & 255);

	if (prefix->length < 32)
		snprintf(text + end, PREFIX_TEXT - (size_t)end, "/%u",
			 prefix->length);
}

struct prefix side_of_address(const struct vpnalg_addr *address)
{
	return (struct prefix){ get32(address->octets), 32 };
}

static enum side side_of(const struct sides *sides, const uint8_t *octets)
{
	uint32_t address = get32(octets);

	for (size_t i = 0; i < sides->outside->address_count; i++)
		if (!memcmp(sides->outside->addresses[i].octets, octets, 4))
			return SIDE_OURS;
	for (size_t i = 0; i < sides->inside_count; i++) {
		const struct prefix *prefix = &sides->inside[i];

		if ((address & mask(prefix->length)) == prefix->address)
			return SIDE_INSIDE;
	}
	return SIDE_REMOTE;
}

enum task side_task(const struct sides *sides, const uint8_t *ip)
{
	return tasks[side_of(sides, ip + IPV4_SOURCE_OFF)]
		    [side_of(sides, ip + IPV4_DESTINATION_OFF)];
}
