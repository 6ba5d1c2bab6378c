/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls: their control connection, their end, and their GRE packets. */
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

/* Translates a GRE packet: the Call ID of one that comes in, the addresses of
 * all. */
enum vpnalg_result vpnalg_pptp_call(struct vpnalg_step *step);

/* Rewrites a GRE packet that an ICMP error quotes. */
enum vpnalg_result vpnalg_pptp_call_quote(struct vpnalg_step *step);

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

/* Returns the milliseconds that a packet from inside gives a call. */
uint32_t vpnalg_pptp_call_lifetime(struct vpnalg *translator,
				   const struct pptp_call *call);

/* Notes that the remote has answered. */
void vpnalg_pptp_call_answer(struct vpnalg *translator,
			     struct vpnalg_record *call);

/* Begins the linger of a call after its end was announced. */
void vpnalg_pptp_call_linger(struct vpnalg *translator,
			     struct vpnalg_record *call);

/* Takes the end of a call back. */
void vpnalg_pptp_call_revive(struct vpnalg *translator,
			     struct vpnalg_record *call);

/* Describes the packets of a call: vpnalg_handler.fast_path. */
bool vpnalg_pptp_call_fast_path(struct vpnalg_step *step,
				struct vpnalg_translation *translation);

#endif
