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
static void undo(struct vpnalg *translator, struct vpnalg_record *host,
		 uint32_t since, uint32_t refused)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t spi = h->in[0].spi, first = h->in[0].first;
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);

	if (sa != NULL)
		vpnalg_session_tell(translator, sa, VPNALG_EVENT_UNPAIRED,
				    VPNALG_EVIDENCE_NONE);
	vpnalg_ipsec_pair_undo(translator, host, 0);
	if (h->pending == 0)
		h->pending = 1;
	vpnalg_session_changed(translator, host);
	if (remote == NULL)
		return;
	vpnalg_ipsec_unclaimed_again(
		translator, remote,
		&(struct ipsec_unclaimed){
			.spi = spi, .first = first, .refused = refused });
	vpnalg_ipsec_remote_expect(translator, remote, host, since);
}

static bool was_guessed(const struct ipsec_in *in)
{
	switch (in->evidence) {
	case VPNALG_EVIDENCE_EXPECTED:
	case VPNALG_EVIDENCE_CONTINUED:
	case VPNALG_EVIDENCE_WOKE:
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
	undo(translator, host, first, 0);
}

static bool may_be_others(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);

	return remote != NULL &&
	       vpnalg_ipsec_judge_doubts(
		       translator, remote,
		       vpnalg_ipsec_host_id(translator, host),
		       vpnalg_ipsec_host_body(translator, host)->in[0].first);
}

static void refuse(struct vpnalg *translator, struct vpnalg_record *host)
{
	undo(translator, host,
	     vpnalg_ipsec_host_body(translator, host)->in[0].first,
	     vpnalg_ipsec_host_id(translator, host));
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
	    ipsec_now(translator) -
			    vpnalg_ipsec_host_body(translator, host)->suspected <
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

/* Returns a host that hears nothing, and began to send within the time that an
 * answer takes and later than `sent`; or NULL. */
static struct vpnalg_record *find_better(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 struct vpnalg_record *host,
					 uint32_t sent)
{
	const struct ipsec_unclaimed w = { .refused = vpnalg_ipsec_host_id(
						   translator, host) };
	struct ipsec_walk walk = { .remote = remote };
	struct vpnalg_record *other;
	const struct ipsec_host *o;

	while ((other = vpnalg_ipsec_judge_candidate(translator, &walk, &w)) !=
	       NULL) {
		o = vpnalg_ipsec_host_body(translator, other);
		if (o->flags & IPSEC_HOST_RESUMED &&
		    ipsec_now(translator) - o->resumed <= ANSWERED_MS &&
		    ipsec_is_after(o->resumed, sent))
			return other;
	}
	return NULL;
}

/* The SA is not its host's. */
static void take_back(struct vpnalg *translator, struct vpnalg_record *host,
		      struct vpnalg_record *sa)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	struct ipsec_unclaimed w = { .first = ipsec_now(translator),
				     .refused = vpnalg_ipsec_host_id(translator,
								     host) };
	struct vpnalg_tuple tuple;
	unsigned i;

	vpnalg_session_tuple(translator, sa, VPNALG_INSIDE_OWN, &tuple);
	if (h->in[0].spi == tuple.id) {
		undo(translator, host, h->in[0].first,
		     vpnalg_ipsec_host_id(translator, host));
		return;
	}
	w.spi = tuple.id;
	vpnalg_session_tell(translator, sa, VPNALG_EVENT_UNPAIRED,
			    VPNALG_EVIDENCE_NONE);
	for (i = 1; i < IPSEC_YOUNGEST && h->in[i].spi != w.spi; i++)
		;
	if (i < IPSEC_YOUNGEST)
		vpnalg_ipsec_pair_undo(translator, host, i);
	else
		vpnalg_session_close(translator, sa);
	if (remote != NULL)
		vpnalg_ipsec_unclaimed_again(translator, remote, &w);
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
				 struct vpnalg_record *remote,
				 struct vpnalg_record *deaf)
{
	struct vpnalg_record *host, *sa;
	unsigned i;

	for (i = 0; i < SURPLUS_HOSTS; i++) {
		host = vpnalg_ipsec_remote_turn(translator, remote);
		if (host == NULL)
			return;
		sa = host != deaf ? find_surplus(translator, host) : NULL;
		if (sa == NULL)
			continue;
		take_back(translator, host, sa);
		vpnalg_ipsec_remote_expect(translator, remote, deaf,
					   ipsec_now(translator));
		return;
	}
}

/* A packet has come that is not the next one of a flow: what its host sends
 * agrees with it, or another host's sending agrees better. Returns whether the
 * pair was undone. `before` is when the packet before came. */
bool vpnalg_ipsec_repair_review(struct vpnalg_step *step, uint32_t before)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, step->record);
	struct ipsec_in *in = vpnalg_session_body(translator, step->record);
	uint32_t now = ipsec_now(translator), sent;
	bool ever, agrees, begins = now - before > IPSEC_SILENCE_MS;
	struct vpnalg_record *better = NULL;

	if (host == NULL || remote == NULL)
		return false;
	sent = vpnalg_ipsec_host_sent(translator, host, &ever);
	agrees = ever &&
		 (now - sent <= ANSWERED_MS || sent - before <= ANSWERED_MS);
	if (begins && remote->children > 1)
		better = find_better(translator, remote, host,
				     agrees ? sent : now - ANSWERED_MS - 1);
	if (better == NULL) {
		if (agrees)
			gain(translator, step->record, begins);
		return false;
	}
	if (in->trust > LOSS) {
		in->trust = (in->trust - LOSS) & 0xf;
		vpnalg_session_changed(translator, step->record);
		return false;
	}
	take_back(translator, host, step->record);
	vpnalg_ipsec_remote_expect(translator, remote, better, now);
	step->record = remote;
	return true;
}

/* The host got an SPI, and now one has begun that fits as well. Whose is which
 * is open again, if the first may be anybody else's. */
static bool contest(struct vpnalg *translator, struct vpnalg_record *remote,
		    const struct ipsec_candidate *paired,
		    const struct ipsec_unclaimed *w)
{
	struct vpnalg_record *host =
		vpnalg_ipsec_host_by_id(translator, remote, paired->id);
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
	if (!was_guessed(in) || !may_be_others(translator, host) ||
	    !vpnalg_ipsec_judge_fits(translator, host, w))
		return false;
	undo(translator, host, paired->since, 0);
	return true;
}

bool vpnalg_ipsec_repair_contested(struct vpnalg *translator,
				   struct vpnalg_record *remote,
				   const struct ipsec_unclaimed *w)
{
	const struct ipsec_remote *r =
		vpnalg_ipsec_remote_body(translator, remote);
	bool contested = false;
	unsigned i;

	for (i = 0; i < IPSEC_PAIRED; i++)
		contested |= r->paired[i].id != 0 &&
			     contest(translator, remote, &r->paired[i], w);
	return contested;
}
