/* SPDX-License-Identifier: BSD-2-Clause */
/* SA lists: a host that sends with several SAs has a record of the older ones,
 * so that what answers them can be found out. It belongs to its host, but is no
 * session of its own. */
#ifndef VPNALG_IPSEC_SA_LIST_H
#define VPNALG_IPSEC_SA_LIST_H

#include "answers.h"

/* Bounds the SAs of a list. What answers any others is not found out. */
#define IPSEC_SA_LIST 16

/* After such a silence an SA is off the list: it was replaced, or is listed
 * again with its next packet. */
#define IPSEC_SA_LIST_MS 4096

/* The SPIs of such a host that are compared at once, beside the one of which
 * its own record has the comparison. */
#define IPSEC_SA_LIST_COMPARISONS 2

/* The body of a list. */
struct ipsec_sa_list {
	/* The unused ones, 0, are behind the others. */
	uint32_t spis[IPSEC_SA_LIST];
	struct ipsec_comparison comparisons[IPSEC_SA_LIST_COMPARISONS];
};

/* Returns the list of a host that has one; NULL if it was not loaded. */
struct vpnalg_record *vpnalg_ipsec_sa_list_find(struct vpnalg *translator,
						struct vpnalg_record *host);

/* Returns the SPI at a place of the list, 0 behind the last one. */
static inline uint32_t ipsec_sa_list_spi(struct vpnalg *translator,
					 struct vpnalg_record *list,
					 unsigned place)
{
	const struct ipsec_sa_list *l = vpnalg_session_body(translator, list);

	return place < IPSEC_SA_LIST ? l->spis[place] : 0;
}

/* Returns one of the list's comparisons, 0 to IPSEC_SA_LIST_COMPARISONS - 1. */
static inline struct ipsec_comparison *
ipsec_sa_list_comparison(struct vpnalg *translator, struct vpnalg_record *list,
			 unsigned number)
{
	struct ipsec_sa_list *l = vpnalg_session_body(translator, list);

	return &l->comparisons[number];
}

/* Takes the SPI at a place off the list; the last one gets the place. */
void vpnalg_ipsec_sa_list_drop(struct vpnalg *translator,
			       struct vpnalg_record *list, unsigned place);

/* Lists the outbound SA step->record of a host, opening its list if need be.
 * Returns whether the host has a list now: not if the store has no room. */
bool vpnalg_ipsec_sa_list_add(struct vpnalg_step *step,
			      struct vpnalg_record *host);

/* Takes an SA off its host's list that is about to be removed; only peeks. */
void vpnalg_ipsec_sa_list_remove(struct vpnalg *translator,
				 struct vpnalg_record *host, uint32_t spi);

/* Makes the list of a host expire that is about to be removed; only peeks. */
void vpnalg_ipsec_sa_list_release(struct vpnalg *translator,
				  struct vpnalg_record *host);

#endif
