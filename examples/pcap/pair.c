/* SPDX-License-Identifier: BSD-2-Clause */
#include "pair.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../common/say.h"
#include "form.h"

/* The time by which the captures are read ahead, and for which packets are
 * remembered, in milliseconds: longer than a router holds any packet. */
#define AHEAD 1000

void pair_begin(struct pair *pair, struct input *inside, struct input *outside,
		const struct sides *sides)
{
	*pair = (struct pair){ .sides = sides };
	pair->places[PLACE_INSIDE].input = inside;
	pair->places[PLACE_OUTSIDE].input = outside;
}

/* The packets that came to the router there, and those that it has sent. */
static const enum task comes[] = { [PLACE_INSIDE] = TASK_OUT,
				   [PLACE_OUTSIDE] = TASK_IN };
static const enum task leaves[] = { [PLACE_INSIDE] = TASK_IN_UNDO,
				    [PLACE_OUTSIDE] = TASK_OURS };

static struct seen **chain_of(struct watched *watched, enum place place,
			      const struct frame *frame)
{
	return &watched->chains[form_hash(frame, place == PLACE_INSIDE) %
				CHAINS];
}

static struct seen *make(struct watched *watched,
			 const struct pcap_pkthdr *header, const uint8_t *data)
{
	struct seen *seen = calloc(1, sizeof(*seen) + header->caplen);

	if (!seen)
		return NULL;
	seen->header = *header;
	seen->interface = watched->input->interface;
	seen->frame = (struct frame){
		.data = (uint8_t *)(seen + 1),
		.caplen = header->caplen,
		.len = header->len < header->caplen ? header->caplen
						    : header->len,
	};
	memcpy(seen->frame.data, data, header->caplen);
	seen->time = input_time(watched->input, header);
	return seen;
}

/* Returns whether a packet is one that came or was sent; sets its task. */
static bool is_wanted(const struct pair *pair, enum place place,
		      struct seen *seen)
{
	const struct input *input = pair->places[place].input;
	struct frame *frame = &seen->frame;

	if (!link_find(pcap_datalink(input->pcap), frame) ||
	    frame->caplen - frame->ip < IPV4_HEADER)
		return false;
	seen->task = side_task(pair->sides, frame->data + frame->ip);
	return seen->task == comes[place] || seen->task == leaves[place];
}

static void append(struct pair *pair, enum place place, struct seen *seen)
{
	struct watched *watched = &pair->places[place];
	struct seen **chain;

	if (watched->last)
		watched->last->next = seen;
	else
		watched->oldest = seen;
	watched->last = seen;
	if (!watched->turn)
		watched->turn = seen;
	if (seen->task != leaves[place])
		return;
	chain = chain_of(watched, place, &seen->frame);
	seen->chain = *chain;
	*chain = seen;
}

/* Reads one packet more. */
static void read_one(struct pair *pair, enum place place)
{
	struct watched *watched = &pair->places[place];
	struct pcap_pkthdr *header;
	const uint8_t *data;
	struct seen *seen;

	watched->state = input_next(watched->input, &header, &data);
	if (watched->state != NEXT_PACKET)
		return;
	seen = make(watched, header, data);
	if (!seen) {
		say("cannot read input: %s: packet %" PRIu64 ": %s",
		    watched->input->name, watched->input->count,
		    strerror(ENOMEM));
		watched->state = NEXT_BROKEN;
		return;
	}
	if (seen->time > watched->read)
		watched->read = seen->time;
	if (is_wanted(pair, place, seen))
		append(pair, place, seen);
	else
		free(seen);
}

static void read_to(struct pair *pair, enum place place, vpnalg_time time)
{
	const struct watched *watched = &pair->places[place];

	while (watched->state == NEXT_PACKET &&
	       (!watched->turn || watched->read < time))
		read_one(pair, place);
}

static void unchain(struct watched *watched, enum place place,
		    const struct seen *seen)
{
	struct seen **link = chain_of(watched, place, &seen->frame);

	while (*link && *link != seen)
		link = &(*link)->chain;
	if (*link)
		*link = seen->chain;
}

/* Forgets packets before a time that were handled. */
static void forget(struct pair *pair, enum place place, vpnalg_time before)
{
	struct watched *watched = &pair->places[place];
	struct seen *seen;

	while ((seen = watched->oldest) != NULL && seen != watched->turn &&
	       seen->time < before) {
		if (seen->task == leaves[place]) {
			pair->alone += !seen->met;
			unchain(watched, place, seen);
		}
		watched->oldest = seen->next;
		if (!watched->oldest)
			watched->last = NULL;
		free(seen);
	}
}

/* Within a millisecond, too; the two captures' units may differ. */
static bool is_earlier(const struct pair *pair, const struct seen *out,
		       const struct seen *in)
{
	const struct watched *places = pair->places;
	long unit_out = places[PLACE_OUTSIDE].input->nano ? 1 : 1000;
	long unit_in = places[PLACE_INSIDE].input->nano ? 1 : 1000;

	if (out->header.ts.tv_sec != in->header.ts.tv_sec)
		return out->header.ts.tv_sec < in->header.ts.tv_sec;
	return out->header.ts.tv_usec * unit_out <
	       in->header.ts.tv_usec * unit_in;
}

/* Returns where the earliest packet is, or PLACES. */
static enum place earliest(struct pair *pair)
{
	const struct seen *in, *out;

	read_to(pair, PLACE_INSIDE, 0);
	read_to(pair, PLACE_OUTSIDE, 0);
	in = pair->places[PLACE_INSIDE].turn;
	out = pair->places[PLACE_OUTSIDE].turn;
	if (!in)
		return out ? PLACE_OUTSIDE : PLACES;
	return out && is_earlier(pair, out, in) ? PLACE_OUTSIDE : PLACE_INSIDE;
}

static enum next how_it_ended(const struct pair *pair)
{
	for (unsigned i = 0; i < PLACES; i++)
		if (pair->places[i].state == NEXT_BROKEN)
			return NEXT_BROKEN;
	return NEXT_END;
}

enum next pair_next(struct pair *pair, const struct seen **packet,
		    enum place *place)
{
	struct seen *seen;

	while ((*place = earliest(pair)) != PLACES) {
		seen = pair->places[*place].turn;
		pair->places[*place].turn = seen->next;
		read_to(pair, !*place, seen->time + AHEAD);
		for (unsigned i = 0; i < PLACES && seen->time > AHEAD; i++)
			forget(pair, i, seen->time - AHEAD);
		*packet = seen;
		if (seen->task == comes[*place])
			return NEXT_PACKET;
	}
	return how_it_ended(pair);
}

/* Returns the oldest of several, with the same Identification if there is one:
 * a router may change it. Chains have the youngest first. */
const struct seen *pair_other_form(struct pair *pair, enum place place,
				   const struct frame *frame)
{
	struct watched *other = &pair->places[!place];
	struct seen *seen = *chain_of(other, !place, frame);
	struct seen *best = NULL;
	bool best_is_same = false, is_same;

	for (; seen; seen = seen->chain) {
		if (seen->met ||
		    !form_may_be(frame, &seen->frame, place == PLACE_OUTSIDE))
			continue;
		is_same = form_same_identification(frame, &seen->frame);
		if (is_same || !best_is_same)
			best = seen;
		best_is_same |= is_same;
	}
	if (best)
		best->met = true;
	return best;
}

void pair_end(struct pair *pair)
{
	for (unsigned i = 0; i < PLACES; i++) {
		pair->places[i].turn = NULL;
		forget(pair, i, VPNALG_NEVER);
	}
}
