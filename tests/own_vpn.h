/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of VPNs of the router itself. */
#ifndef TESTS_OWN_VPN_H
#define TESTS_OWN_VPN_H

#include "cases.h"
#include "general.h"
#include "support_l2tp.h"

#include <vpnalg/protocols.h>

#include <string.h>

static struct world w;

static inline void begin_with(struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },    { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL },    { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 5;
	options.leaves = true;
	world_begin(&w, &options);
}

static inline void begin(void)
{
	begin_with(
		(struct world_options){ .own = true, .choosing = CHOOSE_TAKE });
}

static inline void end(void)
{
	world_end(&w);
}

/* IDs: a port or an identifier of the sender's own, which its packets show. */
static const struct talk {
	const char *name;
	uint8_t protocol;
	uint16_t id, remote_port;
} talks[] = {
	{ "PPTP's control connection", TCP, 40000, PPTP },
	{ "TCP", TCP, 40000, 443 },
	{ "IKE", UDP, 500, 500 },
	{ "IKE and ESP in UDP", UDP, 4500, 4500 },
	{ "L2TP", UDP, 1701, L2TP },
	{ "L2TP from another port", UDP, 40000, L2TP },
	{ "UDP", UDP, 40000, 51820 },
	{ "another UDP port", UDP, 5060, 5060 },
	{ "ping", ICMP, 7777, 0 },
};

static inline struct bytes answer(const struct talk *t, uint16_t id)
{
	if (t->protocol == TCP)
		return tcp_packet(SERVER, t->remote_port, OUTSIDE, id, 1, 2,
				  SYN | ACK, NULL, 0);
	if (t->protocol == ICMP)
		return icmp_query(SERVER, OUTSIDE, ECHO_REPLY, id, 1);
	return udp_packet(SERVER, t->remote_port, OUTSIDE, id, "datagram", 8);
}

/* PPTP: Call IDs */

/* The router's client, from port 40000 to SERVER. */
struct routers_client {
	uint32_t out, in; /* the next sequence numbers */
};

static inline void routers_segment(struct routers_client *c, bool out,
				   uint8_t flags, const struct bytes *m)
{
	struct bytes p = out ? tcp_packet(OUTSIDE, 40000, SERVER, PPTP, c->out,
					  c->in, flags, m->data, m->length)
			     : tcp_packet(SERVER, PPTP, OUTSIDE, 40000, c->in,
					  c->out, flags, m->data, m->length);

	ck_assert_uint_eq(send_packet(&w, out ? VPNALG_OUT : VPNALG_IN, &p),
			  VPNALG_UNTOUCHED);
	*(out ? &c->out : &c->in) += m->length + !!(flags & SYN);
}

static inline void routers_says(struct routers_client *c, bool out,
				unsigned type, uint16_t first, uint16_t second)
{
	struct bytes m = message(type, first, second, 1);

	routers_segment(c, out, PSH | ACK, &m);
}

static inline void routers_connects(struct routers_client *c)
{
	const struct bytes none = { 0 };

	*c = (struct routers_client){ .out = 1000, .in = 0xfffffff0 };
	routers_segment(c, true, SYN, &none);
	routers_segment(c, false, SYN | ACK, &none);
	routers_segment(c, true, ACK, &none);
	routers_says(c, true, 1, 0, 0);
	routers_says(c, false, 2, 0, 0);
}

#endif
