/* SPDX-License-Identifier: BSD-2-Clause */
/* Symptoms of PPTP and of PPP. */
#include "why_pptp.h"
#include "why_step.h"
#include "why_symptom.h"

#define RESULT_FINE 1

/* The number of data packets without an answer that is no chance. */
#define UNANSWERED_MANY 2

static uint32_t any_ppp(const struct why_attempt *attempt, enum why_ppp fact)
{
	return attempt->ppp[CLIENT][fact] + attempt->ppp[SERVER][fact];
}

bool why_connection_refused(const struct why_attempt *attempt)
{
	return attempt->tcp.syn && attempt->tcp.reset[SERVER] &&
	       !attempt->tcp.segments[SERVER];
}

bool why_connection_unanswered(const struct why_attempt *attempt)
{
	return attempt->tcp.segments[CLIENT] && !attempt->tcp.segments[SERVER];
}

/* The server's SYN-ACK comes again and again, or nothing follows it. */
bool why_connection_one_way(const struct why_attempt *attempt)
{
	const struct why_tcp *tcp = &attempt->tcp;

	return tcp->segments[SERVER] && tcp->segments[CLIENT] == tcp->syn &&
	       !tcp->reset[CLIENT] && !why_control_done(attempt);
}

bool why_control_refused(const struct why_attempt *attempt)
{
	return attempt->pptp.messages[SERVER][PPTP_START_REPLY] &&
	       attempt->pptp.start_result != RESULT_FINE;
}

bool why_control_unanswered(const struct why_attempt *attempt)
{
	return attempt->pptp.messages[CLIENT][PPTP_START] &&
	       !attempt->pptp.messages[SERVER][PPTP_START_REPLY] &&
	       !why_control_done(attempt);
}

bool why_call_refused(const struct why_attempt *attempt)
{
	return (attempt->pptp.messages[SERVER][PPTP_CALL_REPLY] ||
		attempt->pptp.messages[CLIENT][PPTP_INCOMING_REPLY]) &&
	       attempt->pptp.call_result != RESULT_FINE;
}

bool why_call_unanswered(const struct why_attempt *attempt)
{
	return attempt->pptp.messages[CLIENT][PPTP_CALL] &&
	       !attempt->pptp.messages[SERVER][PPTP_CALL_REPLY] &&
	       !attempt->pptp.messages[SERVER][PPTP_STOP];
}

/* The reply names a Call ID that is not the client's, or GRE goes to one that
 * no call has. */
bool why_call_id_wrong(const struct why_attempt *attempt)
{
	const struct why_pptp *pptp = &attempt->pptp;
	bool named = pptp->messages[SERVER][PPTP_CALL_REPLY] &&
		     pptp->call_id[CLIENT] != WHY_NONE &&
		     pptp->peer_call_id != pptp->call_id[CLIENT];

	return named ||
	       (pptp->wrong_id[SERVER] && !attempt->flow.packets[SERVER]) ||
	       (pptp->wrong_id[CLIENT] && !attempt->flow.packets[CLIENT]);
}

bool why_call_id_twice(const struct why_attempt *attempt)
{
	return attempt->twin != NULL;
}

/* Returns whether GRE is looked for: the call is there. */
static bool has_call(const struct why_attempt *attempt)
{
	return why_call_done(attempt) || attempt->flow.packets[CLIENT] ||
	       attempt->flow.packets[SERVER];
}

bool why_gre_none(const struct why_attempt *attempt)
{
	return has_call(attempt) && !attempt->flow.packets[CLIENT] &&
	       !attempt->flow.packets[SERVER];
}

/* Messages that the client never answers have not reached it, wherever they
 * were captured. */
static bool is_deaf(const struct why_attempt *attempt, enum why_end end)
{
	enum why_end other = end == CLIENT ? SERVER : CLIENT;

	return attempt->flow.packets[other] && !why_hears(attempt, end) &&
	       attempt->ppp[other][LCP_REQUEST] >= 2;
}

bool why_gre_not_in(const struct why_attempt *attempt)
{
	return has_call(attempt) && attempt->flow.packets[CLIENT] &&
	       (!attempt->flow.packets[SERVER] || is_deaf(attempt, CLIENT));
}

bool why_gre_not_out(const struct why_attempt *attempt)
{
	return has_call(attempt) && attempt->flow.packets[SERVER] &&
	       (!attempt->flow.packets[CLIENT] || is_deaf(attempt, SERVER));
}

bool why_call_ended(const struct why_attempt *attempt)
{
	return attempt->pptp.messages[SERVER][PPTP_DISCONNECT] ||
	       attempt->pptp.messages[SERVER][PPTP_STOP] ||
	       attempt->pptp.messages[CLIENT][PPTP_CLEAR];
}

/* Before it came to anything. */
bool why_connection_reset(const struct why_attempt *attempt)
{
	const struct why_tcp *tcp = &attempt->tcp;

	return tcp->reset_early ||
	       (!why_both_ways(attempt) &&
		(tcp->reset[CLIENT] || tcp->reset[SERVER])) ||
	       (!why_call_done(attempt) && why_connection_closed(attempt));
}

/* A session that ran: its end was announced by nothing else. */
bool why_session_reset(const struct why_attempt *attempt)
{
	return attempt->tcp.reset_early;
}

bool why_connection_closed(const struct why_attempt *attempt)
{
	return attempt->tcp.fin[CLIENT] || attempt->tcp.fin[SERVER];
}

/* PPP */

bool why_auth_failed(const struct why_attempt *attempt)
{
	bool succeeded = any_ppp(attempt, AUTH_SUCCESS);

	if (any_ppp(attempt, AUTH_FAILURE) && !succeeded)
		return true;
	/* Some end the call instead. */
	return any_ppp(attempt, AUTH_RESPONSE) && !succeeded &&
	       attempt->ppp[SERVER][LCP_TERMINATE];
}

bool why_auth_unanswered(const struct why_attempt *attempt)
{
	return why_lcp_done(attempt) && !any_ppp(attempt, AUTH_SUCCESS) &&
	       (any_ppp(attempt, AUTH_CHALLENGE) ||
		any_ppp(attempt, AUTH_RESPONSE));
}

/* One end wants MPPE, the other has none, and the link ends. */
bool why_encryption_refused(const struct why_attempt *attempt)
{
	return any_ppp(attempt, CCP_REQUEST) &&
	       (any_ppp(attempt, CCP_REJECT) ||
		any_ppp(attempt, LCP_PROTOCOL_REJECT)) &&
	       any_ppp(attempt, LCP_TERMINATE);
}

bool why_ppp_ended(const struct why_attempt *attempt)
{
	return any_ppp(attempt, LCP_TERMINATE) != 0;
}

bool why_link_disagrees(const struct why_attempt *attempt)
{
	return why_both_ways(attempt) && !why_lcp_done(attempt) &&
	       any_ppp(attempt, LCP_REQUEST);
}

bool why_addresses_disagree(const struct why_attempt *attempt)
{
	return why_both_ways(attempt) && any_ppp(attempt, IPCP_REQUEST);
}

/* Data of the client's that wants an answer, while the server has none at
 * all. */
static uint32_t unanswered(const struct why_attempt *attempt)
{
	const uint32_t *client = attempt->ppp[CLIENT];
	const uint32_t *server = attempt->ppp[SERVER];

	if (!why_both_ways(attempt) || server[PPP_IP] || server[PPP_ENCRYPTED])
		return 0;
	return client[PPP_IP] + client[PPP_ENCRYPTED] - client[PPP_GROUP];
}

bool why_data_unanswered(const struct why_attempt *attempt)
{
	return unanswered(attempt) >= UNANSWERED_MANY;
}

bool why_data_alone(const struct why_attempt *attempt)
{
	return unanswered(attempt) > 0;
}
