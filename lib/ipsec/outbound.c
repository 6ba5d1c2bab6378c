/* SPDX-License-Identifier: BSD-2-Clause */
#include "outbound.h"

#include "sa.h"
#include "sender.h"

/* The interval at which packets with an older SA are noted. */
#define OLD_MS 64

/* Returns whether a packet concerns its host. */
static bool concerns_host(const struct ipsec_out *out, uint32_t now)
{
	uint32_t before = out->seen;

	return now / IPSEC_LOOK_MS != before / IPSEC_LOOK_MS ||
	       now - before > IPSEC_SILENCE_MS || out->copied ||
	       (out->old && now / OLD_MS != before / OLD_MS);
}

/* Returns whether the SA ends so soon that its host is asked about. */
static bool is_ending(const struct vpnalg_step *step,
		      const struct ipsec_out *out)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);
	uint32_t life = out->paired ? timers->esp_idle : timers->esp_unpaired;

	return step->record->deadline - step->now <= life;
}

static void seen_outward(struct vpnalg_step *step)
{
	struct ipsec_out *out =
		vpnalg_session_body(step->translator, step->record);
	uint32_t now = ipsec_step_now(step);

	if (concerns_host(out, now))
		vpnalg_ipsec_sender_sent(step);
	else
		ipsec_out_note(out, now);
	if (is_ending(step, out))
		vpnalg_ipsec_sender_prolong(step);
	vpnalg_session_changed(step->translator, step->record);
}

/* Links the outside key of an SPI that several hosts send with to this SA
 * again. Another host has taken the key; it may have gone since, and a third
 * one may have come: the key must not lead to that one alone. Without room it
 * leads to no SA. */
static void share_key(struct vpnalg_step *step)
{
	struct vpnalg_record *holder;
	struct vpnalg_tuple outside;

	if (!(step->record->flags & VPNALG_SESSION_SHARED) ||
	    step->record->keys & 1U << VPNALG_OUTSIDE_OWN)
		return;
	vpnalg_session_tuple(step->translator, step->record, VPNALG_OUTSIDE_OWN,
			     &outside);
	holder = vpnalg_session_find(step->translator, &outside);
	if (holder == NULL || !(holder->flags & VPNALG_SESSION_SHARED))
		vpnalg_session_link(step->translator, step->record, &outside);
}

static enum vpnalg_result begin(struct vpnalg_step *step)
{
	struct vpnalg_record *host, *remote;
	enum vpnalg_result result =
		vpnalg_ipsec_sender_find(step, &host, &remote);

	return result == VPNALG_TRANSLATED
		       ? vpnalg_ipsec_sender_begin(step, host, remote)
		       : result;
}

enum vpnalg_result vpnalg_ipsec_outbound(struct vpnalg_step *step)
{
	enum vpnalg_result result;

	if (step->record == NULL && step->parsed->undo)
		return VPNALG_DROP_NO_SESSION;
	if (step->record == NULL) {
		result = begin(step);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (!step->parsed->inside &&
	    step->record->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS;
	seen_outward(step);
	share_key(step);
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}
