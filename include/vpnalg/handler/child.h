/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/child.h
 * @brief Parents, and how many sessions belong to each: its children.
 */
#ifndef VPNALG_HANDLER_CHILD_H
#define VPNALG_HANDLER_CHILD_H

#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Closes a session because the one that it belonged to is gone:
 * VPNALG_CLOSE_PARENT.
 *
 * @param translator the translator
 * @param record the session, not valid any more afterwards
 */
VPNALG_API void vpnalg_session_orphaned(struct vpnalg *translator,
					struct vpnalg_record *record);

/**
 * Counts one more child of a session, which lives at least as long as its
 * children unless its end is announced. A child names its parent by what makes
 * the parent's key, and by a number of the parent's that a later session with
 * the same key does not have.
 *
 * @param translator the translator
 * @param parent the session; parent->children is less than UINT16_MAX
 */
VPNALG_API void vpnalg_session_join(struct vpnalg *translator,
				    struct vpnalg_record *parent);

/**
 * Counts one child less.
 *
 * @param translator the translator
 * @param parent the session; NULL if it is gone
 * @param last_moment milliseconds that a parent lives on if only its children
 *                    have kept it alive: it must not die in the middle of the
 *                    packet that closes the last of them; 0 if it may
 */
VPNALG_API void vpnalg_session_leave(struct vpnalg *translator,
				     struct vpnalg_record *parent,
				     uint32_t last_moment);

/**
 * Says that a session has another parent than before, if the packet at hand did
 * not open it: VPNALG_EVENT_CHANGED. Another key in a slot of an own key is
 * noticed without this.
 *
 * @param translator the translator
 * @param record the session
 */
VPNALG_API void vpnalg_session_reparented(struct vpnalg *translator,
					  struct vpnalg_record *record);

#ifdef __cplusplus
}
#endif

#endif
