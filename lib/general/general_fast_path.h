/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections and datagrams that a fast path may translate. */
#ifndef VPNALG_GENERAL_FAST_PATH_H
#define VPNALG_GENERAL_FAST_PATH_H

#include <vpnalg/handler.h>

/* Describes the packets of a session: vpnalg_handler.fast_path. */
bool vpnalg_general_fast_path(struct vpnalg_step *step,
			      struct vpnalg_translation *translation);

#endif
