/* SPDX-License-Identifier: BSD-2-Clause */
/* Worlds with the toy protocol in them, and its packets. */
#include "toy.h"

#include <vpnalg/pptp.h>

#include <string.h>

void toy_world(struct world *w, struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ toy_handler, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 1;
	world_begin(w, &options);
	memset(&toy_log, 0, sizeof(toy_log));
}

void mixed_world(struct world *w, struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { toy_handler, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 2;
	world_begin(w, &options);
	memset(&toy_log, 0, sizeof(toy_log));
}

struct bytes toy_control(uint32_t from, uint16_t from_port, uint32_t to,
			 uint16_t to_port, char op, uint16_t own,
			 uint16_t peer)
{
	uint8_t said[6] = { (uint8_t)op };

	put16(said + 2, own);
	put16(said + 4, peer);
	return udp_packet(from, from_port, to, to_port, said, sizeof(said));
}

struct bytes toy_data(uint32_t from, uint32_t to, uint16_t id)
{
	uint8_t data[5] = { 0, 0, 'a', 'b', 'c' };

	put16(data, id);
	return udp_packet(from, TOY_DATA_PORT, to, TOY_DATA_PORT, data,
			  sizeof(data));
}

uint16_t toy_say(struct world *w, uint32_t host, uint16_t port,
		 uint32_t remote, char op, uint16_t own, uint16_t peer)
{
	struct bytes p = toy_control(host, port, remote, TOY_CONTROL_PORT, op,
				     own, peer);

	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	return get16(l4(w));
}

uint16_t toy_call(struct world *w, uint32_t host, uint16_t port,
		  uint32_t remote, uint16_t own, uint16_t peer)
{
	uint16_t outside;

	toy_say(w, host, port, remote, TOY_OPEN, own, 0);
	outside = get16(l4(w) + 10);
	toy_say(w, host, port, remote, TOY_ATTACH, own, peer);
	ck_assert_uint_eq(get16(l4(w) + 10), outside);
	return outside;
}

struct vpnalg_step toy_step(struct world *w)
{
	static struct vpnalg_packet packet;
	static struct vpnalg_parsed parsed;
	struct vpnalg_step step = { .translator = w->alg,
				    .packet = &packet,
				    .parsed = &parsed };

	vpnalg_expire(w->alg, w->now, 0);
	step.now = w->now;
	return step;
}

uint32_t chance(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(*state ^ *state >> 15) * below >> 32);
}
