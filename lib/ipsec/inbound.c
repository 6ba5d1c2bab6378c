/* SPDX-License-Identifier: BSD-2-Clause */
#include "inbound.h"

#include "candidate.h"
#include "host.h"
#include "remote.h"

/* Bounds the inbound SAs that one host can make the store hold. */
#define INBOUND_MAX 1024

/* An SPI that goes on for this time beside another does not follow it. */
#define PARALLEL_MS 10000

/* The usual gap and its deviation, assumed while nothing is known of a remote's
 * packets. */
#define USUAL_GAP_MS 100
#define USUAL_SPREAD_MS 25

/* Closing */

/* Takes an SPI out of the host's youngest ones. */
static void forget(struct ipsec_host *h, unsigned index)
{
	for (; index + 1 < IPSEC_YOUNGEST; index++)
		h->in[index] = h->in[index + 1];
	h->in[index].spi = 0;
}

/* The SA before goes on: it is not an old one any more. */
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

void vpnalg_ipsec_inbound_close(struct vpnalg *translator,
				struct vpnalg_record *host, unsigned index)
{
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, index);

	if (sa != NULL)
		vpnalg_session_close(translator, sa);
	forget(ipsec_host_body(translator, host), index);
	vpnalg_session_changed(translator, host);
	if (index == 0)
		is_youngest_again(translator, host);
}

void vpnalg_ipsec_inbound_unpair(struct vpnalg *translator,
				 struct vpnalg_record *host,
				 struct vpnalg_record *sa,
				 enum vpnalg_evidence against)
{
	uint32_t spi = vpnalg_session_id(translator, sa, VPNALG_INSIDE_OWN);
	unsigned i = IPSEC_YOUNGEST;

	vpnalg_session_notify(translator, sa, VPNALG_EVENT_UNPAIRED,
			      (uint8_t)against);
	if (host != NULL)
		for (i = 0; i < IPSEC_YOUNGEST; i++)
			if (ipsec_host_body(translator, host)->in[i].spi == spi)
				break;
	if (i < IPSEC_YOUNGEST)
		vpnalg_ipsec_inbound_close(translator, host, i);
	else
		vpnalg_session_close(translator, sa);
}

/* Opening */

/* Returns whether the host may have one more inbound SA now; *replaces is set
 * if that takes the place of the youngest one. An SPI may be forged: one that
 * nothing has announced is kept only once the SPI before it has been silent,
 * and replaces that one unless traffic in both directions has confirmed it. An
 * SPI beside a living one may be for a host that is not known yet. */
static bool has_room(struct vpnalg *translator, struct vpnalg_record *host,
		     bool announced, bool *replaces)
{
	const struct ipsec_host *h = ipsec_host_body(translator, host);
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

/* Opens the record of an inbound SA. It lives no longer than its host, which
 * does not know of it later. */
static enum vpnalg_result open_sa(struct vpnalg_step *step,
				  struct vpnalg_record *host, uint32_t spi,
				  struct vpnalg_record **sa)
{
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

	if (host->deadline - step->now < opening.lifetime)
		opening.lifetime = (uint32_t)(host->deadline - step->now);
	vpnalg_session_hosts(step->translator, host, &opening);
	return vpnalg_session_open(step, &opening, sa);
}

/* Marks the SA before as old, and takes its gaps for the new one: the same
 * remote sends. The old SA is followed further, for if it does not end, the new
 * pair may be wrong. */
static void succeed(struct vpnalg *translator, struct vpnalg_record *host,
		    struct ipsec_in *young)
{
	struct vpnalg_record *old =
		vpnalg_ipsec_host_inbound(translator, host, 0);
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

/* Fills the body of a new SA. */
static void begin(struct vpnalg_step *step, struct vpnalg_record *host,
		  struct vpnalg_record *sa, enum vpnalg_evidence evidence)
{
	struct ipsec_in *in = vpnalg_session_body(step->translator, sa);

	succeed(step->translator, host, in);
	in->seen = ipsec_step_now(step);
	in->evidence = (unsigned)evidence & 0xf;
	in->trust = IPSEC_TRUST_INITIAL;
	vpnalg_session_changed(step->translator, sa);
}

/* Notes that the host's outbound SA lives longer from its next packet on. */
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

/* Notes the new SA in the host, in its remote, and in its candidacy. */
static void note_pair(struct vpnalg *translator, struct vpnalg_record *remote,
		      struct vpnalg_record *host, uint32_t spi, uint32_t first)
{
	struct ipsec_host *h = ipsec_host_body(translator, host);
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
	vpnalg_ipsec_remote_clear_rekey(translator, remote,
					vpnalg_ipsec_host_id(translator, host));
	if (h->pending > 0) /* it awaits another one */
		vpnalg_ipsec_candidate_update(translator, host);
	else
		vpnalg_ipsec_candidate_paired(translator, remote, host);
}

/* Returns whether an exchange of the host's has announced an SPI, or the host
 * is a candidate. */
static bool is_announced(struct vpnalg *translator, struct vpnalg_record *host)
{
	const struct ipsec_host *h = ipsec_host_body(translator, host);
	struct vpnalg_record *block;

	return h->pending > 0 ||
	       (h->flags & IPSEC_HOST_ANSWERED &&
		ipsec_is_after(h->requested, h->in[0].first)) ||
	       vpnalg_ipsec_candidate_of(translator, host, &block) != NULL;
}

/* If a remote has several hosts only a candidate gets a pair, or a host that
 * the packet itself shows: so only a lone host needs an announcement. */
enum vpnalg_result vpnalg_ipsec_inbound_open(struct vpnalg_step *step,
					     struct vpnalg_record *remote,
					     struct vpnalg_record *host,
					     uint32_t first,
					     enum vpnalg_evidence evidence)
{
	bool lone = evidence == VPNALG_EVIDENCE_ALONE;
	struct vpnalg *translator = step->translator;
	uint32_t spi = ipsec_spi(step);
	struct vpnalg_record *sa;
	enum vpnalg_result result;
	bool replaces;

	if (!has_room(translator, host, !lone || is_announced(translator, host),
		      &replaces))
		return VPNALG_DROP_UNPAIRED;
	result = open_sa(step, host, spi, &sa);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (replaces)
		vpnalg_ipsec_inbound_close(translator, host, 0);
	begin(step, host, sa, evidence);
	note_pair(translator, remote, host, spi, first);
	vpnalg_session_notify(translator, sa, VPNALG_EVENT_PAIRED,
			      (uint8_t)evidence);
	step->record = sa;
	return VPNALG_TRANSLATED;
}
