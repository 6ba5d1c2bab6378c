/* SPDX-License-Identifier: BSD-2-Clause */
/* Symptoms of L2TP. */
#include "why_l2tp.h"
#include "why_step.h"
#include "why_symptom.h"

static bool has_asked(const struct why_attempt *attempt)
{
	return attempt->l2tp.messages[CLIENT][L2TP_SCCRQ] != 0;
}

static bool is_answered(const struct why_attempt *attempt)
{
	return attempt->l2tp.messages[SERVER][L2TP_SCCRP] != 0;
}

/* The request has arrived, and the answer came back. */
bool why_tunnel_acknowledged(const struct why_attempt *attempt)
{
	return has_asked(attempt) && !is_answered(attempt) &&
	       attempt->l2tp.messages[SERVER][L2TP_ZLB];
}

bool why_l2tp_to_1701(const struct why_attempt *attempt)
{
	return attempt->l2tp.to_1701 != 0;
}

/* Another client has a tunnel with this server: it came from port 1701, or the
 * NAT has left that port to it. */
bool why_l2tp_second(const struct why_attempt *attempt)
{
	return has_asked(attempt) && !is_answered(attempt) &&
	       !attempt->l2tp.messages[SERVER][L2TP_STOPCCN] &&
	       attempt->neighbour &&
	       attempt->neighbour->client_port == WHY_L2TP_PORT;
}

bool why_tunnel_refused(const struct why_attempt *attempt)
{
	/* A client that was not answered gives up with one, too. */
	return !why_session_done(attempt) &&
	       (attempt->l2tp.messages[SERVER][L2TP_STOPCCN] ||
		(attempt->l2tp.messages[CLIENT][L2TP_STOPCCN] &&
		 is_answered(attempt)));
}

bool why_tunnel_unanswered(const struct why_attempt *attempt)
{
	return has_asked(attempt) && !is_answered(attempt);
}

bool why_tunnel_answer_lost(const struct why_attempt *attempt)
{
	return is_answered(attempt) &&
	       !attempt->l2tp.messages[CLIENT][L2TP_SCCCN];
}

bool why_session_refused(const struct why_attempt *attempt)
{
	if (attempt->works)
		return attempt->l2tp.cdn_early;
	return attempt->l2tp.messages[SERVER][L2TP_CDN] ||
	       attempt->l2tp.messages[CLIENT][L2TP_CDN];
}

bool why_session_unanswered(const struct why_attempt *attempt)
{
	return !why_session_done(attempt);
}

bool why_data_none(const struct why_attempt *attempt)
{
	return !attempt->flow.packets[CLIENT] && !attempt->flow.packets[SERVER];
}

/* Messages that an end never answers have not reached it. */
static bool is_deaf(const struct why_attempt *attempt, enum why_end end)
{
	enum why_end other = end == CLIENT ? SERVER : CLIENT;

	return attempt->flow.packets[other] && !why_hears(attempt, end) &&
	       attempt->ppp[other][LCP_REQUEST] >= 2;
}

bool why_data_not_in(const struct why_attempt *attempt)
{
	return attempt->flow.packets[CLIENT] &&
	       (!attempt->flow.packets[SERVER] || is_deaf(attempt, CLIENT));
}

bool why_data_not_out(const struct why_attempt *attempt)
{
	return attempt->flow.packets[SERVER] &&
	       (!attempt->flow.packets[CLIENT] || is_deaf(attempt, SERVER));
}
