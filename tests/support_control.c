/* SPDX-License-Identifier: BSD-2-Clause */
/* Control connections of PPTP. */
#include "support.h"

unsigned client_segment(struct world *w, struct connection *c, uint32_t seq,
			uint8_t flags, const void *data, uint32_t length)
{
	struct bytes p = tcp_packet(c->client, c->port, c->server, PPTP, seq,
				    c->server_seq, flags, data, length);

	return send_in_zone(w, VPNALG_OUT, &p, c->zone != 0 ? c->zone : ZONE);
}

unsigned server_segment(struct world *w, struct connection *c, uint32_t seq,
			uint8_t flags, const void *data, uint32_t length)
{
	struct bytes p =
		tcp_packet(c->server, PPTP, c->outside, c->outside_port, seq,
			   c->client_seq, flags, data, length);

	return send_packet(w, VPNALG_IN, &p);
}

unsigned client_sends(struct world *w, struct connection *c, const void *data,
		      uint32_t length)
{
	unsigned result =
		client_segment(w, c, c->client_seq, ACK | PSH, data, length);

	if (result == VPNALG_TRANSLATED)
		c->client_seq += payload_length(w);
	return result;
}

unsigned server_sends(struct world *w, struct connection *c, const void *data,
		      uint32_t length)
{
	unsigned result =
		server_segment(w, c, c->server_seq, ACK | PSH, data, length);

	if (result == VPNALG_TRANSLATED)
		c->server_seq += payload_length(w);
	return result;
}

void connect_to(struct world *w, struct connection *c, uint32_t client,
		uint16_t port, uint32_t server)
{
	uint16_t zone = c->zone;

	*c = (struct connection){
		.client = client, .port = port, .server = server, .zone = zone
	};
	/* Every connection has another initial sequence number. */
	c->client_seq = 1000 + port + 1000003 * w->connections++;
	ck_assert_uint_eq(client_segment(w, c, c->client_seq, SYN, NULL, 0),
			  VPNALG_TRANSLATED);
	c->outside = source(w);
	c->outside_port = get16(l4(w));
	c->client_seq++;
	c->server_seq = 0xfffff000U + port;
	ck_assert_uint_eq(
		server_segment(w, c, c->server_seq, SYN | ACK, NULL, 0),
		VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(w), client);
	ck_assert_uint_eq(get16(l4(w) + 2), port);
	c->server_seq++;
	ck_assert_uint_eq(client_segment(w, c, c->client_seq, ACK, NULL, 0),
			  VPNALG_TRANSLATED);
}

void start_control(struct world *w, struct connection *c, uint32_t client,
		   uint16_t port, uint32_t server)
{
	struct bytes request = message(1, 0, 0, 0), reply = message(2, 0, 0, 0);

	connect_to(w, c, client, port, server);
	ck_assert_uint_eq(client_sends(w, c, request.data, request.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(server_sends(w, c, reply.data, reply.length),
			  VPNALG_TRANSLATED);
}

uint16_t call_out(struct world *w, struct connection *c, uint16_t own,
		  uint16_t peer)
{
	struct bytes request = message(7, own, 1, 0), reply;
	uint16_t outside;

	ck_assert_uint_eq(client_sends(w, c, request.data, request.length),
			  VPNALG_TRANSLATED);
	outside = get16(payload(w) + 12);
	reply = message(8, peer, outside, 1);
	ck_assert_uint_eq(server_sends(w, c, reply.data, reply.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(w) + 12), peer);
	ck_assert_uint_eq(get16(payload(w) + 14), own);
	return outside;
}

void client_says(struct world *w, struct connection *c, unsigned type,
		 uint16_t first, uint16_t second, uint8_t result)
{
	struct bytes m = message(type, first, second, result);

	ck_assert_uint_eq(client_sends(w, c, m.data, m.length),
			  VPNALG_TRANSLATED);
}

void server_says(struct world *w, struct connection *c, unsigned type,
		 uint16_t first, uint16_t second, uint8_t result)
{
	struct bytes m = message(type, first, second, result);

	ck_assert_uint_eq(server_sends(w, c, m.data, m.length),
			  VPNALG_TRANSLATED);
}

unsigned send_gre(struct world *w, enum vpnalg_direction direction,
		  uint32_t from, uint32_t to, uint16_t call_id)
{
	struct bytes p = gre_packet(from, to, call_id, 1);

	return send_packet(w, direction, &p);
}

struct vpnalg_record *inside_record(struct world *w, uint32_t host,
				    uint8_t space, uint16_t id, uint16_t port)
{
	uint8_t local[4], remote[4];
	struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
				      .space = space,
				      .zone = ZONE,
				      .id = id,
				      .port = port,
				      .local = local,
				      .remote = remote };
	struct vpnalg_record *record;

	put32(local, host);
	put32(remote, SERVER);
	record = vpnalg_session_peek(w->alg, &tuple);
	ck_assert_ptr_nonnull(record);
	return record;
}
