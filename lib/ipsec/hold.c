/* SPDX-License-Identifier: BSD-2-Clause */
#include "hold.h"

#include "blocks.h"
#include "host.h"

/* A host's SPI is awaited for this time after the exchange that promised it. */
#define AWAITED_MS 1500

/* A host's first packets and their answers arrive within this time. */
#define BEGINNING_MS 400

/* Limits on holding back one request of one host. IKE repeats a message more
 * slowly than hosts send ESP, so it has more time. */
#define HELD_MAX 3
#define HELD_MS 3000
#define HELD_BY_IKE_MS 10000

/* A host that received within this time is receiving. */
#define RECEIVING_MS 1000

/* Returns whether the candidate may soon receive with its new SPI. An idle host
 * may take long to use it: holding others back for it would be in vain. The
 * remote may send at once to a host without an SA. */
static bool is_receiving(const struct ipsec_candidate *c, uint32_t now)
{
	if (!c->receives || c->initial)
		return true; /* its first packet may come at once */
	return now - c->received < RECEIVING_MS;
}

/* Returns whether the candidate's first packets are under way: it was silent
 * before, or they were held. */
static bool is_beginning(const struct ipsec_candidate *c, uint32_t now)
{
	return (c->has_resumed && now - c->resumed < BEGINNING_MS) ||
	       (c->released && now - c->out_since < BEGINNING_MS);
}

/* Returns whether an answer to a new request could be taken for this
 * candidate's. */
static bool is_in_the_way(const struct ipsec_candidate *c, uint32_t now,
			  bool by_ike)
{
	if (by_ike && now - c->requested < AWAITED_MS && is_receiving(c, now))
		return true;
	return is_beginning(c, now);
}

static bool is_anybody_in_the_way(const struct ipsec_blocks *blocks,
				  uint32_t except, bool by_ike)
{
	uint32_t now = blocks->now;
	const struct ipsec_candidate *c;
	unsigned place;

	for (place = 1; place < blocks->candidates; place++) {
		c = ipsec_blocks_candidate(blocks, place);
		if (c->id != 0 && c->id != except &&
		    is_in_the_way(c, now, by_ike))
			return true;
	}
	return false;
}

/* Returns whether the limits on holding back are reached. They count for
 * alternating requests together. */
static bool was_held_enough(struct ipsec_host *h, uint32_t now, bool by_ike,
			    uint32_t request)
{
	uint32_t longest = by_ike ? HELD_BY_IKE_MS : HELD_MS;

	if (h->held == 0 ||
	    (h->held_for != request && now - h->held_since > longest)) {
		h->held = 0;
		h->flags &= (uint16_t)~IPSEC_HOST_HELD;
		h->held_for = request;
		h->held_since = now;
	}
	return h->held >= HELD_MAX || now - h->held_since > longest;
}

/* A hairpin's SPI identifies its sender, and so, of two ends inside, its
 * receiver: neither is held back for the other. */
bool vpnalg_ipsec_hold(struct vpnalg_step *step, struct ipsec_blocks *blocks,
		       struct vpnalg_record *host, bool by_ike,
		       uint32_t request)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	bool held;

	if (ipsec_blocks_remote(blocks)->children < 2 || step->parsed->undo ||
	    step->packet->flags & VPNALG_PACKET_HAIRPIN ||
	    !vpnalg_session_may_hold(translator))
		return false;
	held = !was_held_enough(h, blocks->now, by_ike, request) &&
	       is_anybody_in_the_way(
		       blocks, vpnalg_ipsec_host_id(translator, host), by_ike);
	if (held)
		h->held++;
	if (held && !by_ike)
		h->flags |= IPSEC_HOST_HELD;
	vpnalg_session_changed(translator, host);
	if (held)
		vpnalg_session_notify(translator, host, VPNALG_EVENT_HELD,
				      VPNALG_EVIDENCE_NONE);
	return held;
}
