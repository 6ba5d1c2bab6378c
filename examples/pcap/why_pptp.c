/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_pptp.h"

#include <string.h>

#include "why_attempt.h"

#define TCP_FIN 1
#define TCP_SYN 2
#define TCP_RST 4
#define TCP_ACK 16

/* RFC 2637 2.1, 2.2, 2.8, 2.13 */
#define MAGIC 0x1a2b3c4d
#define MAGIC_OFF 4
#define TYPE_OFF 8
#define HEADER 12
#define LONGEST 256
#define START_RESULT_OFF 14
#define CALL_ID_OFF 12
#define PEER_CALL_ID_OFF 14
#define CALL_RESULT_OFF 16
#define DISCONNECT_RESULT_OFF 14

static uint32_t sequence(const struct why_packet *packet)
{
	return why_get(&packet->body, 4, 4);
}

static uint32_t flags(const struct why_packet *packet)
{
	return why_get(&packet->body, 13, 1);
}

/* The connection's attempt by its addresses and the client's port. */
static struct why_attempt *find(const struct why_facts *facts,
				const struct why_packet *packet)
{
	bool from_server = packet->source_port == WHY_PPTP_PORT;
	uint32_t client = from_server ? packet->destination : packet->source;
	uint32_t server = from_server ? packet->source : packet->destination;
	uint16_t port = from_server ? packet->destination_port
				    : packet->source_port;
	struct why_attempt *attempt = why_of_pair(facts, client, server);

	while (attempt && (attempt->protocol != WHY_IS_PPTP ||
			   attempt->client != client ||
			   attempt->server != server ||
			   attempt->client_port != port))
		attempt = attempt->next;
	return attempt;
}

/* Returns whether the SYN opens another connection than the attempt's. */
static bool is_new(const struct why_attempt *attempt,
		   const struct why_packet *packet)
{
	return (flags(packet) & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
	       attempt->tcp.syn &&
	       attempt->tcp.syn_number != sequence(packet);
}

/* Returns whether a SYN-ACK, or a RST to a SYN, answers an attempt that asked
 * another address. */
static bool answers(const struct why_attempt *attempt,
		    const struct why_packet *packet)
{
	return attempt->protocol == WHY_IS_PPTP &&
	       attempt->client == packet->destination &&
	       attempt->client_port == packet->destination_port &&
	       attempt->tcp.syn &&
	       (attempt->elsewhere_address == packet->source ||
		attempt->tcp.syn_number + 1 == why_get(&packet->body, 8, 4));
}

static bool note_elsewhere(struct why_facts *facts,
			   const struct why_packet *packet)
{
	if (packet->source_port != WHY_PPTP_PORT || !(flags(packet) & TCP_ACK))
		return false;
	for (size_t i = facts->count; i-- > 0;)
		if (answers(facts->attempts[i], packet)) {
			facts->attempts[i]->elsewhere++;
			facts->attempts[i]->elsewhere_address = packet->source;
			return true;
		}
	return false;
}

static struct why_attempt *find_or_begin(struct why_facts *facts,
					 const struct why_packet *packet)
{
	struct why_attempt *attempt = find(facts, packet);
	bool from_server = packet->source_port == WHY_PPTP_PORT;

	if (attempt && !is_new(attempt, packet))
		return attempt;
	if (!attempt && note_elsewhere(facts, packet))
		return NULL;
	attempt = why_begin(facts, WHY_IS_PPTP,
			    from_server ? packet->destination : packet->source,
			    from_server ? packet->source : packet->destination,
			    packet);
	if (!attempt)
		return NULL;
	attempt->client_port = from_server ? packet->destination_port
					   : packet->source_port;
	attempt->server_port = WHY_PPTP_PORT;
	return attempt;
}

/* Messages */

static void read_call_ids(struct why_attempt *attempt, enum why_end end,
			  const struct why_bytes *message, uint32_t type)
{
	uint32_t id = why_get(message, CALL_ID_OFF, 2);

	if (type == PPTP_CALL || type == PPTP_CALL_REPLY ||
	    type == PPTP_INCOMING || type == PPTP_INCOMING_REPLY)
		attempt->pptp.call_id[end] = id;
	if (type == PPTP_CALL_REPLY || type == PPTP_INCOMING_REPLY)
		attempt->pptp.peer_call_id =
			why_get(message, PEER_CALL_ID_OFF, 2);
}

static void read_results(struct why_pptp *pptp,
			 const struct why_bytes *message, uint32_t type)
{
	switch (type) {
	case PPTP_START_REPLY:
		pptp->start_result = why_get(message, START_RESULT_OFF, 1);
		pptp->start_error = why_get(message, START_RESULT_OFF + 1, 1);
		break;
	case PPTP_CALL_REPLY:
	case PPTP_INCOMING_REPLY:
		pptp->call_result = why_get(message, CALL_RESULT_OFF, 1);
		pptp->call_error = why_get(message, CALL_RESULT_OFF + 1, 1);
		break;
	case PPTP_DISCONNECT:
		pptp->disconnect_result =
			why_get(message, DISCONNECT_RESULT_OFF, 1);
		break;
	default:
		break;
	}
}

static void read_message(struct why_attempt *attempt, enum why_end end,
			 const struct why_bytes *message)
{
	uint32_t type = why_get(message, TYPE_OFF, 2);

	if (type >= WHY_PPTP_MESSAGES)
		return;
	attempt->pptp.messages[end][type]++;
	attempt->hellos[end] += type == PPTP_ECHO;
	if (type == PPTP_ECHO_REPLY)
		attempt->hellos[why_other(end)] = 0;
	read_call_ids(attempt, end, message, type);
	read_results(&attempt->pptp, message, type);
}

/* Reads the messages of the collected bytes; what is left is the beginning of
 * one. Bytes that begin no message are given up. */
static void read_messages(struct why_attempt *attempt, enum why_end end)
{
	struct why_tcp *tcp = &attempt->tcp;
	struct why_bytes rest = { tcp->part[end], tcp->part_length[end] };
	uint32_t length;

	while (rest.length >= HEADER) {
		length = why_get(&rest, 0, 2);
		if (why_get(&rest, MAGIC_OFF, 4) != MAGIC || length < HEADER ||
		    length > LONGEST) {
			rest.length = 0;
			break;
		}
		if (length > rest.length)
			break;
		read_message(attempt, end,
			     &(struct why_bytes){ rest.data, length });
		rest = why_behind(&rest, length);
	}
	if (rest.length)
		memmove(tcp->part[end], rest.data, rest.length);
	tcp->part_length[end] = rest.length;
}

/* Collects bytes in portions that there is room for. */
static void collect(struct why_attempt *attempt, enum why_end end,
		    struct why_bytes bytes)
{
	struct why_tcp *tcp = &attempt->tcp;
	uint32_t room;

	while (bytes.length) {
		room = (uint32_t)sizeof(tcp->part[end]) - tcp->part_length[end];
		if (room == 0) {
			tcp->part_length[end] = 0;
			return;
		}
		room = room < bytes.length ? room : bytes.length;
		memcpy(tcp->part[end] + tcp->part_length[end], bytes.data,
		       room);
		tcp->part_length[end] += room;
		bytes = why_behind(&bytes, room);
		read_messages(attempt, end);
	}
}

/* Takes each byte once, and gives a message up that is not captured whole. */
static void read_stream(struct why_attempt *attempt, enum why_end end,
			const struct why_packet *packet)
{
	struct why_tcp *tcp = &attempt->tcp;
	int32_t old = (int32_t)(tcp->next[end] - sequence(packet));

	tcp->repeated_last[why_other(end)] = 0;
	if (packet->payload_size == 0)
		return;
	if (tcp->known[end] && old > 0) {
		tcp->repeated[end]++;
		tcp->repeated_last[end]++;
		return;
	}
	if (tcp->known[end] && old != 0)
		tcp->part_length[end] = 0;
	tcp->known[end] = true;
	tcp->next[end] = sequence(packet) + packet->payload_size;
	collect(attempt, end, packet->payload);
	if (packet->payload.length < packet->payload_size)
		tcp->part_length[end] = 0;
}

/* Returns whether an end has said that it is over. */
static bool is_ending(const struct why_attempt *attempt)
{
	const uint32_t *client = attempt->pptp.messages[CLIENT];
	const uint32_t *server = attempt->pptp.messages[SERVER];

	return attempt->tcp.fin[CLIENT] || attempt->tcp.fin[SERVER] ||
	       client[PPTP_CLEAR] || client[PPTP_STOP] || server[PPTP_STOP] ||
	       server[PPTP_DISCONNECT];
}

static void count_flags(struct why_attempt *attempt, enum why_end end,
			const struct why_packet *packet)
{
	struct why_tcp *tcp = &attempt->tcp;
	uint32_t bits = flags(packet);

	if (bits & TCP_SYN && end == CLIENT) {
		tcp->syn++;
		tcp->syn_number = sequence(packet);
	} else if (bits & TCP_SYN) {
		tcp->syn_ack++;
	}
	tcp->segments[end] += !(bits & TCP_RST);
	tcp->reset_early |= bits & TCP_RST && !is_ending(attempt);
	tcp->fin[end] += (bits & TCP_FIN) != 0;
	tcp->reset[end] += (bits & TCP_RST) != 0;
	if (bits & TCP_SYN) {
		tcp->known[end] = true;
		tcp->next[end] = sequence(packet) + 1;
	}
}

void why_pptp_segment(struct why_facts *facts, const struct why_packet *packet)
{
	struct why_attempt *attempt = find_or_begin(facts, packet);
	enum why_end end;

	if (!attempt)
		return;
	end = why_note(attempt, packet);
	count_flags(attempt, end, packet);
	if (!(flags(packet) & TCP_SYN))
		read_stream(attempt, end, packet);
}
