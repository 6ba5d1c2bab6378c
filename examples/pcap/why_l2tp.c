/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_l2tp.h"

#include "why_attempt.h"
#include "why_ppp.h"

/* RFC 2661 3.1 and 4.1, RFC 3931 3.2.1 and 4.1 */
#define FLAG_CONTROL 0x8000
#define FLAG_LENGTH 0x4000
#define FLAG_SEQUENCE 0x0800
#define FLAG_OFFSET 0x0200
#define VERSION_MASK 0x000f
#define RESERVED_MASK 0x34f0
#define CONTROL_HEADER 12
#define AVP_HEADER 6
#define AVP_HIDDEN 0x4000
#define AVP_LENGTH_MASK 0x03ff
#define AVP_RESULT_CODE 1
#define AVP_ASSIGNED_TUNNEL 9
#define AVP_ASSIGNED_CONNECTION 61

struct message {
	struct why_bytes bytes;
	bool control;
	uint32_t version;
	uint32_t type;   /* of a control message */
	uint32_t tunnel; /* the receiver's ID */
	uint32_t own;    /* the sender's own ID that it assigns, or WHY_NONE */
	uint32_t result, error;
};

static void read_avp(struct message *message, const struct why_bytes *avp)
{
	if (why_get(avp, 2, 2) != 0 || why_get(avp, 0, 2) & AVP_HIDDEN)
		return;
	switch (why_get(avp, 4, 2)) {
	case AVP_RESULT_CODE:
		message->result = why_get(avp, AVP_HEADER, 2);
		message->error = why_get(avp, AVP_HEADER + 2, 2);
		break;
	case AVP_ASSIGNED_TUNNEL:
		message->own = why_get(avp, AVP_HEADER, 2);
		break;
	case AVP_ASSIGNED_CONNECTION:
		message->own = why_get(avp, AVP_HEADER, 4);
		break;
	default:
		break;
	}
}

/* Reads the AVPs; the first one names the message. */
static void read_avps(struct message *message)
{
	struct why_bytes rest = why_behind(&message->bytes, CONTROL_HEADER);
	struct why_bytes avp;
	uint32_t length;

	message->type = why_get(&rest, AVP_HEADER, 2);
	while (rest.length >= AVP_HEADER) {
		length = why_get(&rest, 0, 2) & AVP_LENGTH_MASK;
		if (length < AVP_HEADER || length > rest.length)
			return;
		avp = why_first(rest, length);
		read_avp(message, &avp);
		rest = why_behind(&rest, length);
	}
}

/* Reads L2TP behind UDP's header; control messages of version 3 are the same
 * behind the four zero bytes of protocol 115. */
static bool read_message(struct why_bytes bytes, struct message *message)
{
	uint32_t bits = why_get(&bytes, 0, 2);
	uint32_t at = bits & FLAG_LENGTH ? 4 : 2;

	*message = (struct message){ .bytes = bytes, .own = WHY_NONE };
	message->version = bits & VERSION_MASK;
	message->control = bits & FLAG_CONTROL;
	if (bytes.length < 6 || bits & RESERVED_MASK ||
	    (message->version != 2 && message->version != 3))
		return false;
	if (message->version == 3)
		message->tunnel = why_get(&bytes, 4, 4);
	else
		message->tunnel = why_get(&bytes, at, 2);
	if (message->control && bytes.length < CONTROL_HEADER)
		return false;
	if (message->control) {
		message->bytes = why_first(bytes, why_get(&bytes, 2, 2));
		read_avps(message);
	}
	return true;
}

static uint16_t port_of(const struct why_attempt *attempt,
			const struct why_packet *packet)
{
	return why_end_of(attempt, packet) == CLIENT
		       ? packet->source_port
		       : packet->destination_port;
}

/* Returns whether the packet is for another tunnel of the same ports: its
 * receiver has another ID. */
static bool is_other_tunnel(const struct why_attempt *attempt,
			    const struct why_packet *packet,
			    const struct message *message)
{
	enum why_end end = why_end_of(attempt, packet);
	uint32_t id = attempt->l2tp.tunnel[why_other(end)];

	if (message->version == 3 && !message->control)
		return false;
	if (message->control && message->type == L2TP_SCCRQ)
		return end != CLIENT ||
		       (message->own != WHY_NONE &&
			attempt->l2tp.tunnel[CLIENT] != WHY_NONE &&
			message->own != attempt->l2tp.tunnel[CLIENT]);
	return id != WHY_NONE && message->tunnel != id &&
	       message->tunnel != 0;
}

static struct why_attempt *find(const struct why_facts *facts,
				const struct why_packet *packet,
				const struct message *message)
{
	struct why_attempt *attempt = why_last_of(facts, WHY_IS_L2TP, packet);

	for (; attempt; attempt = attempt->next)
		if (attempt->protocol == WHY_IS_L2TP &&
		    why_is_of(attempt, packet) &&
		    attempt->client_port == port_of(attempt, packet) &&
		    !is_other_tunnel(attempt, packet, message))
			return attempt;
	return NULL;
}

static bool has_client(const struct why_attempt *attempt,
		       const struct why_packet *packet,
		       const struct message *message)
{
	return attempt->protocol == WHY_IS_L2TP &&
	       attempt->client == packet->destination && message->tunnel &&
	       attempt->l2tp.tunnel[CLIENT] == message->tunnel;
}

/* Notes an answer from another address than was asked, or to port 1701 where
 * another one has asked. Returns whether it is one. */
static bool note_strange(struct why_facts *facts,
			 const struct why_packet *packet,
			 const struct message *message)
{
	for (size_t i = facts->count; i-- > 0;) {
		struct why_attempt *attempt = facts->attempts[i];

		if (!has_client(attempt, packet, message))
			continue;
		if (attempt->server == packet->source) {
			attempt->l2tp.to_1701 += packet->destination_port ==
						 WHY_L2TP_PORT;
			return true;
		}
		if (attempt->client_port != packet->destination_port)
			continue;
		attempt->elsewhere++;
		attempt->elsewhere_address = packet->source;
		return true;
	}
	return false;
}

static struct why_attempt *begin(struct why_facts *facts,
				 const struct why_packet *packet,
				 const struct message *message)
{
	struct why_attempt *attempt;

	if (message->control && message->type == L2TP_SCCRQ)
		attempt = why_begin(facts, WHY_IS_L2TP, packet->source,
				    packet->destination, packet);
	else
		attempt = why_begin_unknown(facts, WHY_IS_L2TP, packet);
	if (!attempt)
		return NULL;
	attempt->client_port = port_of(attempt, packet);
	attempt->server_port = why_end_of(attempt, packet) == CLIENT
				       ? packet->destination_port
				       : packet->source_port;
	return attempt;
}

static void count_control(struct why_attempt *attempt, enum why_end end,
			  const struct message *message)
{
	struct why_l2tp *l2tp = &attempt->l2tp;

	if (message->type < WHY_L2TP_MESSAGES)
		l2tp->messages[end][message->type]++;
	/* Any message acknowledges. */
	attempt->hellos[why_other(end)] = 0;
	attempt->hellos[end] += message->type == L2TP_HELLO;
	if (message->own != WHY_NONE)
		l2tp->tunnel[end] = message->own;
	if (message->type == L2TP_STOPCCN) {
		l2tp->stop_result[end] = message->result;
		l2tp->stop_error[end] = message->error;
	}
	if (message->type == L2TP_CDN) {
		l2tp->cdn_early |= end == SERVER && !attempt->flow.packets[end];
		l2tp->cdn_result[end] = message->result;
		l2tp->cdn_error[end] = message->error;
	}
}

/* Counts data and, of version 2, the PPP in it. */
static void count_data(struct why_attempt *attempt, enum why_end end,
		       const struct why_packet *packet,
		       const struct message *message)
{
	uint32_t bits = why_get(&message->bytes, 0, 2);
	uint32_t at = bits & FLAG_LENGTH ? 8 : 6;

	why_count_data(attempt, end, packet);
	if (message->version != 2)
		return;
	if (bits & FLAG_SEQUENCE)
		at += 4;
	if (bits & FLAG_OFFSET)
		at += 2 + why_get(&message->bytes, at, 2);
	why_ppp_count(attempt, end, why_behind(&message->bytes, at));
}

static bool read_l2tp(struct why_facts *facts, const struct why_packet *packet,
		      const struct message *message)
{
	struct why_attempt *attempt = find(facts, packet, message);
	enum why_end end;

	if (!attempt && note_strange(facts, packet, message))
		return true;
	if (!attempt)
		attempt = begin(facts, packet, message);
	if (!attempt)
		return true;
	end = why_note(attempt, packet);
	attempt->l2tp.version = (uint8_t)message->version;
	attempt->other_port += end == SERVER &&
			       packet->source_port != attempt->server_port;
	if (message->control)
		count_control(attempt, end, message);
	else
		count_data(attempt, end, packet, message);
	return true;
}

bool why_l2tp_datagram(struct why_facts *facts,
		       const struct why_packet *packet)
{
	struct message message;

	return read_message(packet->payload, &message) &&
	       read_l2tp(facts, packet, &message);
}

void why_l2tp_ip(struct why_facts *facts, const struct why_packet *packet)
{
	struct message message;

	if (why_get(&packet->body, 0, 4) == 0) {
		if (read_message(why_behind(&packet->body, 4), &message))
			read_l2tp(facts, packet, &message);
		return;
	}
	message = (struct message){ .bytes = packet->body, .version = 3,
				    .own = WHY_NONE };
	read_l2tp(facts, packet, &message);
}
