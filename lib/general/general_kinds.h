/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of general traffic's records, and the layouts of their bodies. */
#ifndef VPNALG_GENERAL_KINDS_H
#define VPNALG_GENERAL_KINDS_H

#include "general.h"

extern const struct vpnalg_kind vpnalg_general_kinds[GENERAL_KINDS];

#endif
