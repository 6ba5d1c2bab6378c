/* SPDX-License-Identifier: BSD-2-Clause */
/* Data messages that another may translate. */
#ifndef VPNALG_L2TP_FAST_PATH_H
#define VPNALG_L2TP_FAST_PATH_H

#include "message.h"

/* Describes by what data messages to the same ID are known:
 * vpnalg_handler.fast_path. */
bool vpnalg_l2tp_fast_path(struct vpnalg_step *step,
			   struct vpnalg_translation *translation);

#endif
