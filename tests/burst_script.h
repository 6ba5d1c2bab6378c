/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of bursts: packets at random, for a script. */
#ifndef TESTS_BURST_SCRIPT_H
#define TESTS_BURST_SCRIPT_H

#include "support_ipsec.h"
#include "toy.h"
#include "cases.h"

#include <vpnalg/ipsec.h>
#include <vpnalg/pptp.h>

#include <stdlib.h>
#include <string.h>

enum { PACKETS = 3000, HOSTS = 8, LONGEST = 300 };

/* A packet as it was sent and what became of it. */
struct sent {
	uint8_t direction;
	uint16_t zone;
	vpnalg_time now;
	uint32_t length;
	uint8_t before[LONGEST];
	struct vpnalg_packet after;
	uint8_t bytes[LONGEST];
};

static struct sent script[PACKETS];

/* What a player needs to make packets that belong somewhere. */
struct play {
	struct world w;
	uint32_t seed;
	struct connection c[HOSTS]; /* as both ends know it */
	enum { CLOSED, OPENING, UP, STARTED } state[HOSTS];
	uint16_t calls[HOSTS], toys[HOSTS], data[HOSTS]; /* outside IDs */
	uint16_t ike[HOSTS];
	uint32_t outside[HOSTS]; /* of ESP */
};

static const uint32_t servers[] = { SERVER, SERVER_2 };

/* An SPI cannot be changed, and all else is. */
static inline enum vpnalg_choice differ(struct world *w,
					struct vpnalg_binding *binding)
{
	(void)w;
	return binding->outside_id == binding->inside_id &&
			       binding->protocol != ESP
		       ? VPNALG_CHOICE_NEXT
		       : VPNALG_CHOICE_TAKE;
}

static inline void begin_world(struct world *w, uint16_t burst)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },
		{ toy_handler, NULL },
		{ vpnalg_ipsec, NULL },
	};
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct world_options options = { .addresses = addresses,
					 .address_count = 2,
					 .protocols = protocols,
					 .protocol_count = 3,
					 .burst = burst,
					 .units = 185,
					 .choose = differ,
					 .no_undo = true };

	world_begin(w, &options);
}

static inline struct bytes of_client(struct play *p, unsigned i, uint8_t flags,
				     const struct bytes *m)
{
	struct connection *c = &p->c[i];

	return tcp_packet(c->client, c->port, c->server, PPTP, c->client_seq,
			  c->server_seq, flags, m->data, m->length);
}

static inline struct bytes of_server(struct play *p, unsigned i, uint8_t flags,
				     const struct bytes *m)
{
	struct connection *c = &p->c[i];

	return tcp_packet(c->server, PPTP, c->outside, c->outside_port,
			  c->server_seq,
			  c->client_seq + (p->state[i] < UP ? 1 : 0), flags,
			  m->data, m->length);
}

static inline struct bytes control_out(struct play *p, unsigned i)
{
	static const uint8_t types[] = { 7, 7, 5, 12, 15 };
	struct bytes nothing = { .length = 0 }, m;

	if (p->state[i] < UP || chance(&p->seed, 30) == 0)
		return of_client(p, i, SYN, &nothing);
	if (p->state[i] == UP) {
		m = message(1, 0, 0, 0);
		return of_client(p, i, ACK | PSH, &m);
	}
	if (chance(&p->seed, 30) == 0)
		return of_client(p, i, ACK | FIN, &nothing);
	m = message(types[chance(&p->seed, sizeof(types))], 7, 1, 0);
	return of_client(p, i, ACK | PSH, &m);
}

static inline struct bytes control_in(struct play *p, unsigned i)
{
	static const uint8_t types[] = { 8, 8, 8, 6, 13 };
	struct bytes nothing = { .length = 0 }, m;

	if (p->state[i] < UP)
		return of_server(p, i, SYN | ACK, &nothing);
	m = message(types[chance(&p->seed, sizeof(types))], 9, p->calls[i], 1);
	return of_server(p, i, ACK | PSH, &m);
}

static inline struct bytes toy_out(struct play *p, unsigned i)
{
	static const char said[] = "OOAAAADE";
	char op = said[chance(&p->seed, sizeof(said) - 1)];

	return toy_control(CLIENT_A + i, 5000, SERVER, TOY_CONTROL_PORT, op, 7,
			   9);
}

/* Of two servers, so that hosts share them; over ports 500 and 4500. */
static inline struct ike ike_of_host(struct play *p, unsigned i)
{
	struct ike k =
		ike_of(CLIENT_A + i, servers[i & 1], chance(&p->seed, 2));

	if (chance(&p->seed, 4) == 0)
		k.port = k.remote_port = NAT_T;
	k.outside = p->outside[i] != 0 ? p->outside[i] : OUTSIDE;
	k.outside_port = k.port;
	if (k.port == IKE && p->ike[i] != 0 && chance(&p->seed, 2))
		k.outside_port = p->ike[i];
	k.spi[1][0] = chance(&p->seed, 2);
	return k;
}

static inline struct bytes ipsec_out(struct play *p, unsigned i)
{
	struct ike k = ike_of_host(p, i);
	uint8_t type = (uint8_t)(IKE_SA_INIT + chance(&p->seed, 4));
	uint32_t spi;

	if (chance(&p->seed, 20) == 0)
		return ah_packet(k.client, k.server, 0xa4, 1);
	if (chance(&p->seed, 3) == 0)
		return ike_from_client(&k, type, INITIATOR,
				       chance(&p->seed, 50));
	spi = 0x100 + chance(&p->seed, 3); /* in this order */
	return esp_packet(k.client, k.server, spi, 1 + chance(&p->seed, 9));
}

static inline struct bytes ipsec_in(struct play *p, unsigned i)
{
	struct ike k = ike_of_host(p, i);
	uint8_t type = (uint8_t)(IKE_SA_INIT + chance(&p->seed, 4));
	uint32_t spi;

	if (chance(&p->seed, 3) == 0)
		return ike_from_server(&k, type, RESPONSE,
				       chance(&p->seed, 50));
	spi = 0x200 + chance(&p->seed, 16);
	return esp_packet(k.server, k.outside, spi, 1 + chance(&p->seed, 9));
}

static inline struct bytes garbage(struct play *p)
{
	struct bytes b = { .length = chance(&p->seed, 80) };
	uint32_t i;

	for (i = 0; i < b.length; i++)
		b.data[i] = (uint8_t)chance(&p->seed, 256);
	b.data[0] = 0x45;
	if (chance(&p->seed, 2))
		put32(b.data + 16, OUTSIDE);
	return b;
}

static inline struct bytes out_packet(struct play *p, unsigned i)
{
	struct bytes b, quote;

	if (chance(&p->seed, 3) == 0)
		return ipsec_out(p, i);
	switch (chance(&p->seed, 8)) {
	case 0:
		return toy_out(p, i);
	case 1:
		return toy_data(CLIENT_A + i, SERVER, 9);
	case 2:
		return gre_packet(CLIENT_A + i, servers[i & 1], 9, 1);
	case 3:
		b = gre_packet(CLIENT_A + i, servers[i & 1], 9, 1);
		set_fragment(&b, chance(&p->seed, 2) ? 0x2000 : 0x0005);
		return b;
	case 4:
		quote = gre_packet(servers[i & 1], CLIENT_A + i, 7, 1);
		return icmp_error(CLIENT_A + i, servers[i & 1], 3, &quote, 28);
	default:
		return control_out(p, i);
	}
}

static inline struct bytes in_packet(struct play *p, unsigned i)
{
	uint32_t outside = p->c[i].outside ? p->c[i].outside : OUTSIDE;
	struct bytes quote;

	if (chance(&p->seed, 3) == 0)
		return ipsec_in(p, i);
	switch (chance(&p->seed, 6)) {
	case 0:
		return toy_control(SERVER, TOY_CONTROL_PORT, outside,
				   p->toys[i], 'x', 0, 0);
	case 1:
		return toy_data(SERVER, outside, p->data[i]);
	case 2:
		return gre_packet(servers[i & 1], outside, p->calls[i], 1);
	case 3:
		quote = gre_packet(outside, servers[i & 1], 9, 1);
		return icmp_error(STRANGER, outside, 3, &quote, 28);
	default:
		return control_in(p, i);
	}
}

/* The ends learn from what comes through; where nothing does any more, the
 * client tries another port. */
static inline void learn_tcp(struct play *p, unsigned i, const struct sent *s)
{
	const uint8_t *tcp = s->bytes + 20, *data = tcp + 20;
	struct connection *c = &p->c[i];
	bool out = s->direction == VPNALG_OUT;
	uint32_t length = s->after.len - 40 + (tcp[13] & FIN ? 1 : 0);

	if (out) {
		c->outside = get32(s->bytes + 12);
		c->outside_port = get16(tcp);
	}
	if (tcp[13] & SYN) {
		c->client_seq += !out;
		c->server_seq += !out;
		if (!out)
			p->state[i] = UP;
		else if (p->state[i] == CLOSED)
			p->state[i] = OPENING;
		return;
	}
	*(out ? &c->client_seq : &c->server_seq) += length;
	if (out && length > 16 && data[9] == 1)
		p->state[i] = STARTED;
	if (out && length > 16 && data[9] == 7)
		p->calls[i] = get16(data + 12);
}

static inline void learn(struct play *p, unsigned i, const struct sent *s)
{
	const uint8_t *udp = s->bytes + 20;

	if (s->after.result == VPNALG_DROP_WINDOW ||
	    s->after.result == VPNALG_DROP_NO_CONNECTION) {
		p->state[i] = CLOSED;
		p->c[i].port++;
	}
	if (s->after.result != VPNALG_TRANSLATED || s->direction > VPNALG_IN)
		return;
	if (s->bytes[9] == TCP)
		learn_tcp(p, i, s);
	if (s->bytes[9] == UDP && s->direction == VPNALG_OUT &&
	    get16(udp + 2) == TOY_CONTROL_PORT) {
		p->toys[i] = get16(udp);
		p->data[i] = get16(udp + 10);
	}
	if (s->bytes[9] == UDP && s->direction == VPNALG_OUT &&
	    get16(udp + 2) == IKE)
		p->ike[i] = get16(udp);
	if (s->bytes[9] == ESP && s->direction == VPNALG_OUT)
		p->outside[i] = get32(s->bytes + 12);
}

#endif
