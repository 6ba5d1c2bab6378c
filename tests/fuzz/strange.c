/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets as they should not be, or not always are. */
#include "strange.h"

#include <string.h>

enum strangeness {
	AS_IT_IS,
	OTHER_BYTE,     /* with checksums that are right again */
	OTHER_AFTER,    /* with checksums that are wrong then */
	SNAPPED,        /* its end is not in memory */
	PARTIAL,        /* its checksum is partial */
	VERIFIED,
	OPTIONS,        /* in the IP header */
	FRAGMENT,
	PADDED,         /* there is more than the IP packet */
	OTHER_LENGTH,   /* in the IP header */
	NO_CHECKSUM,    /* UDP */
	SHORT,          /* it ends before it ends */
	OTHER_DIRECTION,
	FROM_OUTSIDE,   /* an outside address is the far end, or the near */
	OTHER_ZONE,
	OTHER_PORTS,
	STRANGE
};

static void insert_options(struct bytes *b, unsigned kind)
{
	static const uint8_t options[4][4] = { { 1, 1, 1, 0 },
					       { 7, 3, 4, 0 },
					       { 68, 4, 5, 0 },
					       { 148, 4, 0, 0 } };
	uint32_t header = header_length(b->data);

	if (header > 56 || b->length < header || b->length > PACKET_MAX - 4)
		return;
	memmove(b->data + header + 4, b->data + header, b->length - header);
	memcpy(b->data + header, options[kind & 3], 4);
	b->data[0]++;
	b->length += 4;
	put16(b->data + 2, b->length);
}

static void set_ports(struct bytes *b, uint8_t from, uint8_t to)
{
	if (b->length < 24)
		return;
	if (from & 0x80)
		put16(b->data + 20, some_port(from));
	if (to & 0x80)
		put16(b->data + 22, some_port(to));
}

static void change(struct draft *d, enum strangeness kind, uint8_t x,
		   uint8_t y, const struct settings *settings)
{
	struct bytes *b = &d->sent.bytes;
	uint8_t *ip = b->data;

	switch (kind) {
	case OTHER_BYTE:
	case OTHER_AFTER:
		if (x < b->length)
			ip[x] ^= y;
		break;
	case PARTIAL:
		d->sent.checksum = VPNALG_CHECKSUM_PARTIAL;
		break;
	case VERIFIED:
		d->sent.checksum = VPNALG_CHECKSUM_VERIFIED;
		break;
	case OPTIONS:
		insert_options(b, x);
		break;
	case FRAGMENT:
		put16(ip + 6, (x & 0x3fU) << 8 | y);
		break;
	case OTHER_LENGTH:
		put16(ip + 2, get16(ip + 2) + x - 128U);
		break;
	case OTHER_DIRECTION:
		d->sent.direction = x & 3;
		break;
	case FROM_OUTSIDE:
		put32(ip + (x & 1 ? 12 : 16),
		      outside_address(y % settings->address_count));
		break;
	case OTHER_ZONE:
		d->sent.zone = x;
		break;
	case OTHER_PORTS:
		set_ports(b, x, y);
		break;
	default:
		break;
	}
}

/* Changes that are made behind the checksums: they change no byte that a
 * checksum covers, or are meant to make it wrong. */
static void change_after(struct draft *d, enum strangeness kind, uint8_t x,
			 uint8_t y)
{
	struct bytes *b = &d->sent.bytes;

	switch (kind) {
	case OTHER_AFTER:
		change(d, kind, x, y, NULL);
		break;
	case SNAPPED:
		if (x < b->length)
			b->length = x;
		break;
	case SHORT:
		if (x < b->length)
			b->length = d->sent.len = x;
		break;
	case PADDED:
		add_pattern(b, x & 15U);
		d->sent.len = b->length;
		break;
	case NO_CHECKSUM:
		if (b->data[9] == UDP && b->length >= 28)
			put16(b->data + header_length(b->data) + 6, 0);
		break;
	default:
		break;
	}
}

void make_strange(struct draft *d, const struct step *s,
		  const struct settings *settings)
{
	enum strangeness first = s->strange & 15, second = s->strange >> 4;

	if (first != OTHER_AFTER)
		change(d, first, s->args[0], s->args[1], settings);
	if (second != OTHER_AFTER)
		change(d, second, s->args[1], s->args[2], settings);
	set_checksums(&d->sent.bytes,
		      d->sent.checksum == VPNALG_CHECKSUM_PARTIAL);
	d->sent.len = d->sent.bytes.length;
	change_after(d, first, s->args[0], s->args[1]);
	change_after(d, second, s->args[1], s->args[2]);
}
