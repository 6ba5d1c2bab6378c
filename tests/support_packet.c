/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets made by hand. */
#include "fragments.h"
#include "support_checksum.h"

#include <string.h>

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
	put16(at, ip[9] == ICMP ? internet_checksum(ip + 20, length - 20)
				: l4_checksum(ip, 20, length));
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
	put16(packet.data + 36, l4_checksum(packet.data, 20, packet.length));
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
	checksum = l4_checksum(packet.data, 20, packet.length);
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
	put16(icmp + 2, internet_checksum(icmp, sizeof(icmp)));
	return ip_packet(from, to, ICMP, icmp, sizeof(icmp));
}

struct bytes icmp_error(uint32_t from, uint32_t to, uint8_t type,
			const struct bytes *quoted, uint32_t quoted_length)
{
	uint8_t icmp[4180] = { 0 };

	icmp[0] = type;
	memcpy(icmp + 8, quoted->data, quoted_length);
	put16(icmp + 2, internet_checksum(icmp, 8 + quoted_length));
	return ip_packet(from, to, 1, icmp, 8 + quoted_length);
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
