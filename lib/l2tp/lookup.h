/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys that an L2TP packet is looked up by, one after the other. */
#ifndef VPNALG_L2TP_LOOKUP_H
#define VPNALG_L2TP_LOOKUP_H

#include "l2tp.h"

/* Names the key of match->attempt. Returns VPNALG_CLAIM_NONE if there is no
 * such key. */
enum vpnalg_claim vpnalg_l2tp_lookup_key(const struct vpnalg_parsed *parsed,
					 struct vpnalg_match *match);

/* Returns whether a record of that kind may have a key in the store. */
bool vpnalg_l2tp_lookup_may_have(unsigned kind, const struct vpnalg_tuple *key);

#endif
