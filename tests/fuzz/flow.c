/* SPDX-License-Identifier: BSD-2-Clause */
/* What both ends of a conversation know. Addresses, ports and IDs are of small
 * sets, so that those of several hosts collide. */
#include "flow.h"

#include <string.h>

uint32_t inside_address(unsigned n)
{
	static const uint32_t hosts[] = { 0xc0a84d0b, 0xc0a84d0c, 0xc0a84d0d,
					  0x0a000005 };

	return hosts[n % 4];
}

/* Three that are as they should be, and some that are not. */
uint32_t remote_address(unsigned n)
{
	static const uint32_t remotes[] = {
		0xc6336401, 0xc6336402, 0xc0000201, /* documentation's */
		0xc6336401, 0xc6336401, 0xc6336402, 0xc6336401,
		0xcb007101, 0x00000000, 0xffffffff, 0xe0000005, 0xc0a84d0c,
		0x7f000001
	};

	return remotes[n % 13];
}

uint16_t some_port(unsigned n)
{
	static const uint16_t ports[] = { 40000, 40001, PORT_IKE, PORT_NAT_T,
					  PORT_L2TP, PORT_PPTP, 1024, 1025,
					  1030, 65535, 1, 53, 80, 123, 0,
					  2000 };

	return ports[n % 16];
}

static uint32_t some_id(unsigned n)
{
	static const uint32_t ids[] = { 0x101, 0x102, 0x201, 1, 0, 0xffff,
					0x12340001, 0x12340002 };

	return ids[n % 8];
}

void flow_begin(struct flow *f, unsigned n)
{
	unsigned i;

	memset(f, 0, sizeof(*f));
	f->inside = inside_address(n);
	f->remote = remote_address(n / 4);
	f->outside = outside_address(0);
	f->port = some_port(n & 1);
	f->outside_port = f->port;
	for (i = 0; i < IDS; i++) {
		f->id[i].own = some_id(n + i) + 0x10 * i;
		f->id[i].outside = f->id[i].own;
		f->id[i].peer = 0x4001 + 0x10 * n + i;
	}
	f->initiator = 0xa0000001 + (n & 3);
	f->responder = 0xb0000001 + n;
	f->stream[0].next = f->stream[0].start = 1000;
	f->stream[1].next = f->stream[1].start = 5000;
}

/* Another host, remote, port or ID. */
void flow_set(struct flow *f, const struct step *s)
{
	struct ids *id = &f->id[s->value & 3];

	switch (s->message % 10) {
	case 0:
		f->inside = inside_address(s->args[0]);
		break;
	case 1:
		f->remote = remote_address(s->args[0]);
		break;
	case 2:
		f->zone = s->args[0] & 1;
		f->uplink = s->args[0] >> 1 & 3;
		break;
	case 3:
		f->port = some_port(s->args[0]);
		break;
	case 4:
		f->remote_port = some_port(s->args[0]);
		break;
	case 5:
		id->own = id->outside = some_id(s->args[0]);
		break;
	case 6:
		id->peer = s->args[0] & 8 ? 0x4001U + s->args[0] % 8
					  : some_id(s->args[0]);
		break;
	case 7:
		f->initiator = 0xa0000000U + s->args[0] % 4;
		f->responder = s->args[1] % 4 ? 0xb0000000U + s->args[1] % 4
					      : 0;
		break;
	case 8:
		f->stream[s->value & 1].next = s->args[0] & 1
						       ? 0xfffffff0U
						       : 1000U * s->args[1];
		break;
	default:
		flow_begin(f, s->args[0] % 8U);
	}
}

/* Of what came out. */
static void learn(struct draft *d)
{
	const struct sent *s = &d->sent;
	const uint8_t *ip = s->bytes.data;
	uint32_t l4;

	if (d->flow == NULL || s->result != VPNALG_TRANSLATED ||
	    s->direction != VPNALG_OUT)
		return;
	l4 = header_length(ip);
	d->flow->outside = get32(ip + 12);
	if ((ip[9] == TCP || ip[9] == UDP) && s->bytes.length >= l4 + 4)
		d->flow->outside_port = get16(ip + l4);
	if (d->learn == NULL || d->learn_at + d->learn_size > s->bytes.length)
		return;
	*d->learn = d->learn_size == 2 ? get16(ip + d->learn_at)
				       : get32(ip + d->learn_at);
}

static void advance(struct draft *d, uint32_t sequence, uint32_t before)
{
	struct stream *stream = &d->flow->stream[d->inward];
	uint32_t length = d->sent.len < before ? d->sent.len : before;
	uint8_t flags = d->sent.bytes.data[33];
	uint32_t end = sequence + length - 40 + ((flags & (SYN | FIN)) != 0);

	if ((int32_t)(end - stream->next) > 0)
		stream->next = end;
}

void draft_make(struct draft *d, const struct step *s, speaker *speaks)
{
	speaks(d, s);
	d->sent.direction = d->inward ? VPNALG_IN : VPNALG_OUT;
	d->sent.zone = d->inward ? 0 : d->flow->zone;
	d->sent.uplink = d->flow->uplink;
	d->sent.len = d->sent.bytes.length;
}

void drafts_send(struct worlds *w, struct draft *drafts, size_t count)
{
	struct sent sent[DRAFTS_MAX];
	size_t i;

	for (i = 0; i < count; i++)
		sent[i] = drafts[i].sent;
	worlds_send(w, sent, count);
	for (i = 0; i < count; i++) {
		struct draft *d = &drafts[i];
		uint32_t length = d->sent.len;
		uint32_t sequence = get32(d->sent.bytes.data + 24);

		d->sent = sent[i];
		learn(d);
		if (d->streams && d->sent.result == VPNALG_TRANSLATED &&
		    length >= 40 && d->sent.bytes.length >= 40)
			advance(d, sequence, length);
	}
}
