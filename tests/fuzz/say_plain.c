/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE version 0, UDP, ICMP queries and whatever else there is. */
#include "say.h"

static void begin(struct draft *d, uint8_t protocol)
{
	struct flow *f = d->flow;

	if (d->inward)
		begin_ip(&d->sent.bytes, f->remote, f->outside, protocol);
	else
		begin_ip(&d->sent.bytes, f->inside, f->remote, protocol);
}

/* With a checksum, a key or a sequence number (RFC 2784, RFC 2890). */
void say_gre(struct draft *d, const struct step *s)
{
	struct bytes *b = &d->sent.bytes;
	unsigned has = s->message & 7;

	begin(d, GRE);
	add16(b, (has & 1) << 15 | (has & 2) << 12 | (has & 4) << 10);
	add16(b, 0x0800);
	if (has & 1)
		add32(b, 0x12340000);
	if (has & 2)
		add32(b, d->flow->id[s->value & 3].own);
	if (has & 4)
		add32(b, s->value);
	add_pattern(b, 4);
	end_packet(b);
}

void say_udp(struct draft *d, const struct step *s)
{
	struct flow *f = d->flow;
	struct bytes *b = &d->sent.bytes;
	uint16_t far = s->message & 0x80 ? some_port(s->message & 15)
					 : f->remote_port;

	if (d->inward)
		begin_udp(b, f->remote, far, f->outside, f->outside_port);
	else
		begin_udp(b, f->inside, f->port, f->remote, far);
	add_pattern(b, s->value & 63);
	end_packet(b);
}

void say_icmp(struct draft *d, const struct step *s)
{
	static const uint8_t queries[] = { 8, 0, 13, 14, 17, 18, 8, 8 };
	struct ids *id = &d->flow->id[s->value & 3];
	struct bytes *b = &d->sent.bytes;
	unsigned type = queries[s->message & 7];

	if (d->inward && s->message & 8)
		type = 0;
	begin(d, ICMP);
	add8(b, type);
	add8(b, 0);
	add16(b, 0);
	add16(b, (d->inward ? id->outside : id->own) & 0xffff);
	add16(b, s->value);
	add_pattern(b, 8);
	end_packet(b);
	if (!d->inward) {
		d->learn = &id->outside;
		d->learn_at = 24;
		d->learn_size = 2;
	}
}

/* SCTP, DCCP or UDP-Lite, which keep their ports, with a type or coverage of
 * the step's. */
static void add_transport(struct draft *d, const struct step *s,
			  uint8_t protocol)
{
	struct flow *f = d->flow;
	struct bytes *b = &d->sent.bytes;

	add16(b, d->inward ? f->remote_port : f->port);
	add16(b, d->inward ? f->port : f->remote_port);
	if (protocol == SCTP)
		add32(b, f->initiator);
	else
		add16(b, protocol == UDPLITE ? s->value & 31 : 0x0300);
	if (protocol == SCTP)
		add32(b, 0x12345678);
	else
		add16(b, 0);
	add8(b, protocol == DCCP ? s->value * 2U : s->value & 15U);
}

/* AH, or any protocol with the step's own bytes. */
void say_other(struct draft *d, const struct step *s)
{
	static const uint8_t protocols[] = { AH, ESP, GRE, L2TP_IP, UDP, TCP,
					     ICMP, 41, SCTP, 2, DCCP, UDPLITE,
					     4, 97, SCTP, UDPLITE };
	struct bytes *b = &d->sent.bytes;
	uint8_t protocol = s->message & 0x80 ? s->value
					     : protocols[s->message & 15];
	unsigned i;

	begin(d, protocol);
	if (protocol == SCTP || protocol == DCCP || protocol == UDPLITE)
		add_transport(d, s, protocol);
	else if (protocol == GRE && s->message & 0x10)
		add32(b, 0x20016400); /* EoIP */
	for (i = 0; i < 3; i++)
		add8(b, s->args[i]);
	add8(b, s->value);
	add_pattern(b, s->message >> 4 & 7);
	put16(b->data + 2, b->length);
	set_checksums(b, false);
}
