/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP (RFC 4303): SAs by their SPIs. Nothing in it is changed but the address. */
#include "ipsec.h"

/* Longer gaps than that are silence, and tell nothing of the usual one. */
#define GAP_MAX_MS 2000

/* So many packets from one look whether a pair is right to the next. */
#define CONFIRMED_COUNT 8

/* And from one look whether anybody listens; what is to be answered is sent
 * again, but not at once, nor for ever. */
#define UNANSWERED_COUNT 4
#define UNANSWERED_MAX 64
#define UNANSWERED_MS 500

static uint32_t spi_of(const struct vpnalg_step *step)
{
	return vpnalg_get32(step->facts->l4 + ESP_SPI_OFF);
}

/* Outbound */

/* It sends, and did not before: by its newest SA, if it has one. A host that
 * only changes its SA has not been silent. */
static void wake(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *outbound =
		vpnalg_ipsec_host_outbound(translator, host);
	uint32_t now = ipsec_now(translator);
	const struct ipsec_out *out;

	if (outbound != NULL) {
		out = vpnalg_session_body(translator, outbound);
		if (now - out->seen <= IPSEC_SILENCE_MS)
			return;
	}
	if (h->flags & IPSEC_HOST_WOKE && now - h->woke <= IPSEC_SILENCE_MS)
		return; /* it was told to wait */
	h->woke = now;
	h->flags |= IPSEC_HOST_WOKE;
	h->flags &= (uint16_t)~IPSEC_HOST_WAITS;
	vpnalg_session_changed(translator, host);
}

/* An SPI that is new where the inbound one of its pair has been seen already
 * promises no other. */
static void begin_to_send(struct vpnalg_step *step, struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, host);

	h->out_spi = spi_of(step);
	h->out_since = ipsec_now(translator);
	h->flags &= (uint16_t)~IPSEC_HOST_LET;
	if (h->flags & IPSEC_HOST_WAITS)
		h->flags |= IPSEC_HOST_LET;
	h->flags &= (uint16_t)~IPSEC_HOST_WAITS;
	if (h->flags & IPSEC_HOST_AHEAD || remote == NULL)
		h->flags &= (uint16_t)~IPSEC_HOST_AHEAD;
	else
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

/* The inbound SPI of its pair is known: nothing is to be told apart. */
static bool is_ahead(struct vpnalg *translator, struct vpnalg_record *host)
{
	return vpnalg_ipsec_host_body(translator, host)->flags &
	       IPSEC_HOST_AHEAD;
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
	const struct ipsec_wish wish = { .id = spi_of(step) };
	struct vpnalg_record *host, *remote;
	struct vpnalg_tuple outside;
	enum vpnalg_result result;
	struct ipsec_out *out;

	result = find_host(step, &host);
	if (result != VPNALG_TRANSLATED)
		return result;
	wake(step->translator, host);
	remote = vpnalg_ipsec_remote_of(step->translator, host);
	if (remote != NULL && !is_ahead(step->translator, host) &&
	    vpnalg_ipsec_wait(step, remote, host, &wish))
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

static void seen_outward(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_out *out = vpnalg_session_body(translator, step->record);
	uint32_t now = ipsec_now(translator);
	struct vpnalg_record *host;

	if (now - out->seen > IPSEC_SILENCE_MS) {
		host = vpnalg_ipsec_host_find(translator, step->record);
		if (host != NULL)
			wake(translator, host);
	}
	out->seen = now;
	prolong(step, out);
	vpnalg_session_changed(translator, step->record);
}

/* Another host has begun to send with the same SPI and taken the outside key. It
 * may have gone since, and a third one may have come: the key must not lead to
 * that one alone. Without room it leads to nobody. */
static void share_key(struct vpnalg_step *step)
{
	struct vpnalg_record *holder;
	struct vpnalg_tuple outside;

	if (!(step->record->flags & VPNALG_SESSION_SHARED) ||
	    step->record->keys & 1U << VPNALG_OUTSIDE_OWN)
		return;
	vpnalg_session_tuple(step->translator, step->record,
			     VPNALG_OUTSIDE_OWN, &outside);
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

/* Traffic both ways, for a while. */
static void confirm(struct vpnalg *translator, struct vpnalg_record *sa,
		    struct ipsec_in *in)
{
	struct vpnalg_record *host = vpnalg_ipsec_host_find(translator, sa);
	struct vpnalg_record *outbound;
	struct ipsec_out *out;
	struct ipsec_host *h;

	if (host == NULL)
		return;
	outbound = vpnalg_ipsec_host_outbound(translator, host);
	if (outbound == NULL)
		return;
	h = vpnalg_ipsec_host_body(translator, host);
	out = vpnalg_session_body(translator, outbound);
	if (ipsec_is_after(out->seen, h->in[0].first))
		in->flags |= IPSEC_IN_CONFIRMED;
}

/* As TCP learns a round trip time and how much it differs (RFC 6298 2). */
static void learn_gap(struct ipsec_in *in, uint32_t gap)
{
	uint32_t off = gap > in->gap ? gap - in->gap : in->gap - gap;

	if (gap >= GAP_MAX_MS)
		return;
	if (off > UINT8_MAX)
		off = UINT8_MAX;
	in->spread = (uint8_t)((7U * in->spread + off + 4) / 8);
	in->gap = (uint16_t)((7U * in->gap + gap + 4) / 8);
}

static void count(struct vpnalg_step *step, struct ipsec_in *in)
{
	uint32_t now = ipsec_now(step->translator);
	uint32_t number = vpnalg_get32(step->facts->l4 + ESP_SEQUENCE_OFF);

	learn_gap(in, now - in->seen);
	in->seen = now;
	if (number % CONFIRMED_COUNT == 0 && !(in->flags & IPSEC_IN_CONFIRMED))
		confirm(step->translator, step->record, in);
	vpnalg_session_changed(step->translator, step->record);
}

/* It lives as long as its host has sent something (RFC 4787 REQ-6). */
static void follow_host(struct vpnalg_step *step, const struct ipsec_in *in)
{
	const struct vpnalg_timers *timers =
		vpnalg_session_timers(step->translator);
	uint32_t life = in->flags & IPSEC_IN_CONFIRMED ? timers->esp_idle
						       : timers->esp_unpaired;
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

static enum vpnalg_result seen_inward(struct vpnalg_step *step)
{
	struct ipsec_in *in =
		vpnalg_session_body(step->translator, step->record);

	count(step, in);
	follow_host(step, in);
	if (in->flags & IPSEC_IN_OLD)
		vpnalg_ipsec_repair_contradicted(step);
	if (in->flags & IPSEC_IN_DOUBTED && vpnalg_ipsec_repair_goes_on(step))
		return VPNALG_DROP_UNPAIRED;
	return VPNALG_TRANSLATED;
}

/* If so, its SPI is nobody's again. */
static bool is_unanswered(struct vpnalg_step *step)
{
	uint32_t number = vpnalg_get32(step->facts->l4 + ESP_SEQUENCE_OFF);
	const struct ipsec_in *in =
		vpnalg_session_body(step->translator, step->record);
	struct vpnalg_record *host;

	if (step->facts->inside || in->flags & IPSEC_IN_CONFIRMED ||
	    number == 0 || number > UNANSWERED_MAX ||
	    number % UNANSWERED_COUNT != 0)
		return false;
	host = vpnalg_ipsec_host_find(step->translator, step->record);
	if (host == NULL ||
	    !vpnalg_ipsec_repair_unanswered(step, host,
					    number * UNANSWERED_MS))
		return false;
	step->record = vpnalg_ipsec_remote_of(step->translator, host);
	return true;
}

static enum vpnalg_result inward(struct vpnalg_step *step)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (step->record == NULL)
		result = vpnalg_ipsec_pair_shown(step);
	else if (step->kind == IPSEC_KIND_IN && !is_unanswered(step))
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
