/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the policy lets a session be opened, and room for it in the store. */
#ifndef VPNALG_ENGINE_ADMIT_H
#define VPNALG_ENGINE_ADMIT_H

#include "translator.h"

/* Returns VPNALG_TRANSLATED, or the reason why not; policy.is_short is set if
 * that is for want of room, which could be made. */
enum vpnalg_result vpnalg_admit(const struct vpnalg_step *step,
				const struct vpnalg_opening *opening);

/* Closes a few sessions that may be closed for a new one, whose record has so
 * many bytes, and returns whether there were any. A bounded part of the store
 * is looked through; the next call goes on from there. */
bool vpnalg_admit_make_room(struct vpnalg *translator, size_t bytes);

/* Sessions were closed for a record of so many bytes, which has no room all the
 * same. If there are units enough, they do not lie beside each other: then none
 * is closed for such a record for a while. */
void vpnalg_admit_unfit(struct vpnalg *translator, size_t bytes);

#endif
