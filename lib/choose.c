/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses the outside address and ID of a new session: the owner's own ID if
 * it is free, else a random free one, with the caller's consent. */
#include "internal.h"

#include <string.h>

#include "wire_ip.h"

/* How many IDs of a range are tried, from a random one on. It covers whole the
 * ranges in which a particular ID is wanted: the ports below 1024 of one
 * parity, and the Call IDs of one first byte. */
#define TRIES 512

/* Walks over the IDs of a range from a random place. */
struct walk {
	const struct vpnalg_range *range;
	uint32_t at, left;
};

static void walk_begin(struct vpnalg *translator, struct walk *walk,
		       const struct vpnalg_range *range)
{
	walk->range = range;
	walk->left = range->count < TRIES ? range->count : TRIES;
	walk->at = (uint32_t)((uint64_t)translator->random(
				      translator->context) *
				      range->count >> 32);
}

static bool walk_next(struct walk *walk, uint32_t *id)
{
	if (walk->left == 0)
		return false;
	walk->left--;
	*id = walk->range->first + walk->at * walk->range->step;
	if (++walk->at == walk->range->count)
		walk->at = 0;
	return true;
}

bool vpnalg_session_free_id(struct vpnalg *translator,
			    struct vpnalg_tuple *tuple,
			    const struct vpnalg_range *ranges,
			    size_t range_count)
{
	struct walk walk;
	size_t i;

	for (i = 0; i < range_count; i++) {
		walk_begin(translator, &walk, &ranges[i]);
		while (walk_next(&walk, &tuple->id))
			if (vpnalg_session_find(translator, tuple) == NULL)
				return true;
	}
	return false;
}

/* These ports are left to the VPN protocols: some of their servers insist on
 * them, and vpnalg_steer() goes by them. */
static bool is_barred(const struct vpnalg_opening *opening, uint32_t id)
{
	return opening->any_remote && is_vpn_port(id) &&
	       (opening->space == PROTOCOL_TCP ||
		opening->space == PROTOCOL_UDP);
}

/* What is for all remotes and what is for one only keep out of each other's
 * way: the latter does not take an ID of the former, and the former none that
 * is in use towards the remote for which it is opened. Towards the others its
 * handler looks, when it comes to them. */
static bool is_free(struct vpnalg *translator,
		    const struct vpnalg_opening *opening,
		    const struct vpnalg_binding *binding)
{
	struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
				      .space = opening->space,
				      .id = binding->outside_id,
				      .port = opening->outside_port,
				      .local = binding->outside.octets,
				      .remote = opening->remote };

	if (is_barred(opening, tuple.id) ||
	    vpnalg_session_find(translator, &tuple) != NULL)
		return false;
	tuple.port = 0;
	tuple.remote = NULL;
	return !translator->maps ||
	       vpnalg_session_find(translator, &tuple) == NULL;
}

/* The only outside address that it may have, or NULL. What is for all remotes
 * stays at home (RFC 4787 REQ-2). */
static const uint8_t *fixed_address(const struct vpnalg *translator,
				    const struct vpnalg_opening *opening)
{
	if (opening->any_remote)
		return vpnalg_pool_home(translator, opening->zone,
					opening->inside);
	return opening->outside;
}

/* What the callback has chosen counts only if it is ours, unused, and not
 * against what the parent session is bound to. */
static enum vpnalg_choice adopt(struct vpnalg *translator,
				const struct vpnalg_opening *opening,
				struct vpnalg_binding *binding)
{
	const uint8_t *outside = binding->outside.octets;
	const uint8_t *fixed = fixed_address(translator, opening);

	if (binding->outside.family == VPNALG_IPV4 &&
	    binding->outside_id >= opening->least &&
	    binding->outside_id <= opening->greatest &&
	    vpnalg_pool_has(translator, outside) &&
	    (fixed == NULL ||
	     same_address(fixed, outside, translator->addr_len)) &&
	    is_free(translator, opening, binding))
		return VPNALG_CHOICE_TAKE;
	vpnalg_choose_release(translator, binding);
	return VPNALG_CHOICE_REFUSE;
}

/* The callback gets a copy, of which only a choice comes back. */
static enum vpnalg_choice ask(struct vpnalg *translator,
			      struct vpnalg_binding *binding)
{
	struct vpnalg_binding *proposal = &translator->proposal;
	enum vpnalg_choice choice;

	*proposal = *binding;
	choice = translator->choose(translator->context, proposal);
	if (choice == VPNALG_CHOICE_CHOSEN) {
		binding->outside = proposal->outside;
		binding->outside_id = proposal->outside_id;
	}
	return choice;
}

static enum vpnalg_choice try_id(struct vpnalg *translator,
				 const struct vpnalg_opening *opening,
				 struct vpnalg_binding *binding, uint32_t id)
{
	binding->outside_id = id;
	if (!is_free(translator, opening, binding))
		return VPNALG_CHOICE_NEXT;
	if (translator->choose == NULL)
		return VPNALG_CHOICE_TAKE;
	switch (ask(translator, binding)) {
	case VPNALG_CHOICE_TAKE:
		return VPNALG_CHOICE_TAKE;
	case VPNALG_CHOICE_NEXT:
		return VPNALG_CHOICE_NEXT;
	case VPNALG_CHOICE_CHOSEN:
		return adopt(translator, opening, binding);
	default:
		return VPNALG_CHOICE_REFUSE;
	}
}

static enum vpnalg_choice try_range(struct vpnalg *translator,
				    const struct vpnalg_opening *opening,
				    struct vpnalg_binding *binding,
				    const struct vpnalg_range *range)
{
	enum vpnalg_choice choice = VPNALG_CHOICE_NEXT;
	struct walk walk;
	uint32_t id;

	walk_begin(translator, &walk, range);
	while (choice == VPNALG_CHOICE_NEXT && walk_next(&walk, &id))
		if (id != opening->id)
			choice = try_id(translator, opening, binding, id);
	return choice;
}

static void fill_addr(const struct vpnalg *translator,
		      struct vpnalg_addr *addr, const uint8_t *octets)
{
	addr->family = VPNALG_IPV4;
	memcpy(addr->octets, octets, translator->addr_len);
}

/* All of a binding but its outside ID, which is not known yet or stands in
 * another key. */
static void describe(const struct vpnalg *translator,
		     const struct vpnalg_tuple *inside,
		     const uint8_t *outside, struct vpnalg_binding *binding)
{
	memset(binding, 0, sizeof(*binding));
	binding->protocol = inside->space;
	binding->zone = inside->zone;
	fill_addr(translator, &binding->inside, inside->local);
	fill_addr(translator, &binding->outside, outside);
	if (inside->remote != NULL)
		fill_addr(translator, &binding->remote, inside->remote);
	binding->inside_id = inside->id;
	binding->remote_port = inside->port;
}

static void propose(struct vpnalg *translator,
		    const struct vpnalg_opening *opening,
		    struct vpnalg_binding *binding)
{
	struct vpnalg_tuple inside = { .space = opening->space,
				       .zone = opening->zone,
				       .id = opening->id,
				       .port = opening->inside_port,
				       .local = opening->inside,
				       .remote = opening->remote };
	const uint8_t *outside = fixed_address(translator, opening);

	if (opening->any_remote)
		inside.remote = NULL;
	if (outside == NULL)
		outside = vpnalg_pool_pick(translator, opening->zone,
					   opening->inside, opening->remote);
	describe(translator, &inside, outside, binding);
	binding->user = translator->user;
}

enum vpnalg_result vpnalg_choose(const struct vpnalg_step *step,
				 const struct vpnalg_opening *opening,
				 struct vpnalg_binding *binding)
{
	struct vpnalg *translator = step->translator;
	const struct vpnalg_kind *kind =
		session_kind(translator, step->handler, opening->kind);
	enum vpnalg_choice choice = VPNALG_CHOICE_NEXT;
	size_t i;

	propose(translator, opening, binding);
	if (kind->bound) {
		binding->outside_id = opening->outside_id;
		return VPNALG_TRANSLATED;
	}
	if (opening->peer) {
		binding->outside_id = opening->id;
		return VPNALG_TRANSLATED;
	}
	if (opening->keep)
		choice = try_id(translator, opening, binding, opening->id);
	for (i = 0; i < 2 && choice == VPNALG_CHOICE_NEXT; i++)
		choice = try_range(translator, opening, binding,
				   &opening->ranges[i]);
	if (choice == VPNALG_CHOICE_TAKE)
		return VPNALG_TRANSLATED;
	return choice == VPNALG_CHOICE_NEXT ? VPNALG_DROP_NO_ID
					    : VPNALG_DROP_REFUSED;
}

/* Without a choose callback nothing was reserved. */
void vpnalg_choose_release(struct vpnalg *translator,
			   struct vpnalg_binding *binding)
{
	if (translator->choose == NULL || translator->release == NULL)
		return;
	binding->user = NULL;
	translator->release(translator->context, binding);
}

void vpnalg_choose_describe(struct vpnalg *translator,
			    struct vpnalg_record *record,
			    struct vpnalg_binding *binding)
{
	struct vpnalg_tuple inside, outside;

	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &inside);
	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &outside);
	describe(translator, &inside, outside.local, binding);
	binding->outside_id = outside.id;
}

/* What the session was bound to is free again. */
void vpnalg_choose_give_back(struct vpnalg *translator,
			     struct vpnalg_record *record)
{
	struct vpnalg_binding binding;
	struct vpnalg_tuple outside;

	if (session_kind(translator, record->handler, record->kind)->bound)
		return;
	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &outside);
	if (outside.role != VPNALG_OUTSIDE_OWN)
		return; /* it has peer keys: nothing was reserved */
	vpnalg_choose_describe(translator, record, &binding);
	vpnalg_choose_release(translator, &binding);
}
