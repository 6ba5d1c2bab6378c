/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP, UDP and ICMP queries, and all other protocols: the handler's table, the
 * packets that it claims, and the lifetimes of their sessions. */
#include <vpnalg/general.h>

#include "general.h"

#include "../wire/ip.h"
#include "../wire/tcp.h"
#include "../wire/udp.h"
#include "evict.h"
#include "general_fast_path.h"
#include "general_kinds.h"
#include "general_settings.h"
#include "mapping.h"
#include "other.h"
#include "tcp.h"

/* Match */

/* Names the key of the session first, then that of the mapping. */
static enum vpnalg_claim name_key(struct vpnalg_match *match, uint32_t id,
				  uint32_t port)
{
	match->id = id;
	match->first_suffices = true;
	if (match->attempt == 0) {
		match->port = port;
		match->more = true;
	} else {
		match->any_remote = true;
	}
	return VPNALG_CLAIM_KEY;
}

/* Port 0 is none (RFC 768), and stands in keys for all ports of a remote. */
static enum vpnalg_claim match_ports(const struct vpnalg_parsed *parsed,
				     struct vpnalg_match *match)
{
	uint16_t local, remote;

	if (parsed->l4_caplen < PORTS_LEN)
		return vpnalg_match_drop_short(parsed, match, PORTS_LEN);
	local = vpnalg_local_port(parsed);
	remote = vpnalg_remote_port(parsed);
	if (remote == 0)
		return vpnalg_match_drop(match, VPNALG_DROP_MALFORMED);
	return name_key(match, local, remote);
}

static const struct query {
	uint8_t type;
	bool reply;
} queries[] = {
	{ ICMP_ECHO, false }, /* RFC 792 */
	{ ICMP_ECHO_REPLY, true },
	{ ICMP_TIMESTAMP, false },
	{ ICMP_TIMESTAMP_REPLY, true },
};

static const struct query *find_query(uint8_t type)
{
	size_t i;

	for (i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
		if (queries[i].type == type)
			return &queries[i];
	return NULL;
}

/* The identifier belongs to the querying host. A query that comes in is for the
 * router, and so are other ICMP messages; from inside these do not leave. */
static enum vpnalg_claim match_icmp(const struct vpnalg_parsed *parsed,
				    struct vpnalg_match *match)
{
	const struct query *query;

	if (parsed->l4_caplen < 1)
		return vpnalg_match_drop_short(parsed, match, ICMP_QUERY_LEN);
	query = find_query(parsed->l4[0]);
	if (parsed->inward && (query == NULL || !query->reply))
		return VPNALG_CLAIM_NONE;
	if (query == NULL)
		return vpnalg_match_drop(match, VPNALG_DROP_NO_SESSION);
	if (parsed->l4_caplen < ICMP_QUERY_LEN)
		return vpnalg_match_drop_short(parsed, match, ICMP_QUERY_LEN);
	if (query->reply && !parsed->inward)
		return vpnalg_match_drop(match, VPNALG_DROP_NO_SESSION);
	return name_key(match, vpnalg_get16(parsed->l4 + ICMP_ID_OFF), 0);
}

static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *match)
{
	match->space = parsed->protocol;
	switch (parsed->protocol) {
	case PROTOCOL_TCP:
		match->kind = GENERAL_TCP;
		break;
	case PROTOCOL_UDP:
		match->kind = GENERAL_UDP;
		break;
	case PROTOCOL_ICMP:
		match->kind = GENERAL_ICMP;
		break;
	default:
		return vpnalg_general_other_match(parsed, match);
	}
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return vpnalg_match_drop(match, VPNALG_DROP_FRAGMENT);
	return parsed->protocol == PROTOCOL_ICMP ? match_icmp(parsed, match)
						 : match_ports(parsed, match);
}

/* Translate */

/* A TCP segment's header has been checked. */
static bool is_syn(const struct vpnalg_parsed *parsed)
{
	return parsed->protocol == PROTOCOL_TCP &&
	       parsed->l4[TCP_FLAGS_OFF] & TCP_SYN;
}

static enum vpnalg_result check_tcp(const struct vpnalg_step *step)
{
	enum vpnalg_result result = vpnalg_general_tcp_check(step->parsed);

	return result == VPNALG_TRANSLATED && is_syn(step->parsed)
		       ? vpnalg_mss_check(step)
		       : result;
}

static enum vpnalg_result check(const struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;

	switch (parsed->protocol) {
	case PROTOCOL_TCP:
		return check_tcp(step);
	case PROTOCOL_UDP:
		return vpnalg_has_header(parsed, UDP_HEADER_LEN);
	default:
		return VPNALG_TRANSLATED; /* match has checked all of it */
	}
}

/* Returns the milliseconds that a packet from inside gives its session. */
static uint32_t lifetime(const struct vpnalg_step *step)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);

	switch (step->parsed->protocol) {
	case PROTOCOL_TCP:
		return timers->tcp_transitory;
	case PROTOCOL_UDP:
		return timers->udp;
	default:
		return timers->icmp_query;
	}
}

/* Notes the first answer. */
static void note_answer(struct vpnalg_step *step)
{
	if (step->record->flags & VPNALG_SESSION_ANSWERED)
		return;
	step->record->flags |= VPNALG_SESSION_ANSWERED;
	vpnalg_session_changed(step->translator, step->record);
}

/* Moves the deadline. Only packets from inside keep the session (RFC 4787
 * REQ-6). */
static void keep(struct vpnalg_step *step)
{
	if (step->parsed->protocol == PROTOCOL_TCP)
		vpnalg_general_tcp_follow(step);
	else if (!step->parsed->inward)
		vpnalg_session_set_lifetime(step->translator, step->record,
					    lifetime(step));
	else
		note_answer(step);
}

static void rewrite(struct vpnalg_step *step)
{
	if (is_syn(step->parsed))
		vpnalg_rewrite_mss(step);
	vpnalg_rewrite_ends(step);
}

static bool is_tcp_or_udp(const struct vpnalg_parsed *parsed)
{
	return parsed->protocol == PROTOCOL_TCP ||
	       parsed->protocol == PROTOCOL_UDP;
}

/* Translates a packet to or from a service. */
static enum vpnalg_result translate_service(struct vpnalg_step *step)
{
	enum vpnalg_result result;

	if (!is_tcp_or_udp(step->parsed))
		return vpnalg_general_other_serve(step);
	result = vpnalg_general_mapping_serve(step);
	if (result == VPNALG_TRANSLATED)
		rewrite(step);
	return result;
}

/* Translates a packet without a session; step->record is its mapping, or NULL.
 */
static enum vpnalg_result translate_new(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (step->record != NULL && step->record->kind == GENERAL_SERVICE)
		return translate_service(step);
	if (parsed->inward) {
		result = vpnalg_general_mapping_admit(step);
	} else if (parsed->undo) {
		if (step->record == NULL)
			result = VPNALG_DROP_NO_SESSION;
	} else {
		result = vpnalg_general_mapping_extend(step, lifetime(step));
		if (result == VPNALG_TRANSLATED)
			keep(step);
	}
	if (result == VPNALG_TRANSLATED)
		rewrite(step);
	return result;
}

/* Translates a datagram of a session, as most packets are. */
static enum vpnalg_result translate_udp(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;

	if (parsed->l4_caplen < UDP_HEADER_LEN)
		return vpnalg_has_header(parsed, UDP_HEADER_LEN);
	if (parsed->inward)
		note_answer(step);
	else
		vpnalg_session_set_lifetime(
			step->translator, step->record,
			vpnalg_session_timers(step->translator)->udp);
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	enum vpnalg_result result;

	if (step->record != NULL && step->record->kind == GENERAL_UDP)
		return translate_udp(step);
	if (step->kind >= GENERAL_PORTS)
		return vpnalg_general_other_translate(step);
	result = check(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (step->record == NULL || step->record->kind >= GENERAL_MAPPING)
		return translate_new(step);
	keep(step);
	rewrite(step);
	return VPNALG_TRANSLATED;
}

/* A packet that has gone out has a session. One from outside may have come by
 * the mapping alone. */
static enum vpnalg_result quote(struct vpnalg_step *step)
{
	if (step->record->kind >= GENERAL_PORTS ||
	    (step->record->kind == GENERAL_SERVICE &&
	     !is_tcp_or_udp(step->parsed)))
		return vpnalg_general_other_quote(step);
	if (step->record->kind == GENERAL_MAPPING && !step->parsed->inward)
		return VPNALG_UNTOUCHED;
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

static void closed(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->kind < GENERAL_MAPPING)
		vpnalg_general_mapping_leave(translator, record);
}

static struct vpnalg_record *parent(struct vpnalg *translator,
				    struct vpnalg_record *record)
{
	return record->kind < GENERAL_MAPPING
		       ? vpnalg_general_mapping_of(translator, record)
		       : NULL;
}

static const struct vpnalg_handler handler = {
	.size = sizeof(struct vpnalg_handler),
	.name = "general",
	.kinds = vpnalg_general_kinds,
	.kind_count = GENERAL_KINDS,
	.takes_rest = true,
	.service_kind = GENERAL_SERVICE + 1,
	.settings_size = sizeof(struct vpnalg_general_settings),
	.configure = vpnalg_general_configure,
	.match = match,
	.translate = translate,
	.closed = closed,
	.quote = quote,
	.parent = parent,
	.counted_by = parent,
	.is_evictable = vpnalg_general_is_evictable,
	.fast_path = vpnalg_general_fast_path,
	.reuse_delay = vpnalg_general_reuse_delay,
	.mss = vpnalg_general_mss,
	.may_have_key = vpnalg_general_may_have_key,
};

const struct vpnalg_handler *vpnalg_general(void)
{
	return &handler;
}
