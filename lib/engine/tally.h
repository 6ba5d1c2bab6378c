/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts of the sessions of inside hosts and remotes, for the limits of a
 * policy: records of the engine's, removed with the last session. */
#ifndef VPNALG_ENGINE_TALLY_H
#define VPNALG_ENGINE_TALLY_H

#include "translator.h"

/* The allowance that a host needs to open a session, in thousandths of one. */
#define TALLY_SESSION 1000

/* The counts of one host or remote. */
struct tally {
	uint32_t allowance; /* of a host: thousandths of sessions, */
	uint32_t filled;    /* as it was at this time, in milliseconds */
	uint32_t counts[];  /* TALLIES_OF() the translator's handlers */
};

/* Returns the counts of a host or a remote, or NULL if it has no sessions. */
struct tally *vpnalg_tally_of_host(struct vpnalg *translator, uint16_t zone,
				   const uint8_t *inside);
struct tally *vpnalg_tally_of_remote(struct vpnalg *translator,
				     const uint8_t *remote);

/* Returns the sessions that a host may open now, in thousandths. */
uint32_t vpnalg_tally_allowance(const struct vpnalg *translator,
				const struct tally *host);

/* Counts a session. Returns false without room. */
bool vpnalg_tally_join(struct vpnalg *translator, struct vpnalg_record *record);

/* Takes a session out again. */
void vpnalg_tally_leave(struct vpnalg *translator,
			struct vpnalg_record *record);

#endif
