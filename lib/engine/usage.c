/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine's own records: counts of sessions, kept in the same store and
 * gone with the last of them.
 *
 *   guard  (protocol, outside address, remote): while it exists, unknown
 *          packets of that protocol from that remote are dropped; under
 *          protocol 0 it counts the hosts that are paired to the address
 *   router's  the same, of the router's own sessions: what no session takes is
 *          left to it
 *   pair   (zone, inside host, remote, uplink): the outside address that the
 *          host uses towards that remote, kept only where there may be several;
 *          an uplink's are counted apart, and an address stays with its uplink
 *          until all that was counted under it is gone; without a remote its
 *          paired address, while it has mappings; if blocks of ports are
 *          allotted, its paired address and block, while it has any session
 *   block (outside address, first port): a block that a host has */

#include "usage.h"

#include <string.h>

#include "address.h"
#include "block.h"
#include "key.h"
#include "record.h"
#include "search.h"

struct usage {
	uint32_t count;
	uint8_t address[VPNALG_ADDR_MAX]; /* of a pair */
	/* In the record of a host: its block's first port, or 0. In that of an
	 * adopted block: whether there was an event for it. */
	uint16_t block;
};

static struct usage *body(const struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	return vpnalg_session_body(translator, record);
}

static struct vpnalg_record *create(struct vpnalg *translator,
				    const struct vpnalg_tuple *tuple,
				    const uint8_t *address)
{
	struct vpnalg_record *record =
		vpnalg_record_add_own(translator, tuple, sizeof(struct usage));

	if (record == NULL)
		return NULL;
	if (address != NULL)
		memcpy(body(translator, record)->address, address,
		       addr_len_of(translator));
	return record;
}

/* Pairs a host to a new address, if new sessions do not get its old one any
 * more. */
static void move(const struct vpnalg *translator, struct usage *usage,
		 const uint8_t *address)
{
	if (vpnalg_address_is_in_use(translator, usage->address) &&
	    vpnalg_address_uplink(translator, usage->address) ==
		    vpnalg_address_uplink(translator, address))
		return;
	memcpy(usage->address, address, addr_len_of(translator));
	usage->block = 0;
}

bool vpnalg_usage_get(struct vpnalg *translator,
		      const struct vpnalg_tuple *tuple, const uint8_t *address)
{
	struct vpnalg_record *record = vpnalg_session_peek(translator, tuple);

	if (record == NULL)
		record = create(translator, tuple, address);
	if (record == NULL)
		return false;
	if (address != NULL && body(translator, record)->count > 0)
		move(translator, body(translator, record), address);
	body(translator, record)->count++;
	vpnalg_session_changed(translator, record);
	return true;
}

void vpnalg_usage_put(struct vpnalg *translator,
		      const struct vpnalg_tuple *tuple)
{
	struct vpnalg_record *record = vpnalg_session_peek(translator, tuple);

	if (record == NULL)
		return;
	if (--body(translator, record)->count > 0) {
		vpnalg_session_changed(translator, record);
		return;
	}
	vpnalg_session_unlink(translator, record, 0);
	vpnalg_record_remove(translator, record);
}

/* Returns the address that is kept with the count of that key, or NULL if it
 * counts nothing. */
const uint8_t *vpnalg_usage_find(struct vpnalg *translator,
				 const struct vpnalg_tuple *tuple)
{
	struct vpnalg_record *record = vpnalg_session_peek(translator, tuple);

	return record != NULL ? body(translator, record)->address : NULL;
}

/* Blocks */

void vpnalg_usage_host_key(uint16_t zone, const uint8_t *inside, uint8_t uplink,
			   struct vpnalg_tuple *host)
{
	*host = (struct vpnalg_tuple){
		.role = ROLE_PAIR, .zone = zone, .port = uplink, .local = inside
	};
}

void vpnalg_usage_block_key(const uint8_t *outside, uint32_t first,
			    struct vpnalg_tuple *block)
{
	*block = (struct vpnalg_tuple){ .role = ROLE_GUARD,
					.id = first,
					.local = outside };
}

/* Returns the first port of the block that a host, which may be unknown, has at
 * an address, or 0. */
static uint32_t block_at(const struct vpnalg *translator,
			 struct vpnalg_record *host, const uint8_t *outside)
{
	return host != NULL && same_address(body(translator, host)->address,
					    outside, addr_len_of(translator))
		       ? body(translator, host)->block
		       : 0;
}

uint32_t vpnalg_usage_block(struct vpnalg *translator,
			    const struct vpnalg_tuple *host,
			    const uint8_t *outside)
{
	return block_at(translator, vpnalg_session_peek(translator, host),
			outside);
}

/* Makes the key of the block of a session's port. */
static void block_of(struct vpnalg *translator, struct vpnalg_record *record,
		     struct vpnalg_tuple *block)
{
	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, block);
	vpnalg_usage_block_key(block->local,
			       block_of_port(translator, block->id), block);
}

/* Counts a session with a port. The host gets the block with the first such
 * session. */
static bool join_block(struct vpnalg *translator, struct vpnalg_record *session,
		       const struct vpnalg_tuple *host)
{
	struct vpnalg_record *record = vpnalg_session_peek(translator, host);
	struct vpnalg_tuple block;
	struct usage *usage;

	block_of(translator, session, &block);
	if (record == NULL || !vpnalg_usage_get(translator, &block, NULL))
		return false;
	session->flags |= SESSION_BLOCKED;
	usage = body(translator, record);
	if (usage->block == block.id)
		return true;
	usage->block = (uint16_t)block.id;
	vpnalg_session_changed(translator, record);
	vpnalg_block_notify(translator, VPNALG_EVENT_BLOCK_ALLOTTED, host,
			    &block);
	return true;
}

/* Gives back the block with the host's last session that has a port, unless the
 * host has another block by now, at another address. */
static void leave_block(struct vpnalg *translator,
			struct vpnalg_record *session,
			const struct vpnalg_tuple *host)
{
	struct vpnalg_tuple *block = &translator->block_key;
	struct vpnalg_record *record;

	block_of(translator, session, block);
	vpnalg_usage_put(translator, block);
	if (vpnalg_session_peek(translator, block) != NULL)
		return;
	vpnalg_search_freed(translator, block);
	record = vpnalg_session_peek(translator, host);
	if (block_at(translator, record, block->local) == block->id) {
		body(translator, record)->block = 0;
		vpnalg_session_changed(translator, record);
	}
	vpnalg_block_notify(translator, VPNALG_EVENT_BLOCK_FREED, host, block);
}

void vpnalg_usage_notify_block(struct vpnalg *translator,
			       struct vpnalg_record *session)
{
	struct vpnalg_tuple block, host;
	struct vpnalg_record *record;

	if (!(session->flags & SESSION_BLOCKED))
		return;
	block_of(translator, session, &block);
	record = vpnalg_session_peek(translator, &block);
	if (record == NULL || body(translator, record)->block != 0)
		return;
	body(translator, record)->block = 1;
	vpnalg_session_changed(translator, record);
	vpnalg_session_tuple(translator, session, VPNALG_INSIDE_OWN, &host);
	vpnalg_block_notify(translator, VPNALG_EVENT_BLOCK_ALLOTTED, &host,
			    &block);
}

/* Keys */

/* The key of a count is made from an own key of the session: that of its guard
 * from the outside one, that of its pair of host and outside address from the
 * inside one. */
static void guard_of(struct vpnalg *translator, struct vpnalg_record *record,
		     struct vpnalg_tuple *guard)
{
	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, guard);
	guard->role =
		vpnalg_record_is_routers(record) ? ROLE_ROUTERS : ROLE_GUARD;
	guard->space = record_kind(translator, record)->guard;
	guard->id = guard->port = 0;
}

uint32_t vpnalg_session_guard_count(struct vpnalg *translator,
				    struct vpnalg_record *record)
{
	struct vpnalg_tuple guard;
	struct vpnalg_record *usage;

	guard_of(translator, record, &guard);
	usage = vpnalg_session_peek(translator, &guard);
	return usage != NULL ? body(translator, usage)->count : 0;
}

static void pair_of(struct vpnalg *translator, struct vpnalg_record *record,
		    struct vpnalg_tuple *pair)
{
	const uint8_t *outside =
		record_key(translator, record, VPNALG_OUTSIDE_OWN) +
		KEY_LOCAL_OFF;

	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, pair);
	pair->role = ROLE_PAIR;
	pair->space = 0;
	pair->id = 0;
	pair->port = vpnalg_address_uplink(translator, outside);
	if (block_is_allotted(translator))
		pair->remote = NULL;
}

void vpnalg_usage_leave(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple tuple;

	guard_of(translator, record, &tuple);
	if (record->flags & SESSION_GUARDED)
		vpnalg_usage_put(translator, &tuple);
	tuple.role = ROLE_GUARD;
	tuple.space = 0;
	if (record->flags & SESSION_HOSTED)
		vpnalg_usage_put(translator, &tuple);
	if (!(record->flags & (SESSION_BLOCKED | SESSION_PAIRED)))
		return;
	pair_of(translator, record, &tuple);
	if (VPNALG_WITH_PORT_SETS && record->flags & SESSION_BLOCKED)
		leave_block(translator, record, &tuple);
	if (record->flags & SESSION_PAIRED)
		vpnalg_usage_put(translator, &tuple);
}

/* Counts a mapping for all remotes, which keeps its host's paired address. */
static bool join_paired(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple outside, pair;

	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &outside);
	if (translator->address_max == 1 || outside.remote != NULL ||
	    block_is_allotted(translator))
		return true;
	pair_of(translator, record, &pair);
	if (!vpnalg_usage_get(translator, &pair, outside.local))
		return false;
	record->flags |= SESSION_PAIRED;
	return true;
}

/* Counts a session for its host, which keeps its address; one with a port keeps
 * the host's block. */
static bool join_host(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple outside, host;

	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &outside);
	pair_of(translator, record, &host);
	if (!vpnalg_usage_get(translator, &host, outside.local))
		return false;
	record->flags |= SESSION_PAIRED;
	return outside.role != VPNALG_OUTSIDE_OWN ||
	       record_kind(translator, record)->inherits_outside ||
	       !vpnalg_block_has(translator, outside.space) ||
	       join_block(translator, record, &host);
}

/* If any part fails, vpnalg_usage_leave() undoes the parts before it. */
bool vpnalg_usage_join(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple guard, pair;

	if (block_is_allotted(translator) &&
	    !vpnalg_record_is_routers(record) && !join_host(translator, record))
		return false;
	if (record_kind(translator, record)->pooled)
		return join_paired(translator, record);
	guard_of(translator, record, &guard);
	if (guard.space != 0) {
		if (!vpnalg_usage_get(translator, &guard, NULL))
			return false;
		record->flags |= SESSION_GUARDED;
	}
	if (translator->address_max == 1 || block_is_allotted(translator))
		return true;
	guard.role = ROLE_GUARD;
	guard.space = 0;
	if (!vpnalg_usage_get(translator, &guard, NULL))
		return false;
	record->flags |= SESSION_HOSTED;
	pair_of(translator, record, &pair);
	if (!vpnalg_usage_get(translator, &pair, guard.local))
		return false;
	record->flags |= SESSION_PAIRED;
	return true;
}
