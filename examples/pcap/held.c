/* SPDX-License-Identifier: BSD-2-Clause */
#include "held.h"

#include <stdlib.h>
#include <string.h>

/* The time for which a translator holds a fragment, in milliseconds: the
 * default of vpnalg_fragments.held_time, which nat.c keeps. */
#define LONGEST 15000

struct held_frame *held_room(struct held_frames *frames)
{
	if (!frames->next)
		frames->next = calloc(1, sizeof(*frames->next));
	return frames->next;
}

bool held_keep(struct held_frames *frames)
{
	struct held_frame *held = frames->next;
	uint8_t *data = malloc(held->frame.caplen + 1U);

	if (!data)
		return false;
	memcpy(data, held->frame.data, held->frame.caplen);
	held->frame.data = data;
	held->captured = data;
	held->was_held = true;
	held->other = NULL; /* it is forgotten soon */
	held->before = frames->last;
	held->after = NULL;
	if (held->before)
		held->before->after = held;
	else
		frames->first = held;
	frames->last = held;
	frames->next = NULL;
	return true;
}

void held_take(struct held_frames *frames, struct held_frame *held)
{
	if (held->before)
		held->before->after = held->after;
	else
		frames->first = held->after;
	if (held->after)
		held->after->before = held->before;
	else
		frames->last = held->before;
}

struct held_frame *held_old(const struct held_frames *frames, vpnalg_time now)
{
	struct held_frame *oldest = frames->first;

	return oldest && now - oldest->since > LONGEST ? oldest : NULL;
}

void held_free(struct held_frame *held)
{
	free(held->frame.data);
	free(held);
}

uint32_t held_written(const struct held_frame *at, bool cut,
		      struct pcap_pkthdr *header)
{
	*header = at->header;
	header->ts = at->left;
	if (cut) {
		header->len = at->frame.len;
		header->caplen = at->frame.caplen;
	}
	if (!at->bare)
		return 0;
	link_take_out(&at->frame, header);
	return at->frame.ip;
}

void held_close(struct held_frames *frames)
{
	struct held_frame *held;

	while ((held = frames->first) != NULL) {
		held_take(frames, held);
		held_free(held);
	}
	free(frames->next);
}
