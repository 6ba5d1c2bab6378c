/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a new inbound SPI may be. Every host that is expected to receive with a
 * new one has a standing; one that stands out gets it. In doubt nobody does: a
 * packet that is lost costs less than a pair that is wrong. */
#include "ipsec.h"

static void stand(struct vpnalg *translator, struct vpnalg_record *host,
		  const struct ipsec_watched *w, struct ipsec_opinion *opinion)
{
	vpnalg_ipsec_opinion(translator, host, 0, w, opinion);
}

/* Whether the SPI is as likely the host's as its youngest one. */
bool vpnalg_ipsec_judge_fits(struct vpnalg *translator,
			     struct vpnalg_record *host,
			     const struct ipsec_watched *w)
{
	struct ipsec_opinion opinion = { .standing = IPSEC_STANDING_NONE };

	vpnalg_ipsec_opinion(translator, host, 1, w, &opinion);
	return opinion.standing >= IPSEC_STANDING_LIKELY;
}

/* What the judge has heard: of the one that stands best, of the next one if it
 * is likely as well, and of how many. */
struct hearing {
	struct vpnalg_record *best, *next, *last;
	struct ipsec_opinion opinion, next_opinion;
	unsigned counts[IPSEC_STANDINGS];
	unsigned all;
};

static bool is_better(const struct ipsec_opinion *a,
		      const struct ipsec_opinion *b)
{
	if (a->standing != b->standing)
		return a->standing > b->standing;
	return a->standing >= IPSEC_STANDING_LIKELY && a->strange < b->strange;
}

static void hear_next(struct hearing *hearing, struct vpnalg_record *host,
		      const struct ipsec_opinion *opinion)
{
	if (opinion->standing < IPSEC_STANDING_LIKELY ||
	    (hearing->next != NULL &&
	     !is_better(opinion, &hearing->next_opinion)))
		return;
	hearing->next = host;
	hearing->next_opinion = *opinion;
}

static void hear(struct hearing *hearing, struct vpnalg_record *host,
		 const struct ipsec_opinion *opinion)
{
	hearing->counts[opinion->standing]++;
	hearing->all++;
	hearing->last = host;
	if (hearing->best != NULL &&
	    !is_better(opinion, &hearing->opinion)) {
		hear_next(hearing, host, opinion);
		return;
	}
	if (hearing->best != NULL)
		hear_next(hearing, hearing->best, &hearing->opinion);
	hearing->best = host;
	hearing->opinion = *opinion;
}

/* By how much the SPI is rather the best one's than the next one's. */
static int32_t lead(const struct hearing *hearing)
{
	return (int32_t)(hearing->next_opinion.strange -
			 hearing->opinion.strange);
}

/* Another SPI, nobody's too, fits the best host as well. It may be the next
 * one's: then both have to fit better so than the other way round. */
enum rival { RIVAL_NONE, RIVAL_DOUBT, RIVAL_SETTLED };

static enum rival judge_rival(struct vpnalg *translator,
			      const struct hearing *hearing,
			      const struct ipsec_watched *other)
{
	struct ipsec_opinion best = { .standing = IPSEC_STANDING_NONE };
	struct ipsec_opinion next = best;
	int32_t gain;

	stand(translator, hearing->best, other, &best);
	if (best.standing < IPSEC_STANDING_SOON ||
	    best.strange >= hearing->opinion.strange + IPSEC_MARGIN)
		return RIVAL_NONE;
	if (hearing->next == NULL)
		return RIVAL_DOUBT;
	stand(translator, hearing->next, other, &next);
	gain = lead(hearing) + (int32_t)(best.strange - next.strange);
	return next.standing < IPSEC_STANDING_SOON || gain <= IPSEC_MARGIN
		       ? RIVAL_DOUBT
		       : RIVAL_SETTLED;
}

static bool stands_out(struct vpnalg *translator, struct vpnalg_record *remote,
		       const struct hearing *hearing,
		       const struct ipsec_watched *w)
{
	bool settled = hearing->next == NULL ||
		       hearing->opinion.standing >
			       hearing->next_opinion.standing ||
		       lead(hearing) > IPSEC_MARGIN;
	const struct ipsec_watched *other;
	struct ipsec_walk walk = { .remote = remote };
	enum rival rival;

	while ((other = vpnalg_ipsec_remote_watched(translator, &walk)) !=
	       NULL) {
		if (other->spi == 0 || other == w ||
		    !(other->flags & IPSEC_WATCHED_FRESH) ||
		    ipsec_off_by(other->began, w->began) > IPSEC_RIVAL_MS)
			continue;
		rival = judge_rival(translator, hearing, other);
		if (rival == RIVAL_DOUBT)
			return false;
		settled |= rival == RIVAL_SETTLED;
	}
	return settled;
}

/* Somebody receives as before, or has just stopped: a few packets will tell. */
static bool may_follow(const struct hearing *hearing,
		       const struct ipsec_watched *w)
{
	return hearing->counts[IPSEC_STANDING_SOON] > 0 &&
	       w->count < IPSEC_COUNT_SETTLED;
}

/* Somebody is likely. */
static bool is_settled(struct vpnalg *translator, struct vpnalg_record *remote,
		       const struct hearing *hearing,
		       const struct ipsec_watched *w)
{
	if (hearing->all == 1)
		return true;
	if (may_follow(hearing, w))
		return false;
	return stands_out(translator, remote, hearing, w);
}

static struct vpnalg_record *decide(struct vpnalg *translator,
				    struct vpnalg_record *remote,
				    const struct hearing *hearing,
				    const struct ipsec_watched *w,
				    enum vpnalg_evidence *evidence)
{
	const unsigned *counts = hearing->counts;
	unsigned possible = hearing->all - counts[IPSEC_STANDING_NONE];

	if (hearing->opinion.standing >= IPSEC_STANDING_LIKELY) {
		*evidence = hearing->opinion.evidence;
		return is_settled(translator, remote, hearing, w)
			       ? hearing->best
			       : NULL;
	}
	if (possible > 1 && may_follow(hearing, w))
		*evidence = VPNALG_EVIDENCE_CONTINUED;
	if (possible > 1 || w->flags & IPSEC_WATCHED_DOUBTFUL)
		return NULL;
	if (possible == 1) {
		*evidence = VPNALG_EVIDENCE_EXPECTED;
		return hearing->best;
	}
	if (hearing->all != 1 || w->count < IPSEC_COUNT_LAST)
		return NULL;
	*evidence = VPNALG_EVIDENCE_LEFT;
	return hearing->last;
}

/* Whether the host may be asked at all. */
static bool is_candidate(const struct vpnalg_record *host,
			 const struct ipsec_expecting *e,
			 const struct ipsec_watched *w)
{
	return host != NULL && w->refused != e->handle &&
	       !ipsec_is_after(e->since, w->first + IPSEC_REORDERED_MS);
}

/* The next host that is expected and may own the SPI, or NULL. On the way those
 * are forgotten that have gone on with what they had. */
struct vpnalg_record *
vpnalg_ipsec_judge_candidate(struct vpnalg *translator,
			     struct ipsec_walk *walk,
			     const struct ipsec_watched *w)
{
	struct ipsec_expecting *e;
	struct vpnalg_record *host;

	while ((e = vpnalg_ipsec_remote_next(translator, walk)) != NULL) {
		if (e->handle == 0)
			continue;
		host = vpnalg_ipsec_host_by_handle(translator, walk->remote,
						   e->handle);
		if (!is_candidate(host, e, w))
			continue;
		if (!vpnalg_ipsec_host_went_on(translator, host, e->since))
			return host;
		e->handle = 0;
		vpnalg_session_changed(translator, walk->block);
	}
	return NULL;
}

/* Whether an SPI that began then may be another host's. */
bool vpnalg_ipsec_judge_doubts(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t handle,
			       uint32_t first)
{
	const struct ipsec_watched w = { .first = first, .refused = handle };
	struct ipsec_walk walk = { .remote = remote };

	return vpnalg_ipsec_judge_candidate(translator, &walk, &w) != NULL;
}

/* The host, and by what evidence. In doubt NULL, and by what anybody is likely:
 * VPNALG_EVIDENCE_NONE if nobody is. */
struct vpnalg_record *vpnalg_ipsec_judge(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 const struct ipsec_watched *w,
					 enum vpnalg_evidence *evidence)
{
	struct ipsec_opinion opinion = { .standing = IPSEC_STANDING_NONE };
	struct ipsec_walk walk = { .remote = remote };
	struct hearing hearing = { .all = 0 };
	struct vpnalg_record *host;

	*evidence = VPNALG_EVIDENCE_NONE;
	if (!(w->flags & IPSEC_WATCHED_FRESH) && w->count < 2)
		return NULL;
	while ((host = vpnalg_ipsec_judge_candidate(translator, &walk, w)) !=
	       NULL) {
		stand(translator, host, w, &opinion);
		hear(&hearing, host, &opinion);
	}
	return decide(translator, remote, &hearing, w, evidence);
}
