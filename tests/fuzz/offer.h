/* SPDX-License-Identifier: BSD-2-Clause */
/* The fast path: how the translator says that packets like one are
 * translated. */
#ifndef TESTS_FUZZ_OFFER_H
#define TESTS_FUZZ_OFFER_H

#include <vpnalg/translation.h>

#include "sent.h"
#include "world.h"

/* Asks before a packet is processed. Returns whether there is an offer. */
bool offer_ask(struct world *w, const struct sent *s,
	       const struct vpnalg_packet *p,
	       struct vpnalg_translation *offer);
/* The offer must be what has become of the packet. Then uses it, which it must
 * survive even if it was over with this packet. */
void offer_check(struct world *w, const struct sent *s,
		 const struct vpnalg_packet *p,
		 struct vpnalg_translation *offer);

#endif
