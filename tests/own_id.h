/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of the router's listed IDs. */
#ifndef TESTS_OWN_ID_H
#define TESTS_OWN_ID_H

#include <vpnalg/own_id.h>

#include "support.h"

#define MINUTE 60000

/* All protocols, and the router has VPNs of its own. */
void own_id_world(struct world *w);
void own_id_world_with(struct world *w, struct world_options options);

/* Returns an address; its family is 0 for 0. */
struct vpnalg_addr address_of(uint32_t host);

/* An ID between OUTSIDE and SERVER, for ever. */
struct vpnalg_own_id own_id_of(unsigned kind, uint8_t protocol, uint64_t id);
int own_id_add(struct world *w, const struct vpnalg_own_id *own);
int own_id_drop(struct world *w, const struct vpnalg_own_id *own);

/* Packets that come in from SERVER: UDP to a port, IKE, GRE with a Key. */
struct bytes own_id_udp(uint64_t id);
struct bytes own_id_ike(uint64_t id);
struct bytes own_id_keyed(uint64_t id);

#endif
