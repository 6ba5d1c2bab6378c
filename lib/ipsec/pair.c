/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs an inbound SPI with its inside host. Both ends choose their SPIs inside
 * encrypted messages, so whose an SPI is must be found out. */
#include "ipsec.h"

/* So many packets in doubt, and a pair made just before is doubted too. */
#define CONTEST_COUNT 3

/* Bounds what one host can make the store hold. */
#define INBOUND_MAX 1024

/* An SPI that goes on beside another is not the one that follows it. */
#define PARALLEL_MS 10000

/* While nothing else is known of a remote's packets. */
#define USUAL_GAP_MS 100
#define USUAL_SPREAD_MS 25

/* Unpairing */

static void forget_inbound(struct ipsec_host *h, unsigned index)
{
	for (; index + 1 < IPSEC_YOUNGEST; index++)
		h->in[index] = h->in[index + 1];
	h->in[index].spi = 0;
}

/* What the youngest one was to replace goes on. */
static void is_youngest_again(struct vpnalg *translator,
			      struct vpnalg_record *host)
{
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	struct ipsec_in *in;

	if (sa == NULL)
		return;
	in = vpnalg_session_body(translator, sa);
	in->old = 0;
	vpnalg_session_changed(translator, sa);
}

void vpnalg_ipsec_pair_undo(struct vpnalg *translator,
			    struct vpnalg_record *host, unsigned index)
{
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, index);

	if (sa != NULL)
		vpnalg_session_close(translator, sa);
	forget_inbound(vpnalg_ipsec_host_body(translator, host), index);
	vpnalg_session_changed(translator, host);
	if (index == 0)
		is_youngest_again(translator, host);
}

/* Room */

/* Anybody can send with an SPI of his own making: one that nothing has
 * announced is kept only once the SPI before it has been silent, and takes its
 * place unless traffic both ways has confirmed that one. What comes beside a
 * living SPI may be for a host that is not known yet. Returns false if there is
 * no room now. */
static bool has_room(struct vpnalg *translator, struct vpnalg_record *host,
		     bool announced, bool *replaces)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	const struct ipsec_in *in;

	*replaces = false;
	if (h->inbound >= INBOUND_MAX)
		return false;
	if (announced || sa == NULL)
		return true;
	in = vpnalg_session_body(translator, sa);
	*replaces = !in->confirmed;
	return ipsec_now(translator) - in->seen > PARALLEL_MS;
}

/* Pairing */

static enum vpnalg_result open_inbound(struct vpnalg_step *step,
				       struct vpnalg_record *host, uint32_t spi,
				       struct vpnalg_record **sa)
{
	struct vpnalg_tuple inside, outside;
	struct vpnalg_opening opening = {
		.kind = IPSEC_KIND_IN,
		.space = ESP_PROTOCOL,
		.id = spi,
		.least = spi,
		.greatest = spi,
		.keep = true,
		.lifetime =
			vpnalg_session_timers(step->translator)->esp_unpaired,
	};

	/* It lives no longer than its host, which does not know of it later. */
	if (host->deadline - step->now < opening.lifetime)
		opening.lifetime = (uint32_t)(host->deadline - step->now);
	vpnalg_session_tuple(step->translator, host, VPNALG_INSIDE_OWN,
			     &inside);
	vpnalg_session_tuple(step->translator, host, VPNALG_OUTSIDE_OWN,
			     &outside);
	opening.zone = inside.zone;
	opening.inside = inside.local;
	opening.remote = inside.remote;
	opening.outside = outside.local;
	return vpnalg_session_open(step, &opening, sa);
}

/* The pair before goes on to be listened to: if it does not end, this one may
 * be wrong. The remote sends with this one as it did with that. */
static void succeed(struct vpnalg *translator, struct vpnalg_record *old,
		    struct ipsec_in *young)
{
	struct ipsec_in *in;

	young->gap = USUAL_GAP_MS;
	young->spread = USUAL_SPREAD_MS;
	if (old == NULL)
		return;
	in = vpnalg_session_body(translator, old);
	in->old = 1;
	vpnalg_session_changed(translator, old);
	young->gap = in->gap;
	young->spread = in->spread;
}

/* What it sends with may live longer, too, from the next packet on. */
static void prolong_outbound(struct vpnalg *translator,
			     struct vpnalg_record *host)
{
	struct vpnalg_record *outbound =
		vpnalg_ipsec_host_outbound(translator, host);
	struct ipsec_out *out;

	if (outbound == NULL)
		return;
	out = vpnalg_session_body(translator, outbound);
	out->paired = 1;
	vpnalg_session_changed(translator, outbound);
}

static void note(struct vpnalg *translator, struct vpnalg_record *remote,
		 struct vpnalg_record *host, uint32_t spi, uint32_t first)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	unsigned i;

	for (i = IPSEC_YOUNGEST - 1; i > 0; i--)
		h->in[i] = h->in[i - 1];
	h->in[0].spi = spi;
	h->in[0].first = first;
	h->flags &= (uint16_t) ~(IPSEC_HOST_PENDING | IPSEC_HOST_SUSPECTED |
				 IPSEC_HOST_INITIAL | IPSEC_HOST_HELD);
	h->inbound++;
	h->held = 0;
	h->unheard = 0;
	if (h->pending > 0)
		h->pending--;
	vpnalg_session_changed(translator, host);
	prolong_outbound(translator, host);
	if (remote == NULL)
		return;
	vpnalg_ipsec_remote_settle(translator, remote,
				   vpnalg_ipsec_host_id(translator, host));
	if (h->pending > 0) /* another one is to come */
		vpnalg_ipsec_candidate_update(translator, host);
	else
		vpnalg_ipsec_candidate_fulfil(translator, remote, host);
}

/* An exchange of the host's has announced it, or it is a candidate. */
static bool is_announced(struct vpnalg *translator, struct vpnalg_record *host)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *block;

	return h->pending > 0 ||
	       (h->flags & IPSEC_HOST_ANSWERED &&
		ipsec_is_after(h->asked, h->in[0].first)) ||
	       vpnalg_ipsec_candidate_of(translator, host, &block) != NULL;
}

static enum vpnalg_result pair(struct vpnalg_step *step,
			       struct vpnalg_record *remote,
			       struct vpnalg_record *host, uint32_t first,
			       enum vpnalg_evidence evidence)
{
	bool lone = evidence == VPNALG_EVIDENCE_ALONE;
	struct vpnalg *translator = step->translator;
	uint32_t spi = vpnalg_get32(step->parsed->l4 + ESP_SPI_OFF);
	struct vpnalg_record *sa;
	enum vpnalg_result result;
	struct ipsec_in *in;
	bool replaces;

	/* Of several hosts only a candidate gets a pair, or one that is shown. */
	if (!has_room(translator, host, !lone || is_announced(translator, host),
		      &replaces))
		return VPNALG_DROP_UNPAIRED;
	result = open_inbound(step, host, spi, &sa);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (replaces)
		vpnalg_ipsec_pair_undo(translator, host, 0);
	in = vpnalg_session_body(translator, sa);
	succeed(translator, vpnalg_ipsec_host_inbound(translator, host, 0), in);
	in->seen = ipsec_now(translator);
	in->evidence = (unsigned)evidence & 0xf;
	in->trust = IPSEC_TRUST_NEW;
	note(translator, remote, host, spi, first);
	vpnalg_session_changed(translator, sa);
	vpnalg_session_notify(translator, sa, VPNALG_EVENT_PAIRED,
			      (uint8_t)evidence);
	step->record = sa;
	return VPNALG_TRANSLATED;
}

/* Nobody stands out, or somebody only because no other is left. */
static bool is_odd(const struct ipsec_candidate *host,
		   const struct ipsec_unclaimed *w,
		   enum vpnalg_evidence evidence)
{
	return host == NULL ? w->count == CONTEST_COUNT
			    : evidence == VPNALG_EVIDENCE_EXPECTED;
}

/* By a probe that was answered, or by what the wire shows. NULL if that is not
 * plain; then without evidence if there is none. */
static const struct ipsec_candidate *find_owner(struct vpnalg *translator,
						struct ipsec_blocks *blocks,
						struct ipsec_unclaimed *w,
						enum vpnalg_evidence *evidence)
{
	const struct ipsec_candidate *owner =
		vpnalg_ipsec_probe_answered(blocks, w);

	*evidence = VPNALG_EVIDENCE_ANSWERED;
	if (owner == NULL)
		owner = vpnalg_ipsec_judge(translator, blocks, w, evidence);
	return owner;
}

/* A host that is alone with its remote gets whatever comes from there, with
 * room for a pair or without. */
static enum vpnalg_result pair_lone(struct vpnalg_step *step,
				    struct vpnalg_record *remote,
				    struct vpnalg_record *host)
{
	enum vpnalg_result result;

	if (host == NULL)
		return VPNALG_DROP_UNPAIRED;
	result = pair(step, remote, host, ipsec_now(step->translator),
		      VPNALG_EVIDENCE_ALONE);
	if (result != VPNALG_DROP_UNPAIRED)
		return result;
	step->record = host;
	return VPNALG_TRANSLATED;
}

/* Several hosts may own it; the SPI is kept as unclaimed one. */
static enum vpnalg_result pair_one_of(struct vpnalg_step *step,
				      struct ipsec_blocks *blocks,
				      struct ipsec_unclaimed *w)
{
	struct vpnalg *translator = step->translator;
	const struct ipsec_candidate *owner;
	enum vpnalg_evidence evidence;
	struct vpnalg_record *host;
	enum vpnalg_result result;
	unsigned place = 1;

	owner = find_owner(translator, blocks, w, &evidence);
	if (is_odd(owner, w, evidence) &&
	    vpnalg_ipsec_repair_contested(translator, blocks, w))
		return VPNALG_DROP_UNPAIRED;
	if (owner == NULL) {
		step->record =
			vpnalg_ipsec_probe(translator, blocks, w,
					   evidence != VPNALG_EVIDENCE_NONE);
		return step->record != NULL ? VPNALG_TRANSLATED
					    : VPNALG_DROP_UNPAIRED;
	}
	host = vpnalg_ipsec_host_alive(translator, ipsec_remote(blocks),
				       owner->id);
	if (host == NULL) {
		while (ipsec_candidate_at(blocks, place) != owner)
			place++;
		vpnalg_ipsec_candidate_clear(translator, blocks, place);
		return VPNALG_DROP_UNPAIRED;
	}
	result = pair(step, ipsec_remote(blocks), host, w->first, evidence);
	if (result == VPNALG_TRANSLATED)
		w->spi = 0;
	return result;
}

/* So many others are unclaimed that there is no place for it. */
static enum vpnalg_result probe_any(struct vpnalg_step *step,
				    struct ipsec_blocks *blocks)
{
	step->record = vpnalg_ipsec_probe_any(step->translator, blocks);
	return step->record != NULL ? VPNALG_TRANSLATED : VPNALG_DROP_UNPAIRED;
}

/* From outside, with an SPI that is nobody's yet; step->record is the remote. */
enum vpnalg_result vpnalg_ipsec_pair_unknown(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = step->record;
	struct ipsec_blocks blocks;
	struct ipsec_unclaimed *w;
	enum vpnalg_result result;
	unsigned place;

	step->kind = IPSEC_KIND_IN;
	if (remote->children == 1)
		return pair_lone(step, remote,
				 vpnalg_ipsec_remote_lone(translator, remote));
	vpnalg_ipsec_remote_load(translator, remote, &blocks);
	w = vpnalg_ipsec_unclaimed_seen(step, &blocks, &place);
	if (w == NULL)
		return probe_any(step, &blocks);
	result = pair_one_of(step, &blocks, w);
	vpnalg_session_changed(
		translator, blocks.unclaimed_blocks[place / IPSEC_UNCLAIMED]);
	return result;
}

/* The SA is not its host's, as another one shows. */
static void take_from(struct vpnalg *translator, struct vpnalg_record *sa)
{
	struct vpnalg_record *wrong = vpnalg_ipsec_host_find(translator, sa);
	struct vpnalg_tuple tuple;
	unsigned i = IPSEC_YOUNGEST;

	vpnalg_session_tuple(translator, sa, VPNALG_INSIDE_OWN, &tuple);
	vpnalg_session_notify(translator, sa, VPNALG_EVENT_UNPAIRED,
			      VPNALG_EVIDENCE_NONE);
	if (wrong != NULL)
		for (i = 0; i < IPSEC_YOUNGEST; i++)
			if (vpnalg_ipsec_host_body(translator, wrong)
				    ->in[i]
				    .spi == tuple.id)
				break;
	if (i < IPSEC_YOUNGEST)
		vpnalg_ipsec_pair_undo(translator, wrong, i);
	else
		vpnalg_session_close(translator, sa);
}

/* Seen in its inside form: the address tells. */
enum vpnalg_result vpnalg_ipsec_pair_shown(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host = vpnalg_ipsec_host_shown(step);
	struct vpnalg_record *remote, *sa;

	if (host == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (vpnalg_ipsec_probe_shown(step, host)) {
		step->record = host;
		return VPNALG_TRANSLATED;
	}
	remote = vpnalg_ipsec_remote_of(translator, host);
	if (remote != NULL && remote->children == 1)
		return pair_lone(step, remote, host);
	sa = vpnalg_session_beside(
		translator, host, VPNALG_OUTSIDE_OWN, ESP_PROTOCOL,
		vpnalg_get32(step->parsed->l4 + ESP_SPI_OFF), 0);
	if (sa != NULL)
		take_from(translator, sa);
	/* It has been given to the host already, with a pair or without. */
	if (pair(step, remote, host, ipsec_now(translator),
		 VPNALG_EVIDENCE_SHOWN) != VPNALG_TRANSLATED)
		step->record = host;
	return VPNALG_TRANSLATED;
}
