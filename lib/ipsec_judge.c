/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a new inbound SPI may be. Every host that is expected to receive with a
 * new one has a standing; one that stands out gets it. In doubt nobody does: a
 * packet that is lost costs less than a pair that is wrong. */
#include "ipsec.h"

/* A path may delay packets by so much that they are overtaken. */
#define REORDERED_MS 50

/* A host that begins to send is answered, or the remote begins at the same
 * time, within so long. */
#define WOKE_BEFORE_MS 350
#define WOKE_AFTER_MS 130

/* Usually it takes no longer than that. */
#define ANSWERED_MS 200

/* One of two that are both likely is so much likelier. */
#define MARGIN_MS 40

/* A remote that has something to send to a new host does so within that. */
#define CONNECTED_MS 400

/* What began so shortly after another ended may follow it. */
#define ENDED_MS 400

/* How much less that counts than if it was known whose the other was. */
#define UNKNOWN_MS 80

/* Two SPIs that began within that may be taken for one another. */
#define RIVAL_MS 500

/* After an exchange the remote turns to the new SA within that, if it sends. */
#define SWITCH_MS 500

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

/* How a host stands, and by what; how many ms it is off the usual. */
struct opinion {
	enum standing standing;
	enum vpnalg_evidence evidence;
	uint32_t distance;
};

static uint32_t off_by(uint32_t time, uint32_t usual)
{
	return ipsec_is_after(time, usual) ? time - usual : usual - time;
}

/* It begins to send, and the remote too. */
static void stand_idle(const struct ipsec_host *h,
		       const struct ipsec_watched *w, struct opinion *opinion)
{
	opinion->evidence = VPNALG_EVIDENCE_WOKE;
	opinion->standing = STANDING_IDLE;
	if (!(h->flags & IPSEC_HOST_WOKE) ||
	    w->began + WOKE_AFTER_MS - h->woke >=
		    WOKE_BEFORE_MS + WOKE_AFTER_MS)
		return;
	opinion->standing = STANDING_LIKELY;
	opinion->distance = 0;
	if (ipsec_is_after(h->woke, w->began))
		opinion->distance = h->woke - w->began;
	else if (w->began - h->woke > ANSWERED_MS)
		opinion->distance = w->began - h->woke - ANSWERED_MS;
}

/* It has received until now with another SA. */
static void stand_busy(const struct ipsec_in *in,
		       const struct ipsec_watched *w, uint32_t now,
		       struct opinion *opinion)
{
	uint32_t patience = in->gap + in->gap / 2U + REORDERED_MS;

	opinion->evidence = VPNALG_EVIDENCE_CONTINUED;
	opinion->standing = STANDING_SOON;
	if (ipsec_is_after(in->seen, w->began + REORDERED_MS))
		opinion->standing = STANDING_NONE;
	else if (now - in->seen > patience)
		opinion->standing = STANDING_LIKELY;
	opinion->distance = off_by(w->began, in->seen + in->gap);
}

static bool was_busy(const struct ipsec_in *in, const struct ipsec_watched *w)
{
	uint32_t before = w->began - in->seen;

	return ipsec_is_after(in->seen, w->began) ||
	       before < 3U * in->gap + REORDERED_MS;
}

static bool has_asked(const struct ipsec_host *h,
		      const struct ipsec_watched *w, uint32_t longest)
{
	return h->flags & IPSEC_HOST_DONE &&
	       w->began + REORDERED_MS - h->asked < longest + REORDERED_MS;
}

/* The remote had no SA with the host before and has one now. */
static bool stand_connected(const struct ipsec_host *h,
			    const struct ipsec_watched *w,
			    struct opinion *opinion)
{
	if (!(h->flags & IPSEC_HOST_NEW) || !has_asked(h, w, CONNECTED_MS))
		return false;
	opinion->evidence = VPNALG_EVIDENCE_CONNECTED;
	opinion->standing = STANDING_LIKELY;
	opinion->distance = 0;
	return true;
}

/* Just after the host's exchange the SPI began where another ended that is
 * nobody's either. */
static bool stand_unknown(struct vpnalg *translator,
			  struct vpnalg_record *host,
			  const struct ipsec_watched *w,
			  struct opinion *opinion)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	uint32_t now = ipsec_now(translator);
	const struct ipsec_watched *other;
	unsigned place = 0;

	if (remote == NULL || !has_asked(h, w, SWITCH_MS))
		return false;
	opinion->evidence = VPNALG_EVIDENCE_CONTINUED;
	opinion->standing = STANDING_LIKELY;
	opinion->distance = UNKNOWN_MS;
	while ((other = vpnalg_ipsec_remote_watched(translator, remote,
						    &place)) != NULL)
		if (other->spi != 0 && other != w &&
		    other->count >= COUNT_LAST &&
		    w->began + REORDERED_MS - other->last < ENDED_MS &&
		    now - other->last > ENDED_MS / 2)
			return true;
	return false;
}

static void stand(struct vpnalg *translator, struct vpnalg_record *host,
		  const struct ipsec_watched *w, struct opinion *opinion)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	uint32_t now = ipsec_now(translator);
	const struct ipsec_in *in = NULL;

	if (sa != NULL)
		in = vpnalg_session_body(translator, sa);
	if (in != NULL && was_busy(in, w))
		stand_busy(in, w, now, opinion);
	else if (!stand_connected(h, w, opinion) &&
		 !stand_unknown(translator, host, w, opinion))
		stand_idle(h, w, opinion);
}

/* What the judge has heard: of the one that stands best, of the next one if it
 * is likely as well, and of how many. */
struct hearing {
	struct vpnalg_record *best, *next, *last;
	struct opinion opinion, next_opinion;
	unsigned counts[STANDINGS];
	unsigned all;
};

static bool is_better(const struct opinion *a, const struct opinion *b)
{
	if (a->standing != b->standing)
		return a->standing > b->standing;
	return a->standing == STANDING_LIKELY && a->distance < b->distance;
}

static void hear_next(struct hearing *hearing, struct vpnalg_record *host,
		      const struct opinion *opinion)
{
	if (opinion->standing != STANDING_LIKELY ||
	    (hearing->next != NULL &&
	     !is_better(opinion, &hearing->next_opinion)))
		return;
	hearing->next = host;
	hearing->next_opinion = *opinion;
}

static void hear(struct hearing *hearing, struct vpnalg_record *host,
		 const struct opinion *opinion)
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
	if (hearing->next == NULL)
		return INT16_MAX;
	return (int32_t)(hearing->next_opinion.distance -
			 hearing->opinion.distance);
}

/* Another SPI, nobody's too, fits the best host as well. It may be the next
 * one's: then both have to fit better so than the other way round. */
enum rival { RIVAL_NONE, RIVAL_DOUBT, RIVAL_SETTLED };

static enum rival judge_rival(struct vpnalg *translator,
			      const struct hearing *hearing,
			      const struct ipsec_watched *other)
{
	struct opinion best = { .standing = STANDING_NONE }, next = best;
	int32_t gain = lead(hearing);

	stand(translator, hearing->best, other, &best);
	if (best.standing < STANDING_SOON ||
	    best.distance >= hearing->opinion.distance + MARGIN_MS)
		return RIVAL_NONE;
	if (hearing->next == NULL)
		return RIVAL_DOUBT;
	stand(translator, hearing->next, other, &next);
	gain += (int32_t)(best.distance - next.distance);
	return next.standing < STANDING_SOON || gain <= MARGIN_MS
		       ? RIVAL_DOUBT
		       : RIVAL_SETTLED;
}

static bool stands_out(struct vpnalg *translator, struct vpnalg_record *remote,
		       const struct hearing *hearing,
		       const struct ipsec_watched *w)
{
	bool settled = lead(hearing) > MARGIN_MS;
	const struct ipsec_watched *other;
	unsigned place = 0;
	enum rival rival;

	while ((other = vpnalg_ipsec_remote_watched(translator, remote,
						    &place)) != NULL) {
		if (other->spi == 0 || other == w || !other->fresh ||
		    off_by(other->began, w->began) > RIVAL_MS)
			continue;
		rival = judge_rival(translator, hearing, other);
		if (rival == RIVAL_DOUBT)
			return false;
		settled |= rival == RIVAL_SETTLED;
	}
	return settled;
}

static struct vpnalg_record *decide(struct vpnalg *translator,
				    struct vpnalg_record *remote,
				    const struct hearing *hearing,
				    const struct ipsec_watched *w,
				    enum vpnalg_evidence *evidence)
{
	const unsigned *counts = hearing->counts;
	unsigned possible = hearing->all - counts[STANDING_NONE];

	*evidence = hearing->opinion.evidence;
	if (counts[STANDING_LIKELY] > 0 &&
	    (hearing->all == 1 ||
	     ((counts[STANDING_SOON] == 0 || w->count >= COUNT_SETTLED) &&
	      stands_out(translator, remote, hearing, w))))
		return hearing->best;
	if (possible > 1 || w->doubtful || counts[STANDING_LIKELY] > 0)
		return NULL;
	*evidence = VPNALG_EVIDENCE_EXPECTED;
	if (possible == 1)
		return hearing->best;
	*evidence = VPNALG_EVIDENCE_LEFT;
	return hearing->all == 1 && w->count >= COUNT_LAST ? hearing->last
							    : NULL;
}

/* Whether the host may be asked at all. */
static bool is_candidate(struct vpnalg *translator,
			 struct vpnalg_record *host, struct ipsec_expecting *e,
			 const struct ipsec_watched *w)
{
	if (host == NULL || w->refused == e->handle ||
	    ipsec_is_after(e->since, w->first + REORDERED_MS))
		return false;
	if (!vpnalg_ipsec_host_went_on(translator, host, e->since))
		return true;
	e->handle = 0;
	return false;
}

/* Whether an SPI that began then may be another host's. */
bool vpnalg_ipsec_judge_doubts(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t handle,
			       uint32_t first)
{
	const struct ipsec_watched w = { .first = first, .refused = handle };
	struct vpnalg_record *host;
	struct ipsec_expecting *e;
	unsigned place = 0;

	while ((e = vpnalg_ipsec_remote_next(translator, remote, &place)) !=
	       NULL) {
		if (e->handle == 0)
			continue;
		host = vpnalg_ipsec_host_by_handle(translator, remote,
						   e->handle);
		if (is_candidate(translator, host, e, &w))
			return true;
	}
	return false;
}

struct vpnalg_record *vpnalg_ipsec_judge(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 const struct ipsec_watched *w,
					 enum vpnalg_evidence *evidence)
{
	struct hearing hearing = { .all = 0 };
	struct opinion opinion = { .standing = STANDING_NONE };
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
		if (!is_candidate(translator, host, e, w))
			continue;
		stand(translator, host, w, &opinion);
		hear(&hearing, host, &opinion);
	}
	return decide(translator, remote, &hearing, w, evidence);
}
