/* SPDX-License-Identifier: BSD-2-Clause */
/* Remotes: a far gateway, and the hosts behind one outside address that have
 * ESP with it. */
#ifndef VPNALG_IPSEC_REMOTE_H
#define VPNALG_IPSEC_REMOTE_H

#include "blocks.h"

/* Returns the living remote of any session towards it, or NULL. */
struct vpnalg_record *vpnalg_ipsec_remote_of(struct vpnalg *translator,
					     struct vpnalg_record *session);

/* Opens the host that a packet shows in its inside form, and the remote for the
 * first host. Returns VPNALG_TRANSLATED, or why not, and opens nothing then. */
enum vpnalg_result vpnalg_ipsec_remote_admit(struct vpnalg_step *step,
					     struct vpnalg_record **host);

/* Uncounts a host that is about to be removed; only peeks. With the last one
 * all blocks of the remote expire. */
void vpnalg_ipsec_remote_leave(struct vpnalg *translator,
			       struct vpnalg_record *host);

/* Notes a candidate that has got an SPI. */
void vpnalg_ipsec_remote_paired(struct vpnalg *translator,
				struct vpnalg_record *remote,
				const struct ipsec_candidate *c);

/* Notes that a host has made an SA, which may be a new IKE SA. */
void vpnalg_ipsec_remote_rekey(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t id);

/* Forgets the noted SA: it is known by now which SA the host has made. */
void vpnalg_ipsec_remote_clear_rekey(struct vpnalg *translator,
				     struct vpnalg_record *remote, uint32_t id);

#endif
