/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls: their control connection, and their end. */
#ifndef VPNALG_PPTP_CALL_H
#define VPNALG_PPTP_CALL_H

#include "pptp.h"

/* An ID is dropped this often if the store fails, if no outside ID was found in
 * a bounded search, or if a limit of the policy is reached; then the stream
 * goes on without its call. TCP sends the ID again: the store may have
 * recovered, and the search goes on. */
#define PPTP_FAILURES_MAX 3

/* Counts a failure. Returns false once there were too many. */
static inline bool pptp_may_retry(struct vpnalg_step *step)
{
	struct pptp_control *control = pptp_control(step);

	if (control->failures++ < PPTP_FAILURES_MAX)
		return true;
	control->failures = 0;
	return false;
}

static inline struct pptp_call *pptp_call_body(const struct vpnalg *translator,
					       struct vpnalg_record *call)
{
	return vpnalg_session_body(translator, call);
}

static inline uint16_t pptp_call_id(struct vpnalg *translator,
				    struct vpnalg_record *call, unsigned role)
{
	return (uint16_t)vpnalg_session_id(translator, call, role);
}

/* Returns the milliseconds that a packet from inside gives a call. */
static inline uint32_t pptp_call_lifetime(const struct vpnalg *translator,
					  const struct pptp_call *call)
{
	const struct vpnalg_timers *timers = vpnalg_session_timers(translator);

	if (call->flags & PPTP_CALL_CLEARING)
		return timers->linger;
	return call->flags & PPTP_CALL_ANSWERED ? timers->call_idle
						: timers->call_unanswered;
}

/* Returns whether another call has one of its peer keys. */
static inline bool pptp_call_lacks_peer_key(const struct vpnalg_record *call,
					    const struct pptp_call *c)
{
	const unsigned peer =
		1U << VPNALG_INSIDE_PEER | 1U << VPNALG_OUTSIDE_PEER;

	return (call->keys & peer) != peer && c->flags & PPTP_CALL_ATTACHED;
}

/* Handles the sweep's visit to a call. */
void vpnalg_pptp_call_swept(struct vpnalg *translator,
			    struct vpnalg_record *call);

/* Makes a key of a call between the hosts of the control connection
 * step->record. */
void vpnalg_pptp_call_tuple(struct vpnalg_step *step, unsigned role,
			    uint16_t id, struct vpnalg_tuple *tuple);

/* Returns the call with that key, or NULL. */
struct vpnalg_record *vpnalg_pptp_call_find(struct vpnalg_step *step,
					    unsigned role, uint16_t id);

/* Takes the peer's ID from a call. */
void vpnalg_pptp_call_detach(struct vpnalg *translator,
			     struct vpnalg_record *call);

/* Returns whether a call belongs to the control connection step->record. */
bool vpnalg_pptp_call_is_of(struct vpnalg_step *step,
			    struct vpnalg_record *call);

/* Returns the call's control connection, dead or alive; NULL if it is gone, or
 * its ports lead to a later one. */
struct vpnalg_record *vpnalg_pptp_call_parent(struct vpnalg *translator,
					      struct vpnalg_record *call);

/* Returns whether the call's control connection goes on. */
bool vpnalg_pptp_call_stands(struct vpnalg *translator,
			     struct vpnalg_record *call);

/* Makes a call a child of the control connection step->record. */
void vpnalg_pptp_call_join(struct vpnalg_step *step,
			   struct vpnalg_record *call);

/* Takes a call from its control connection. */
void vpnalg_pptp_call_leave(struct vpnalg *translator,
			    struct vpnalg_record *call);

/* Notes that the remote has answered. */
void vpnalg_pptp_call_answer(struct vpnalg *translator,
			     struct vpnalg_record *call);

/* Begins the linger of a call after its end was announced. */
void vpnalg_pptp_call_linger(struct vpnalg *translator,
			     struct vpnalg_record *call);

/* Takes the end of a call back. */
void vpnalg_pptp_call_revive(struct vpnalg *translator,
			     struct vpnalg_record *call);

/* Links the peer keys again that a newer call has taken, once that is gone. */
void vpnalg_pptp_call_relink_peer(struct vpnalg *translator,
				  struct vpnalg_record *call);

/* Handles a packet that goes out, where the call's deadline is to be moved, or
 * its end was announced, perhaps by mistake. */
void vpnalg_pptp_call_sent(struct vpnalg *translator,
			   struct vpnalg_record *call);

#endif
