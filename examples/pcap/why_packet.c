/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_packet.h"

#include "seen_port.h"
#include "side.h"

#define TCP_HEADER 20
#define TCP_OFFSET_OFF 12
#define TCP_CHECKSUM_OFF 16
#define UDP_HEADER 8
#define UDP_LENGTH_OFF 4
#define UDP_CHECKSUM_OFF 6
#define ICMP_QUOTE_OFF 8
#define MORE_FRAGMENTS 0x2000
#define FRAGMENT_MASK 0x1fff

uint32_t why_get(const struct why_bytes *bytes, uint32_t at, unsigned size)
{
	uint32_t value = 0;

	if (at > bytes->length || size > bytes->length - at)
		return 0;
	while (size-- > 0)
		value = value << 8 | bytes->data[at++];
	return value;
}

struct why_bytes why_behind(const struct why_bytes *bytes, uint32_t length)
{
	if (length > bytes->length)
		length = bytes->length;
	return (struct why_bytes){ bytes->data + length,
				   bytes->length - length };
}

struct why_bytes why_first(struct why_bytes bytes, uint32_t length)
{
	if (bytes.length > length)
		bytes.length = length;
	return bytes;
}

static uint32_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t sum_of(const struct why_bytes *bytes)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < bytes->length; i++)
		sum += i & 1 ? bytes->data[i] : (uint32_t)bytes->data[i] << 8;
	return fold(sum);
}

/* Returns whether the checksum of TCP or UDP is wrong. Where a network card is
 * to fill it in, the field still holds the sum of the pseudo header. */
static bool is_wrong(const struct why_packet *packet, uint32_t field)
{
	uint32_t pseudo = (packet->source >> 16) + (packet->source & 0xffff) +
			  (packet->destination >> 16) +
			  (packet->destination & 0xffff) + packet->protocol +
			  packet->body_size;
	uint32_t sent = why_get(&packet->body, field, 2);

	if (packet->first || packet->body.length != packet->body_size ||
	    (sent == 0 && packet->protocol == WHY_UDP))
		return false;
	pseudo = fold(pseudo);
	return fold(pseudo + sum_of(&packet->body)) != 0xffff &&
	       sent != pseudo;
}

static void read_ports(struct why_packet *packet, uint32_t header)
{
	packet->source_port =
		seen_port(packet->protocol, why_get(&packet->body, 0, 2));
	packet->destination_port =
		seen_port(packet->protocol, why_get(&packet->body, 2, 2));
	packet->payload = why_behind(&packet->body, header);
	packet->payload_size =
		packet->body_size > header ? packet->body_size - header : 0;
}

static void read_tcp(struct why_packet *packet)
{
	uint32_t header = why_get(&packet->body, TCP_OFFSET_OFF, 1) >> 4;

	read_ports(packet, header * 4 < TCP_HEADER ? TCP_HEADER : header * 4);
	packet->bad_checksum = is_wrong(packet, TCP_CHECKSUM_OFF);
}

static void read_udp(struct why_packet *packet)
{
	uint32_t length = why_get(&packet->body, UDP_LENGTH_OFF, 2);

	read_ports(packet, UDP_HEADER);
	packet->bad_checksum = is_wrong(packet, UDP_CHECKSUM_OFF);
	if (length < UDP_HEADER || packet->first)
		return;
	length -= UDP_HEADER;
	packet->payload = why_first(packet->payload, length);
	if (packet->payload_size > length)
		packet->payload_size = length;
}

/* Reads a packet of which len bytes were on the wire. */
static bool read_ip(struct why_bytes ip, uint32_t len,
		    struct why_packet *packet)
{
	uint32_t header = (why_get(&ip, 0, 1) & 15) * 4;
	uint32_t total = why_get(&ip, 2, 2), bits = why_get(&ip, 6, 2);

	if (ip.length < IPV4_HEADER || header < IPV4_HEADER)
		return false;
	/* Offload leaves the total length 0. */
	if (total < header || total > len)
		total = len;
	packet->source = why_get(&ip, 12, 4);
	packet->destination = why_get(&ip, 16, 4);
	packet->protocol = (uint8_t)why_get(&ip, 9, 1);
	packet->id = (uint16_t)why_get(&ip, 4, 2);
	packet->offset = (bits & FRAGMENT_MASK) * 8;
	packet->later = packet->offset != 0;
	packet->more = bits & MORE_FRAGMENTS;
	packet->first = !packet->later && packet->more;
	packet->size = total;
	ip = why_first(ip, total);
	packet->body = why_behind(&ip, header);
	packet->body_size = total > header ? total - header : 0;
	return true;
}

static void read_transport(struct why_packet *packet)
{
	packet->source_port = packet->destination_port = 0;
	packet->payload = (struct why_bytes){ packet->body.data, 0 };
	packet->payload_size = 0;
	packet->bad_checksum = false;
	if (packet->later)
		return;
	if (packet->protocol == WHY_TCP)
		read_tcp(packet);
	else if (packet->protocol == WHY_UDP)
		read_udp(packet);
}

bool why_packet_read(const struct frame *frame, struct why_packet *packet)
{
	struct why_bytes ip = { frame->data + frame->ip,
				frame->caplen - frame->ip };

	if (frame->ip > frame->caplen || frame->ip > frame->len ||
	    !read_ip(ip, frame->len - frame->ip, packet))
		return false;
	read_transport(packet);
	return true;
}

bool why_packet_quoted(const struct why_packet *error,
		       struct why_packet *packet)
{
	struct why_bytes quote = why_behind(&error->body, ICMP_QUOTE_OFF);

	*packet = *error;
	if (!read_ip(quote, UINT16_MAX, packet))
		return false;
	read_transport(packet);
	packet->bad_checksum = false; /* a quote is seldom whole */
	return true;
}
