/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a new inbound SPI may be. Every host that is expected to receive with a
 * new one has a standing; one that stands out gets it. In doubt nobody does: a
 * packet that is lost costs less than a pair that is wrong. */
#include "ipsec.h"

/* A path may delay packets by so much that they are overtaken. */
#define REORDERED_MS 50

/* A host that sends out of a silence so shortly before the SPI began, or after
 * it, is likely to be answered with it. */
#define WOKE_BEFORE_MS 700
#define WOKE_AFTER_MS 400

/* After an exchange the remote turns to the new SA within that, if it sends. */
#define SWITCH_MS 1500

/* So many packets settle what one would leave open. */
#define COUNT_SETTLED 3
#define COUNT_LAST 6

enum standing {
	STANDING_NONE,   /* goes on to receive as before */
	STANDING_IDLE,   /* receives nothing */
	STANDING_SOON,   /* receives as before, or has just stopped */
	STANDING_LIKELY, /* stopped to receive, or began to send, just then */
	STANDINGS
};

static enum standing stand_idle(const struct ipsec_host *h,
				const struct ipsec_watched *w,
				enum vpnalg_evidence *evidence)
{
	*evidence = VPNALG_EVIDENCE_WOKE;
	if (h->out_spi != 0 && w->began + WOKE_AFTER_MS - h->woke <
				       WOKE_BEFORE_MS + WOKE_AFTER_MS)
		return STANDING_LIKELY;
	return STANDING_IDLE;
}

/* By the SA with which it has received until now. */
static enum standing stand_busy(const struct ipsec_in *in,
				const struct ipsec_watched *w, uint32_t now,
				enum vpnalg_evidence *evidence)
{
	uint32_t patience = in->gap + in->gap / 2U + REORDERED_MS;

	*evidence = VPNALG_EVIDENCE_CONTINUED;
	if (ipsec_is_after(in->seen, w->began + REORDERED_MS))
		return STANDING_NONE;
	return now - in->seen > patience ? STANDING_LIKELY : STANDING_SOON;
}

static bool was_busy(const struct ipsec_in *in, const struct ipsec_watched *w)
{
	uint32_t before = w->began - in->seen;

	return ipsec_is_after(in->seen, w->began) ||
	       before < 3U * in->gap + REORDERED_MS;
}

/* Just after the host's exchange the SPI began where another ended that is
 * nobody's either. */
static bool succeeds_unknown(struct vpnalg *translator,
			     struct vpnalg_record *host,
			     const struct ipsec_host *h,
			     const struct ipsec_watched *w, uint32_t now)
{
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	const struct ipsec_watched *other;
	unsigned place = 0;

	if (remote == NULL || !(h->flags & IPSEC_HOST_ASKED) ||
	    w->began + REORDERED_MS - h->asked > SWITCH_MS)
		return false;
	while ((other = vpnalg_ipsec_remote_watched(translator, remote,
						    &place)) != NULL)
		if (other->spi != 0 && other != w && other->count > 4 &&
		    w->began + REORDERED_MS - other->last < 400 &&
		    now - other->last > 200)
			return true;
	return false;
}

static enum standing stand(struct vpnalg *translator,
			   struct vpnalg_record *host,
			   const struct ipsec_watched *w,
			   enum vpnalg_evidence *evidence)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	uint32_t now = ipsec_now(translator);
	const struct ipsec_in *in;

	if (sa == NULL && succeeds_unknown(translator, host, h, w, now)) {
		*evidence = VPNALG_EVIDENCE_CONTINUED;
		return STANDING_LIKELY;
	}
	if (sa == NULL)
		return stand_idle(h, w, evidence);
	in = vpnalg_session_body(translator, sa);
	return was_busy(in, w) ? stand_busy(in, w, now, evidence)
			       : stand_idle(h, w, evidence);
}

/* What the judge has heard. */
struct hearing {
	struct vpnalg_record *best, *last; /* of the best standing, of all */
	enum vpnalg_evidence evidence;
	unsigned counts[STANDINGS];
	unsigned all;
};

static void hear(struct vpnalg *translator, struct ipsec_expecting *e,
		 struct vpnalg_record *host, const struct ipsec_watched *w,
		 struct hearing *hearing)
{
	enum vpnalg_evidence evidence = VPNALG_EVIDENCE_EXPECTED;
	enum standing standing;
	unsigned better = 0, i;

	if (w->refused == e->handle ||
	    ipsec_is_after(e->since, w->first + REORDERED_MS))
		return;
	if (vpnalg_ipsec_host_went_on(translator, host, e->since)) {
		e->handle = 0;
		return;
	}
	standing = stand(translator, host, w, &evidence);
	for (i = standing; i < STANDINGS; i++)
		better += hearing->counts[i];
	if (better == 0 && standing != STANDING_NONE) {
		hearing->best = host;
		hearing->evidence = evidence;
	}
	hearing->last = host;
	hearing->counts[standing]++;
	hearing->all++;
}

static struct vpnalg_record *decide(const struct hearing *hearing,
				    const struct ipsec_watched *w,
				    enum vpnalg_evidence *evidence)
{
	const unsigned *counts = hearing->counts;
	unsigned possible = hearing->all - counts[STANDING_NONE];

	*evidence = hearing->evidence;
	if (possible == 1 && counts[STANDING_LIKELY] == 0)
		*evidence = VPNALG_EVIDENCE_EXPECTED;
	if (possible == 1 && (!w->doubtful || counts[STANDING_LIKELY] == 1))
		return hearing->best;
	if (counts[STANDING_LIKELY] == 1 &&
	    (counts[STANDING_SOON] == 0 || w->count >= COUNT_SETTLED))
		return hearing->best;
	*evidence = VPNALG_EVIDENCE_LEFT;
	if (hearing->all == 1 && !w->doubtful && w->count >= COUNT_LAST)
		return hearing->last;
	return NULL;
}

struct vpnalg_record *vpnalg_ipsec_judge(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 const struct ipsec_watched *w,
					 enum vpnalg_evidence *evidence)
{
	struct hearing hearing = { .all = 0 };
	struct vpnalg_record *host;
	struct ipsec_expecting *e;
	unsigned place = 0;

	if (!w->fresh && w->count < 2)
		return NULL;
	while ((e = vpnalg_ipsec_remote_next(translator, remote, &place)) !=
	       NULL) {
		if (e->handle == 0)
			continue;
		host = vpnalg_ipsec_host_by_handle(translator, remote,
						   e->handle);
		if (host != NULL)
			hear(translator, e, host, w, &hearing);
	}
	return decide(&hearing, w, evidence);
}
