/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_twice.h"

/* The time, in milliseconds, within which no host repeats the same packet, its
 * IP ID included. */
#define MOMENT 5

#define PLACES (sizeof(((struct why_facts *)0)->seen) / \
		sizeof(((struct why_facts *)0)->seen[0]))

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 29;
}

/* Without the time to live and the header's checksum: a router changes these. */
static uint64_t hash_of(const struct why_packet *packet)
{
	const struct why_bytes *body = &packet->body;
	uint64_t hash = mix((uint64_t)packet->source << 32 |
				    packet->destination,
			    (uint64_t)packet->protocol << 32 |
				    (uint64_t)packet->id << 16 |
				    (packet->offset | packet->more));

	hash = mix(hash, packet->size);
	for (uint32_t i = 0; i < body->length; i++)
		hash = mix(hash, body->data[i]);
	return hash;
}

bool why_twice(struct why_facts *facts, const struct why_packet *packet)
{
	uint64_t hash = hash_of(packet);
	struct why_seen *seen = &facts->seen[hash % PLACES];
	bool twice = seen->hash == hash && packet->time >= seen->time &&
		     packet->time - seen->time <= MOMENT;

	*seen = (struct why_seen){ hash, packet->time };
	facts->twice += twice;
	return twice;
}
