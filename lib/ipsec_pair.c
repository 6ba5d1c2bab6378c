/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs an inbound SPI with its inside host. Both ends choose their SPIs inside
 * encrypted messages, so whose an SPI is must be found out. */
#include "ipsec.h"

/* So many packets in doubt, and a pair made just before is doubted too. */
#define CONTEST_COUNT 3

/* While nothing else is known of a remote's packets. */
#define USUAL_GAP_MS 100
#define USUAL_SPREAD_MS 25

/* Unpairing */

static void forget_inbound(struct ipsec_host *h, unsigned index)
{
	for (; index + 1 < IPSEC_INBOUND; index++)
		h->in[index] = h->in[index + 1];
	h->in[index].spi = 0;
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
}

/* Room */

/* Where there are too many, the youngest that nothing has confirmed gives way;
 * with an exchange of the host's own behind it, else the one that was silent
 * for the longest time. */
static bool gives_way(const struct ipsec_in *in, const struct ipsec_in *other,
		      bool backed)
{
	bool a = in->flags & IPSEC_IN_CONFIRMED;
	bool b = other->flags & IPSEC_IN_CONFIRMED;

	if (a != b)
		return b;
	return backed && a && ipsec_is_after(other->seen, in->seen);
}

/* Which one has to go, if any; false if none may. */
static bool find_room(struct vpnalg *translator, struct vpnalg_record *host,
		      bool backed, unsigned *victim)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	const struct ipsec_in *in, *first = NULL;
	struct vpnalg_record *sa;
	unsigned i = 0;

	while (i < IPSEC_INBOUND && h->in[i].spi != 0) {
		sa = vpnalg_ipsec_host_inbound(translator, host, i);
		if (sa == NULL) {
			forget_inbound(h, i);
			continue;
		}
		in = vpnalg_session_body(translator, sa);
		if (first == NULL || gives_way(in, first, backed)) {
			first = in;
			*victim = i;
		}
		i++;
	}
	if (i < IPSEC_INBOUND)
		*victim = IPSEC_INBOUND;
	return i < IPSEC_INBOUND || backed ||
	       !(first->flags & IPSEC_IN_CONFIRMED);
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
	in->flags |= IPSEC_IN_OLD;
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
	out->lifetime = vpnalg_ipsec_host_lifetime(translator, host);
	vpnalg_session_changed(translator, outbound);
}

static void note(struct vpnalg *translator, struct vpnalg_record *host,
		 uint32_t spi, uint32_t first)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	uint32_t handle = vpnalg_ipsec_host_handle(translator, host);
	struct ipsec_walk walk = { 0 };
	struct ipsec_expecting *e;
	unsigned i;

	for (i = IPSEC_INBOUND - 1; i > 0; i--)
		h->in[i] = h->in[i - 1];
	h->in[0].spi = spi;
	h->in[0].first = first;
	h->flags &= (uint16_t)~(IPSEC_HOST_OPEN | IPSEC_HOST_AHEAD |
			       IPSEC_HOST_DOUBTED | IPSEC_HOST_NEW |
			       IPSEC_HOST_WAITS);
	if (h->flags & IPSEC_HOST_ASKED &&
	    (h->out_spi == 0 || ipsec_is_after(h->asked, h->out_since)))
		h->flags |= IPSEC_HOST_AHEAD;
	h->waits = 0;
	vpnalg_session_changed(translator, host);
	prolong_outbound(translator, host);
	if (remote == NULL)
		return;
	vpnalg_ipsec_remote_settle(translator, remote, handle);
	walk.remote = remote;
	e = vpnalg_ipsec_remote_expected(translator, &walk, handle);
	if (e == NULL)
		return;
	vpnalg_ipsec_watch_doubt(translator, remote, host, e->since);
	vpnalg_ipsec_remote_fulfil(translator, &walk, e);
}

/* An exchange of the host's has announced it. */
static bool is_backed(struct vpnalg *translator, struct vpnalg_record *host)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);
	uint32_t handle = vpnalg_ipsec_host_handle(translator, host);
	struct ipsec_walk walk = { .remote = remote };

	if (h->flags & IPSEC_HOST_DONE &&
	    ipsec_is_after(h->asked, h->in[0].first))
		return true;
	return remote != NULL &&
	       vpnalg_ipsec_remote_expected(translator, &walk, handle) != NULL;
}

static enum vpnalg_result pair(struct vpnalg_step *step,
			       struct vpnalg_record *host, uint32_t first,
			       enum vpnalg_evidence evidence)
{
	struct vpnalg *translator = step->translator;
	uint32_t spi = vpnalg_get32(step->facts->l4 + ESP_SPI_OFF);
	struct vpnalg_record *sa;
	enum vpnalg_result result;
	struct ipsec_in *in;
	unsigned victim = IPSEC_INBOUND;

	if (!find_room(translator, host, is_backed(translator, host),
		       &victim))
		return VPNALG_DROP_UNPAIRED;
	result = open_inbound(step, host, spi, &sa);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (victim < IPSEC_INBOUND)
		vpnalg_ipsec_pair_undo(translator, host, victim);
	in = vpnalg_session_body(translator, sa);
	succeed(translator, vpnalg_ipsec_host_inbound(translator, host, 0), in);
	in->seen = ipsec_now(translator);
	in->flags = (uint8_t)evidence;
	note(translator, host, spi, first);
	vpnalg_session_changed(translator, sa);
	vpnalg_session_tell(translator, sa, VPNALG_EVENT_PAIRED,
			    (uint8_t)evidence);
	step->record = sa;
	return VPNALG_TRANSLATED;
}

/* Nobody stands out, or somebody only because no other is left. */
static bool is_odd(const struct vpnalg_record *host,
		   const struct ipsec_watched *w, enum vpnalg_evidence evidence)
{
	return host == NULL ? w->count == CONTEST_COUNT
			    : evidence == VPNALG_EVIDENCE_EXPECTED;
}

/* Nothing tells whose the SPI is. */
static enum vpnalg_result try(struct vpnalg_step *step,
			      struct ipsec_walk *walk,
			      struct ipsec_watched *w)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_walk turn = { .remote = walk->remote };
	struct vpnalg_record *host;

	/* With the last of its hosts, whom the search has found dead, a remote
	 * and all that is watched of it are no more. */
	if (walk->remote->children == 0 ||
	    !vpnalg_ipsec_trial_is_due(translator, walk->remote, w))
		return VPNALG_DROP_UNPAIRED;
	host = vpnalg_ipsec_trial_next(translator, &turn, w);
	if (host == NULL)
		return VPNALG_DROP_UNPAIRED;
	w->tried = vpnalg_ipsec_host_handle(translator, host);
	w->tried_at = ipsec_now(translator);
	w->turn = (uint8_t)turn.place;
	if (w->trials < UINT8_MAX)
		w->trials++;
	vpnalg_session_changed(translator, walk->block);
	step->record = host;
	return VPNALG_TRANSLATED;
}

/* By a trial that was answered, by one that nobody answered, or by what the
 * wire shows. NULL if that is not plain; then without evidence if there is none. */
static struct vpnalg_record *find_owner(struct vpnalg *translator,
					struct vpnalg_record *remote,
					const struct ipsec_watched *w,
					enum vpnalg_evidence *evidence)
{
	struct vpnalg_record *host =
		vpnalg_ipsec_trial_answered(translator, remote, w);

	*evidence = VPNALG_EVIDENCE_ANSWERED;
	if (host == NULL) {
		host = vpnalg_ipsec_trial_over(translator, remote, w);
		*evidence = VPNALG_EVIDENCE_LEFT;
	}
	if (host == NULL)
		host = vpnalg_ipsec_judge(translator, remote, w, evidence);
	return host;
}

/* From outside, with an SPI that is nobody's yet; step->record is the remote. */
enum vpnalg_result vpnalg_ipsec_pair_unknown(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = step->record, *host;
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	enum vpnalg_evidence evidence = VPNALG_EVIDENCE_ALONE;
	struct ipsec_walk walk = { .remote = remote };
	struct ipsec_watched *watched;
	uint32_t first = ipsec_now(translator);
	enum vpnalg_result result;

	step->kind = IPSEC_KIND_IN;
	if (remote->children == 1) {
		host = vpnalg_ipsec_host_by_handle(translator, remote,
						   r->handles);
		return host != NULL ? pair(step, host, first, evidence)
				    : VPNALG_DROP_UNPAIRED;
	}
	watched = vpnalg_ipsec_watch(step, &walk);
	if (watched == NULL)
		return VPNALG_DROP_UNPAIRED;
	host = find_owner(translator, remote, watched, &evidence);
	if (is_odd(host, watched, evidence) &&
	    vpnalg_ipsec_repair_contested(translator, remote, watched))
		return VPNALG_DROP_UNPAIRED;
	if (host == NULL)
		return evidence == VPNALG_EVIDENCE_NONE
			       ? try(step, &walk, watched)
			       : VPNALG_DROP_UNPAIRED;
	result = pair(step, host, watched->first, evidence);
	if (result != VPNALG_TRANSLATED)
		return result;
	watched->spi = 0;
	vpnalg_session_changed(translator, walk.block);
	return VPNALG_TRANSLATED;
}

/* Seen in its inside form: the address tells. */
enum vpnalg_result vpnalg_ipsec_pair_shown(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host = vpnalg_ipsec_host_shown(step), *wrong, *sa;
	struct vpnalg_tuple outside;
	unsigned i;

	if (host == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (vpnalg_ipsec_trial_shown(step, host)) {
		step->record = host;
		return VPNALG_TRANSLATED;
	}
	vpnalg_session_tuple(translator, host, VPNALG_OUTSIDE_OWN, &outside);
	outside.id = vpnalg_get32(step->facts->l4 + ESP_SPI_OFF);
	outside.port = 0;
	sa = vpnalg_session_find(translator, &outside);
	wrong = sa != NULL ? vpnalg_ipsec_host_find(translator, sa) : NULL;
	for (i = 0; wrong != NULL && i < IPSEC_INBOUND; i++)
		if (vpnalg_ipsec_host_body(translator, wrong)->in[i].spi ==
		    outside.id) {
			vpnalg_session_tell(translator, sa,
					    VPNALG_EVENT_UNPAIRED,
					    VPNALG_EVIDENCE_NONE);
			vpnalg_ipsec_pair_undo(translator, wrong, i);
			break;
		}
	return pair(step, host, ipsec_now(translator), VPNALG_EVIDENCE_SHOWN);
}
