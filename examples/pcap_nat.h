/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator and what it is given: memory, a store, random numbers. */
#ifndef PCAP_NAT_H
#define PCAP_NAT_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

#include "pcap_options.h"
#include "pcap_side.h"

struct nat {
	struct vpnalg *translator;
	struct vpnalg_store store;
	struct vpnalg_table *table;
	void *memory[2];  /* of the translator, of the table */
	uint64_t random;  /* where the random numbers stand */
	vpnalg_time now;  /* the latest packet's */
	vpnalg_time due;  /* when to look for dead sessions again */
};

/* Makes a translator for the protocols and addresses that are asked for. False
 * when there is no memory, which was said. */
bool nat_open(struct nat *nat, const struct options *options);

/* Translates a packet whose task is TASK_OUT, TASK_IN or TASK_IN_UNDO. */
void nat_translate(struct nat *nat, struct vpnalg_packet *packet,
		   enum task task, vpnalg_time now);

/* Removes all sessions that were dead at the last packet's time. */
void nat_sweep(struct nat *nat);

void nat_close(struct nat *nat);

#endif
