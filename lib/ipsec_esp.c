/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP (RFC 4303): SAs by their SPIs. Nothing in it is changed but the address. */
#include "ipsec.h"

/* Longer gaps than that are silence, and tell nothing of the usual one. */
#define GAP_MAX_MS 2000

/* A host that goes on to send is looked at once in so long. */
#define LOOK_MS 2048

/* What a host heard so shortly ago answers what it sends. */
#define HEARS_MS 3000

/* A host that was looked at so often, and heard nothing, seeks an SPI. */
#define UNHEARD_MAX 2

/* A pair is reviewed once in so long until it is confirmed, and then until it is
 * beyond doubt. */
#define REVIEW_NEW_MS 128
#define REVIEW_MS 512

static uint32_t spi_of(const struct vpnalg_step *step)
{
	return vpnalg_get32(step->facts->l4 + ESP_SPI_OFF);
}

/* Outbound */

/* A host that only changes its SA has not been silent. */
static bool was_silent(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct vpnalg_record *outbound =
		vpnalg_ipsec_host_outbound(translator, host);
	const struct ipsec_out *out;

	if (outbound == NULL)
		return true;
	out = vpnalg_session_body(translator, outbound);
	return ipsec_now(translator) - out->seen > IPSEC_SILENCE_MS;
}

/* The host sends, and did not before. */
static void resume(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t now = ipsec_now(translator);

	if (!was_silent(translator, host))
		return;
	if (h->flags & IPSEC_HOST_RESUMED &&
	    now - h->resumed <= IPSEC_SILENCE_MS)
		return; /* it was told to wait */
	h->resumed = now;
	h->flags |= IPSEC_HOST_RESUMED;
	h->flags &= (uint16_t)~IPSEC_HOST_HELD;
	vpnalg_session_changed(translator, host);
}

static bool promises_inbound(struct ipsec_host *h, uint32_t since)
{
	if (h->promised > 0) {
		h->promised--;
		return h->pending > 0;
	}
	if (since > IPSEC_TOGETHER_MS)
		h->pending = 0;
	if (h->pending < UINT8_MAX)
		h->pending++;
	return true;
}

/* A new outbound SPI promises an inbound one, unless an exchange did so before
 * and the inbound one was used first. */
static void begin_to_send(struct vpnalg_step *step, struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	uint32_t now = ipsec_now(translator), since = now - h->out_since;

	h->out_before = h->out_spi;
	h->out_spi = spi_of(step);
	h->out_since = now;
	h->flags &= (uint16_t)~IPSEC_HOST_RELEASED;
	if (h->flags & IPSEC_HOST_HELD)
		h->flags |= IPSEC_HOST_RELEASED;
	h->flags &= (uint16_t)~IPSEC_HOST_HELD;
	if (promises_inbound(h, since) && remote != NULL)
		vpnalg_ipsec_remote_expect(translator, remote, host,
					   ipsec_now(translator));
	vpnalg_session_changed(translator, host);
}

static enum vpnalg_result find_host(struct vpnalg_step *step,
				    struct vpnalg_record **host)
{
	struct vpnalg_tuple inside = { .zone = step->facts->zone,
				       .local = step->facts->local,
				       .remote = step->facts->remote };

	*host = vpnalg_ipsec_host_shown(step);
	if (*host != NULL)
		return VPNALG_TRANSLATED;
	return vpnalg_ipsec_remote_admit(step, &inside, host);
}

/* The inbound SPI of the pair was used first: nothing is to be told apart. */
static bool is_inbound_first(struct vpnalg *translator,
			     struct vpnalg_record *host)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);

	return h->promised > 0 && h->pending == 0;
}

static enum vpnalg_result open_outbound(struct vpnalg_step *step)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);
	struct vpnalg_opening opening = { .kind = IPSEC_KIND_OUT,
					  .space = ESP_PROTOCOL,
					  .zone = step->facts->zone,
					  .inside = step->facts->local,
					  .remote = step->facts->remote,
					  .id = spi_of(step),
					  .peer = true,
					  .lifetime = timers->esp_unpaired };
	const struct ipsec_request request = { .id = spi_of(step) };
	struct vpnalg_record *host, *remote;
	struct vpnalg_tuple outside;
	enum vpnalg_result result;
	struct ipsec_out *out;

	result = find_host(step, &host);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (vpnalg_get32(step->facts->l4 + ESP_SEQUENCE_OFF) <
	    IPSEC_FRESH_SEQUENCE)
		resume(step->translator, host);
	remote = vpnalg_ipsec_remote_of(step->translator, host);
	if (remote != NULL && !is_inbound_first(step->translator, host) &&
	    vpnalg_ipsec_hold(step, remote, host, &request))
		return VPNALG_DROP_WAIT;
	vpnalg_session_tuple(step->translator, host, VPNALG_OUTSIDE_OWN,
			     &outside);
	opening.outside = outside.local;
	result = vpnalg_session_open(step, &opening, &step->record);
	if (result != VPNALG_TRANSLATED)
		return result;
	begin_to_send(step, host);
	out = vpnalg_session_body(step->translator, step->record);
	out->seen = ipsec_now(step->translator);
	out->lifetime = timers->esp_unpaired;
	return VPNALG_TRANSLATED;
}

static void prolong(struct vpnalg_step *step, struct ipsec_out *out)
{
	struct vpnalg_record *host;

	if (step->record->deadline - step->now > out->lifetime)
		return;
	host = vpnalg_ipsec_host_find(step->translator, step->record);
	if (host == NULL)
		return;
	out->lifetime = vpnalg_ipsec_host_lifetime(step->translator, host);
	vpnalg_session_live(step->translator, step->record,
			    (vpnalg_time)out->lifetime +
				    out->lifetime / IPSEC_SLACK_PART);
	vpnalg_ipsec_host_live(step->translator, host);
}

static void seek(struct vpnalg *translator, struct vpnalg_record *remote,
		 struct vpnalg_record *host)
{
	vpnalg_ipsec_remote_seek(translator, remote, host);
	if (!vpnalg_ipsec_host_has_inbound(translator, host))
		vpnalg_ipsec_repair_surplus(translator, remote, host);
}

/* A host that sends and hears nothing becomes a candidate for whatever nobody
 * claims: at once if it has no inbound SA, else when it was not heard twice. */
static void look_after(struct vpnalg *translator, struct vpnalg_record *host,
		       uint32_t before)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	uint32_t since = ipsec_now(translator) - HEARS_MS;

	if (remote == NULL || remote->children < 2)
		return;
	if (ipsec_is_after(since, before))
		since = before;
	if (vpnalg_ipsec_host_hears(translator, host, since - 1)) {
		h->unheard = 0;
	} else if (h->unheard < UNHEARD_MAX) {
		h->unheard++;
	}
	vpnalg_session_changed(translator, host);
	if (h->unheard >= UNHEARD_MAX ||
	    (h->unheard > 0 &&
	     !vpnalg_ipsec_host_has_inbound(translator, host)))
		seek(translator, remote, host);
}

static void seen_outward(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_out *out = vpnalg_session_body(translator, step->record);
	uint32_t now = ipsec_now(translator), before = out->seen;
	struct vpnalg_record *host = NULL;

	if (now / LOOK_MS != before / LOOK_MS ||
	    now - before > IPSEC_SILENCE_MS)
		host = vpnalg_ipsec_host_find(translator, step->record);
	if (host != NULL && now - before > IPSEC_SILENCE_MS)
		resume(translator, host);
	out->seen = now;
	if (host != NULL)
		look_after(translator, host, before);
	prolong(step, out);
	vpnalg_session_changed(translator, step->record);
}

/* Another host has begun to send with the same SPI and taken the outside key.
 * It may have gone since, and a third one may have come: the key must not lead
 * to that one alone. Without room it leads to nobody. */
static void share_key(struct vpnalg_step *step)
{
	struct vpnalg_record *holder;
	struct vpnalg_tuple outside;

	if (!(step->record->flags & VPNALG_SESSION_SHARED) ||
	    step->record->keys & 1U << VPNALG_OUTSIDE_OWN)
		return;
	vpnalg_session_tuple(step->translator, step->record, VPNALG_OUTSIDE_OWN,
			     &outside);
	holder = vpnalg_session_find(step->translator, &outside);
	if (holder == NULL || !(holder->flags & VPNALG_SESSION_SHARED))
		vpnalg_session_give(step->translator, step->record, &outside);
}

static enum vpnalg_result outward(struct vpnalg_step *step)
{
	enum vpnalg_result result;

	if (step->record == NULL && step->facts->undo)
		return VPNALG_DROP_NO_SESSION;
	if (step->record == NULL) {
		result = open_outbound(step);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (!step->facts->inside && step->record->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS;
	seen_outward(step);
	share_key(step);
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

/* Inbound */

/* As TCP learns a round trip time and how much it differs (RFC 6298 2). */
static void learn_gap(struct ipsec_in *in, uint32_t gap)
{
	uint32_t off = gap > in->gap ? gap - in->gap : in->gap - gap;

	if (gap >= GAP_MAX_MS)
		return;
	if (off > UINT8_MAX)
		off = UINT8_MAX;
	in->spread = ((7U * in->spread + off + 4) / 8) & 0xff;
	in->gap = ((7U * in->gap + gap + 4) / 8) & 0x7ff;
}

static void count(struct vpnalg_step *step, struct ipsec_in *in)
{
	uint32_t now = ipsec_now(step->translator);

	learn_gap(in, now - in->seen);
	in->seen = now;
	vpnalg_session_changed(step->translator, step->record);
}

/* It lives as long as its host has sent something (RFC 4787 REQ-6). */
static void follow_host(struct vpnalg_step *step, const struct ipsec_in *in)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);
	uint32_t life = in->confirmed ? timers->esp_idle : timers->esp_unpaired;
	vpnalg_time left = step->record->deadline - step->now;
	struct vpnalg_record *host;

	if (left > life)
		return;
	life += life / IPSEC_SLACK_PART;
	host = vpnalg_ipsec_host_find(step->translator, step->record);
	if (host == NULL || host->deadline <= step->record->deadline)
		return;
	left = host->deadline - step->now;
	vpnalg_session_live(step->translator, step->record,
			    left < life ? left : life);
}

static bool is_due(const struct ipsec_in *in, uint32_t now, uint32_t before)
{
	uint32_t pause = in->confirmed ? REVIEW_MS : REVIEW_NEW_MS;

	return in->trust < IPSEC_TRUST_FULL && now / pause != before / pause;
}

static enum vpnalg_result seen_inward(struct vpnalg_step *step)
{
	struct ipsec_in *in =
		vpnalg_session_body(step->translator, step->record);
	uint32_t before = in->seen, now = ipsec_now(step->translator);

	count(step, in);
	if (in->old)
		vpnalg_ipsec_repair_contradicted(step);
	if (in->suspect && vpnalg_ipsec_repair_goes_on(step))
		return VPNALG_DROP_UNPAIRED;
	if (is_due(in, now, before) &&
	    vpnalg_ipsec_repair_review(step, before))
		return VPNALG_DROP_UNPAIRED;
	follow_host(step, in);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result inward(struct vpnalg_step *step)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (step->record == NULL)
		result = vpnalg_ipsec_pair_shown(step);
	else if (step->kind == IPSEC_KIND_IN)
		result = seen_inward(step);
	else
		result = vpnalg_ipsec_pair_unknown(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

enum vpnalg_result vpnalg_ipsec_esp(struct vpnalg_step *step)
{
	return step->facts->inward ? inward(step) : outward(step);
}
