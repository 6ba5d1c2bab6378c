/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probing: where nothing on the wire tells whose an SPI is, a packet of it is
 * given to one of the hosts that may own it. Nothing is paired by that. The
 * owner can decrypt the packet; any other host drops it.
 *
 * Hosts that are silent are probed first, one at a time: the one that begins to
 * send just then has answered, and owns the SPI. When an SPI has been nobody's
 * for a while, its packets go round among all hosts that hear nothing, and
 * where there is none, among all hosts of the remote: so its owner hears some
 * of them within a bounded time, whatever came before.
 */
#include "ipsec.h"

/* An SPI is probed with silent hosts once in so long; one that goes on without
 * a pause, as nothing does that an answer is expected to, less often. */
#define PROBE_MS 1000
#define PROBE_STEADY_MS 3000

/* A host that sends more often than that may do so by chance just then. */
#define SILENT_MS 3000

/* The owner answers within that. Meanwhile no other SPI is probed with silent
 * hosts: it must be plain what the answer is to. */
#define ANSWER_MS 150

/* A host that has received before is asked only after that: until then
 * something else tells, as a rule. */
#define UNTOLD_MS 1000

/* An SPI that has been nobody's for so long, and so many packets, goes round. */
#define ROUND_AFTER_MS 3000
#define ROUND_AFTER 3

/* Most that a server sends answers something that was sent so shortly ago. */
#define SENDING_MS 1200

/* A round takes no longer than that, and gives no packet more often. */
#define ROUND_MS 20000
#define ROUND_LEAST_MS 250
#define ROUND_MOST_MS 3000

static bool hears(struct vpnalg *translator, struct vpnalg_record *host)
{
	return vpnalg_ipsec_host_hears(
		translator, host, ipsec_now(translator) - IPSEC_SILENCE_MS - 1);
}

/* A host that receives nothing, and for a while has sent nothing. */
static bool is_silent(struct vpnalg *translator, struct vpnalg_record *host,
		      const struct ipsec_unclaimed *w)
{
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t now = ipsec_now(translator), sent;
	bool ever;

	if (hears(translator, host) ||
	    (h->in[0].spi != 0 && now - w->first < UNTOLD_MS))
		return false;
	sent = vpnalg_ipsec_host_sent(translator, host, &ever);
	return !ever || now - sent > SILENT_MS;
}

/* Returns the host that began to send when it was probed with the SPI, or
 * NULL. */
struct vpnalg_record *
vpnalg_ipsec_probe_answered(struct vpnalg *translator,
			    struct vpnalg_record *remote,
			    const struct ipsec_unclaimed *w)
{
	struct vpnalg_record *host;
	const struct ipsec_host *h;

	if (!(w->flags & IPSEC_UNCLAIMED_ASKED))
		return NULL;
	host = vpnalg_ipsec_host_by_id(translator, remote, w->probed);
	if (host == NULL || hears(translator, host))
		return NULL;
	h = vpnalg_ipsec_host_body(translator, host);
	return h->flags & IPSEC_HOST_RESUMED &&
			       h->resumed - w->probed_at <= ANSWER_MS
		       ? host
		       : NULL;
}

/* Returns whether the host that was probed with the SPI may still answer. */
bool vpnalg_ipsec_probe_is_on(struct vpnalg *translator,
			      const struct ipsec_unclaimed *w)
{
	return w->spi != 0 && w->flags & IPSEC_UNCLAIMED_ASKED &&
	       ipsec_now(translator) - w->probed_at <= ANSWER_MS;
}

static bool was_probed_within(struct vpnalg *translator,
			      const struct ipsec_unclaimed *w, uint32_t ms)
{
	return w->flags & IPSEC_UNCLAIMED_PROBED &&
	       ipsec_now(translator) - w->probed_at < ms;
}

static bool silent_is_due(struct vpnalg *translator,
			  struct vpnalg_record *remote,
			  const struct ipsec_unclaimed *w)
{
	struct ipsec_walk walk = { .remote = remote };
	const struct ipsec_unclaimed *other;

	if (!vpnalg_session_may_wait(translator) ||
	    was_probed_within(translator, w,
			      w->count > 1 ? PROBE_STEADY_MS : PROBE_MS))
		return false;
	while ((other = vpnalg_ipsec_remote_unclaimed(translator, &walk)) !=
	       NULL)
		if (vpnalg_ipsec_probe_is_on(translator, other))
			return false;
	return true;
}

/* Who takes part in a turn. */
enum part {
	PART_SILENT,  /* who neither hears nor sends */
	PART_SENDING, /* who hears nothing, and has sent just now */
	PART_DEAF     /* who hears nothing */
};

static bool takes_part(struct vpnalg *translator, struct vpnalg_record *host,
		       const struct ipsec_unclaimed *w, enum part part)
{
	uint32_t sent;
	bool ever;

	if (part == PART_SILENT)
		return is_silent(translator, host, w);
	if (hears(translator, host))
		return false;
	sent = vpnalg_ipsec_host_sent(translator, host, &ever);
	return part == PART_DEAF ||
	       (ever && ipsec_now(translator) - sent <= SENDING_MS);
}

/* Who takes part: how many, the first, and the first behind the SPI's turn. */
struct turn {
	unsigned count, first_place, next_place;
	struct vpnalg_record *first, *next;
};

static void note(struct vpnalg *translator, const struct ipsec_walk *walk,
		 struct ipsec_unclaimed *w, const struct turn *turn,
		 uint8_t asked)
{
	w->probed = vpnalg_ipsec_host_id(translator, turn->next);
	w->probed_at = ipsec_now(translator);
	w->turn = (uint8_t)turn->next_place;
	w->flags &= (uint8_t)~IPSEC_UNCLAIMED_ASKED;
	w->flags |= IPSEC_UNCLAIMED_PROBED | asked;
	vpnalg_session_changed(translator, walk->block);
}

static void find_turn(struct vpnalg *translator, struct vpnalg_record *remote,
		      const struct ipsec_unclaimed *w, enum part part,
		      struct turn *turn)
{
	struct ipsec_walk walk = { .remote = remote };
	struct ipsec_unclaimed any = *w;
	struct vpnalg_record *host;

	*turn = (struct turn){ .count = 0 };
	if (part != PART_SILENT) /* it may be older than all that is known */
		any.flags &= (uint8_t)~IPSEC_UNCLAIMED_FRESH;
	while ((host = vpnalg_ipsec_judge_candidate(translator, &walk, &any)) !=
	       NULL) {
		if (!takes_part(translator, host, w, part))
			continue;
		turn->count++;
		if (turn->first == NULL) {
			turn->first = host;
			turn->first_place = walk.place;
		}
		if (turn->next == NULL && walk.place > w->turn) {
			turn->next = host;
			turn->next_place = walk.place;
		}
	}
	if (turn->next == NULL) {
		turn->next = turn->first;
		turn->next_place = turn->first_place;
	}
}

/* Returns the silent host that is to get the packet, or NULL. */
struct vpnalg_record *vpnalg_ipsec_probe_silent(struct vpnalg *translator,
						const struct ipsec_walk *walk,
						struct ipsec_unclaimed *w)
{
	struct turn turn;

	if (!silent_is_due(translator, walk->remote, w))
		return NULL;
	find_turn(translator, walk->remote, w, PART_SILENT, &turn);
	if (turn.next == NULL)
		return NULL;
	note(translator, walk, w, &turn, IPSEC_UNCLAIMED_ASKED);
	return turn.next;
}

static uint32_t pause_of(unsigned count)
{
	uint32_t pause = count > 0 ? ROUND_MS / count : ROUND_MOST_MS;

	if (pause > ROUND_MOST_MS)
		return ROUND_MOST_MS;
	return pause < ROUND_LEAST_MS ? ROUND_LEAST_MS : pause;
}

/* Returns the host whose turn it is in the SPI's round, or NULL. */
struct vpnalg_record *vpnalg_ipsec_probe_round(struct vpnalg *translator,
					       const struct ipsec_walk *walk,
					       struct ipsec_unclaimed *w)
{
	struct turn turn;

	if (w->total < ROUND_AFTER ||
	    ipsec_now(translator) - w->first < ROUND_AFTER_MS ||
	    !vpnalg_session_may_wait(translator) ||
	    was_probed_within(translator, w, ROUND_LEAST_MS))
		return NULL;
	find_turn(translator, walk->remote, w, PART_SENDING, &turn);
	if (turn.count == 0)
		find_turn(translator, walk->remote, w, PART_DEAF, &turn);
	if (was_probed_within(translator, w,
			      pause_of(turn.count > 0
					       ? turn.count
					       : walk->remote->children)))
		return NULL;
	if (turn.count == 0) {
		turn.next = vpnalg_ipsec_remote_turn(translator, walk->remote);
		turn.next_place = 0;
	}
	if (turn.next == NULL)
		return NULL;
	note(translator, walk, w, &turn, 0);
	return turn.next;
}

/* Returns some host that hears nothing, for a packet whose SPI cannot be
 * remembered: so many others are. */
struct vpnalg_record *vpnalg_ipsec_probe_any(struct vpnalg *translator,
					     struct vpnalg_record *remote)
{
	const struct ipsec_remote *r =
		vpnalg_ipsec_remote_body(translator, remote);
	unsigned places = r->blocks[IPSEC_BLOCKS_CANDIDATES] * IPSEC_CANDIDATES;
	unsigned start = vpnalg_session_random(translator) % places;
	struct ipsec_walk walk = { .remote = remote };
	const struct ipsec_candidate *e;
	uint32_t first = 0, next = 0;
	struct vpnalg_record *host;

	if (!vpnalg_session_may_wait(translator))
		return NULL;
	while ((e = vpnalg_ipsec_remote_next(translator, &walk)) != NULL) {
		if (e->id != 0 && first == 0)
			first = e->id;
		if (e->id != 0 && next == 0 && walk.place > start)
			next = e->id;
	}
	if (first == 0)
		return NULL;
	host = vpnalg_ipsec_host_by_id(translator, remote,
				       next != 0 ? next : first);
	return host != NULL && !hears(translator, host) ? host : NULL;
}

/* Returns whether the packet is one that came to the host as a probe: no proof
 * that it is the host's. */
bool vpnalg_ipsec_probe_shown(struct vpnalg_step *step,
			      struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	uint32_t spi = vpnalg_get32(step->facts->l4 + ESP_SPI_OFF);
	uint32_t id = vpnalg_ipsec_host_id(translator, host);
	struct ipsec_walk walk = { .remote = vpnalg_ipsec_remote_of(translator,
								    host) };
	const struct ipsec_unclaimed *w;

	if (walk.remote == NULL)
		return false;
	while ((w = vpnalg_ipsec_remote_unclaimed(translator, &walk)) != NULL)
		if (w->spi == spi)
			return w->probed == id;
	return false;
}
