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

/* How much answers differ from that, and hosts that begin after the remote. */
#define ANSWER_SPREAD_MS 14
#define WOKE_SPREAD_MS 20

/* One of two that are both likely is so much likelier (about 20 times). */
#define MARGIN 300

/* No time may say more: packets are lost. */
#define STRANGEST 1000

/* Nothing is more regular than that. */
#define SPREAD_LEAST_MS 5

/* A remote that has something to send to a new host does so within that. */
#define CONNECTED_MS 400

/* Who has not used his new SA himself gives way to one who has just woken. */
#define SILENT_STRANGE (MARGIN + 10)

/* What began so shortly after another ended may follow it. */
#define ENDED_MS 400

/* How much less that counts than if it was known whose the other was. */
#define UNKNOWN_STRANGE 600

/* Two SPIs that began within that may be taken for one another. */
#define RIVAL_MS 500

/* After an exchange the remote turns to the new SA within that, if it sends. */
#define SWITCH_MS 500

/* What lasted for so long at both ends was traffic both ways. */
#define BOTH_WAYS_MS 500

/* So many packets settle what one would leave open. */
#define COUNT_SETTLED 3
#define COUNT_LAST 6

enum standing {
	STANDING_NONE,   /* goes on to receive as before */
	STANDING_IDLE,   /* receives nothing */
	STANDING_SOON,   /* receives as before, or has just stopped */
	STANDING_LIKELY, /* stopped to receive, or began to send, just then */
	STANDING_SURE,   /* stopped to receive just then, but not to send */
	STANDINGS
};

/* How a host stands, and by what; how strange that would be. */
struct opinion {
	enum standing standing;
	enum vpnalg_evidence evidence;
	uint32_t strange;
};

static uint32_t off_by(uint32_t time, uint32_t usual)
{
	return ipsec_is_after(time, usual) ? time - usual : usual - time;
}

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
	opinion->strange = 0;
	if (ipsec_is_after(h->woke, w->began))
		opinion->strange = strange(h->woke - w->began,
					   WOKE_SPREAD_MS);
	else if (w->began - h->woke > ANSWERED_MS)
		opinion->strange = strange(w->began - h->woke - ANSWERED_MS,
					   ANSWER_SPREAD_MS);
}

/* Traffic that is both ways begins and ends at both ends. If the host goes on
 * to send and has not just begun to, it goes on to receive. */
static bool goes_on(struct vpnalg *translator, struct vpnalg_record *host,
		    const struct ipsec_in *in)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_outbound(translator, host);
	const struct ipsec_out *out;

	if (sa == NULL || (h->flags & IPSEC_HOST_WOKE &&
			   ipsec_is_after(h->woke + BOTH_WAYS_MS, in->seen)))
		return false;
	out = vpnalg_session_body(translator, sa);
	return ipsec_is_after(out->seen,
			      in->seen + 2U * in->gap + REORDERED_MS);
}

/* It has received until now with another SA. */
static void stand_busy(struct vpnalg *translator, struct vpnalg_record *host,
		       const struct ipsec_in *in,
		       const struct ipsec_watched *w, struct opinion *opinion)
{
	uint32_t patience = in->gap + in->gap / 2U + REORDERED_MS;

	opinion->evidence = VPNALG_EVIDENCE_CONTINUED;
	opinion->standing = STANDING_SOON;
	opinion->strange =
		strange(off_by(w->began, in->seen + in->gap), in->spread);
	if (ipsec_is_after(in->seen, w->began + REORDERED_MS))
		opinion->standing = STANDING_NONE;
	else if (goes_on(translator, host, in))
		opinion->standing = STANDING_SURE;
	else if (ipsec_now(translator) - in->seen > patience)
		opinion->standing = STANDING_LIKELY;
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
			  struct opinion *opinion)
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
	opinion->standing = STANDING_LIKELY;
	opinion->strange = UNKNOWN_STRANGE;
	while ((other = vpnalg_ipsec_remote_watched(translator, &walk)) != NULL)
		if (other->spi != 0 && other != w &&
		    other->count >= COUNT_LAST &&
		    w->began + REORDERED_MS - other->last < ENDED_MS &&
		    now - other->last > ENDED_MS / 2)
			return true;
	return false;
}

/* What it has received until then is the SPI of that index. */
static void stand_after(struct vpnalg *translator, struct vpnalg_record *host,
			unsigned index, const struct ipsec_watched *w,
			struct opinion *opinion)
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

static void stand(struct vpnalg *translator, struct vpnalg_record *host,
		  const struct ipsec_watched *w, struct opinion *opinion)
{
	stand_after(translator, host, 0, w, opinion);
}

/* Whether the SPI is as likely the host's as its youngest one. */
bool vpnalg_ipsec_judge_fits(struct vpnalg *translator,
			     struct vpnalg_record *host,
			     const struct ipsec_watched *w)
{
	struct opinion opinion = { .standing = STANDING_NONE };

	stand_after(translator, host, 1, w, &opinion);
	return opinion.standing >= STANDING_LIKELY;
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
	return a->standing >= STANDING_LIKELY && a->strange < b->strange;
}

static void hear_next(struct hearing *hearing, struct vpnalg_record *host,
		      const struct opinion *opinion)
{
	if (opinion->standing < STANDING_LIKELY ||
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
	struct opinion best = { .standing = STANDING_NONE }, next = best;
	int32_t gain;

	stand(translator, hearing->best, other, &best);
	if (best.standing < STANDING_SOON ||
	    best.strange >= hearing->opinion.strange + MARGIN)
		return RIVAL_NONE;
	if (hearing->next == NULL)
		return RIVAL_DOUBT;
	stand(translator, hearing->next, other, &next);
	gain = lead(hearing) + (int32_t)(best.strange - next.strange);
	return next.standing < STANDING_SOON || gain <= MARGIN
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
		       lead(hearing) > MARGIN;
	const struct ipsec_watched *other;
	struct ipsec_walk walk = { .remote = remote };
	enum rival rival;

	while ((other = vpnalg_ipsec_remote_watched(translator, &walk)) !=
	       NULL) {
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
	unsigned likely = counts[STANDING_LIKELY] + counts[STANDING_SURE];

	*evidence = hearing->opinion.evidence;
	if (likely > 0 &&
	    (hearing->all == 1 ||
	     ((counts[STANDING_SOON] == 0 || w->count >= COUNT_SETTLED) &&
	      stands_out(translator, remote, hearing, w))))
		return hearing->best;
	if (possible > 1 || w->doubtful || likely > 0)
		return NULL;
	*evidence = VPNALG_EVIDENCE_EXPECTED;
	if (possible == 1)
		return hearing->best;
	*evidence = VPNALG_EVIDENCE_LEFT;
	return hearing->all == 1 && w->count >= COUNT_LAST ? hearing->last
							    : NULL;
}

/* Whether the host may be asked at all. */
static bool is_candidate(const struct vpnalg_record *host,
			 const struct ipsec_expecting *e,
			 const struct ipsec_watched *w)
{
	return host != NULL && w->refused != e->handle &&
	       !ipsec_is_after(e->since, w->first + REORDERED_MS);
}

/* The next host that is expected and may own the SPI, or NULL. On the way those
 * are forgotten that have gone on with what they had. */
static struct vpnalg_record *next_candidate(struct vpnalg *translator,
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

	return next_candidate(translator, &walk, &w) != NULL;
}

struct vpnalg_record *vpnalg_ipsec_judge(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 const struct ipsec_watched *w,
					 enum vpnalg_evidence *evidence)
{
	struct opinion opinion = { .standing = STANDING_NONE };
	struct ipsec_walk walk = { .remote = remote };
	struct hearing hearing = { .all = 0 };
	struct vpnalg_record *host;

	if (!w->fresh && w->count < 2)
		return NULL;
	while ((host = next_candidate(translator, &walk, w)) != NULL) {
		stand(translator, host, w, &opinion);
		hear(&hearing, host, &opinion);
	}
	return decide(translator, remote, &hearing, w, evidence);
}
