/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of general traffic's records, and the layouts of their bodies. */
#ifndef VPNALG_GENERAL_KINDS_H
#define VPNALG_GENERAL_KINDS_H

#include "general.h"

extern const struct vpnalg_kind vpnalg_general_kinds[GENERAL_KINDS];

/* Returns whether a record of that kind may have a key. */
bool vpnalg_general_may_have_key(unsigned kind, const struct vpnalg_tuple *key);

#endif
