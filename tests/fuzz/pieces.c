/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets in fragments. */
#include "pieces.h"

#include <string.h>

enum { LOST = 1, DOUBLED = 2, OVERLAPPING = 3 };

static uint32_t length_behind(const struct draft *d)
{
	return d->sent.bytes.length - header_length(d->sent.bytes.data);
}

/* What lies from one offset to another. */
static void cut_out(const struct draft *d, uint32_t from, uint32_t to,
		    struct draft *piece)
{
	uint32_t header = header_length(d->sent.bytes.data);
	struct bytes *b = &piece->sent.bytes;
	bool more = to < length_behind(d);

	*piece = *d;
	memcpy(b->data + header, d->sent.bytes.data + header + from, to - from);
	b->length = piece->sent.len = header + to - from;
	put16(b->data + 2, b->length);
	put16(b->data + 6, from / 8 | (more ? 0x2000 : 0));
	put16(b->data + 10, 0);
	put16(b->data + 10, ~sum(b->data, header, 0) & 0xffff);
	piece->streams = false;
	if (from > 0)
		piece->flow = NULL;
}

static void swap(struct draft *a, struct draft *b)
{
	static struct draft c;

	c = *a;
	*a = *b;
	*b = c;
}

static size_t disturb(const struct step *s, struct draft *pieces, size_t count)
{
	size_t which = s->args[2] % count;

	switch (s->strange >> 5 & 3) {
	case LOST:
		pieces[which] = pieces[count - 1];
		return count - 1;
	case DOUBLED:
		pieces[count] = pieces[which];
		return count + 1;
	default:
		return count;
	}
}

size_t pieces_make(const struct draft *d, const struct step *s,
		   struct draft pieces[DRAFTS_MAX])
{
	uint32_t length = length_behind(d), units = (length + 7) / 8;
	uint32_t count = 2 + s->strange % 4 % 3, from, to, i;
	static struct draft whole;

	if (d->sent.len != d->sent.bytes.length || units < count)
		return 0;
	whole = *d;
	put16(whole.sent.bytes.data + 4, 0x100U + (s->args[0] & 3));
	for (i = 0; i < count; i++) {
		from = units * i / count * 8;
		to = units * (i + 1) / count * 8;
		if ((s->strange >> 5 & 3) == OVERLAPPING && i == 1)
			from -= 8;
		cut_out(&whole, from, to < length ? to : length, &pieces[i]);
	}
	for (i = 0; i + 1 < count; i++)
		if (s->strange >> 2 & 1U << i)
			swap(&pieces[i], &pieces[i + 1 + (s->args[1] & 1) %
							 (count - i - 1)]);
	return disturb(s, pieces, count);
}
