/* SPDX-License-Identifier: BSD-2-Clause */
#include "review.h"

#include "blocks.h"
#include "candidate.h"
#include "esp_hairpin.h"
#include "host.h"
#include "repair.h"
#include "unclaimed.h"

/* A packet that comes within this time after another counts as its answer. */
#define ANSWERED_MS 350

/* The trust that a pair gains by a packet that agrees, and loses by one that
 * does not. */
enum { GAIN = 1, LOSS = 2 };

/* A pair that has gained this much trust has had traffic in both directions for
 * a while. */
#define CONFIRMED_GAIN 2

static void gain(struct vpnalg *translator, struct vpnalg_record *sa,
		 bool begins)
{
	struct ipsec_in *in = vpnalg_session_body(translator, sa);

	if (begins || !in->confirmed)
		in->trust = (in->trust + GAIN) & 0xf;
	if (in->trust >= IPSEC_TRUST_INITIAL + CONFIRMED_GAIN)
		in->confirmed = 1;
	vpnalg_session_changed(translator, sa);
}

/* Returns the ID of a candidate that receives nothing, and began to send within
 * the time that an answer takes and later than `sent`; 0 if there is none. It
 * is not the host `except`, nor the `sender`. */
static uint32_t find_better(const struct ipsec_blocks *blocks, uint32_t except,
			    uint32_t sender, uint32_t sent)
{
	const struct ipsec_unclaimed u = { .refused = except };
	const struct ipsec_candidate *c;
	unsigned place;

	for (place = 1; place < blocks->candidates; place++) {
		c = ipsec_blocks_candidate(blocks, place);
		if (c->id != sender && c->has_resumed &&
		    blocks->now - c->resumed <= ANSWERED_MS &&
		    ipsec_is_after(c->resumed, sent) &&
		    ipsec_unclaimed_may_be(&u, c))
			return c->id;
	}
	return 0;
}

/* Lowers the trust in a pair in favour of another host, and takes it back at 0.
 * Returns whether it did. */
static bool lose(struct vpnalg_step *step, struct ipsec_blocks *blocks,
		 struct vpnalg_record *host, uint32_t better)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = ipsec_blocks_remote(blocks);
	struct ipsec_in *in = vpnalg_session_body(translator, step->record);
	struct vpnalg_record *other =
		vpnalg_ipsec_host_alive(translator, remote, better);

	if (other == NULL)
		return false;
	if (in->trust > LOSS) {
		in->trust = (in->trust - LOSS) & 0xf;
		vpnalg_session_changed(translator, step->record);
		return false;
	}
	vpnalg_ipsec_blocks_load(translator, remote, blocks);
	vpnalg_ipsec_repair_take_back(translator, blocks, host, step->record,
				      VPNALG_EVIDENCE_OTHER_RESUMED);
	vpnalg_ipsec_candidate_await(translator, blocks, other, blocks->now);
	step->record = remote;
	return true;
}

/* Returns whether the pair was taken back in favour of another host: packets
 * begin, its host has not just sent, and the other one began to send later than
 * that. */
static bool is_anothers(struct vpnalg_step *step, struct vpnalg_record *host,
			uint32_t sent)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *sender = vpnalg_ipsec_esp_hairpin_sender(step);
	struct ipsec_blocks blocks;
	uint32_t better;

	if (!vpnalg_ipsec_blocks_load_candidates(translator, host, &blocks) ||
	    ipsec_blocks_remote(&blocks)->children < 2)
		return false;
	better = find_better(
		&blocks, vpnalg_ipsec_host_id(translator, host),
		sender != NULL ? vpnalg_ipsec_host_id(translator, sender) : 0,
		sent);
	return better != 0 && lose(step, &blocks, host, better);
}

/* Returns whether the host began to send just now. */
static bool has_just_resumed(const struct ipsec_host *h, uint32_t now)
{
	return h->flags & IPSEC_HOST_RESUMED && now - h->resumed <= ANSWERED_MS;
}

/* Returns whether a pair was taken back that a lone packet has made, just after
 * the host had connected. The host has never sent anything, not even an answer:
 * the packet may have been for another host that has connected, and awaits the
 * remote's first packet. The time when the SPI began is no evidence any more.
 */
static bool was_unanswered(struct vpnalg_step *step, struct vpnalg_record *host,
			   uint32_t before)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	const struct ipsec_in *in =
		vpnalg_session_body(translator, step->record);
	uint32_t now = ipsec_step_now(step);

	if (in->evidence != VPNALG_EVIDENCE_CONNECTED ||
	    before != h->in[0].first || now - before <= ANSWERED_MS ||
	    vpnalg_ipsec_host_inbound(translator, host, 0) != step->record ||
	    !vpnalg_ipsec_repair_may_be_others(translator, host))
		return false;
	h->in[0].first = now;
	vpnalg_ipsec_repair_youngest(translator, host, 0,
				     VPNALG_EVIDENCE_NEVER_SENT);
	return true;
}

bool vpnalg_ipsec_review(struct vpnalg_step *step, struct vpnalg_record *host,
			 uint32_t before)
{
	struct vpnalg *translator = step->translator;
	uint32_t now = ipsec_step_now(step), sent;
	bool ever = true, agrees, resumed,
	     begins = now - before > IPSEC_SILENCE_MS;
	const struct ipsec_host *h = ipsec_host_body(translator, host);

	resumed = has_just_resumed(h, now);
	if (resumed) {
		sent = h->resumed;
		agrees = true;
	} else {
		sent = vpnalg_ipsec_host_sent(translator, host, &ever);
		agrees = ever && (now - sent <= ANSWERED_MS ||
				  sent - before <= ANSWERED_MS);
	}
	if (!ever && was_unanswered(step, host, before))
		return true;
	if (begins && (resumed || !agrees) &&
	    is_anothers(step, host, agrees ? sent : now - ANSWERED_MS - 1))
		return true;
	if (agrees)
		gain(translator, step->record, begins);
	return false;
}
