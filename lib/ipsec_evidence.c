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
#define SURPRISE_MOST 1000

/* Nothing is more regular than that. */
#define SPREAD_LEAST_MS 5

/* A remote that has something to send to a new host does so within that. */
#define CONNECTED_MS 400

/* Who has not used his new SA himself gives way to one who has just woken. */
#define SILENT_SURPRISE (IPSEC_MARGIN + 10)

/* What began so shortly after another ended may follow it. */
#define ENDED_MS 400

/* How much less that counts than if it was known whose the other was. */
#define UNCLAIMED_SURPRISE 600

/* After an exchange the remote turns to the new SA within that, if it sends. */
#define SWITCH_MS 500

/* What lasted for so long at both ends was traffic both ways. */
#define BOTH_WAYS_MS 500

/* In hundredths, the negative logarithm of a normal distribution whose mean
 * deviation is the spread. */
static uint32_t surprise(uint32_t off, uint32_t spread)
{
	uint32_t s;

	if (spread < SPREAD_LEAST_MS)
		spread = SPREAD_LEAST_MS;
	if (off > UINT8_MAX)
		return SURPRISE_MOST;
	s = 32 * off * off / (spread * spread);
	return s < SURPRISE_MOST ? s : SURPRISE_MOST;
}

/* It begins to send at that time, and the remote too. */
static void stand_begun(uint32_t begun, const struct ipsec_unclaimed *w,
			struct ipsec_likelihood *likelihood)
{
	uint32_t found = 0;

	if (w->began + WOKE_AFTER_MS - begun >= WOKE_BEFORE_MS + WOKE_AFTER_MS)
		return;
	if (ipsec_is_after(begun, w->began))
		found = surprise(begun - w->began, WOKE_SPREAD_MS);
	else if (w->began - begun > ANSWERED_MS)
		found = surprise(w->began - begun - ANSWERED_MS,
				 ANSWER_SPREAD_MS);
	if (likelihood->rank >= IPSEC_RANK_LIKELY &&
	    likelihood->surprise <= found)
		return;
	if (likelihood->rank < IPSEC_RANK_LIKELY)
		likelihood->rank = IPSEC_RANK_LIKELY;
	likelihood->evidence = VPNALG_EVIDENCE_WOKE;
	likelihood->surprise = found;
}

static void stand_idle(const struct ipsec_host *h,
		       const struct ipsec_unclaimed *w,
		       struct ipsec_likelihood *likelihood)
{
	likelihood->evidence = VPNALG_EVIDENCE_WOKE;
	likelihood->rank = IPSEC_RANK_IDLE;
	if (h->flags & IPSEC_HOST_RESUMED)
		stand_begun(h->resumed, w, likelihood);
	if (h->flags & IPSEC_HOST_RELEASED)
		stand_begun(h->out_since, w, likelihood);
}

/* It waited when it had received that for the last time. */
static bool was_let_since(const struct ipsec_host *h, const struct ipsec_in *in)
{
	return h->flags & IPSEC_HOST_RELEASED &&
	       ipsec_is_after(h->out_since, in->seen);
}

/* Traffic that is both ways begins and ends at both ends. If the host goes on
 * to send and has not just begun to, it goes on to receive; while it waited,
 * nothing could be answered. */
static bool goes_on(struct vpnalg *translator, struct vpnalg_record *host,
		    const struct ipsec_in *in)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa = vpnalg_ipsec_host_outbound(translator, host);
	uint32_t silent = in->seen;
	const struct ipsec_out *out;

	if (sa == NULL || (h->flags & IPSEC_HOST_RESUMED &&
			   ipsec_is_after(h->resumed + BOTH_WAYS_MS, in->seen)))
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
		       const struct ipsec_unclaimed *w,
		       struct ipsec_likelihood *likelihood)
{
	uint32_t patience = in->gap + in->gap / 2U + IPSEC_REORDERED_MS;
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);

	likelihood->evidence = VPNALG_EVIDENCE_CONTINUED;
	likelihood->rank = IPSEC_RANK_SOON;
	likelihood->surprise = surprise(
		ipsec_off_by(w->began, in->seen + in->gap), in->spread);
	if (ipsec_is_after(in->seen, w->began + IPSEC_REORDERED_MS)) {
		likelihood->rank = IPSEC_RANK_NONE;
		return;
	}
	if (goes_on(translator, host, in))
		likelihood->rank = IPSEC_RANK_SURE;
	else if (ipsec_now(translator) - in->seen > patience)
		likelihood->rank = IPSEC_RANK_LIKELY;
	if (was_let_since(h, in))
		stand_begun(h->out_since, w, likelihood);
}

static bool was_busy(const struct ipsec_in *in, const struct ipsec_unclaimed *w)
{
	uint32_t before = w->began - in->seen;

	return ipsec_is_after(in->seen, w->began) ||
	       before < 3U * in->gap + IPSEC_REORDERED_MS;
}

static bool has_asked(const struct ipsec_host *h,
		      const struct ipsec_unclaimed *w, uint32_t longest)
{
	return h->flags & IPSEC_HOST_ANSWERED &&
	       w->began + IPSEC_REORDERED_MS - h->asked <
		       longest + IPSEC_REORDERED_MS;
}

/* The remote had no SA with the host before and has one now. */
static bool stand_connected(const struct ipsec_host *h,
			    const struct ipsec_unclaimed *w,
			    struct ipsec_likelihood *likelihood)
{
	if (!(h->flags & IPSEC_HOST_INITIAL) || !has_asked(h, w, CONNECTED_MS))
		return false;
	likelihood->evidence = VPNALG_EVIDENCE_CONNECTED;
	likelihood->rank = IPSEC_RANK_LIKELY;
	likelihood->surprise = 0;
	if (ipsec_is_after(w->began, h->asked + ANSWERED_MS))
		likelihood->surprise = surprise(
			w->began - h->asked - ANSWERED_MS, ANSWER_SPREAD_MS);
	if (h->out_spi == 0 || ipsec_is_after(h->asked, h->out_since))
		likelihood->surprise += SILENT_SURPRISE;
	return true;
}

/* Just after the host's exchange the SPI began where another ended that is
 * nobody's either. */
static bool stand_unknown(struct vpnalg *translator, struct vpnalg_record *host,
			  const struct ipsec_unclaimed *w,
			  struct ipsec_likelihood *likelihood)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	uint32_t now = ipsec_now(translator);
	const struct ipsec_unclaimed *other;
	struct ipsec_walk walk = { .remote = remote };

	if (remote == NULL || !has_asked(h, w, SWITCH_MS))
		return false;
	likelihood->evidence = VPNALG_EVIDENCE_CONTINUED;
	likelihood->rank = IPSEC_RANK_LIKELY;
	likelihood->surprise = UNCLAIMED_SURPRISE;
	while ((other = vpnalg_ipsec_remote_unclaimed(translator, &walk)) !=
	       NULL)
		if (other->spi != 0 && other != w &&
		    other->count >= IPSEC_COUNT_LAST &&
		    ipsec_is_after(w->began, other->began + IPSEC_RIVAL_MS) &&
		    w->began + IPSEC_REORDERED_MS - other->last < ENDED_MS &&
		    now - other->last > ENDED_MS / 2)
			return true;
	return false;
}

/* It is not known when the SPI began, so no time tells. */
static void stand_unknown_time(struct vpnalg *translator,
			       const struct ipsec_in *in,
			       struct ipsec_likelihood *likelihood)
{
	likelihood->evidence = VPNALG_EVIDENCE_WOKE;
	likelihood->rank = IPSEC_RANK_IDLE;
	likelihood->surprise = 0;
	if (in != NULL && ipsec_now(translator) - in->seen <=
				  2U * in->gap + IPSEC_REORDERED_MS)
		likelihood->rank = IPSEC_RANK_NONE;
}

/* What it has received until then is the SPI of that index. */
void vpnalg_ipsec_evidence(struct vpnalg *translator,
			   struct vpnalg_record *host, unsigned index,
			   const struct ipsec_unclaimed *w,
			   struct ipsec_likelihood *likelihood)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, index);
	const struct ipsec_in *in = NULL;

	if (sa != NULL)
		in = vpnalg_session_body(translator, sa);
	if (!(w->flags & IPSEC_UNCLAIMED_BEGAN))
		stand_unknown_time(translator, in, likelihood);
	else if (in != NULL && was_busy(in, w))
		stand_busy(translator, host, in, w, likelihood);
	else if (!stand_connected(h, w, likelihood) &&
		 !stand_unknown(translator, host, w, likelihood))
		stand_idle(h, w, likelihood);
}
