/* SPDX-License-Identifier: BSD-2-Clause */
/* The headers of SCTP, DCCP and UDP-Lite. Where a port changes, which only
 * services make it do, the checksum changes by the difference. SCTP's covers no
 * address, and all of the packet: how long that is must be known. */
#include "transports.h"

#include "../wire/ip.h"
#include "../wire/transport.h"
#include "crc32c.h"

static const struct general_transport transports[] = {
	{ .protocol = SCTP_PROTOCOL, /* RFC 9260 3.2 */
	  .header = SCTP_HEADER_LEN,
	  .type_off = SCTP_CHUNK_TYPE_OFF,
	  .type_mask = 0xff,
	  .begins = 1U << SCTP_INIT,
	  .ends = 1U << SCTP_ABORT | 1U << SCTP_SHUTDOWN_ACK |
		  1U << SCTP_SHUTDOWN_COMPLETE },
	{ .protocol = DCCP_PROTOCOL, /* RFC 4340 5.1 */
	  .header = DCCP_HEADER_LEN,
	  .checksum = DCCP_CHECKSUM_OFF,
	  .type_off = DCCP_TYPE_OFF,
	  .type_shift = 1,
	  .type_mask = 0x0f,
	  .begins = 1U << DCCP_REQUEST,
	  .ends = 1U << DCCP_CLOSE | 1U << DCCP_RESET },
	{ .protocol = UDPLITE_PROTOCOL, /* RFC 3828 3 */
	  .header = UDPLITE_HEADER_LEN,
	  .checksum = UDPLITE_CHECKSUM_OFF },
};

const struct general_transport *vpnalg_general_transport_find(uint8_t protocol)
{
	size_t i;

	for (i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (transports[i].protocol == protocol)
			return &transports[i];
	return NULL;
}

/* RFC 3828 3.1: UDP-Lite covers all, or its header at least, and a checksum of
 * 0 is none. */
enum vpnalg_result
vpnalg_general_transport_check(const struct vpnalg_parsed *parsed,
			       const struct general_transport *transport)
{
	const uint8_t *l4 = parsed->l4;
	uint32_t coverage;

	if (transport->protocol != UDPLITE_PROTOCOL ||
	    parsed->l4_caplen < UDPLITE_HEADER_LEN)
		return vpnalg_has_header(parsed, transport->header);
	coverage = vpnalg_get16(l4 + UDPLITE_COVERAGE_OFF);
	if (coverage != 0 &&
	    (coverage < UDPLITE_HEADER_LEN || coverage > parsed->l4_len))
		return VPNALG_DROP_MALFORMED;
	return vpnalg_get16(l4 + UDPLITE_CHECKSUM_OFF) != 0
		       ? VPNALG_TRANSLATED
		       : VPNALG_DROP_MALFORMED;
}

/* UDP-Lite has no packet without a checksum. */
enum vpnalg_result
vpnalg_general_transport_check_quote(const struct vpnalg_parsed *parsed,
				     const struct general_transport *transport)
{
	if (transport->checksum == 0)
		return VPNALG_TRANSLATED;
	if (parsed->l4_caplen < transport->checksum + 2U ||
	    (transport->protocol == UDPLITE_PROTOCOL &&
	     vpnalg_get16(parsed->l4 + UDPLITE_CHECKSUM_OFF) == 0))
		return VPNALG_DROP_MALFORMED;
	return VPNALG_TRANSLATED;
}

/* Returns a sum in which some bytes are replaced by others (RFC 1624). */
static uint32_t exchange(uint32_t sum, const uint8_t *before,
			 const uint8_t *after, uint8_t length)
{
	uint8_t i;

	for (i = 0; i < length; i += 2)
		sum += (~(uint32_t)vpnalg_get16(before + i) & 0xffff) +
		       vpnalg_get16(after + i);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* Returns the checksum for another local address and port. A partial one is the
 * sum of the pseudo header, not complemented. UDP-Lite never sends 0. */
static uint16_t checksum_for(const struct vpnalg_parsed *parsed,
			     const struct general_transport *transport,
			     const uint8_t *address, const uint8_t *before,
			     const uint8_t *after)
{
	bool partial = parsed->checksum == VPNALG_CHECKSUM_PARTIAL;
	uint32_t sum = vpnalg_get16(parsed->l4 + transport->checksum);

	if (!partial)
		sum = exchange(~sum & 0xffff, before, after, 2);
	sum = exchange(sum, parsed->local, address, parsed->addr_len);
	if (!partial)
		sum = ~sum & 0xffff;
	return sum == 0 && transport->protocol == UDPLITE_PROTOCOL
		       ? 0xffff
		       : (uint16_t)sum;
}

/* Whether a packet has an SCTP checksum that is to be changed with a port. The
 * length of a fragment's packet is not known: fragments are put together
 * before, but for one that is quoted, of which nobody can verify it. */
static bool has_crc(const struct vpnalg_parsed *parsed)
{
	return parsed->protocol == SCTP_PROTOCOL &&
	       parsed->fragment == VPNALG_FRAGMENT_NONE &&
	       parsed->checksum != VPNALG_CHECKSUM_PARTIAL;
}

/* A quote may have a part of it. */
static void change_crc(const struct vpnalg_parsed *parsed, uint32_t offset,
		       uint16_t difference)
{
	uint32_t change = vpnalg_general_crc32c_change(
		difference, parsed->l4_len - offset - 2);
	uint32_t at;

	for (at = SCTP_CHECKSUM_OFF;
	     at < SCTP_HEADER_LEN && at < parsed->l4_caplen; at++) {
		parsed->l4[at] ^= (uint8_t)change;
		change >>= 8;
	}
}

void vpnalg_general_transport_rewrite(struct vpnalg_step *step,
				      const struct general_transport *transport,
				      const uint8_t *address, uint16_t port)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	unsigned offset =
		parsed->inward ? PORT_DESTINATION_OFF : PORT_SOURCE_OFF;
	uint16_t before = vpnalg_get16(parsed->l4 + offset);
	uint8_t after[2];

	vpnalg_put16(after, port);
	if (transport->checksum != 0)
		vpnalg_rewrite_16(step, transport->checksum,
				  checksum_for(parsed, transport, address,
					       parsed->l4 + offset, after));
	if (before != port && has_crc(parsed))
		change_crc(parsed, offset, before ^ port);
	vpnalg_rewrite_16(step, offset, port);
	vpnalg_rewrite_local(step, address);
}
