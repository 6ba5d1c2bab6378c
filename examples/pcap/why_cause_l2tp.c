/* SPDX-License-Identifier: BSD-2-Clause */
/* Causes of L2TP, from its first step on. */
#include "why_cause_table.h"

static const struct why_cause rows[] = {
	{ WHY_FOR_L2TP, WHY_BROKEN, why_tunnel_acknowledged,
	  "tunnel-unanswered",
	  "The server acknowledges the request for a tunnel, and does not "
	  "reply to it. So packets pass, both ways.",
	  "Look into the server's log: it may not know this client's host "
	  "name, wait for something, or have no room.",
	  why_detail_zlb },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_l2tp_second, "l2tp-port-1701",
	  "No answer to this client, while another one has a tunnel with the "
	  "same server from port 1701: the server insists on that port.",
	  "Let the server answer to any port (RFC 2661 8.1), or use a NAT that "
	  "shares port 1701: vpnalg-gw --l2tp-port-1701.",
	  why_detail_neighbour },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_tunnel_unanswered, "no-answer",
	  "The server does not answer on UDP port 1701.",
	  "Check its address and that it runs. Many answer inside of IPsec "
	  "only, and some to source port 1701 only (vpnalg-gw "
	  "--l2tp-port-1701).",
	  why_detail_one_direction },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_answer_other_port,
	  "answer-other-port",
	  "The server answers from another port than the client has asked: a "
	  "NAT takes that for a stranger's.",
	  "Let the server answer from the port that is asked.", NULL },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_tunnel_answer_lost, "answer-lost",
	  "The server answers, but the client does not go on.",
	  "A firewall, NAT or second route between here and the client loses "
	  "what comes back; or tunnel authentication fails: look into the "
	  "client's log.",
	  NULL },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_session_unanswered,
	  "session-unanswered",
	  "The tunnel is there, the session does not open.",
	  "Look into the server's log.", NULL },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_data_none, "data-filtered",
	  "The session is there, but no data was seen, neither way.",
	  "Look into both ends' logs: pppd does not start, or the kernel's "
	  "L2TP is missing.",
	  NULL },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_data_not_in, "data-filtered-in",
	  "Data of the client's goes out, none of the server's reaches it.",
	  "A firewall or NAT on the way from the server loses it; or the "
	  "server takes two clients for one: look into its log.",
	  NULL },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_data_not_out, "data-filtered-out",
	  "Data of the server's comes, none of the client's reaches it.",
	  "A firewall or NAT on the way to the server loses it, or the client "
	  "does not start PPP: look into its log.",
	  NULL },
};

const struct why_cause_table why_causes_l2tp = WHY_CAUSE_TABLE(rows);
