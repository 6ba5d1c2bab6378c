/* SPDX-License-Identifier: BSD-2-Clause */
/* Causes of what was up, and then failed. */
#include "why_cause_table.h"

static const struct why_cause rows[] = {
	{ WHY_FOR_IPSEC, WHY_ALWAYS, why_port_changed, "port-changed",
	  "ESP in UDP goes on from another port than before, and the server "
	  "does not answer there: a NAT has forgotten the session and opened "
	  "another one.",
	  "Let the client send NAT-keepalives more often (20 s), raise the "
	  "NAT's time for UDP (vpnalg-gw --timeouts nat-t=), or let the server "
	  "follow the port (RFC 3948, RFC 7296 2.23).",
	  why_detail_port },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_silent_after_pause, "idle-timeout",
	  "It worked, then nobody sent for a while, and since then one end is "
	  "not answered: a NAT or firewall has forgotten the session.",
	  "Raise that router's timeout (vpnalg-gw --timeouts), or let an end "
	  "send sooner: NAT-keepalives or DPD of IPsec, LCP echoes, L2TP's "
	  "HELLO.",
	  why_detail_pause },
	{ WHY_FOR_IPSEC, WHY_ALWAYS, why_esp_taken, "second-esp-client",
	  "ESP came to this client until another one's with the same server "
	  "began: the NAT knows ESP by addresses only, and has one client of a "
	  "server at a time.",
	  "Turn NAT-T on at both ends, or use a NAT that tells SPIs apart; "
	  "else connect one client at a time.",
	  why_detail_neighbour },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_gone, "port-closed",
	  "It worked, then the server's system says that nothing listens "
	  "there any more (ICMP: port unreachable).",
	  "The VPN program has ended there: look into its log.",
	  why_detail_icmp },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_later_prohibited, "prohibited",
	  "It worked, then a firewall refuses the packets (ICMP: "
	  "administratively prohibited).",
	  "Allow the VPN in the firewall that says so.", why_detail_icmp },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_later_unreachable, "unreachable",
	  "It worked, then the server's network or host could not be reached "
	  "any more (ICMP).",
	  "The server, or the line to it, failed.", why_detail_icmp },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_keepalives_lost, "keepalive-lost",
	  "It worked, then one end's keepalives (echoes of LCP or PPTP, "
	  "L2TP's HELLO, IKE's DPD or rekeying) were not answered, and so it "
	  "gives the VPN up.",
	  "The line failed, or a NAT on the way has forgotten the session, or "
	  "the other end does not answer keepalives: then turn them off.",
	  why_detail_keepalives },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_server_silent, "server-silent",
	  "It worked, then the server stopped answering.",
	  "The server or its line failed, or a NAT on the way has given the "
	  "session to somebody else; look whether it answers pings.",
	  why_detail_silence },
	{ WHY_FOR_PPP, WHY_ALWAYS, why_data_unanswered, "data-unanswered",
	  "PPP is up and the client sends data, but none of the server's was "
	  "seen.",
	  "Look at the server whether it forwards what its clients send, and "
	  "has routes and firewall rules for their addresses; and whether the "
	  "client asks for an address that answers.",
	  why_detail_data },
};

const struct why_cause_table why_causes_later = WHY_CAUSE_TABLE(rows);
