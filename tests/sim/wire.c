/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include <string.h>

#define IP_LEN 20
#define IP_TOTAL 2
#define IP_TTL 8
#define IP_PROTOCOL 9
#define IP_CHECKSUM 10
#define IP_FROM 12
#define IP_TO 16
#define ESP_LEN 8
#define UDP_LEN 8
#define IKE_LEN 28
#define PROTOCOL_UDP 17
#define PROTOCOL_ESP 50

/* A ping through a tunnel, as in our lab's captures. */
#define ESP_TOTAL 156

static void put16(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

static void put64(uint8_t *p, uint64_t value)
{
	put32(p, (uint32_t)(value >> 32));
	put32(p + 4, (uint32_t)value);
}

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) << 16 | get16(p + 2);
}

static uint32_t sum(const uint8_t *p, unsigned length)
{
	uint32_t total = 0;
	unsigned i;

	for (i = 0; i < length; i += 2)
		total += get16(p + i);
	return total;
}

static uint16_t fold(uint32_t total)
{
	total = (total & 0xffff) + (total >> 16);
	total = (total & 0xffff) + (total >> 16);
	return (uint16_t)total;
}

/* Of the pseudo header and of UDP as far as it is in memory. */
static uint32_t udp_sum(const uint8_t *ip)
{
	return sum(ip + IP_FROM, 8) + PROTOCOL_UDP +
	       get16(ip + IP_LEN + 4) +
	       sum(ip + IP_LEN, UDP_LEN + IKE_LEN);
}

static void make_ip(struct parcel *parcel, const struct wire_ends *ends,
		    uint8_t protocol, uint32_t total)
{
	uint8_t *ip = parcel->bytes;

	memset(ip, 0, IP_LEN);
	ip[0] = 0x45;
	put16(ip + IP_TOTAL, total);
	ip[IP_TTL] = 64;
	ip[IP_PROTOCOL] = protocol;
	put32(ip + IP_FROM, ends->from);
	put32(ip + IP_TO, ends->to);
	put16(ip + IP_CHECKSUM, (uint16_t)~fold(sum(ip, IP_LEN)));
	memset(&parcel->packet, 0, sizeof(parcel->packet));
	parcel->packet.data = ip;
	parcel->packet.len = total;
}

void wire_make_esp(struct parcel *parcel, const struct wire_ends *ends,
		   uint32_t spi, uint32_t sequence)
{
	make_ip(parcel, ends, PROTOCOL_ESP, ESP_TOTAL);
	put32(parcel->bytes + IP_LEN, spi);
	put32(parcel->bytes + IP_LEN + 4, sequence);
	parcel->packet.caplen = IP_LEN + ESP_LEN;
	parcel->esp = true;
	parcel->spi = spi;
}

void wire_make_ike(struct parcel *parcel, const struct wire_ends *ends,
		   const struct wire_ike *ike)
{
	uint8_t *udp = parcel->bytes + IP_LEN, *p = udp + UDP_LEN;
	uint16_t checksum;

	make_ip(parcel, ends, PROTOCOL_UDP, IP_LEN + UDP_LEN + ike->length);
	put16(udp, ends->from_port);
	put16(udp + 2, ends->to_port);
	put16(udp + 4, UDP_LEN + ike->length);
	put16(udp + 6, 0);
	put64(p, ike->spi[0]);
	put64(p + 8, ike->spi[1]);
	p[16] = ike->next;
	p[17] = ike->version;
	p[18] = ike->exchange;
	p[19] = ike->flags;
	put32(p + 20, ike->id);
	put32(p + 24, ike->length);
	checksum = (uint16_t)~fold(udp_sum(parcel->bytes));
	put16(udp + 6, checksum == 0 ? 0xffff : checksum);
	parcel->packet.caplen = IP_LEN + UDP_LEN + IKE_LEN;
	parcel->esp = false;
	parcel->spi = 0;
}

struct wire_ends wire_ends(const struct parcel *parcel)
{
	const uint8_t *ip = parcel->bytes;
	struct wire_ends ends = { get32(ip + IP_FROM), get32(ip + IP_TO), 0,
				  0 };

	if (ip[IP_PROTOCOL] == PROTOCOL_UDP) {
		ends.from_port = (uint16_t)get16(ip + IP_LEN);
		ends.to_port = (uint16_t)get16(ip + IP_LEN + 2);
	}
	return ends;
}

bool wire_is_right(const struct parcel *parcel)
{
	const uint8_t *ip = parcel->bytes;

	return fold(sum(ip, IP_LEN)) == 0xffff &&
	       (parcel->esp || fold(udp_sum(ip)) == 0xffff);
}

void wire_set_from(struct parcel *parcel, uint32_t address)
{
	put32(parcel->bytes + IP_FROM, address);
}

void wire_set_to(struct parcel *parcel, uint32_t address)
{
	put32(parcel->bytes + IP_TO, address);
}
