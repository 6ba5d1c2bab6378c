/* SPDX-License-Identifier: BSD-2-Clause */
/* All other IP protocols.
 *
 * Sessions of SCTP, DCCP and UDP-Lite are distinguished by their ports, which
 * stay what they are: no two hosts have the same port towards the same port of
 * a remote, while they share an outside address. SCTP's checksum is not
 * touched, for no address is in it.
 *
 * Sessions of all others are distinguished by the protocol and the remote
 * alone: one host at a time has a protocol with a remote. Nothing in their
 * packets is read. GRE has one exception: its versions are protocols of their
 * own, and so are the types of version 1, for PPTP and GRE may have handlers,
 * and EoIP has none. */
#include "other.h"

#include "../wire/gre.h"
#include "../wire/ip.h"
#include "../wire/ipsec.h"
#include "../wire/transport.h"
#include "general.h"

/* The ID of PPTP's enhanced GRE (RFC 2637 4.1). */
#define PPTP_CALL 0x1880bU

/* A protocol with ports. */
struct transport {
	uint8_t protocol;
	uint8_t header;   /* its length, as far as it is needed */
	uint8_t checksum; /* offset of one that covers addresses, or 0 */
	/* The place of the packet's type: the byte, and its bits after a shift;
	 * without an offset the protocol has no connections. */
	uint8_t type_off, type_shift, type_mask;
	/* Types that begin and end a connection, as bits. */
	uint16_t begins, ends;
};

static const struct transport transports[] = {
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

static const struct transport *find_transport(uint8_t protocol)
{
	size_t i;

	for (i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (transports[i].protocol == protocol)
			return &transports[i];
	return NULL;
}

/* Match */

static enum vpnalg_claim match_ports(const struct vpnalg_parsed *parsed,
				     struct vpnalg_match *match)
{
	match->kind = GENERAL_PORTS;
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return vpnalg_match_drop(match, VPNALG_DROP_FRAGMENT);
	if (parsed->l4_caplen < PORTS_LEN)
		return vpnalg_match_drop_short(parsed, match, PORTS_LEN);
	match->id = vpnalg_local_port(parsed);
	match->port = vpnalg_remote_port(parsed);
	return VPNALG_CLAIM_KEY;
}

/* The ID is the version, and the type of version 1. */
static enum vpnalg_claim match_gre(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *match)
{
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return vpnalg_match_drop(match, VPNALG_DROP_FRAGMENT);
	if (parsed->l4_caplen < PLAIN_GRE_HEADER_LEN)
		return vpnalg_match_drop_short(parsed, match,
					       PLAIN_GRE_HEADER_LEN);
	match->id = vpnalg_get16(parsed->l4) & PLAIN_GRE_VERSION_MASK;
	if (match->id != PLAIN_GRE_VERSION)
		match->id = match->id << 16 | vpnalg_get16(parsed->l4 + 2);
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim match_address(const struct vpnalg_parsed *parsed,
				       struct vpnalg_match *match)
{
	switch (parsed->protocol) {
	case AH_PROTOCOL:
		return vpnalg_match_drop(match, VPNALG_DROP_AH);
	case PLAIN_GRE_PROTOCOL:
		return match_gre(parsed, match);
	default:
		return VPNALG_CLAIM_KEY;
	}
}

/* The key of a service is the second one. No service takes the packets of PPTP
 * calls: those of no known call are dropped. */
enum vpnalg_claim vpnalg_general_other_match(const struct vpnalg_parsed *parsed,
					     struct vpnalg_match *match)
{
	enum vpnalg_claim claim;

	match->first_suffices = true;
	if (find_transport(parsed->protocol) != NULL)
		return match_ports(parsed, match);
	match->kind = GENERAL_ADDRESS;
	match->port = VPNALG_NO_PORTS;
	claim = match_address(parsed, match);
	match->more = match->attempt == 0 && match->id != PPTP_CALL;
	if (match->attempt > 0) {
		match->id = 0;
		match->any_remote = true;
	}
	return claim;
}

/* Translate */

/* RFC 3828 3.1: UDP-Lite covers all, or its header at least, and a checksum of
 * 0 is none. */
static enum vpnalg_result check(const struct vpnalg_parsed *parsed,
				const struct transport *transport)
{
	const uint8_t *l4 = parsed->l4;
	uint32_t coverage;

	if (transport == NULL)
		return VPNALG_TRANSLATED; /* match has checked all of it */
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

/* Returns the type of the packet as a bit, 0 if it is none that counts. */
static uint32_t type_of(const struct vpnalg_parsed *parsed,
			const struct transport *transport)
{
	unsigned type;

	if (transport->type_off == 0 ||
	    parsed->l4_caplen <= transport->type_off)
		return 0;
	type = (unsigned)parsed->l4[transport->type_off] >>
		       transport->type_shift &
	       transport->type_mask;
	return type < 16 ? 1U << type : 0;
}

bool vpnalg_general_other_is_data(const struct vpnalg_parsed *parsed)
{
	const struct transport *t = find_transport(parsed->protocol);

	return t != NULL && t->type_off != 0 &&
	       !(type_of(parsed, t) & (t->begins | t->ends));
}

static uint32_t lifetime(const struct vpnalg_step *step,
			 const struct transport *transport, uint8_t state)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);

	if (transport == NULL)
		return timers->other;
	if (transport->type_off == 0)
		return timers->udp;
	return state & GENERAL_OTHER_ESTABLISHED ? timers->tcp_established
						 : timers->tcp_transitory;
}

/* Returns the state after a packet of a connection. It is established once the
 * inside host sends after it was answered, and only that host's packets end it:
 * an end from outside may be forged. */
static uint8_t follow(const struct vpnalg_parsed *parsed,
		      const struct transport *transport, uint8_t state)
{
	uint32_t type = type_of(parsed, transport);

	if (parsed->inward)
		return state | GENERAL_OTHER_ANSWERED;
	if (type & (transport->begins | transport->ends))
		return 0;
	return state & GENERAL_OTHER_ANSWERED
		       ? state | GENERAL_OTHER_ESTABLISHED
		       : state;
}

/* Moves the deadline. Only packets from inside keep the session. */
static void keep(struct vpnalg_step *step, const struct transport *transport)
{
	struct general_session *session;
	uint8_t state = 0;

	if (transport != NULL && transport->type_off != 0) {
		session = vpnalg_session_body(step->translator, step->record);
		state = follow(step->parsed, transport, session->state);
		if (state != session->state) {
			session->state = state;
			vpnalg_session_changed(step->translator, step->record);
		}
	}
	if (!step->parsed->inward)
		vpnalg_session_set_lifetime(step->translator, step->record,
					    lifetime(step, transport, state));
}

/* Opens a session with the same IDs outside as inside. */
static enum vpnalg_result open_session(struct vpnalg_step *step,
				       const struct transport *transport)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_match key = { 0 };
	struct vpnalg_opening opening = {
		.space = parsed->protocol,
		.zone = parsed->zone,
		.inside = parsed->local,
		.remote = parsed->remote,
		.keep = true,
		.lifetime = lifetime(step, transport, 0),
	};
	enum vpnalg_result result;

	if (parsed->inward || parsed->undo)
		return VPNALG_DROP_NO_SESSION;
	vpnalg_general_other_match(parsed, &key);
	opening.kind = key.kind;
	opening.id = opening.least = opening.greatest = key.id;
	opening.inside_port = opening.outside_port = key.port;
	result = vpnalg_session_open(step, &opening, &step->record);
	return result == VPNALG_DROP_NO_ID ? VPNALG_DROP_TAKEN : result;
}

/* Returns a sum in which one address is replaced by another (RFC 1624). */
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

/* Returns the checksum for another local address. A partial one is the sum of
 * the pseudo header, not complemented. UDP-Lite never sends 0. */
static uint16_t checksum_for(const struct vpnalg_parsed *parsed,
			     const struct transport *transport,
			     const uint8_t *address)
{
	bool partial = parsed->checksum == VPNALG_CHECKSUM_PARTIAL;
	uint32_t sum = vpnalg_get16(parsed->l4 + transport->checksum);

	if (!partial)
		sum = ~sum & 0xffff;
	sum = exchange(sum, parsed->local, address, parsed->addr_len);
	if (!partial)
		sum = ~sum & 0xffff;
	return sum == 0 && transport->protocol == UDPLITE_PROTOCOL
		       ? 0xffff
		       : (uint16_t)sum;
}

static void rewrite(struct vpnalg_step *step, const struct transport *transport)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_tuple other;

	vpnalg_session_tuple(step->translator, step->record,
			     parsed->inside ? VPNALG_OUTSIDE_OWN
					    : VPNALG_INSIDE_OWN,
			     &other);
	if (transport != NULL && transport->checksum != 0)
		vpnalg_rewrite_16(step, transport->checksum,
				  checksum_for(parsed, transport, other.local));
	vpnalg_rewrite_local(step, other.local);
}

enum vpnalg_result vpnalg_general_other_translate(struct vpnalg_step *step)
{
	const struct transport *transport =
		find_transport(step->parsed->protocol);
	enum vpnalg_result result = check(step->parsed, transport);

	if (result == VPNALG_TRANSLATED && step->record == NULL)
		result = open_session(step, transport);
	if (result != VPNALG_TRANSLATED)
		return result;
	keep(step, transport);
	rewrite(step, transport);
	return VPNALG_TRANSLATED;
}

/* UDP-Lite has no packet without a checksum. */
enum vpnalg_result vpnalg_general_other_quote(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const struct transport *transport = find_transport(parsed->protocol);
	uint32_t end;

	if (transport != NULL && transport->checksum != 0) {
		end = transport->checksum + 2U;
		if (parsed->l4_caplen < end)
			return VPNALG_DROP_MALFORMED;
		if (transport->protocol == UDPLITE_PROTOCOL &&
		    vpnalg_get16(parsed->l4 + UDPLITE_CHECKSUM_OFF) == 0)
			return VPNALG_DROP_MALFORMED;
	}
	rewrite(step, transport);
	return VPNALG_TRANSLATED;
}

bool vpnalg_general_other_is_taken(struct vpnalg_step *step)
{
	struct vpnalg_match key = { 0 };
	struct vpnalg_tuple outside;

	vpnalg_general_other_match(step->parsed, &key);
	vpnalg_session_tuple(step->translator, step->record, VPNALG_OUTSIDE_OWN,
			     &outside);
	outside.id = key.id;
	outside.port = key.port;
	outside.remote = step->parsed->remote;
	return vpnalg_session_find(step->translator, &outside) != NULL;
}
