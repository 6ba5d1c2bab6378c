/* SPDX-License-Identifier: BSD-2-Clause */
/* The fate of a packet: counted, and explained in a line. */
#ifndef PCAP_FATE_H
#define PCAP_FATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <vpnalg/vpnalg.h>

#include "explain.h"
#include "held.h"
#include "link.h"
#include "report.h"
#include "side.h"

/* The decision about a packet. */
struct verdict {
	enum fate fate;
	enum task task;         /* of a translated or dropped packet */
	enum copied copied;     /* of a copied one */
	enum vpnalg_result why; /* of a dropped one */
	bool cut;               /* it became shorter */
	enum compared compared;
	int difference; /* of COMPARED_DIFFERENT: form_difference() */
};

/* Counts a packet. What is only held is counted when it is given back. */
void fate_count(struct report *report, const struct verdict *verdict);

/* Likewise, by the protocol of an IPv4 packet, and by its sort of IPsec or
 * -1. */
void fate_count_protocol(struct report *report, const struct verdict *verdict,
			 uint8_t protocol, int sort);

/* Writes a line: the packet's number, what became of it, what it was, and how
 * it looks now: after, of a translated one. */
void fate_explain(FILE *lines, const struct held_frame *at,
		  const struct verdict *verdict,
		  const struct explained *after);

/* Writes how a packet compares with what the router has made of it, which may
 * be NULL, unless they are the same; with a comma in front. */
void fate_compared(FILE *lines, const struct seen *other,
		   const struct verdict *verdict);

#endif
