/* SPDX-License-Identifier: BSD-2-Clause */
/* Suspicion: what speaks against a pair beside the times of its packets. */
#ifndef VPNALG_IPSEC_SUSPECT_H
#define VPNALG_IPSEC_SUSPECT_H

#include "ipsec.h"

/* A packet has come with an SA that a younger one was to replace. Takes back
 * the younger one if it was guessed, and the host has not several. */
void vpnalg_ipsec_suspect_successor(struct vpnalg_step *step);

/* The host asks whether the remote is there while ESP arrives for it. Suspects
 * its youngest pair the first time, for its next packets to decide if it is a
 * guess that may be another candidate's; takes it back the second time. */
void vpnalg_ipsec_suspect_youngest(struct vpnalg_step *step,
				   struct vpnalg_record *host);

/* A packet has come with an SA that is suspected. Returns whether the pair was
 * taken back: had the host taken leave, the remote would have stopped. */
bool vpnalg_ipsec_suspect_persists(struct vpnalg_step *step);

#endif
