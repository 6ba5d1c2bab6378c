/* SPDX-License-Identifier: BSD-2-Clause */
/* PPTP's control connection (RFC 2637) and its GRE, and TCP in general. */
#include "say.h"

#include <string.h>

#define TYPES 15

static void add_message(struct bytes *m, const struct draft *d,
			const struct step *s)
{
	/* Lengths of the control messages, RFC 2637 2.1 to 2.15. */
	static const uint8_t lengths[TYPES + 1] = { 0,	 156, 156, 16, 16, 16,
						    20,	 168, 32,  220, 24, 28,
						    16,	 148, 40,  24 };
	/* Whether the ID at 12 is the receiver's. */
	static const uint16_t to_peer = 1 << 11 | 1 << 14 | 1 << 15;
	unsigned type = 1U + s->message % TYPES;
	const struct ids *id = &d->flow->id[s->value & 3];
	uint32_t own = d->inward ? id->peer : id->own;
	uint32_t peer = d->inward ? id->outside : id->peer;
	uint32_t begin = m->length;

	add16(m, lengths[type]);
	add16(m, 1);
	add32(m, 0x1a2b3c4d);
	add16(m, type);
	add16(m, 0);
	if (lengths[type] > 12) {
		add16(m, (to_peer >> type & 1 ? peer : own) & 0xffff);
		add16(m, type == 8 || type == 10 ? peer & 0xffff : 0x8e8f);
	}
	if (lengths[type] > 16)
		add8(m, s->value & 0x80 ? 2 : 1); /* the result */
	add_pattern(m, begin + lengths[type] - m->length);
}

static bool opens(unsigned message)
{
	unsigned type = 1 + message % TYPES;

	return type >= 7 && type <= 10;
}

/* A segment with what the sender has for it. */
static void add_segment(struct draft *d, uint16_t to, uint32_t at,
			uint8_t flags, const uint8_t *data, uint32_t length)
{
	struct flow *f = d->flow;
	struct bytes *b = &d->sent.bytes;
	uint32_t numbers[2] = { at, f->stream[!d->inward].next };

	if (d->inward)
		begin_tcp(b, f->remote, to, f->outside, f->outside_port,
			  numbers, flags);
	else
		begin_tcp(b, f->inside, f->port, f->remote, to, numbers,
			  flags);
	if (length > 0) {
		memcpy(b->data + b->length, data, length);
		b->length += length;
	}
	end_packet(b);
	d->streams = true;
}

/* All of the message, its beginning, or, from somewhere in it on, the rest. */
static void add_part(struct draft *d, uint16_t to, const struct step *s,
		     bool begins)
{
	struct stream *stream = &d->flow->stream[d->inward];
	uint32_t from = 0, length = stream->message.length;

	if (!begins)
		from = stream->next - stream->start;
	if (from > length)
		from = 0;
	if (!begins && s->args[0] & 0x80 && from >= (s->args[0] & 0x7fU))
		from -= s->args[0] & 0x7fU;
	length -= from;
	if (s->value & 0x40 && length > s->args[1])
		length = s->args[1];
	add_segment(d, to, stream->start + from, PSH | ACK,
		    stream->message.data + from, length);
}

/* What carries no message: the beginning, the end, and so on. */
static bool add_bare(struct draft *d, uint16_t to, const struct step *s)
{
	static const uint8_t flags[] = { SYN, SYN | ACK, ACK, FIN | ACK, RST,
					 RST | ACK };
	struct stream *stream = &d->flow->stream[d->inward];
	unsigned n = s->message & 31;

	if (n < TYPES)
		return false;
	n -= TYPES;
	if (n < 6)
		add_segment(d, to, stream->next, flags[n], NULL, 0);
	else if (n < 10)
		add_part(d, to, s, n == 6);
	else
		add_segment(d, to, stream->next + s->args[0] - 128U,
			    (uint8_t)(s->args[1] & 31), s->args, n & 3);
	return true;
}

void say_pptp(struct draft *d, const struct step *s)
{
	struct flow *f = d->flow;
	struct stream *stream = &f->stream[d->inward];

	if (add_bare(d, PORT_PPTP, s))
		return;
	stream->start = stream->next;
	stream->message.length = 0;
	add_message(&stream->message, d, s);
	if (s->value & 0x20) { /* two at once */
		struct step other = *s;

		other.message = (uint8_t)(s->message >> 5) + 7;
		other.value++;
		add_message(&stream->message, d, &other);
	}
	add_part(d, PORT_PPTP, s, true);
	if (!d->inward && opens(s->message)) {
		d->learn = &f->id[s->value & 3].outside;
		d->learn_at = 40 + 12;
		d->learn_size = 2;
	}
}

void say_tcp(struct draft *d, const struct step *s)
{
	struct stream *stream = &d->flow->stream[d->inward];

	if (add_bare(d, d->flow->remote_port, s))
		return;
	stream->start = stream->next;
	stream->message.length = 0;
	add_pattern(&stream->message, s->value & 31);
	add_part(d, d->flow->remote_port, s, true);
}

/* Enhanced GRE, RFC 2637 4.1. */
void say_call(struct draft *d, const struct step *s)
{
	static const uint16_t words[] = { 0x3001, 0x3081, 0x2081, 0x2001,
					  0x3001, 0x3001, 0x3001, 0xb001 };
	struct flow *f = d->flow;
	const struct ids *id = &f->id[s->value & 3];
	struct bytes *b = &d->sent.bytes;
	uint16_t word = words[s->message % 8];

	if (d->inward)
		begin_ip(b, f->remote, f->outside, GRE);
	else
		begin_ip(b, f->inside, f->remote, GRE);
	add16(b, word);
	add16(b, s->message & 0x80 ? 0x6400 : 0x880b);
	add16(b, 4);
	add16(b, (d->inward ? id->outside : id->peer) & 0xffff);
	if (word & 0x1000)
		add32(b, s->args[0]);
	if (word & 0x80)
		add32(b, s->args[1]);
	add_pattern(b, 4);
	end_packet(b);
}
