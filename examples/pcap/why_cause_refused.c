/* SPDX-License-Identifier: BSD-2-Clause */
/* Causes that somebody names: the other end refuses in its protocol, or a
 * system on the way by ICMP. */
#include "why_cause_table.h"

static const struct why_cause rows[] = {
	/* Refused by the other end, in its protocol */
	{ WHY_FOR_IPSEC, WHY_ALWAYS, why_sa_unknown, "sa-unknown",
	  "The server says that it does not know the SA that the client uses "
	  "(INVALID_SPI): it was restarted, or has ended the SA.",
	  "Connect again; dead peer detection (DPD) at the client does that by "
	  "itself.",
	  NULL },
	{ WHY_FOR_PPTP, WHY_BROKEN, why_connection_refused, "port-closed",
	  "The server refuses TCP port 1723: no PPTP server runs there.",
	  "Start it, let its firewall accept port 1723, or correct the "
	  "server's address.",
	  NULL },
	{ WHY_FOR_PPTP, WHY_ALWAYS, why_control_refused, "control-refused",
	  "The server refuses the control connection.",
	  "Look into the server's log; perhaps this client is not allowed, or "
	  "is connected already.",
	  why_detail_start },
	{ WHY_FOR_PPTP, WHY_ALWAYS, why_call_refused, "call-refused",
	  "The server refuses the call.",
	  "Look into the server's log: it may have no line, no address or no "
	  "memory left, or may not want this client.",
	  why_detail_call },
	{ WHY_FOR_PPP, WHY_BROKEN, why_auth_failed, "auth-failed",
	  "The user's name or password is wrong, or the server does not accept "
	  "this way of authentication.",
	  "Check both, and that client and server have a protocol in common "
	  "(MS-CHAPv2, CHAP, PAP, EAP).",
	  NULL },
	{ WHY_FOR_PPP, WHY_BROKEN, why_encryption_refused,
	  "encryption-refused",
	  "The ends do not agree on encryption (MPPE, by CCP).",
	  "Require MPPE of the same strength at both ends, or at none; it "
	  "needs MS-CHAP.",
	  NULL },
	{ WHY_FOR_L2TP, WHY_ALWAYS, why_session_refused, "call-refused",
	  "The session is refused or ended (CDN).",
	  "Look into the log of the end that says so.", why_detail_cdn },
	{ WHY_FOR_L2TP, WHY_BROKEN, why_tunnel_refused, "tunnel-refused",
	  "The tunnel is refused or ended (StopCCN).",
	  "Look into the log of the end that says so: shared secret, host "
	  "name, or a tunnel that is left from before.",
	  why_detail_stop },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_child_refused, "ike-child-refused",
	  "IKE succeeds, but the server refuses what ESP shall protect: "
	  "algorithms or networks differ.",
	  "Compare both ends' phase 2: algorithms, PFS, networks, tunnel or "
	  "transport mode.",
	  why_detail_notify },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_version_refused, "ike-version",
	  "The server does not speak this version of IKE, or not this "
	  "exchange.",
	  "Set the same version (IKEv1 or IKEv2) and mode (main or aggressive) "
	  "at both ends.",
	  why_detail_notify },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_proposal_refused, "ike-no-proposal",
	  "The server accepts none of the proposed algorithms "
	  "(NO_PROPOSAL_CHOSEN), or does not know this client.",
	  "Give both ends an encryption, integrity and Diffie-Hellman group in "
	  "common; check the connection's addresses and IDs at the server.",
	  why_detail_notify },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_group_refused, "ike-group",
	  "The server wants another Diffie-Hellman group (INVALID_KE_PAYLOAD), "
	  "and the client does not go on with it.",
	  "Give both ends a group in common, and let the client propose it "
	  "first.",
	  why_detail_notify },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_ike_auth_failed, "auth-failed",
	  "Authentication fails: a wrong pre-shared key, certificate, name or "
	  "ID. (Where the error is encrypted, its size tells.)",
	  "Check the secret and both IDs at both ends; behind a NAT the "
	  "client's ID is its inside address unless another one is set. The "
	  "server's log says which.",
	  why_detail_notify },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_ike_refused, "ike-refused",
	  "An end refuses IKE with an error.",
	  "Look into the server's log for this error.", why_detail_notify },
	{ WHY_FOR_IPSEC, WHY_BROKEN, why_cookie_again, "ike-cookie",
	  "The server asks for a COOKIE again and again: what the client sends "
	  "back does not fit, or does not arrive.",
	  "The address or port of the client changes on the way, by several "
	  "NATs or uplinks; or the server is flooded.",
	  NULL },

	/* ICMP */
	{ WHY_FOR_ALL, WHY_BROKEN, why_client_refuses, "client-refuses",
	  "The client's own system refuses what the server sends it (ICMP): "
	  "it waits for nothing there.",
	  "The packets are for another client, the NAT has sent them to the "
	  "wrong one; or the VPN program has ended.",
	  why_detail_icmp },
	{ WHY_FOR_ALL, WHY_BROKEN, why_is_prohibited, "prohibited",
	  "A firewall refuses the packets (ICMP: administratively "
	  "prohibited).",
	  "Allow the VPN in the firewall that says so; vpnalg-gw says so of "
	  "hosts for which no port or room is left.",
	  why_detail_icmp },
	{ WHY_FOR_ALL, WHY_BROKEN, why_protocol_refused, "protocol-refused",
	  "The server does not take this IP protocol (ICMP: protocol "
	  "unreachable): GRE, ESP or L2TP is not running there.",
	  "Start the VPN server, or load its kernel module; or correct the "
	  "server's address.",
	  why_detail_icmp },
	{ WHY_FOR_ALL, WHY_BROKEN, why_port_refused, "port-closed",
	  "The server does not listen on this port (ICMP: port unreachable).",
	  "Start the VPN server, correct its address, or open the port. Many "
	  "L2TP servers listen inside of IPsec only.",
	  why_detail_icmp },
	{ WHY_FOR_ALL, WHY_BROKEN, why_has_expired, "routing-loop",
	  "Packets run in a circle until their time to live is over (ICMP: "
	  "time exceeded).",
	  "Correct the routes near the address that says so.",
	  why_detail_icmp },
	{ WHY_FOR_ALL, WHY_BROKEN, why_is_unreachable, "unreachable",
	  "The server's network or host cannot be reached (ICMP).",
	  "Correct the routes near the address that says so, or the server's "
	  "address.",
	  why_detail_icmp },
};

const struct why_cause_table why_causes_refused = WHY_CAUSE_TABLE(rows);
