/* SPDX-License-Identifier: BSD-2-Clause */
/* Symptoms of what was up, and of halves that do not fit. */
#include "why_l2tp.h"
#include "why_pptp.h"
#include "why_step.h"
#include "why_symptom.h"

/* Keepalives without an answer after which programs give up, or will. */
#define UNHEARD_ENDED 3
#define UNHEARD 4

/* Refusals that are no chance. */
#define REFUSED 2

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

/* It worked, and then the server's system says that nobody listens. */
bool why_gone(const struct why_attempt *attempt)
{
	return why_both_ways(attempt) &&
	       attempt->errors.about[CLIENT][ERROR_PORT] >= REFUSED &&
	       attempt->flow.silence.alone[CLIENT] >= REFUSED;
}

static bool unheard(const struct why_attempt *attempt, enum why_end end)
{
	uint32_t least = why_was_ended(attempt) ? UNHEARD_ENDED : UNHEARD;

	return attempt->echoes[end] >= least || attempt->hellos[end] >= least;
}

bool why_keepalives_lost(const struct why_attempt *attempt)
{
	return why_both_ways(attempt) &&
	       (unheard(attempt, CLIENT) || unheard(attempt, SERVER));
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

bool why_other_uplink(const struct why_attempt *attempt)
{
	return attempt->uplink != NULL;
}
