/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnels that another may translate. */
#ifndef VPNALG_GRE_FAST_PATH_H
#define VPNALG_GRE_FAST_PATH_H

#include <vpnalg/handler.h>

/* Describes by what the packets of a tunnel are known:
 * vpnalg_handler.fast_path. A Key that was learned is not asked about. */
bool vpnalg_gre_fast_path(struct vpnalg_step *step,
			  struct vpnalg_translation *translation);

#endif
