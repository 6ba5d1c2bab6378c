/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes packets and keeps their checksums true by the difference
 * (RFC 1624, equation 3). */
#include "internal.h"

#include <string.h>

#include "wire_ip.h"
#include "wire_tcp.h"
#include "wire_udp.h"

/* Offset of the checksum behind the IP header, or -1 without one. */
static int l4_checksum_off(const struct vpnalg_facts *facts)
{
	switch (facts->protocol) {
	case PROTOCOL_TCP:
		return TCP_CHECKSUM_OFF;
	case PROTOCOL_UDP:
		return UDP_CHECKSUM_OFF;
	case PROTOCOL_ICMP:
		return ICMP_CHECKSUM_OFF;
	default:
		return -1;
	}
}

bool vpnalg_rewrite_possible(const struct vpnalg_facts *facts)
{
	int off = l4_checksum_off(facts);

	return off < 0 || facts->l4_caplen >= (uint32_t)off + 2;
}

static uint32_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* delta is the sum of all ~old + new. */
static void update(uint8_t *checksum, uint32_t delta)
{
	uint32_t sum = (~(uint32_t)vpnalg_get16(checksum) & 0xffff) + delta;

	vpnalg_put16(checksum, ~fold(sum) & 0xffff);
}

/* For what the pseudo header covers as well: a partial checksum is the sum of
 * just that and not complemented. UDP without a checksum has none (RFC 768), even
 * if it is marked partial: that may mean a packet which it carries. */
static void update_l4(struct vpnalg_step *step, uint32_t delta, bool pseudo)
{
	const struct vpnalg_facts *facts = step->facts;
	int off = l4_checksum_off(facts);
	uint8_t *checksum;

	/* ICMP's covers no pseudo header, and no hardware computes it. */
	if (off < 0 || (pseudo && facts->protocol == PROTOCOL_ICMP))
		return;
	checksum = facts->l4 + off;
	if (facts->protocol == PROTOCOL_UDP && vpnalg_get16(checksum) == 0)
		return;
	if (facts->checksum == VPNALG_CHECKSUM_PARTIAL &&
	    facts->protocol != PROTOCOL_ICMP) {
		if (pseudo)
			vpnalg_put16(checksum,
				     fold(vpnalg_get16(checksum) + delta));
		return;
	}
	update(checksum, delta);
	if (facts->protocol == PROTOCOL_UDP && vpnalg_get16(checksum) == 0)
		vpnalg_put16(checksum, 0xffff);
}

static uint32_t difference(unsigned before, unsigned after)
{
	return (~(uint32_t)before & 0xffff) + after;
}

/* In the IP header; what the pseudo header's sum differs by. */
static uint32_t replace_local(struct vpnalg_step *step, const uint8_t *address)
{
	const struct vpnalg_facts *facts = step->facts;
	uint32_t before, after, delta = 0;
	size_t i;

	for (i = 0; i < facts->addr_len; i += 4) {
		before = ~vpnalg_get32(facts->local + i);
		after = vpnalg_get32(address + i);
		delta += (before >> 16) + (before & 0xffff) + (after >> 16) +
			 (after & 0xffff);
		memcpy(facts->local + i, address + i, 4);
	}
	delta = fold(delta);
	if (delta == 0xffff) /* the same address, or one as good as it */
		return 0;
	update(facts->ip + IPV4_CHECKSUM_OFF, delta);
	return delta;
}

void vpnalg_rewrite_local(struct vpnalg_step *step, const uint8_t *address)
{
	uint32_t delta = replace_local(step, address);

	if (delta != 0)
		update_l4(step, delta, true);
}

/* One update for address and port, which a partial checksum does not cover. */
static void rewrite_port(struct vpnalg_step *step, uint32_t delta,
			 uint16_t port)
{
	const struct vpnalg_facts *facts = step->facts;
	uint8_t *at = facts->l4 + (facts->inward ? PORT_DESTINATION_OFF
						 : PORT_SOURCE_OFF);
	uint16_t before = vpnalg_get16(at);

	vpnalg_put16(at, port);
	if (before != port && facts->checksum != VPNALG_CHECKSUM_PARTIAL)
		delta += difference(before, port);
	if (delta != 0)
		update_l4(step, delta, true);
}

void vpnalg_rewrite_ends(struct vpnalg_step *step)
{
	const struct vpnalg_facts *facts = step->facts;
	struct vpnalg_tuple other;
	uint32_t delta;

	vpnalg_session_tuple(step->translator, step->record,
			     facts->inside ? VPNALG_OUTSIDE_OWN
					   : VPNALG_INSIDE_OWN,
			     &other);
	delta = replace_local(step, other.local);
	if (facts->protocol == PROTOCOL_ICMP)
		vpnalg_rewrite_16(step, ICMP_ID_OFF, (uint16_t)other.id);
	else if (l4_checksum_off(facts) >= 0)
		rewrite_port(step, delta, (uint16_t)other.id);
}

void vpnalg_rewrite_byte(struct vpnalg_step *step, uint32_t offset,
			 uint8_t value)
{
	uint8_t *at = step->facts->l4 + offset;
	unsigned shift = offset & 1 ? 0 : 8;
	unsigned before = *at;

	if (before == value)
		return;
	*at = value;
	update_l4(step, difference(before << shift, (unsigned)value << shift),
		  false);
}

void vpnalg_rewrite_16(struct vpnalg_step *step, uint32_t offset,
		       uint16_t value)
{
	vpnalg_rewrite_byte(step, offset, (uint8_t)(value >> 8));
	vpnalg_rewrite_byte(step, offset + 1, (uint8_t)value);
}

/* The ones' complement sum of what is cut off, by its place in the segment. */
static uint32_t sum_tail(const struct vpnalg_facts *facts, uint32_t from)
{
	uint32_t sum = 0;

	for (; from < facts->l4_len; from++)
		sum += from & 1 ? facts->l4[from]
				: (uint32_t)facts->l4[from] << 8;
	return fold(sum);
}

void vpnalg_rewrite_cut(struct vpnalg_step *step, uint32_t l4_len)
{
	const struct vpnalg_facts *facts = step->facts;
	uint32_t gone = facts->l4_len - l4_len;
	uint32_t total = vpnalg_get16(facts->ip + IPV4_LENGTH_OFF);
	uint32_t tail = sum_tail(facts, l4_len);
	uint32_t delta = difference(facts->l4_len & 0xffff, l4_len & 0xffff);

	update_l4(step, difference(tail, 0), false);
	update_l4(step, delta, true);
	vpnalg_put16(facts->ip + IPV4_LENGTH_OFF, total - gone);
	update(facts->ip + IPV4_CHECKSUM_OFF, difference(total, total - gone));
	/* What lies behind the IP packet, as Ethernet padding, goes too. */
	step->packet->len = total - gone;
	step->packet->caplen = total - gone;
	step->packet->flags |= VPNALG_PACKET_CUT;
}
