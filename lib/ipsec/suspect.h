/* SPDX-License-Identifier: BSD-2-Clause */
/* Suspicion: evidence against a pair beside the times of its packets. */
#ifndef VPNALG_IPSEC_SUSPECT_H
#define VPNALG_IPSEC_SUSPECT_H

#include "ipsec.h"

/* Handles a packet with an SA that a younger one was to replace: takes back the
 * younger one if it was guessed, and the host has not several. */
void vpnalg_ipsec_suspect_successor(struct vpnalg_step *step);

/* Handles a liveness check that the host sends while ESP arrives for it. The
 * first check makes its youngest pair suspect; if the pair is a guess that may
 * be another candidate's, its next packets decide. The second check takes it
 * back. */
void vpnalg_ipsec_suspect_youngest(struct vpnalg_step *step,
				   struct vpnalg_record *host);

/* Handles a packet with an SA that is suspected. Returns whether the pair was
 * taken back: if the host had ended it, the remote would have stopped. */
bool vpnalg_ipsec_suspect_persists(struct vpnalg_step *step);

#endif
