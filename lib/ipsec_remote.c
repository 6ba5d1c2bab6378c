/* SPDX-License-Identifier: BSD-2-Clause */
/* A remote and the hosts behind one outside address that have ESP with it: all
 * of them in a ring, and those that may own a new inbound SPI as candidates. */
#include "ipsec.h"

/* For so many hosts there is one block, and no more of them than that. When
 * many begin at once, most of their SPIs are unknown for a while. */
static const struct block {
	uint8_t kind, port, hosts, most;
} blocks[IPSEC_BLOCKS] = {
	[IPSEC_BLOCKS_CANDIDATES] = { IPSEC_KIND_REMOTE, IPSEC_PORT_REMOTE,
				      IPSEC_CANDIDATES, 5 },
	[IPSEC_BLOCKS_UNCLAIMED] = { IPSEC_KIND_UNCLAIMED, IPSEC_PORT_UNCLAIMED,
				     IPSEC_UNCLAIMED - 1, 20 },
};

struct ipsec_remote *vpnalg_ipsec_remote_body(struct vpnalg *translator,
					      struct vpnalg_record *remote)
{
	return vpnalg_session_body(translator, remote);
}

static void key_of(struct vpnalg *translator, struct vpnalg_record *session,
		   uint32_t block, uint32_t port, struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(translator, session, VPNALG_OUTSIDE_OWN, tuple);
	tuple->role = VPNALG_OUTSIDE_PEER;
	tuple->space = ESP_PROTOCOL;
	tuple->id = block;
	tuple->port = port;
}

static struct vpnalg_record *find_block(struct vpnalg *translator,
					struct vpnalg_record *session,
					uint32_t block, uint32_t port)
{
	struct vpnalg_tuple tuple;

	key_of(translator, session, block, port, &tuple);
	return vpnalg_session_find(translator, &tuple);
}

/* Of any session towards that remote. */
struct vpnalg_record *vpnalg_ipsec_remote_of(struct vpnalg *translator,
					     struct vpnalg_record *session)
{
	return find_block(translator, session, 0, IPSEC_PORT_REMOTE);
}

/* A block is no host's: its inside key is a repetition of the outside one. It
 * lives as long as the remote has hosts. */
static struct vpnalg_record *open_block(struct vpnalg_step *step,
					const struct vpnalg_tuple *host,
					uint8_t kind, uint32_t block,
					uint32_t port)
{
	struct vpnalg_opening opening = { .kind = kind,
					  .space = ESP_PROTOCOL,
					  .inside = host->local,
					  .remote = host->remote,
					  .outside = host->local,
					  .id = block,
					  .inside_port = port,
					  .outside_port = port,
					  .peer = true,
					  .lifetime = 1 };
	struct vpnalg_record *record;

	if (vpnalg_session_open(step, &opening, &record) != VPNALG_TRANSLATED)
		return NULL;
	return record;
}

static bool has_block(struct vpnalg_step *step, struct vpnalg_record *remote,
		      const struct vpnalg_tuple *host,
		      const struct block *block, uint32_t number)
{
	struct vpnalg_record *record =
		find_block(step->translator, remote, number, block->port);

	if (record == NULL)
		record = open_block(step, host, block->kind, number,
				    block->port);
	if (record == NULL)
		return false;
	if (record != remote)
		record->children = 1;
	vpnalg_session_changed(step->translator, record);
	return true;
}

/* With the first host there is nothing to be told apart. */
static bool has_room(struct vpnalg_step *step, struct vpnalg_record *remote,
		     const struct vpnalg_tuple *host)
{
	struct ipsec_remote *r =
		vpnalg_ipsec_remote_body(step->translator, remote);
	unsigned number, i;

	if (remote->children == UINT16_MAX)
		return false;
	if (remote->children == 0)
		r->blocks[IPSEC_BLOCKS_CANDIDATES] = 1;
	for (i = 0; i < IPSEC_BLOCKS && remote->children > 0; i++) {
		number = (unsigned)remote->children / blocks[i].hosts;
		if (number >= blocks[i].most)
			continue;
		if (!has_block(step, remote, host, &blocks[i], number))
			return false;
		if (number >= r->blocks[i])
			r->blocks[i] = (uint16_t)(number + 1);
	}
	return true;
}

/* The ring */

/* Puts the host behind the one whose turn it is. */
static void enter_ring(struct vpnalg *translator, struct vpnalg_record *remote,
		       struct vpnalg_record *host)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	uint32_t id = vpnalg_ipsec_host_id(translator, host);
	struct vpnalg_record *at, *next;
	struct ipsec_host *a, *n;

	h->next = h->previous = id;
	at = r->turn != 0 ? vpnalg_ipsec_host_peek(translator, host, r->turn)
			  : NULL;
	if (at == NULL) {
		r->turn = id;
		return;
	}
	a = vpnalg_ipsec_host_body(translator, at);
	next = vpnalg_ipsec_host_peek(translator, host, a->next);
	if (next == NULL)
		return;
	n = vpnalg_ipsec_host_body(translator, next);
	h->previous = r->turn;
	h->next = a->next;
	a->next = id;
	n->previous = id;
	vpnalg_session_changed(translator, at);
	vpnalg_session_changed(translator, next);
}

static void link_after(struct vpnalg *translator, struct vpnalg_record *host,
		       uint32_t id, uint32_t next)
{
	struct vpnalg_record *at = vpnalg_ipsec_host_peek(translator, host, id);

	if (at == NULL)
		return;
	vpnalg_ipsec_host_body(translator, at)->next = next;
	vpnalg_session_changed(translator, at);
}

static void leave_ring(struct vpnalg *translator, struct vpnalg_record *remote,
		       struct vpnalg_record *host)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	const struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *next =
		vpnalg_ipsec_host_peek(translator, host, h->next);
	uint32_t id;

	if (next == NULL)
		return;
	id = vpnalg_ipsec_host_body(translator, next)->previous; /* its own */
	if (r->turn == id)
		r->turn = next != host ? h->next : 0;
	vpnalg_ipsec_host_body(translator, next)->previous = h->previous;
	vpnalg_session_changed(translator, next);
	link_after(translator, host, h->previous, h->next);
}

/* Returns the host whose turn it is, and passes the turn on. Dead hosts are
 * closed on the way; NULL if the remote has gone with the last of them. */
struct vpnalg_record *vpnalg_ipsec_remote_turn(struct vpnalg *translator,
					       struct vpnalg_record *remote)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	struct vpnalg_record *host =
		vpnalg_ipsec_host_by_id(translator, remote, r->turn);

	if (host == NULL)
		return NULL;
	r->turn = vpnalg_ipsec_host_body(translator, host)->next;
	vpnalg_session_changed(translator, remote);
	return host;
}

/* Returns the only host of the remote; NULL if it is dead. */
struct vpnalg_record *vpnalg_ipsec_remote_lone(struct vpnalg *translator,
					       struct vpnalg_record *remote)
{
	return vpnalg_ipsec_host_by_id(
		translator, remote,
		vpnalg_ipsec_remote_body(translator, remote)->turn);
}

/* False if the store has no room. */
static bool join(struct vpnalg_step *step, struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	struct vpnalg_tuple outside;

	vpnalg_session_tuple(translator, host, VPNALG_OUTSIDE_OWN, &outside);
	if (remote == NULL)
		remote = open_block(step, &outside, IPSEC_KIND_REMOTE, 0,
				    IPSEC_PORT_REMOTE);
	if (remote == NULL || !has_room(step, remote, &outside))
		return false;
	remote->children++;
	enter_ring(translator, remote, host);
	vpnalg_session_changed(translator, remote);
	return true;
}

/* Opens a host, and the remote for the first of them. */
enum vpnalg_result vpnalg_ipsec_remote_admit(struct vpnalg_step *step,
					     const struct vpnalg_tuple *inside,
					     struct vpnalg_record **host)
{
	enum vpnalg_result result = vpnalg_ipsec_host_open(step, inside, host);

	if (result != VPNALG_TRANSLATED)
		return result;
	if (join(step, *host)) {
		vpnalg_ipsec_host_body(step->translator, *host)->flags =
			IPSEC_HOST_JOINED | IPSEC_HOST_INITIAL;
		vpnalg_session_changed(step->translator, *host);
		return VPNALG_TRANSLATED;
	}
	vpnalg_session_close(step->translator, *host);
	return VPNALG_DROP_STORE;
}

static struct vpnalg_record *peek_block(struct vpnalg *translator,
					struct vpnalg_record *host,
					uint32_t block, uint32_t port)
{
	struct vpnalg_tuple tuple;

	key_of(translator, host, block, port, &tuple);
	return vpnalg_session_peek(translator, &tuple);
}

static void release(struct vpnalg *translator, struct vpnalg_record *host,
		    uint32_t block, uint32_t port)
{
	struct vpnalg_record *record =
		peek_block(translator, host, block, port);

	if (record == NULL)
		return;
	record->children = 0;
	vpnalg_session_changed(translator, record);
}

static void release_all(struct vpnalg *translator, struct vpnalg_record *host)
{
	unsigned number, i;

	for (i = 0; i < IPSEC_BLOCKS; i++)
		for (number = 0; number < blocks[i].most; number++)
			release(translator, host, number, blocks[i].port);
}

/* A host that has joined is about to be removed. When the last one has left, all
 * blocks die. */
void vpnalg_ipsec_remote_leave(struct vpnalg *translator,
			       struct vpnalg_record *host)
{
	struct vpnalg_record *remote =
		peek_block(translator, host, 0, IPSEC_PORT_REMOTE);

	if (remote == NULL ||
	    !(vpnalg_ipsec_host_body(translator, host)->flags &
	      IPSEC_HOST_JOINED))
		return;
	leave_ring(translator, remote, host);
	remote->children--;
	vpnalg_session_changed(translator, remote);
	if (remote->children == 0)
		release_all(translator, host);
}

/* Expecting */

/* The number of the next place in its block, the first of which finds it. */
static bool next_place(struct vpnalg *translator, struct ipsec_walk *walk,
		       unsigned kind, unsigned places, unsigned *at)
{
	const struct ipsec_remote *r =
		vpnalg_ipsec_remote_body(translator, walk->remote);
	unsigned number = walk->place / places;

	*at = walk->place++ % places;
	if (number >= r->blocks[kind])
		return false;
	if (walk->place == 1 && kind == IPSEC_BLOCKS_CANDIDATES)
		walk->block = walk->remote;
	else if (*at == 0)
		walk->block = find_block(translator, walk->remote, number,
					 blocks[kind].port);
	return walk->block != NULL;
}

/* Walks over the places for hosts that are expected. */
struct ipsec_candidate *vpnalg_ipsec_remote_next(struct vpnalg *translator,
						 struct ipsec_walk *walk)
{
	struct ipsec_remote *r;
	unsigned at;

	if (!next_place(translator, walk, IPSEC_BLOCKS_CANDIDATES,
			IPSEC_CANDIDATES, &at))
		return NULL;
	r = vpnalg_ipsec_remote_body(translator, walk->block);
	return &r->candidates[at];
}

/* Walks over the places for SPIs that are watched. */
struct ipsec_unclaimed *vpnalg_ipsec_remote_unclaimed(struct vpnalg *translator,
						      struct ipsec_walk *walk)
{
	struct ipsec_unclaimed_block *unknown;
	unsigned at;

	if (!next_place(translator, walk, IPSEC_BLOCKS_UNCLAIMED,
			IPSEC_UNCLAIMED, &at))
		return NULL;
	unknown = vpnalg_session_body(translator, walk->block);
	return &unknown->spis[at];
}

static uint16_t bit_of(const struct ipsec_walk *walk)
{
	return (uint16_t)(1U << (walk->place - 1) % IPSEC_CANDIDATES);
}

/* Returns whether nothing is promised to the candidate that the walk has met:
 * it sends and hears nothing. */
bool vpnalg_ipsec_remote_is_seeking(struct vpnalg *translator,
				    const struct ipsec_walk *walk)
{
	return vpnalg_ipsec_remote_body(translator, walk->block)->seeking &
	       bit_of(walk);
}

static void set_seeking(struct vpnalg *translator,
			const struct ipsec_walk *walk, bool seeking)
{
	struct ipsec_remote *r =
		vpnalg_ipsec_remote_body(translator, walk->block);

	r->seeking &= (uint16_t)~bit_of(walk);
	if (seeking)
		r->seeking |= bit_of(walk);
	vpnalg_session_changed(translator, walk->block);
}

/* A place for a candidate. */
struct place {
	struct ipsec_candidate *candidate;
	struct ipsec_walk walk;
	bool seeking;
};

/* An empty place is filled first, then that of a host to which nothing is
 * promised, then that of the one which is a candidate for the longest time. */
static bool is_replaced_before(const struct ipsec_candidate *e, bool seeking,
			       const struct place *other)
{
	if (other->candidate == NULL || other->candidate->id == 0)
		return other->candidate == NULL;
	if (e->id == 0 || seeking != other->seeking)
		return e->id == 0 || seeking;
	return ipsec_is_after(other->candidate->since, e->since);
}

/* Finds the host's own place, or else the one to be filled first. */
static void find_place(struct vpnalg *translator, struct vpnalg_record *remote,
		       uint32_t id, struct place *place)
{
	struct ipsec_walk walk = { .remote = remote };
	struct ipsec_candidate *e;
	bool seeking;

	*place = (struct place){ .candidate = NULL };
	while ((e = vpnalg_ipsec_remote_next(translator, &walk)) != NULL) {
		seeking = vpnalg_ipsec_remote_is_seeking(translator, &walk);
		if (e->id == id || is_replaced_before(e, seeking, place))
			*place = (struct place){ e, walk, seeking };
		if (e->id == id)
			return;
	}
}

static void fill_place(struct vpnalg *translator, const struct place *place,
		       uint32_t id, uint32_t since, bool seeking)
{
	place->candidate->id = id;
	place->candidate->since = since;
	set_seeking(translator, &place->walk, seeking);
}

/* The host may receive with a new SPI since then. */
void vpnalg_ipsec_remote_expect(struct vpnalg *translator,
				struct vpnalg_record *remote,
				struct vpnalg_record *host, uint32_t since)
{
	uint32_t id = vpnalg_ipsec_host_id(translator, host);
	struct place place;

	find_place(translator, remote, id, &place);
	if (place.candidate == NULL ||
	    (place.candidate->id == id && !place.seeking &&
	     !vpnalg_ipsec_host_went_on(translator, host,
					place.candidate->since)))
		return;
	fill_place(translator, &place, id, since, false);
}

/* The host sends and hears nothing: an SPI that nobody claims may be its own.
 * It takes no place of a host to which one is promised. */
void vpnalg_ipsec_remote_seek(struct vpnalg *translator,
			      struct vpnalg_record *remote,
			      struct vpnalg_record *host)
{
	uint32_t id = vpnalg_ipsec_host_id(translator, host);
	struct place place;

	find_place(translator, remote, id, &place);
	if (place.candidate == NULL || place.candidate->id == id ||
	    (place.candidate->id != 0 && !place.seeking))
		return;
	fill_place(translator, &place, id, ipsec_now(translator), true);
}

/* The candidate that the walk has met is none any more. */
void vpnalg_ipsec_remote_drop(struct vpnalg *translator,
			      const struct ipsec_walk *walk,
			      struct ipsec_candidate *e)
{
	e->id = 0;
	set_seeking(translator, walk, false);
}

struct ipsec_candidate *vpnalg_ipsec_remote_expected(struct vpnalg *translator,
						     struct ipsec_walk *walk,
						     uint32_t id)
{
	struct ipsec_candidate *e;

	while ((e = vpnalg_ipsec_remote_next(translator, walk)) != NULL)
		if (e->id == id)
			return e;
	return NULL;
}

/* The host has got an SPI; the walk has met it. */
void vpnalg_ipsec_remote_fulfil(struct vpnalg *translator,
				const struct ipsec_walk *walk,
				struct ipsec_candidate *e)
{
	struct ipsec_remote *r =
		vpnalg_ipsec_remote_body(translator, walk->remote);
	unsigned i;

	for (i = IPSEC_PAIRED - 1; i > 0; i--)
		r->paired[i] = r->paired[i - 1];
	r->paired[0] = *e;
	vpnalg_session_changed(translator, walk->remote);
	vpnalg_ipsec_remote_drop(translator, walk, e);
}

/* IKE SAs */

/* The host has made an SA, maybe a new IKE SA. */
void vpnalg_ipsec_remote_rekey(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t id)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	unsigned i;

	vpnalg_ipsec_remote_settle(translator, remote, id);
	for (i = IPSEC_REKEYED - 1; i > 0; i--)
		r->rekeyed[i] = r->rekeyed[i - 1];
	r->rekeyed[0].id = id;
	r->rekeyed[0].since = ipsec_now(translator);
	vpnalg_session_changed(translator, remote);
}

/* It is known by now what the host has made. */
void vpnalg_ipsec_remote_settle(struct vpnalg *translator,
				struct vpnalg_record *remote, uint32_t id)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	unsigned i, kept = 0;

	for (i = 0; i < IPSEC_REKEYED; i++)
		if (r->rekeyed[i].id != id)
			r->rekeyed[kept++] = r->rekeyed[i];
	for (; kept < IPSEC_REKEYED; kept++)
		r->rekeyed[kept].id = 0;
	vpnalg_session_changed(translator, remote);
}
