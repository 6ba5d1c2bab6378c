/* SPDX-License-Identifier: BSD-2-Clause */
/* Causes in what a NAT or a router has changed; and a capture of one direction
 * alone, in which all may be well. */
#include "why_cause_table.h"

static const struct why_cause rows[] = {
	/* It may be well */
	{ WHY_FOR_ALL, WHY_BROKEN, why_one_direction, "one-direction",
	  "The capture has the server's packets alone, which answer a client: "
	  "the client's pass elsewhere.",
	  "Capture where both directions pass. If they take two routes, no NAT "
	  "or firewall on either of them can follow.",
	  NULL },

	/* Changes by a NAT or a router */
	{ WHY_FOR_IPSEC, WHY_ALWAYS, why_ah_lost, "ah",
	  "AH goes one way only. Its check covers the addresses, so no NAT can "
	  "translate it.",
	  "Use ESP instead of AH at both ends; behind a NAT, with NAT-T.",
	  NULL },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_ike_misled, "port-500-frozen",
	  "The server's answers to this client reached another one: the NAT "
	  "leaves port 500 as it is, or takes all IKE for one client's.",
	  "Let the NAT translate port 500 like any other (turn off its IPsec "
	  "passthrough or helper), or connect one client at a time.",
	  why_detail_misled },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_answer_misled, "gre-to-wrong-client",
	  "GRE with this client's Call ID came to another client: the NAT "
	  "knows GRE by addresses only.",
	  "Use a NAT with a PPTP ALG (passthrough), or connect one PPTP client "
	  "of this server at a time.",
	  why_detail_misled },
	{ WHY_FOR_ALL, WHY_BROKEN, why_answer_elsewhere,
	  "answer-other-address",
	  "The answer comes from another address than the client has asked. A "
	  "NAT, or the client, takes it for a stranger's.",
	  "Let the server answer from the address that is asked (it has "
	  "several), or ask the address that answers. vpnalg-gw has "
	  "--l2tp-any-address for L2TP.",
	  why_detail_elsewhere },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_l2tp_to_1701, "l2tp-port-1701",
	  "The server answers to port 1701, not to the port that has asked: "
	  "behind a NAT that is nobody, or another client.",
	  "Let the server answer to the port that asks (RFC 2661 8.1), or use "
	  "a NAT that keeps port 1701: vpnalg-gw --l2tp-port-1701.",
	  NULL },
	{ WHY_FOR_PPTP, WHY_ALWAYS, why_call_id_twice, "call-id-twice",
	  "Two clients behind one address have the same Call ID with this "
	  "server: its GRE cannot be told apart.",
	  "Use a NAT with a PPTP ALG (passthrough), which gives each call a "
	  "Call ID of its own.",
	  why_detail_ids },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_call_id_wrong, "call-id-wrong",
	  "GRE, or the reply to the call, has a Call ID that nobody has: one "
	  "was translated and the other not.",
	  "Turn the router's PPTP ALG (passthrough) on, or off if it is "
	  "broken; two of them in a row may disturb each other.",
	  why_detail_ids },

	{ WHY_FOR_IPSEC, WHY_ALWAYS, why_esp_mixed, "esp-mixed",
	  "One end puts ESP into UDP (NAT-T), the other one does not: neither "
	  "takes what comes.",
	  "Turn NAT-T on at both ends; a NAT must not answer for them, nor "
	  "rewrite IKE (turn off its IPsec helper).",
	  NULL },
	{ WHY_FOR_PPTP | WHY_FOR_IPSEC, WHY_BROKEN, why_other_uplink,
	  "other-uplink",
	  "Control messages and data of one client leave from two outside "
	  "addresses: the server takes them for two clients.",
	  "Let the router send all traffic of an inside host by the same "
	  "uplink and address, not each connection by another one.",
	  why_detail_uplink },
};

const struct why_cause_table why_causes_nat = WHY_CAUSE_TABLE(rows);
