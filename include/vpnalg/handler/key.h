/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/key.h
 * @brief The parts of a key, and the keys that a session has.
 */
#ifndef VPNALG_HANDLER_KEY_H
#define VPNALG_HANDLER_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The role of a key. The inside keys hold the session as inside hosts see it,
 * the outside keys as the world sees it. Own is the ID that the inside host
 * owns, peer the one that the far end owns. A session's key of a role stands
 * in the slot of that number; a session that was opened with peer keys alone
 * has them in the slots of the own ones.
 *
 * In the spaces of TCP and UDP an inside key has the ports: id is the host's,
 * port the remote's. vpnalg_general() translates no packet between two ports
 * that are in such a key, be it an own or a peer key.
 */
enum vpnalg_role {
	VPNALG_INSIDE_OWN = 0,  /**< Zone, inside address, own ID. */
	VPNALG_OUTSIDE_OWN = 1, /**< Outside address, outside ID. */
	VPNALG_INSIDE_PEER = 2, /**< Zone, inside address, peer's ID. */
	VPNALG_OUTSIDE_PEER = 3 /**< Outside address, peer's ID. */
};

/** The port in the keys of vpnalg_general() for protocols without ports. No
 * other handler's keys have it in such a space. A service of such a protocol
 * has it too, with ID 0 and for all remotes. */
#define VPNALG_NO_PORTS 0x01000000

/** The parts of a key. */
struct vpnalg_tuple {
	uint8_t role;  /**< enum vpnalg_role. */
	uint8_t space; /**< The ID space: as a rule the IP protocol. */
	uint16_t zone; /**< Zone; left out of outside keys. */
	uint32_t id;   /**< The ID. */
	/** Whatever else distinguishes sessions, as the remote's port; 0. */
	uint32_t port;
	const uint8_t *local; /**< Inside or outside address, by role. */
	/** Remote address, or NULL in a key for all remotes, which equals none
	 * that has an address, whatever the address is. */
	const uint8_t *remote;
};

/**
 * Gives a living session one more key. If another session of the same handler
 * has that key, it loses it, and both are marked VPNALG_SESSION_SHARED.
 *
 * @param translator the translator
 * @param record the session, without a key in the slot tuple->role; if it has
 *               no such slot, the one of the own key is meant
 * @param tuple the parts of the key
 * @return false when the store has no room, or another handler's session has
 *         the key
 */
VPNALG_API bool vpnalg_session_link(struct vpnalg *translator,
				    struct vpnalg_record *record,
				    const struct vpnalg_tuple *tuple);

/**
 * Takes a key from a session, if it has one in that slot.
 *
 * @param translator the translator
 * @param record the session
 * @param role the slot, enum vpnalg_role
 */
VPNALG_API void vpnalg_session_unlink(struct vpnalg *translator,
				      struct vpnalg_record *record,
				      unsigned role);

/**
 * Takes apart the key in a slot, whether or not it leads to the session now.
 *
 * @param translator the translator
 * @param record the session
 * @param role the slot, enum vpnalg_role
 * @param[out] tuple the parts of the key; its addresses point into record
 */
VPNALG_API void vpnalg_session_tuple(const struct vpnalg *translator,
				     struct vpnalg_record *record,
				     unsigned role, struct vpnalg_tuple *tuple);

/**
 * The ID in a session's key.
 *
 * @param translator the translator
 * @param record the session
 * @param role the slot, enum vpnalg_role
 * @return the ID, as in struct vpnalg_tuple
 */
VPNALG_API uint32_t vpnalg_session_id(const struct vpnalg *translator,
				      struct vpnalg_record *record,
				      unsigned role);

/**
 * The port in a session's key.
 *
 * @param translator the translator
 * @param record the session
 * @param role the slot, enum vpnalg_role
 * @return the port, as in struct vpnalg_tuple
 */
VPNALG_API uint32_t vpnalg_session_port(const struct vpnalg *translator,
					struct vpnalg_record *record,
					unsigned role);

#ifdef __cplusplus
}
#endif

#endif
