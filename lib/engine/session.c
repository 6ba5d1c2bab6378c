/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions: records in the caller's store, found by their keys, opened whole
 * or not at all, and closed with all that they took. */
#include "record.h"

#include <string.h>

#include "../wire/ip.h"

#define HEAD sizeof(struct vpnalg_record)

/* The body follows the keys; every key length is a multiple of four. */
void *vpnalg_session_body(const struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	return record_key(translator, record, record->slots);
}

void vpnalg_session_tuple(const struct vpnalg *translator,
			  struct vpnalg_record *record, unsigned role,
			  struct vpnalg_tuple *tuple)
{
	vpnalg_key_read(record_key(translator, record, role),
			addr_len_of(translator), tuple);
}

uint32_t vpnalg_session_id(const struct vpnalg *translator,
			   struct vpnalg_record *record, unsigned role)
{
	return key_word(record_key(translator, record, role) + KEY_ID_OFF);
}

uint32_t vpnalg_session_port(const struct vpnalg *translator,
			     struct vpnalg_record *record, unsigned role)
{
	return key_word(record_key(translator, record, role) + KEY_PORT_OFF);
}

const struct vpnalg_timers *
vpnalg_session_timers(const struct vpnalg *translator)
{
	return &translator->timers;
}

bool vpnalg_session_may_hold(const struct vpnalg *translator)
{
	return !translator->passive;
}

const void *vpnalg_session_settings(const struct vpnalg *translator,
				    unsigned handler)
{
	return translator->settings[handler];
}

vpnalg_time vpnalg_session_now(const struct vpnalg *translator)
{
	return translator->now;
}

uint32_t vpnalg_session_random(struct vpnalg *translator)
{
	return translator->random(translator->context);
}

void vpnalg_session_changed(const struct vpnalg *translator,
			    struct vpnalg_record *record)
{
	const struct vpnalg_store *store = translator->store;

	if (store->changed != NULL)
		store->changed(store->context, record);
}

/* At the far edge of the clock a session lives on rather than being born
 * dead. */
void vpnalg_session_set_lifetime(const struct vpnalg *translator,
				 struct vpnalg_record *record,
				 vpnalg_time lifetime)
{
	vpnalg_time now = translator->now;

	record->deadline =
		now > VPNALG_NEVER - lifetime ? VPNALG_NEVER : now + lifetime;
	vpnalg_session_changed(translator, record);
}

bool vpnalg_session_is_alive(const struct vpnalg *translator,
			     const struct vpnalg_record *record)
{
	return record_is_alive(translator, record);
}

void vpnalg_session_count_unparsed(struct vpnalg *translator,
				   const struct vpnalg_record *record)
{
	session_counters(translator, record->handler, record->kind)->unparsed++;
}

void vpnalg_session_notify(struct vpnalg *translator,
			   struct vpnalg_record *record, uint8_t type,
			   uint8_t evidence)
{
	struct vpnalg_event *event = &translator->told;

	if (translator->event == NULL)
		return;
	event->type = type;
	event->evidence = evidence;
	event->protocol = record->handler;
	vpnalg_binding_describe(translator, record, &event->session);
	translator->event(translator->context, event);
}

struct vpnalg_record *vpnalg_session_peek(struct vpnalg *translator,
					  const struct vpnalg_tuple *tuple)
{
	uint8_t *key = translator->key;

	vpnalg_key_make(tuple, addr_len_of(translator), key);
	return vpnalg_record_find(translator, key,
				  vpnalg_key_hash(translator, key));
}

struct vpnalg_record *
vpnalg_session_alive_or_close(struct vpnalg *translator,
			      struct vpnalg_record *record)
{
	if (record == NULL || vpnalg_session_is_alive(translator, record))
		return record;
	vpnalg_session_close(translator, record);
	return NULL;
}

struct vpnalg_record *vpnalg_session_find(struct vpnalg *translator,
					  const struct vpnalg_tuple *tuple)
{
	return vpnalg_session_alive_or_close(
		translator, vpnalg_session_peek(translator, tuple));
}

static struct vpnalg_record *if_alive(const struct vpnalg *translator,
				      struct vpnalg_record *record)
{
	return record != NULL && vpnalg_session_is_alive(translator, record)
		       ? record
		       : NULL;
}

struct vpnalg_record *vpnalg_session_peek_beside(struct vpnalg *translator,
						 struct vpnalg_record *record,
						 unsigned role, uint8_t space,
						 uint32_t id, uint32_t port)
{
	uint8_t *key = translator->key;

	translator->parts =
		(struct key_parts){ (uint8_t)role, space, id, port };
	vpnalg_key_beside(translator, record_key(translator, record, role & 1),
			  &translator->parts, key);
	return vpnalg_record_find(translator, key,
				  vpnalg_key_hash(translator, key));
}

struct vpnalg_record *vpnalg_session_beside(struct vpnalg *translator,
					    struct vpnalg_record *record,
					    unsigned role, uint8_t space,
					    uint32_t id, uint32_t port)
{
	return if_alive(translator,
			vpnalg_session_peek_beside(translator, record, role,
						   space, id, port));
}

unsigned vpnalg_session_row(struct vpnalg *translator,
			    struct vpnalg_record *record,
			    const struct vpnalg_row *row,
			    struct vpnalg_record **records)
{
	struct key_of_any_id *any = &translator->row;
	uint64_t hash;
	unsigned i;

	translator->parts = (struct key_parts){ (uint8_t)row->role, row->space,
						row->first, row->port };
	vpnalg_key_beside(translator,
			  record_key(translator, record, row->role & 1),
			  &translator->parts, any->key);
	vpnalg_key_prepare_made(translator, any);
	for (i = 0; i < row->count; i++) {
		hash = vpnalg_key_set_id(translator, any, row->first + i);
		records[i] = if_alive(
			translator,
			vpnalg_record_find(translator, any->key, hash));
		if (records[i] == NULL)
			break;
	}
	return i;
}

void vpnalg_session_unlink(struct vpnalg *translator,
			   struct vpnalg_record *record, unsigned role)
{
	const struct vpnalg_store *store = translator->store;

	if (role >= record->slots || !(record->keys & 1U << role))
		return;
	store->unlink(store->context, record, role,
		      vpnalg_key_hash(translator,
				      record_key(translator, record, role)));
	record->keys &= (uint8_t) ~(1U << role);
	translator->work++;
	vpnalg_session_changed(translator, record);
}

static bool give(struct vpnalg *translator, struct vpnalg_record *record,
		 unsigned at, const struct vpnalg_tuple *tuple)
{
	const struct vpnalg_store *store = translator->store;
	uint8_t *key = record_key(translator, record, at);
	struct vpnalg_record *holder;
	uint64_t hash;
	unsigned slot;

	/* The tuple may point into the very slot. */
	vpnalg_key_make(tuple, addr_len_of(translator), translator->key);
	memcpy(key, translator->key, store->key_length);
	hash = vpnalg_key_hash(translator, key);
	holder = vpnalg_record_find(translator, key, hash);
	slot = translator->found;
	holder = vpnalg_session_alive_or_close(translator, holder);
	if (holder == NULL) {
		if (!store->link(store->context, record, at, hash)) {
			vpnalg_session_changed(translator, record);
			return false;
		}
	} else {
		store->relink(store->context, holder, slot, record, at, hash);
		holder->keys &= (uint8_t) ~(1U << slot);
		holder->flags |= VPNALG_SESSION_SHARED;
		record->flags |= VPNALG_SESSION_SHARED;
		vpnalg_session_changed(translator, holder);
	}
	record->keys |= (uint8_t)(1U << at);
	vpnalg_session_changed(translator, record);
	return true;
}

bool vpnalg_session_link(struct vpnalg *translator,
			 struct vpnalg_record *record,
			 const struct vpnalg_tuple *tuple)
{
	unsigned at = tuple->role;

	return give(translator, record, at < record->slots ? at : at & 1,
		    tuple);
}

/* Gives back all that a session has taken, be it whole or half made. */
static void dismantle(struct vpnalg *translator, struct vpnalg_record *record)
{
	const struct vpnalg_store *store = translator->store;
	unsigned slot;

	for (slot = 0; slot < record->slots; slot++)
		vpnalg_session_unlink(translator, record, slot);
	vpnalg_usage_leave(translator, record);
	translator->work++;
	store->remove(store->context, record);
}

/* Nobody goes on with a session that is gone. */
static void forget(struct vpnalg *translator,
		   const struct vpnalg_record *record)
{
	if (translator->step.record == record)
		translator->step.record = NULL;
	if (translator->met == record)
		translator->met = NULL;
}

static void tell_handler(struct vpnalg *translator,
			 struct vpnalg_record *record)
{
	const struct vpnalg_handler *handler =
		translator->handlers[record->handler];

	if (handler->closed == NULL)
		return;
	translator->closing = true;
	handler->closed(translator, record);
	translator->closing = false;
}

/* What else it costs to close a session, in operations of the store. */
#define CLOSE_WORK 6

/* A handler that closes what it is told is being closed is not obeyed. */
void vpnalg_session_close(struct vpnalg *translator,
			  struct vpnalg_record *record)
{
	if (translator->closing) {
		translator->fault = true;
		return;
	}
	translator->work += CLOSE_WORK;
	tell_handler(translator, record);
	forget(translator, record);
	session_counters(translator, record->handler, record->kind)->closed++;
	vpnalg_binding_give_back(translator, record);
	dismantle(translator, record);
}

static struct vpnalg_record *add(struct vpnalg *translator, uint8_t handler,
				 uint8_t kind)
{
	const struct vpnalg_kind *k = session_kind(translator, handler, kind);
	struct vpnalg_record *record = vpnalg_record_add(
		translator, HEAD + k->slots * key_len_of(translator) + k->body);

	if (record == NULL)
		return NULL;
	record->slots = k->slots;
	record->handler = handler;
	record->kind = kind;
	return record;
}

/* Fails where another session has one of the own keys: these are not
 * shared. */
static bool give_keys(struct vpnalg *translator, struct vpnalg_record *record,
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
	if (!opening->peer && vpnalg_session_find(translator, tuple) != NULL)
		return false;
	if (!give(translator, record, 0, tuple))
		return false;
	tuple->role++; /* the outside one */
	tuple->id = binding->outside_id;
	tuple->port = opening->outside_port;
	tuple->local = binding->outside.octets;
	return give(translator, record, 1, tuple);
}

static struct vpnalg_record *build(struct vpnalg *translator, uint8_t handler,
				   const struct vpnalg_opening *opening,
				   const struct vpnalg_binding *binding)
{
	struct vpnalg_record *record = add(translator, handler, opening->kind);

	if (record == NULL)
		return NULL;
	vpnalg_session_set_lifetime(translator, record, opening->lifetime);
	if (give_keys(translator, record, opening, binding) &&
	    vpnalg_usage_join(translator, record)) {
		vpnalg_session_changed(translator, record);
		return record;
	}
	dismantle(translator, record);
	return NULL;
}

/* Gives a binding up again, if it was reserved at all. */
static void give_up(const struct vpnalg_step *step,
		    const struct vpnalg_opening *opening)
{
	const struct vpnalg_kind *kind =
		session_kind(step->translator, step->handler, opening->kind);

	if (!opening->peer && !kind->inherits_outside)
		vpnalg_binding_give_up(step->translator, opening,
				       &step->translator->binding);
}

/* Whether the handler has such a kind, and may open anything now. */
static bool may_open(const struct vpnalg_step *step,
		     const struct vpnalg_opening *opening)
{
	const struct vpnalg *translator = step->translator;

	return step->handler < translator->handler_count &&
	       opening->kind <
		       translator->handlers[step->handler]->kind_count &&
	       !translator->closing;
}

static enum vpnalg_result choose(const struct vpnalg_step *step,
				 const struct vpnalg_opening *opening)
{
	struct vpnalg *translator = step->translator;

	translator->user = step->packet->user;
	return vpnalg_choose(step, opening, &translator->binding);
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
	result = choose(step, opening);
	if (result != VPNALG_TRANSLATED) {
		counters->refused++;
		return result;
	}
	record =
		build(translator, step->handler, opening, &translator->binding);
	if (record == NULL) {
		give_up(step, opening);
		counters->refused++;
		return VPNALG_DROP_STORE;
	}
	counters->opened++;
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
