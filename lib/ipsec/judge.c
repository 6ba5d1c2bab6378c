/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge.h"

#include "blocks.h"
#include "candidate.h"
#include "evidence.h"
#include "host.h"
#include "unclaimed.h"

/* Bounds the candidacies that are ended for one packet: each costs a lookup. */
#define DROPPED_MOST 2

/* The number of packets pointing at a host after which it gets an SPI that no
 * exchange promised. */
#define SEEKER_AFTER 2

/* The number of packets after which evidence that one packet leaves open is
 * decided. */
#define COUNT_CLEAR 3

/* The candidates, ranked: the best one, the next one if it is likely as well,
 * and the number of candidates of each rank. */
struct ranking {
	const struct ipsec_candidate *best, *next, *last;
	struct ipsec_likelihood likelihood, next_likelihood;
	unsigned counts[IPSEC_RANKS]; /* of awaiting hosts */
	unsigned all;
	/* Hosts that receive nothing, and have no promised SPI. */
	unsigned seekers;
	const struct ipsec_candidate *seeker;
};

/* Returns whether one likelihood ranks above another. */
static bool is_better(const struct ipsec_likelihood *a,
		      const struct ipsec_likelihood *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank;
	return a->rank >= IPSEC_RANK_LIKELY && a->surprise < b->surprise;
}

static void rank_next(struct ranking *ranking, const struct ipsec_candidate *c,
		      const struct ipsec_likelihood *likelihood)
{
	if (likelihood->rank < IPSEC_RANK_LIKELY ||
	    (ranking->next != NULL &&
	     !is_better(likelihood, &ranking->next_likelihood)))
		return;
	ranking->next = c;
	ranking->next_likelihood = *likelihood;
}

static void rank(struct ranking *ranking, const struct ipsec_candidate *c,
		 const struct ipsec_likelihood *likelihood)
{
	if (ranking->best != NULL &&
	    !is_better(likelihood, &ranking->likelihood)) {
		rank_next(ranking, c, likelihood);
		return;
	}
	if (ranking->best != NULL)
		rank_next(ranking, ranking->best, &ranking->likelihood);
	ranking->best = c;
	ranking->likelihood = *likelihood;
}

/* Ranks a host to which an SPI is promised. */
static void rank_awaiting(struct ranking *ranking,
			  const struct ipsec_candidate *c,
			  const struct ipsec_likelihood *likelihood)
{
	ranking->counts[likelihood->rank]++;
	ranking->all++;
	ranking->last = c;
	rank(ranking, c, likelihood);
}

/* Ranks a host that has no promised SPI. It must show that it is the owner, and
 * ranks below an awaiting host that shows as much. */
static void rank_seeker(struct ranking *ranking,
			const struct ipsec_candidate *c,
			struct ipsec_likelihood *likelihood)
{
	ranking->seekers++;
	ranking->seeker = c;
	likelihood->surprise += IPSEC_MARGIN + 10;
	if (likelihood->rank >= IPSEC_RANK_LIKELY)
		rank(ranking, c, likelihood);
}

/* Returns how much likelier the best candidate is than the next one. */
static int32_t lead(const struct ranking *ranking)
{
	return (int32_t)(ranking->next_likelihood.surprise -
			 ranking->likelihood.surprise);
}

/* Another unclaimed SPI may fit the best candidate as well. The next candidate
 * may own it: that is clear if both fit better so than exchanged. */
enum rival { RIVAL_NONE, RIVAL_UNDECIDED, RIVAL_CLEAR };

static enum rival judge_rival(uint32_t now, const struct ranking *ranking,
			      const struct ipsec_unclaimed *other)
{
	struct ipsec_likelihood best = { .rank = IPSEC_RANK_NONE };
	struct ipsec_likelihood next = best;
	int32_t gain;

	vpnalg_ipsec_evidence(now, ranking->best, other, false, &best);
	if (best.rank < IPSEC_RANK_SOON ||
	    best.surprise >= ranking->likelihood.surprise + IPSEC_MARGIN)
		return RIVAL_NONE;
	if (ranking->next == NULL)
		return RIVAL_UNDECIDED;
	vpnalg_ipsec_evidence(now, ranking->next, other, false, &next);
	gain = lead(ranking) + (int32_t)(best.surprise - next.surprise);
	return next.rank < IPSEC_RANK_SOON || gain <= IPSEC_MARGIN
		       ? RIVAL_UNDECIDED
		       : RIVAL_CLEAR;
}

/* Returns whether the best candidate is likelier than the next one, and no
 * other unclaimed SPI leaves that open. */
static bool stands_out(const struct ipsec_blocks *blocks,
		       const struct ranking *ranking,
		       const struct ipsec_unclaimed *u)
{
	bool clear = ranking->next == NULL ||
		     ranking->likelihood.rank > ranking->next_likelihood.rank ||
		     lead(ranking) > IPSEC_MARGIN;
	const struct ipsec_unclaimed *other;
	enum rival rival;
	unsigned place;

	for (place = 0; place < blocks->unclaimed; place++) {
		other = ipsec_blocks_unclaimed(blocks, place);
		if (other->spi == 0 || other == u ||
		    !ipsec_unclaimed_counts(other) ||
		    ipsec_off_by(other->began, u->began) > IPSEC_RIVAL_MS)
			continue;
		rival = judge_rival(blocks->now, ranking, other);
		if (rival == RIVAL_UNDECIDED)
			return false;
		clear |= rival == RIVAL_CLEAR;
	}
	return clear;
}

/* Returns whether some candidate receives as before, or has just stopped: a few
 * more packets will decide. */
static bool may_follow(const struct ranking *ranking,
		       const struct ipsec_unclaimed *u)
{
	return ranking->counts[IPSEC_RANK_SOON] > 0 && u->count < COUNT_CLEAR;
}

/* Returns whether the best candidate, which is likely, is the owner. */
static bool is_clear(const struct ipsec_blocks *blocks,
		     const struct ranking *ranking,
		     const struct ipsec_unclaimed *u)
{
	if (ranking->all + ranking->seekers == 1)
		return true;
	if (may_follow(ranking, u))
		return false;
	return stands_out(blocks, ranking, u);
}

/* Returns whether the best candidate, a seeker, has shown often enough that it
 * is the owner: once may be chance. Where an awaiting host may be the owner
 * too, the seeker must rank first twice in a row when the SPI begins. */
static bool is_shown(const struct ranking *ranking, struct ipsec_unclaimed *u)
{
	uint8_t id = (uint8_t)(ranking->best->id << 4);
	bool again = ((u->flags ^ id) & IPSEC_UNCLAIMED_SEEKER) == 0;

	if (ranking->all == ranking->counts[IPSEC_RANK_NONE])
		return u->total >= SEEKER_AFTER;
	if (u->count > 1)
		return false;
	u->flags &= (uint8_t)~IPSEC_UNCLAIMED_SEEKER;
	u->flags |= id;
	return again && u->total > 1;
}

/* Returns the owner where no awaiting host can be it: the only seeker, or else
 * the only awaiting host after all; NULL if there are more. */
static const struct ipsec_candidate *find_left(const struct ranking *ranking,
					       const struct ipsec_unclaimed *u,
					       enum vpnalg_evidence *evidence)
{
	bool by_seeker = ranking->seekers == 1 && u->total >= COUNT_CLEAR;

	if (!by_seeker && (ranking->seekers > 0 || ranking->all != 1 ||
			   u->count < IPSEC_COUNT_LAST))
		return NULL;
	*evidence = VPNALG_EVIDENCE_LEFT;
	return by_seeker ? ranking->seeker : ranking->last;
}

static const struct ipsec_candidate *decide(const struct ipsec_blocks *blocks,
					    const struct ranking *ranking,
					    struct ipsec_unclaimed *u,
					    enum vpnalg_evidence *evidence)
{
	const unsigned *counts = ranking->counts;
	unsigned possible = ranking->all - counts[IPSEC_RANK_NONE];

	if (ranking->likelihood.rank >= IPSEC_RANK_LIKELY) {
		*evidence = ranking->likelihood.evidence;
		if (ranking->best->seeking && !is_shown(ranking, u))
			return NULL;
		return is_clear(blocks, ranking, u) ? ranking->best : NULL;
	}
	if (possible > 1 && may_follow(ranking, u))
		*evidence = VPNALG_EVIDENCE_CONTINUED;
	if (possible > 1)
		return NULL;
	if (possible == 1) {
		*evidence = VPNALG_EVIDENCE_EXPECTED;
		return ranking->best;
	}
	return find_left(ranking, u, evidence);
}

/* Ends a candidacy: the SPI that was promised to the host has not come. */
static void end_candidacy(struct vpnalg *translator,
			  const struct ipsec_blocks *blocks, unsigned place)
{
	struct ipsec_candidate *c = ipsec_blocks_candidate(blocks, place);
	struct vpnalg_record *host;
	struct ipsec_host *h;

	if (!c->seeking) {
		host = ipsec_host_peek(translator, ipsec_blocks_remote(blocks),
				       c->id);
		if (host != NULL) {
			h = ipsec_host_body(translator, host);
			h->pending = 0;
			h->flags &= (uint16_t)~IPSEC_HOST_PROMISED;
			vpnalg_session_changed(translator, host);
		}
	}
	vpnalg_ipsec_candidate_clear(translator, blocks, place);
}

bool vpnalg_ipsec_judge_fits(struct vpnalg *translator,
			     const struct ipsec_blocks *blocks,
			     struct vpnalg_record *host,
			     const struct ipsec_unclaimed *u)
{
	struct ipsec_likelihood likelihood = { .rank = IPSEC_RANK_NONE };
	struct ipsec_candidate c;

	vpnalg_ipsec_candidate_describe(translator, host, 1, &c);
	vpnalg_ipsec_evidence(blocks->now, &c, u,
			      vpnalg_ipsec_evidence_follows(blocks, u),
			      &likelihood);
	return likelihood.rank >= IPSEC_RANK_LIKELY;
}

bool vpnalg_ipsec_judge_may_be_others(const struct ipsec_blocks *blocks,
				      uint32_t id, uint32_t first)
{
	const struct ipsec_unclaimed u = { .first = first,
					   .refused = id,
					   .flags = IPSEC_UNCLAIMED_FRESH };
	unsigned place;

	for (place = 1; place < blocks->candidates; place++)
		if (ipsec_unclaimed_may_be(
			    &u, ipsec_blocks_candidate(blocks, place)))
			return true;
	return false;
}

const struct ipsec_candidate *
vpnalg_ipsec_judge(struct vpnalg *translator, const struct ipsec_blocks *blocks,
		   struct ipsec_unclaimed *u, enum vpnalg_evidence *evidence)
{
	struct ipsec_likelihood likelihood = { .rank = IPSEC_RANK_NONE };
	bool requested = false, follows = false;
	struct ranking ranking = { .all = 0 };
	struct ipsec_candidate *c = ipsec_blocks_candidate(blocks, 0);
	unsigned place, dropped = 0;

	*evidence = VPNALG_EVIDENCE_NONE;
	if (!(u->flags & IPSEC_UNCLAIMED_FRESH) && u->total < 2)
		return NULL;
	for (place = 1; place < blocks->candidates; place++) {
		c = ipsec_blocks_after(blocks, c, place);
		if (c->id != 0 && ipsec_candidate_is_over(c)) {
			if (dropped++ < DROPPED_MOST)
				end_candidacy(translator, blocks, place);
			continue;
		}
		if (!ipsec_unclaimed_may_be(u, c))
			continue;
		if (!requested &&
		    ipsec_unclaimed_follows_request(u, c, IPSEC_SWITCH_MS)) {
			requested = true;
			follows = vpnalg_ipsec_evidence_follows(blocks, u);
		}
		vpnalg_ipsec_evidence(blocks->now, c, u, follows, &likelihood);
		if (c->seeking)
			rank_seeker(&ranking, c, &likelihood);
		else
			rank_awaiting(&ranking, c, &likelihood);
	}
	return decide(blocks, &ranking, u, evidence);
}
