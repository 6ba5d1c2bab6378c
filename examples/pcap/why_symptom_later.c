/* SPDX-License-Identifier: BSD-2-Clause */
/* Symptoms of what was up, and of halves that do not fit. */
#include "why_l2tp.h"
#include "why_pptp.h"
#include "why_step.h"
#include "why_symptom.h"

/* Keepalives without an answer after which programs give up. */
#define UNHEARD 4

/* Refusals that are no chance. */
#define REFUSED 2

/* The most milliseconds between IKE and the first ESP. */
#define LATER_MOST 5000

/* The connection was ended by a message, not by silence. */
bool why_was_ended(const struct why_attempt *attempt)
{
	const uint32_t *client = attempt->pptp.messages[CLIENT];
	const uint32_t *server = attempt->pptp.messages[SERVER];
	const struct why_l2tp *l2tp = &attempt->l2tp;

	return client[PPTP_STOP] || server[PPTP_STOP] || client[PPTP_CLEAR] ||
	       server[PPTP_DISCONNECT] || l2tp->messages[CLIENT][L2TP_CDN] ||
	       l2tp->messages[SERVER][L2TP_CDN] ||
	       l2tp->messages[CLIENT][L2TP_STOPCCN] ||
	       l2tp->messages[SERVER][L2TP_STOPCCN] ||
	       attempt->ppp[CLIENT][LCP_TERMINATE] ||
	       attempt->ppp[SERVER][LCP_TERMINATE] ||
	       attempt->tcp.fin[CLIENT] || attempt->tcp.fin[SERVER];
}

/* Returns whether nothing was captured of how it began. */
static bool begun_before(const struct why_attempt *attempt)
{
	const uint32_t *ppp = attempt->ppp[CLIENT];
	const uint32_t *back = attempt->ppp[SERVER];

	for (int type = PPTP_START; type < WHY_PPTP_MESSAGES; type++)
		if (attempt->pptp.messages[CLIENT][type] &&
		    (type == PPTP_START || type == PPTP_CALL))
			return false;
	for (int type = L2TP_SCCRQ; type < L2TP_STOPCCN; type++)
		if (attempt->l2tp.messages[CLIENT][type])
			return false;
	return !attempt->tcp.syn && !attempt->l2tp.messages[CLIENT][L2TP_ICRQ] &&
	       !ppp[LCP_REQUEST] && !back[LCP_REQUEST] && !ppp[AUTH_RESPONSE] &&
	       !ppp[IPCP_REQUEST] && !back[IPCP_REQUEST];
}

/* The capture has its orderly end, and no more: that is not a failure. */
bool why_end_only(const struct why_attempt *attempt)
{
	return (attempt->protocol == WHY_IS_PPTP ||
		attempt->protocol == WHY_IS_L2TP) &&
	       begun_before(attempt) && why_was_ended(attempt) &&
	       !attempt->tcp.reset_early;
}

/* It worked, and then the client gets errors instead of answers. */
static bool gets_errors(const struct why_attempt *attempt, enum why_icmp error)
{
	return why_both_ways(attempt) &&
	       attempt->errors.about[CLIENT][error] >= REFUSED &&
	       attempt->flow.silence.alone[CLIENT] >= REFUSED;
}

bool why_gone(const struct why_attempt *attempt)
{
	return gets_errors(attempt, ERROR_PORT);
}

bool why_later_prohibited(const struct why_attempt *attempt)
{
	return gets_errors(attempt, ERROR_PROHIBITED);
}

bool why_later_unreachable(const struct why_attempt *attempt)
{
	return gets_errors(attempt, ERROR_UNREACHABLE);
}

/* GRE with unknown Call IDs may be several clients'. */
static bool unheard(const struct why_attempt *attempt, enum why_end end)
{
	if (attempt->protocol == WHY_IS_PPTP &&
	    attempt->pptp.call_id[CLIENT] == WHY_NONE)
		return false;
	return attempt->echoes[end] >= UNHEARD ||
	       attempt->hellos[end] >= UNHEARD;
}

/* A client that does not answer the server's may be turned off, unless it goes
 * on to send. */
bool why_keepalives_lost(const struct why_attempt *attempt)
{
	return why_both_ways(attempt) &&
	       (unheard(attempt, CLIENT) ||
		(unheard(attempt, SERVER) && !attempt->silence.alone[SERVER]));
}

bool why_client_unheard(const struct why_attempt *attempt)
{
	return why_both_ways(attempt) && unheard(attempt, SERVER);
}

/* Its ESP is not answered any more but for that. */
bool why_sa_unknown(const struct why_attempt *attempt)
{
	return attempt->ike.unknown_spi &&
	       attempt->flow.silence.alone[CLIENT];
}

/* One end puts ESP into UDP, the other one does not. */
bool why_esp_mixed(const struct why_attempt *attempt)
{
	const uint32_t *plain = attempt->esp, *udp = attempt->esp_udp;

	return (plain[CLIENT] && !udp[CLIENT] && udp[SERVER] &&
		!plain[SERVER]) ||
	       (plain[SERVER] && !udp[SERVER] && udp[CLIENT] && !plain[CLIENT]);
}

/* The server sends to a client that sends nothing. */
bool why_one_direction(const struct why_attempt *attempt)
{
	return !attempt->silence.last[CLIENT] &&
	       (attempt->tcp.segments[SERVER] || attempt->ike.version ||
		attempt->l2tp.messages[SERVER][L2TP_SCCRP] ||
		attempt->l2tp.messages[SERVER][L2TP_ICRP]);
}

bool why_other_uplink(const struct why_attempt *attempt)
{
	return attempt->uplink != NULL;
}

/* It may have gone on behind the end of the capture, as it did for another
 * client. */
bool why_esp_later(const struct why_attempt *attempt)
{
	return why_esp_none(attempt) && attempt->rest < LATER_MOST &&
	       attempt->neighbour && attempt->neighbour->works &&
	       !why_ike_auth_failed(attempt);
}
