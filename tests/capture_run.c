/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_ids.h"

#define TTL_OFF 8
#define CHECKSUM_OFF 10
#define SOURCE_OFF 12
#define DESTINATION_OFF 16
#define ADDR_LEN 4

/* Microseconds; no gateway keeps a packet longer. */
#define LONGEST_STAY 1000000

static void *need(void *memory)
{
	if (memory == NULL) {
		fputs("no memory for a capture\n", stderr);
		exit(1);
	}
	return memory;
}

static struct capture_frame *add(struct capture_run *run)
{
	if (run->count == run->room) {
		run->room = run->room * 2 + 256;
		run->frame = need(realloc(run->frame,
					  run->room * sizeof(*run->frame)));
	}
	return &run->frame[run->count++];
}

static bool is_ours(const struct capture *capture, const uint8_t *address,
		    bool outside)
{
	if (outside)
		return memcmp(address, capture->outside.octets, ADDR_LEN) == 0;
	return capture_is_inside(capture, address);
}

static void read_side(struct capture_run *run, struct capture *capture,
		      const char *name, bool outside)
{
	struct capture_packet packet = { .number = 0 };
	struct capture_frame *frame;
	bool out;

	capture_open(capture, name);
	while (capture_next(capture, &packet)) {
		out = is_ours(capture, packet.ip + SOURCE_OFF, outside);
		if (out == is_ours(capture, packet.ip + DESTINATION_OFF,
				   outside))
			continue;
		frame = add(run);
		*frame = (struct capture_frame){ .packet = packet, .out = out };
		frame->left = out == outside;
		frame->bytes = need(malloc(packet.caplen));
		memcpy(frame->bytes, packet.ip, packet.caplen);
		frame->packet.ip = frame->bytes;
	}
}

/* Packets that came in sort before packets that left at the same time. */
static int by_time(const void *one, const void *another)
{
	const struct capture_frame *a = one, *b = another;

	if (a->packet.microseconds != b->packet.microseconds)
		return a->packet.microseconds < b->packet.microseconds ? -1 : 1;
	if (a->left != b->left)
		return a->left - b->left;
	return a->packet.number < b->packet.number ? -1 : 1;
}

/* Copies a packet without all that a gateway may change. */
static void make_bare(const struct capture_frame *frame, uint8_t *bare)
{
	struct capture_id ids[CAPTURE_IDS_MOST];
	uint32_t length = frame->packet.caplen;
	unsigned i, count;

	memcpy(bare, frame->bytes, length);
	count = capture_ids(bare, length, frame->out, ids);
	for (i = 0; i < count; i++) {
		memset(bare + ids[i].offset, 0, 2);
		if (ids[i].checksum != 0)
			memset(bare + ids[i].checksum, 0, 2);
	}
	bare[TTL_OFF] = 0;
	memset(bare + CHECKSUM_OFF, 0, 2);
	memset(bare + (frame->out ? SOURCE_OFF : DESTINATION_OFF), 0, ADDR_LEN);
}

static bool are_partners(const struct capture_frame *came,
			 const struct capture_frame *left)
{
	static uint8_t bare[2][CAPTURE_LONGEST];

	if (!left->left || left->out != came->out || left->partner != NULL ||
	    left->packet.caplen != came->packet.caplen ||
	    left->packet.len != came->packet.len)
		return false;
	make_bare(came, bare[0]);
	make_bare(left, bare[1]);
	return memcmp(bare[0], bare[1], came->packet.caplen) == 0;
}

static void find_partner(const struct capture_run *run,
			 struct capture_frame *came)
{
	const struct capture_frame *end = run->frame + run->count;
	uint64_t latest = came->packet.microseconds + LONGEST_STAY;
	struct capture_frame *left = came + 1;

	while (left < end && left->packet.microseconds <= latest &&
	       !are_partners(came, left))
		left++;
	if (left < end && left->packet.microseconds <= latest) {
		came->partner = left;
		left->partner = came;
	}
}

void capture_run_open(struct capture_run *run, struct capture *capture,
		      const char *inside, const char *outside)
{
	size_t i;

	*run = (struct capture_run){ .count = 0 };
	read_side(run, capture, inside, false);
	read_side(run, capture, outside, true);
	if (run->count > 0)
		qsort(run->frame, run->count, sizeof(*run->frame), by_time);
	for (i = 0; i < run->count; i++)
		if (!run->frame[i].left)
			find_partner(run, &run->frame[i]);
}

void capture_run_close(struct capture_run *run)
{
	size_t i;

	for (i = 0; i < run->count; i++)
		free(run->frame[i].bytes);
	free(run->frame);
}
