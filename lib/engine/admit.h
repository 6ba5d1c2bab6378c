/* SPDX-License-Identifier: BSD-2-Clause */
/* Admission: the policy's decision on a new session, and room for it in the
 * store. */
#ifndef VPNALG_ENGINE_ADMIT_H
#define VPNALG_ENGINE_ADMIT_H

#include "translator.h"

/* Returns VPNALG_TRANSLATED, or why the session is refused; policy.is_short is
 * set if only room lacks, which vpnalg_admit_make_room() may make. */
enum vpnalg_result vpnalg_admit(const struct vpnalg_step *step,
				const struct vpnalg_opening *opening);

/* Closes a few sessions that may be closed for a new one, and returns whether
 * there were any. `bytes` is the size of the new one's record. A bounded part
 * of the store is looked through; the next call goes on from there. */
bool vpnalg_admit_make_room(struct vpnalg *translator, size_t bytes);

/* Notes that a record of that size has no room though sessions were closed for
 * it. If there are units enough, they do not lie beside each other: then no
 * session is closed for such a record for a second. */
void vpnalg_admit_unfit(struct vpnalg *translator, size_t bytes);

#endif
