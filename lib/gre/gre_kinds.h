/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of GRE's records, and the layouts of their bodies. */
#ifndef VPNALG_GRE_KINDS_H
#define VPNALG_GRE_KINDS_H

#include "gre.h"

extern const struct vpnalg_kind vpnalg_gre_kinds[GRE_KINDS];

#endif
