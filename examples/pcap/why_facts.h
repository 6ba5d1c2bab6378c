/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts that a capture shows of each client, counted without a conclusion.
 */
#ifndef PCAP_WHY_FACTS_H
#define PCAP_WHY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "why_packet.h"

enum why_protocol { WHY_IS_PPTP, WHY_IS_IPSEC, WHY_IS_L2TP, WHY_IS_GRE };

/* The sender of a packet. The client is the end that begins. */
enum why_end { CLIENT, SERVER, WHY_ENDS };

/* A number that was not seen. */
#define WHY_NONE UINT32_MAX

/* Large packets of one end's, 1,000 bytes and more: those that may not fit
 * through. */
struct why_large {
	uint32_t size;         /* of the last one */
	uint64_t time;         /* when it came */
	uint32_t unanswered;   /* of one size, well apart, and nothing back */
	uint32_t unanswered_most;
	uint32_t backoff;      /* of one size, in intervals that grow */
	uint32_t backoff_most;
	uint64_t interval;
	/* The contents, where PPP is in clear: */
	uint32_t again;        /* the same segment of TCP, again and again */
	uint32_t again_most;
	uint32_t segment;      /* the last one */
	uint32_t unseen;       /* acknowledged, but not in the capture */
	uint32_t ports, next;  /* of TCP, and what comes next */
	uint32_t echo, echo_reply; /* ICMP */
	uint32_t small_reply;      /* to a smaller ICMP echo */
};

/* Packets of one end's since the other end was heard last: how many, since
 * when, the longest pause in that time, and how many came behind it. */
struct why_silence {
	uint64_t last[WHY_ENDS]; /* when each end was heard last */
	uint32_t alone[WHY_ENDS], behind_pause[WHY_ENDS];
	uint64_t alone_since[WHY_ENDS], pause[WHY_ENDS];
};

/* Packets of data, each way: GRE, ESP, or L2TP's data. */
struct why_flow {
	uint32_t packets[WHY_ENDS];
	uint32_t largest[WHY_ENDS];
	uint32_t acknowledged[WHY_ENDS]; /* GRE: those that acknowledge */
	uint64_t begun[WHY_ENDS];
	struct why_silence silence;
	/* The most separate gaps in the Sequence Numbers of one SPI or Call
	 * ID, and how many packets that one had. */
	uint32_t gaps[WHY_ENDS], of[WHY_ENDS];
	/* The most packets of the other end's that came while packets of this
	 * one's were missing. */
	uint32_t unseen[WHY_ENDS];
	struct why_large large[WHY_ENDS];
};

/* PPP, in GRE or L2TP, by why_ppp.c's table of protocols and codes. */
enum why_ppp {
	LCP_REQUEST, LCP_ACK, LCP_NAK, LCP_TERMINATE, LCP_ECHO, LCP_ECHO_REPLY,
	LCP_PROTOCOL_REJECT, AUTH_CHALLENGE, AUTH_RESPONSE, AUTH_SUCCESS,
	AUTH_FAILURE, CCP_REQUEST, CCP_ACK, CCP_REJECT, IPCP_REQUEST, IPCP_ACK,
	IPCP_REJECT, PPP_IP, PPP_ENCRYPTED,
	PPP_GROUP, /* of PPP_IP, those to a group or to all: no answer is due */
	WHY_PPP
};

struct why_tcp {
	uint32_t syn, syn_ack;
	uint32_t segments[WHY_ENDS]; /* all but a RST */
	uint32_t syn_number; /* the Sequence Number of the client's SYN */
	uint32_t reset[WHY_ENDS], fin[WHY_ENDS];
	bool reset_early; /* before anything else has announced the end */
	uint32_t next[WHY_ENDS]; /* the Sequence Number that is expected */
	bool known[WHY_ENDS];    /* next is */
	uint32_t repeated[WHY_ENDS]; /* segments that were there before */
	uint32_t repeated_last[WHY_ENDS]; /* and since the other end spoke */
	uint8_t part[WHY_ENDS][256]; /* a message that is not whole yet */
	uint32_t part_length[WHY_ENDS];
};

#define WHY_PPTP_MESSAGES 16

struct why_pptp {
	uint32_t messages[WHY_ENDS][WHY_PPTP_MESSAGES];
	/* From the replies, 0 if there was none: */
	uint32_t start_result, start_error;
	uint32_t call_result, call_error, disconnect_result;
	uint32_t call_id[WHY_ENDS]; /* each end's own, or WHY_NONE */
	uint32_t peer_call_id;      /* the client's, as the reply names it */
	uint32_t wrong_id[WHY_ENDS]; /* GRE with a Call ID of no call */
};

/* Exchanges of IKE by what they are for. */
enum why_exchange {
	IKE_INIT,     /* Main Mode 1 to 4, IKE_SA_INIT, Aggressive Mode */
	IKE_AUTH,     /* Main Mode 5 and 6, IKE_AUTH, XAUTH */
	IKE_CHILD,    /* Quick Mode, CREATE_CHILD_SA */
	IKE_INFORM,   /* Informational */
	WHY_EXCHANGES
};

struct why_ike {
	uint8_t version; /* 0 if no IKE was captured */
	bool aggressive;
	uint32_t identity; /* a hash of the client's, if it is in clear, or 0 */
	uint8_t initiator_spi[8];
	uint32_t messages[WHY_ENDS][WHY_EXCHANGES];
	uint32_t different[WHY_ENDS][WHY_EXCHANGES]; /* without repetitions */
	uint32_t seen[WHY_ENDS];     /* a hash of the last message */
	bool offers_nat_t[WHY_ENDS]; /* by Vendor ID or NAT_DETECTION */
	uint32_t on_4500[WHY_ENDS];
	uint32_t notify[WHY_ENDS];  /* the last error in clear, or WHY_NONE */
	uint32_t inform_early[WHY_ENDS]; /* Informational before it was done */
	uint32_t auth_size[WHY_ENDS]; /* the longest message of IKE_AUTH */
	uint32_t auth_last;           /* the server's last one */
	uint32_t cookies;             /* answers that want a COOKIE */
	/* Fragments of messages (RFC 7383): how many of the last message there
	 * should be, and which came, as bits. */
	uint32_t parts[WHY_ENDS], part_bits[WHY_ENDS];
	uint32_t keepalives[WHY_ENDS];
	bool peer_began; /* the server has begun an exchange here, too */
	uint32_t unknown_spi; /* it has said that it does not know an SPI */
};

#define WHY_L2TP_MESSAGES 21

struct why_l2tp {
	uint8_t version;
	uint32_t messages[WHY_ENDS][WHY_L2TP_MESSAGES];
	uint32_t tunnel[WHY_ENDS]; /* each end's own ID, or WHY_NONE */
	uint32_t stop_result[WHY_ENDS], stop_error[WHY_ENDS];
	uint32_t cdn_result[WHY_ENDS], cdn_error[WHY_ENDS];
	bool cdn_early;   /* the server's, before there was any data */
	uint32_t to_1701; /* answers to port 1701, not to the one that asked */
};

enum why_icmp {
	ERROR_UNREACHABLE, ERROR_PROTOCOL, ERROR_PORT, ERROR_TOO_BIG,
	ERROR_PROHIBITED, ERROR_EXPIRED, ERROR_REASSEMBLY, ERROR_OTHER,
	WHY_ERRORS
};

/* ICMP errors about its packets. */
struct why_errors {
	uint32_t about[WHY_ENDS][WHY_ERRORS]; /* by the packet's sender */
	uint32_t from[WHY_ENDS];              /* sender of the last one */
	uint32_t mtu;                         /* the least MTU in an error */
	uint64_t too_big_packet;              /* the number of the first */
	uint32_t too_big_again; /* as large ones of that end, after it */
};

/* One attempt of a client to connect to a server. */
struct why_attempt {
	enum why_protocol protocol;
	uint32_t client, server;
	uint16_t client_port, server_port; /* 0 where there are none */
	uint16_t port_4500;                /* IPsec: the client's for NAT-T */
	uint64_t first, last;              /* numbers of packets */
	uint64_t begun, ended;             /* their times */
	struct why_silence silence; /* all packets, but NAT-keepalives */
	struct why_flow flow;
	uint32_t ppp[WHY_ENDS][WHY_PPP];
	/* Keepalives since the other end has answered one: LCP's echoes, and
	 * those of the control connection. */
	uint32_t echoes[WHY_ENDS], hellos[WHY_ENDS];
	struct why_tcp tcp;
	struct why_pptp pptp;
	struct why_ike ike;
	/* ESP in UDP from another port than before, which the server has not
	 * answered there. */
	uint32_t port_changed, changed_port;
	uint32_t esp[WHY_ENDS], esp_udp[WHY_ENDS], ah[WHY_ENDS];
	struct why_l2tp l2tp;
	struct why_errors errors;
	uint32_t bad_checksums[WHY_ENDS];
	uint32_t fragments[WHY_ENDS]; /* and the datagrams made of them: */
	uint32_t whole[WHY_ENDS], lost[WHY_ENDS];
	uint32_t udp_whole[WHY_ENDS], udp_lost[WHY_ENDS]; /* of them, UDP's */
	/* Answers that came from another address or port. */
	uint32_t elsewhere, elsewhere_address;
	uint32_t other_port;
	/* Answers that came to another client. */
	uint32_t misled, misled_to;
	struct why_attempt *next; /* of the same two addresses */
	/* Set by why_compare(): another client that works with the same server;
	 * an older attempt of the same client that did; another client with the
	 * same address and Call ID; the other half of this one, which leaves from
	 * another address. */
	const struct why_attempt *neighbour, *older, *twin, *uplink;
	bool works;
	uint64_t rest; /* milliseconds from its last packet to the end */
};

/* A packet that was seen a moment ago. */
struct why_seen {
	uint64_t hash, time;
};

/* Everybody's. */
struct why_facts {
	struct why_attempt **attempts;
	size_t count, room;
	struct why_attempt *pairs[4096]; /* by their two addresses */
	struct why_fragments *fragments;
	struct why_orders *orders;
	uint64_t packets;  /* of the protocols that are looked for */
	uint64_t ignored;  /* of more clients than there is room for */
	uint64_t twice;    /* that were captured twice, and count once */
	struct why_seen seen[256];
	uint64_t end;      /* the time of the last packet of all */
	bool memory;       /* false when there was none */
};

#endif
