/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums computed over all bytes, by another way than the library's. */
#include "support_checksum.h"

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

uint16_t internet_checksum(const uint8_t *p, uint32_t length)
{
	return (uint16_t)~folded(sum(p, length));
}

/* The checksum over a pseudo header and the first bytes behind the IP header.
 */
static uint16_t pseudo_checksum(const uint8_t *ip, uint32_t header,
				uint32_t total, uint32_t covered)
{
	return (uint16_t)~folded(sum(ip + 12, 8) + ip[9] + (total - header) +
				 sum(ip + header, covered));
}

uint16_t l4_checksum(const uint8_t *ip, uint32_t header, uint32_t total)
{
	return pseudo_checksum(ip, header, total, total - header);
}

void set_ip_checksum(struct bytes *packet)
{
	uint32_t header = (packet->data[0] & 15U) * 4;

	put16(packet->data + 10, 0);
	put16(packet->data + 10, internet_checksum(packet->data, header));
}

void set_icmp_checksum(struct bytes *packet)
{
	uint8_t *icmp = packet->data + 20;

	put16(icmp + 2, 0);
	put16(icmp + 2, internet_checksum(icmp, packet->length - 20));
}

/* The checksum of DCCP, which covers all of every packet here, or of UDP-Lite,
 * which says what it covers (RFC 3828 3.1). */
static uint16_t transport_checksum(const uint8_t *ip, uint32_t header,
				   uint32_t total)
{
	uint32_t covered = ip[9] == UDPLITE ? get16(ip + header + 4) : 0;

	if (covered == 0 || covered > total - header)
		covered = total - header;
	return pseudo_checksum(ip, header, total, covered);
}

/* Returns whether it is DCCP or UDP-Lite. */
static bool is_transport(const uint8_t *ip)
{
	return ip[9] == DCCP || ip[9] == UDPLITE;
}

/* The CRC32c of RFC 9260 appendix A: its own field counts as 0, and its least
 * byte comes first. */
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
	value = transport_checksum(packet->data, 20, packet->length);
	put16(checksum,
	      value == 0 && packet->data[9] == UDPLITE ? 0xffff : value);
}

bool checksums_right(const uint8_t *ip, uint32_t length)
{
	uint32_t header = (ip[0] & 15U) * 4, total = get16(ip + 2);

	if (internet_checksum(ip, header) != 0)
		return false;
	if (total > length || get16(ip + 6) & 0x3fff)
		return true; /* not all there */
	if (ip[9] == ICMP)
		return internet_checksum(ip + header, total - header) == 0;
	if (ip[9] == TCP || (ip[9] == UDP && get16(ip + header + 6) != 0))
		return l4_checksum(ip, header, total) == 0;
	if (ip[9] == SCTP && total >= header + 12)
		return get32(ip + header + 8) ==
		       sctp_checksum(ip + header, total - header);
	if (is_transport(ip) && total >= header + 8)
		return transport_checksum(ip, header, total) == 0;
	return true;
}
