/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets made by hand, with checksums computed over all bytes. */
#include "fragments.h"

#include <string.h>

uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

void put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value & 0xffff);
}

static uint32_t sum(const uint8_t *p, uint32_t length)
{
	uint32_t total = 0;

	for (; length > 1; p += 2, length -= 2)
		total += get16(p);
	return length ? total + (uint32_t)(*p << 8) : total;
}

static uint16_t folded(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)total;
}

static uint16_t l4_sum(const uint8_t *ip, uint32_t header, uint32_t total)
{
	return folded(sum(ip + 12, 8) + ip[9] + (total - header) +
		      sum(ip + header, total - header));
}

static void set_ip_checksum(struct bytes *packet)
{
	uint32_t header = (packet->data[0] & 15U) * 4;

	put16(packet->data + 10, 0);
	put16(packet->data + 10, (uint16_t)~folded(sum(packet->data, header)));
}

struct bytes ip_packet(uint32_t from, uint32_t to, uint8_t protocol,
		       const void *data, uint32_t length)
{
	struct bytes packet = { .length = 20 + length };
	uint8_t *ip = packet.data;

	ip[0] = 0x45;
	put16(ip + 2, packet.length);
	put16(ip + 4, 0x1234);
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, from);
	put32(ip + 16, to);
	memcpy(ip + 20, data, length);
	set_ip_checksum(&packet);
	return packet;
}

void set_fragment(struct bytes *packet, uint16_t field)
{
	put16(packet->data + 6, field);
	set_ip_checksum(packet);
}

void set_icmp_checksum(struct bytes *packet)
{
	uint8_t *icmp = packet->data + 20;
	uint32_t length = packet->length - 20;

	put16(icmp + 2, 0);
	put16(icmp + 2, (uint16_t)~folded(sum(icmp, length)));
}

void add_ip_options(struct bytes *packet, unsigned length)
{
	uint8_t *ip = packet->data;

	memmove(ip + 20 + length, ip + 20, packet->length - 20);
	memset(ip + 20, 1, length); /* no operation, RFC 791 */
	packet->length += length;
	ip[0] = (uint8_t)(0x45 + length / 4);
	put16(ip + 2, packet->length);
	set_ip_checksum(packet);
}

/* Offset of the checksum behind the IP header, or 0. */
static uint32_t checksum_off(uint8_t protocol)
{
	switch (protocol) {
	case TCP:
		return 16;
	case UDP:
		return 6;
	case ICMP:
		return 2;
	default:
		return 0;
	}
}

void grow(struct bytes *packet, uint32_t length)
{
	uint8_t *ip = packet->data, *at = ip + 20 + checksum_off(ip[9]);
	uint32_t i;

	for (i = packet->length; i < length; i++)
		ip[i] = (uint8_t)(i * 7 + i / 256);
	packet->length = length;
	put16(ip + 2, length);
	set_ip_checksum(packet);
	if (ip[9] == UDP)
		put16(ip + 24, length - 20);
	set_transport_checksum(packet);
	if (checksum_off(ip[9]) == 0)
		return;
	put16(at, 0);
	put16(at, (uint16_t)~(ip[9] == ICMP
				      ? folded(sum(ip + 20, length - 20))
				      : l4_sum(ip, 20, length)));
}

struct bytes tcp_packet(uint32_t from, uint16_t from_port, uint32_t to,
			uint16_t to_port, uint32_t seq, uint32_t ack,
			uint8_t flags, const void *data, uint32_t length)
{
	uint8_t tcp[4180] = { 0 };
	struct bytes packet;

	put16(tcp, from_port);
	put16(tcp + 2, to_port);
	put32(tcp + 4, seq);
	put32(tcp + 8, ack);
	tcp[12] = 0x50;
	tcp[13] = flags;
	put16(tcp + 14, 8192);
	if (length > 0)
		memcpy(tcp + 20, data, length);
	packet = ip_packet(from, to, TCP, tcp, 20 + length);
	put16(packet.data + 36,
	      (uint16_t)~l4_sum(packet.data, 20, packet.length));
	return packet;
}

struct bytes udp_packet(uint32_t from, uint16_t from_port, uint32_t to,
			uint16_t to_port, const void *data, uint32_t length)
{
	uint8_t udp[4180] = { 0 };
	struct bytes packet;
	uint16_t checksum;

	put16(udp, from_port);
	put16(udp + 2, to_port);
	put16(udp + 4, 8 + length);
	memcpy(udp + 8, data, length);
	packet = ip_packet(from, to, UDP, udp, 8 + length);
	checksum = (uint16_t)~l4_sum(packet.data, 20, packet.length);
	put16(packet.data + 26, checksum ? checksum : 0xffff);
	return packet;
}

struct bytes gre_packet(uint32_t from, uint32_t to, uint16_t call_id,
			uint32_t sequence)
{
	uint8_t gre[16] = { 0x30, 0x01, 0x88, 0x0b, 0, 4 };

	put16(gre + 6, call_id);
	put32(gre + 8, sequence);
	memcpy(gre + 12, "\xff\x03\xc0\x21", 4);
	return ip_packet(from, to, GRE, gre, sizeof(gre));
}

struct bytes icmp_query(uint32_t from, uint32_t to, uint8_t type,
			uint16_t id, uint16_t sequence)
{
	uint8_t icmp[28] = { type };

	put16(icmp + 4, id);
	put16(icmp + 6, sequence);
	memcpy(icmp + 8, "abcdefghijklmnopqrst", 20);
	put16(icmp + 2, (uint16_t)~folded(sum(icmp, sizeof(icmp))));
	return ip_packet(from, to, ICMP, icmp, sizeof(icmp));
}

struct bytes icmp_error(uint32_t from, uint32_t to, uint8_t type,
			const struct bytes *quoted, uint32_t quoted_length)
{
	uint8_t icmp[4180] = { 0 };

	icmp[0] = type;
	memcpy(icmp + 8, quoted->data, quoted_length);
	put16(icmp + 2, (uint16_t)~folded(sum(icmp, 8 + quoted_length)));
	return ip_packet(from, to, 1, icmp, 8 + quoted_length);
}

/* The checksum of DCCP, which covers all here, and of UDP-Lite (RFC 3828 3.1).
 */
static uint16_t transport_sum(const uint8_t *ip, uint32_t header,
			      uint32_t total)
{
	uint32_t covered = ip[9] == UDPLITE ? get16(ip + header + 4) : 0;

	if (covered == 0 || covered > total - header)
		covered = total - header;
	return folded(sum(ip + 12, 8) + ip[9] + (total - header) +
		      sum(ip + header, covered));
}

static bool is_transport(const uint8_t *ip)
{
	return ip[9] == DCCP || ip[9] == UDPLITE;
}

/* RFC 9260 appendix A: with a checksum of 0, the least byte first. */
static uint32_t sctp_checksum(const uint8_t *sctp, uint32_t length)
{
	uint32_t crc = 0xffffffff, i, bit;

	for (i = 0; i < length; i++) {
		crc ^= i >= 8 && i < 12 ? 0 : sctp[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	crc = ~crc;
	return crc << 24 | (crc & 0xff00) << 8 | (crc >> 8 & 0xff00) | crc >> 24;
}

void set_transport_checksum(struct bytes *packet)
{
	uint8_t *checksum = packet->data + 26;
	uint16_t value;

	if (packet->data[9] == SCTP)
		put32(packet->data + 28, sctp_checksum(packet->data + 20,
						       packet->length - 20));
	if (!is_transport(packet->data))
		return;
	put16(checksum, 0);
	value = (uint16_t)~transport_sum(packet->data, 20, packet->length);
	put16(checksum,
	      value == 0 && packet->data[9] == UDPLITE ? 0xffff : value);
}

struct bytes transport_packet(uint8_t protocol, uint32_t from,
			      uint16_t from_port, uint32_t to, uint16_t to_port,
			      uint8_t type)
{
	uint8_t data[20] = { 0 };
	struct bytes p;

	put16(data, from_port);
	put16(data + 2, to_port);
	if (protocol == SCTP) {
		put32(data + 4, 0x12345678); /* verification tag */
			data[12] = type;
		put16(data + 14, 4);
	} else if (protocol == DCCP) {
		data[4] = 5;
		data[8] = (uint8_t)(type << 1 | 1);
	}
	p = ip_packet(from, to, protocol, data, sizeof(data));
	set_transport_checksum(&p);
	return p;
}

bool checksums_right(const uint8_t *ip, uint32_t length)
{
	uint32_t header = (ip[0] & 15U) * 4, total = get16(ip + 2);

	if (folded(sum(ip, header)) != 0xffff)
		return false;
	if (total > length || get16(ip + 6) & 0x3fff)
		return true; /* not all there */
	if (ip[9] == ICMP)
		return folded(sum(ip + header, total - header)) == 0xffff;
	if (ip[9] == TCP)
		return l4_sum(ip, header, total) == 0xffff;
	if (ip[9] == UDP && get16(ip + header + 6) != 0)
		return l4_sum(ip, header, total) == 0xffff;
	if (ip[9] == SCTP && total >= header + 12)
		return get32(ip + header + 8) ==
		       sctp_checksum(ip + header, total - header);
	if (is_transport(ip) && total >= header + 8)
		return transport_sum(ip, header, total) == 0xffff;
	return true;
}

uint32_t source(const struct world *w)
{
	return get32(w->bytes + 12);
}

uint32_t destination(const struct world *w)
{
	return get32(w->bytes + 16);
}

const uint8_t *l4(const struct world *w)
{
	return w->bytes + (w->bytes[0] & 15) * 4;
}

uint16_t gre_call_id(const struct world *w)
{
	return get16(l4(w) + 6);
}

const uint8_t *payload(const struct world *w)
{
	return l4(w) + (l4(w)[12] >> 4) * 4;
}

uint32_t payload_length(const struct world *w)
{
	return get16(w->bytes + 2) - (uint32_t)(payload(w) - w->bytes);
}

/* Lengths of the control messages, RFC 2637 2.1 to 2.15. */
static const uint8_t lengths[16] = { 0,	 156, 156, 16,	16, 16,	 20, 168,
				     32, 220, 24,  28,	16, 148, 40, 24 };

uint32_t message_length(unsigned type)
{
	return lengths[type];
}

struct bytes message(unsigned type, uint16_t first, uint16_t second,
		     uint8_t result)
{
	struct bytes m = { .length = message_length(type) };
	unsigned i;

	/* A pattern, so that a byte changed by mistake shows. */
	for (i = 0; i < m.length; i++)
		m.data[i] = (uint8_t)(0x80 + i);
	put16(m.data, m.length);
	put16(m.data + 2, 1);
	put32(m.data + 4, 0x1a2b3c4d);
	put16(m.data + 8, type);
	put16(m.data + 10, 0);
	if (m.length > 12) {
		put16(m.data + 12, first);
		put16(m.data + 14, second);
	}
	if (type == 8 || type == 10)
		m.data[16] = result;
	return m;
}

struct bytes join(const struct bytes *a, const struct bytes *b)
{
	struct bytes both = *a;

	memcpy(both.data + a->length, b->data, b->length);
	both.length += b->length;
	return both;
}
