/* SPDX-License-Identifier: BSD-2-Clause */
/* Causes of PPP, in PPTP and in L2TP, and of calls that end meanwhile. */
#include "why_cause_table.h"

static const struct why_cause rows[] = {
	{ WHY_FOR_PPP, WHY_BROKEN, why_auth_unanswered, "auth-unanswered",
	  "PPP stops in authentication: one end does not answer.",
	  "Look into the server's log: it may wait for a RADIUS server; or "
	  "the ends have no way of authentication in common.",
	  NULL },
	{ WHY_FOR_PPP, WHY_BROKEN, why_ppp_ended, "ppp-ended",
	  "An end ends PPP before the VPN is up.",
	  "Look into its log: addresses, authentication or encryption do not "
	  "fit.",
	  why_detail_ended },
	{ WHY_FOR_PPP, WHY_BROKEN, why_link_disagrees, "lcp-disagrees",
	  "The ends do not agree on a PPP link: requests, and no end of them.",
	  "Compare both ends' PPP options: authentication, MRU, compression; "
	  "or packets of one direction are lost.",
	  NULL },
	{ WHY_FOR_PPP, WHY_BROKEN, why_addresses_disagree, "no-address",
	  "PPP is up, but the ends do not agree on addresses (IPCP).",
	  "The server may have no address left, or may not allow the one that "
	  "the client wants.",
	  NULL },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_call_ended, "call-ended",
	  "The call is ended before the VPN is up.",
	  "Look into the log of the end that ends it.", why_detail_ended },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_connection_closed, "control-reset",
	  "The control connection is closed before the VPN is up.",
	  "Look into the log of the end that closes it.", why_detail_reset },
};

const struct why_cause_table why_causes_ppp = WHY_CAUSE_TABLE(rows);
