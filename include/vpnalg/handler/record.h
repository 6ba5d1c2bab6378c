/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/record.h
 * @brief A session's record: its flags, its handler, and the handler's own
 * bytes.
 *
 * A record's pointer is valid until the session is closed, at most until the
 * handler returns. Opening, finding and linking may close dead sessions;
 * step->record is none of them.
 */
#ifndef VPNALG_HANDLER_RECORD_H
#define VPNALG_HANDLER_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** In record->flags: the end of the session was announced. Such a session
 * lives until its deadline, whether or not it has children. */
#define VPNALG_SESSION_ENDED 0x01

/** In record->flags: its peer's ID is, or was, another session's too. If the
 * session was found by VPNALG_OUTSIDE_PEER it may be the wrong one:
 * VPNALG_DROP_AMBIGUOUS. */
#define VPNALG_SESSION_SHARED 0x02

/** In record->flags: a packet came in for the session. Only vpnalg_general()
 * sets it, for sessions that record this nowhere else. */
#define VPNALG_SESSION_ANSWERED 0x08

/** In record->handler: the session is the router's own, vpnalg_config.own. The
 * inside host is the router, at its outside address, and the IDs are outside
 * what they are inside. The packets that a handler gets of it are copies. */
#define VPNALG_HANDLER_ROUTER 0x10

/** Returns the handler of a record's session.
 *
 * @param record the session
 * @return the place of its handler in vpnalg_config.protocols */
static inline uint8_t vpnalg_record_handler(const struct vpnalg_record *record)
{
	return record->handler & (VPNALG_HANDLER_ROUTER - 1);
}

/**
 * Returns whether a session is the router's own. A handler that finds, by
 * whatever it knows, that a packet of another key is for such a session returns
 * VPNALG_UNTOUCHED before it rewrites anything.
 *
 * @param record the session
 * @return true if it is
 */
static inline bool vpnalg_record_is_routers(const struct vpnalg_record *record)
{
	return record->handler & VPNALG_HANDLER_ROUTER;
}

/**
 * The handler's own bytes in a session.
 *
 * @param translator the translator
 * @param record the session
 * @return struct vpnalg_kind.body bytes, aligned for uint32_t
 */
VPNALG_API void *vpnalg_session_body(const struct vpnalg *translator,
				     struct vpnalg_record *record);

/**
 * Notifies the store that the handler has written to a session.
 *
 * @param translator the translator
 * @param record the session
 */
VPNALG_API void vpnalg_session_changed(const struct vpnalg *translator,
				       struct vpnalg_record *record);

#ifdef __cplusplus
}
#endif

#endif
