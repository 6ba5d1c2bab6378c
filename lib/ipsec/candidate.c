/* SPDX-License-Identifier: BSD-2-Clause */
#include "candidate.h"

#include "blocks.h"
#include "host.h"
#include "remote.h"

/* A candidate keeps its place for at least this time against hosts that seek
 * one. */
#define PLACE_MS 3000

struct ipsec_candidate *vpnalg_ipsec_candidate_of(struct vpnalg *translator,
						  struct vpnalg_record *host,
						  struct vpnalg_record **block)
{
	unsigned place = ipsec_host_body(translator, host)->place;
	struct ipsec_candidate *c;

	if (place == 0)
		return NULL;
	*block = vpnalg_ipsec_blocks_find(translator, host,
					  place / IPSEC_CANDIDATES);
	if (*block == NULL)
		return NULL;
	c = vpnalg_session_body(translator, *block);
	c += place % IPSEC_CANDIDATES;
	return c->id == vpnalg_ipsec_host_id(translator, host) ? c : NULL;
}

/* The evidence */

static void copy_inbound(const struct ipsec_in *in, struct ipsec_candidate *c)
{
	c->receives = 1;
	c->received = in->seen;
	c->gap = in->gap;
	c->spread = in->spread;
}

static void copy_host(const struct ipsec_host *h, struct ipsec_candidate *c)
{
	c->resumed = h->resumed;
	c->out_since = h->out_since;
	c->requested = h->requested;
	c->has_resumed = (h->flags & IPSEC_HOST_RESUMED) != 0;
	c->released = (h->flags & IPSEC_HOST_RELEASED) != 0;
	c->initial = (h->flags & IPSEC_HOST_INITIAL) != 0;
	c->answered = (h->flags & IPSEC_HOST_ANSWERED) != 0;
}

void vpnalg_ipsec_candidate_describe(struct vpnalg *translator,
				     struct vpnalg_record *host, unsigned index,
				     struct ipsec_candidate *c)
{
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, index);
	const struct ipsec_out *out;

	*c = (struct ipsec_candidate){ .id = vpnalg_ipsec_host_id(translator,
								  host) };
	copy_host(ipsec_host_body(translator, host), c);
	if (sa != NULL)
		copy_inbound(vpnalg_session_body(translator, sa), c);
	sa = vpnalg_ipsec_host_outbound(translator, host);
	if (sa == NULL)
		return;
	out = vpnalg_session_body(translator, sa);
	c->sends = 1;
	c->sent = out->seen;
}

/* Copies the youngest living inbound SA, and marks it as copied. */
static void follow_inbound(struct vpnalg *translator,
			   struct vpnalg_record *host,
			   struct ipsec_candidate *c)
{
	struct vpnalg_record *sa = NULL;
	struct ipsec_in *in;
	unsigned i;

	for (i = 0; i < IPSEC_YOUNGEST && sa == NULL; i++)
		sa = vpnalg_ipsec_host_inbound(translator, host, i);
	c->receives = 0;
	if (sa == NULL)
		return;
	in = vpnalg_session_body(translator, sa);
	in->copied = 1;
	copy_inbound(in, c);
	vpnalg_session_changed(translator, sa);
}

/* Copies the newest outbound SA, and marks it as copied. */
static void follow_outbound(struct vpnalg *translator,
			    struct vpnalg_record *host,
			    struct ipsec_candidate *c)
{
	struct vpnalg_record *sa = vpnalg_ipsec_host_outbound(translator, host);
	struct ipsec_out *out;

	c->sends = 0;
	if (sa == NULL)
		return;
	out = vpnalg_session_body(translator, sa);
	out->copied = 1;
	c->sends = 1;
	c->sent = out->seen;
	vpnalg_session_changed(translator, sa);
}

void vpnalg_ipsec_candidate_update(struct vpnalg *translator,
				   struct vpnalg_record *host)
{
	struct vpnalg_record *block;
	struct ipsec_candidate *c =
		vpnalg_ipsec_candidate_of(translator, host, &block);

	if (c == NULL)
		return;
	copy_host(ipsec_host_body(translator, host), c);
	follow_inbound(translator, host, c);
	follow_outbound(translator, host, c);
	vpnalg_session_changed(translator, block);
}

void vpnalg_ipsec_candidate_sent(struct vpnalg *translator,
				 struct vpnalg_record *host,
				 struct ipsec_out *out)
{
	struct vpnalg_record *block;
	struct ipsec_candidate *c =
		vpnalg_ipsec_candidate_of(translator, host, &block);

	if (c == NULL || out->old) {
		out->copied = 0;
		return;
	}
	c->sent = out->seen;
	vpnalg_session_changed(translator, block);
}

void vpnalg_ipsec_candidate_received(struct vpnalg *translator,
				     struct vpnalg_record *host,
				     struct ipsec_in *in)
{
	struct vpnalg_record *block;
	struct ipsec_candidate *c =
		vpnalg_ipsec_candidate_of(translator, host, &block);

	if (c == NULL || in->old) {
		in->copied = 0;
		return;
	}
	copy_inbound(in, c);
	vpnalg_session_changed(translator, block);
}

/* Places */

/* An empty place is filled first, then that of the host which has been a
 * candidate for the longest time: so the places go round where there are too
 * few. */
static bool is_replaced_before(const struct ipsec_candidate *c,
			       const struct ipsec_candidate *other)
{
	if (other == NULL || other->id == 0)
		return other == NULL;
	return c->id == 0 || ipsec_is_after(other->since, c->since);
}

/* Returns the host's own place, or else the one to be filled first; 0 if there
 * is none. */
static unsigned find_place(struct ipsec_blocks *blocks, uint32_t id)
{
	struct ipsec_candidate *c, *best = NULL;
	unsigned place, found = 0;

	for (place = 1; place < blocks->candidates; place++) {
		c = ipsec_blocks_candidate(blocks, place);
		if (c->id == id)
			return place;
		if (!is_replaced_before(c, best))
			continue;
		best = c;
		found = place;
	}
	return found;
}

static void fill_place(struct vpnalg *translator, struct ipsec_blocks *blocks,
		       unsigned place, struct vpnalg_record *host,
		       uint32_t since, bool seeking)
{
	struct ipsec_candidate *c = ipsec_blocks_candidate(blocks, place);

	c->id = vpnalg_ipsec_host_id(translator, host);
	c->since = since;
	c->seeking = seeking;
	ipsec_host_body(translator, host)->place = place & 0x1f;
	vpnalg_session_changed(translator, host);
	vpnalg_ipsec_candidate_update(translator, host);
}

void vpnalg_ipsec_candidate_await(struct vpnalg *translator,
				  struct ipsec_blocks *blocks,
				  struct vpnalg_record *host, uint32_t since)
{
	uint32_t id = vpnalg_ipsec_host_id(translator, host);
	unsigned place = find_place(blocks, id);
	const struct ipsec_candidate *c;

	if (place == 0)
		return;
	c = ipsec_blocks_candidate(blocks, place);
	if (c->id == id && !c->seeking && ipsec_is_after(since, c->since) &&
	    !ipsec_candidate_kept_old_sa(c, c->since))
		since = c->since;
	fill_place(translator, blocks, place, host, since, false);
}

void vpnalg_ipsec_candidate_seek(struct vpnalg *translator,
				 struct ipsec_blocks *blocks,
				 struct vpnalg_record *host)
{
	uint32_t id = vpnalg_ipsec_host_id(translator, host);
	unsigned place = find_place(blocks, id);
	const struct ipsec_candidate *c;

	if (place == 0)
		return;
	c = ipsec_blocks_candidate(blocks, place);
	if (c->id == id || (c->id != 0 && blocks->now - c->since < PLACE_MS))
		return;
	fill_place(translator, blocks, place, host, blocks->now, true);
}

void vpnalg_ipsec_candidate_paired(struct vpnalg *translator,
				   struct vpnalg_record *remote,
				   struct vpnalg_record *host)
{
	struct vpnalg_record *block;
	struct ipsec_candidate *c =
		vpnalg_ipsec_candidate_of(translator, host, &block);

	if (c == NULL)
		return;
	vpnalg_ipsec_remote_paired(translator, remote, c);
	c->id = 0;
	vpnalg_session_changed(translator, block);
	ipsec_host_body(translator, host)->place = 0;
	vpnalg_session_changed(translator, host);
}

/* The block is looked up directly: a record may be closed deep in the stack. */
void vpnalg_ipsec_candidate_leave(struct vpnalg *translator,
				  struct vpnalg_record *host)
{
	unsigned place = ipsec_host_body(translator, host)->place;
	struct vpnalg_record *block;
	struct ipsec_candidate *c;

	if (place == 0)
		return;
	block = vpnalg_session_peek_beside(
		translator, host, VPNALG_OUTSIDE_PEER, ESP_PROTOCOL,
		place / IPSEC_CANDIDATES, IPSEC_PORT_REMOTE);
	if (block == NULL)
		return;
	c = vpnalg_session_body(translator, block);
	c += place % IPSEC_CANDIDATES;
	if (c->id != vpnalg_ipsec_host_id(translator, host))
		return;
	c->id = 0;
	vpnalg_session_changed(translator, block);
}

void vpnalg_ipsec_candidate_clear(struct vpnalg *translator,
				  const struct ipsec_blocks *blocks,
				  unsigned place)
{
	ipsec_blocks_candidate(blocks, place)->id = 0;
	vpnalg_session_changed(
		translator, blocks->candidate_blocks[place / IPSEC_CANDIDATES]);
}

void vpnalg_ipsec_candidate_loaded(struct vpnalg *translator,
				   struct vpnalg_record *block)
{
	struct ipsec_candidate *c = vpnalg_session_body(translator, block);
	unsigned place = block->kind == IPSEC_KIND_REMOTE ? 1 : 0;

	for (; place < IPSEC_CANDIDATES; place++) {
		if (c[place].id == 0 ||
		    ipsec_host_peek(translator, block, c[place].id) != NULL)
			continue;
		c[place].id = 0;
		vpnalg_session_changed(translator, block);
	}
}
