/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_l2tp.h"

#include <vpnalg/l2tp.h>

#include <string.h>

/* The place of the third AVP's value in an SCCRQ, SCCRP or StopCCN, and in a
 * session's message: behind the Message Type and one more. */
#define THIRD_AVP_VALUE 34

struct bytes l2tp_control(unsigned version, uint32_t id, uint16_t ns,
			  unsigned type)
{
	struct bytes m = { .length = 12 };

	put16(m.data, 0xc800 | version);
	if (version == 2)
		put16(m.data + 4, id);
	else
		put32(m.data + 4, id);
	put16(m.data + 8, ns);
	put16(m.data + 2, m.length);
	if (type != 0)
		l2tp_avp(&m, 0, 2, type);
	return m;
}

void l2tp_bytes(struct bytes *m, const void *data, uint32_t length)
{
	memcpy(m->data + m->length, data, length);
	m->length += length;
}

static void end_avp(struct bytes *m, uint8_t *head, const void *value,
		    uint32_t length)
{
	l2tp_bytes(m, head, 6);
	l2tp_bytes(m, value, length);
	put16(m->data + 2, m->length);
}

void l2tp_avp(struct bytes *m, unsigned type, unsigned size, uint32_t value)
{
	uint8_t head[6] = { 0 }, bytes[4];

	put16(head, 0x8000 | (6 + size));
	put16(head + 4, type);
	put32(bytes, value);
	end_avp(m, head, bytes + 4 - size, size);
}

void l2tp_hidden_avp(struct bytes *m, unsigned type)
{
	uint8_t head[6] = { 0xc0, 10 };

	head[5] = (uint8_t)type;
	end_avp(m, head, "\x5a\xa5\x3c\xc3", 4);
}

struct bytes l2tp_packet(uint32_t from, uint16_t from_port, uint32_t to,
			 uint16_t to_port, const struct bytes *m)
{
	static const struct bytes zeros = { .length = 4 };
	bool control = get16(m->data) == 0xc803;
	struct bytes whole;

	if (from_port != 0)
		return udp_packet(from, from_port, to, to_port, m->data,
				  m->length);
	/* No Session ID of the tests begins like that. */
	if (!control)
		return ip_packet(from, to, L2TP_IP, m->data, m->length);
	whole = join(&zeros, m);
	return ip_packet(from, to, L2TP_IP, whole.data, whole.length);
}

struct bytes l2tp_data2(uint16_t tunnel, uint16_t session, uint32_t mark)
{
	struct bytes m = { .length = 12 };

	put16(m.data, 2);
	put16(m.data + 2, tunnel);
	put16(m.data + 4, session);
	put16(m.data + 6, 0xff03);
	put32(m.data + 8, mark);
	return m;
}

struct bytes l2tp_data3(bool udp, uint32_t session, uint32_t cookie,
			uint32_t mark)
{
	struct bytes m = { .length = 0 };
	uint8_t *at = m.data;

	if (udp) {
		put16(at, 3);
		at += 4;
	}
	put32(at, session);
	put32(at + 4, cookie);
	put32(at + 8, mark);
	m.length = (uint32_t)(at + 12 - m.data);
	return m;
}

const uint8_t *l2tp(const struct world *w)
{
	const uint8_t *at = l4(w);

	if (w->bytes[9] == UDP)
		return at + 8;
	return get32(at) == 0 ? at + 4 : at;
}

unsigned tunnel_says(struct world *w, const struct tunnel *t,
		     const struct bytes *m)
{
	uint16_t to = t->port == 0 ? 0 : t->answer_port ? t->answer_port : L2TP;
	struct bytes p = l2tp_packet(t->client, t->port, t->server, to, m);

	return send_packet(w, VPNALG_OUT, &p);
}

static uint16_t answered_port(const struct tunnel *t)
{
	return t->port != 0 && t->fixed_port ? L2TP : t->outside_port;
}

unsigned tunnel_hears(struct world *w, const struct tunnel *t,
		      const struct bytes *m)
{
	uint16_t from = t->port == 0     ? 0
			: t->answer_port ? t->answer_port
					 : L2TP;
	struct bytes p = l2tp_packet(t->server, from, t->outside,
				     answered_port(t), m);

	return send_packet(w, VPNALG_IN, &p);
}

/* The receiver's ID, and then the sender's, or one of an SCCRQ. */
static struct bytes tunnel_message(const struct tunnel *t, unsigned type,
				   uint32_t to, uint32_t own)
{
	bool first = type == SCCRQ || type == SCCRP;
	struct bytes m = l2tp_control(t->version, to, first ? 0 : 1, type);
	unsigned avp = t->version == 2 ? 9 : 61;

	if (t->hides)
		l2tp_avp(&m, 36, 4, 0x01020304);
	if (t->digest)
		l2tp_avp(&m, 59, 4, 0x0a0b0c0d);
	if (!first && type != STOPCCN)
		return m;
	if (!t->hides && !t->digest)
		l2tp_avp(&m, 2, 2, 0x0100);
	if (t->hides)
		l2tp_hidden_avp(&m, avp);
	else
		l2tp_avp(&m, avp, t->version == 2 ? 2 : 4, own);
	return m;
}

unsigned tunnel_requests(struct world *w, struct tunnel *t)
{
	uint16_t port = t->answer_port;
	struct bytes m = tunnel_message(t, SCCRQ, 0, t->own);
	const uint8_t *id;

	t->answer_port = 0; /* it is not known yet */
	tunnel_says(w, t, &m);
	t->answer_port = port;
	if (w->last.result != VPNALG_TRANSLATED)
		return w->last.result;
	t->outside = source(w);
	t->outside_port = t->port ? get16(l4(w)) : 0;
	id = l2tp(w) + THIRD_AVP_VALUE + (t->digest ? 2 : 0);
	t->outside_own = t->version == 2 ? get16(id) : get32(id);
	if (t->hides)
		t->outside_own = t->own; /* nobody else can read it */
	return VPNALG_TRANSLATED;
}

unsigned tunnel_is_answered(struct world *w, struct tunnel *t)
{
	struct bytes m = tunnel_message(t, SCCRP, t->outside_own, t->peer);

	return tunnel_hears(w, t, &m);
}

unsigned tunnel_confirms(struct world *w, struct tunnel *t)
{
	struct bytes m = tunnel_message(t, SCCCN, t->peer, 0);

	return tunnel_says(w, t, &m);
}

void tunnel_begin(struct world *w, struct tunnel *t)
{
	unsigned tries;

	for (tries = 0; tries < 3; tries++) {
		ck_assert_uint_eq(tunnel_requests(w, t), VPNALG_TRANSLATED);
		if (tunnel_is_answered(w, t) == VPNALG_TRANSLATED)
			break;
		w->now += 1000;
	}
	ck_assert_uint_lt(tries, 3);
	ck_assert_uint_eq(destination(w), t->client);
	ck_assert_uint_eq(tunnel_confirms(w, t), VPNALG_TRANSLATED);
}

unsigned client_tells(struct world *w, struct tunnel *t, unsigned type)
{
	struct bytes m = tunnel_message(t, type, t->peer, t->own);

	return tunnel_says(w, t, &m);
}

unsigned server_tells(struct world *w, struct tunnel *t, unsigned type)
{
	struct bytes m = tunnel_message(t, type, t->outside_own, t->peer);

	return tunnel_hears(w, t, &m);
}

/* Both IDs, in the order in which they stand in every session message. */
static struct bytes call_message(const struct tunnel *t, unsigned type,
				 uint32_t to, uint32_t local, uint32_t remote)
{
	struct bytes m = l2tp_control(3, to, 2, type);

	l2tp_avp(&m, 15, 4, 1); /* Serial Number */
	if (t->digest)
		l2tp_avp(&m, 59, 4, 0x0a0b0c0d);
	l2tp_avp(&m, 63, 4, local);
	l2tp_avp(&m, 64, 4, remote);
	l2tp_avp(&m, 65, 4, 0xc00c1e00);
	return m;
}

void tunnel_calls(struct world *w, struct tunnel *t)
{
	unsigned at = 36 + (t->digest ? 10 : 0);
	struct bytes m = call_message(t, ICRQ, t->peer, t->session, 0);

	ck_assert_uint_eq(tunnel_says(w, t, &m), VPNALG_TRANSLATED);
	t->outside_session = get32(l2tp(w) + at);
	m = call_message(t, ICRP, t->outside_own, t->peer_session,
			 t->outside_session);
	ck_assert_uint_eq(tunnel_hears(w, t, &m), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(w), t->client);
	ck_assert_uint_eq(get32(l2tp(w) + 4), t->own);
	ck_assert_uint_eq(get32(l2tp(w) + at), t->peer_session);
	ck_assert_uint_eq(get32(l2tp(w) + at + 10), t->session);
	m = call_message(t, ICCN, t->peer, t->session, t->peer_session);
	ck_assert_uint_eq(tunnel_says(w, t, &m), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get32(l2tp(w) + at), t->outside_session);
	ck_assert_uint_eq(get32(l2tp(w) + at + 10), t->peer_session);
}

static struct bytes data(const struct tunnel *t, uint32_t tunnel,
			 uint32_t session, uint32_t mark)
{
	return t->version == 2
		       ? l2tp_data2((uint16_t)tunnel, 5, mark)
		       : l2tp_data3(t->port != 0, session, 0xc00c1e00, mark);
}

static void same_data(const struct world *w, const struct bytes *expected)
{
	ck_assert_uint_eq(w->length - (uint32_t)(l2tp(w) - w->bytes),
			  expected->length);
	ck_assert_mem_eq(l2tp(w), expected->data, expected->length);
}

void tunnel_carries(struct world *w, const struct tunnel *t, uint32_t mark)
{
	struct bytes there = data(t, t->peer, t->peer_session, mark);
	struct bytes seen = data(t, t->outside_own, t->outside_session, ~mark);
	struct bytes back = data(t, t->own, t->session, ~mark);

	ck_assert_uint_eq(tunnel_says(w, t, &there), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(w), t->outside);
	if (t->port != 0)
		ck_assert_uint_eq(get16(l4(w)), answered_port(t));
	same_data(w, &there);
	ck_assert_uint_eq(tunnel_hears(w, t, &seen), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(w), t->client);
	if (t->port != 0)
		ck_assert_uint_eq(get16(l4(w) + 2), t->port);
	same_data(w, &back);
}

const struct vpnalg_l2tp_settings l2tp_port_1701 = {
	.size = sizeof(l2tp_port_1701),
	.port_1701 = true,
};

void l2tp_world(struct world *w, struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_l2tp, NULL },
	};

	if (options.protocols == NULL) {
		options.protocols = protocols;
		options.protocol_count = 1;
	}
	options.mirror = true;
	world_begin(w, &options);
}
