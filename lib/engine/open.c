/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens a session: whole, or not at all. A handler calls vpnalg_session_open()
 * while it translates. If the store is full, what was done is undone, and the
 * result is VPNALG_DROP_STORE. No session is closed for it, unless
 * vpnalg_policy.store_units is set: then admit.c closes some of general
 * traffic. The handler decides which packets may open a session, and this is
 * not checked here: one from inside that is not undone, or one from outside
 * beside a session that an inside host has opened, or a service, bounded in
 * number. */
#include "account.h"
#include "admit.h"
#include "binding.h"
#include "choose.h"
#include "event.h"
#include "record.h"
#include "routers.h"
#include "search.h"
#include "session.h"
#include "session_event.h"
#include "tally.h"
#include "usage.h"

#include "../wire/ip.h"

#define HEAD sizeof(struct vpnalg_record)

static size_t bytes_of(const struct vpnalg *translator,
		       const struct vpnalg_kind *kind)
{
	return HEAD + kind->slots * key_len_of(translator) + kind->body +
	       (translator->accounts ? account_bytes(kind) : 0);
}

static struct vpnalg_record *add(struct vpnalg *translator, uint8_t handler,
				 uint8_t kind)
{
	const struct vpnalg_kind *k = session_kind(translator, handler, kind);
	struct vpnalg_record *record =
		vpnalg_record_add(translator, bytes_of(translator, k));

	if (record == NULL)
		return NULL;
	record->slots = k->slots;
	record->handler = handler;
	record->kind = kind;
	vpnalg_account_open(translator, record);
	return record;
}

/* Returns who may hold the outside key: choose.c has looked up all keys but
 * those of peers and those that are inherited. */
static enum holder outside_holder(const struct vpnalg *translator,
				  const struct vpnalg_record *record,
				  const struct vpnalg_opening *opening)
{
	const struct vpnalg_kind *kind = record_kind(translator, record);

	return opening->peer || kind->inherits_outside ? HOLDER_YIELDS
						       : HOLDER_NONE;
}

/* Links both keys. Fails where another session has one of the own keys: these
 * are not shared. */
static bool link_keys(struct vpnalg *translator, struct vpnalg_record *record,
		      const struct vpnalg_opening *opening,
		      const struct vpnalg_binding *binding)
{
	struct vpnalg_tuple *tuple = &translator->tuple;

	*tuple = (struct vpnalg_tuple){
		.role = opening->peer ? VPNALG_INSIDE_PEER : VPNALG_INSIDE_OWN,
		.space = opening->space,
		.zone = opening->zone,
		.id = opening->id,
		.port = opening->inside_port,
		.local = opening->inside,
		.remote = opening->any_remote ? NULL : opening->remote,
	};
	if (!vpnalg_session_link_at(translator, record, 0, tuple,
				    opening->peer ? HOLDER_YIELDS
						  : HOLDER_KEEPS))
		return false;
	tuple->role++; /* the outside one */
	tuple->id = binding->outside_id;
	tuple->port = opening->outside_port;
	tuple->local = binding->outside.octets;
	return vpnalg_session_link_at(
		translator, record, 1, tuple,
		outside_holder(translator, record, opening));
}

static struct vpnalg_record *build(struct vpnalg *translator, uint8_t handler,
				   const struct vpnalg_opening *opening,
				   const struct vpnalg_binding *binding)
{
	struct vpnalg_record *record = add(translator, handler, opening->kind);

	if (record == NULL)
		return NULL;
	if (vpnalg_routers_opens(translator, handler, opening))
		record->handler |= VPNALG_HANDLER_ROUTER;
	vpnalg_session_set_lifetime(translator, record, opening->lifetime);
	if (link_keys(translator, record, opening, binding) &&
	    vpnalg_usage_join(translator, record) &&
	    vpnalg_tally_join(translator, record)) {
		vpnalg_session_changed(translator, record);
		return record;
	}
	vpnalg_session_dismantle(translator, record);
	return NULL;
}

/* Gives up the binding, if it was reserved. */
static void give_up(const struct vpnalg_step *step,
		    const struct vpnalg_opening *opening)
{
	const struct vpnalg_kind *kind =
		session_kind(step->translator, step->handler, opening->kind);

	if (!opening->peer && !kind->inherits_outside &&
	    !vpnalg_routers_opens(step->translator, step->handler, opening))
		vpnalg_binding_give_up(step->translator, opening,
				       &step->translator->binding);
}

/* Returns whether the opening is one that the handler may make: a kind of its
 * own, sound ranges, and not while a session is being closed. */
static bool may_open(const struct vpnalg_step *step,
		     const struct vpnalg_opening *opening)
{
	const struct vpnalg *translator = step->translator;

	return step->handler < translator->handler_count &&
	       opening->kind <
		       translator->handlers[step->handler]->kind_count &&
	       search_is_range(&opening->ranges[0]) &&
	       search_is_range(&opening->ranges[1]) && !translator->closing;
}

static enum vpnalg_result choose(const struct vpnalg_step *step,
				 const struct vpnalg_opening *opening)
{
	struct vpnalg *translator = step->translator;

	translator->user = step->packet->user;
	return vpnalg_choose(step, opening, &translator->binding);
}

static size_t wanted(const struct vpnalg_step *step,
		     const struct vpnalg_opening *opening)
{
	return bytes_of(
		step->translator,
		session_kind(step->translator, step->handler, opening->kind));
}

/* Closes other sessions for a new one. Returns whether any was closed, so that
 * the new one may be tried again. */
static bool make_room(const struct vpnalg_step *step,
		      const struct vpnalg_opening *opening)
{
	return vpnalg_admit_make_room(step->translator, wanted(step, opening));
}

/* Asks the policy, and makes room where only room lacks. */
static enum vpnalg_result admit(const struct vpnalg_step *step,
				const struct vpnalg_opening *opening)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (VPNALG_WITH_POLICY)
		result = vpnalg_admit(step, opening);
	if (result == VPNALG_DROP_LIMIT && step->translator->policy.is_short &&
	    make_room(step, opening))
		result = vpnalg_admit(step, opening);
	return result;
}

/* Builds a session. If the store has no room and the policy knows the store's
 * size, other sessions are closed for it. */
static struct vpnalg_record *build_somehow(const struct vpnalg_step *step,
					   const struct vpnalg_opening *opening)
{
	struct vpnalg *translator = step->translator;
	bool again =
		VPNALG_WITH_POLICY && translator->policy.set.store_units != 0;
	struct vpnalg_record *record;

	translator->held = false;
	while (true) {
		record = build(translator, step->handler, opening,
			       &translator->binding);
		if (record != NULL || translator->held)
			return record;
		if (!again)
			break;
		if (!make_room(step, opening))
			return NULL;
		again = false;
	}
	if (VPNALG_WITH_POLICY)
		vpnalg_admit_unfit(translator, wanted(step, opening));
	return NULL;
}

bool vpnalg_session_may_open(const struct vpnalg_step *step,
			     const struct vpnalg_opening *opening,
			     uint32_t *outside_id)
{
	if (!may_open(step, opening) ||
	    choose(step, opening) != VPNALG_TRANSLATED)
		return false;
	*outside_id = step->translator->binding.outside_id;
	give_up(step, opening);
	return true;
}

enum vpnalg_result vpnalg_session_open(const struct vpnalg_step *step,
				       const struct vpnalg_opening *opening,
				       struct vpnalg_record **opened)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *record;
	struct vpnalg_kind_counters *counters;
	enum vpnalg_result result;

	if (!may_open(step, opening))
		return VPNALG_DROP_FAULT;
	counters = session_counters(translator, step->handler, opening->kind);
	result = admit(step, opening);
	if (result == VPNALG_TRANSLATED)
		result = choose(step, opening);
	if (result != VPNALG_TRANSLATED) {
		counters->refused++;
		vpnalg_event_refused(step, opening, NULL, result);
		return result;
	}
	record = build_somehow(step, opening);
	if (record == NULL) {
		give_up(step, opening);
		counters->refused++;
		result = translator->held ? VPNALG_DROP_PORT_HELD
					  : VPNALG_DROP_STORE;
		vpnalg_event_refused(step, opening, &translator->binding,
				     result);
		return result;
	}
	counters->opened++;
	vpnalg_session_event_opened(translator, record);
	if (opening->any_remote)
		translator->mapped[opening->space / 8] |=
			(uint8_t)(1U << opening->space % 8);
	*opened = record;
	return VPNALG_TRANSLATED;
}

/* Same range, same parity. */
static struct vpnalg_range same_ports(uint32_t port)
{
	struct vpnalg_range range = { .first = port & 1,
				      .step = 2,
				      .count = 512 };

	if (port >= 1024) {
		range.first += 1024;
		range.count = (65536 - 1024) / 2;
	} else if (range.first == 0) {
		range.first = 2; /* port 0 is none */
		range.count--;
	}
	return range;
}

/* RFC 4787 only recommends range and parity; a port is worth more. */
static const struct vpnalg_range unprivileged = { .first = 1024,
						  .step = 1,
						  .count = 65536 - 1024 };

enum vpnalg_result vpnalg_session_open_port(const struct vpnalg_step *step,
					    uint8_t kind, uint32_t lifetime,
					    struct vpnalg_record **record)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	uint16_t port = vpnalg_get16(parsed->l4 + PORT_SOURCE_OFF);
	struct vpnalg_opening opening = {
		.kind = kind,
		.space = parsed->protocol,
		.zone = parsed->zone,
		.inside = parsed->local,
		.remote = parsed->remote,
		.id = port,
		.inside_port = vpnalg_get16(parsed->l4 + PORT_DESTINATION_OFF),
		.least = 1,
		.greatest = UINT16_MAX,
		.keep = true,
		.ranges = { same_ports(port), unprivileged },
		.lifetime = lifetime,
	};

	return vpnalg_session_open(step, &opening, record);
}
