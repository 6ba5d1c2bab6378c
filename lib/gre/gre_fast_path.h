/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnels that a fast path may translate. */
#ifndef VPNALG_GRE_FAST_PATH_H
#define VPNALG_GRE_FAST_PATH_H

#include <vpnalg/handler.h>

/* Describes the packets of a tunnel: vpnalg_handler.fast_path. It is not called
 * for a learned Key. */
bool vpnalg_gre_fast_path(struct vpnalg_step *step,
			  struct vpnalg_translation *translation);

#endif
