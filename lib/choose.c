/* SPDX-License-Identifier: BSD-2-Clause */
/* Chooses the outside address and ID of a new session: the owner's own ID if
 * it is free, else a random free one, with the caller's consent. */
#include "internal.h"

#include <string.h>

#include "wire_ip.h"

/* The keys that must lead nowhere for an outside ID to be free. */
struct probe {
	struct key_of_any_id keys[2]; /* the session's own key first */
	unsigned count;
};

static bool leads_nowhere(struct vpnalg *translator, struct key_of_any_id *any,
			  uint32_t id)
{
	uint64_t hash = vpnalg_key_set_id(translator, any, id);
	unsigned slot;

	return vpnalg_session_alive_or_close(
		       translator, vpnalg_record_find(translator, any->key,
						      hash, &slot)) == NULL;
}

static bool is_unused(struct vpnalg *translator, struct probe *probe,
		      uint32_t id)
{
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
	struct key_of_any_id any;
	struct hunt hunt;
	size_t i;

	vpnalg_key_prepare(translator, tuple, &any);
	vpnalg_search_begin(translator, &hunt, any.rest);
	for (i = 0; i < range_count; i++) {
		vpnalg_search_range(&hunt, &ranges[i], i + 1 == range_count);
		while (vpnalg_search_next(&hunt, &tuple->id)) {
			if (!leads_nowhere(translator, &any, tuple->id))
				continue;
			vpnalg_search_found(&hunt);
			return true;
		}
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

/* The outside key that the session would have. */
static void key_of(const struct vpnalg_opening *opening,
		   const struct vpnalg_binding *binding,
		   struct vpnalg_tuple *tuple)
{
	*tuple = (struct vpnalg_tuple){
		.role = VPNALG_OUTSIDE_OWN,
		.space = opening->space,
		.id = binding->outside_id,
		.port = opening->outside_port,
		.local = binding->outside.octets,
		.remote = opening->any_remote ? NULL : opening->remote,
	};
}

/* Whether sessions for all remotes were opened in a space. */
static bool is_mapped(const struct vpnalg *translator, uint8_t space)
{
	return translator->mapped[space / 8] & 1U << space % 8;
}

/* What is for all remotes and what is for one only keep out of each other's
 * way: the latter does not take an ID of the former, and the former none that
 * is in use towards the remote for which it is opened. Towards the others its
 * handler looks, when it comes to them. */
static void probe_for(struct vpnalg *translator,
		      const struct vpnalg_opening *opening,
		      const struct vpnalg_binding *binding,
		      struct probe *probe)
{
	struct vpnalg_tuple tuple;

	key_of(opening, binding, &tuple);
	vpnalg_key_prepare(translator, &tuple, &probe->keys[0]);
	probe->count = 1;
	if (!opening->any_remote) {
		if (!is_mapped(translator, opening->space))
			return;
		tuple.port = 0;
	}
	tuple.remote = opening->any_remote ? opening->remote : NULL;
	vpnalg_key_prepare(translator, &tuple, &probe->keys[1]);
	probe->count = 2;
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

/* Whether the ID that the callback has chosen, with an address perhaps, is
 * free. */
static bool is_free_at(struct vpnalg *translator,
		       const struct vpnalg_opening *opening,
		       const struct vpnalg_binding *binding)
{
	struct probe probe;

	probe_for(translator, opening, binding, &probe);
	return !is_barred(opening, binding->outside_id) &&
	       is_unused(translator, &probe, binding->outside_id);
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
	    is_free_at(translator, opening, binding))
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
				 struct vpnalg_binding *binding,
				 struct probe *probe, uint32_t id)
{
	binding->outside_id = id;
	if (vpnalg_port_is_reserved(opening->space, id) ||
	    is_barred(opening, id) || !is_unused(translator, probe, id))
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

static enum vpnalg_choice try_ranges(struct vpnalg *translator,
				     const struct vpnalg_opening *opening,
				     struct vpnalg_binding *binding,
				     struct probe *probe)
{
	enum vpnalg_choice choice = VPNALG_CHOICE_NEXT;
	struct hunt hunt;
	unsigned i;
	uint32_t id;

	vpnalg_search_begin(translator, &hunt, probe->keys[0].rest);
	for (i = 0; i < 2 && choice == VPNALG_CHOICE_NEXT; i++) {
		vpnalg_search_range(&hunt, &opening->ranges[i],
				    i == 1 || opening->ranges[1].count == 0);
		while (choice == VPNALG_CHOICE_NEXT &&
		       vpnalg_search_next(&hunt, &id))
			if (id != opening->id)
				choice = try_id(translator, opening, binding,
						probe, id);
	}
	if (choice == VPNALG_CHOICE_TAKE)
		vpnalg_search_found(&hunt);
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
	struct probe probe;

	propose(translator, opening, binding);
	if (kind->bound) {
		binding->outside_id = opening->outside_id;
		return VPNALG_TRANSLATED;
	}
	if (opening->peer) {
		binding->outside_id = opening->id;
		return VPNALG_TRANSLATED;
	}
	probe_for(translator, opening, binding, &probe);
	if (opening->keep)
		choice = try_id(translator, opening, binding, &probe,
				opening->id);
	if (choice == VPNALG_CHOICE_NEXT)
		choice = try_ranges(translator, opening, binding, &probe);
	if (choice == VPNALG_CHOICE_TAKE)
		return VPNALG_TRANSLATED;
	return choice == VPNALG_CHOICE_NEXT ? VPNALG_DROP_NO_ID
					    : VPNALG_DROP_REFUSED;
}

/* A binding that no session came of is given up. */
void vpnalg_choose_give_up(struct vpnalg *translator,
			   const struct vpnalg_opening *opening,
			   struct vpnalg_binding *binding)
{
	struct vpnalg_tuple tuple;

	key_of(opening, binding, &tuple);
	vpnalg_search_freed(translator, &tuple);
	vpnalg_choose_release(translator, binding);
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
	vpnalg_search_freed(translator, &outside);
	vpnalg_choose_describe(translator, record, &binding);
	vpnalg_choose_release(translator, &binding);
}
