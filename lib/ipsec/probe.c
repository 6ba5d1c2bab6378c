/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides which host is due to be probed with an unclaimed SPI, and whether one
 * has answered: see probe.h. */
#include "probe.h"

#include "blocks.h"
#include "candidate.h"
#include "host.h"
#include "remote.h"
#include "ring.h"

/* An SPI is probed with silent hosts once in the one time, and once in the
 * other if it goes on without a pause: a remote that expects an answer pauses.
 */
#define PROBE_MS 1000
#define PROBE_STEADY_MS 3000

/* A host that sends more often than this may send by chance when it is probed.
 */
#define SILENT_MS 3000

/* A host that has received before is probed only after this time: until then
 * other evidence comes, as a rule. */
#define UNCLAIMED_MS 1000

/* An SPI that has been unclaimed for this time, and this number of packets,
 * goes round. */
#define ROUND_AFTER_MS 3000
#define ROUND_AFTER 3

/* Most packets of a server answer a packet sent within this time. */
#define SENDING_MS 1200

/* A round takes no longer than this; its pauses stay between the other two. */
#define ROUND_MS 20000
#define ROUND_LEAST_MS 250
#define ROUND_MOST_MS 3000

/* Returns whether the candidate is receiving. */
static bool is_receiving(const struct ipsec_blocks *blocks,
			 const struct ipsec_candidate *c)
{
	return ipsec_candidate_has_received(c,
					    blocks->now - IPSEC_SILENCE_MS - 1);
}

/* Returns whether a candidate that receives nothing has sent nothing for a
 * while either. */
static bool is_silent(const struct ipsec_blocks *blocks,
		      const struct ipsec_candidate *c,
		      const struct ipsec_unclaimed *u)
{
	uint32_t now = blocks->now;

	if (c->receives && now - u->first < UNCLAIMED_MS)
		return false;
	return !c->sends || now - ipsec_candidate_sent(c) > SILENT_MS;
}

const struct ipsec_candidate *
vpnalg_ipsec_probe_answered(const struct ipsec_blocks *blocks,
			    const struct ipsec_unclaimed *u)
{
	const struct ipsec_candidate *c;

	if (!(u->flags & IPSEC_UNCLAIMED_AWAITING) ||
	    u->turn >= blocks->candidates)
		return NULL;
	c = ipsec_blocks_candidate(blocks, u->turn);
	if (c->id != u->probed || is_receiving(blocks, c) || !c->has_resumed)
		return NULL;
	return c->resumed - u->probed_at <= IPSEC_ANSWER_MS ? c : NULL;
}

static bool was_probed_within(const struct ipsec_blocks *blocks,
			      const struct ipsec_unclaimed *u, uint32_t ms)
{
	return u->flags & IPSEC_UNCLAIMED_PROBED &&
	       blocks->now - u->probed_at < ms;
}

/* Returns whether a silent host may be probed with the SPI now. No two are
 * probed at the same time: it would not be plain which host answers which
 * probe. */
static bool silent_is_due(struct vpnalg *translator,
			  const struct ipsec_blocks *blocks,
			  const struct ipsec_unclaimed *u)
{
	const struct ipsec_remote *r =
		ipsec_remote_body(translator, ipsec_blocks_remote(blocks));

	return vpnalg_session_may_hold(translator) &&
	       (uint16_t)(blocks->now - r->probed_at) > IPSEC_ANSWER_MS &&
	       !was_probed_within(blocks, u,
				  u->count > 1 ? PROBE_STEADY_MS : PROBE_MS);
}

/* The candidates that may be probed. */
enum part {
	PART_SILENT,  /* receives nothing, and sends nothing */
	PART_SENDING, /* receives nothing, and has sent just now */
	PART_ALL,     /* receives nothing */
	PARTS
};

/* For each part: the number of candidates, the place of the first, and of the
 * first behind the SPI's last turn; 0: none. */
struct turns {
	struct turn {
		unsigned count, first, next;
	} of[PARTS];
};

static inline void add(struct turn *turn, unsigned place, unsigned behind)
{
	if (turn->count++ == 0)
		turn->first = place;
	if (place > behind && turn->next == 0)
		turn->next = place;
}

static void find_turns(const struct ipsec_blocks *blocks,
		       const struct ipsec_unclaimed *u, struct turns *turns)
{
	struct ipsec_candidate *c = ipsec_blocks_candidate(blocks, 0);
	unsigned place, i;

	*turns = (struct turns){ .of = { { 0 } } };
	for (place = 1; place < blocks->candidates; place++) {
		c = ipsec_blocks_after(blocks, c, place);
		if (c->id == 0 || c->id == u->refused ||
		    is_receiving(blocks, c))
			continue;
		add(&turns->of[PART_ALL], place, u->turn);
		if (c->sends &&
		    blocks->now - ipsec_candidate_sent(c) <= SENDING_MS)
			add(&turns->of[PART_SENDING], place, u->turn);
		else if (is_silent(blocks, c, u) &&
			 !ipsec_unclaimed_is_too_old(u, c))
			add(&turns->of[PART_SILENT], place, u->turn);
	}
	for (i = 0; i < PARTS; i++)
		if (turns->of[i].next == 0)
			turns->of[i].next = turns->of[i].first;
}

static void note_probe(const struct ipsec_blocks *blocks,
		       struct ipsec_unclaimed *u, uint32_t id, unsigned place,
		       uint8_t awaiting)
{
	u->probed = id;
	u->probed_at = blocks->now;
	u->turn = (uint8_t)place;
	u->flags &= (uint8_t)~IPSEC_UNCLAIMED_AWAITING;
	u->flags |= IPSEC_UNCLAIMED_PROBED | awaiting;
}

/* Probes the host of that place, and returns it; NULL if it is dead. */
static struct vpnalg_record *probe(struct vpnalg *translator,
				   struct ipsec_blocks *blocks,
				   struct ipsec_unclaimed *u, unsigned place,
				   uint8_t awaiting)
{
	uint32_t id = ipsec_blocks_candidate(blocks, place)->id;
	struct vpnalg_record *host = vpnalg_ipsec_host_alive(
		translator, ipsec_blocks_remote(blocks), id);

	note_probe(blocks, u, id, place, awaiting);
	if (host == NULL)
		vpnalg_ipsec_candidate_clear(translator, blocks, place);
	return host;
}

/* Returns the pause between the turns of that many hosts. */
static uint32_t pause_of(unsigned count)
{
	uint32_t pause = count > 0 ? ROUND_MS / count : ROUND_MOST_MS;

	if (pause > ROUND_MOST_MS)
		return ROUND_MOST_MS;
	return pause < ROUND_LEAST_MS ? ROUND_LEAST_MS : pause;
}

/* Returns whether the SPI may go round now. Silent hosts are probed first; but
 * an SPI that has been unclaimed for long goes round among all hosts that
 * receive nothing, and where there are none, among all hosts of the remote: so
 * its owner gets some packets within a bounded time. */
static bool round_is_due(struct vpnalg *translator,
			 const struct ipsec_blocks *blocks,
			 const struct ipsec_unclaimed *u)
{
	return u->total >= ROUND_AFTER &&
	       blocks->now - u->first >= ROUND_AFTER_MS &&
	       vpnalg_session_may_hold(translator) &&
	       !was_probed_within(blocks, u, ROUND_LEAST_MS);
}

/* Returns the next host of the SPI's round; NULL if it is too soon, or the host
 * is dead. *owns is set as vpnalg_ipsec_probe() says. */
static struct vpnalg_record *go_round(struct vpnalg *translator,
				      struct ipsec_blocks *blocks,
				      struct ipsec_unclaimed *u,
				      const struct turns *turns, bool *owns)
{
	enum part part =
		turns->of[PART_SENDING].count > 0 ? PART_SENDING : PART_ALL;
	unsigned count = turns->of[part].count;
	struct vpnalg_record *host;

	if (was_probed_within(
		    blocks, u,
		    pause_of(count > 0
				     ? count
				     : ipsec_blocks_remote(blocks)->children)))
		return NULL;
	if (count > 0)
		return probe(translator, blocks, u, turns->of[part].next, 0);
	host = vpnalg_ipsec_ring_lacking(
		translator, ipsec_blocks_remote(blocks), u->refused, owns);
	if (host != NULL)
		note_probe(blocks, u, vpnalg_ipsec_host_id(translator, host), 0,
			   0);
	return host;
}

struct vpnalg_record *vpnalg_ipsec_probe(struct vpnalg *translator,
					 struct ipsec_blocks *blocks,
					 struct ipsec_unclaimed *u,
					 bool evidence, bool *owns)
{
	bool silent = !evidence && silent_is_due(translator, blocks, u);
	bool round = round_is_due(translator, blocks, u);
	struct turns turns;

	*owns = false;
	if (!silent && !round)
		return NULL;
	find_turns(blocks, u, &turns);
	if (silent && turns.of[PART_SILENT].count > 0) {
		ipsec_remote_body(translator, ipsec_blocks_remote(blocks))
			->probed_at = (uint16_t)blocks->now;
		vpnalg_session_changed(translator, ipsec_blocks_remote(blocks));
		return probe(translator, blocks, u, turns.of[PART_SILENT].next,
			     IPSEC_UNCLAIMED_AWAITING);
	}
	return round ? go_round(translator, blocks, u, &turns, owns) : NULL;
}

struct vpnalg_record *vpnalg_ipsec_probe_any(struct vpnalg *translator,
					     struct ipsec_blocks *blocks)
{
	unsigned i, place = vpnalg_session_random(translator);
	const struct ipsec_candidate *c;

	if (!vpnalg_session_may_hold(translator))
		return NULL;
	for (i = 1; i < blocks->candidates; i++) {
		place = 1 + place % (blocks->candidates - 1);
		c = ipsec_blocks_candidate(blocks, place);
		if (c->id != 0 && !is_receiving(blocks, c))
			return vpnalg_ipsec_host_alive(
				translator, ipsec_blocks_remote(blocks), c->id);
	}
	return NULL;
}

bool vpnalg_ipsec_probe_shown(struct vpnalg_step *step,
			      struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	uint32_t spi = ipsec_spi(step);
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	const struct ipsec_unclaimed *u;
	struct ipsec_blocks blocks;
	unsigned place;

	if (remote == NULL)
		return false;
	vpnalg_ipsec_blocks_load(translator, remote, &blocks);
	for (place = 0; place < blocks.unclaimed; place++) {
		u = ipsec_blocks_unclaimed(&blocks, place);
		if (u->spi == spi)
			return u->probed ==
			       vpnalg_ipsec_host_id(translator, host);
	}
	return false;
}
