/* SPDX-License-Identifier: BSD-2-Clause */
/* Causes of IPsec, from its first step on. */
#include "why_cause_table.h"

static const struct why_cause rows[] = {
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_port_frozen, "port-500-frozen",
	  "No answer to this client's IKE, while another one's with the same "
	  "server is answered, and both come from port 500: the NAT leaves "
	  "that port as it is, or the server takes both for one.",
	  "Let the NAT translate port 500 like any other (turn off its IPsec "
	  "passthrough or helper), or connect one client at a time.",
	  why_detail_neighbour },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_ike_unanswered, "no-answer",
	  "The server does not answer IKE on UDP port 500.",
	  "Check the server's address, that it runs, that it knows this "
	  "client, and that no firewall drops UDP port 500.",
	  why_detail_one_direction },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_answer_other_port,
	  "answer-other-port",
	  "The server answers from another port than the client has asked: a "
	  "NAT takes that for a stranger's.",
	  "Let the server answer from the port that is asked.", NULL },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_ike_answer_lost, "answer-lost",
	  "The server answers, but the client asks the same again.",
	  "A firewall, NAT or second route between here and the client loses "
	  "what comes back: look there.",
	  NULL },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_4500_blocked, "udp-4500-blocked",
	  "IKE goes on to UDP port 4500, and there nothing comes back.",
	  "Let firewalls on the way pass UDP port 4500, both ways. With IKEv1 "
	  "it may also be a wrong pre-shared key, to which some servers do not "
	  "answer.",
	  NULL },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_ike_init_stopped, "ike-stopped",
	  "IKE stops in its first exchange.",
	  "Look into the server's log; a large message may be lost (see "
	  "fragments-lost), or algorithms do not fit.",
	  why_detail_notify },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_ike_auth_unanswered, "auth-unanswered",
	  "The server does not answer the authentication.",
	  "In IKEv1 mostly a wrong pre-shared key. Else a large message is "
	  "lost (certificates): use IKE fragmentation.",
	  NULL },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_child_unanswered,
	  "ike-child-unanswered",
	  "IKE succeeds, but Quick Mode (phase 2) is not answered.",
	  "Compare both ends' phase 2: algorithms, PFS, networks, tunnel or "
	  "transport mode. The server's log says which.",
	  NULL },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_esp_second, "second-esp-client",
	  "ESP of this client's is not answered, while another client with the "
	  "same server gets ESP: the NAT knows ESP by addresses only, and has "
	  "one client of a server at a time.",
	  "Turn NAT-T on at both ends, or use a NAT that tells SPIs apart; "
	  "else connect one client at a time.",
	  why_detail_neighbour },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_esp_udp_second,
	  "several-transport-mode",
	  "The server sends to another client of this address, not to this "
	  "one. It cannot tell several clients of one address apart, as many "
	  "cannot with L2TP/IPsec (transport mode).",
	  "No NAT can help. Use tunnel mode (IKEv2), a server that can, "
	  "another outside address, or connect one client at a time.",
	  why_detail_neighbour },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_esp_not_in, "esp-filtered-in",
	  "ESP of the client's goes out, none of the server's comes.",
	  "Let firewalls on the way from the server pass IP protocol 50 (with "
	  "NAT-T: UDP port 4500); turn NAT-T on at both ends.",
	  NULL },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_esp_not_out, "esp-filtered-out",
	  "ESP of the server's comes, none of the client's is seen.",
	  "Let the client's firewall and the routers on the way pass IP "
	  "protocol 50 (with NAT-T: UDP port 4500); check the client's routes.",
	  NULL },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_esp_none, "esp-filtered",
	  "IKE succeeds, but no ESP was seen, neither way.",
	  "If there was traffic for the VPN: let the firewalls pass IP "
	  "protocol 50, or turn NAT-T on; check the networks and routes of "
	  "both ends.",
	  NULL },
};

const struct why_cause_table why_causes_ipsec = WHY_CAUSE_TABLE(rows);
