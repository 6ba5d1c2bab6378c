/* SPDX-License-Identifier: BSD-2-Clause */
/* The effect of control messages on calls (RFC 2637 2.7-2.15). */
#include "call_message.h"

#include <string.h>

#include "call.h"

/* Returns the call of this control connection with an inside Call ID. */
static struct vpnalg_record *find_child(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call =
		vpnalg_pptp_call_find(step, VPNALG_INSIDE_OWN, own);

	return call != NULL && vpnalg_pptp_call_is_of(step, call) ? call : NULL;
}

/* Returns whether the remote's ID belongs to another host's call that goes on.
 * The remote itself may give two calls one ID. An inside host may not name such
 * an ID: it would send into the other's call. */
static bool is_anothers(struct vpnalg_step *step, struct vpnalg_record *call,
			const struct vpnalg_tuple *outside)
{
	struct vpnalg_record *holder;
	struct vpnalg_tuple ours, its;

	if (step->parsed->inward)
		return false;
	holder = vpnalg_session_find(step->translator, outside);
	if (holder == NULL || holder->flags & VPNALG_SESSION_ENDED)
		return false;
	vpnalg_session_tuple(step->translator, call, VPNALG_INSIDE_OWN, &ours);
	vpnalg_session_tuple(step->translator, holder, VPNALG_INSIDE_OWN, &its);
	return ours.zone != its.zone ||
	       memcmp(ours.local, its.local, step->parsed->addr_len) != 0;
}

enum vpnalg_result
vpnalg_pptp_call_message_attach_found(struct vpnalg_step *step,
				      struct vpnalg_record *call, uint16_t peer)
{
	struct vpnalg_tuple inside, outside;
	struct pptp_call *c = pptp_call_body(step->translator, call);

	if (c->flags & PPTP_CALL_ATTACHED &&
	    pptp_call_id(step->translator, call, VPNALG_INSIDE_PEER) == peer)
		return VPNALG_TRANSLATED;
	vpnalg_pptp_call_tuple(step, VPNALG_INSIDE_PEER, peer, &inside);
	vpnalg_pptp_call_tuple(step, VPNALG_OUTSIDE_PEER, peer, &outside);
	if (is_anothers(step, call, &outside))
		return VPNALG_TRANSLATED;
	vpnalg_pptp_call_detach(step->translator, call);
	if (!vpnalg_session_link(step->translator, call, &inside) ||
	    !vpnalg_session_link(step->translator, call, &outside)) {
		vpnalg_pptp_call_detach(step->translator, call);
		return pptp_may_retry(step) ? VPNALG_DROP_STORE
					    : VPNALG_TRANSLATED;
	}
	pptp_control(step)->failures = 0;
	c->flags |= PPTP_CALL_ATTACHED;
	vpnalg_session_changed(step->translator, call);
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_pptp_call_message_attach(struct vpnalg_step *step,
						   uint16_t own, uint16_t peer)
{
	struct vpnalg_record *call = find_child(step, own);

	return call != NULL
		       ? vpnalg_pptp_call_message_attach_found(step, call, peer)
		       : VPNALG_TRANSLATED;
}

/* If the remote never notifies the host of the disconnection, the call ends
 * once it is silent. */
void vpnalg_pptp_call_message_clearing(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call = find_child(step, own);
	struct pptp_call *c;

	if (call == NULL)
		return;
	c = pptp_call_body(step->translator, call);
	if (c->flags & PPTP_CALL_LINGERING)
		return;
	c->flags |= PPTP_CALL_CLEARING;
	vpnalg_session_set_lifetime(step->translator, call,
				    pptp_call_lifetime(step->translator, c));
}

void vpnalg_pptp_call_message_ended(struct vpnalg_step *step, uint16_t own)
{
	struct vpnalg_record *call = find_child(step, own);

	if (call != NULL)
		vpnalg_pptp_call_linger(step->translator, call);
}

void vpnalg_pptp_call_message_ended_by_peer(struct vpnalg_step *step,
					    uint16_t peer)
{
	struct vpnalg_record *call =
		vpnalg_pptp_call_find(step, VPNALG_INSIDE_PEER, peer);

	if (call != NULL && vpnalg_pptp_call_is_of(step, call))
		vpnalg_pptp_call_linger(step->translator, call);
}
