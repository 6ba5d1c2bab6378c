/* SPDX-License-Identifier: BSD-2-Clause */
/* Inbound SPIs that are nobody's yet, a few of each remote: what is known of
 * them. And the waiting, so that there are few at a time. */
#include "ipsec.h"

/* A new SA begins to count at 1 (RFC 4303 2.2). What begins far from it was in
 * use before, or is forged, and comes last. */
#define FRESH_SEQUENCE 4096

/* One that nothing was heard of for so long may give way to any other. */
#define STALE_MS 3000

/* While somebody's new SPI is awaited so shortly after he asked for it, others
 * do not ask. */
#define ASKING_MS 1500

/* While somebody's first packets are on their way, others do not send. */
#define BEGINNING_MS 400

/* Who waits, waits no more often and no longer than that. */
#define WAITS_MAX 3
#define WAIT_MS 3000
#define WAIT_ASKING_MS 10000

/* Whoever has received something so shortly ago is receiving. */
#define RECEIVING_MS 1000

/* It must be plain what an answer is to: what is on trial stays. */
static bool may_go(struct vpnalg *translator, const struct ipsec_watched *w,
		   bool fresh)
{
	if (w->spi == 0 || ipsec_now(translator) - w->last > STALE_MS)
		return true;
	return (fresh || !(w->flags & IPSEC_WATCHED_FRESH)) &&
	       !vpnalg_ipsec_trial_is_on(translator, w);
}

static bool goes_sooner(const struct ipsec_watched *w,
			const struct ipsec_watched *other)
{
	if (other == NULL || other->spi == 0 || w->spi == 0)
		return other == NULL || other->spi != 0;
	return ipsec_is_after(other->last, w->last);
}

/* The walk ends at the block of the place. */
static struct ipsec_watched *place_for(struct vpnalg *translator,
				       struct ipsec_walk *walk, uint32_t spi,
				       bool fresh)
{
	struct ipsec_watched *w, *best = NULL;
	struct vpnalg_record *block = NULL;

	while ((w = vpnalg_ipsec_remote_watched(translator, walk)) != NULL) {
		if (w->spi == spi)
			return w;
		if (may_go(translator, w, fresh) && goes_sooner(w, best)) {
			best = w;
			block = walk->block;
		}
	}
	walk->block = block;
	return best;
}

/* The record of the packet's SPI, with this packet counted, or NULL. */
struct ipsec_watched *vpnalg_ipsec_watch(struct vpnalg_step *step,
					 struct ipsec_walk *walk)
{
	struct vpnalg *translator = step->translator;
	uint32_t spi = vpnalg_get32(step->facts->l4 + ESP_SPI_OFF);
	uint32_t now = ipsec_now(translator);
	uint32_t number = vpnalg_get32(step->facts->l4 + ESP_SEQUENCE_OFF);
	uint8_t flags = number < FRESH_SEQUENCE ? IPSEC_WATCHED_FRESH : 0;
	struct ipsec_watched *w;

	w = place_for(translator, walk, spi, flags != 0);
	if (w == NULL)
		return NULL;
	if (w->spi != spi)
		*w = (struct ipsec_watched){ .spi = spi,
					     .first = now,
					     .last = now,
					     .began = now,
					     .flags = flags };
	if (now - w->last > IPSEC_SILENCE_MS) {
		w->began = now;
		w->count = 0;
	}
	w->last = now;
	if (w->count < UINT8_MAX)
		w->count++;
	vpnalg_session_changed(translator, walk->block);
	return w;
}

/* An SPI that was taken from a host. */
void vpnalg_ipsec_watch_again(struct vpnalg *translator,
			      struct vpnalg_record *remote,
			      const struct ipsec_watched *taken)
{
	struct ipsec_walk walk = { .remote = remote };
	struct ipsec_watched *w =
		place_for(translator, &walk, taken->spi, true);

	if (w == NULL)
		return;
	*w = *taken;
	w->last = ipsec_now(translator);
	w->began = taken->first;
	w->count = 1;
	w->flags |= IPSEC_WATCHED_FRESH;
	vpnalg_session_changed(translator, walk.block);
}

/* The host has got an SPI. Others that began before its last exchange may have
 * been its own, from an exchange before. */
void vpnalg_ipsec_watch_doubt(struct vpnalg *translator,
			      struct vpnalg_record *remote,
			      struct vpnalg_record *host, uint32_t since)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct ipsec_walk walk = { .remote = remote };
	struct ipsec_watched *w;

	while ((w = vpnalg_ipsec_remote_watched(translator, &walk)) != NULL) {
		if (ipsec_is_after(since, w->first) ||
		    !ipsec_is_after(h->asked, w->first))
			continue;
		w->flags |= IPSEC_WATCHED_DOUBTFUL;
		vpnalg_session_changed(translator, walk.block);
	}
}

/* Waiting */

/* Who is idle may take long; then to wait for it is in vain. */
static bool is_receiving(struct vpnalg *translator, struct vpnalg_record *host)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	const struct ipsec_in *in;

	if (sa == NULL || h->flags & IPSEC_HOST_NEW)
		return true; /* its first one may come at once */
	in = vpnalg_session_body(translator, sa);
	return ipsec_now(translator) - in->seen < RECEIVING_MS;
}

/* Of two whose first packets wait, only the one that began to later waits for the
 * other. */
static bool waits_behind(struct vpnalg *translator, struct vpnalg_record *other,
			 struct vpnalg_record *host)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	const struct ipsec_host *o = vpnalg_ipsec_host_body(translator, other);

	if (!(o->flags & IPSEC_HOST_WAITS))
		return false;
	if (o->waits_since == h->waits_since)
		return vpnalg_ipsec_host_handle(translator, other) >
		       vpnalg_ipsec_host_handle(translator, host);
	return ipsec_is_after(o->waits_since, h->waits_since);
}

/* Its first packets are on their way: it was silent before, or they waited. */
static bool is_beginning(const struct ipsec_host *h, uint32_t now)
{
	return (h->flags & IPSEC_HOST_WOKE && now - h->woke < BEGINNING_MS) ||
	       (h->flags & IPSEC_HOST_LET &&
		now - h->out_since < BEGINNING_MS);
}

/* Whether somebody else would be hard to tell from the host now. */
static bool is_in_the_way(struct vpnalg *translator,
			  struct vpnalg_record *remote,
			  struct vpnalg_record *host,
			  const struct ipsec_expecting *e, bool asking)
{
	uint32_t now = ipsec_now(translator);
	struct vpnalg_record *other;
	const struct ipsec_host *h;

	other = vpnalg_ipsec_host_by_handle(translator, remote, e->handle);
	if (other == NULL)
		return false;
	h = vpnalg_ipsec_host_body(translator, other);
	if (asking && now - h->asked < ASKING_MS &&
	    is_receiving(translator, other))
		return true;
	return is_beginning(h, now) &&
	       (asking || !waits_behind(translator, other, host));
}

static bool has_waited(struct ipsec_host *h, uint32_t now,
		       const struct ipsec_wish *wish)
{
	uint32_t longest = wish->asking ? WAIT_ASKING_MS : WAIT_MS;

	/* Wishes that take turns wait no longer than one. */
	if (h->waits == 0 || (h->waits_for != wish->id &&
			      now - h->waits_since > longest)) {
		h->waits = 0;
		h->flags &= (uint16_t)~IPSEC_HOST_WAITS;
		h->waits_for = wish->id;
		h->waits_since = now;
	}
	return h->waits >= WAITS_MAX || now - h->waits_since > longest;
}

/* Whether the host's packet, which asks for an SA or is the first of one, has
 * to wait for another host. */
bool vpnalg_ipsec_wait(struct vpnalg_step *step, struct vpnalg_record *remote,
		       struct vpnalg_record *host,
		       const struct ipsec_wish *wish)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t handle = vpnalg_ipsec_host_handle(translator, host);
	const struct ipsec_expecting *e;
	struct ipsec_walk walk = { .remote = remote };

	if (remote->children < 2 || step->facts->undo ||
	    !vpnalg_session_may_wait(translator) ||
	    has_waited(h, ipsec_now(translator), wish))
		return false;
	while ((e = vpnalg_ipsec_remote_next(translator, &walk)) != NULL) {
		if (e->handle == 0 || e->handle == handle ||
		    !is_in_the_way(translator, remote, host, e, wish->asking))
			continue;
		h->waits++;
		if (!wish->asking)
			h->flags |= IPSEC_HOST_WAITS;
		vpnalg_session_changed(translator, host);
		vpnalg_session_tell(translator, host, VPNALG_EVENT_WAIT,
				    VPNALG_EVIDENCE_NONE);
		return true;
	}
	return false;
}
