/* SPDX-License-Identifier: BSD-2-Clause */
/* The choice of an outside address and ID. */
#ifndef VPNALG_ENGINE_CHOOSE_H
#define VPNALG_ENGINE_CHOOSE_H

#include "translator.h"

/* Chooses for a session that is to be opened, and asks the choose callback.
 * Returns VPNALG_TRANSLATED with the binding, or why there is none; nothing is
 * reserved then. */
enum vpnalg_result vpnalg_choose(const struct vpnalg_step *step,
				 const struct vpnalg_opening *opening,
				 struct vpnalg_binding *binding);

#endif
