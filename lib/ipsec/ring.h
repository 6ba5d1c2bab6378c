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

/* Returns the host that has the turn, and passes the turn on. A host that is
 * dead is closed, and its remote with the last of them: then NULL. */
struct vpnalg_record *vpnalg_ipsec_ring_turn(struct vpnalg *translator,
					     struct vpnalg_record *remote);

/* Returns the next host that lacks an inbound SA and is not the host `except`;
 * if there is none, the host that has the turn; NULL as above. The turn passes
 * to the one behind it. *only is set if no other host of the remote lacks one:
 * that is not known where there are more hosts than are visited. */
struct vpnalg_record *vpnalg_ipsec_ring_lacking(struct vpnalg *translator,
						struct vpnalg_record *remote,
						uint32_t except, bool *only);

/* Mends the ring where some hosts were not loaded: vpnalg_handler.loaded, of
 * remotes and hosts. */
void vpnalg_ipsec_ring_loaded(struct vpnalg *translator,
			      struct vpnalg_record *record, unsigned round);

/* Returns the only host of the remote. If it is dead it is closed: NULL. */
struct vpnalg_record *vpnalg_ipsec_ring_lone(struct vpnalg *translator,
					     struct vpnalg_record *remote);

#endif
