/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP connections, by their flags alone (RFC 5382, RFC 7857 2).
 *
 * Every segment from inside counts. A segment from outside may be forged: it
 * makes no session live longer, and an end that it announces only shortens the
 * session, unless the inside host goes on. */
#include "tcp.h"

#include "../wire/tcp.h"
#include "general.h"

#define ENDED_INSIDE (GENERAL_TCP_FIN_OUT | GENERAL_TCP_RST_OUT)
#define ENDED_OUTSIDE (GENERAL_TCP_FIN_IN | GENERAL_TCP_RST_IN)

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

static const struct vpnalg_timers *timers(const struct vpnalg_step *step)
{
	return vpnalg_session_timers(step->translator);
}

/* The end from outside has set the deadline. */
static bool is_past_grace(const struct vpnalg_step *step)
{
	return vpnalg_session_is_past_grace(step->translator, step->record,
					    timers(step)->tcp_transitory);
}

/* Returns the state after a segment from inside. A connection is established
 * when the inside host has answered the other end's SYN (RFC 5382 REQ-5). */
static uint8_t follow_out(const struct vpnalg_step *step, uint8_t state)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	uint8_t flags = parsed->l4[TCP_FLAGS_OFF];
	bool data = parsed->l4_len > header_len(parsed);

	if (flags & TCP_SYN) {
		if (state & (ENDED_INSIDE | ENDED_OUTSIDE))
			state = 0; /* a new connection on the same ports */
		return flags & TCP_ACK ? state | GENERAL_TCP_SYN_IN : state;
	}
	if (flags & TCP_RST)
		return state | GENERAL_TCP_RST_OUT;
	if (flags & TCP_FIN)
		state |= GENERAL_TCP_FIN_OUT;
	if (flags & TCP_ACK && state & GENERAL_TCP_SYN_IN)
		state |= GENERAL_TCP_ESTABLISHED;
	if (state & ENDED_OUTSIDE && is_past_grace(step) &&
	    (data || !(state & GENERAL_TCP_RST_IN)))
		state &= (uint8_t)~ENDED_OUTSIDE;
	return state;
}

static void refresh(struct vpnalg_step *step, uint8_t before, uint8_t state)
{
	bool steady =
		state & GENERAL_TCP_ESTABLISHED && !(state & ENDED_INSIDE);

	if (state & GENERAL_TCP_RST_OUT && before & GENERAL_TCP_RST_OUT)
		return;
	if (state & ENDED_OUTSIDE && !(state & ENDED_INSIDE))
		return;
	vpnalg_session_set_lifetime(step->translator, step->record,
				    steady ? timers(step)->tcp_established
					   : timers(step)->tcp_transitory);
}

static uint8_t follow_in(const struct vpnalg_step *step, uint8_t state)
{
	uint8_t flags = step->parsed->l4[TCP_FLAGS_OFF];

	if (flags & TCP_SYN)
		state |= GENERAL_TCP_SYN_IN;
	if (flags & TCP_RST)
		return state | GENERAL_TCP_RST_IN;
	return flags & TCP_FIN ? state | GENERAL_TCP_FIN_IN : state;
}

/* Shortens the rest of the lifetime to 4 minutes after a RST (RFC 7857 2) or a
 * FIN (RFC 5382 REQ-5) from outside. */
static void shorten(struct vpnalg_step *step)
{
	uint32_t lifetime = timers(step)->tcp_transitory;

	if (step->record->deadline - step->now > lifetime)
		vpnalg_session_set_lifetime(step->translator, step->record,
					    lifetime);
}

void vpnalg_general_tcp_follow(struct vpnalg_step *step)
{
	struct general_session *session =
		vpnalg_session_body(step->translator, step->record);
	uint8_t before = session->state;

	if (step->parsed->inward) {
		session->state = follow_in(step, before);
		if (session->state & ENDED_OUTSIDE)
			shorten(step);
	} else {
		session->state = follow_out(step, before);
		refresh(step, before, session->state);
	}
	if (session->state != before)
		vpnalg_session_changed(step->translator, step->record);
}
