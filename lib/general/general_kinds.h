/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of general traffic's records, and what their bodies look like. */
#ifndef VPNALG_GENERAL_KINDS_H
#define VPNALG_GENERAL_KINDS_H

#include "general.h"

extern const struct vpnalg_kind vpnalg_general_kinds[GENERAL_KINDS];

#endif
