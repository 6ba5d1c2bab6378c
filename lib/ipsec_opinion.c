/* SPDX-License-Identifier: BSD-2-Clause */
/* How likely a new inbound SPI is one host's, by what was seen of that host. */
#include "ipsec.h"

/* A host that begins to send is answered, or the remote begins at the same
 * time, within so long. */
#define WOKE_BEFORE_MS 350
#define WOKE_AFTER_MS 130

/* Usually it takes no longer than that. */
#define ANSWERED_MS 200

/* How much answers differ from that, and hosts that begin after the remote. */
#define ANSWER_SPREAD_MS 14
#define WOKE_SPREAD_MS 20

/* No time may say more: packets are lost. */
#define STRANGEST 1000

/* Nothing is more regular than that. */
#define SPREAD_LEAST_MS 5

/* A remote that has something to send to a new host does so within that. */
#define CONNECTED_MS 400

/* Who has not used his new SA himself gives way to one who has just woken. */
#define SILENT_STRANGE (IPSEC_MARGIN + 10)

/* What began so shortly after another ended may follow it. */
#define ENDED_MS 400

/* How much less that counts than if it was known whose the other was. */
#define UNKNOWN_STRANGE 600

/* After an exchange the remote turns to the new SA within that, if it sends. */
#define SWITCH_MS 500

/* What lasted for so long at both ends was traffic both ways. */
#define BOTH_WAYS_MS 500

/* In hundredths, the negative logarithm of a normal distribution whose mean
 * deviation is the spread. */
static uint32_t strange(uint32_t off, uint32_t spread)
{
	uint32_t s;

	if (spread < SPREAD_LEAST_MS)
		spread = SPREAD_LEAST_MS;
	if (off > UINT8_MAX)
		return STRANGEST;
	s = 32 * off * off / (spread * spread);
	return s < STRANGEST ? s : STRANGEST;
}

/* It begins to send at that time, and the remote too. */
static void stand_begun(uint32_t begun, const struct ipsec_watched *w,
			struct ipsec_opinion *opinion)
{
	uint32_t strangeness = 0;

	if (w->began + WOKE_AFTER_MS - begun >= WOKE_BEFORE_MS + WOKE_AFTER_MS)
		return;
	if (ipsec_is_after(begun, w->began))
		strangeness = strange(begun - w->began, WOKE_SPREAD_MS);
	else if (w->began - begun > ANSWERED_MS)
		strangeness = strange(w->began - begun - ANSWERED_MS,
				      ANSWER_SPREAD_MS);
	if (opinion->standing >= IPSEC_STANDING_LIKELY &&
	    opinion->strange <= strangeness)
		return;
	if (opinion->standing < IPSEC_STANDING_LIKELY)
		opinion->standing = IPSEC_STANDING_LIKELY;
	opinion->evidence = VPNALG_EVIDENCE_WOKE;
	opinion->strange = strangeness;
}

static void stand_idle(const struct ipsec_host *h,
		       const struct ipsec_watched *w,
		       struct ipsec_opinion *opinion)
{
	opinion->evidence = VPNALG_EVIDENCE_WOKE;
	opinion->standing = IPSEC_STANDING_IDLE;
	if (h->flags & IPSEC_HOST_WOKE)
		stand_begun(h->woke, w, opinion);
	if (h->flags & IPSEC_HOST_LET)
		stand_begun(h->out_since, w, opinion);
}

/* It waited when it had received that for the last time. */
static bool was_let_since(const struct ipsec_host *h, const struct ipsec_in *in)
{
	return h->flags & IPSEC_HOST_LET &&
	       ipsec_is_after(h->out_since, in->seen);
}

/* Traffic that is both ways begins and ends at both ends. If the host goes on
 * to send and has not just begun to, it goes on to receive; while it waited,
 * nothing could be answered. */
static bool goes_on(struct vpnalg *translator, struct vpnalg_record *host,
		    const struct ipsec_in *in)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_outbound(translator, host);
	uint32_t silent = in->seen;
	const struct ipsec_out *out;

	if (sa == NULL || (h->flags & IPSEC_HOST_WOKE &&
			   ipsec_is_after(h->woke + BOTH_WAYS_MS, in->seen)))
		return false;
	if (was_let_since(h, in))
		silent = h->out_since + ANSWERED_MS;
	out = vpnalg_session_body(translator, sa);
	return ipsec_is_after(out->seen,
			      silent + 2U * in->gap + IPSEC_REORDERED_MS);
}

/* It has received until now with another SA. */
static void stand_busy(struct vpnalg *translator, struct vpnalg_record *host,
		       const struct ipsec_in *in,
		       const struct ipsec_watched *w,
		       struct ipsec_opinion *opinion)
{
	uint32_t patience = in->gap + in->gap / 2U + IPSEC_REORDERED_MS;
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);

	opinion->evidence = VPNALG_EVIDENCE_CONTINUED;
	opinion->standing = IPSEC_STANDING_SOON;
	opinion->strange =
		strange(ipsec_off_by(w->began, in->seen + in->gap), in->spread);
	if (ipsec_is_after(in->seen, w->began + IPSEC_REORDERED_MS)) {
		opinion->standing = IPSEC_STANDING_NONE;
		return;
	}
	if (goes_on(translator, host, in))
		opinion->standing = IPSEC_STANDING_SURE;
	else if (ipsec_now(translator) - in->seen > patience)
		opinion->standing = IPSEC_STANDING_LIKELY;
	if (was_let_since(h, in))
		stand_begun(h->out_since, w, opinion);
}

static bool was_busy(const struct ipsec_in *in, const struct ipsec_watched *w)
{
	uint32_t before = w->began - in->seen;

	return ipsec_is_after(in->seen, w->began) ||
	       before < 3U * in->gap + IPSEC_REORDERED_MS;
}

static bool has_asked(const struct ipsec_host *h,
		      const struct ipsec_watched *w, uint32_t longest)
{
	return h->flags & IPSEC_HOST_DONE &&
	       w->began + IPSEC_REORDERED_MS - h->asked <
		       longest + IPSEC_REORDERED_MS;
}

/* The remote had no SA with the host before and has one now. */
static bool stand_connected(const struct ipsec_host *h,
			    const struct ipsec_watched *w,
			    struct ipsec_opinion *opinion)
{
	if (!(h->flags & IPSEC_HOST_NEW) || !has_asked(h, w, CONNECTED_MS))
		return false;
	opinion->evidence = VPNALG_EVIDENCE_CONNECTED;
	opinion->standing = IPSEC_STANDING_LIKELY;
	opinion->strange = 0;
	if (ipsec_is_after(w->began, h->asked + ANSWERED_MS))
		opinion->strange = strange(w->began - h->asked - ANSWERED_MS,
					   ANSWER_SPREAD_MS);
	if (h->out_spi == 0 || ipsec_is_after(h->asked, h->out_since))
		opinion->strange += SILENT_STRANGE;
	return true;
}

/* Just after the host's exchange the SPI began where another ended that is
 * nobody's either. */
static bool stand_unknown(struct vpnalg *translator,
			  struct vpnalg_record *host,
			  const struct ipsec_watched *w,
			  struct ipsec_opinion *opinion)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	uint32_t now = ipsec_now(translator);
	const struct ipsec_watched *other;
	struct ipsec_walk walk = { .remote = remote };

	if (remote == NULL || !has_asked(h, w, SWITCH_MS))
		return false;
	opinion->evidence = VPNALG_EVIDENCE_CONTINUED;
	opinion->standing = IPSEC_STANDING_LIKELY;
	opinion->strange = UNKNOWN_STRANGE;
	while ((other = vpnalg_ipsec_remote_watched(translator, &walk)) != NULL)
		if (other->spi != 0 && other != w &&
		    other->count >= IPSEC_COUNT_LAST &&
		    ipsec_is_after(w->began, other->began + IPSEC_RIVAL_MS) &&
		    w->began + IPSEC_REORDERED_MS - other->last < ENDED_MS &&
		    now - other->last > ENDED_MS / 2)
			return true;
	return false;
}

/* What it has received until then is the SPI of that index. */
void vpnalg_ipsec_opinion(struct vpnalg *translator, struct vpnalg_record *host,
			  unsigned index, const struct ipsec_watched *w,
			  struct ipsec_opinion *opinion)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, index);
	const struct ipsec_in *in = NULL;

	if (sa != NULL)
		in = vpnalg_session_body(translator, sa);
	if (in != NULL && was_busy(in, w))
		stand_busy(translator, host, in, w, opinion);
	else if (!stand_connected(h, w, opinion) &&
		 !stand_unknown(translator, host, w, opinion))
		stand_idle(h, w, opinion);
}
