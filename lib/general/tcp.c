/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP connections (RFC 5382, RFC 7857 2).
 *
 * Every segment from inside counts. A segment from outside may be forged: it
 * makes no session live longer. A FIN from outside counts once the inside host
 * has acknowledged it. A RST counts where the inside host would take it at once
 * (RFC 5961 3.2): exactly at the last byte that the host has acknowledged. It
 * only shortens the session, and the host that goes on takes it back.
 *
 * Windows are not tracked: each segment passes whatever its numbers are, for
 * the ends check them (RFC 9293 3.10.7.4), and one that passes changes nothing
 * but how long the session lives. So no loss, no reordering and no option that
 * the translator does not know stalls a connection. Of a RST that follows data
 * before the host has acknowledged that, nothing is noticed: the session lives
 * as long as that of a host that is silent. */
#include "tcp.h"

#include "../wire/tcp.h"
#include "general.h"

#define RESET (GENERAL_TCP_RST_OUT | GENERAL_TCP_RST_IN)
#define ANY_FIN (GENERAL_TCP_FIN_OUT | GENERAL_TCP_FIN_TAKEN)
#define ENDING (RESET | GENERAL_TCP_FIN_OUT | GENERAL_TCP_FIN_IN)

static uint32_t header_len(const struct vpnalg_parsed *parsed)
{
	return (parsed->l4[TCP_DATA_OFF] >> 4) * 4U;
}

enum vpnalg_result vpnalg_general_tcp_check(const struct vpnalg_parsed *parsed)
{
	uint8_t flags;

	if (parsed->l4_caplen < TCP_HEADER_LEN)
		return vpnalg_has_header(parsed, TCP_HEADER_LEN);
	flags = parsed->l4[TCP_FLAGS_OFF];
	if (header_len(parsed) < TCP_HEADER_LEN ||
	    header_len(parsed) > parsed->l4_len ||
	    (flags & TCP_SYN && flags & (TCP_FIN | TCP_RST)))
		return VPNALG_DROP_MALFORMED;
	return VPNALG_TRANSLATED;
}

bool vpnalg_general_tcp_is_syn(const struct vpnalg_parsed *parsed)
{
	return parsed->l4[TCP_FLAGS_OFF] & TCP_SYN;
}

/* A SYN opens a session. A SYN that also acknowledges answers another one,
 * which came in through the mapping: RFC 5382 REQ-2 and its simultaneous
 * open. */
bool vpnalg_general_tcp_may_open(const struct vpnalg_parsed *parsed,
				 bool mapped)
{
	uint8_t flags = parsed->l4[TCP_FLAGS_OFF];

	return flags & TCP_SYN && (mapped || !(flags & TCP_ACK));
}

static uint32_t lifetime(const struct vpnalg_timers *timers, uint8_t state)
{
	if (state & RESET)
		return timers->tcp_reset;
	if ((state & ANY_FIN) == ANY_FIN)
		return timers->tcp_closing;
	if (!(state & GENERAL_TCP_ESTABLISHED))
		return timers->tcp_transitory;
	return state & ANY_FIN ? timers->tcp_half_closed
			       : timers->tcp_established;
}

/* From inside */

/* A SYN on the ports of a connection that has ended, in TIME-WAIT perhaps (RFC
 * 9293 3.6.1), begins a new one. */
static uint8_t take_syn(struct general_session *session, uint8_t state,
			const uint8_t *tcp)
{
	if (state & (RESET | ANY_FIN))
		state = 0;
	if (!(tcp[TCP_FLAGS_OFF] & TCP_ACK))
		return state;
	session->acknowledged = vpnalg_get32(tcp + TCP_ACKNOWLEDGMENT_OFF);
	return state | GENERAL_TCP_SYN_IN;
}

/* A connection is established when the inside host has answered the other end's
 * SYN (RFC 5382 REQ-5). */
static uint8_t acknowledge(struct general_session *session, uint8_t state,
			   uint32_t acknowledgment)
{
	if (state & GENERAL_TCP_FIN_IN &&
	    (uint16_t)(acknowledgment - 1) == session->fin)
		state |= GENERAL_TCP_FIN_TAKEN;
	session->acknowledged = acknowledgment;
	return state & GENERAL_TCP_SYN_IN ? state | GENERAL_TCP_ESTABLISHED
					  : state;
}

/* Returns whether a segment takes back a RST from outside, which has set the
 * deadline: a host that took it would send no more data. */
static bool takes_back(const struct vpnalg_step *step,
		       const struct vpnalg_timers *timers)
{
	return step->parsed->l4_len > header_len(step->parsed) &&
	       vpnalg_session_is_past_grace(step->translator, step->record,
					    timers->tcp_reset);
}

static uint8_t follow_out(const struct vpnalg_step *step,
			  struct general_session *session,
			  const struct vpnalg_timers *timers)
{
	const uint8_t *tcp = step->parsed->l4;
	uint8_t flags = tcp[TCP_FLAGS_OFF], state = session->state;

	if (flags & TCP_SYN)
		return take_syn(session, state, tcp);
	if (flags & TCP_RST)
		return state | GENERAL_TCP_RST_OUT;
	if (flags & TCP_FIN)
		state |= GENERAL_TCP_FIN_OUT;
	if (flags & TCP_ACK)
		state = acknowledge(session, state,
				    vpnalg_get32(tcp + TCP_ACKNOWLEDGMENT_OFF));
	if (state & GENERAL_TCP_RST_IN && takes_back(step, timers))
		state &= (uint8_t)~GENERAL_TCP_RST_IN;
	return state;
}

/* Returns whether a segment from inside prolongs the session: a RST does not
 * (RFC 7857 7.1), nor does what follows it. */
static bool refreshes(uint8_t before, uint8_t state)
{
	return !((before | state) & GENERAL_TCP_RST_OUT) &&
	       !(state & GENERAL_TCP_RST_IN);
}

/* From outside */

/* Returns whether the inside host takes a RST, without sending a challenge ACK.
 * One before the connection is established shortens nothing. What it has
 * acknowledged unseen is not known. */
static bool is_reset(const struct general_session *session, const uint8_t *tcp)
{
	return !(session->state & GENERAL_TCP_ESTABLISHED) ||
	       session->state & GENERAL_TCP_UNSEEN ||
	       vpnalg_get32(tcp + TCP_SEQUENCE_OFF) == session->acknowledged;
}

static uint8_t follow_in(const struct vpnalg_step *step,
			 struct general_session *session)
{
	const uint8_t *tcp = step->parsed->l4;
	uint8_t flags = tcp[TCP_FLAGS_OFF], state = session->state;

	if (flags & TCP_SYN)
		return state | GENERAL_TCP_SYN_IN;
	if (flags & TCP_RST)
		return is_reset(session, tcp) ? state | GENERAL_TCP_RST_IN
					      : state;
	if (!(flags & TCP_FIN) || state & GENERAL_TCP_FIN_TAKEN)
		return state;
	session->fin =
		(uint16_t)(vpnalg_get32(tcp + TCP_SEQUENCE_OFF) +
			   step->parsed->l4_len - header_len(step->parsed));
	return state | GENERAL_TCP_FIN_IN;
}

/* Has all segments seen from the beginning of the end on: it is known by what
 * acknowledges it. */
static uint8_t take_back(const struct vpnalg_step *step, uint8_t state)
{
	if (!(state & GENERAL_TCP_UNSEEN) || !(state & ENDING))
		return state;
	vpnalg_session_notify(step->translator, step->record,
			      VPNALG_EVENT_TAKEN_BACK, VPNALG_EVIDENCE_NONE);
	return state & (uint8_t)~GENERAL_TCP_UNSEEN;
}

void vpnalg_general_tcp_tell(struct vpnalg *translator,
			     struct vpnalg_record *record)
{
	struct general_session *session =
		vpnalg_session_body(translator, record);

	if (session->state & GENERAL_TCP_UNSEEN)
		return;
	session->state |= GENERAL_TCP_UNSEEN;
	vpnalg_session_changed(translator, record);
}

void vpnalg_general_tcp_follow(struct vpnalg_step *step)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);
	struct general_session *session =
		vpnalg_session_body(step->translator, step->record);
	bool inward = step->parsed->inward;
	uint8_t before = session->state;
	uint32_t ms;

	session->state = inward ? follow_in(step, session)
				: follow_out(step, session, timers);
	session->state = take_back(step, session->state);
	ms = lifetime(timers, session->state);
	if ((session->state & RESET &&
	     step->record->deadline - step->now > ms) ||
	    (!inward && refreshes(before, session->state)))
		vpnalg_session_set_lifetime(step->translator, step->record, ms);
	else if (session->state != before || !inward ||
		 step->parsed->l4[TCP_FLAGS_OFF] & TCP_FIN)
		vpnalg_session_changed(step->translator, step->record);
}

bool vpnalg_general_tcp_is_loose(struct vpnalg *translator,
				 struct vpnalg_record *record)
{
	const struct general_session *session =
		vpnalg_session_body(translator, record);
	uint8_t state = session->state;

	return !(state & GENERAL_TCP_ESTABLISHED) || state & RESET ||
	       (state & ANY_FIN) == ANY_FIN;
}

bool vpnalg_general_tcp_is_open(struct vpnalg *translator,
				struct vpnalg_record *record)
{
	const struct general_session *session =
		vpnalg_session_body(translator, record);

	return session->state & GENERAL_TCP_ESTABLISHED &&
	       !(session->state & ENDING);
}

uint32_t vpnalg_general_tcp_lifetime(struct vpnalg *translator,
				     struct vpnalg_record *record)
{
	const struct general_session *session =
		vpnalg_session_body(translator, record);

	return lifetime(vpnalg_session_timers(translator), session->state);
}
