/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of fragments that are saved and loaded. */
#ifndef TESTS_STATE_FRAGMENT_H
#define TESTS_STATE_FRAGMENT_H

#include <vpnalg/pptp.h>

#include <string.h>

#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_state.h"

#define UDP_ID 0x7001
#define TCP_ID 0x7002

static struct world w, copy;
static struct state saved;

/* A datagram and a segment of CLIENT_A, and what they become. */
static struct bytes udp, udp_outside, tcp, tcp_outside;

static inline void send_whole(const struct bytes *whole, struct bytes *outside)
{
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, whole),
			  VPNALG_TRANSLATED);
	outside->length = w.length;
	memcpy(outside->data, w.bytes, w.length);
}

/* Their ports are others outside, as those are taken. */
static inline void begin_flows(struct world_options options)
{
	fragment_world(&w, options);
	udp_open(&w, CLIENT_B, 5100, SERVER, 53);
	tcp_out(&w, CLIENT_B, 5101, SERVER, 80, SYN, 0);
	udp = udp_packet(CLIENT_A, 5100, SERVER, 53, "", 0);
	grow(&udp, 3000);
	set_ip_id(&udp, UDP_ID);
	tcp = tcp_packet(CLIENT_A, 5101, SERVER, 80, 7, 0, SYN, "", 0);
	set_ip_id(&tcp, TCP_ID);
	send_whole(&udp, &udp_outside);
	send_whole(&tcp, &tcp_outside);
}

static inline unsigned send_part(struct world *world, const struct bytes *whole,
				 uint32_t from, uint32_t to,
				 struct collected *out)
{
	struct bytes part = fragment_of(whole, from, to);
	unsigned result = send_packet(world, VPNALG_OUT, &part);

	if (result == VPNALG_TRANSLATED && out != NULL) {
		memcpy(out->packets[out->count].data, world->bytes,
		       world->length);
		out->packets[out->count++].length = world->length;
	}
	return result;
}

/* Users are lost with a load. */
static inline void take(struct world *world, struct collected *out)
{
	struct vpnalg_packet p;

	while (vpnalg_next_held(world->alg, &p)) {
		ck_assert(p.user == NULL || p.user == world);
		ck_assert_uint_lt(out->count, 64);
		memcpy(out->packets[out->count].data, p.data, p.len);
		out->packets[out->count++].length = p.len;
		out->given++;
	}
}

static inline void load_copy(struct vpnalg_load *load,
			     struct world_options options)
{
	load->services = true;
	fragment_world(&copy, options);
	copy.now = w.now;
	state_load_whole(&copy, load, &saved, copy.now);
	mirror_check(&copy);
}

static inline unsigned fragment_chunks(const struct state *state)
{
	unsigned i, count = 0;

	for (i = 0; i < state->count; i++)
		count += state->bytes[state->chunks[i].at] >= DATAGRAM;
	return count;
}

#endif
