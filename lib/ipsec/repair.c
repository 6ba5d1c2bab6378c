/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes pairs back, and decides which of them are contested by another SPI, or
 * are more than their host can have: see repair.h. */
#include "repair.h"

#include "blocks.h"
#include "candidate.h"
#include "host.h"
#include "inbound.h"
#include "judge.h"
#include "remote.h"
#include "ring.h"
#include "unclaimed.h"

/* Two SPIs of a host that go on side by side for this time are not an old one
 * and its successor. */
#define SURPLUS_MS 3000

/* Bounds the hosts that are visited for one that receives nothing. */
#define SURPLUS_HOSTS 3

bool vpnalg_ipsec_repair_was_guessed(const struct ipsec_in *in)
{
	switch (in->evidence) {
	case VPNALG_EVIDENCE_EXPECTED:
	case VPNALG_EVIDENCE_CONTINUED:
	case VPNALG_EVIDENCE_RESUMED:
	case VPNALG_EVIDENCE_CONNECTED:
		return true;
	default:
		return false;
	}
}

bool vpnalg_ipsec_repair_may_be_others(struct vpnalg *translator,
				       struct vpnalg_record *host)
{
	struct ipsec_blocks blocks;

	return vpnalg_ipsec_blocks_load_candidates(translator, host, &blocks) &&
	       vpnalg_ipsec_judge_may_be_others(
		       &blocks, vpnalg_ipsec_host_id(translator, host),
		       ipsec_host_body(translator, host)->in[0].first);
}

/* Takes back the host's youngest pair; the host is awaiting again, since the
 * given time. */
static void undo(struct vpnalg *translator, struct ipsec_blocks *blocks,
		 struct vpnalg_record *host, uint32_t since, uint32_t refused,
		 enum vpnalg_evidence against)
{
	struct ipsec_host *h = ipsec_host_body(translator, host);
	const struct ipsec_unclaimed taken = { .spi = h->in[0].spi,
					       .first = h->in[0].first,
					       .refused = refused };
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);

	if (h->pending < UINT8_MAX)
		h->pending++;
	if (sa != NULL)
		vpnalg_session_notify(translator, sa, VPNALG_EVENT_UNPAIRED,
				      (uint8_t)against);
	vpnalg_ipsec_inbound_close(translator, host, 0);
	vpnalg_ipsec_unclaimed_again(translator, blocks, &taken);
	vpnalg_ipsec_candidate_await(translator, blocks, host, since);
}

void vpnalg_ipsec_repair_youngest(struct vpnalg *translator,
				  struct vpnalg_record *host, uint32_t refused,
				  enum vpnalg_evidence against)
{
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	struct ipsec_blocks blocks;

	if (remote == NULL)
		return;
	vpnalg_ipsec_blocks_load(translator, remote, &blocks);
	undo(translator, &blocks, host,
	     ipsec_host_body(translator, host)->in[0].first, refused, against);
}

void vpnalg_ipsec_repair_take_back(struct vpnalg *translator,
				   struct ipsec_blocks *blocks,
				   struct vpnalg_record *host,
				   struct vpnalg_record *sa,
				   enum vpnalg_evidence against)
{
	struct ipsec_host *h = ipsec_host_body(translator, host);
	const struct ipsec_unclaimed taken = {
		.spi = vpnalg_session_id(translator, sa, VPNALG_INSIDE_OWN),
		.first = blocks->now,
		.refused = vpnalg_ipsec_host_id(translator, host),
	};

	if (h->in[0].spi == taken.spi) {
		h->in[0].first = taken.first;
		undo(translator, blocks, host, taken.first, taken.refused,
		     against);
		return;
	}
	vpnalg_ipsec_inbound_unpair(translator, host, sa, against);
	vpnalg_ipsec_candidate_update(translator, host);
	vpnalg_ipsec_unclaimed_again(translator, blocks, &taken);
}

/* Returns the one of the host's two SAs that is less certain, if both are in
 * use and the host sends with one; else NULL. */
static struct vpnalg_record *find_surplus(struct vpnalg *translator,
					  struct vpnalg_record *host)
{
	const struct ipsec_host *h = ipsec_host_body(translator, host);
	uint32_t now = ipsec_now(translator);
	struct vpnalg_record *young, *old;
	const struct ipsec_in *y, *o;

	young = vpnalg_ipsec_host_inbound(translator, host, 0);
	old = vpnalg_ipsec_host_inbound(translator, host, 1);
	if (young == NULL || old == NULL || now - h->in[0].first < SURPLUS_MS ||
	    vpnalg_ipsec_host_has_several(translator, host))
		return NULL;
	y = vpnalg_session_body(translator, young);
	o = vpnalg_session_body(translator, old);
	if (now - y->seen > IPSEC_SILENCE_MS ||
	    now - o->seen > IPSEC_SILENCE_MS)
		return NULL;
	if (o->trust < y->trust)
		return old;
	return y->trust < IPSEC_TRUST_FULL ? young : NULL;
}

void vpnalg_ipsec_repair_surplus(struct vpnalg *translator,
				 struct ipsec_blocks *blocks,
				 struct vpnalg_record *seeker)
{
	struct vpnalg_record *host, *sa;
	unsigned i;

	for (i = 0; i < SURPLUS_HOSTS; i++) {
		host = vpnalg_ipsec_ring_turn(translator,
					      ipsec_blocks_remote(blocks));
		if (host == NULL)
			return;
		sa = host != seeker ? find_surplus(translator, host) : NULL;
		if (sa == NULL)
			continue;
		vpnalg_ipsec_repair_take_back(translator, blocks, host, sa,
					      VPNALG_EVIDENCE_SURPLUS);
		vpnalg_ipsec_candidate_await(translator, blocks, seeker,
					     blocks->now);
		return;
	}
}

/* Takes back a pair if the unclaimed SPI fits its host as well, and the pair
 * may be another candidate's. Returns whether it did. */
static bool contest(struct vpnalg *translator, struct ipsec_blocks *blocks,
		    const struct ipsec_since *paired,
		    const struct ipsec_unclaimed *u)
{
	struct vpnalg_record *host = vpnalg_ipsec_host_alive(
		translator, ipsec_blocks_remote(blocks), paired->id);
	const struct ipsec_host *h;
	const struct ipsec_in *in;
	struct vpnalg_record *sa;

	if (host == NULL)
		return false;
	h = ipsec_host_body(translator, host);
	sa = vpnalg_ipsec_host_inbound(translator, host, 0);
	if (sa == NULL || u->began - h->in[0].first > IPSEC_RIVAL_MS)
		return false;
	in = vpnalg_session_body(translator, sa);
	if (!vpnalg_ipsec_repair_was_guessed(in) ||
	    !vpnalg_ipsec_judge_may_be_others(blocks, paired->id,
					      h->in[0].first) ||
	    !vpnalg_ipsec_judge_fits(translator, blocks, host, u))
		return false;
	undo(translator, blocks, host, paired->since, 0, VPNALG_EVIDENCE_RIVAL);
	return true;
}

bool vpnalg_ipsec_repair_contested(struct vpnalg *translator,
				   struct ipsec_blocks *blocks,
				   const struct ipsec_unclaimed *u)
{
	const struct ipsec_remote *r =
		ipsec_remote_body(translator, ipsec_blocks_remote(blocks));
	bool contested = false;
	unsigned i;

	for (i = 0; i < IPSEC_PAIRED; i++)
		contested |= r->paired[i].id != 0 &&
			     contest(translator, blocks, &r->paired[i], u);
	return contested;
}
