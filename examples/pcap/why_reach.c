/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps that were done. */
#include "why_l2tp.h"
#include "why_pptp.h"
#include "why_step.h"

static bool both(const uint32_t packets[WHY_ENDS])
{
	return packets[CLIENT] && packets[SERVER];
}

bool why_both_ways(const struct why_attempt *attempt)
{
	return both(attempt->flow.packets);
}

static uint32_t any_ppp(const struct why_attempt *attempt, enum why_ppp fact)
{
	return attempt->ppp[CLIENT][fact] + attempt->ppp[SERVER][fact];
}

static bool both_ppp(const struct why_attempt *attempt, enum why_ppp fact)
{
	return attempt->ppp[CLIENT][fact] && attempt->ppp[SERVER][fact];
}

/* PPP */

bool why_ip_done(const struct why_attempt *attempt)
{
	return both_ppp(attempt, IPCP_ACK) || both_ppp(attempt, PPP_IP) ||
	       both_ppp(attempt, PPP_ENCRYPTED);
}

bool why_authenticated(const struct why_attempt *attempt)
{
	return why_both_ways(attempt) &&
	       (any_ppp(attempt, AUTH_SUCCESS) ||
		both_ppp(attempt, IPCP_REQUEST) || why_ip_done(attempt));
}

bool why_lcp_done(const struct why_attempt *attempt)
{
	return why_both_ways(attempt) &&
	       (both_ppp(attempt, LCP_ACK) ||
		any_ppp(attempt, AUTH_CHALLENGE) ||
		any_ppp(attempt, AUTH_RESPONSE) || why_authenticated(attempt));
}

bool why_hears(const struct why_attempt *attempt, enum why_end end)
{
	static const uint8_t answers[] = { LCP_ACK, LCP_NAK, LCP_ECHO_REPLY,
					   AUTH_RESPONSE, AUTH_SUCCESS,
					   AUTH_FAILURE, IPCP_ACK, CCP_ACK };
	uint32_t any = attempt->flow.acknowledged[end];

	for (unsigned i = 0; i < sizeof(answers); i++)
		any |= attempt->ppp[end][answers[i]];
	return any;
}

/* PPTP */

bool why_control_done(const struct why_attempt *attempt)
{
	const struct why_pptp *pptp = &attempt->pptp;
	uint32_t replies = pptp->messages[SERVER][PPTP_START_REPLY];

	return (replies && pptp->start_result == 1) ||
	       pptp->messages[SERVER][PPTP_CALL_REPLY] ||
	       pptp->messages[SERVER][PPTP_INCOMING] ||
	       attempt->flow.packets[SERVER];
}

bool why_call_done(const struct why_attempt *attempt)
{
	return attempt->pptp.call_result == 1 || why_both_ways(attempt);
}

/* L2TP */

bool why_session_done(const struct why_attempt *attempt)
{
	const uint32_t *client = attempt->l2tp.messages[CLIENT];
	const uint32_t *server = attempt->l2tp.messages[SERVER];

	return (client[L2TP_ICCN] && server[L2TP_ICRP]) ||
	       server[L2TP_OCCN] || server[L2TP_ICCN] ||
	       why_both_ways(attempt);
}

bool why_tunnel_done(const struct why_attempt *attempt)
{
	const uint32_t *client = attempt->l2tp.messages[CLIENT];
	const uint32_t *server = attempt->l2tp.messages[SERVER];

	if (attempt->protocol != WHY_IS_L2TP)
		return false;
	return (client[L2TP_SCCCN] && server[L2TP_SCCRP]) ||
	       server[L2TP_ICRP] || server[L2TP_OCRP] || server[L2TP_ICRQ] ||
	       why_session_done(attempt);
}

/* IPsec */

bool why_ike_done(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	if (ike->version == 2)
		return ike->messages[SERVER][IKE_AUTH] ||
		       ike->messages[SERVER][IKE_CHILD];
	return both(attempt->ike.version == 1
			    ? (uint32_t[]){ ike->messages[CLIENT][IKE_CHILD],
					    ike->messages[SERVER][IKE_CHILD] }
			    : attempt->esp);
}

bool why_auth_done(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;

	return ike->messages[SERVER][IKE_AUTH] ||
	       (ike->aggressive && ike->messages[SERVER][IKE_INIT] &&
		ike->messages[CLIENT][IKE_AUTH]) ||
	       why_ike_done(attempt);
}

bool why_init_done(const struct why_attempt *attempt)
{
	const struct why_ike *ike = &attempt->ike;
	uint32_t answers = ike->different[SERVER][IKE_INIT];

	if ((ike->messages[CLIENT][IKE_AUTH] && answers) ||
	    why_auth_done(attempt))
		return true;
	/* The answer is none that refuses, or asks for something else. */
	if (ike->version == 2)
		return ike->messages[SERVER][IKE_INIT] > ike->cookies &&
		       ike->notify[SERVER] == WHY_NONE;
	return answers >= (ike->aggressive ? 1U : 2U);
}
