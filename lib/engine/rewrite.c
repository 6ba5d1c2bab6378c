/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes packets and keeps their checksums true by the difference
 * (RFC 1624, equation 3). */
#include "rewrite.h"

#include <string.h>

#include "record.h"

bool vpnalg_rewrite_possible(const struct vpnalg_parsed *parsed)
{
	int off = rewrite_checksum_offset(parsed);

	return off < 0 || parsed->l4_caplen >= (uint32_t)off + 2;
}

/* Sums are of 16 bits in the machine's own order: they are right in any (RFC
 * 1071 2), so nothing is swapped. */
static inline uint32_t load16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline void store16(uint8_t *p, uint32_t value)
{
	uint16_t v = value & 0xffff;

	memcpy(p, &v, sizeof(v));
}

/* In the order in which it stands in packets. */
static inline uint32_t as_written(uint16_t value)
{
	uint8_t bytes[2];

	vpnalg_put16(bytes, value);
	return load16(bytes);
}

/* The ones' complement sum of both halves: what carries out of one goes into
 * the other. */
static inline uint32_t fold(uint32_t sum)
{
	return (sum + (sum << 16 | sum >> 16)) >> 16;
}

/* ~before + after. */
static inline uint32_t difference(uint32_t before, uint32_t after)
{
	return after - before + 0xffff;
}

/* delta is the sum of some differences. */
static inline void update(uint8_t *checksum, uint32_t delta)
{
	store16(checksum, ~fold(difference(load16(checksum), delta)));
}

/* A UDP checksum of 0 means that there is none, and stays; a computed 0 is
 * written as 0xffff (RFC 768). */
static inline void update_udp(uint8_t *checksum, uint32_t delta)
{
	if (load16(checksum) == 0)
		return;
	update(checksum, delta);
	if (load16(checksum) == 0)
		store16(checksum, 0xffff);
}

/* A partial checksum is the sum of the pseudo header alone, not complemented. A
 * UDP packet marked so may have none: the mark may be about one that it
 * carries. */
static void update_partial(const struct vpnalg_parsed *parsed,
			   uint8_t *checksum, uint32_t delta)
{
	if (parsed->protocol != PROTOCOL_UDP || load16(checksum) != 0)
		store16(checksum, fold(load16(checksum) + delta));
}

/* Returns whether the packet has UDP's checksum or none, but no partial one. */
static inline bool is_whole_udp(const struct vpnalg_parsed *parsed)
{
	return parsed->protocol == PROTOCOL_UDP &&
	       parsed->checksum != VPNALG_CHECKSUM_PARTIAL;
}

/* For what is behind the IP header, or for what the pseudo header covers as
 * well. ICMP's checksum covers none, and no hardware computes it. */
static void update_l4(const struct vpnalg_parsed *parsed, uint32_t delta,
		      bool pseudo)
{
	int off = rewrite_checksum_offset(parsed);

	if (off < 0)
		return;
	if (parsed->protocol == PROTOCOL_ICMP) {
		if (!pseudo)
			update(parsed->l4 + off, delta);
	} else if (parsed->checksum == VPNALG_CHECKSUM_PARTIAL) {
		if (pseudo)
			update_partial(parsed, parsed->l4 + off, delta);
	} else if (parsed->protocol == PROTOCOL_UDP) {
		update_udp(parsed->l4 + off, delta);
	} else if (parsed->l4_caplen >= TCP_CHECKSUM_OFF + 2) {
		update(parsed->l4 + off, delta); /* else it is not quoted */
	}
}

/* The folded difference that four bytes make. Their two halves are summed at
 * once: what carries out of the word comes in again below. */
static inline uint32_t difference_32(uint32_t before, uint32_t after)
{
	uint32_t sum = ~before + after;

	return fold(sum + (sum < after));
}

/* In the IP header; returns the folded difference, 0 if the address is the same
 * or one as good as it. */
static inline uint32_t replace_local(const struct vpnalg_parsed *parsed,
				     const uint8_t *address, size_t addr_len)
{
	uint32_t before, after, delta = 0;
	size_t i;

	for (i = 0; i < addr_len; i += 4) {
		memcpy(&before, parsed->local + i, sizeof(before));
		memcpy(&after, address + i, sizeof(after));
		memcpy(parsed->local + i, &after, sizeof(after));
		delta += difference_32(before, after);
	}
	if (addr_len > 4)
		delta = fold(delta);
	if (delta == 0xffff)
		return 0;
	update(parsed->ip + IPV4_CHECKSUM_OFF, delta);
	return delta;
}

void vpnalg_rewrite_local(struct vpnalg_step *step, const uint8_t *address)
{
	uint32_t delta = replace_local(step->parsed, address,
				       addr_len_of(step->translator));

	if (delta != 0)
		update_l4(step->parsed, delta, true);
}

void vpnalg_rewrite_ip_local(const struct vpnalg_parsed *parsed,
			     const uint8_t *address, size_t addr_len)
{
	replace_local(parsed, address, addr_len);
}

void vpnalg_rewrite_ip_16(uint8_t *ip, unsigned offset, uint16_t value)
{
	uint32_t before = load16(ip + offset), after = as_written(value);

	store16(ip + offset, after);
	if (before != after)
		update(ip + IPV4_CHECKSUM_OFF, fold(difference(before, after)));
}

/* One update for address and port; a partial checksum covers the address only.
 * The difference of two ports that are the same, 0xffff, changes no checksum of
 * UDP, but could make that of TCP another one as good as it. */
static inline void rewrite_port(const struct vpnalg_parsed *parsed,
				uint32_t delta, uint16_t port)
{
	uint8_t *l4 = parsed->l4;
	uint8_t *at =
		l4 + (parsed->inward ? PORT_DESTINATION_OFF : PORT_SOURCE_OFF);
	uint32_t before = load16(at), after = as_written(port);
	bool whole_udp = is_whole_udp(parsed);

	store16(at, after);
	if (whole_udp) {
		update_udp(l4 + UDP_CHECKSUM_OFF,
			   delta + difference(before, after));
		return;
	}
	if (before != after && parsed->checksum != VPNALG_CHECKSUM_PARTIAL)
		delta += difference(before, after);
	if (delta != 0)
		update_l4(parsed, delta, true);
}

/* Returns the session's own key in the packet's other form. */
static inline const uint8_t *other_key(const struct vpnalg_step *step)
{
	return record_key(step->translator, step->record,
			  step->parsed->inside ? VPNALG_OUTSIDE_OWN
					       : VPNALG_INSIDE_OWN);
}

/* Writes the port or identifier; delta is the difference that the address has
 * made. Protocols above UDP have neither. */
static inline void rewrite_id(struct vpnalg_step *step, uint32_t delta,
			      uint16_t id)
{
	const struct vpnalg_parsed *parsed = step->parsed;

	if (parsed->protocol == PROTOCOL_UDP ||
	    parsed->protocol == PROTOCOL_TCP)
		rewrite_port(parsed, delta, id);
	else if (parsed->protocol == PROTOCOL_ICMP)
		vpnalg_rewrite_16(step, ICMP_ID_OFF, id);
}

/* Replaces the local address by the key's. */
static inline uint32_t replace_end(struct vpnalg_step *step, const uint8_t *key)
{
	return replace_local(step->parsed, key + KEY_LOCAL_OFF,
			     addr_len_of(step->translator));
}

void vpnalg_rewrite_ends(struct vpnalg_step *step)
{
	const uint8_t *key = other_key(step);
	uint32_t delta = replace_end(step, key);

	if (step->parsed->protocol <= PROTOCOL_UDP)
		rewrite_id(step, delta, key_word(key + KEY_ID_OFF) & 0xffff);
}

void vpnalg_rewrite_ends_to(struct vpnalg_step *step, uint16_t id)
{
	rewrite_id(step, replace_end(step, other_key(step)), id);
}

/* A byte as the half of 16 bits that it is. */
static inline uint32_t half(uint32_t offset, uint8_t value)
{
	uint8_t bytes[2] = { 0 };

	bytes[offset % 2] = value;
	return load16(bytes);
}

void vpnalg_rewrite_byte(struct vpnalg_step *step, uint32_t offset,
			 uint8_t value)
{
	uint8_t *at = step->parsed->l4 + offset;
	uint8_t before = *at;

	if (before == value)
		return;
	*at = value;
	update_l4(step->parsed,
		  fold(difference(half(offset, before), half(offset, value))),
		  false);
}

/* For two bytes behind the IP header. Nothing is called for UDP, nor without a
 * checksum. */
static inline void update_covered(const struct vpnalg_parsed *parsed,
				  uint32_t delta)
{
	if (is_whole_udp(parsed))
		update_udp(parsed->l4 + UDP_CHECKSUM_OFF, delta);
	else if (rewrite_checksum_offset(parsed) >= 0)
		update_l4(parsed, delta, false);
}

/* The two bytes lie across two of the checksum's halves where the offset is
 * odd. */
void vpnalg_rewrite_16(struct vpnalg_step *step, uint32_t offset,
		       uint16_t value)
{
	uint8_t *at = step->parsed->l4 + offset;
	uint32_t before = load16(at), after = as_written(value);

	if (offset % 2 != 0) {
		vpnalg_rewrite_byte(step, offset, (uint8_t)(value >> 8));
		vpnalg_rewrite_byte(step, offset + 1, (uint8_t)value);
		return;
	}
	store16(at, after);
	if (before != after)
		update_covered(step->parsed, difference(before, after));
}

/* The ones' complement sum of what is cut off, by its place in the segment. */
static uint32_t sum_tail(const struct vpnalg_parsed *parsed, uint32_t from)
{
	uint32_t sum = 0;

	for (; from < parsed->l4_len; from++)
		sum += half(from, parsed->l4[from]);
	return fold(sum);
}

void vpnalg_rewrite_cut(struct vpnalg_step *step, uint32_t l4_len)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	uint32_t gone = parsed->l4_len - l4_len;
	uint32_t total = vpnalg_get16(parsed->ip + IPV4_LENGTH_OFF);
	uint32_t before = as_written(parsed->l4_len & 0xffff);
	uint32_t after = as_written(l4_len & 0xffff);

	update_l4(parsed, difference(sum_tail(parsed, l4_len), 0), false);
	update_l4(parsed, fold(difference(before, after)), true);
	vpnalg_rewrite_ip_16(parsed->ip, IPV4_LENGTH_OFF,
			     (total - gone) & 0xffff);
	/* Bytes behind the IP packet, as Ethernet padding, go too. */
	step->packet->len = total - gone;
	step->packet->caplen = total - gone;
	step->packet->flags |= VPNALG_PACKET_CUT;
}
