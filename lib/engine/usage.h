/* SPDX-License-Identifier: BSD-2-Clause */
/* Which outside addresses are in use, by which host and towards which remote.
 */
#ifndef VPNALG_ENGINE_USAGE_H
#define VPNALG_ENGINE_USAGE_H

#include "translator.h"

/* Counts a session in its guards and its pair. Returns false without room. */
bool vpnalg_usage_join(struct vpnalg *translator, struct vpnalg_record *record);

/* Takes it out again, as far as it was counted. */
void vpnalg_usage_leave(struct vpnalg *translator,
			struct vpnalg_record *record);

/* Returns the outside address in the record of a pair or a guard, NULL if there
 * is none. */
const uint8_t *vpnalg_usage_find(struct vpnalg *translator,
				 const struct vpnalg_tuple *tuple);

#endif
