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

/* Whoever has received something so shortly ago is receiving. */
#define RECEIVING_MS 1000

static bool may_go(const struct ipsec_watched *w, uint32_t now, bool fresh)
{
	return w->spi == 0 || now - w->last > STALE_MS || fresh || !w->fresh;
}

static struct ipsec_watched *place_for(struct ipsec_unknown *unknown,
				       uint32_t spi, uint32_t now, bool fresh)
{
	struct ipsec_watched *w, *place = NULL;

	for (w = unknown->spis; w < unknown->spis + IPSEC_UNKNOWN; w++)
		if (w->spi == spi)
			return w;
	for (w = unknown->spis; w < unknown->spis + IPSEC_UNKNOWN; w++)
		if (may_go(w, now, fresh) &&
		    (place == NULL || w->spi == 0 ||
		     (place->spi != 0 &&
		      ipsec_is_after(place->last, w->last))))
			place = w;
	return place;
}

/* The record of the packet's SPI, with this packet counted, or NULL. */
struct ipsec_watched *vpnalg_ipsec_watch(struct vpnalg_step *step,
					 struct vpnalg_record *remote)
{
	struct vpnalg *translator = step->translator;
	uint32_t spi = vpnalg_get32(step->facts->l4 + ESP_SPI_OFF);
	uint32_t now = ipsec_now(translator);
	bool fresh = vpnalg_get32(step->facts->l4 + ESP_SEQUENCE_OFF) <
		     FRESH_SEQUENCE;
	struct vpnalg_record *record =
		vpnalg_ipsec_remote_unknown(translator, remote);
	struct ipsec_watched *w;

	if (record == NULL)
		return NULL;
	w = place_for(vpnalg_session_body(translator, record), spi, now, fresh);
	if (w == NULL)
		return NULL;
	if (w->spi != spi)
		*w = (struct ipsec_watched){ .spi = spi,
					     .first = now,
					     .fresh = fresh };
	w->last = now;
	if (w->count < UINT16_MAX)
		w->count++;
	vpnalg_session_changed(translator, record);
	return w;
}

/* An SPI that was taken from a host, which is not asked again. */
void vpnalg_ipsec_watch_again(struct vpnalg *translator,
			      struct vpnalg_record *remote, uint32_t spi,
			      uint32_t first, uint32_t refused)
{
	struct vpnalg_record *record =
		vpnalg_ipsec_remote_unknown(translator, remote);
	uint32_t now = ipsec_now(translator);
	struct ipsec_watched *w;

	if (record == NULL)
		return;
	w = place_for(vpnalg_session_body(translator, record), spi, now, true);
	if (w != NULL)
		*w = (struct ipsec_watched){ .spi = spi,
					     .first = first,
					     .last = now,
					     .refused = refused,
					     .count = 1,
					     .fresh = true };
	vpnalg_session_changed(translator, record);
}

/* Waiting */

/* Who is idle may take long; then to wait for it is in vain. */
static bool is_receiving(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	const struct ipsec_in *in;

	if (sa == NULL)
		return true; /* its first one may come at once */
	in = vpnalg_session_body(translator, sa);
	return ipsec_now(translator) - in->seen < RECEIVING_MS;
}

/* Whether somebody else would be hard to tell from the host now. */
static bool is_in_the_way(struct vpnalg *translator,
			  struct vpnalg_record *remote,
			  const struct ipsec_expecting *e, bool asking)
{
	uint32_t now = ipsec_now(translator);
	struct vpnalg_record *other;
	const struct ipsec_host *h;

	if (asking && now - e->since > ASKING_MS)
		return false;
	other = vpnalg_ipsec_host_by_handle(translator, remote, e->handle);
	if (other == NULL)
		return false;
	if (asking)
		return is_receiving(translator, other);
	h = vpnalg_ipsec_host_body(translator, other);
	return h->out_spi != 0 && now - h->woke < BEGINNING_MS;
}

static bool has_waited(struct ipsec_host *h, uint32_t now)
{
	if (h->waits == 0)
		h->waits_since = now;
	if (now - h->waits_since > 2 * WAIT_MS) { /* another time */
		h->waits_since = now;
		h->waits = 0;
	}
	return h->waits >= WAITS_MAX || now - h->waits_since > WAIT_MS;
}

/* Whether the host's packet, which asks for an SA or is the first of one, has
 * to wait for another host. */
bool vpnalg_ipsec_wait(struct vpnalg_step *step, struct vpnalg_record *remote,
		       struct vpnalg_record *host, bool asking)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t handle = vpnalg_ipsec_host_handle(translator, host);
	const struct ipsec_expecting *e;

	if (remote->children < 2 || step->facts->undo ||
	    !vpnalg_session_may_wait(translator) ||
	    has_waited(h, ipsec_now(translator)))
		return false;
	for (e = r->expecting; e < r->expecting + IPSEC_EXPECTING; e++) {
		if (e->handle == 0 || e->handle == handle ||
		    !is_in_the_way(translator, remote, e, asking))
			continue;
		h->waits++;
		vpnalg_session_changed(translator, host);
		vpnalg_session_tell(translator, host, VPNALG_EVENT_WAIT,
				    VPNALG_EVIDENCE_NONE);
		return true;
	}
	return false;
}
