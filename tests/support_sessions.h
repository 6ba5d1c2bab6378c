/* SPDX-License-Identifier: BSD-2-Clause */
/* A world in which every protocol is in use, and its sessions listed. */
#ifndef TESTS_SUPPORT_SESSIONS_H
#define TESTS_SUPPORT_SESSIONS_H

#include "support.h"

#include <vpnalg/sessions.h>

/* All protocols, in the order of their priority. */
enum { ALL_PPTP, ALL_IPSEC, ALL_L2TP, ALL_GRE, ALL_GENERAL, ALL_PROTOCOLS };
extern const struct vpnalg_protocol all_protocols[ALL_PROTOCOLS];

#define LISTED_MAX 400

/* A listing from end to end. */
struct listing {
	struct vpnalg_session_info infos[LISTED_MAX];
	unsigned count;
};

void all_world(struct world *w, struct world_options options);

/* Opens sessions of all kinds, services included. */
void all_open(struct world *w);
/* Removes the services. */
void all_close(struct world *w);

/* Lists all sessions. Each number must be there once. */
void list(struct world *w, struct listing *l);

/* Returns the session of a kind that has that inside ID; the first of that
 * kind for ANY_ID. It must be there. */
#define ANY_ID 0xffffffffU
const struct vpnalg_session_info *listed(const struct listing *l,
					 const char *kind, uint32_t inside_id);

/* Returns the session of that number, or NULL. */
const struct vpnalg_session_info *listed_number(const struct listing *l,
						uint64_t number);

/* Returns how many sessions of that kind there are. */
unsigned listed_count(const struct listing *l, const char *kind);

/* Cases of the suite in files of their own. */
TCase *account_case(void);
TCase *cut_case(void);

#endif
