/* SPDX-License-Identifier: BSD-2-Clause */
/* Bindings: the outside address and ID of a session, as the caller is asked
 * about them and notified of their release. */
#include "binding.h"

#include <string.h>

#include "address.h"
#include "pool.h"
#include "record.h"
#include "routers.h"
#include "search.h"

/* A mapping for all remotes has the host's paired address (RFC 4787 REQ-2). */
const uint8_t *vpnalg_binding_address(struct vpnalg *translator,
				      const struct vpnalg_opening *opening)
{
	if (opening->outside == NULL &&
	    routers_has(translator, opening->inside))
		return opening->inside;
	if (opening->any_remote)
		return vpnalg_pool_paired(translator, opening->zone,
					  opening->inside);
	return opening->outside;
}

/* The outside key that the session would have. */
void vpnalg_binding_key(const struct vpnalg_opening *opening,
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

/* Fills in a binding but for its outside ID, which is not known yet or stands
 * in another key. */
static void describe(const struct vpnalg *translator,
		     const struct vpnalg_tuple *inside, const uint8_t *outside,
		     struct vpnalg_binding *binding)
{
	memset(binding, 0, sizeof(*binding));
	binding->protocol = inside->space;
	binding->zone = inside->zone;
	address_set(translator, &binding->inside, inside->local);
	address_set(translator, &binding->outside, outside);
	if (inside->remote != NULL)
		address_set(translator, &binding->remote, inside->remote);
	binding->inside_id = inside->id;
	binding->remote_port = inside->port;
}

/* Fills in the binding of a session that is to be opened, but for its outside
 * ID. */
void vpnalg_binding_propose(struct vpnalg *translator,
			    const struct vpnalg_opening *opening,
			    struct vpnalg_binding *binding)
{
	struct vpnalg_tuple *inside = &translator->tuple;
	const uint8_t *outside = vpnalg_binding_address(translator, opening);

	*inside = (struct vpnalg_tuple){
		.space = opening->space,
		.zone = opening->zone,
		.id = opening->id,
		.port = opening->inside_port,
		.local = opening->inside,
		.remote = opening->any_remote ? NULL : opening->remote,
	};
	if (outside == NULL)
		outside = vpnalg_pool_pick(translator, opening->zone,
					   opening->inside, opening->remote);
	describe(translator, inside, outside, binding);
	binding->user = translator->user;
}

/* Releases the binding of a session that was not opened. */
void vpnalg_binding_give_up(struct vpnalg *translator,
			    const struct vpnalg_opening *opening,
			    struct vpnalg_binding *binding)
{
	struct vpnalg_tuple tuple;

	vpnalg_binding_key(opening, binding, &tuple);
	vpnalg_search_freed(translator, &tuple);
	vpnalg_binding_release(translator, binding);
}

/* Without a choose callback nothing was reserved. */
void vpnalg_binding_release(struct vpnalg *translator,
			    struct vpnalg_binding *binding)
{
	if (translator->choose == NULL || translator->release == NULL)
		return;
	binding->user = NULL;
	translator->release(translator->context, binding);
}

void vpnalg_binding_describe(struct vpnalg *translator,
			     struct vpnalg_record *record,
			     struct vpnalg_binding *binding)
{
	struct vpnalg_tuple inside, outside;

	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &inside);
	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &outside);
	describe(translator, &inside, outside.local, binding);
	binding->outside_id = outside.id;
}

/* Gives back what the session was bound to. */
void vpnalg_binding_give_back(struct vpnalg *translator,
			      struct vpnalg_record *record)
{
	struct vpnalg_binding binding;
	struct vpnalg_tuple outside;

	if (record_kind(translator, record)->inherits_outside)
		return;
	vpnalg_session_tuple(translator, record, VPNALG_OUTSIDE_OWN, &outside);
	if (outside.role != VPNALG_OUTSIDE_OWN)
		return; /* it has peer keys: nothing was reserved */
	vpnalg_search_freed(translator, &outside);
	if (translator->release == NULL || vpnalg_record_is_routers(record))
		return; /* no callback, or it was not asked about this one */
	vpnalg_binding_describe(translator, record, &binding);
	vpnalg_binding_release(translator, &binding);
}

/* Returns whether the choose callback is asked about sessions like this one. */
static bool is_asked_about(const struct vpnalg *translator,
			   struct vpnalg_record *record)
{
	return translator->choose != NULL &&
	       !vpnalg_record_is_routers(record) &&
	       !record_kind(translator, record)->inherits_outside &&
	       key_role(record_key(translator, record, VPNALG_OUTSIDE_OWN)) ==
		       VPNALG_OUTSIDE_OWN;
}

static bool is_same(const struct vpnalg *translator,
		    const struct vpnalg_binding *a,
		    const struct vpnalg_binding *b)
{
	return a->outside_id == b->outside_id &&
	       a->outside.family == b->outside.family &&
	       same_address(a->outside.octets, b->outside.octets,
			    addr_len_of(translator));
}

bool vpnalg_binding_reserve(struct vpnalg *translator,
			    struct vpnalg_record *record)
{
	struct vpnalg_binding *binding = &translator->binding;

	if (!is_asked_about(translator, record))
		return true;
	vpnalg_binding_describe(translator, record, binding);
	translator->proposal = *binding;
	switch (translator->choose(translator->context, binding)) {
	case VPNALG_CHOICE_TAKE:
		return true;
	case VPNALG_CHOICE_CHOSEN:
		if (is_same(translator, binding, &translator->proposal))
			return true;
		vpnalg_binding_release(translator, binding);
		return false;
	default:
		return false;
	}
}
