/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/find.h
 * @brief Finding sessions by their keys, and counting them.
 */
#ifndef VPNALG_HANDLER_FIND_H
#define VPNALG_HANDLER_FIND_H

#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/types.h>
#include <vpnalg/handler/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Finds a living session. A dead one is closed.
 *
 * @param translator the translator
 * @param tuple the parts of its key
 * @return the session, or NULL
 */
VPNALG_API struct vpnalg_record *
vpnalg_session_find(struct vpnalg *translator,
		    const struct vpnalg_tuple *tuple);

/**
 * Finds a living session by the key of another one with some parts replaced.
 * Cheaper than vpnalg_session_find(), and closes nothing.
 *
 * @param translator the translator
 * @param record the session beside which it stands: its inside key is taken
 *               for the inside roles, its outside key for the others
 * @param role the role of the key: VPNALG_INSIDE_OWN and so on
 * @param space the space of the ID
 * @param id the ID
 * @param port the port
 * @return the session, or NULL
 */
VPNALG_API struct vpnalg_record *
vpnalg_session_beside(struct vpnalg *translator, struct vpnalg_record *record,
		      unsigned role, uint8_t space, uint32_t id, uint32_t port);

/**
 * As vpnalg_session_beside(), but finds dead ones, too.
 *
 * @param translator the translator
 * @param record as there
 * @param role as there
 * @param space as there
 * @param id as there
 * @param port as there
 * @return the session, dead or alive, or NULL
 */
VPNALG_API struct vpnalg_record *
vpnalg_session_peek_beside(struct vpnalg *translator,
			   struct vpnalg_record *record, unsigned role,
			   uint8_t space, uint32_t id, uint32_t port);

/** A row of sessions: their keys differ only in the ID, which counts up. */
struct vpnalg_row {
	unsigned role;  /**< As for vpnalg_session_beside(). */
	uint8_t space;  /**< As there. */
	uint32_t port;  /**< As there. */
	uint32_t first; /**< The first ID. */
	unsigned count; /**< The number of IDs. */
};

/**
 * Finds living sessions in a row, up to the first that is not there. Closes
 * nothing.
 *
 * @param translator the translator
 * @param record as for vpnalg_session_beside()
 * @param row the keys
 * @param[out] records row->count places
 * @return the number of sessions found
 */
VPNALG_API unsigned vpnalg_session_row(struct vpnalg *translator,
				       struct vpnalg_record *record,
				       const struct vpnalg_row *row,
				       struct vpnalg_record **records);

/**
 * Looks for a session, living or dead, and closes nothing.
 *
 * @param translator the translator
 * @param tuple the parts of its key
 * @return the session, or NULL
 */
VPNALG_API struct vpnalg_record *
vpnalg_session_peek(struct vpnalg *translator,
		    const struct vpnalg_tuple *tuple);

/**
 * Counts the sessions that guard what the record's kind does, with its remote
 * and outside address: the record's own host's and all others', dead ones that
 * are not closed yet included. A handler that knows as many of one host's knows
 * that there is no other host's.
 *
 * @param translator the translator
 * @param record a session of a kind with a guard
 * @return how many there are, the record included
 */
VPNALG_API uint32_t vpnalg_session_guard_count(struct vpnalg *translator,
					       struct vpnalg_record *record);

#ifdef __cplusplus
}
#endif

#endif
