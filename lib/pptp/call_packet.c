/* SPDX-License-Identifier: BSD-2-Clause */
/* The GRE packets of calls (RFC 2637 4). rewrite_id() writes the Call ID of
 * inbound ones; outbound ones have the server's, which stays. */
#include "call_packet.h"

#include "call.h"

/* Returns whether a packet that goes out moves the deadline, or shows that the
 * end was announced by mistake. */
static bool is_due(const struct vpnalg_step *step, const struct pptp_call *c)
{
	uint32_t life = pptp_call_lifetime(step->translator, c);

	return c->flags & PPTP_CALL_LINGERING ||
	       step->record->deadline - step->now <= life;
}

/* Rewrites the Call ID of a packet that travels in, which is the inside host's
 * own: to the inside one, or back to the outside one if the packet is in its
 * inside form, as undo is given it. No checksum covers it. */
static void rewrite_id(struct vpnalg_step *step)
{
	unsigned role =
		step->parsed->inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN;

	vpnalg_put16(step->parsed->l4 + GRE_CALL_ID_OFF,
		     pptp_call_id(step->translator, step->record, role));
}

enum vpnalg_result vpnalg_pptp_call(struct vpnalg_step *step)
{
	const struct pptp_call *c;

	if (step->record == NULL)
		return VPNALG_DROP_NO_SESSION;
	c = pptp_call_body(step->translator, step->record);
	if (c->flags & PPTP_CALL_REPLACED)
		return VPNALG_DROP_GUARDED;
	if (step->slot == VPNALG_OUTSIDE_PEER &&
	    step->record->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS;
	if (pptp_call_lacks_peer_key(step->record, c))
		vpnalg_pptp_call_relink_peer(step->translator, step->record);
	if (!step->parsed->inward) {
		if (is_due(step, c))
			vpnalg_pptp_call_sent(step->translator, step->record);
	} else {
		if (!(c->flags & PPTP_CALL_ANSWERED))
			vpnalg_pptp_call_answer(step->translator, step->record);
		rewrite_id(step);
	}
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

/* A replaced call's ID means a newer call inside. */
enum vpnalg_result vpnalg_pptp_call_quote(struct vpnalg_step *step)
{
	struct vpnalg_record *call = step->record;

	if (pptp_call_body(step->translator, call)->flags & PPTP_CALL_REPLACED)
		return VPNALG_UNTOUCHED;
	if (step->slot == VPNALG_OUTSIDE_PEER &&
	    call->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS;
	if (step->parsed->inward)
		rewrite_id(step);
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

/* Flags and type stand in front of the Payload Length and the Call ID. */
bool vpnalg_pptp_call_fast_path(struct vpnalg_step *step,
				struct vpnalg_translation *translation)
{
	const uint16_t not_steady = PPTP_CALL_LINGERING | PPTP_CALL_REPLACED;
	struct vpnalg_record *call = step->record;
	const struct pptp_call *c = pptp_call_body(step->translator, call);

	if (!(c->flags & PPTP_CALL_ANSWERED) || c->flags & not_steady ||
	    call->flags & VPNALG_SESSION_SHARED ||
	    pptp_call_lacks_peer_key(call, c) ||
	    !vpnalg_pptp_call_stands(step->translator, call))
		return false;
	vpnalg_translation_word(step, translation, 0,
				(uint32_t)GRE_FIXED_MASK << 16 | UINT16_MAX);
	vpnalg_translation_word(step, translation, GRE_CALL_ID_OFF - 2,
				UINT16_MAX);
	if (step->parsed->inward)
		vpnalg_translation_becomes(translation, UINT16_MAX,
					   pptp_call_id(step->translator, call,
							VPNALG_INSIDE_OWN));
	return true;
}
