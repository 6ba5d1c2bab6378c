/* SPDX-License-Identifier: BSD-2-Clause */
/* The causes that --why knows, and which of them an attempt has. */
#ifndef PCAP_WHY_CAUSE_H
#define PCAP_WHY_CAUSE_H

#include "why_facts.h"
#include "why_symptom.h"

#define WHY_DETAIL 160

/* Protocols, as bits. */
#define WHY_FOR(protocol) (1U << (protocol))
#define WHY_FOR_PPTP WHY_FOR(WHY_IS_PPTP)
#define WHY_FOR_IPSEC WHY_FOR(WHY_IS_IPSEC)
#define WHY_FOR_L2TP WHY_FOR(WHY_IS_L2TP)
#define WHY_FOR_GRE WHY_FOR(WHY_IS_GRE)
#define WHY_FOR_PPP (WHY_FOR_PPTP | WHY_FOR_L2TP)
#define WHY_FOR_ALL (WHY_FOR_PPP | WHY_FOR_IPSEC | WHY_FOR_GRE)

/* When a cause is looked for. */
enum why_when {
	WHY_BROKEN,  /* if the last step was not reached */
	WHY_ALWAYS,  /* it fails although that was */
	WHY_REMARK   /* it works, and somebody should know: in remarks alone */
};

/* Writes what was seen of it. */
typedef void why_detail(const struct why_attempt *attempt,
			char text[WHY_DETAIL]);

struct why_cause {
	unsigned protocols;
	enum why_when when;
	why_symptom *symptom;
	const char *keyword; /* does not change */
	const char *meaning;
	const char *advice;
	why_detail *detail; /* or NULL */
};

/* Returns the first cause that fits and makes it fail, or NULL if the attempt
 * works. */
const struct why_cause *why_cause(const struct why_attempt *attempt);

/* Returns a remark about an attempt that works, or NULL. */
const struct why_cause *why_remark(const struct why_attempt *attempt);

/* Fills in what the attempts have to do with each other. */
void why_compare(struct why_facts *facts);

/* Details (why_detail.c) */
why_detail why_detail_elsewhere, why_detail_misled, why_detail_icmp,
	why_detail_mtu, why_detail_pause, why_detail_silence,
	why_detail_fragments, why_detail_neighbour, why_detail_start,
	why_detail_call, why_detail_ended, why_detail_reset, why_detail_ids,
	why_detail_notify, why_detail_stop, why_detail_cdn,
	why_detail_checksums, why_detail_port, why_detail_one_direction,
	why_detail_uplink, why_detail_keepalives, why_detail_data,
	why_detail_zlb;

/* Adds that the capture ends at once behind what lacks an answer. */
why_detail why_detail_rest;

#endif
