/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of ICMP errors and fragments. */
#ifndef TESTS_FRAGMENT_ERROR_H
#define TESTS_FRAGMENT_ERROR_H

#include "cases.h"
#include "fragments.h"
#include "general.h"

#include <vpnalg/pptp.h>

#include <string.h>

#define ROUTER 0xc0000209u        /* 192.0.2.9 */
#define INSIDE_ROUTER 0xc0a84d01u /* 192.168.77.1 */

enum { UNREACHABLE = 3, TIME_EXCEEDED = 11 };

static struct world w;

static inline void begin(void)
{
	fragment_world(&w, (struct world_options){ 0 });
}

static inline void end(void)
{
	world_end(&w);
}

static inline struct bytes datagram(uint32_t host)
{
	struct bytes p = udp_packet(host, 5000, SERVER, 53, "ping", 4);

	grow(&p, 2000);
	set_ip_id(&p, 7);
	return p;
}

static inline struct bytes last(void)
{
	struct bytes b = { .length = w.length };

	memcpy(b.data, w.bytes, w.length);
	return b;
}

static inline uint16_t id_of(const struct bytes *p)
{
	return get16(p->data + 4);
}

/* The two fragments of each of two hosts, inside and outside. All have the same
 * Identification inside. */
static struct bytes inside[2][2], outside[2][2];

static inline void send_all(void)
{
	struct collected out = { 0 };
	struct bytes whole;
	unsigned host, part;

	for (host = 0; host < 2; host++) {
		whole = datagram(host ? CLIENT_B : CLIENT_A);
		inside[host][0] = fragment_of(&whole, 0, 1480);
		inside[host][1] = fragment_of(&whole, 1480, 1980);
		for (part = 0; part < 2; part++) {
			send_fragment(&w, VPNALG_OUT, &inside[host][part],
				      &out);
			outside[host][part] = out.packets[out.count - 1];
		}
	}
	ck_assert_uint_ne(id_of(&outside[0][0]), id_of(&outside[1][0]));
}

/* Errors that are fragments themselves. */

/* What has gone out, or come in, as the error's sender sees it. */
static inline struct bytes quoted_udp(bool inward)
{
	struct bytes p = inward ? udp_packet(CLIENT_A, 5000, SERVER, 53, "x", 1)
				: udp_packet(SERVER, 53, OUTSIDE, 5000, "x", 1);

	grow(&p, 1000);
	return p;
}

static inline struct bytes quoted_tcp(bool inward)
{
	struct bytes p = inward ? tcp_packet(CLIENT_A, 5000, SERVER, 80, 1, 0,
					     SYN, NULL, 0)
				: tcp_packet(SERVER, 80, OUTSIDE, 5000, 1, 2,
					     SYN | ACK, NULL, 0);

	grow(&p, 1000);
	return p;
}

static uint16_t call_id;

static inline struct bytes quoted_call(bool inward)
{
	struct bytes p = inward ? gre_packet(CLIENT_A, SERVER, 90, 1)
				: gre_packet(SERVER, OUTSIDE, call_id, 1);

	grow(&p, 1000);
	return p;
}

static const struct quoted {
	const char *what;
	/* A packet that travels out if the error comes in. */
	struct bytes (*packet)(bool inward);
} quoted_rows[] = {
	{ "UDP", quoted_udp },
	{ "TCP", quoted_tcp },
	{ "PPTP call", quoted_call },
};

static const unsigned orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
				       { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

/* The error about a packet that has travelled. */
static inline struct bytes error_about(const struct quoted *row, bool inward,
				       uint32_t sender)
{
	struct bytes p, error;

	p = row->packet(true);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	if (!inward) {
		p = row->packet(false);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
	}
	p = last();
	error = icmp_error(sender, inward ? OUTSIDE : SERVER, UNREACHABLE, &p,
			   548);
	set_ip_id(&error, 77);
	return error;
}

static inline void make_fragments(const struct bytes *error, uint32_t end,
				  struct bytes fragments[3])
{
	fragments[0] = fragment_of(error, 0, end);
	fragments[1] = fragment_of(error, end, end + 16);
	fragments[2] = fragment_of(error, end + 16, error->length - 20);
}

#endif
