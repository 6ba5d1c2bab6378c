/* SPDX-License-Identifier: BSD-2-Clause */
/* Causes of PPTP, from its first step on. */
#include "why_cause_table.h"

static const struct why_cause rows[] = {
	{ WHY_FOR_PPTP, WHY_BROKEN, why_connection_unanswered, "no-answer",
	  "The server does not answer on TCP port 1723.",
	  "Check the server's address, that it runs, and that no firewall "
	  "drops port 1723, there or at the provider.",
	  why_detail_one_direction },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_connection_one_way, "answer-lost",
	  "The server answers, but the client does not hear it.",
	  "A firewall or a second route between here and the client loses what "
	  "comes back: look there.",
	  NULL },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_gre_not_in, "gre-filtered-in",
	  "GRE of the client's goes out, none of the server's reaches it.",
	  "Let firewalls on the way from the server pass IP protocol 47, and "
	  "use a NAT with a PPTP ALG (passthrough); without one, only one "
	  "client at a time gets through.",
	  why_detail_neighbour },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_gre_not_out, "gre-filtered-out",
	  "GRE of the server's comes, none of the client's reaches it.",
	  "Let the client's firewall and the routers on the way to the server "
	  "pass IP protocol 47.",
	  NULL },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_connection_reset, "control-reset",
	  "The control connection is reset or closed before the VPN is up.",
	  "The end that does it has a reason in its log; or a firewall or ALG "
	  "on the way resets it.",
	  why_detail_reset },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_control_unanswered,
	  "control-unanswered",
	  "The connection opens, but the server does not reply to its first "
	  "message.",
	  "A firewall or ALG on the way may stop PPTP; or something else than "
	  "PPTP listens there. Look into the server's log.",
	  NULL },
	{ WHY_FOR_PPTP, WHY_ALWAYS, why_session_reset, "control-reset",
	  "The control connection is reset, and the VPN ends with it.",
	  "The end that resets has a reason in its log; or a NAT has forgotten "
	  "the connection: raise its time for idle TCP (vpnalg-gw --timeouts "
	  "tcp=).",
	  why_detail_reset },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_call_unanswered, "call-unanswered",
	  "The server does not reply to the call.",
	  "Look into the server's log; update or turn off the router's PPTP "
	  "ALG, which reads and changes these messages.",
	  why_detail_reset },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_gre_none, "gre-filtered",
	  "The call is there, but no GRE was seen, neither way.",
	  "Let the firewalls of client and server pass IP protocol 47; if GRE "
	  "leaves the client, capture nearer to it.",
	  why_detail_ended },
};

const struct why_cause_table why_causes_pptp = WHY_CAUSE_TABLE(rows);
