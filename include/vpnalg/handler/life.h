/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/life.h
 * @brief The lifetime of a session, its announced end, and its close.
 */
#ifndef VPNALG_HANDLER_LIFE_H
#define VPNALG_HANDLER_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Closes a session at once and gives back all that it took.
 *
 * @param translator the translator
 * @param record the session, not valid any more afterwards
 */
VPNALG_API void vpnalg_session_close(struct vpnalg *translator,
				     struct vpnalg_record *record);

/**
 * Sets the deadline of a session.
 *
 * @param translator the translator
 * @param record the session
 * @param lifetime milliseconds from now
 */
VPNALG_API void vpnalg_session_set_lifetime(const struct vpnalg *translator,
					    struct vpnalg_record *record,
					    vpnalg_time lifetime);

/**
 * Returns whether a session still lives: before its deadline, or with children
 * and no announced end.
 *
 * @param translator the translator
 * @param record the session
 * @return true while it lives
 */
VPNALG_API bool vpnalg_session_is_alive(const struct vpnalg *translator,
					const struct vpnalg_record *record);

/**
 * Announces the end of a session: sets VPNALG_SESSION_ENDED and its deadline.
 * Until then the session lingers: its IDs stay taken. Does nothing if the end
 * was announced before.
 *
 * @param translator the translator
 * @param record the session
 * @param linger milliseconds from now, as vpnalg_timers.linger
 */
VPNALG_API void vpnalg_session_end(const struct vpnalg *translator,
				   struct vpnalg_record *record,
				   vpnalg_time linger);

/**
 * Takes back the announced end of a session: an end announced from outside may
 * be forged, and the inside host goes on.
 *
 * @param translator the translator
 * @param record the session
 * @param lifetime milliseconds from now until its new deadline
 */
VPNALG_API void vpnalg_session_revive(const struct vpnalg *translator,
				      struct vpnalg_record *record,
				      vpnalg_time lifetime);

/**
 * Returns whether a packet from inside takes an announced end back. It does
 * not in the first 3 seconds of the linger, or in its first half if that is
 * shorter: it may have been sent before the end arrived, or be the answer to
 * it.
 *
 * @param translator the translator
 * @param record the session; its deadline is the one that the end has set
 * @param linger milliseconds that the end has set
 * @return true after that time
 */
VPNALG_API bool vpnalg_session_is_past_grace(const struct vpnalg *translator,
					     const struct vpnalg_record *record,
					     uint32_t linger);

/**
 * Returns whether a session lives and its end was not announced.
 *
 * @param translator the translator
 * @param record the session, as a parent that was peeked at; or NULL
 * @return true if there is such a session and it goes on
 */
VPNALG_API bool vpnalg_session_goes_on(const struct vpnalg *translator,
				       const struct vpnalg_record *record);

/**
 * Says that a session is over, and that another one has its record from now on,
 * with the same keys and without the children: VPNALG_EVENT_CLOSED, and
 * VPNALG_EVENT_OPENED after the packet. Its account goes on.
 *
 * @param translator the translator
 * @param record the session, as it was
 */
VPNALG_API void vpnalg_session_renewed(struct vpnalg *translator,
				       struct vpnalg_record *record);

#ifdef __cplusplus
}
#endif

#endif
