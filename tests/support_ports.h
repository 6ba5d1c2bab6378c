/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers at other ports than the standard ones: vpnalg_config.extra_ports.
 * With VPNALG_TEST_PORTS=other in the environment all worlds have some, and all
 * packets of theirs show these to the library, while tests see the standard
 * ones. */
#ifndef TESTS_SUPPORT_PORTS_H
#define TESTS_SUPPORT_PORTS_H

#include "support.h"

/* Sets those of the protocols that are there. */
void set_extra_ports(struct world *w, struct vpnalg_config *config);

/* As vpnalg_process() with one packet. */
void process_one(struct world *w, struct vpnalg_packet *packet);

/* Moves the remote's port of a packet that the library has given back. */
void move_back(const struct world *w, struct vpnalg_packet *packet);

#endif
