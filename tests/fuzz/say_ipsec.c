/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE, NAT-T, ESP and AH. */
#include "say.h"

static const uint8_t exchanges[] = { 34, 35, 36, 37, 2, 32, 5, 43 };

/* The header and one payload; RFC 7296 3.1. */
static void add_ike(struct bytes *b, const struct flow *f,
		    const struct step *s, bool inward)
{
	unsigned exchange = exchanges[s->message & 7];
	bool first = s->message & 0x10;
	bool v2 = exchange >= 34;
	uint8_t flags = s->message & 8 ? 0x20 : 0;

	if (v2 && !inward)
		flags |= 8;
	add32(b, f->initiator);
	add32(b, 0x55aa55aa);
	add32(b, first ? 0 : f->responder);
	add32(b, first ? 0 : 0x66bb66bb);
	add8(b, 33);
	add8(b, v2 ? 0x20 : 0x10);
	add8(b, exchange);
	add8(b, flags);
	add32(b, s->value & 7);
	add32(b, 28 + 4);
	add_pattern(b, 4);
}

static void begin(struct draft *d, const struct step *s, uint16_t port)
{
	struct flow *f = d->flow;
	struct bytes *b = &d->sent.bytes;

	/* From its other port, to a fixed one, or as it ought to be. */
	if (d->inward)
		begin_udp(b, f->remote,
			  s->message & 0x80 ? PORT_NAT_T : port, f->outside,
			  s->message & 0x40 ? port : f->outside_port);
	else
		begin_udp(b, f->inside, s->message & 0x40 ? port : f->port,
			  f->remote, port);
}

void say_ike(struct draft *d, const struct step *s)
{
	begin(d, s, PORT_IKE);
	add_ike(&d->sent.bytes, d->flow, s, d->inward);
	end_packet(&d->sent.bytes);
}

/* RFC 3948 2. */
void say_nat_t(struct draft *d, const struct step *s)
{
	struct bytes *b = &d->sent.bytes;

	begin(d, s, PORT_NAT_T);
	switch (s->value >> 3 & 3) {
	case 0:
		add8(b, 0xff); /* keepalive */
		break;
	case 1:
		add32(b, d->flow->id[0].peer | 0x1000);
		add32(b, s->value);
		add_pattern(b, 8);
		break;
	default:
		add32(b, 0);
		add_ike(b, d->flow, s, d->inward);
	}
	end_packet(b);
}

/* The SPI is the receiver's. Sequence numbers go on, or leap. */
void say_esp(struct draft *d, const struct step *s)
{
	struct flow *f = d->flow;
	struct ids *id = &f->id[s->value & 3];
	struct bytes *b = &d->sent.bytes;

	if (s->value & 0x80)
		id->sequence[d->inward] += 4096;
	id->sequence[d->inward]++;
	if (s->value & 0x40)
		id->sequence[d->inward] = 1;
	if (d->inward)
		begin_ip(b, f->remote, f->outside, ESP);
	else
		begin_ip(b, f->inside, f->remote, ESP);
	add32(b, d->inward ? id->own : id->peer);
	add32(b, id->sequence[d->inward]);
	add_pattern(b, 8 + (s->message & 7));
	end_packet(b);
}
