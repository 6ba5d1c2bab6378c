/* SPDX-License-Identifier: BSD-2-Clause */
#include "decide.h"

#include <string.h>

#include "length.h"

#define IPV4_LENGTH_OFF 2

struct verdict decide_copy(enum copied copied)
{
	return (struct verdict){ .fate = FATE_COPIED, .copied = copied };
}

static uint32_t length_of(const struct frame *frame)
{
	const uint8_t *length = frame->data + frame->ip + IPV4_LENGTH_OFF;

	return (uint32_t)length[0] << 8 | length[1];
}

/* Shortens the frame around an IPv4 packet that has become shorter. */
static void cut(struct frame *frame)
{
	link_cut(frame, length_of(frame));
}

/* The reason why a packet is copied that the translator has left alone. */
static const enum copied untouched[] = {
	[TASK_OUT] = COPIED_SHOWS_INSIDE,
	[TASK_IN] = COPIED_UNTOUCHED,
	[TASK_IN_UNDO] = COPIED_SHOWS_INSIDE,
	[TASK_OURS] = COPIED_OURS,
};

struct verdict decide_drop(enum task task, enum vpnalg_result why)
{
	return (struct verdict){ .fate = FATE_DROPPED, .task = task,
				 .why = why };
}

static struct verdict judge(struct frame *frame, enum task task,
			    const struct vpnalg_packet *packet, bool is_cut)
{
	if (packet->result == VPNALG_HELD)
		return (struct verdict){ .fate = FATE_HELD, .task = task };
	if (packet->result == VPNALG_UNTOUCHED)
		return decide_copy(untouched[task]);
	if (packet->result != VPNALG_TRANSLATED)
		return decide_drop(task, packet->result);
	if (is_cut)
		cut(frame);
	return (struct verdict){ .fate = FATE_TRANSLATED,
				 .task = task,
				 .cut = is_cut };
}

/* Judges a packet that was translated, in its frame. One that goes to an inside
 * host by an outside address is given in again before. */
static struct verdict turn_or_judge(struct translator *translator,
				    struct held_frame *at,
				    struct vpnalg_packet *packet, bool is_cut)
{
	if (packet->result == VPNALG_TRANSLATED &&
	    packet->direction == VPNALG_OUT &&
	    packet->flags & VPNALG_PACKET_HAIRPIN) {
		at->turned = true;
		translator_run(translator, packet, TASK_IN, translator->now);
		is_cut = is_cut || packet->flags & VPNALG_PACKET_CUT;
	}
	return judge(&at->frame, at->task, packet, is_cut);
}

static struct verdict translate_whole(struct translator *translator,
				      struct held_frame *at, vpnalg_time now)
{
	struct frame *frame = &at->frame;
	struct vpnalg_packet packet = {
		.data = frame->data + frame->ip,
		.caplen = frame->caplen - frame->ip,
		.len = frame->len - frame->ip,
		.user = at,
	};

	translator_run(translator, &packet, at->task, now);
	at->since = translator->now;
	return turn_or_judge(translator, at, &packet,
			     packet.flags & VPNALG_PACKET_CUT);
}

/* The translator leaves alone a header that makes no sense. If it has an
 * inside address, the packet must not be copied. */
static struct verdict translate(struct translator *translator,
				struct held_frame *at, vpnalg_time now)
{
	struct verdict verdict;

	at->filled_in = length_fill_in(&at->frame);
	if (!length_makes_sense(&at->frame) &&
	    untouched[at->task] == COPIED_SHOWS_INSIDE)
		verdict = decide_drop(at->task, VPNALG_DROP_MALFORMED);
	else
		verdict = translate_whole(translator, at, now);
	if (at->filled_in && !verdict.cut)
		length_take_out(&at->frame);
	return verdict;
}

struct verdict decide_packet(struct translator *translator,
			     const struct sides *sides, struct held_frame *at,
			     vpnalg_time now)
{
	at->task = side_task(sides, at->frame.data + at->frame.ip);
	switch (at->task) {
	case TASK_COPY_WITHIN:
		return decide_copy(COPIED_WITHIN);
	case TASK_COPY_OTHERS:
		return decide_copy(COPIED_OTHERS);
	default:
		return translate(translator, at, now);
	}
}

struct verdict decide_held(struct translator *translator,
			   struct held_frame *held,
			   const struct vpnalg_packet *packet)
{
	struct frame *frame = &held->frame;
	struct vpnalg_packet whole = *packet;
	struct verdict verdict;
	bool is_cut;

	if (held->filled_in)
		length_fill_in(frame);
	is_cut = packet->len < length_of(frame);
	memcpy(frame->data + frame->ip, packet->data, packet->len);
	whole.data = frame->data + frame->ip;
	verdict = turn_or_judge(translator, held, &whole, is_cut);
	if (held->filled_in && !is_cut)
		length_take_out(frame);
	return verdict;
}
