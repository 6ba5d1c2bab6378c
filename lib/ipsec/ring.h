/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring of all hosts of a remote: they are visited one after the other. */
#ifndef VPNALG_IPSEC_RING_H
#define VPNALG_IPSEC_RING_H

#include "ipsec.h"

/* Puts a host into the ring. */
void vpnalg_ipsec_ring_enter(struct vpnalg *translator,
			     struct vpnalg_record *remote,
			     struct vpnalg_record *host);

/* Takes a host out of the ring that is about to be removed; only peeks. */
void vpnalg_ipsec_ring_leave(struct vpnalg *translator,
			     struct vpnalg_record *remote,
			     struct vpnalg_record *host);

/* Returns the host whose turn it is, and passes the turn on. A host that is
 * dead is closed, and its remote with the last of them: then NULL. */
struct vpnalg_record *vpnalg_ipsec_ring_turn(struct vpnalg *translator,
					     struct vpnalg_record *remote);

/* Returns the only host of the remote. If it is dead it is closed: NULL. */
struct vpnalg_record *vpnalg_ipsec_ring_lone(struct vpnalg *translator,
					     struct vpnalg_record *remote);

#endif
