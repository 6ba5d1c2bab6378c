/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that are closed for new ones where the store has no room. */
#ifndef VPNALG_GENERAL_EVICT_H
#define VPNALG_GENERAL_EVICT_H

#include <vpnalg/handler.h>

/* Returns whether a session may be closed to make room. */
bool vpnalg_general_is_evictable(struct vpnalg *translator,
				 struct vpnalg_record *record);

#endif
