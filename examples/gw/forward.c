/* SPDX-License-Identifier: BSD-2-Clause */
#include "forward.h"

#include <string.h>

#include "../common/wire.h"

struct side *forward_side(struct gateway *gateway, const uint8_t *address)
{
	int uplink = 0;

	if (gateway->options->outside.count > 1)
		uplink = address_list_uplink(&gateway->addresses.now, address);
	return &gateway->sides[FIRST_UPLINK + (uplink > 0 ? uplink : 0)];
}

/* Returns the side that a packet came from, however it has got here. */
static struct side *side_before(struct gateway *gateway,
				const struct vpnalg_packet *packet)
{
	return packet->direction == VPNALG_OUT
		       ? &gateway->sides[INSIDE]
		       : forward_side(gateway,
				      packet->data + IP_DESTINATION_OFF);
}

/* Returns the side where a translated packet goes: outside, that of its
 * source. */
static struct side *side_after(struct gateway *gateway,
			       const struct vpnalg_packet *packet)
{
	return packet->direction == VPNALG_IN
		       ? &gateway->sides[INSIDE]
		       : forward_side(gateway, packet->data + IP_SOURCE_OFF);
}

/* Keeps the packets' headers as they were sent, for answers to the sender. */
static void keep_heads(struct gateway *gateway, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct vpnalg_packet *packet = &gateway->packets[i];
		struct answer_head *head = &gateway->heads[i];

		head->back = &side_before(gateway, packet)->sender;
		head->len = packet->len < ANSWER_HEAD_MAX ? packet->len
							  : ANSWER_HEAD_MAX;
		memcpy(head->data, packet->data, head->len);
	}
}

/* Answers a segment of a connection that the gateway does not know, perhaps
 * because it was restarted; the host opens another one at once. */
static void reset(struct gateway *gateway, const struct answer_head *head)
{
	uint8_t answer[ANSWER_MAX];

	sender_answer(&gateway->sides[INSIDE].sender, answer,
		      answer_reset(head, answer));
}

/* Tells the sender of a packet for which no session could be opened (RFC 5508
 * REQ-8). */
static void prohibit(struct gateway *gateway, const struct answer_head *head)
{
	uint8_t answer[ANSWER_MAX];

	sender_answer(&gateway->sides[INSIDE].sender, answer,
		      answer_prohibited(head, answer));
}

static void send_on(struct gateway *gateway, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct vpnalg_packet *packet = &gateway->packets[i];

		if (packet->result == VPNALG_DROP_NO_CONNECTION)
			reset(gateway, &gateway->heads[i]);
		else if (vpnalg_wants_prohibited(packet))
			prohibit(gateway, &gateway->heads[i]);
		else if (packet->result == VPNALG_TRANSLATED &&
			 !impair_loses(&gateway->impair))
			sender_add(&side_after(gateway, packet)->sender, packet,
				   &gateway->heads[i]);
	}
	for (size_t i = 0; i < gateway->side_count; i++)
		sender_flush(&gateway->sides[i].sender);
}

/* Gives what goes to an inside host by an outside address in again. */
static void turn_round(struct gateway *gateway, struct vpnalg_packet *packet,
		       vpnalg_time now)
{
	packet->direction = VPNALG_IN;
	translator_run(&gateway->translator, packet, 1, now);
}

static bool is_hairpin(const struct vpnalg_packet *packet)
{
	return packet->result == VPNALG_TRANSLATED &&
	       packet->direction == VPNALG_OUT &&
	       packet->flags & VPNALG_PACKET_HAIRPIN;
}

/* Sends fragments on that were held until their first one came. Those that are
 * left alone the kernel has seen itself. */
static void send_held(struct gateway *gateway, vpnalg_time now)
{
	const struct answer_head none = { 0 };
	struct vpnalg_packet packet;
	struct sender *sender;
	uint8_t copy[IP_PACKET_MAX];

	/* [held] */
	while (vpnalg_next_held(gateway->translator.nat.translator, &packet)) {
		if (is_hairpin(&packet)) { /* its bytes are the translator's */
			packet.data = memcpy(copy, packet.data, packet.len);
			turn_round(gateway, &packet, now);
		}
		if (packet.result == VPNALG_TRANSLATED) {
			sender = &side_after(gateway, &packet)->sender;
			sender_add(sender, &packet, &none);
			sender_flush(sender);
		}
	}
	/* [held] */
}

void forward(struct gateway *gateway, size_t count, vpnalg_time now)
{
	if (!count)
		return;
	keep_heads(gateway, count);
	translator_run(&gateway->translator, gateway->packets, count, now);
	for (size_t i = 0; i < count; i++)
		if (is_hairpin(&gateway->packets[i]))
			turn_round(gateway, &gateway->packets[i], now);
	send_on(gateway, count);
	send_held(gateway, now);
}
