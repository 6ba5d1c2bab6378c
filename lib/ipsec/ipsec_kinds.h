/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of IPsec's records, and the layouts of their bodies. */
#ifndef VPNALG_IPSEC_KINDS_H
#define VPNALG_IPSEC_KINDS_H

#include "ipsec.h"

extern const struct vpnalg_kind vpnalg_ipsec_kinds[IPSEC_KINDS];

/* Returns whether a record of that kind may have a key. */
bool vpnalg_ipsec_may_have_key(unsigned kind, const struct vpnalg_tuple *key);

#endif
