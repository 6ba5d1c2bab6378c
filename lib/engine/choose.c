/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses the outside address and ID of a new session: the owner's own ID if
 * it is free, else a random free one, with the caller's consent. */

#include "choose.h"

#include <string.h>

#include "address.h"
#include "allot.h"
#include "binding.h"
#include "block.h"
#include "has.h"
#include "key.h"
#include "pool.h"
#include "port.h"
#include "port_set.h"
#include "record.h"
#include "routers.h"
#include "search.h"
#include "session.h"
#include "withheld.h"

#include "../wire/ip.h"

/* Returns whether a key leads, with this ID, to no living session, and is not
 * withheld. */
static bool leads_nowhere(struct vpnalg *translator, struct key_of_any_id *any,
			  uint32_t id)
{
	uint64_t hash = vpnalg_key_set_id(translator, any, id);

	return vpnalg_session_alive_or_close(
		       translator, vpnalg_record_find(translator, any->key,
						      hash)) == NULL &&
	       vpnalg_withheld_at(translator, any->key, hash) == NULL;
}

/* Inline, to save stack. */
SPARES_STACK bool is_unused(struct vpnalg *translator, uint32_t id)
{
	struct probe *probe = &translator->probe;
	unsigned i;

	for (i = 0; i < probe->count; i++)
		if (!leads_nowhere(translator, &probe->keys[i], id))
			return false;
	return true;
}

bool vpnalg_session_free_id(struct vpnalg *translator,
			    struct vpnalg_tuple *tuple,
			    const struct vpnalg_range *ranges,
			    size_t range_count)
{
	struct key_of_any_id *any = &translator->probe.keys[0];
	struct hunt *hunt = &translator->hunt;
	size_t i;

	vpnalg_key_prepare(translator, tuple, any);
	vpnalg_search_begin(translator, hunt, any->rest);
	for (i = 0; i < range_count; i++) {
		vpnalg_search_range(hunt, &ranges[i], i + 1 == range_count);
		while (vpnalg_search_next(hunt, &tuple->id)) {
			if (!leads_nowhere(translator, any, tuple->id))
				continue;
			vpnalg_search_freed(translator, tuple);
			return true;
		}
	}
	return false;
}

/* The handlers' server ports are left to them: some servers need them at both
 * ends, and vpnalg_steer() goes by them. */
static bool is_barred(const struct vpnalg *translator,
		      const struct vpnalg_opening *opening, uint32_t id)
{
	const struct vpnalg_server_port *ports = translator->server_ports;
	unsigned i;

	for (i = 0; opening->any_remote && i < translator->server_port_count;
	     i++)
		if (ports[i].port == id && ports[i].protocol == opening->space)
			return true;
	return false;
}

/* Sets the keys that an ID must not have. A session for one remote takes no ID
 * of one for all remotes; one for all remotes takes none that is in use towards
 * the remote for which it is opened. Its handler looks for conflicts with
 * further remotes when a packet goes to them. */
static void probe_for(struct vpnalg *translator,
		      const struct vpnalg_opening *opening,
		      const struct vpnalg_binding *binding)
{
	struct probe *probe = &translator->probe;
	struct vpnalg_tuple *tuple = &translator->tuple;

	vpnalg_binding_key(opening, binding, tuple);
	vpnalg_key_prepare(translator, tuple, &probe->keys[0]);
	probe->count = 1;
	if (!opening->any_remote) {
		if (!has_mapped(translator, opening->space))
			return;
		tuple->port = 0;
	}
	tuple->remote = opening->any_remote ? opening->remote : NULL;
	vpnalg_key_prepare(translator, tuple, &probe->keys[1]);
	probe->count = 2;
}

/* Returns whether the ID belongs to another router that shares the address, or
 * to another host's block. */
static bool is_shared_out(const struct vpnalg *translator, uint32_t id)
{
	const struct vpnalg_port_set *set = translator->hunt.set;

	return VPNALG_WITH_PORT_SETS && set != NULL &&
	       !vpnalg_port_set_has(set, id);
}

/* Returns whether the ID that the callback has chosen, with an address perhaps,
 * is free. */
static bool is_free_at(struct vpnalg *translator,
		       const struct vpnalg_opening *opening,
		       const struct vpnalg_binding *binding)
{
	probe_for(translator, opening, binding);
	return !is_barred(translator, opening, binding->outside_id) &&
	       !is_shared_out(translator, binding->outside_id) &&
	       is_unused(translator, binding->outside_id);
}

/* Takes the callback's choice only if it is one of our addresses, unused, and
 * that of the parent session if there is one. */
static enum vpnalg_choice adopt(struct vpnalg *translator,
				const struct vpnalg_opening *opening,
				struct vpnalg_binding *binding)
{
	const uint8_t *outside = binding->outside.octets;
	const uint8_t *fixed = vpnalg_binding_address(translator, opening);

	if (binding->outside.family == VPNALG_IPV4 &&
	    binding->outside_id >= opening->least &&
	    binding->outside_id <= opening->greatest &&
	    vpnalg_address_is_in_use(translator, outside) &&
	    (fixed == NULL ||
	     same_address(fixed, outside, addr_len_of(translator))) &&
	    (!block_is_used(translator) ||
	     same_address(translator->block_address, outside,
			  addr_len_of(translator))) &&
	    is_free_at(translator, opening, binding))
		return VPNALG_CHOICE_TAKE;
	vpnalg_binding_release(translator, binding);
	return VPNALG_CHOICE_REFUSE;
}

/* Gives the callback a copy, of which only the chosen address and ID are read
 * back. */
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
	if (vpnalg_port_is_reserved(opening->space, id) ||
	    is_barred(translator, opening, id) ||
	    is_shared_out(translator, id) || !is_unused(translator, id))
		return VPNALG_CHOICE_NEXT;
	if (translator->choose == NULL || translator->routers_sends)
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

static enum vpnalg_choice try_ranges(struct vpnalg *translator,
				     const struct vpnalg_opening *opening,
				     struct vpnalg_binding *binding)
{
	enum vpnalg_choice choice = VPNALG_CHOICE_NEXT;
	struct hunt *hunt = &translator->hunt;
	unsigned i;
	uint32_t id;

	for (i = 0; i < 2 && choice == VPNALG_CHOICE_NEXT; i++) {
		vpnalg_search_range(hunt, &opening->ranges[i],
				    i == 1 || opening->ranges[1].count == 0);
		while (choice == VPNALG_CHOICE_NEXT &&
		       vpnalg_search_next(hunt, &id))
			if (id != opening->id)
				choice = try_id(translator, opening, binding,
						id);
	}
	return choice;
}

/* Returns the ports that the session may have; NULL: all. */
static const struct vpnalg_port_set *
set_for(const struct vpnalg *translator, const struct vpnalg_opening *opening,
	const struct vpnalg_kind *kind)
{
	if (vpnalg_port_set_limits(translator, opening->space, kind))
		return &translator->port_set;
	return vpnalg_block_has(translator, opening->space) ? &translator->block
							    : NULL;
}

/* Returns whether the session is the router's own and has an ID that its
 * packets show. An ID that they do not show is the translator's to choose. */
static bool is_routers(const struct vpnalg_step *step,
		       const struct vpnalg_opening *opening)
{
	return (opening->id != 0 || opening->keep) &&
	       vpnalg_routers_opens(step->translator, step->handler, opening);
}

/* Gives the router's own session the ID that the router has chosen, whatever
 * ranges and sets there are, if it is free: an inside host that has it keeps
 * it. A drained address gives out no IDs, so none need be reserved there. */
static enum vpnalg_result keep_routers(struct vpnalg *translator,
				       const struct vpnalg_opening *opening,
				       struct vpnalg_binding *binding)
{
	binding->outside_id = opening->id;
	probe_for(translator, opening, binding);
	return vpnalg_address_is_in_use(translator, opening->inside) &&
			       is_unused(translator, opening->id)
		       ? VPNALG_TRANSLATED
		       : VPNALG_DROP_NO_ID;
}

enum vpnalg_result vpnalg_choose(const struct vpnalg_step *step,
				 const struct vpnalg_opening *opening,
				 struct vpnalg_binding *binding)
{
	struct vpnalg *translator = step->translator;
	const struct vpnalg_kind *kind =
		session_kind(translator, step->handler, opening->kind);
	enum vpnalg_choice choice = VPNALG_CHOICE_NEXT;

	vpnalg_binding_propose(translator, opening, binding);
	if (pool_is_nowhere(binding->outside.octets))
		return VPNALG_DROP_NO_ID;
	if (kind->inherits_outside) {
		binding->outside_id = opening->outside_id;
		return VPNALG_TRANSLATED;
	}
	if (opening->peer) {
		binding->outside_id = opening->id;
		return VPNALG_TRANSLATED;
	}
	if (is_routers(step, opening))
		return keep_routers(translator, opening, binding);
	if (VPNALG_WITH_PORT_SETS &&
	    vpnalg_block_has(translator, opening->space) &&
	    !vpnalg_allot_block(translator, opening, binding))
		return VPNALG_DROP_NO_ID;
	if (block_is_used(translator))
		memcpy(translator->block_address, binding->outside.octets,
		       addr_len_of(translator));
	probe_for(translator, opening, binding);
	vpnalg_search_begin(translator, &translator->hunt,
			    translator->probe.keys[0].rest);
	translator->hunt.set = set_for(translator, opening, kind);
	if (opening->keep)
		choice = try_id(translator, opening, binding, opening->id);
	if (choice == VPNALG_CHOICE_NEXT)
		choice = try_ranges(translator, opening, binding);
	if (choice == VPNALG_CHOICE_TAKE)
		return VPNALG_TRANSLATED;
	return choice == VPNALG_CHOICE_NEXT ? VPNALG_DROP_NO_ID
					    : VPNALG_DROP_REFUSED;
}
