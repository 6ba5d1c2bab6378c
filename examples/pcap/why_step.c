/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_step.h"

#include "why_l2tp.h"
#include "why_pptp.h"

static bool both(const uint32_t packets[WHY_ENDS])
{
	return packets[CLIENT] && packets[SERVER];
}

static uint32_t any_ppp(const struct why_attempt *attempt, enum why_ppp fact)
{
	return attempt->ppp[CLIENT][fact] + attempt->ppp[SERVER][fact];
}

/* Returns whether any PPP was captured in clear. */
static bool has_ppp(const struct why_attempt *attempt)
{
	uint32_t any = 0;

	for (int fact = 0; fact < WHY_PPP; fact++)
		any |= any_ppp(attempt, (enum why_ppp)fact);
	return any;
}

static void add(struct why_step *steps, unsigned *count, struct why_step step)
{
	steps[(*count)++] = step;
}

static uint32_t sum(const uint32_t *messages, const uint8_t *types)
{
	uint32_t packets = 0;

	for (; *types; types++)
		packets += messages[*types];
	return packets;
}

static uint32_t sum_all(const uint32_t *messages, unsigned count)
{
	uint32_t packets = 0;

	while (count-- > 0)
		packets += messages[count];
	return packets;
}

static struct why_step of_messages(const char *name, const uint32_t *client,
				   const uint32_t *server,
				   const uint8_t *types, bool done)
{
	return (struct why_step){ name,
				  { sum(client, types), sum(server, types) },
				  done, false, false };
}

static struct why_step of_ppp(const struct why_attempt *attempt,
			      const char *name, const uint8_t *facts,
			      bool done)
{
	return of_messages(name, attempt->ppp[CLIENT], attempt->ppp[SERVER],
			   facts, done);
}

/* LCP's Configure-Request is fact 0, which ends a list: it stands first. */
static void add_ppp(const struct why_attempt *attempt, struct why_step *steps,
		    unsigned *count)
{
	static const uint8_t lcp[] = { LCP_ACK, LCP_NAK, 0 };
	static const uint8_t auth[] = { AUTH_CHALLENGE, AUTH_RESPONSE,
					AUTH_SUCCESS, AUTH_FAILURE, 0 };
	static const uint8_t ip[] = { IPCP_REQUEST, IPCP_ACK, IPCP_REJECT, 0 };
	static const uint8_t data[] = { PPP_IP, PPP_ENCRYPTED, 0 };
	struct why_step step = of_ppp(attempt, "PPP: link (LCP)", lcp,
				      why_lcp_done(attempt));

	step.packets[CLIENT] += attempt->ppp[CLIENT][LCP_REQUEST];
	step.packets[SERVER] += attempt->ppp[SERVER][LCP_REQUEST];
	add(steps, count, step);
	step = of_ppp(attempt, "PPP: authentication", auth,
		      why_authenticated(attempt));
	step.optional = !any_ppp(attempt, AUTH_CHALLENGE) &&
			!any_ppp(attempt, AUTH_RESPONSE);
	add(steps, count, step);
	add(steps, count,
	    of_ppp(attempt, "PPP: addresses (IPCP)", ip, why_ip_done(attempt)));
	step = of_ppp(attempt, "data", data, false);
	step.done = both(step.packets);
	step.optional = true;
	add(steps, count, step);
}

static struct why_step of_data(const struct why_attempt *attempt,
			       const char *name)
{
	return (struct why_step){ .name = name,
				  .packets = { attempt->flow.packets[CLIENT],
					       attempt->flow.packets[SERVER] },
				  .done = why_both_ways(attempt) };
}

static void list_pptp(const struct why_attempt *attempt,
		      struct why_step *steps, unsigned *count)
{
	static const uint8_t start[] = { PPTP_START, PPTP_START_REPLY, 0 };
	static const uint8_t call[] = { PPTP_CALL, PPTP_CALL_REPLY,
					PPTP_INCOMING, PPTP_INCOMING_REPLY,
					PPTP_CONNECTED, 0 };
	const uint32_t *client = attempt->pptp.messages[CLIENT];
	const uint32_t *server = attempt->pptp.messages[SERVER];
	const struct why_tcp *tcp = &attempt->tcp;

	add(steps, count,
	    (struct why_step){ .name = "TCP connection",
			       .packets = { tcp->segments[CLIENT],
					    tcp->segments[SERVER] },
			       .done = both(tcp->segments),
			       .silent = tcp->segments[CLIENT] &&
					 !tcp->segments[SERVER] });
	add(steps, count,
	    of_messages("control connection", client, server, start,
			why_control_done(attempt)));
	add(steps, count,
	    of_messages("call", client, server, call, why_call_done(attempt)));
	add(steps, count, of_data(attempt, "GRE"));
	if (has_ppp(attempt) || !why_both_ways(attempt))
		add_ppp(attempt, steps, count);
}

static struct why_step of_exchange(const struct why_attempt *attempt,
				   const char *name, enum why_exchange exchange,
				   bool done)
{
	const struct why_ike *ike = &attempt->ike;

	return (struct why_step){
		.name = name,
		.packets = { ike->messages[CLIENT][exchange],
			     ike->messages[SERVER][exchange] },
		.done = done,
		.silent = exchange == IKE_INIT &&
			  ike->messages[CLIENT][IKE_INIT] &&
			  !sum_all(ike->messages[SERVER], WHY_EXCHANGES),
	};
}

static void list_ike(const struct why_attempt *attempt,
		     struct why_step *steps, unsigned *count)
{
	bool old = attempt->ike.version == 1;

	add(steps, count,
	    of_exchange(attempt,
			old ? attempt->ike.aggressive ? "IKE: Aggressive Mode"
						      : "IKE: Main Mode"
			    : "IKE: IKE_SA_INIT",
			IKE_INIT, why_init_done(attempt)));
	add(steps, count,
	    of_exchange(attempt,
			old ? "IKE: authentication" : "IKE: IKE_AUTH", IKE_AUTH,
			why_auth_done(attempt)));
	if (old)
		add(steps, count,
		    of_exchange(attempt, "IKE: Quick Mode", IKE_CHILD,
				why_ike_done(attempt)));
}

static void list_ipsec(const struct why_attempt *attempt,
		       struct why_step *steps, unsigned *count)
{
	if (attempt->ike.version)
		list_ike(attempt, steps, count);
	if (attempt->ah[CLIENT] + attempt->ah[SERVER])
		add(steps, count, of_data(attempt, "AH"));
	else
		add(steps, count,
		    of_data(attempt,
			    attempt->esp_udp[CLIENT] + attempt->esp_udp[SERVER]
				    ? "ESP in UDP"
				    : "ESP"));
}

static void list_l2tp(const struct why_attempt *attempt,
		      struct why_step *steps, unsigned *count)
{
	static const uint8_t tunnel[] = { L2TP_SCCRQ, L2TP_SCCRP, L2TP_SCCCN,
					  L2TP_STOPCCN, 0 };
	static const uint8_t session[] = { L2TP_ICRQ, L2TP_ICRP, L2TP_ICCN,
					   L2TP_OCRQ, L2TP_OCRP, L2TP_OCCN,
					   L2TP_CDN, 0 };
	const uint32_t *client = attempt->l2tp.messages[CLIENT];
	const uint32_t *server = attempt->l2tp.messages[SERVER];

	struct why_step step = of_messages("tunnel", client, server, tunnel,
					   why_tunnel_done(attempt));

	step.silent = client[L2TP_SCCRQ] && !sum_all(server, WHY_L2TP_MESSAGES);
	add(steps, count, step);
	add(steps, count,
	    of_messages("session", client, server, session,
			why_session_done(attempt)));
	if (has_ppp(attempt))
		add_ppp(attempt, steps, count);
	else
		add(steps, count, of_data(attempt, "data"));
}

unsigned why_steps(const struct why_attempt *attempt,
		   struct why_step steps[WHY_STEPS_MOST])
{
	unsigned count = 0;

	switch (attempt->protocol) {
	case WHY_IS_PPTP:
		list_pptp(attempt, steps, &count);
		break;
	case WHY_IS_IPSEC:
		list_ipsec(attempt, steps, &count);
		break;
	case WHY_IS_L2TP:
		list_l2tp(attempt, steps, &count);
		break;
	case WHY_IS_GRE:
		add(steps, &count, of_data(attempt, "GRE"));
		break;
	}
	return count;
}

/* Returns the step behind the last one that was done: the capture may have
 * begun later than the connection, so earlier steps may be missing. */
unsigned why_stopped(const struct why_step *steps, unsigned count)
{
	unsigned stopped = count;

	for (unsigned i = 0; i < count; i++)
		if (steps[i].silent)
			return i;
	while (stopped > 0 && !steps[stopped - 1].done)
		stopped--;
	while (stopped < count && steps[stopped].optional)
		stopped++;
	return stopped;
}

bool why_works(const struct why_attempt *attempt)
{
	struct why_step steps[WHY_STEPS_MOST];
	unsigned count = why_steps(attempt, steps);

	return why_stopped(steps, count) == count;
}
