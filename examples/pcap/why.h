/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --why: how far each client of a capture came, where it stopped, and why.
 *
 *     why_packet.c    a packet, never read past what was captured
 *     why_read.c      hands it to the one that knows its protocol:
 *       why_pptp.c      control connections     why_gre.c     GRE
 *       why_ike.c       IKE                     why_esp.c     ESP, AH
 *       why_l2tp.c      L2TP                    why_ppp.c     PPP in both
 *       why_icmp.c      errors about these      why_fragment.c
 *     why_facts.h     what they have counted; why_attempt.c, why_order.c and
 *                     why_large.c do so
 *     why_compare.c   one client's facts beside the others'
 *     why_step.c      the steps; why_reach.c, which were done
 *     why_cause.c     searches the tables of causes, why_cause_*.c;
 *                     why_symptom*.c ask the facts for them, why_detail.c says
 *                     what was seen
 *     why_text.c why_json.c   what is printed; why_page.c, on a page
 */
#ifndef PCAP_WHY_H
#define PCAP_WHY_H

#include <stdio.h>

#include "options.h"

/* Exit statuses beside the common ones. */
#define EXIT_WHY_FAILS 3   /* a client does not get through */
#define EXIT_WHY_NOTHING 4 /* no VPN traffic */

/* Reads the capture, prints, and returns the exit status. Writes it to a page,
 * too, unless that is NULL. */
int why_run(const struct options *options, FILE *page);

#endif
