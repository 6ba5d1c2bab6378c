/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of causes. The first row with a fitting protocol and symptom is
 * reported, so special causes stand before general ones; one more cause is one
 * more row. vpnalg-pcap(1) has the same keywords, and tests/pcap_why.py holds
 * it to that.
 */
#include "why_cause.h"

#include "why_step.h"

static const struct why_cause causes[] = {
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

	/* Lost on the way, by size or content */
	{ WHY_FOR_ALL, WHY_ALWAYS, why_fragments_lost, "fragments-lost",
	  "Fragments are lost: large messages do not arrive whole.",
	  "Let routers and firewalls pass fragments; or make messages smaller: "
	  "IKE fragmentation (RFC 7383) at both ends, smaller certificates, a "
	  "smaller MTU.",
	  why_detail_fragments },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_too_big_ignored, "mtu",
	  "A link does not take packets that large (ICMP: fragmentation "
	  "needed), and they do not become smaller.",
	  "Lower the MTU of the VPN interface (1400 or less), or clamp TCP's "
	  "MSS: vpnalg-gw --mss.",
	  why_detail_mtu },
	{ WHY_FOR_ALL, WHY_ALWAYS, why_large_lost, "mtu",
	  "Small packets pass, large ones do not, and nobody says so: an MTU "
	  "on the way is too small, and ICMP is filtered.",
	  "Lower the MTU of the VPN interface (1400 or less), or clamp TCP's "
	  "MSS: vpnalg-gw --mss; let ICMP \"fragmentation needed\" pass.",
	  why_detail_mtu },
	{ WHY_FOR_ALL, WHY_BROKEN, why_checksum_wrong, "bad-checksum",
	  "Packets have wrong checksums, so their receiver drops them: a "
	  "translation was not finished, or they were damaged.",
	  "Update the router that has sent them, or turn its ALG off; check "
	  "the cable or radio link.",
	  why_detail_checksums },

	/* PPTP, from its first step on */
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

	/* IPsec, from its first step on */
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

	/* L2TP, from its first step on */
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

	/* PPP */
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

	/* It was up */
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

	/* Neither */
	{ WHY_FOR_GRE, WHY_BROKEN, why_anything, "gre-one-way",
	  "GRE goes one way only.",
	  "Let firewalls on the way pass IP protocol 47, and see that the "
	  "other end has this tunnel, with the same Key.",
	  NULL },
	{ WHY_FOR_ALL, WHY_BROKEN, why_anything, "unknown",
	  "It stopped there, and nothing in the capture says why.",
	  "Look into the server's log; capture from the beginning, and nearer "
	  "to the server.",
	  NULL },

	/* Works, and yet */
	{ WHY_FOR_IPSEC, WHY_REMARK, why_ah_passes, "ah",
	  "AH passes here, so there is no NAT between the ends. Through one it "
	  "cannot: its check covers the addresses.",
	  "Use ESP instead of AH where a NAT may be on the way.", NULL },
	{ WHY_FOR_IPSEC, WHY_REMARK, why_esp_later, "capture-ends",
	  "IKE succeeds, and the capture ends before ESP begins.",
	  "Capture longer to know.", NULL },
	{ WHY_FOR_PPP, WHY_REMARK, why_data_alone, "data-unanswered",
	  "PPP is up, and a little data of the client's was seen, none of the "
	  "server's.",
	  "Capture longer to know.", why_detail_data },
	{ WHY_FOR_ALL, WHY_REMARK, why_too_big_told, "mtu",
	  "A link did not take packets that large (ICMP: fragmentation "
	  "needed), and the sender made them smaller.",
	  "Nothing must be done; a smaller MTU of the VPN interface would "
	  "save the detour.",
	  why_detail_mtu },
	{ WHY_FOR_ALL, WHY_REMARK, why_answer_elsewhere,
	  "answer-other-address",
	  "Some answers came from another address than the client has asked; "
	  "it works all the same.",
	  "A NAT that is strict will not let these pass: let the server answer "
	  "from the address that is asked.",
	  why_detail_elsewhere },
	{ WHY_FOR_ALL, WHY_REMARK, why_client_silent, "client-silent",
	  "The client stopped answering, without an end.",
	  "Nothing must be done if it was turned off.", why_detail_silence },
};

#define CAUSES (sizeof(causes) / sizeof(causes[0]))

static bool fits(const struct why_cause *cause,
		 const struct why_attempt *attempt)
{
	return cause->protocols & WHY_FOR(attempt->protocol) &&
	       cause->symptom(attempt);
}

const struct why_cause *why_cause(const struct why_attempt *attempt)
{
	for (size_t i = 0; i < CAUSES; i++)
		if (causes[i].when != WHY_REMARK &&
		    (causes[i].when == WHY_ALWAYS || !attempt->works) &&
		    fits(&causes[i], attempt))
			return &causes[i];
	return NULL;
}

const struct why_cause *why_remark(const struct why_attempt *attempt)
{
	for (size_t i = 0; i < CAUSES; i++)
		if (causes[i].when == WHY_REMARK && fits(&causes[i], attempt))
			return &causes[i];
	return NULL;
}
