/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a packet: parse, match, find, then let the handler translate.
 *
 * A burst goes through the stages together, so that the memory of all its
 * sessions is on its way while the first is looked at. Between the stages only
 * facts, keys and hashes are kept: a packet may open or close the session of
 * the next one. */
#include "internal.h"

#include "wire_ip.h"

/* Whose the local address is tells whether the packet is one of ours at all:
 * the router's own traffic, to it and from it, is not. */
static bool addresses_fit(const struct vpnalg *translator,
			  const struct vpnalg_facts *facts)
{
	if (!facts->inside)
		return vpnalg_pool_has(translator, facts->local);
	return !vpnalg_pool_has(translator, facts->local) &&
	       !vpnalg_pool_has(translator, facts->remote);
}

/* A packet from a host that uses an outside address itself is the router's, and
 * so is one to another outside address. */
static bool is_own(const struct vpnalg *translator,
		   const struct vpnalg_facts *facts)
{
	return facts->inside && vpnalg_pool_has(translator, facts->local);
}

static void make_key(struct vpnalg *translator, struct slot *slot)
{
	const struct vpnalg_facts *facts = &slot->facts;
	struct vpnalg_tuple tuple = {
		.role = (uint8_t)((slot->match.peer ? VPNALG_INSIDE_PEER
						    : VPNALG_INSIDE_OWN) +
				  (facts->inside ? 0 : 1)),
		.space = slot->match.space,
		.zone = facts->zone,
		.id = slot->match.id,
		.port = slot->match.port,
		.local = facts->local,
		.remote = slot->match.any_remote ? vpnalg_key_any_remote
						 : facts->remote,
	};

	vpnalg_key_make(&tuple, translator->addr_len, slot->key);
	slot->hash = vpnalg_key_hash(translator, slot->key);
}

/* Asks the handlers from slot->handler on, that one for its key of this
 * attempt. */
static void claim(struct vpnalg *translator, struct slot *slot,
		  uint8_t attempt)
{
	for (; slot->handler < translator->handler_count; slot->handler++) {
		const struct vpnalg_handler *handler =
			translator->handlers[slot->handler];

		slot->match = (struct vpnalg_match){ .attempt = attempt };
		attempt = 0;
		slot->claim = (uint8_t)handler->match(&slot->facts,
						      &slot->match);
		if (slot->claim == VPNALG_CLAIM_KEY)
			make_key(translator, slot);
		if (slot->claim != VPNALG_CLAIM_NONE)
			return;
	}
	slot->claim = VPNALG_CLAIM_NONE;
}

static void claim_next(struct vpnalg *translator, struct slot *slot)
{
	uint8_t attempt = 0;

	if (slot->claim == VPNALG_CLAIM_KEY && slot->match.more)
		attempt = (uint8_t)(slot->match.attempt + 1);
	else
		slot->handler++;
	claim(translator, slot, attempt);
}

static void parse(struct vpnalg *translator, struct slot *slot,
		  struct vpnalg_packet *packet)
{
	slot->ours = false;
	slot->claim = VPNALG_CLAIM_NONE;
	slot->handler = 0;
	packet->flags = 0;
	switch (vpnalg_packet_parse(packet, &slot->facts)) {
	case PACKET_OTHER:
		return;
	case PACKET_ICMP_ERROR:
		if (!vpnalg_packet_enter_quote(&slot->facts))
			return;
		break;
	case PACKET_PLAIN:
		break;
	}
	slot->ours = addresses_fit(translator, &slot->facts);
	if (slot->ours || is_own(translator, &slot->facts))
		claim(translator, slot, 0);
}

/* Whether inside hosts have sessions under this protocol with this remote. */
static bool is_guarded(struct vpnalg *translator,
		       const struct vpnalg_facts *facts, uint8_t protocol)
{
	struct vpnalg_tuple guard = { .role = ROLE_GUARD, .space = protocol,
				      .local = facts->local,
				      .remote = facts->remote };

	if (facts->inside)
		guard.local = vpnalg_pool_pick(translator, facts->zone,
					       facts->local, facts->remote);
	return vpnalg_usage_find(translator, &guard) != NULL;
}

static struct vpnalg_record *find(struct vpnalg *translator,
				  const struct slot *slot, unsigned *key_slot)
{
	const struct vpnalg_store *store = translator->store;

	return vpnalg_session_alive_or_close(
		translator, store->find(store->context, slot->key, slot->hash,
					key_slot));
}

/* Only a session that exists claims what comes in from outside, errors about
 * what was sent there included. */
static bool is_arriving(const struct vpnalg_facts *facts)
{
	return !facts->inside && (facts->inward || facts->quoted);
}

static void count(struct vpnalg *translator, const struct vpnalg_step *step,
		  enum vpnalg_result result)
{
	struct vpnalg_kind_counters *counters = vpnalg_session_counters(
		translator, step->handler, step->kind);

	if (result == VPNALG_TRANSLATED)
		counters->translated[step->facts->inward]++;
	else if (result == VPNALG_UNTOUCHED)
		counters->untouched[step->facts->inward]++;
	else
		counters->dropped[step->facts->inward]++;
}

/* Options in which routers and hosts write addresses, that of the inside host
 * too: route and timestamp options (RFC 791 3.1). */
static bool holds_addresses(const struct vpnalg_facts *facts)
{
	const uint8_t *option = facts->ip + IPV4_HEADER_LEN;

	while (option < facts->l4 && *option != IPV4_OPTION_END) {
		switch (*option) {
		case IPV4_OPTION_RECORD_ROUTE:
		case IPV4_OPTION_TIMESTAMP:
		case IPV4_OPTION_LOOSE_ROUTE:
		case IPV4_OPTION_STRICT_ROUTE:
			return true;
		case IPV4_OPTION_NOTHING:
			option++;
			continue;
		}
		if (option + 1 >= facts->l4 || option[1] < 2)
			return false; /* no options that anybody can read */
		option += option[1];
	}
	return false;
}

static enum vpnalg_result translate(struct vpnalg *translator,
				    struct vpnalg_step *step)
{
	const struct vpnalg_facts *facts = step->facts;
	struct vpnalg_tuple inside;
	enum vpnalg_result result;

	if (facts->quoted)
		return VPNALG_DROP_ICMP_ERROR;
	if (facts->fragment != VPNALG_FRAGMENT_NONE)
		return VPNALG_DROP_FRAGMENT;
	if (facts->overlong)
		return VPNALG_DROP_MALFORMED;
	if (holds_addresses(facts))
		return VPNALG_DROP_OPTIONS;
	translator->user = step->packet->user;
	result = translator->handlers[step->handler]->translate(step);
	if (result == VPNALG_TRANSLATED && !facts->inside) {
		vpnalg_session_tuple(translator, step->record,
				     VPNALG_INSIDE_OWN, &inside);
		step->packet->zone = inside.zone;
	}
	return result;
}

/* One claim of one handler. VPNALG_UNTOUCHED: the next may try. */
static enum vpnalg_result try_claim(struct vpnalg *translator,
				    const struct slot *slot,
				    struct vpnalg_step *step)
{
	const struct vpnalg_facts *facts = &slot->facts;
	enum vpnalg_result reason = slot->match.reason;

	if (slot->claim == VPNALG_CLAIM_KEY) {
		step->record = find(translator, slot, &step->slot);
		if (step->record != NULL) {
			step->handler = step->record->handler;
			step->kind = step->record->kind;
		} else if (slot->match.more || is_arriving(facts)) {
			return VPNALG_UNTOUCHED;
		}
		return translate(translator, step);
	}
	if (slot->claim == VPNALG_CLAIM_GUARDED)
		reason = VPNALG_DROP_FRAGMENT;
	else if (!is_arriving(facts))
		return facts->quoted ? VPNALG_DROP_ICMP_ERROR : reason;
	if (!is_guarded(translator, facts, slot->match.space))
		return VPNALG_UNTOUCHED;
	return facts->quoted ? VPNALG_DROP_ICMP_ERROR : reason;
}

/* Whether the outside port is a session's, so that the packet, which comes from
 * another port of its remote, is not for the router. */
static bool is_held(struct vpnalg *translator,
		    const struct vpnalg_facts *facts)
{
	struct vpnalg_tuple port = { .role = VPNALG_OUTSIDE_OWN,
				     .space = facts->protocol,
				     .local = facts->local,
				     .remote = facts->remote };

	if ((facts->protocol != PROTOCOL_TCP &&
	     facts->protocol != PROTOCOL_UDP) ||
	    !facts->inward || facts->fragment == VPNALG_FRAGMENT_LATER ||
	    facts->l4_caplen < PORTS_LEN)
		return false;
	port.id = vpnalg_get16(facts->l4 + PORT_DESTINATION_OFF);
	return vpnalg_session_find(translator, &port) != NULL;
}

/* Nobody's packet. The router's own stack would tell the remote that it does
 * not speak this protocol, and the remote would hang up on the inside host. */
static enum vpnalg_result unclaimed(struct vpnalg *translator,
				    const struct vpnalg_facts *facts)
{
	enum vpnalg_result reason = VPNALG_DROP_GUARDED;

	if (facts->inside)
		return VPNALG_UNTOUCHED;
	if (is_held(translator, facts))
		reason = VPNALG_DROP_PORT_HELD;
	else if (!is_guarded(translator, facts, facts->protocol))
		return VPNALG_UNTOUCHED;
	return facts->quoted ? VPNALG_DROP_ICMP_ERROR : reason;
}

static enum vpnalg_result decide(struct vpnalg *translator, struct slot *slot,
				 struct vpnalg_packet *packet)
{
	struct vpnalg_step step = { .translator = translator,
				    .packet = packet,
				    .facts = &slot->facts,
				    .now = translator->now };
	enum vpnalg_result result = VPNALG_UNTOUCHED;
	bool claimed = slot->claim != VPNALG_CLAIM_NONE;

	while (slot->claim != VPNALG_CLAIM_NONE) {
		step.handler = slot->handler;
		step.kind = slot->match.kind;
		if (slot->ours)
			result = try_claim(translator, slot, &step);
		if (!slot->ours || result != VPNALG_UNTOUCHED)
			break;
		claim_next(translator, slot);
	}
	if (slot->ours && slot->claim == VPNALG_CLAIM_NONE)
		result = unclaimed(translator, &slot->facts);
	if (claimed)
		count(translator, &step, result);
	return result;
}

static void prefetch(struct vpnalg *translator, size_t length,
		     unsigned step)
{
	const struct vpnalg_store *store = translator->store;
	size_t i;

	for (i = 0; i < length; i++)
		if (translator->slots[i].claim == VPNALG_CLAIM_KEY)
			store->prefetch(store->context,
					translator->slots[i].hash, step);
}

static void burst(struct vpnalg *translator, struct vpnalg_packet *packets,
		  size_t length)
{
	enum vpnalg_result result;
	size_t i;

	for (i = 0; i < length; i++)
		parse(translator, &translator->slots[i], &packets[i]);
	if (length > 1 && translator->store->prefetch != NULL) {
		prefetch(translator, length, 0);
		prefetch(translator, length, 1);
	}
	for (i = 0; i < length; i++) {
		result = decide(translator, &translator->slots[i],
				&packets[i]);
		packets[i].result = (uint8_t)result;
		translator->counters.results[result]++;
	}
}

void vpnalg_process(struct vpnalg *translator, struct vpnalg_packet *packets,
		    size_t length, vpnalg_time now)
{
	size_t part;

	if (now > translator->now)
		translator->now = now;
	for (; length > 0; packets += part, length -= part) {
		part = length < translator->burst ? length : translator->burst;
		burst(translator, packets, part);
	}
}
