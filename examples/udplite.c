/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler for a protocol that the library does not know: UDP-Lite (RFC 3828),
 * IP protocol 136. It has no other means than <vpnalg/handler.h>. Put the table
 * at the end of this file into vpnalg_config.protocols, and UDP-Lite crosses
 * the router.
 *
 *   0               1               2               3
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |
 *  +-------------------------------+-------------------------------+
 *  |       checksum coverage       |           checksum            |
 *  +-------------------------------+-------------------------------+
 *
 * It is UDP with a checksum that covers the pseudo header and only the first
 * bytes of the datagram, as many as the coverage says: at least these 8, all
 * where it says 0. So addresses and ports are always covered, and as the
 * library does not know where this checksum lies, the handler keeps it right.
 */
#include <vpnalg/handler.h>

enum {
	UDPLITE_PROTOCOL = 136,

	SOURCE_OFF = 0,
	DESTINATION_OFF = 2,
	COVERAGE_OFF = 4,
	CHECKSUM_OFF = 6,
	HEADER_LEN = 8
};

/* One kind of session. It is found by its two own keys and keeps nothing. While
 * one lives, unclaimed UDP-Lite from its remote does not reach the router: its
 * stack might answer that it does not know the protocol. */
static const struct vpnalg_kind kinds[] = {
	{ .name = "UDP-Lite session", .slots = 2, .guard = UDPLITE_PROTOCOL },
};

/* The ports of the two ends, whichever way the packet travels. */
static uint32_t local_port_off(const struct vpnalg_parsed *parsed)
{
	return parsed->inward ? DESTINATION_OFF : SOURCE_OFF;
}

static uint16_t local_port(const struct vpnalg_parsed *parsed)
{
	return vpnalg_get16(parsed->l4 + local_port_off(parsed));
}

static uint16_t remote_port(const struct vpnalg_parsed *parsed)
{
	return vpnalg_get16(parsed->l4 + (parsed->inward ? SOURCE_OFF
						       : DESTINATION_OFF));
}

/*
 * Claims a packet. Both ports distinguish sessions inside. Outside, a port of
 * ours belongs to one session with that remote, whatever the remote's port: so
 * it is left out of that key, and translate() looks at it.
 */
static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *match)
{
	match->space = UDPLITE_PROTOCOL;
	match->reason = VPNALG_DROP_FRAGMENT;
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return VPNALG_CLAIM_DROP;
	match->reason = parsed->l4_len < HEADER_LEN ? VPNALG_DROP_MALFORMED
						   : VPNALG_DROP_TRUNCATED;
	if (parsed->l4_caplen < HEADER_LEN)
		return VPNALG_CLAIM_DROP;
	match->id = local_port(parsed);
	match->port = parsed->inside ? remote_port(parsed) : 0;
	return VPNALG_CLAIM_KEY;
}

/* RFC 3828 3.1: 0 or 8 to the length. */
static bool is_covered(const struct vpnalg_parsed *parsed)
{
	uint16_t coverage = vpnalg_get16(parsed->l4 + COVERAGE_OFF);

	return coverage == 0 ||
	       (coverage >= HEADER_LEN && coverage <= parsed->l4_len);
}

/* Only what goes out opens a session: the host's own port where it is free, any
 * other from 1024 on where it is not. */
static enum vpnalg_result open_session(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_opening opening = {
		.space = UDPLITE_PROTOCOL,
		.zone = parsed->zone,
		.inside = parsed->local,
		.remote = parsed->remote,
		.id = local_port(parsed),
		.inside_port = remote_port(parsed),
		.keep = true,
		.ranges = { { .first = 1024, .step = 1, .count = 64512 } },
		.least = 1,
		.greatest = UINT16_MAX,
		.lifetime = vpnalg_session_timers(step->translator)->udp,
	};

	if (parsed->inward || parsed->undo)
		return VPNALG_DROP_NO_SESSION;
	return vpnalg_session_open(step, &opening, &step->record);
}

static bool is_right_port(const struct vpnalg_step *step)
{
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(step->translator, step->record,
			     VPNALG_INSIDE_OWN, &inside);
	return inside.port == remote_port(step->parsed);
}

/* A sum in which `before` gives way to `after` (RFC 1624). */
static uint32_t exchange(uint32_t sum, uint16_t before, uint16_t after)
{
	sum += (~(uint32_t)before & 0xffff) + after;
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/*
 * The checksum for another address and port. A partial one is the sum of the
 * pseudo header alone, in which there are no ports. Of a whole one 0 is sent as
 * 0xffff, since 0 is not allowed; one that is 0 all the same was wrong, and
 * what differs from right as much as before stays wrong.
 */
static uint16_t checksum_for(const struct vpnalg_parsed *parsed,
			     const struct vpnalg_tuple *other)
{
	uint32_t sum = vpnalg_get16(parsed->l4 + CHECKSUM_OFF);
	bool partial = parsed->checksum == VPNALG_CHECKSUM_PARTIAL;
	uint8_t i;

	if (!partial)
		sum = ~sum & 0xffff;
	for (i = 0; i < parsed->addr_len; i += 2)
		sum = exchange(sum, vpnalg_get16(parsed->local + i),
			       vpnalg_get16(other->local + i));
	if (partial)
		return (uint16_t)sum;
	sum = ~exchange(sum, local_port(parsed), (uint16_t)other->id) & 0xffff;
	return sum != 0 ? (uint16_t)sum : 0xffff;
}

/* The session holds its address and port in both forms, and gives the one that
 * the packet has not: the same lines do for both directions, and for undo. */
static void rewrite(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_tuple other;
	uint16_t checksum;

	vpnalg_session_tuple(step->translator, step->record,
			     parsed->inside ? VPNALG_OUTSIDE_OWN
					   : VPNALG_INSIDE_OWN,
			     &other);
	checksum = checksum_for(parsed, &other);
	vpnalg_rewrite_local(step, other.local);
	vpnalg_rewrite_16(step, local_port_off(parsed), (uint16_t)other.id);
	vpnalg_rewrite_16(step, CHECKSUM_OFF, checksum);
}

/* All that can fail comes first; then the packet changes. */
static enum vpnalg_result translate(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (!is_covered(parsed))
		return VPNALG_DROP_MALFORMED;
	if (step->record == NULL)
		result = open_session(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (!is_right_port(step))
		return VPNALG_DROP_PORT_HELD;
	if (!parsed->inward) /* RFC 4787 REQ-6: only the host itself */
		vpnalg_session_set_lifetime(
			step->translator, step->record,
			vpnalg_session_timers(step->translator)->udp);
	rewrite(step);
	return VPNALG_TRANSLATED;
}

/* A datagram that an ICMP error quotes: of it all 8 bytes are there, for match
 * has seen them. The session does not change. */
static enum vpnalg_result quote(struct vpnalg_step *step)
{
	if (!is_right_port(step))
		return VPNALG_UNTOUCHED; /* not this session's */
	rewrite(step);
	return VPNALG_TRANSLATED;
}

const struct vpnalg_handler *udplite_handler(void);

static const struct vpnalg_handler udplite = {
	.size = sizeof(struct vpnalg_handler),
	.name = "UDP-Lite",
	.kinds = kinds,
	.kind_count = 1,
	.ip_protocol_count = 1,
	.ip_protocols = { UDPLITE_PROTOCOL },
	.match = match,
	.translate = translate,
	.quote = quote,
};

const struct vpnalg_handler *udplite_handler(void)
{
	return &udplite;
}
