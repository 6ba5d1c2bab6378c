/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a new inbound SPI may be. Every host that is expected to receive with a
 * new one has a rank; one that stands out gets it. In doubt nobody does: a
 * packet that is lost costs less than a pair that is wrong. */
#include "ipsec.h"

/* So many packets must agree before a host gets an SPI that none promised. */
#define SEEKER_AFTER 2

static void stand(struct vpnalg *translator, struct vpnalg_record *host,
		  const struct ipsec_unclaimed *w,
		  struct ipsec_likelihood *likelihood)
{
	vpnalg_ipsec_evidence(translator, host, 0, w, likelihood);
}

/* Whether the SPI is as likely the host's as its youngest one. */
bool vpnalg_ipsec_judge_fits(struct vpnalg *translator,
			     struct vpnalg_record *host,
			     const struct ipsec_unclaimed *w)
{
	struct ipsec_likelihood likelihood = { .rank = IPSEC_RANK_NONE };

	vpnalg_ipsec_evidence(translator, host, 1, w, &likelihood);
	return likelihood.rank >= IPSEC_RANK_LIKELY;
}

/* The candidates, ranked: of the one that stands best, of the next one if it
 * is likely as well, and of how many. */
struct ranking {
	struct vpnalg_record *best, *next, *last;
	struct ipsec_likelihood likelihood, next_likelihood;
	unsigned counts[IPSEC_RANKS]; /* of hosts that are expected */
	unsigned all;
	/* Hosts that hear nothing, and to which nothing is promised. */
	unsigned seekers;
	struct vpnalg_record *seeker;
	bool best_seeks;
};

static bool is_better(const struct ipsec_likelihood *a,
		      const struct ipsec_likelihood *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank;
	return a->rank >= IPSEC_RANK_LIKELY && a->surprise < b->surprise;
}

static void rank_next(struct ranking *ranking, struct vpnalg_record *host,
		      const struct ipsec_likelihood *likelihood)
{
	if (likelihood->rank < IPSEC_RANK_LIKELY ||
	    (ranking->next != NULL &&
	     !is_better(likelihood, &ranking->next_likelihood)))
		return;
	ranking->next = host;
	ranking->next_likelihood = *likelihood;
}

static void rank(struct ranking *ranking, struct vpnalg_record *host,
		 const struct ipsec_likelihood *likelihood, bool seeks)
{
	if (ranking->best != NULL &&
	    !is_better(likelihood, &ranking->likelihood)) {
		rank_next(ranking, host, likelihood);
		return;
	}
	if (ranking->best != NULL)
		rank_next(ranking, ranking->best, &ranking->likelihood);
	ranking->best = host;
	ranking->likelihood = *likelihood;
	ranking->best_seeks = seeks;
}

static void rank_expected(struct ranking *ranking, struct vpnalg_record *host,
			  const struct ipsec_likelihood *likelihood)
{
	ranking->counts[likelihood->rank]++;
	ranking->all++;
	ranking->last = host;
	rank(ranking, host, likelihood, false);
}

/* A host to which nothing is promised must show that it is the owner, and ranks
 * below one that is expected and shows as much. */
static void rank_seeker(struct ranking *ranking, struct vpnalg_record *host,
			struct ipsec_likelihood *likelihood)
{
	ranking->seekers++;
	ranking->seeker = host;
	likelihood->surprise += IPSEC_MARGIN + 10;
	if (likelihood->rank >= IPSEC_RANK_LIKELY)
		rank(ranking, host, likelihood, true);
}

/* By how much the SPI is rather the best one's than the next one's. */
static int32_t lead(const struct ranking *ranking)
{
	return (int32_t)(ranking->next_likelihood.surprise -
			 ranking->likelihood.surprise);
}

/* Another SPI, nobody's too, fits the best host as well. It may be the next
 * one's: then both have to fit better so than the other way round. */
enum rival { RIVAL_NONE, RIVAL_DOUBT, RIVAL_SETTLED };

static enum rival judge_rival(struct vpnalg *translator,
			      const struct ranking *ranking,
			      const struct ipsec_unclaimed *other)
{
	struct ipsec_likelihood best = { .rank = IPSEC_RANK_NONE };
	struct ipsec_likelihood next = best;
	int32_t gain;

	stand(translator, ranking->best, other, &best);
	if (best.rank < IPSEC_RANK_SOON ||
	    best.surprise >= ranking->likelihood.surprise + IPSEC_MARGIN)
		return RIVAL_NONE;
	if (ranking->next == NULL)
		return RIVAL_DOUBT;
	stand(translator, ranking->next, other, &next);
	gain = lead(ranking) + (int32_t)(best.surprise - next.surprise);
	return next.rank < IPSEC_RANK_SOON || gain <= IPSEC_MARGIN
		       ? RIVAL_DOUBT
		       : RIVAL_SETTLED;
}

static bool stands_out(struct vpnalg *translator, struct vpnalg_record *remote,
		       const struct ranking *ranking,
		       const struct ipsec_unclaimed *w)
{
	bool settled = ranking->next == NULL ||
		       ranking->likelihood.rank >
			       ranking->next_likelihood.rank ||
		       lead(ranking) > IPSEC_MARGIN;
	const struct ipsec_unclaimed *other;
	struct ipsec_walk walk = { .remote = remote };
	enum rival rival;

	while ((other = vpnalg_ipsec_remote_unclaimed(translator, &walk)) !=
	       NULL) {
		if (other->spi == 0 || other == w ||
		    !vpnalg_ipsec_unclaimed_counts(other) ||
		    ipsec_off_by(other->began, w->began) > IPSEC_RIVAL_MS)
			continue;
		rival = judge_rival(translator, ranking, other);
		if (rival == RIVAL_DOUBT)
			return false;
		settled |= rival == RIVAL_SETTLED;
	}
	return settled;
}

/* Somebody receives as before, or has just stopped: a few packets will tell. */
static bool may_follow(const struct ranking *ranking,
		       const struct ipsec_unclaimed *w)
{
	return ranking->counts[IPSEC_RANK_SOON] > 0 &&
	       w->count < IPSEC_COUNT_SETTLED;
}

/* Somebody is likely. */
static bool is_settled(struct vpnalg *translator, struct vpnalg_record *remote,
		       const struct ranking *ranking,
		       const struct ipsec_unclaimed *w)
{
	if (ranking->all + ranking->seekers == 1)
		return true;
	if (may_follow(ranking, w))
		return false;
	return stands_out(translator, remote, ranking, w);
}

/* What a seeker shows may be chance. Where somebody who is expected may be the
 * owner, it has to show it when the SPI begins, twice in a row. */
static bool is_shown(struct vpnalg *translator, const struct ranking *ranking,
		     struct ipsec_unclaimed *w)
{
	uint8_t id =
		(uint8_t)(vpnalg_ipsec_host_id(translator, ranking->best) << 4);
	bool again = ((w->flags ^ id) & IPSEC_UNCLAIMED_SEEKER) == 0;

	if (ranking->all == ranking->counts[IPSEC_RANK_NONE])
		return w->total >= SEEKER_AFTER;
	if (w->count > 1)
		return false;
	w->flags &= (uint8_t)~IPSEC_UNCLAIMED_SEEKER;
	w->flags |= id;
	return again && w->total > 1;
}

/* Nobody who is expected can be the owner: the only host that hears nothing is,
 * or else the only one that is expected after all. */
static struct vpnalg_record *left(const struct ranking *ranking,
				  const struct ipsec_unclaimed *w,
				  enum vpnalg_evidence *evidence)
{
	bool by_seeker = ranking->seekers == 1 &&
			 w->total >= IPSEC_COUNT_SETTLED;

	if (!by_seeker && (ranking->seekers > 0 || ranking->all != 1 ||
			   w->count < IPSEC_COUNT_LAST))
		return NULL;
	*evidence = VPNALG_EVIDENCE_LEFT;
	return by_seeker ? ranking->seeker : ranking->last;
}

static struct vpnalg_record *decide(struct vpnalg *translator,
				    struct vpnalg_record *remote,
				    const struct ranking *ranking,
				    struct ipsec_unclaimed *w,
				    enum vpnalg_evidence *evidence)
{
	const unsigned *counts = ranking->counts;
	unsigned possible = ranking->all - counts[IPSEC_RANK_NONE];

	if (ranking->likelihood.rank >= IPSEC_RANK_LIKELY) {
		*evidence = ranking->likelihood.evidence;
		if (ranking->best_seeks && !is_shown(translator, ranking, w))
			return NULL;
		return is_settled(translator, remote, ranking, w)
			       ? ranking->best
			       : NULL;
	}
	if (possible > 1 && may_follow(ranking, w))
		*evidence = VPNALG_EVIDENCE_CONTINUED;
	if (possible > 1)
		return NULL;
	if (possible == 1) {
		*evidence = VPNALG_EVIDENCE_EXPECTED;
		return ranking->best;
	}
	return left(ranking, w, evidence);
}

/* A new SPI is promised before it is used. One that was in use before may be
 * older than what is known of its owner. */
static bool is_too_old(const struct ipsec_unclaimed *w, uint32_t since)
{
	return w->flags & IPSEC_UNCLAIMED_FRESH &&
	       ipsec_is_after(since, w->first + IPSEC_REORDERED_MS);
}

/* Whether the host may own the SPI at all; if not, it may be no candidate for
 * any other either. */
static bool may_own(struct vpnalg *translator, struct vpnalg_record *host,
		    const struct ipsec_candidate *e, bool seeks,
		    const struct ipsec_unclaimed *w, bool *over)
{
	*over = false;
	if (host == NULL || w->refused == e->id ||
	    (!seeks && is_too_old(w, e->since)))
		return false;
	*over = seeks ? vpnalg_ipsec_host_hears(translator, host, e->since)
		      : vpnalg_ipsec_host_went_on(translator, host, e->since);
	return !*over;
}

static void forget_promises(struct vpnalg *translator,
			    struct vpnalg_record *host)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);

	h->pending = 0;
	h->promised = 0;
	vpnalg_session_changed(translator, host);
}

/* The next host that may own the SPI, or NULL. On the way those are forgotten
 * that have gone on with what they had, or hear again. */
struct vpnalg_record *
vpnalg_ipsec_judge_candidate(struct vpnalg *translator, struct ipsec_walk *walk,
			     const struct ipsec_unclaimed *w)
{
	struct ipsec_candidate *e;
	struct vpnalg_record *host;
	bool seeks, over;

	while ((e = vpnalg_ipsec_remote_next(translator, walk)) != NULL) {
		if (e->id == 0)
			continue;
		host = vpnalg_ipsec_host_by_id(translator, walk->remote, e->id);
		seeks = vpnalg_ipsec_remote_is_seeking(translator, walk);
		if (may_own(translator, host, e, seeks, w, &over))
			return host;
		if (!over)
			continue;
		if (!seeks)
			forget_promises(translator, host);
		vpnalg_ipsec_remote_drop(translator, walk, e);
	}
	return NULL;
}

/* Whether an SPI that began then may be another host's. */
bool vpnalg_ipsec_judge_doubts(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t id,
			       uint32_t first)
{
	const struct ipsec_unclaimed w = { .first = first,
					   .refused = id,
					   .flags = IPSEC_UNCLAIMED_FRESH };
	struct ipsec_walk walk = { .remote = remote };

	return vpnalg_ipsec_judge_candidate(translator, &walk, &w) != NULL;
}

/* The host, and by what evidence. In doubt NULL, and by what anybody is likely:
 * VPNALG_EVIDENCE_NONE if nobody is. */
struct vpnalg_record *vpnalg_ipsec_judge(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 struct ipsec_unclaimed *w,
					 enum vpnalg_evidence *evidence)
{
	struct ipsec_likelihood likelihood = { .rank = IPSEC_RANK_NONE };
	struct ipsec_walk walk = { .remote = remote };
	struct ranking ranking = { .all = 0 };
	struct vpnalg_record *host;

	*evidence = VPNALG_EVIDENCE_NONE;
	if (!(w->flags & IPSEC_UNCLAIMED_FRESH) && w->total < 2)
		return NULL;
	while ((host = vpnalg_ipsec_judge_candidate(translator, &walk, w)) !=
	       NULL) {
		stand(translator, host, w, &likelihood);
		if (vpnalg_ipsec_remote_is_seeking(translator, &walk))
			rank_seeker(&ranking, host, &likelihood);
		else
			rank_expected(&ranking, host, &likelihood);
	}
	return decide(translator, remote, &ranking, w, evidence);
}
