/* SPDX-License-Identifier: BSD-2-Clause */
/* A remote and the hosts behind one outside address that have ESP with it: how
 * many, and which of them are expected to receive with a new SPI. */
#include "ipsec.h"

/* For so many hosts there is one block, and no more of them than that. When
 * many begin at once, most of their SPIs are unknown for a while. */
static const struct block {
	uint8_t kind, port, hosts, most;
} blocks[IPSEC_BLOCKS] = {
	[IPSEC_BLOCKS_REMOTE] = { IPSEC_KIND_REMOTE, IPSEC_PORT_REMOTE,
				  IPSEC_EXPECTING, 5 },
	[IPSEC_BLOCKS_UNKNOWN] = { IPSEC_KIND_UNKNOWN, IPSEC_PORT_UNKNOWN,
				   IPSEC_UNKNOWN - 1, 20 },
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
		r->blocks[IPSEC_BLOCKS_REMOTE] = 1;
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

/* False if the store has no room. */
static bool join(struct vpnalg_step *step,
		 struct vpnalg_record *host)
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
	vpnalg_ipsec_remote_body(translator, remote)->handles ^= outside.id;
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
			IPSEC_HOST_JOINED | IPSEC_HOST_NEW;
		return VPNALG_TRANSLATED;
	}
	vpnalg_session_close(step->translator, *host);
	return VPNALG_DROP_STORE;
}

static void release(struct vpnalg *translator, struct vpnalg_record *host,
		    uint32_t block, uint32_t port)
{
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;

	key_of(translator, host, block, port, &tuple);
	record = vpnalg_session_peek(translator, &tuple);
	if (record == NULL)
		return;
	record->children = 0;
	vpnalg_session_changed(translator, record);
}

/* When the last host has left, all blocks die. */
void vpnalg_ipsec_remote_leave(struct vpnalg *translator,
			       struct vpnalg_record *host)
{
	struct vpnalg_record *remote;
	struct vpnalg_tuple tuple;
	unsigned number, i;

	key_of(translator, host, 0, IPSEC_PORT_REMOTE, &tuple);
	remote = vpnalg_session_peek(translator, &tuple);
	if (remote == NULL)
		return;
	vpnalg_ipsec_remote_body(translator, remote)->handles ^=
		vpnalg_ipsec_host_handle(translator, host);
	vpnalg_session_changed(translator, remote);
	if (--remote->children > 0)
		return;
	for (i = 0; i < IPSEC_BLOCKS; i++)
		for (number = 0; number < blocks[i].most; number++)
			release(translator, host, number, blocks[i].port);
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
	if (walk->place == 1 && kind == IPSEC_BLOCKS_REMOTE)
		walk->block = walk->remote;
	else if (*at == 0)
		walk->block = find_block(translator, walk->remote, number,
					 blocks[kind].port);
	return walk->block != NULL;
}

/* Walks over the places for hosts that are expected. */
struct ipsec_expecting *vpnalg_ipsec_remote_next(struct vpnalg *translator,
						 struct ipsec_walk *walk)
{
	struct ipsec_remote *r;
	unsigned at;

	if (!next_place(translator, walk, IPSEC_BLOCKS_REMOTE, IPSEC_EXPECTING,
			&at))
		return NULL;
	r = vpnalg_ipsec_remote_body(translator, walk->block);
	return &r->expecting[at];
}

/* Walks over the places for SPIs that are watched. */
struct ipsec_watched *vpnalg_ipsec_remote_watched(struct vpnalg *translator,
						  struct ipsec_walk *walk)
{
	struct ipsec_unknown *unknown;
	unsigned at;

	if (!next_place(translator, walk, IPSEC_BLOCKS_UNKNOWN, IPSEC_UNKNOWN,
			&at))
		return NULL;
	unknown = vpnalg_session_body(translator, walk->block);
	return &unknown->spis[at];
}

static bool gives_way(const struct ipsec_expecting *e,
		      const struct ipsec_expecting *other)
{
	if (other == NULL || other->handle == 0)
		return other == NULL;
	return e->handle == 0 || ipsec_is_after(other->since, e->since);
}

/* The host may receive with a new SPI since then. Where there is no room the
 * one that is expected for the longest time gives way. */
void vpnalg_ipsec_remote_expect(struct vpnalg *translator,
				struct vpnalg_record *remote,
				struct vpnalg_record *host, uint32_t since)
{
	uint32_t handle = vpnalg_ipsec_host_handle(translator, host);
	struct ipsec_walk walk = { .remote = remote };
	struct ipsec_expecting *e, *best = NULL;
	struct vpnalg_record *block = NULL;

	while ((e = vpnalg_ipsec_remote_next(translator, &walk)) != NULL) {
		if (e->handle == handle &&
		    !vpnalg_ipsec_host_went_on(translator, host, e->since))
			return;
		if (e->handle == handle || gives_way(e, best)) {
			best = e;
			block = walk.block;
		}
		if (e->handle == handle)
			break;
	}
	if (best == NULL)
		return;
	best->handle = handle;
	best->since = since;
	vpnalg_session_changed(translator, block);
}

struct ipsec_expecting *
vpnalg_ipsec_remote_expected(struct vpnalg *translator,
			     struct ipsec_walk *walk, uint32_t handle)
{
	struct ipsec_expecting *e;

	while ((e = vpnalg_ipsec_remote_next(translator, walk)) != NULL)
		if (e->handle == handle)
			return e;
	return NULL;
}

/* The host has got an SPI; the walk has met it. */
void vpnalg_ipsec_remote_fulfil(struct vpnalg *translator,
				const struct ipsec_walk *walk,
				struct ipsec_expecting *e)
{
	struct ipsec_remote *r =
		vpnalg_ipsec_remote_body(translator, walk->remote);
	unsigned i;

	for (i = IPSEC_PAIRED - 1; i > 0; i--)
		r->paired[i] = r->paired[i - 1];
	r->paired[0] = *e;
	e->handle = 0;
	vpnalg_session_changed(translator, walk->remote);
	vpnalg_session_changed(translator, walk->block);
}

/* IKE SAs */

/* The host has made an SA, maybe a new IKE SA. */
void vpnalg_ipsec_remote_rekey(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t handle)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	unsigned i;

	vpnalg_ipsec_remote_settle(translator, remote, handle);
	for (i = IPSEC_REKEYED - 1; i > 0; i--)
		r->rekeyed[i] = r->rekeyed[i - 1];
	r->rekeyed[0].handle = handle;
	r->rekeyed[0].since = ipsec_now(translator);
	vpnalg_session_changed(translator, remote);
}

/* It is known by now what the host has made. */
void vpnalg_ipsec_remote_settle(struct vpnalg *translator,
				struct vpnalg_record *remote, uint32_t handle)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	unsigned i, kept = 0;

	for (i = 0; i < IPSEC_REKEYED; i++)
		if (r->rekeyed[i].handle != handle)
			r->rekeyed[kept++] = r->rekeyed[i];
	for (; kept < IPSEC_REKEYED; kept++)
		r->rekeyed[kept].handle = 0;
	vpnalg_session_changed(translator, remote);
}
