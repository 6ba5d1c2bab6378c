/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs that evidence speaks against are taken apart, and what is left is
 * judged anew: the host stays expected, the SPI goes to another. */
#include "ipsec.h"

/* What the host received before may be overtaken for so long. */
#define OVERTAKEN_MS 60

/* After that its end or its going on says nothing. */
#define CONTRADICTION_MS 5000

/* A pair must have had a chance. */
#define CHANCE_MS 3000

/* A doubt is forgotten after that. */
#define DOUBT_MS 70000

/* So long after a host's good-bye something may still arrive. */
#define GOOD_BYE_MS 1000

/* What has arrived since then would keep a host from asking, had it heard it. */
#define ARRIVING_MS 5000

/* The host's youngest pair. It was expected since then. */
static void undo(struct vpnalg *translator, struct ipsec_blocks *blocks,
		 struct vpnalg_record *host, uint32_t since, uint32_t refused)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	const struct ipsec_unclaimed taken = { .spi = h->in[0].spi,
					       .first = h->in[0].first,
					       .refused = refused };
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);

	if (sa != NULL)
		vpnalg_session_notify(translator, sa, VPNALG_EVENT_UNPAIRED,
				      VPNALG_EVIDENCE_NONE);
	vpnalg_ipsec_pair_undo(translator, host, 0);
	if (h->pending < UINT8_MAX)
		h->pending++;
	vpnalg_session_changed(translator, host);
	vpnalg_ipsec_unclaimed_again(translator, blocks, &taken);
	vpnalg_ipsec_candidate_expect(translator, blocks, host, since);
}

/* The same where nothing of the remote is known yet. */
static void look_and_undo(struct vpnalg *translator, struct vpnalg_record *host,
			  uint32_t refused)
{
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	struct ipsec_blocks blocks;

	if (remote == NULL)
		return;
	vpnalg_ipsec_remote_load(translator, remote, &blocks);
	undo(translator, &blocks, host,
	     vpnalg_ipsec_host_body(translator, host)->in[0].first, refused);
}

static bool was_guessed(const struct ipsec_in *in)
{
	switch (in->evidence) {
	case VPNALG_EVIDENCE_EXPECTED:
	case VPNALG_EVIDENCE_CONTINUED:
	case VPNALG_EVIDENCE_RESUMED:
	case VPNALG_EVIDENCE_CONNECTED:
		return true;
	default:
		return false;
	}
}

/* The host may have begun to send by chance when it was probed. */
static bool may_be_wrong(const struct ipsec_in *in)
{
	return was_guessed(in) || in->evidence == VPNALG_EVIDENCE_ANSWERED;
}

/* An SA that a younger one was to replace is still used. If the younger one
 * came without any doubt, the host has two; else it is another host's. */
void vpnalg_ipsec_repair_contradicted(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);
	struct ipsec_in *old = vpnalg_session_body(translator, step->record);
	struct vpnalg_record *young;
	struct ipsec_in *in;
	uint32_t age, first;

	if (host == NULL)
		return;
	young = vpnalg_ipsec_host_inbound(translator, host, 0);
	in = young != NULL ? vpnalg_session_body(translator, young) : NULL;
	first = vpnalg_ipsec_host_body(translator, host)->in[0].first;
	age = ipsec_now(translator) - first;
	if (in == NULL || young == step->record || !was_guessed(in) ||
	    in->confirmed || age > CONTRADICTION_MS ||
	    vpnalg_ipsec_host_has_several(translator, host)) {
		old->old = 0;
		vpnalg_session_changed(translator, step->record);
		return;
	}
	if (age < OVERTAKEN_MS)
		return;
	old->old = 0;
	vpnalg_session_changed(translator, step->record);
	look_and_undo(translator, host, 0);
}

static bool may_be_others(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct ipsec_blocks blocks;

	return vpnalg_ipsec_remote_load_candidates(translator, host, &blocks) &&
	       vpnalg_ipsec_judge_doubts(
		       &blocks, vpnalg_ipsec_host_id(translator, host),
		       vpnalg_ipsec_host_body(translator, host)->in[0].first);
}

static void refuse(struct vpnalg *translator, struct vpnalg_record *host)
{
	look_and_undo(translator, host, vpnalg_ipsec_host_id(translator, host));
}

/* The host does not hear the remote, though something arrives for it. Once may
 * be about something else. */
void vpnalg_ipsec_repair_doubted(struct vpnalg_step *step,
				 struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	uint32_t now = ipsec_now(translator), before = now - h->suspected;
	bool again = h->flags & IPSEC_HOST_SUSPECTED && before < DOUBT_MS;
	struct ipsec_in *in;

	if (remote == NULL || remote->children < 2 || sa == NULL)
		return;
	in = vpnalg_session_body(translator, sa);
	if (!may_be_wrong(in) || now - in->seen > ARRIVING_MS ||
	    now - h->in[0].first < CHANCE_MS ||
	    (again && before < CHANCE_MS)) /* sent again */
		return;
	if (again) {
		refuse(translator, host);
		return;
	}
	h->flags |= IPSEC_HOST_SUSPECTED;
	h->suspected = now;
	vpnalg_session_changed(translator, host);
	if (was_guessed(in) && may_be_others(translator, host))
		in->suspect = 1;
	vpnalg_session_changed(translator, sa);
}

/* If the host had said good-bye, the remote would have stopped. */
bool vpnalg_ipsec_repair_goes_on(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_in *in = vpnalg_session_body(translator, step->record);
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);

	if (host == NULL ||
	    ipsec_now(translator) - vpnalg_ipsec_host_body(translator, host)
					    ->suspected <
		    GOOD_BYE_MS)
		return false;
	in->suspect = 0;
	vpnalg_session_changed(translator, step->record);
	if (vpnalg_ipsec_host_inbound(translator, host, 0) != step->record ||
	    !may_be_others(translator, host))
		return false;
	refuse(translator, host);
	return true;
}

/* Reviews */

/* What comes within that is an answer. */
#define ANSWERED_MS 350

/* How much a pair gains by what agrees, and loses by what does not. */
enum { GAIN = 1, LOSS = 2 };

/* So much trust above that of a new pair is traffic both ways, for a while. */
#define CONFIRMED_GAIN 2

static void gain(struct vpnalg *translator, struct vpnalg_record *sa,
		 bool begins)
{
	struct ipsec_in *in = vpnalg_session_body(translator, sa);

	if (begins || !in->confirmed)
		in->trust = (in->trust + GAIN) & 0xf;
	if (in->trust >= IPSEC_TRUST_NEW + CONFIRMED_GAIN)
		in->confirmed = 1;
	vpnalg_session_changed(translator, sa);
}

/* Returns the ID of a host that hears nothing, and began to send within the
 * time that an answer takes and later than `sent`; or 0. */
static uint32_t find_better(const struct ipsec_blocks *blocks, uint32_t but,
			    uint32_t sent)
{
	const struct ipsec_unclaimed w = { .refused = but };
	const struct ipsec_candidate *c;
	unsigned place;

	for (place = 1; place < blocks->candidates; place++) {
		c = ipsec_candidate_at(blocks, place);
		if (c->has_resumed && blocks->now - c->resumed <= ANSWERED_MS &&
		    ipsec_is_after(c->resumed, sent) && ipsec_may_own(c, &w))
			return c->id;
	}
	return 0;
}

/* The SA is not its host's. It begins anew with the packet at hand: that is what
 * another host's sending agrees with. */
static void take_back(struct vpnalg *translator, struct ipsec_blocks *blocks,
		      struct vpnalg_record *host, struct vpnalg_record *sa)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct ipsec_unclaimed w = { .first = ipsec_now(translator),
				     .refused = vpnalg_ipsec_host_id(translator,
								     host) };
	struct vpnalg_tuple tuple;
	unsigned i;

	vpnalg_session_tuple(translator, sa, VPNALG_INSIDE_OWN, &tuple);
	if (h->in[0].spi == tuple.id) {
		h->in[0].first = w.first;
		undo(translator, blocks, host, h->in[0].first,
		     vpnalg_ipsec_host_id(translator, host));
		return;
	}
	w.spi = tuple.id;
	vpnalg_session_notify(translator, sa, VPNALG_EVENT_UNPAIRED,
			      VPNALG_EVIDENCE_NONE);
	for (i = 1; i < IPSEC_YOUNGEST && h->in[i].spi != w.spi; i++)
		;
	if (i < IPSEC_YOUNGEST)
		vpnalg_ipsec_pair_undo(translator, host, i);
	else
		vpnalg_session_close(translator, sa);
	vpnalg_ipsec_candidate_update(translator, host);
	vpnalg_ipsec_unclaimed_again(translator, blocks, &w);
}

/* A host's SPIs that go on side by side for so long are not an old one and the
 * one that follows it. */
#define SURPLUS_MS 3000

/* How many hosts are looked at for one that hears nothing. */
#define SURPLUS_HOSTS 3

/* Returns the one of two SPIs that is less certain, if both are in use; or
 * NULL. */
static struct vpnalg_record *find_surplus(struct vpnalg *translator,
					  struct vpnalg_record *host)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t now = ipsec_now(translator);
	struct vpnalg_record *young, *old;
	const struct ipsec_in *y, *o;

	young = vpnalg_ipsec_host_inbound(translator, host, 0);
	old = vpnalg_ipsec_host_inbound(translator, host, 1);
	if (young == NULL || old == NULL || now - h->in[0].first < SURPLUS_MS ||
	    vpnalg_ipsec_host_has_several(translator, host))
		return NULL;
	y = vpnalg_session_body(translator, young);
	o = vpnalg_session_body(translator, old);
	if (now - y->seen > IPSEC_SILENCE_MS ||
	    now - o->seen > IPSEC_SILENCE_MS)
		return NULL;
	if (o->trust < y->trust)
		return old;
	return y->trust < IPSEC_TRUST_FULL ? young : NULL;
}

/* A host hears nothing: of another one that hears with two SPIs at once, though
 * it sends with one SA, one is taken back. The other hosts are looked at in
 * turn. */
void vpnalg_ipsec_repair_surplus(struct vpnalg *translator,
				 struct ipsec_blocks *blocks,
				 struct vpnalg_record *deaf)
{
	struct vpnalg_record *host, *sa;
	unsigned i;

	for (i = 0; i < SURPLUS_HOSTS; i++) {
		host = vpnalg_ipsec_remote_turn(translator,
						ipsec_remote(blocks));
		if (host == NULL)
			return;
		sa = host != deaf ? find_surplus(translator, host) : NULL;
		if (sa == NULL)
			continue;
		take_back(translator, blocks, host, sa);
		vpnalg_ipsec_candidate_expect(translator, blocks, deaf,
					      ipsec_now(translator));
		return;
	}
}

/* The pair is rather that other host's. Returns whether it was undone. */
static bool lose(struct vpnalg_step *step, struct ipsec_blocks *blocks,
		 struct vpnalg_record *host, uint32_t better)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = ipsec_remote(blocks);
	struct ipsec_in *in = vpnalg_session_body(translator, step->record);
	struct vpnalg_record *other =
		vpnalg_ipsec_host_alive(translator, remote, better);

	if (other == NULL)
		return false;
	if (in->trust > LOSS) {
		in->trust = (in->trust - LOSS) & 0xf;
		vpnalg_session_changed(translator, step->record);
		return false;
	}
	vpnalg_ipsec_remote_load(translator, remote, blocks);
	take_back(translator, blocks, host, step->record);
	vpnalg_ipsec_candidate_expect(translator, blocks, other, blocks->now);
	step->record = remote;
	return true;
}

/* Packets begin, and the host has not just sent, or has just begun to. Another
 * one that hears nothing may have begun to send later than that. */
static bool is_anothers(struct vpnalg_step *step, struct vpnalg_record *host,
			uint32_t sent)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_blocks blocks;
	uint32_t better;

	if (!vpnalg_ipsec_remote_load_candidates(translator, host, &blocks) ||
	    ipsec_remote(&blocks)->children < 2)
		return false;
	better = find_better(&blocks, vpnalg_ipsec_host_id(translator, host),
			     sent);
	return better != 0 && lose(step, &blocks, host, better);
}

/* Returns whether the host began to send just now. */
static bool has_just_resumed(const struct ipsec_host *h, uint32_t now)
{
	return h->flags & IPSEC_HOST_RESUMED && now - h->resumed <= ANSWERED_MS;
}

/* A lone packet that came just after the host had connected has made the pair. The
 * host has never sent anything, not even an answer: the packet may as well have
 * been for another host that has connected, and waits for the remote to begin.
 * Returns whether the pair was undone; when it began says nothing any more.
 * `before` is when the packet before came. */
static bool was_unanswered(struct vpnalg_step *step, struct vpnalg_record *host,
			   uint32_t before)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	const struct ipsec_in *in =
		vpnalg_session_body(translator, step->record);
	uint32_t now = ipsec_now(translator);

	if (in->evidence != VPNALG_EVIDENCE_CONNECTED ||
	    before != h->in[0].first || now - before <= ANSWERED_MS ||
	    vpnalg_ipsec_host_inbound(translator, host, 0) != step->record ||
	    !may_be_others(translator, host))
		return false;
	h->in[0].first = now;
	look_and_undo(translator, host, 0);
	return true;
}

/* A packet has come that is not the next one of a flow: what its host sends
 * agrees with it, or another host's sending agrees better. Returns whether the
 * pair was undone. `before` is when the packet before came. */
bool vpnalg_ipsec_repair_review(struct vpnalg_step *step, uint32_t before)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);
	uint32_t now = ipsec_now(translator), sent;
	bool ever = true, agrees, resumed,
	     begins = now - before > IPSEC_SILENCE_MS;
	const struct ipsec_host *h;

	if (host == NULL)
		return false;
	h = vpnalg_ipsec_host_body(translator, host);
	resumed = has_just_resumed(h, now);
	if (resumed) {
		sent = h->resumed;
		agrees = true;
	} else {
		sent = vpnalg_ipsec_host_sent(translator, host, &ever);
		agrees = ever && (now - sent <= ANSWERED_MS ||
				  sent - before <= ANSWERED_MS);
	}
	if (!ever && was_unanswered(step, host, before))
		return true;
	if (begins && (resumed || !agrees) &&
	    is_anothers(step, host, agrees ? sent : now - ANSWERED_MS - 1))
		return true;
	if (agrees)
		gain(translator, step->record, begins);
	return false;
}

/* The host got an SPI, and now one has begun that fits as well. Whose is which
 * is open again, if the first may be anybody else's. */
static bool contest(struct vpnalg *translator, struct ipsec_blocks *blocks,
		    const struct ipsec_since *paired,
		    const struct ipsec_unclaimed *w)
{
	struct vpnalg_record *host = vpnalg_ipsec_host_alive(
		translator, ipsec_remote(blocks), paired->id);
	const struct ipsec_host *h;
	const struct ipsec_in *in;
	struct vpnalg_record *sa;

	if (host == NULL)
		return false;
	h = vpnalg_ipsec_host_body(translator, host);
	sa = vpnalg_ipsec_host_inbound(translator, host, 0);
	if (sa == NULL || w->began - h->in[0].first > IPSEC_RIVAL_MS)
		return false;
	in = vpnalg_session_body(translator, sa);
	if (!was_guessed(in) ||
	    !vpnalg_ipsec_judge_doubts(blocks, paired->id, h->in[0].first) ||
	    !vpnalg_ipsec_judge_fits(translator, blocks, host, w))
		return false;
	undo(translator, blocks, host, paired->since, 0);
	return true;
}

bool vpnalg_ipsec_repair_contested(struct vpnalg *translator,
				   struct ipsec_blocks *blocks,
				   const struct ipsec_unclaimed *w)
{
	const struct ipsec_remote *r =
		vpnalg_ipsec_remote_body(translator, ipsec_remote(blocks));
	bool contested = false;
	unsigned i;

	for (i = 0; i < IPSEC_PAIRED; i++)
		contested |= r->paired[i].id != 0 &&
			     contest(translator, blocks, &r->paired[i], w);
	return contested;
}
