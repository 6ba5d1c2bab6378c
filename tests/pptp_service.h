/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of PPTP servers inside. */
#ifndef TESTS_PPTP_SERVICE_H
#define TESTS_PPTP_SERVICE_H

#include "cases.h"
#include "general.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/pptp.h>

#include <string.h>

/* The kind of its control connections. */
#define SERVED 2

static struct world w;

/* A connection from outside: the next sequence numbers of both ends. */
struct caller {
	uint32_t client, server;
	uint16_t port, outside_port;
	uint32_t client_seq, server_seq;
};

static inline void begin_with(enum choosing choosing)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },
		{ vpnalg_general, NULL },
	};
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 2,
					 .choosing = choosing,
					 .hash_key = { 1, 2 } };

	world_begin(&w, &options);
	service_add(&w, TCP, PPTP, CLIENT_A, PPTP);
}

static inline void begin(void)
{
	begin_with(CHOOSE_TAKE);
}

static inline void end(void)
{
	service_remove(&w, TCP, PPTP, CLIENT_A, PPTP);
	service_remove(&w, TCP, 1724, CLIENT_B, PPTP);
	world_end(&w);
}

static inline unsigned from_client(struct caller *c, uint8_t flags,
				   const void *data, uint32_t length)
{
	struct bytes p = tcp_packet(
		c->client, c->port, OUTSIDE, c->outside_port, c->client_seq,
		flags & ACK ? c->server_seq : 0, flags, data, length);
	unsigned result = send_packet(&w, VPNALG_IN, &p);

	if (result == VPNALG_TRANSLATED) {
		ck_assert_uint_eq(destination(&w), c->server);
		ck_assert_uint_eq(port_to(&w), PPTP);
		c->client_seq += length + !!(flags & SYN);
	}
	return result;
}

static inline unsigned from_server(struct caller *c, uint8_t flags,
				   const void *data, uint32_t length)
{
	struct bytes p =
		tcp_packet(c->server, PPTP, c->client, c->port, c->server_seq,
			   c->client_seq, flags, data, length);
	unsigned result = send_packet(&w, VPNALG_OUT, &p);

	if (result == VPNALG_TRANSLATED) {
		ck_assert_uint_eq(source(&w), OUTSIDE);
		ck_assert_uint_eq(port_from(&w), c->outside_port);
		c->server_seq += length + !!(flags & SYN);
	}
	return result;
}

static inline void shake_hands(struct caller *c)
{
	ck_assert_uint_eq(from_client(c, SYN, NULL, 0), VPNALG_TRANSLATED);
	ck_assert_uint_eq(from_server(c, SYN | ACK, NULL, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(from_client(c, ACK, NULL, 0), VPNALG_TRANSLATED);
}

static inline void in_says(struct caller *c, unsigned type, uint16_t first,
			   uint16_t second)
{
	struct bytes m = message(type, first, second, 1);

	ck_assert_uint_eq(from_client(c, PSH | ACK, m.data, m.length),
			  VPNALG_TRANSLATED);
}

static inline void out_says(struct caller *c, unsigned type, uint16_t first,
			    uint16_t second)
{
	struct bytes m = message(type, first, second, 1);

	ck_assert_uint_eq(from_server(c, PSH | ACK, m.data, m.length),
			  VPNALG_TRANSLATED);
}

static inline void connect_in(struct caller *c)
{
	c->client_seq = 1000;
	c->server_seq = 0xfffffff0;
	shake_hands(c);
	in_says(c, 1, 0, 0);
	out_says(c, 2, 0, 0);
}

/* The client calls; returns the server's Call ID as the client sees it. */
static inline uint16_t call_in(struct caller *c, uint16_t clients,
			       uint16_t servers)
{
	in_says(c, 7, clients, 0);
	ck_assert_uint_eq(get16(payload(&w) + 12), clients);
	out_says(c, 8, servers, clients);
	ck_assert_uint_eq(get16(payload(&w) + 14), clients);
	return get16(payload(&w) + 12);
}

static inline void check_gre(const struct caller *c, uint16_t clients,
			     uint16_t servers, uint16_t outside)
{
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, c->client, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), c->server);
	ck_assert_uint_eq(gre_call_id(&w), servers);
	ck_assert_uint_eq(
		send_gre(&w, VPNALG_OUT, c->server, c->client, clients),
		VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(gre_call_id(&w), clients);
}

static const struct caller first_caller = {
	.client = SERVER, .server = CLIENT_A, .port = 40000,
	.outside_port = PPTP };

#endif
