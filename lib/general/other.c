/* SPDX-License-Identifier: BSD-2-Clause */
/* All other IP protocols.
 *
 * Sessions of SCTP, DCCP and UDP-Lite are distinguished by their ports, which
 * stay what they are: no two hosts have the same port towards the same port of
 * a remote, while they share an outside address. A service may have another
 * port outside than inside.
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
#include "transports.h"

/* The ID of PPTP's enhanced GRE (RFC 2637 4.1). */
#define PPTP_CALL 0x1880bU

/* Match */

/* The key of a service is the second one. Where it gives an SCTP packet another
 * port, all of the packet must be there, for its checksum. */
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
	match->more = match->attempt == 0;
	if (match->attempt > 0) {
		match->port = 0;
		match->any_remote = true;
		match->first_suffices = parsed->protocol != SCTP_PROTOCOL;
	}
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
static enum vpnalg_claim match_protocol(const struct vpnalg_parsed *parsed,
					struct vpnalg_match *match)
{
	enum vpnalg_claim claim;

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

enum vpnalg_claim vpnalg_general_other_match(const struct vpnalg_parsed *parsed,
					     struct vpnalg_match *match)
{
	match->first_suffices = true;
	return vpnalg_general_transport_find(parsed->protocol) != NULL
		       ? match_ports(parsed, match)
		       : match_protocol(parsed, match);
}

/* Translate */

/* Returns the type of the packet as a bit, 0 if it is none that counts. */
static uint32_t type_of(const struct vpnalg_parsed *parsed,
			const struct general_transport *transport)
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
	const struct general_transport *t =
		vpnalg_general_transport_find(parsed->protocol);

	return t != NULL && t->type_off != 0 &&
	       !(type_of(parsed, t) & (t->begins | t->ends));
}

static uint32_t lifetime(const struct vpnalg_step *step,
			 const struct general_transport *transport,
			 uint8_t state)
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
		      const struct general_transport *transport, uint8_t state)
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
static void keep(struct vpnalg_step *step,
		 const struct general_transport *transport)
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

/* Opens a session whose IDs are outside what they are inside. */
static enum vpnalg_result
open_session(struct vpnalg_step *step,
	     const struct general_transport *transport)
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

static enum vpnalg_result check(const struct vpnalg_parsed *parsed,
				const struct general_transport *transport)
{
	return transport != NULL
		       ? vpnalg_general_transport_check(parsed, transport)
		       : VPNALG_TRANSLATED; /* match has seen it all */
}

static void rewrite(struct vpnalg_step *step,
		    const struct general_transport *transport)
{
	struct vpnalg_tuple other;

	vpnalg_session_tuple(step->translator, step->record,
			     step->parsed->inside ? VPNALG_OUTSIDE_OWN
						  : VPNALG_INSIDE_OWN,
			     &other);
	if (transport != NULL)
		vpnalg_general_transport_rewrite(step, transport, other.local,
						 (uint16_t)other.id);
	else
		vpnalg_rewrite_local(step, other.local);
}

enum vpnalg_result vpnalg_general_other_translate(struct vpnalg_step *step)
{
	const struct general_transport *transport =
		vpnalg_general_transport_find(step->parsed->protocol);
	enum vpnalg_result result = check(step->parsed, transport);

	if (result == VPNALG_TRANSLATED && step->record == NULL)
		result = open_session(step, transport);
	if (result != VPNALG_TRANSLATED)
		return result;
	keep(step, transport);
	rewrite(step, transport);
	return VPNALG_TRANSLATED;
}

/* Services */

/* Whether a session has the packet once it is translated, by that form's key:
 * another host's, or with ports the server's own, which has another port
 * outside. Without ports the ID is the same in both forms, and a hairpin has
 * nobody else's: a mark distinguishes both directions. */
static bool is_anothers(struct vpnalg_step *step,
			const struct general_transport *transport)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	bool inside = !parsed->inside;
	struct vpnalg_match key = { 0 };
	struct vpnalg_tuple other;

	if (transport == NULL &&
	    (inside || (parsed->inward && !parsed->quoted) ||
	     step->packet->flags & VPNALG_PACKET_HAIRPIN))
		return false;
	vpnalg_general_other_match(parsed, &key);
	vpnalg_session_tuple(step->translator, step->record,
			     inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
			     &other);
	if (transport == NULL)
		other.id = key.id;
	other.port = key.port;
	other.remote = parsed->remote;
	return vpnalg_session_find(step->translator, &other) != NULL;
}

enum vpnalg_result vpnalg_general_other_serve(struct vpnalg_step *step)
{
	const struct general_transport *transport =
		vpnalg_general_transport_find(step->parsed->protocol);
	enum vpnalg_result result = check(step->parsed, transport);

	if (result == VPNALG_TRANSLATED && is_anothers(step, transport))
		result = transport != NULL ? VPNALG_DROP_PORT_HELD
					   : VPNALG_DROP_TAKEN;
	if (result == VPNALG_TRANSLATED)
		rewrite(step, transport);
	return result;
}

/* Errors */

enum vpnalg_result vpnalg_general_other_quote(struct vpnalg_step *step)
{
	const struct general_transport *transport =
		vpnalg_general_transport_find(step->parsed->protocol);
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (transport != NULL)
		result = vpnalg_general_transport_check_quote(step->parsed,
							      transport);
	if (result == VPNALG_TRANSLATED &&
	    step->record->kind == GENERAL_SERVICE &&
	    is_anothers(step, transport))
		result = VPNALG_DROP_AMBIGUOUS;
	if (result == VPNALG_TRANSLATED)
		rewrite(step, transport);
	return result;
}
