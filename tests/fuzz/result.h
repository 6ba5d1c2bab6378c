/* SPDX-License-Identifier: BSD-2-Clause */
/* The result of one packet: promises 1, 2, 5 and 11. */
#ifndef TESTS_FUZZ_RESULT_H
#define TESTS_FUZZ_RESULT_H

#include "sent.h"
#include "world.h"

/* No inside address leaves, and the far end stays who it is. */
void check_addresses(const struct world *w, const struct sent *s,
		     const struct vpnalg_packet *p);
/* Holds what has come of a packet to all of these promises. */
void check_result(const struct world *w, const struct sent *s,
		  const struct vpnalg_packet *p);

#endif
