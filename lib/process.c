/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a packet: parse, match, find, then let the handler translate.
 *
 * A burst goes through the stages together, so that the memory of all its
 * sessions is on its way while the first is looked at. Between the stages only
 * facts, keys and hashes are kept: a packet may open or close the session of
 * the next one. */
#include "internal.h"

#include "wire_ip.h"

/* Whether the address can be a single far host's. "This network", loopback,
 * multicast and reserved addresses, broadcast among them, are nobody's (RFC
 * 6890 2.2.2, RFC 1112 4); the outside addresses are the router's own. */
static bool is_remote(const struct vpnalg *translator, const uint8_t *address)
{
	return address[0] != 0 && address[0] != 127 && address[0] < 224 &&
	       !pool_has(translator, address);
}

/* The local address decides whether the packet is ours: the router's own
 * traffic, to it and from it, is not. */
static bool addresses_fit(const struct vpnalg *translator,
			  const struct vpnalg_facts *facts)
{
	return pool_has(translator, facts->local) == !facts->inside &&
	       is_remote(translator, facts->remote);
}

/* A packet from a host that uses an outside address itself is the router's, and
 * so is one to another outside address. */
static bool is_own(const struct vpnalg *translator,
		   const struct vpnalg_facts *facts)
{
	return facts->inside && pool_has(translator, facts->local);
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
		.remote = slot->match.any_remote ? NULL : facts->remote,
	};

	vpnalg_key_make(&tuple, translator->addr_len, slot->key);
	slot->hash = vpnalg_key_hash(translator, slot->key);
}

static bool is_drop(unsigned result)
{
	return result >= VPNALG_DROP_FIRST && result < VPNALG_RESULTS;
}

/* Whether a handler's claim is one that it may make. */
static bool is_claim(const struct vpnalg_handler *handler,
		     const struct slot *slot, unsigned claim)
{
	if (slot->match.kind >= handler->kind_count)
		return false;
	switch (claim) {
	case VPNALG_CLAIM_KEY:
		return !slot->match.more || slot->attempt < ATTEMPTS_MAX;
	case VPNALG_CLAIM_DROP:
		return is_drop(slot->match.reason);
	case VPNALG_CLAIM_GUARDED:
		return true;
	default:
		return false;
	}
}

static void ask(struct vpnalg *translator, struct slot *slot)
{
	const struct vpnalg_handler *handler =
		translator->handlers[slot->handler];
	unsigned claim;

	slot->match = (struct vpnalg_match){ .attempt = slot->attempt };
	claim = handler->match(&slot->facts, &slot->match);
	if (claim != VPNALG_CLAIM_NONE && !is_claim(handler, slot, claim)) {
		slot->match.kind = 0;
		claim = CLAIM_FAULT;
	}
	slot->claim = (uint8_t)claim;
	if (claim == VPNALG_CLAIM_KEY)
		make_key(translator, slot);
}

/* Asks the handlers from slot->handler on, that one for its key of this
 * attempt. */
static void claim(struct vpnalg *translator, struct slot *slot)
{
	for (; slot->handler < translator->handler_count; slot->handler++) {
		ask(translator, slot);
		if (slot->claim != VPNALG_CLAIM_NONE)
			return;
		slot->attempt = 0;
	}
	slot->claim = VPNALG_CLAIM_NONE;
}

static void claim_next(struct vpnalg *translator, struct slot *slot)
{
	if (slot->claim == VPNALG_CLAIM_KEY && slot->match.more) {
		slot->attempt++;
	} else {
		slot->attempt = 0;
		slot->handler++;
	}
	claim(translator, slot);
}

static void parse(struct vpnalg *translator, struct slot *slot,
		  struct vpnalg_packet *packet)
{
	slot->ours = false;
	slot->claim = VPNALG_CLAIM_NONE;
	slot->handler = 0;
	slot->attempt = 0;
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
		claim(translator, slot);
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
	struct vpnalg_record *record =
		vpnalg_record_find(translator, slot->key, slot->hash);

	*key_slot = translator->found;
	return vpnalg_session_alive_or_close(translator, record);
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

/* The handler says that it has translated the packet: it has the local address
 * of its session's other form now. */
static enum vpnalg_result finish(struct vpnalg *translator,
				 struct vpnalg_step *step)
{
	const struct vpnalg_facts *facts = step->facts;
	const uint8_t *key;

	if (step->record == NULL)
		return VPNALG_DROP_FAULT;
	key = vpnalg_record_key(step->record,
				facts->inside ? VPNALG_OUTSIDE_OWN
					      : VPNALG_INSIDE_OWN,
				translator->store->key_length);
	if (!same_address(facts->local, key + KEY_LOCAL_OFF,
			  translator->addr_len))
		return VPNALG_DROP_FAULT;
	if (!facts->inside)
		memcpy(&step->packet->zone, key + KEY_ZONE_OFF,
		       sizeof(step->packet->zone));
	return VPNALG_TRANSLATED;
}

/* Of a handler that has named another key to try, VPNALG_UNTOUCHED is an answer
 * for a packet from inside too. */
static enum vpnalg_result translate(struct vpnalg *translator,
				    struct vpnalg_step *step, bool more)
{
	const struct vpnalg_facts *facts = step->facts;
	const uint8_t place = step->handler;
	const struct vpnalg_handler *handler = translator->handlers[place];
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
	result = handler->translate(step);
	step->handler = place;
	if (step->kind >= handler->kind_count) {
		step->kind = 0;
		return VPNALG_DROP_FAULT;
	}
	if (result == VPNALG_TRANSLATED)
		return finish(translator, step);
	if (result == VPNALG_UNTOUCHED)
		return more || !facts->inside ? result : VPNALG_DROP_FAULT;
	return is_drop(result) ? result : VPNALG_DROP_FAULT;
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
		if (translator->fault)
			return VPNALG_DROP_FAULT;
		if (step->record != NULL) {
			step->handler = step->record->handler;
			step->kind = step->record->kind;
		} else if (slot->match.more || is_arriving(facts)) {
			return VPNALG_UNTOUCHED;
		}
		return translate(translator, step, slot->match.more);
	}
	if (slot->claim == CLAIM_FAULT)
		return VPNALG_DROP_FAULT;
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

/* Undo opens nothing: a packet that a handler has no session for may have come
 * through one of the next handler's, as from a VPN's port to a mapping. */
static bool is_unfound(const struct vpnalg_step *step,
		       enum vpnalg_result result)
{
	return step->facts->undo && step->record == NULL &&
	       (result == VPNALG_DROP_NO_SESSION ||
		result == VPNALG_DROP_NO_CONNECTION);
}

static enum vpnalg_result decide(struct vpnalg *translator, struct slot *slot,
				 struct vpnalg_packet *packet)
{
	struct vpnalg_step *step = &translator->step;
	enum vpnalg_result result = VPNALG_UNTOUCHED;
	enum vpnalg_result unfound = VPNALG_UNTOUCHED;
	bool claimed = slot->claim != VPNALG_CLAIM_NONE;

	*step = (struct vpnalg_step){ .translator = translator,
				      .packet = packet,
				      .facts = &slot->facts,
				      .now = translator->now };
	translator->fault = false;
	while (slot->claim != VPNALG_CLAIM_NONE) {
		step->handler = slot->handler;
		step->kind = slot->match.kind;
		step->record = NULL;
		if (slot->ours)
			result = try_claim(translator, slot, step);
		if (is_unfound(step, result))
			unfound = result;
		else if (!slot->ours || result != VPNALG_UNTOUCHED)
			break;
		claim_next(translator, slot);
	}
	if (slot->ours && slot->claim == VPNALG_CLAIM_NONE)
		result = unfound != VPNALG_UNTOUCHED
				 ? unfound
				 : unclaimed(translator, &slot->facts);
	if (translator->fault && result == VPNALG_UNTOUCHED)
		result = VPNALG_DROP_FAULT;
	if (claimed)
		count(translator, step, result);
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
