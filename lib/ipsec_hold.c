/* SPDX-License-Identifier: BSD-2-Clause */
/* Holding back: a host's message that asks for an SA, or the first packets of
 * an SA, are dropped for now while another host's new inbound SPI is about to
 * come. Their answers could not be told apart; IKE and ESP's users send again.
 */
#include "ipsec.h"

/* A host's SPI is awaited for so long after the exchange that promised it. */
#define ASKING_MS 1500

/* A host's first packets are on their way, and their answers, for so long. */
#define BEGINNING_MS 400

/* Limits on holding back one request of one host. */
#define HELD_MAX 3
#define HELD_MS 3000
#define HELD_ASKING_MS 10000

/* A host that has received something so shortly ago is receiving. */
#define RECEIVING_MS 1000

/* A host that is idle may take long to use its new SPI: holding others back for
 * it would be in vain. */
static bool is_receiving(struct vpnalg *translator, struct vpnalg_record *host)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	const struct ipsec_in *in;

	if (sa == NULL || h->flags & IPSEC_HOST_INITIAL)
		return true; /* its first one may come at once */
	in = vpnalg_session_body(translator, sa);
	return ipsec_now(translator) - in->seen < RECEIVING_MS;
}

/* Its first packets are on their way: it was silent before, or they were held. */
static bool is_beginning(const struct ipsec_host *h, uint32_t now)
{
	return (h->flags & IPSEC_HOST_RESUMED &&
		now - h->resumed < BEGINNING_MS) ||
	       (h->flags & IPSEC_HOST_RELEASED &&
		now - h->out_since < BEGINNING_MS);
}

/* Returns whether an answer to a new request could be taken for this
 * candidate's. */
static bool is_in_the_way(struct vpnalg *translator,
			  struct vpnalg_record *remote,
			  const struct ipsec_candidate *e, bool asking)
{
	uint32_t now = ipsec_now(translator);
	struct vpnalg_record *other;
	const struct ipsec_host *h;

	other = vpnalg_ipsec_host_by_id(translator, remote, e->id);
	if (other == NULL)
		return false;
	h = vpnalg_ipsec_host_body(translator, other);
	if (asking && now - h->asked < ASKING_MS &&
	    is_receiving(translator, other))
		return true;
	return is_beginning(h, now);
}

static bool was_held_enough(struct ipsec_host *h, uint32_t now,
			    const struct ipsec_request *request)
{
	uint32_t longest = request->asking ? HELD_ASKING_MS : HELD_MS;

	/* Requests that take turns are held no longer than one. */
	if (h->held == 0 ||
	    (h->held_for != request->id && now - h->held_since > longest)) {
		h->held = 0;
		h->flags &= (uint16_t)~IPSEC_HOST_HELD;
		h->held_for = request->id;
		h->held_since = now;
	}
	return h->held >= HELD_MAX || now - h->held_since > longest;
}

/* Returns whether the host's packet is held back now: it asks for an SA or is
 * the first of one, and another host's answer is awaited. */
bool vpnalg_ipsec_hold(struct vpnalg_step *step, struct vpnalg_record *remote,
		       struct vpnalg_record *host,
		       const struct ipsec_request *request)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t id = vpnalg_ipsec_host_id(translator, host);
	const struct ipsec_candidate *e;
	struct ipsec_walk walk = { .remote = remote };
	bool enough;

	if (remote->children < 2 || step->facts->undo ||
	    !vpnalg_session_may_wait(translator))
		return false;
	enough = was_held_enough(h, ipsec_now(translator), request);
	vpnalg_session_changed(translator, host);
	if (enough)
		return false;
	while ((e = vpnalg_ipsec_remote_next(translator, &walk)) != NULL) {
		if (e->id == 0 || e->id == id ||
		    !is_in_the_way(translator, remote, e, request->asking))
			continue;
		h->held++;
		if (!request->asking)
			h->flags |= IPSEC_HOST_HELD;
		vpnalg_session_changed(translator, host);
		vpnalg_session_tell(translator, host, VPNALG_EVENT_WAIT,
				    VPNALG_EVIDENCE_NONE);
		return true;
	}
	return false;
}
