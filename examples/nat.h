/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator as all the programs here set it up: which protocols it knows,
 * and its memory. Where to begin. */
#ifndef NAT_H
#define NAT_H

#include <stdbool.h>

#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

struct nat {
	struct vpnalg *translator;
	struct vpnalg_store store;
	struct vpnalg_table *table;
	void *memory[2]; /* of the translator, of the table */
};

/* Makes a translator, with or without general traffic, for L2TP servers that
 * insist on source port 1701 or not. What differs from program to program stands in config already: outside addresses, callbacks, burst.
 * False, with errno, when that failed; nat_close() follows in any case. */
bool nat_open(struct nat *nat, struct vpnalg_config *config, bool general,
	      bool l2tp_port_1701);

/* Removes some dead sessions; tells when to do that again. */
vpnalg_time nat_sweep(struct nat *nat, vpnalg_time now);

void nat_close(struct nat *nat);

#endif
