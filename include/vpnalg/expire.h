/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file expire.h
 * @brief Removing sessions that are past their deadline.
 */
#ifndef VPNALG_EXPIRE_H
#define VPNALG_EXPIRE_H

#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Removes sessions that are past their deadline. A dead session is never
 * found by a packet even if this is never called; calling it gives its room
 * back.
 *
 * @param translator the translator
 * @param now the time
 * @param budget how much to do, at least 1; twice the burst is a good
 *               beginning. To look at a record costs 1, to close one some 10
 *               to 20 more, by what that takes. The last record visited may
 *               cost more than is left.
 * @return the time to call again: now while a round through the store is
 *         unfinished, else the earliest deadline seen in it, or VPNALG_NEVER;
 *         never before now. Sessions opened since are not in it: call once a
 *         minute at least.
 */
VPNALG_API vpnalg_time vpnalg_expire(struct vpnalg *translator, vpnalg_time now,
				     unsigned budget);

#ifdef __cplusplus
}
#endif

#endif
