/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that give way to others. */
#ifndef VPNALG_GENERAL_GIVE_WAY_H
#define VPNALG_GENERAL_GIVE_WAY_H

#include <vpnalg/handler.h>

/* Tells whether a session may be closed to make room. */
bool vpnalg_general_gives_way(struct vpnalg *translator,
			      struct vpnalg_record *record);

#endif
