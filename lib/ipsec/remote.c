/* SPDX-License-Identifier: BSD-2-Clause */
/* A remote and the hosts behind one outside address that have ESP with it: all
 * of them in a ring, and those that may own a new inbound SPI as candidates. */
#include "ipsec.h"

/* For so many hosts there is one block, and no more of them than that. When
 * many begin at once, most of their SPIs are unclaimed for a while. */
static const struct block {
	uint8_t kind, port, hosts, most;
} blocks[IPSEC_BLOCKS] = {
	[IPSEC_BLOCKS_CANDIDATES] = { IPSEC_KIND_CANDIDATES, IPSEC_PORT_REMOTE,
				      IPSEC_CANDIDATES,
				      IPSEC_CANDIDATE_BLOCKS },
	[IPSEC_BLOCKS_UNCLAIMED] = { IPSEC_KIND_UNCLAIMED, IPSEC_PORT_UNCLAIMED,
				     IPSEC_UNCLAIMED - 1,
				     IPSEC_UNCLAIMED_BLOCKS },
};

struct ipsec_remote *vpnalg_ipsec_remote_body(struct vpnalg *translator,
					      struct vpnalg_record *remote)
{
	return vpnalg_session_body(translator, remote);
}

static struct vpnalg_record *find_block(struct vpnalg *translator,
					struct vpnalg_record *session,
					uint32_t block, uint32_t port)
{
	return vpnalg_session_beside(translator, session, VPNALG_OUTSIDE_PEER,
				     ESP_PROTOCOL, block, port);
}

/* Of any session towards that remote. */
struct vpnalg_record *vpnalg_ipsec_remote_of(struct vpnalg *translator,
					     struct vpnalg_record *session)
{
	return find_block(translator, session, 0, IPSEC_PORT_REMOTE);
}

/* The block in which that place for a candidate is. */
struct vpnalg_record *vpnalg_ipsec_remote_block(struct vpnalg *translator,
						struct vpnalg_record *session,
						unsigned place)
{
	return find_block(translator, session, place / IPSEC_CANDIDATES,
			  IPSEC_PORT_REMOTE);
}

/* The places of a candidate block are where it begins: of the first one, too, but
 * for the place of number 0. */
_Static_assert(offsetof(struct ipsec_remote, candidates) ==
		       sizeof(struct ipsec_candidate),
	       "the remote's own things fill one place");

static unsigned load(struct vpnalg *translator, struct vpnalg_record *session,
		     unsigned kind, unsigned first, unsigned end,
		     struct vpnalg_record **records)
{
	const struct vpnalg_row row = { .role = VPNALG_OUTSIDE_PEER,
					.space = ESP_PROTOCOL,
					.port = blocks[kind].port,
					.first = first,
					.count = end - first };

	return first +
	       vpnalg_session_row(translator, session, &row, records + first);
}

/* How many there are, but for what is wrong with a store. */
static unsigned count_of(struct vpnalg *translator,
			 struct vpnalg_record *remote, unsigned kind)
{
	unsigned count =
		vpnalg_ipsec_remote_body(translator, remote)->blocks[kind];

	return count < blocks[kind].most ? count : blocks[kind].most;
}

static void load_candidates(struct vpnalg *translator,
			    struct vpnalg_record *remote,
			    struct ipsec_blocks *b)
{
	b->body =
		(uint16_t)((uint8_t *)vpnalg_session_body(translator, remote) -
			   (uint8_t *)remote);
	b->now = ipsec_now(translator);
	b->candidate_blocks[0] = remote;
	b->candidates =
		(uint8_t)(load(translator, remote, IPSEC_BLOCKS_CANDIDATES, 1,
			       count_of(translator, remote,
					IPSEC_BLOCKS_CANDIDATES),
			       b->candidate_blocks) *
			  IPSEC_CANDIDATES);
	b->unclaimed = 0;
}

void vpnalg_ipsec_remote_load(struct vpnalg *translator,
			      struct vpnalg_record *remote,
			      struct ipsec_blocks *b)
{
	load_candidates(translator, remote, b);
	b->unclaimed =
		(uint8_t)(load(translator, remote, IPSEC_BLOCKS_UNCLAIMED, 0,
			       count_of(translator, remote,
					IPSEC_BLOCKS_UNCLAIMED),
			       b->unclaimed_blocks) *
			  IPSEC_UNCLAIMED);
}

/* Only these, of any session towards the remote; false without one. */
bool vpnalg_ipsec_remote_load_candidates(struct vpnalg *translator,
					 struct vpnalg_record *session,
					 struct ipsec_blocks *b)
{
	struct vpnalg_record *remote =
		vpnalg_ipsec_remote_of(translator, session);

	if (remote == NULL)
		return false;
	load_candidates(translator, remote, b);
	return true;
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
		if (number < r->blocks[i] || number >= blocks[i].most)
			continue;
		if (!has_block(step, remote, host, &blocks[i], number))
			return false;
		r->blocks[i] = (uint8_t)(number + 1);
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
	at = r->turn != 0 ? ipsec_host_peek(translator, host, r->turn) : NULL;
	if (at == NULL) {
		r->turn = id;
		return;
	}
	a = vpnalg_ipsec_host_body(translator, at);
	next = ipsec_host_peek(translator, host, a->next);
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
	struct vpnalg_record *at = ipsec_host_peek(translator, host, id);

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
	struct vpnalg_record *next = ipsec_host_peek(translator, host, h->next);
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

/* A host of the remote that is dead is closed on the way. NULL if it was. */
static struct vpnalg_record *meet(struct vpnalg *translator,
				  struct vpnalg_record *remote, uint32_t id)
{
	struct vpnalg_record *host = ipsec_host_peek(translator, remote, id);

	if (host == NULL || vpnalg_session_is_alive(translator, host))
		return host;
	vpnalg_session_close(translator, host);
	return NULL;
}

/* Returns the host whose turn it is, and passes the turn on; NULL if it was
 * dead. With the last of them the remote goes. */
struct vpnalg_record *vpnalg_ipsec_remote_turn(struct vpnalg *translator,
					       struct vpnalg_record *remote)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	struct vpnalg_record *host = meet(translator, remote, r->turn);

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
	return meet(translator, remote,
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

/* Opens the host that the packet, in its inside form, shows; and the remote for
 * the first of them. */
enum vpnalg_result vpnalg_ipsec_remote_admit(struct vpnalg_step *step,
					     struct vpnalg_record **host)
{
	enum vpnalg_result result = vpnalg_ipsec_host_open(step, host);

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

static void release(struct vpnalg *translator, struct vpnalg_record *host,
		    uint32_t block, uint32_t port)
{
	struct vpnalg_record *record = vpnalg_session_peek_beside(
		translator, host, VPNALG_OUTSIDE_PEER, ESP_PROTOCOL, block,
		port);

	if (record == NULL)
		return;
	record->children = 0;
	vpnalg_session_changed(translator, record);
}

static void release_all(struct vpnalg *translator, struct vpnalg_record *remote,
			struct vpnalg_record *host)
{
	unsigned number, i;

	for (i = 0; i < IPSEC_BLOCKS; i++)
		for (number = 0; number < count_of(translator, remote, i);
		     number++)
			release(translator, host, number, blocks[i].port);
}

/* A host that has joined is about to be removed. When the last one has left, all
 * blocks die. */
void vpnalg_ipsec_remote_leave(struct vpnalg *translator,
			       struct vpnalg_record *host)
{
	struct vpnalg_record *remote = vpnalg_session_peek_beside(
		translator, host, VPNALG_OUTSIDE_PEER, ESP_PROTOCOL, 0,
		IPSEC_PORT_REMOTE);

	if (remote == NULL ||
	    !(vpnalg_ipsec_host_body(translator, host)->flags &
	      IPSEC_HOST_JOINED))
		return;
	leave_ring(translator, remote, host);
	remote->children--;
	vpnalg_session_changed(translator, remote);
	if (remote->children == 0)
		release_all(translator, remote, host);
}

/* The host has got the SPI for which it was a candidate. */
void vpnalg_ipsec_remote_fulfilled(struct vpnalg *translator,
				   struct vpnalg_record *remote,
				   const struct ipsec_candidate *c)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	unsigned i;

	for (i = IPSEC_PAIRED - 1; i > 0; i--)
		r->paired[i] = r->paired[i - 1];
	r->paired[0] = (struct ipsec_since){ c->id, c->since };
	vpnalg_session_changed(translator, remote);
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
