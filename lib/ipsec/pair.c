/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides which host gets a packet with an unclaimed SPI, and whether it gets
 * the SPI with it: see pair.h. */
#include "pair.h"

#include "blocks.h"
#include "candidate.h"
#include "esp_hairpin.h"
#include "host.h"
#include "inbound.h"
#include "judge.h"
#include "owner.h"
#include "probe.h"
#include "remote.h"
#include "repair.h"
#include "ring.h"
#include "unclaimed.h"

/* The number of packets without an owner after which a pair made just before is
 * contested. */
#define CONTEST_COUNT 3

/* Returns whether no candidate stands out, or one does only because no other is
 * left. */
static bool is_odd(const struct ipsec_candidate *host,
		   const struct ipsec_unclaimed *u,
		   enum vpnalg_evidence evidence)
{
	return host == NULL ? u->count == CONTEST_COUNT
			    : evidence == VPNALG_EVIDENCE_EXPECTED;
}

/* Returns whether a candidate receives with several SAs, and with as many as it
 * sends with: another SPI is not its own even if no other host is left. */
static bool has_all(struct vpnalg *translator,
		    const struct ipsec_blocks *blocks,
		    const struct ipsec_candidate *c)
{
	struct vpnalg_record *host =
		ipsec_host_peek(translator, ipsec_blocks_remote(blocks), c->id);
	const struct ipsec_host *h;

	if (host == NULL)
		return false;
	h = ipsec_host_body(translator, host);
	return h->inbound > 1 && !ipsec_host_lacks_inbound(h);
}

/* Returns the candidate that has answered a probe, or that stands out; NULL if
 * undecided. *evidence then is the judge's. */
static const struct ipsec_candidate *find_owner(struct vpnalg *translator,
						struct ipsec_blocks *blocks,
						struct ipsec_unclaimed *u,
						enum vpnalg_evidence *evidence)
{
	const struct ipsec_candidate *owner =
		vpnalg_ipsec_probe_answered(blocks, u);

	*evidence = VPNALG_EVIDENCE_ANSWERED;
	if (owner == NULL)
		owner = vpnalg_ipsec_judge(translator, blocks, u, evidence);
	if (owner == NULL || *evidence != VPNALG_EVIDENCE_LEFT ||
	    !has_all(translator, blocks, owner))
		return owner;
	*evidence = VPNALG_EVIDENCE_NONE;
	return NULL;
}

/* Gives a packet to the only host of its remote, with room for a pair or
 * without. */
static enum vpnalg_result pair_lone(struct vpnalg_step *step,
				    struct vpnalg_record *remote,
				    struct vpnalg_record *host)
{
	enum vpnalg_result result;

	if (host == NULL)
		return VPNALG_DROP_UNPAIRED;
	result = vpnalg_ipsec_inbound_open(step, remote, host,
					   ipsec_step_now(step),
					   VPNALG_EVIDENCE_ALONE);
	if (result != VPNALG_DROP_UNPAIRED)
		return result;
	step->record = host;
	return VPNALG_TRANSLATED;
}

/* Gives a packet to a host as a probe, or drops it. */
static enum vpnalg_result give(struct vpnalg_step *step,
			       struct vpnalg_record *host)
{
	step->record = host;
	return host != NULL ? VPNALG_TRANSLATED : VPNALG_DROP_UNPAIRED;
}

/* Pairs the SPI with a host, and removes it from the unclaimed ones. */
static enum vpnalg_result pair(struct vpnalg_step *step,
			       struct vpnalg_record *remote,
			       struct vpnalg_record *host,
			       struct ipsec_unclaimed *u,
			       enum vpnalg_evidence evidence)
{
	enum vpnalg_result result = vpnalg_ipsec_inbound_open(
		step, remote, host, u->first, evidence);

	if (result == VPNALG_TRANSLATED)
		u->spi = 0;
	return result;
}

/* Pairs the SPI with a candidate; ends the candidacy if its host is dead. */
static enum vpnalg_result pair_owner(struct vpnalg_step *step,
				     struct ipsec_blocks *blocks,
				     struct ipsec_unclaimed *u,
				     const struct ipsec_candidate *owner,
				     enum vpnalg_evidence evidence)
{
	struct vpnalg_record *remote = ipsec_blocks_remote(blocks);
	struct vpnalg_record *host =
		vpnalg_ipsec_host_alive(step->translator, remote, owner->id);
	unsigned place = 1;

	if (host == NULL) {
		while (ipsec_blocks_candidate(blocks, place) != owner)
			place++;
		vpnalg_ipsec_candidate_clear(step->translator, blocks, place);
		return VPNALG_DROP_UNPAIRED;
	}
	return pair(step, remote, host, u, evidence);
}

/* Gives a packet to one of several hosts, pairs its SPI, or drops it. */
static enum vpnalg_result pair_one_of(struct vpnalg_step *step,
				      struct ipsec_blocks *blocks,
				      struct ipsec_unclaimed *u, uint32_t gap)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = ipsec_blocks_remote(blocks), *host;
	const struct ipsec_candidate *owner;
	enum vpnalg_evidence evidence;
	bool owns;

	owner = find_owner(translator, blocks, u, &evidence);
	host = owner == NULL
		       ? vpnalg_ipsec_owner_unclaimed(step, remote, u, gap)
		       : NULL;
	if (host != NULL)
		return pair(step, remote, host, u, VPNALG_EVIDENCE_TIMING);
	if (is_odd(owner, u, evidence) &&
	    vpnalg_ipsec_repair_contested(translator, blocks, u))
		return VPNALG_DROP_UNPAIRED;
	if (owner != NULL)
		return pair_owner(step, blocks, u, owner, evidence);
	host = vpnalg_ipsec_probe(translator, blocks, u,
				  evidence != VPNALG_EVIDENCE_NONE, &owns);
	return owns ? pair(step, remote, host, u, VPNALG_EVIDENCE_LEFT)
		    : give(step, host);
}

enum vpnalg_result vpnalg_ipsec_pair_unclaimed(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = step->record;
	struct vpnalg_record *sender, *host;
	struct ipsec_blocks blocks;
	struct ipsec_unclaimed *u;
	enum vpnalg_result result;
	unsigned place;
	uint32_t gap;

	step->kind = IPSEC_KIND_IN;
	sender = vpnalg_ipsec_esp_hairpin_sender(step);
	if (sender != NULL &&
	    vpnalg_ipsec_esp_hairpin_is_clear(step, remote, sender, &host))
		return pair_lone(step, remote, host);
	if (remote->children == 1)
		return pair_lone(step, remote,
				 vpnalg_ipsec_ring_lone(translator, remote));
	vpnalg_ipsec_blocks_load(translator, remote, &blocks);
	u = vpnalg_ipsec_unclaimed_seen(step, &blocks, &place, &gap);
	if (u == NULL) /* no place: too many are unclaimed */
		return give(step, vpnalg_ipsec_probe_any(translator, &blocks));
	if (sender != NULL)
		u->refused = vpnalg_ipsec_host_id(translator, sender);
	result = pair_one_of(step, &blocks, u, gap);
	vpnalg_session_changed(
		translator, blocks.unclaimed_blocks[place / IPSEC_UNCLAIMED]);
	return result;
}

/* The packet has been given to its host already, with a pair or without: so it
 * is translated in any case. A pair that another host has of the SPI is wrong,
 * and ends. */
enum vpnalg_result vpnalg_ipsec_pair_shown(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host = vpnalg_ipsec_host_shown(step);
	struct vpnalg_record *remote, *sa;

	if (host == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (vpnalg_ipsec_probe_shown(step, host)) {
		step->record = host;
		return VPNALG_TRANSLATED;
	}
	remote = vpnalg_ipsec_remote_of(translator, host);
	if (remote != NULL && remote->children == 1)
		return pair_lone(step, remote, host);
	sa = vpnalg_session_beside(translator, host, VPNALG_OUTSIDE_OWN,
				   ESP_PROTOCOL, ipsec_spi(step), 0);
	if (sa != NULL)
		vpnalg_ipsec_inbound_unpair(
			translator, vpnalg_ipsec_host_find(translator, sa), sa,
			VPNALG_EVIDENCE_OTHER_SHOWN);
	if (vpnalg_ipsec_inbound_open(step, remote, host, ipsec_step_now(step),
				      VPNALG_EVIDENCE_SHOWN) !=
	    VPNALG_TRANSLATED)
		step->record = host;
	return VPNALG_TRANSLATED;
}
