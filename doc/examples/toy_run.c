/* SPDX-License-Identifier: BSD-2-Clause */
/* Tries the handler for toy.h: two hosts use the same port and the same ID. */
#include "packets.h"
#include "toy.h"

static const uint8_t other_host[4] = { 192, 168, 77, 12 };

struct world {
	struct vpnalg *translator;
	struct vpnalg_table *table;
	uint8_t bytes[64];
};

static enum vpnalg_result send(struct world *w, bool inward,
			       const uint8_t *host, uint8_t protocol,
			       uint32_t l4_len)
{
	struct vpnalg_packet packet = {
		.data = w->bytes,
		.direction = inward ? VPNALG_IN : VPNALG_OUT,
	};

	memcpy(w->bytes + SOURCE, inward ? remote_host : host, 4);
	memcpy(w->bytes + DESTINATION, inward ? host : remote_host, 4);
	packet.len = packet.caplen = finish(w->bytes, protocol, l4_len);
	vpnalg_process(w->translator, &packet, 1, 0);
	if (packet.result == VPNALG_TRANSLATED)
		CHECK(is_sound(w->bytes));
	return packet.result;
}

static enum vpnalg_result say(struct world *w, bool inward,
			      const uint8_t *host, uint16_t port, char op,
			      const uint16_t ids[2])
{
	uint8_t *udp = w->bytes + L4;

	memset(w->bytes, 0, sizeof(w->bytes));
	vpnalg_put16(udp + (inward ? 0 : 2), TOY_PORT);
	vpnalg_put16(udp + (inward ? 2 : 0), port);
	udp[TOY_OP_OFF] = (uint8_t)op;
	vpnalg_put16(udp + TOY_OWN_OFF, ids[0]);
	vpnalg_put16(udp + TOY_PEER_OFF, ids[1]);
	return send(w, inward, host, UDP, TOY_CONTROL_LEN);
}

static enum vpnalg_result give_data(struct world *w, bool inward,
				    const uint8_t *host, uint16_t id)
{
	memset(w->bytes, 0, sizeof(w->bytes));
	vpnalg_put16(w->bytes + L4, id);
	return send(w, inward, host, TOY_DATA_PROTOCOL, TOY_DATA_LEN);
}

/* A host opens line 5 from port 4000, the remote answers with its own ID, data
 * goes both ways; returns the outside ID. */
static uint16_t converse(struct world *w, const uint8_t *host, uint16_t peer)
{
	const uint8_t *udp = w->bytes + L4;
	uint16_t own, port;

	CHECK(say(w, false, host, 4000, TOY_OPEN, (uint16_t[]){ 5, 0 }) ==
	      VPNALG_TRANSLATED);
	port = vpnalg_get16(udp);
	own = vpnalg_get16(udp + TOY_OWN_OFF);
	CHECK(say(w, true, outside_address, port, TOY_ANSWER,
		  (uint16_t[]){ peer, own }) == VPNALG_TRANSLATED);
	CHECK(vpnalg_get16(udp + 2) == 4000);
	CHECK(vpnalg_get16(udp + TOY_PEER_OFF) == 5);

	CHECK(give_data(w, false, host, peer) == VPNALG_TRANSLATED);
	CHECK(memcmp(w->bytes + SOURCE, outside_address, 4) == 0);
	CHECK(give_data(w, true, outside_address, own) == VPNALG_TRANSLATED);
	CHECK(memcmp(w->bytes + DESTINATION, host, 4) == 0);
	CHECK(vpnalg_get16(udp + TOY_RECEIVER_OFF) == 5);
	return own;
}

static void open_world(struct world *w)
{
	static const struct vpnalg_handler *const handlers[] = { &toy };
	static uint64_t sessions[4096], memory[2048];
	static struct vpnalg_store store;
	struct vpnalg_addr address = { .family = VPNALG_IPV4 };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.handlers = handlers,
		.handler_count = 1,
		.addresses = &address,
		.address_count = 1,
		.store = &store,
		.random = next_random,
		.context = fopen("/dev/urandom", "rb"),
	};

	memcpy(address.octets, outside_address, 4);
	w->table = vpnalg_table_init(sessions, sizeof(sessions),
				     VPNALG_KEY_IPV4, &store);
	CHECK(w->table != NULL);
	CHECK(vpnalg_init(&w->translator, memory, sizeof(memory), &config) ==
	      0);
}

/* The line ends after its linger, its control session stays; a control session
 * takes its lines with it, as soon as the sweep meets them. */
static void end_all(struct world *w)
{
	struct vpnalg_table_use use;

	CHECK(say(w, false, inside_host, 4000, TOY_END,
		  (uint16_t[]){ 5, 0 }) == VPNALG_TRANSLATED);
	vpnalg_expire(w->translator, TOY_LINGER + 1, 1000);
	CHECK(give_data(w, false, inside_host, 70) ==
	      VPNALG_DROP_NO_SESSION);
	CHECK(say(w, false, inside_host, 4000, TOY_OPEN,
		  (uint16_t[]){ 9, 0 }) == VPNALG_TRANSLATED);

	CHECK(say(w, false, inside_host, 4000, TOY_BYE,
		  (uint16_t[]){ 0, 0 }) == VPNALG_TRANSLATED);
	CHECK(say(w, false, other_host, 4000, TOY_BYE,
		  (uint16_t[]){ 0, 0 }) == VPNALG_TRANSLATED);
	vpnalg_expire(w->translator, TOY_LINGER + 2, 1000);
	vpnalg_expire(w->translator, 2 * TOY_LINGER + 3, 1000);
	vpnalg_table_use(w->table, &use);
	CHECK(use.records == 0);
}

int main(void)
{
	uint16_t first, second, third;
	struct world w;

	open_world(&w);
	first = converse(&w, inside_host, 70);
	second = converse(&w, other_host, 71);
	CHECK(first == 5 && second != 5);
	third = second == 6 ? 7 : 6;
	CHECK(give_data(&w, true, outside_address, third) ==
	      VPNALG_DROP_GUARDED);
	end_all(&w);
	return 0;
}
