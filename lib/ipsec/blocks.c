/* SPDX-License-Identifier: BSD-2-Clause */
#include "blocks.h"

/* For each kind: the hosts of a remote that one block serves, behind the first
 * ones, which need none. `most` bounds the blocks: when many hosts begin at
 * once, most of their SPIs are unclaimed for a while. */
static const struct block {
	uint8_t kind, port, without, hosts, most;
} kinds[IPSEC_BLOCKS] = {
	[IPSEC_BLOCKS_CANDIDATES] = { IPSEC_KIND_CANDIDATES, IPSEC_PORT_REMOTE,
				      0, IPSEC_CANDIDATES,
				      IPSEC_CANDIDATE_BLOCKS },
	[IPSEC_BLOCKS_UNCLAIMED] = { IPSEC_KIND_UNCLAIMED, IPSEC_PORT_UNCLAIMED,
				     1, 1, IPSEC_UNCLAIMED_BLOCKS },
};

/* A block's places begin where its body begins. In the first block the remote's
 * own data take the place of number 0. */
_Static_assert(offsetof(struct ipsec_remote, candidates) ==
		       sizeof(struct ipsec_candidate),
	       "the remote's own things fill one place");

static struct vpnalg_record *find_block(struct vpnalg *translator,
					struct vpnalg_record *session,
					uint32_t block, uint32_t port)
{
	return vpnalg_session_beside(translator, session, VPNALG_OUTSIDE_PEER,
				     ESP_PROTOCOL, block, port);
}

struct vpnalg_record *vpnalg_ipsec_blocks_find(struct vpnalg *translator,
					       struct vpnalg_record *session,
					       unsigned number)
{
	return find_block(translator, session, number, IPSEC_PORT_REMOTE);
}

/* Returns the number behind the last block that was found. */
static unsigned load(struct vpnalg *translator, struct vpnalg_record *session,
		     unsigned kind, unsigned first, unsigned end,
		     struct vpnalg_record **records)
{
	const struct vpnalg_row row = { .role = VPNALG_OUTSIDE_PEER,
					.space = ESP_PROTOCOL,
					.port = kinds[kind].port,
					.first = first,
					.count = end - first };

	return first +
	       vpnalg_session_row(translator, session, &row, records + first);
}

/* Returns the number of blocks of a kind that the remote has. The bound holds
 * even if a store has damaged the record. */
static unsigned count_of(struct vpnalg *translator,
			 struct vpnalg_record *remote, unsigned kind)
{
	unsigned count = ipsec_remote_body(translator, remote)->blocks[kind];

	return count < kinds[kind].most ? count : kinds[kind].most;
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

void vpnalg_ipsec_blocks_load(struct vpnalg *translator,
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

bool vpnalg_ipsec_blocks_load_candidates(struct vpnalg *translator,
					 struct vpnalg_record *session,
					 struct ipsec_blocks *b)
{
	struct vpnalg_record *remote =
		vpnalg_ipsec_blocks_find(translator, session, 0);

	if (remote == NULL)
		return false;
	load_candidates(translator, remote, b);
	return true;
}

/* Opens a block; NULL without room. It belongs to no host, so its inside key
 * repeats the outside one. Its deadline does not matter, for it has children as
 * long as the remote has hosts. */
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

struct vpnalg_record *
vpnalg_ipsec_blocks_open_remote(struct vpnalg_step *step,
				const struct vpnalg_tuple *host)
{
	return open_block(step, host, IPSEC_KIND_REMOTE, 0, IPSEC_PORT_REMOTE);
}

/* Returns whether the block is there, opening it if need be: *opened is set to
 * it then. */
static bool has_block(struct vpnalg_step *step, struct vpnalg_record *remote,
		      const struct vpnalg_tuple *host,
		      const struct block *block, uint32_t number,
		      struct vpnalg_record **opened)
{
	struct vpnalg_record *record =
		find_block(step->translator, remote, number, block->port);

	if (record == NULL)
		record = *opened = open_block(step, host, block->kind, number,
					      block->port);
	if (record == NULL)
		return false;
	record->children = 1;
	vpnalg_session_changed(step->translator, record);
	return true;
}

/* Takes back the blocks opened for a host, if not all that it needs could be
 * opened. */
static void shrink(struct vpnalg_step *step, struct vpnalg_record *remote,
		   struct vpnalg_record *const *opened)
{
	struct ipsec_remote *r = ipsec_remote_body(step->translator, remote);
	unsigned i;

	for (i = 0; i < IPSEC_BLOCKS; i++) {
		if (opened[i] == NULL)
			continue;
		vpnalg_session_close(step->translator, opened[i]);
		r->blocks[i]--;
		vpnalg_session_changed(step->translator, remote);
	}
}

/* A remote with one host needs no unclaimed SPIs: all are that host's. */
bool vpnalg_ipsec_blocks_grow(struct vpnalg_step *step,
			      struct vpnalg_record *remote,
			      const struct vpnalg_tuple *host)
{
	struct ipsec_remote *r = ipsec_remote_body(step->translator, remote);
	struct vpnalg_record *opened[IPSEC_BLOCKS] = { NULL };
	unsigned number, i;

	if (remote->children == UINT16_MAX)
		return false;
	if (remote->children == 0)
		r->blocks[IPSEC_BLOCKS_CANDIDATES] = 1;
	for (i = 0; i < IPSEC_BLOCKS && remote->children > 0; i++) {
		number = ((unsigned)remote->children - kinds[i].without) /
			 kinds[i].hosts;
		if (number < r->blocks[i] || number >= kinds[i].most)
			continue;
		if (!has_block(step, remote, host, &kinds[i], number,
			       &opened[i])) {
			shrink(step, remote, opened);
			return false;
		}
		r->blocks[i] = (uint8_t)(number + 1);
		vpnalg_session_changed(step->translator, remote);
	}
	return true;
}

/* Makes a block expire. */
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

void vpnalg_ipsec_blocks_release(struct vpnalg *translator,
				 struct vpnalg_record *remote,
				 struct vpnalg_record *host)
{
	unsigned number, i;

	for (i = 0; i < IPSEC_BLOCKS; i++)
		for (number = 0; number < count_of(translator, remote, i);
		     number++)
			release(translator, host, number, kinds[i].port);
}

void vpnalg_ipsec_blocks_loaded(struct vpnalg *translator,
				struct vpnalg_record *block)
{
	unsigned kind = block->kind == IPSEC_KIND_UNCLAIMED
				? IPSEC_BLOCKS_UNCLAIMED
				: IPSEC_BLOCKS_CANDIDATES;
	uint32_t number =
		vpnalg_session_id(translator, block, VPNALG_OUTSIDE_OWN);
	struct vpnalg_record *remote = vpnalg_session_peek_beside(
		translator, block, VPNALG_OUTSIDE_PEER, ESP_PROTOCOL, 0,
		IPSEC_PORT_REMOTE);

	if (!vpnalg_session_is_alive(translator, block) || remote == NULL ||
	    remote->handler != block->handler ||
	    remote->kind != IPSEC_KIND_REMOTE ||
	    number < count_of(translator, remote, kind) ||
	    number >= kinds[kind].most)
		return;
	ipsec_remote_body(translator, remote)->blocks[kind] =
		(uint8_t)(number + 1);
	vpnalg_session_changed(translator, remote);
}
