/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A remote is the first to speak to hosts that have connected, or changed their
 * keys, and said nothing since: nothing on the wire tells whose its SPI is. Its
 * packets would be dropped, so now and then one is given to one of these hosts,
 * each in its turn. Nothing is paired by that. The owner can decrypt the packet,
 * and answers; whoever is not cannot, and does not.
 */
#include "ipsec.h"

/* An SPI is tried once in so long; one that goes on without a pause, as nothing
 * does that an answer is expected to, less often. */
#define TRIAL_MS 1000
#define TRIAL_STEADY_MS 3000

/* Who sends more often than that may do so by chance just then. */
#define SILENT_MS 3000

/* The owner answers within that. Meanwhile no other SPI is tried: it must be
 * plain what the answer is to. */
#define ANSWER_MS 150

/* Of hosts that have received before something else tells, as a rule: they are
 * asked only if it has not after that. */
#define UNTOLD_MS 1000

/* Who may own the SPI after all, and only receives, does without it meanwhile:
 * no more of the others are asked. */
#define TRIALS_MAX 8

static bool receives(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct vpnalg_record *sa;
	const struct ipsec_in *in;
	unsigned i;

	for (i = 0; i < IPSEC_INBOUND; i++) {
		sa = vpnalg_ipsec_host_inbound(translator, host, i);
		if (sa == NULL)
			continue;
		in = vpnalg_session_body(translator, sa);
		if (ipsec_now(translator) - in->seen <= IPSEC_SILENCE_MS)
			return true;
	}
	return false;
}

/* A host that receives nothing, and for a while has sent nothing. */
static bool is_silent(struct vpnalg *translator, struct vpnalg_record *host,
		      const struct ipsec_watched *w)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *outbound;
	const struct ipsec_out *out;

	if (receives(translator, host) ||
	    (h->in[0].spi != 0 &&
	     ipsec_now(translator) - w->first < UNTOLD_MS))
		return false;
	outbound = vpnalg_ipsec_host_outbound(translator, host);
	if (outbound == NULL)
		return true;
	out = vpnalg_session_body(translator, outbound);
	return ipsec_now(translator) - out->seen > SILENT_MS;
}

/* The host that began to send when the SPI was tried with it, or NULL. */
struct vpnalg_record *
vpnalg_ipsec_trial_answered(struct vpnalg *translator,
			    struct vpnalg_record *remote,
			    const struct ipsec_watched *w)
{
	struct vpnalg_record *host;
	const struct ipsec_host *h;

	if (w->tried == 0)
		return NULL;
	host = vpnalg_ipsec_host_by_handle(translator, remote, w->tried);
	if (host == NULL || receives(translator, host))
		return NULL;
	h = vpnalg_ipsec_host_body(translator, host);
	return h->flags & IPSEC_HOST_WOKE &&
			       h->woke - w->tried_at <= ANSWER_MS
		       ? host
		       : NULL;
}

/* Whether the host that the SPI was tried with may still answer. */
bool vpnalg_ipsec_trial_is_on(struct vpnalg *translator,
			      const struct ipsec_watched *w)
{
	return w->spi != 0 && w->tried != 0 &&
	       ipsec_now(translator) - w->tried_at <= ANSWER_MS;
}

/* Whether the SPI may be tried with somebody now. */
bool vpnalg_ipsec_trial_is_due(struct vpnalg *translator,
			       struct vpnalg_record *remote,
			       const struct ipsec_watched *w)
{
	struct ipsec_walk walk = { .remote = remote };
	uint32_t pause = w->count > 1 ? TRIAL_STEADY_MS : TRIAL_MS;
	const struct ipsec_watched *other;

	if (!vpnalg_session_may_wait(translator) ||
	    (w->tried != 0 && ipsec_now(translator) - w->tried_at < pause))
		return false;
	while ((other = vpnalg_ipsec_remote_watched(translator, &walk)) != NULL)
		if (vpnalg_ipsec_trial_is_on(translator, other))
			return false;
	return true;
}

/* The first silent host in that place or after it; the walk ends there. */
static struct vpnalg_record *silent_from(struct vpnalg *translator,
					 struct ipsec_walk *walk,
					 const struct ipsec_watched *w,
					 unsigned place)
{
	struct vpnalg_record *host;

	while ((host = vpnalg_ipsec_judge_candidate(translator, walk, w)) !=
	       NULL)
		if (walk->place > place && is_silent(translator, host, w))
			return host;
	return NULL;
}

/* The host whose turn it is: the next one after the one before, the first after
 * the last. The walk ends at its place. */
struct vpnalg_record *vpnalg_ipsec_trial_next(struct vpnalg *translator,
					      struct ipsec_walk *walk,
					      const struct ipsec_watched *w)
{
	const struct ipsec_walk begin = *walk;
	struct vpnalg_record *host =
		silent_from(translator, walk, w, w->turn);

	if (host != NULL || w->turn == 0)
		return host;
	*walk = begin;
	return silent_from(translator, walk, w, 0);
}

/* The host that had the SPI, and lost it since it did not answer, once the
 * others have not answered either. */
struct vpnalg_record *vpnalg_ipsec_trial_over(struct vpnalg *translator,
					      struct vpnalg_record *remote,
					      const struct ipsec_watched *w)
{
	struct ipsec_walk walk = { .remote = remote };
	struct vpnalg_record *host;

	if (!(w->flags & IPSEC_WATCHED_UNANSWERED) ||
	    vpnalg_ipsec_trial_is_on(translator, w) ||
	    (w->trials < TRIALS_MAX &&
	     silent_from(translator, &walk, w, w->turn) != NULL))
		return NULL;
	host = vpnalg_ipsec_host_by_handle(translator, remote, w->refused);
	if (host == NULL ||
	    vpnalg_ipsec_host_body(translator, host)->in[0].spi != 0)
		return NULL; /* it has got another */
	return host;
}

/* Whether the packet is one that came to the host on trial: no proof that it is
 * the host's. */
bool vpnalg_ipsec_trial_shown(struct vpnalg_step *step,
			      struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	uint32_t spi = vpnalg_get32(step->facts->l4 + ESP_SPI_OFF);
	uint32_t handle = vpnalg_ipsec_host_handle(translator, host);
	struct ipsec_walk walk = {
		.remote = vpnalg_ipsec_remote_of(translator, host)
	};
	const struct ipsec_watched *w;

	if (walk.remote == NULL)
		return false;
	while ((w = vpnalg_ipsec_remote_watched(translator, &walk)) != NULL)
		if (w->spi == spi)
			return w->tried == handle;
	return false;
}
