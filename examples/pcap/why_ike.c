/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_ike.h"

#include <string.h>

#include "why_attempt.h"

/* RFC 7296 3.1, RFC 2408 3.1 */
#define HEADER 28
#define RESPONDER_SPI_OFF 8
#define NEXT_PAYLOAD_OFF 16
#define VERSION_OFF 17
#define EXCHANGE_OFF 18
#define FLAGS_OFF 19
#define MESSAGE_ID_OFF 20
#define FLAG_ENCRYPTED 1
#define FLAG_INITIATOR 0x08
#define FLAG_RESPONSE 0x20

#define PAYLOAD_SKF 53 /* RFC 7383 2.5 */

#define NON_ESP_MARKER 4

/* Notify Message Types, of both versions. */
#define INVALID_IKE_SPI 4
#define INVALID_SPI 11

/* The purpose of an exchange, in clear and encrypted. */
static const struct {
	uint8_t version, number, clear, encrypted;
} exchanges[] = {
	{ 1, 1, IKE_INIT, IKE_AUTH },     /* Base */
	{ 1, 2, IKE_INIT, IKE_AUTH },     /* Main Mode */
	{ 1, 4, IKE_INIT, IKE_AUTH },     /* Aggressive Mode */
	{ 1, 5, IKE_INFORM, IKE_INFORM },
	{ 1, 6, IKE_AUTH, IKE_AUTH },     /* XAUTH, Mode Config */
	{ 1, 32, IKE_CHILD, IKE_CHILD },  /* Quick Mode */
	{ 2, 34, IKE_INIT, IKE_INIT },
	{ 2, 43, IKE_AUTH, IKE_AUTH },    /* IKE_INTERMEDIATE, RFC 9242 */
	{ 2, 35, IKE_AUTH, IKE_AUTH },
	{ 2, 36, IKE_CHILD, IKE_CHILD },
	{ 2, 37, IKE_INFORM, IKE_INFORM },
};

#define EXCHANGES (sizeof(exchanges) / sizeof(exchanges[0]))

struct message {
	struct why_bytes bytes;
	uint32_t size; /* on the wire */
	const uint8_t *initiator;
	uint32_t version;
	uint32_t number; /* of the exchange */
	enum why_exchange exchange;
	bool encrypted;
	bool begins; /* the first one of an SA */
};

static bool read_message(struct why_bytes bytes, uint32_t size,
			 struct message *message)
{
	uint32_t flags = why_get(&bytes, FLAGS_OFF, 1);

	*message = (struct message){ .bytes = bytes, .size = size };
	message->version = why_get(&bytes, VERSION_OFF, 1) >> 4;
	if (bytes.length < HEADER || message->version < 1 ||
	    message->version > 2)
		return false;
	message->initiator = bytes.data;
	message->encrypted = message->version == 1 && flags & FLAG_ENCRYPTED;
	message->number = why_get(&bytes, EXCHANGE_OFF, 1);
	message->exchange = IKE_INFORM;
	for (unsigned i = 0; i < EXCHANGES; i++)
		if (exchanges[i].version == message->version &&
		    exchanges[i].number == message->number)
			message->exchange = message->encrypted
						    ? exchanges[i].encrypted
						    : exchanges[i].clear;
	message->begins = message->exchange == IKE_INIT &&
			  why_get(&bytes, RESPONDER_SPI_OFF, 4) == 0 &&
			  why_get(&bytes, RESPONDER_SPI_OFF + 4, 4) == 0 &&
			  !(message->version == 2 && flags & FLAG_RESPONSE);
	return true;
}

static bool has_spi(const struct why_attempt *attempt,
		    const struct message *message)
{
	return attempt->protocol == WHY_IS_IPSEC && attempt->ike.version &&
	       !memcmp(attempt->ike.initiator_spi, message->initiator, 8);
}

static struct why_attempt *find(const struct why_facts *facts,
				const struct why_packet *packet,
				const struct message *message)
{
	struct why_attempt *attempt =
		why_of_pair(facts, packet->source, packet->destination);

	while (attempt &&
	       !(has_spi(attempt, message) && why_is_of(attempt, packet)))
		attempt = attempt->next;
	for (size_t i = facts->count; !attempt && !message->begins && i-- > 0;)
		if (has_spi(facts->attempts[i], message) &&
		    facts->attempts[i]->server == packet->source &&
		    why_is_outside_of(facts->attempts[i], packet->destination))
			attempt = facts->attempts[i];
	return attempt;
}

/* Notes an answer that reached another client than the one that had asked, or
 * came from another address than was asked. Returns whether it did. */
static bool note_strange(struct why_facts *facts,
			 const struct why_packet *packet,
			 const struct message *message)
{
	for (size_t i = facts->count; i-- > 0;) {
		struct why_attempt *attempt = facts->attempts[i];

		if (!has_spi(attempt, message))
			continue;
		if (attempt->server == packet->source) {
			attempt->misled++;
			attempt->misled_to = packet->destination;
			return true;
		}
		if (attempt->client == packet->destination) {
			attempt->elsewhere++;
			attempt->elsewhere_address = packet->source;
			return true;
		}
	}
	return false;
}

/* Notes a server that has lost its SAs, perhaps by a restart: in clear, as it
 * has none to protect that with (RFC 7296 1.5, RFC 2408 3.14.1). */
static void note_unknown(struct why_attempt *attempt, enum why_end end,
			 const struct message *message)
{
	struct why_ike read = { .version = (uint8_t)message->version,
				.notify = { WHY_NONE, WHY_NONE } };

	if (end != SERVER || message->exchange != IKE_INFORM ||
	    message->encrypted)
		return;
	why_ike_payloads(&read, end, message->bytes);
	attempt->ike.unknown_spi += read.notify[end] == INVALID_IKE_SPI ||
				    read.notify[end] == INVALID_SPI;
}

/* A request is answered, or the other end is not alive (RFC 7296 2.4): those of
 * DPD, and of rekeying. Version 1 does not answer all. */
static void note_inform(struct why_attempt *attempt, enum why_end end,
			const struct message *message)
{
	bool asks = message->version == 2 &&
		    (message->exchange == IKE_INFORM ||
		     message->exchange == IKE_CHILD) &&
		    !(why_get(&message->bytes, FLAGS_OFF, 1) & FLAG_RESPONSE);

	note_unknown(attempt, end, message);
	attempt->hellos[why_other(end)] = 0;
	attempt->hellos[end] += asks;
}

/* Returns the attempt that an IKE SA continues, one that a rekeying has made or
 * that the server has begun; its exchanges are not looked at. */
static struct why_attempt *find_older(struct why_facts *facts,
				      const struct why_packet *packet,
				      const struct message *message)
{
	struct why_attempt *attempt = why_last_of(facts, WHY_IS_IPSEC, packet);

	if (!attempt || !attempt->ike.version)
		return NULL;
	if (message->begins && why_end_of(attempt, packet) == CLIENT)
		return NULL;
	note_inform(attempt, why_note(attempt, packet), message);
	attempt->ike.peer_began |= message->begins;
	return attempt;
}

/* Returns an attempt without IKE, in which ESP came first. */
static struct why_attempt *find_without_ike(struct why_facts *facts,
					    const struct why_packet *packet,
					    const struct message *message)
{
	struct why_attempt *attempt = why_last_of(facts, WHY_IS_IPSEC, packet);

	if (attempt && !attempt->ike.version && !message->begins)
		return attempt;
	return NULL;
}

static struct why_attempt *begin(struct why_facts *facts,
				 const struct why_packet *packet,
				 const struct message *message)
{
	struct why_attempt *attempt =
		find_without_ike(facts, packet, message);

	if (!attempt && message->begins)
		attempt = why_begin(facts, WHY_IS_IPSEC, packet->source,
				    packet->destination, packet);
	else if (!attempt)
		attempt = why_begin_unknown(facts, WHY_IS_IPSEC, packet);
	if (!attempt)
		return NULL;
	attempt->ike.version = (uint8_t)message->version;
	memcpy(attempt->ike.initiator_spi, message->initiator, 8);
	if (why_end_of(attempt, packet) == CLIENT) {
		attempt->client_port = packet->source_port;
		attempt->server_port = packet->destination_port;
	} else {
		attempt->client_port = packet->destination_port;
		attempt->server_port = packet->source_port;
	}
	return attempt;
}

static void note_port(struct why_attempt *attempt, enum why_end end,
		      const struct why_packet *packet,
		      enum why_exchange exchange)
{
	uint16_t client = end == CLIENT ? packet->source_port
					: packet->destination_port;
	uint16_t server = end == CLIENT ? packet->destination_port
					: packet->source_port;

	if (end == CLIENT)
		attempt->server_port = server;
	else if (exchange == IKE_INIT)
		attempt->other_port += server != attempt->server_port;
	if (server != WHY_NAT_T_PORT)
		return;
	attempt->ike.on_4500[end]++;
	attempt->port_4500 = client;
}

static bool is_part(const struct message *message)
{
	return message->version == 2 &&
	       why_get(&message->bytes, NEXT_PAYLOAD_OFF, 1) == PAYLOAD_SKF;
}

/* Notes a fragment of a message: its number, and how many there are. */
static void read_part(struct why_ike *ike, enum why_end end,
		      const struct message *message)
{
	uint32_t number = why_get(&message->bytes, HEADER + 4, 2);
	uint32_t total = why_get(&message->bytes, HEADER + 6, 2);

	if (!is_part(message))
		return;
	if (total != ike->parts[end])
		ike->part_bits[end] = 0;
	ike->parts[end] = total;
	if (number >= 1 && number <= 32)
		ike->part_bits[end] |= 1U << (number - 1);
}

static void count(struct why_attempt *attempt, enum why_end end,
		  const struct message *message)
{
	struct why_ike *ike = &attempt->ike;
	uint32_t seen = why_ike_hash(&message->bytes);

	ike->messages[end][message->exchange]++;
	if (seen != ike->seen[end])
		ike->different[end][message->exchange]++;
	ike->seen[end] = seen;
	ike->aggressive |= message->version == 1 && message->number == 4;
	if (message->exchange == IKE_AUTH &&
	    message->size > ike->auth_size[end])
		ike->auth_size[end] = message->size;
	if (message->exchange == IKE_AUTH && end == SERVER && !is_part(message))
		ike->auth_last = message->size;
	if (message->exchange == IKE_INFORM && message->version == 1 &&
	    !ike->messages[end][IKE_CHILD])
		ike->inform_early[end]++;
	read_part(ike, end, message);
	if (!message->encrypted)
		why_ike_payloads(ike, end, message->bytes);
}

bool why_ike_message(struct why_facts *facts, const struct why_packet *packet,
		     struct why_bytes bytes, uint32_t size)
{
	struct why_attempt *attempt;
	struct message message;
	enum why_end end;

	if (!read_message(bytes, size, &message))
		return false;
	attempt = find(facts, packet, &message);
	/* A message that begins an SA answers nothing. */
	if (!attempt && ((!message.begins &&
			  note_strange(facts, packet, &message)) ||
			 find_older(facts, packet, &message)))
		return true;
	if (!attempt)
		attempt = begin(facts, packet, &message);
	if (!attempt)
		return true;
	end = why_note(attempt, packet);
	note_port(attempt, end, packet, message.exchange);
	count(attempt, end, &message);
	note_inform(attempt, end, &message);
	return true;
}

bool why_ike_datagram(struct why_facts *facts, const struct why_packet *packet)
{
	bool nat_t = packet->source_port == WHY_NAT_T_PORT ||
		     packet->destination_port == WHY_NAT_T_PORT;
	struct why_bytes data = packet->payload;
	uint32_t size = packet->payload_size;

	if (nat_t && data.length >= NON_ESP_MARKER &&
	    why_get(&data, 0, NON_ESP_MARKER) == 0)
		return why_ike_message(facts, packet,
				       why_behind(&data, NON_ESP_MARKER),
				       size - NON_ESP_MARKER);
	if (!nat_t)
		return why_ike_message(facts, packet, data, size);
	/* Some send IKE from port 4500 without the marker to port 500. */
	if (packet->source_port == WHY_IKE_PORT ||
	    packet->destination_port == WHY_IKE_PORT)
		return why_ike_message(facts, packet, data, size);
	why_esp_udp(facts, packet);
	return true;
}
