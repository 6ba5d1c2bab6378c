/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP version 2 (RFC 2661) and 3 (RFC 3931), over UDP and over IP. */
#include "say.h"

/* A message of a session has the tunnel's IDs in its header and the session's
 * in its AVPs. */
static const uint8_t types[] = { 1, 2, 3, 4, 6, 0, 10, 11,
				 12, 7, 8, 9, 14, 15, 16, 20 };

enum { HIDDEN = 0x10, DIGEST = 0x20, FIXED_PORT = 0x40, MISSING = 0x80 };

static bool is_of_tunnel(unsigned type)
{
	return type == 1 || type == 2 || type == 4;
}

static bool is_of_session(unsigned type)
{
	return type == 7 || type == 8 || (type >= 10 && type <= 14);
}

static void add_avp(struct bytes *b, unsigned type, unsigned size,
		    uint32_t value)
{
	add16(b, 0x8000 | (6 + size));
	add16(b, 0);
	add16(b, type);
	if (size == 2)
		add16(b, value & 0xffff);
	else
		add32(b, value);
}

static void add_hidden(struct bytes *b, unsigned type)
{
	add_avp(b, 36, 4, 0x01020304); /* Random Vector */
	add16(b, 0xc000 | 10);
	add16(b, 0);
	add16(b, type);
	add32(b, 0x5aa53cc3);
}

/* The ports, where there are any: from another one, or to a fixed one. */
static void begin(struct draft *d, const struct step *s, bool udp)
{
	struct flow *f = d->flow;
	struct bytes *b = &d->sent.bytes;
	uint16_t far = f->remote_port ? f->remote_port : PORT_L2TP;

	if (!udp && d->inward)
		begin_ip(b, f->remote, f->outside, L2TP_IP);
	else if (!udp)
		begin_ip(b, f->inside, f->remote, L2TP_IP);
	else if (d->inward)
		begin_udp(b, f->remote, far, f->outside,
			  s->message & FIXED_PORT ? PORT_L2TP
						  : f->outside_port);
	else
		begin_udp(b, f->inside, f->port, f->remote,
			  s->message & FIXED_PORT ? PORT_L2TP : far);
}

/* The ID that the sender names as its own, and where it stands. */
static void add_own(struct draft *d, const struct step *s, unsigned version,
		    struct ids *id, unsigned avp)
{
	struct bytes *b = &d->sent.bytes;
	unsigned size = version == 2 ? 2 : 4;

	if (s->message & HIDDEN) {
		add_hidden(b, avp);
		return;
	}
	if (!d->inward) {
		d->learn = &id->outside;
		d->learn_at = b->length + 6;
		d->learn_size = (uint8_t)size;
	}
	add_avp(b, avp, size, d->inward ? id->peer : id->own);
}

static void add_avps(struct draft *d, const struct step *s, unsigned version,
		     unsigned type)
{
	struct bytes *b = &d->sent.bytes;
	struct flow *f = d->flow;
	struct ids *session = &f->id[1 + (s->value & 1)];

	if (type == 0)
		return;
	add_avp(b, 0, 2, type);
	if (s->message & DIGEST)
		add_avp(b, 59, 4, 0x0a0b0c0d);
	if (s->message & MISSING)
		return;
	if (is_of_tunnel(type))
		add_own(d, s, version, &f->id[0], version == 2 ? 9 : 61);
	else if (is_of_session(type))
		add_own(d, s, version, session, version == 2 ? 14 : 63);
	if (is_of_session(type) && version == 3)
		add_avp(b, 64, 4,
			d->inward ? session->outside
			: type == 10 || type == 7 ? 0 : session->peer);
}

/* The receiver's ID in the header: 0 in an SCCRQ, as it ought to be. */
static uint32_t receiver(const struct draft *d, const struct step *s,
			 unsigned type)
{
	const struct ids *id = &d->flow->id[0];

	switch (s->value >> 6) {
	case 1:
		return 0;
	case 2:
		return id->own;
	case 3:
		return s->args[0];
	default:
		return type == 1 ? 0 : d->inward ? id->outside : id->peer;
	}
}

static void add_control(struct draft *d, const struct step *s,
			unsigned version)
{
	struct bytes *b = &d->sent.bytes;
	unsigned type = types[s->message & 15];
	uint32_t begin = b->length, to = receiver(d, s, type);
	uint16_t *ns = &d->flow->ns[d->inward];

	if (type == 1 || type == 2)
		*ns = 0;
	add16(b, 0xc800 | version);
	add16(b, 0);
	if (version == 2) {
		add16(b, to & 0xffff);
		add16(b, is_of_session(type)
				 ? d->flow->id[1 + (s->value & 1)].peer & 0xffff
				 : 0);
	} else {
		add32(b, to);
	}
	add16(b, *ns);
	add16(b, d->flow->ns[!d->inward]);
	*ns = (uint16_t)(*ns + (type != 0));
	add_avps(d, s, version, type);
	put16(b->data + begin + 2, b->length - begin);
}

void say_l2tp2(struct draft *d, const struct step *s)
{
	begin(d, s, true);
	add_control(d, s, 2);
	end_packet(&d->sent.bytes);
}

void say_l2tp3(struct draft *d, const struct step *s)
{
	begin(d, s, true);
	add_control(d, s, 3);
	end_packet(&d->sent.bytes);
}

void say_l2tp3_ip(struct draft *d, const struct step *s)
{
	begin(d, s, false);
	add32(&d->sent.bytes, 0);
	add_control(d, s, 3);
	end_packet(&d->sent.bytes);
}

/* RFC 2661 3.1, with the fields that the step asks for. */
void say_l2tp2_data(struct draft *d, const struct step *s)
{
	struct bytes *b = &d->sent.bytes;
	unsigned has = s->value & 0x18 ? 0 : s->message & 15;

	begin(d, s, true);
	add16(b, 2 | (has & 1) << 14 | (has & 2) << 10 | (has & 4) << 7 |
			 (has & 8) << 5);
	if (has & 1)
		add16(b, 8U + (has & 2) * 2 + (has & 4) / 2 + 4);
	add16(b, receiver(d, s, 0) & 0xffff);
	add16(b, 5);
	if (has & 2)
		add32(b, 0x00010002);
	if (has & 4)
		add16(b, 0);
	add32(b, 0xff030021);
	end_packet(b);
}

static void add_session_data(struct draft *d, const struct step *s)
{
	const struct ids *id = &d->flow->id[1 + (s->value & 1)];
	struct bytes *b = &d->sent.bytes;

	add32(b, s->value & 0x20 ? id->own
				 : d->inward ? id->outside : id->peer);
	add32(b, 0xc00c1e00);
	add_pattern(b, 4);
	end_packet(b);
}

void say_l2tp3_data(struct draft *d, const struct step *s)
{
	begin(d, s, true);
	add32(&d->sent.bytes, 0x00030000);
	add_session_data(d, s);
}

void say_l2tp3_ip_data(struct draft *d, const struct step *s)
{
	begin(d, s, false);
	add_session_data(d, s);
}
