/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a packet: parse, match, find, then let the handler translate.
 *
 * A burst goes through the stages together, so that the memory of all its
 * sessions is on its way while the first is looked at. Between the stages only
 * parsed, keys and hashes are kept: a packet may open or close the session of
 * the next one. */
#include "packet.h"
#include "record.h"
#include "refuse.h"

/* Whether the address can be a single far host's. "This network", loopback,
 * multicast and reserved addresses, broadcast among them, are nobody's (RFC
 * 6890 2.2.2, RFC 1112 4); the outside addresses are the router's own. */
static bool is_remote(const struct vpnalg *translator, const uint8_t *address)
{
	return address[0] - 1U < 223 && address[0] != 127 &&
	       !pool_has(translator, address);
}

ALWAYS_INLINE void make_key(struct vpnalg *translator, struct slot *slot)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;
	const struct vpnalg_match *match = &slot->match;
	const struct vpnalg_tuple tuple = {
		.role = (uint8_t)((match->peer ? VPNALG_INSIDE_PEER
					       : VPNALG_INSIDE_OWN) +
				  !parsed->inside),
		.space = match->space,
		.zone = parsed->zone,
		.id = match->id,
		.port = match->port,
		.local = parsed->local,
		.remote = match->any_remote ? NULL : parsed->remote,
	};

	key_make(&tuple, addr_len_of(translator), slot->key);
	slot->hash = key_hash(translator, slot->key);
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

ALWAYS_INLINE void ask(struct vpnalg *translator, struct slot *slot)
{
	const struct vpnalg_handler *handler =
		translator->handlers[slot->handler];
	unsigned claim;

	slot->match = (struct vpnalg_match){ .attempt = slot->attempt };
	claim = handler->match(&slot->parsed, &slot->match);
	if (claim != VPNALG_CLAIM_NONE && !is_claim(handler, slot, claim)) {
		slot->match.kind = 0;
		claim = CLAIM_FAULT;
	}
	slot->claim = (uint8_t)claim;
	if (claim == VPNALG_CLAIM_KEY)
		make_key(translator, slot);
}

/* Asks the handlers from slot->handler on that are for such packets, that one for
 * its key of this attempt. */
ALWAYS_INLINE void claim(struct vpnalg *translator, struct slot *slot)
{
	unsigned asked =
		(unsigned)translator->handlers_for[slot->parsed.protocol] >>
		slot->handler;

	for (; asked != 0; asked >>= 1, slot->handler++) {
		if (!(asked & 1))
			continue;
		ask(translator, slot);
		if (slot->claim != VPNALG_CLAIM_NONE)
			return;
		slot->attempt = 0;
	}
	slot->claim = VPNALG_CLAIM_NONE;
}

/* The next key of the same handler, or else the next handler's. */
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

/* The local address decides whether the packet is ours: the router's own
 * traffic, to it and from it, is not. What a host sends that uses an outside
 * address itself is the router's, too, and only counted. */
ALWAYS_INLINE void parse(struct vpnalg *translator, struct slot *slot,
			 struct vpnalg_packet *packet)
{
	struct vpnalg_parsed *parsed = &slot->parsed;
	enum packet_type type = packet_parse(packet, parsed);
	bool own;

	packet->flags = 0;
	slot->ours = false;
	slot->claim = VPNALG_CLAIM_NONE;
	slot->handler = 0;
	slot->attempt = 0;
	if (type == PACKET_OTHER ||
	    (type == PACKET_ICMP_ERROR && !vpnalg_packet_enter_quote(parsed)))
		return;
	own = pool_has(translator, parsed->local);
	slot->ours =
		own != parsed->inside && is_remote(translator, parsed->remote);
	if (slot->ours || (own && parsed->inside))
		claim(translator, slot);
}

ALWAYS_INLINE struct vpnalg_record *
find(struct vpnalg *translator, const struct slot *slot, unsigned *key_slot)
{
	struct vpnalg_record *record =
		record_find(translator, slot->key, slot->hash);

	*key_slot = translator->found;
	if (record == NULL || record_is_alive(translator, record))
		return record;
	vpnalg_session_close(translator, record);
	return NULL;
}

ALWAYS_INLINE void count(struct vpnalg *translator,
			 const struct vpnalg_step *step,
			 enum vpnalg_result result)
{
	struct vpnalg_kind_counters *counters =
		session_counters(translator, step->handler, step->kind);

	if (result == VPNALG_TRANSLATED)
		counters->translated[step->parsed->inward]++;
	else if (result == VPNALG_UNTOUCHED)
		counters->untouched[step->parsed->inward]++;
	else
		counters->dropped[step->parsed->inward]++;
}

/* The handler says that it has translated the packet: it has the local address
 * of its session's other form now. */
ALWAYS_INLINE enum vpnalg_result finish(struct vpnalg *translator,
					struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const uint8_t *key;

	if (step->record == NULL)
		return VPNALG_DROP_FAULT;
	key = record_key(translator, step->record,
			 parsed->inside ? VPNALG_OUTSIDE_OWN
					: VPNALG_INSIDE_OWN);
	if (!same_address(parsed->local, key + KEY_LOCAL_OFF,
			  addr_len_of(translator)))
		return VPNALG_DROP_FAULT;
	if (!parsed->inside)
		step->packet->zone = key_zone(key);
	return VPNALG_TRANSLATED;
}

/* Of a handler that has named another key to try, VPNALG_UNTOUCHED is an answer
 * for a packet from inside too. */
ALWAYS_INLINE enum vpnalg_result translate(struct vpnalg *translator,
					   struct vpnalg_step *step, bool more)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const uint8_t place = step->handler;
	const struct vpnalg_handler *handler = translator->handlers[place];
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (!packet_is_plain(parsed))
		result = vpnalg_refuse_header(parsed);
	if (result != VPNALG_TRANSLATED)
		return result;
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
		return more || !parsed->inside ? result : VPNALG_DROP_FAULT;
	return is_drop(result) ? result : vpnalg_refuse_own(step, result);
}

/* One claim of one handler. VPNALG_UNTOUCHED: the next may try. */
ALWAYS_INLINE enum vpnalg_result try_claim(struct vpnalg *translator,
					   const struct slot *slot,
					   struct vpnalg_step *step)
{
	if (slot->claim != VPNALG_CLAIM_KEY)
		return vpnalg_refuse_claim(translator, slot);
	step->record = find(translator, slot, &step->slot);
	if (translator->fault)
		return VPNALG_DROP_FAULT;
	if (step->record != NULL) {
		step->handler = step->record->handler;
		step->kind = step->record->kind;
	} else if (slot->match.more || is_arriving(&slot->parsed)) {
		return VPNALG_UNTOUCHED;
	}
	return translate(translator, step, slot->match.more);
}

/* Undo opens nothing: a packet that a handler has no session for may have come
 * through one of the next handler's, as from a VPN's port to a mapping. */
static bool is_unfound(const struct vpnalg_step *step,
		       enum vpnalg_result result)
{
	return step->parsed->undo && step->record == NULL &&
	       (result == VPNALG_DROP_NO_SESSION ||
		result == VPNALG_DROP_NO_CONNECTION);
}

/* The claims that follow the first, which was of no use. */
static enum vpnalg_result try_others(struct vpnalg *translator,
				     struct slot *slot,
				     struct vpnalg_step *step,
				     enum vpnalg_result result)
{
	enum vpnalg_result unfound = VPNALG_UNTOUCHED;

	do {
		if (is_unfound(step, result))
			unfound = result;
		else if (result != VPNALG_UNTOUCHED)
			return result;
		claim_next(translator, slot);
		if (slot->claim == VPNALG_CLAIM_NONE)
			break;
		step->handler = slot->handler;
		step->kind = slot->match.kind;
		step->record = NULL;
		result = try_claim(translator, slot, step);
	} while (true);
	return unfound != VPNALG_UNTOUCHED
		       ? unfound
		       : vpnalg_refuse_unclaimed(translator, &slot->parsed);
}

ALWAYS_INLINE enum vpnalg_result decide(struct vpnalg *translator,
					struct slot *slot,
					struct vpnalg_packet *packet)
{
	struct vpnalg_step *step = &translator->step;
	enum vpnalg_result result = VPNALG_UNTOUCHED;

	translator->fault = false;
	if (slot->claim == VPNALG_CLAIM_NONE) {
		if (slot->ours)
			result = vpnalg_refuse_unclaimed(translator,
							 &slot->parsed);
		return translator->fault && result == VPNALG_UNTOUCHED
			       ? VPNALG_DROP_FAULT
			       : result;
	}
	*step = (struct vpnalg_step){ .translator = translator,
				      .packet = packet,
				      .parsed = &slot->parsed,
				      .handler = slot->handler,
				      .kind = slot->match.kind,
				      .now = translator->now };
	if (slot->ours) {
		result = try_claim(translator, slot, step);
		if (result != VPNALG_TRANSLATED &&
		    (result == VPNALG_UNTOUCHED || is_unfound(step, result)))
			result = try_others(translator, slot, step, result);
	}
	if (translator->fault && result == VPNALG_UNTOUCHED)
		result = VPNALG_DROP_FAULT;
	count(translator, step, result);
	return result;
}

ALWAYS_INLINE void prefetch(const struct vpnalg_store *store,
			    const struct slot *slot, unsigned step)
{
	if (slot->claim == VPNALG_CLAIM_KEY)
		store->prefetch(store->context, slot->hash, step);
}

static void burst(struct vpnalg *translator, struct vpnalg_packet *packets,
		  size_t length)
{
	const struct vpnalg_store *store = translator->store;
	bool ahead = length > 1 && store->prefetch != NULL;
	struct slot *slots = translator->slots;
	enum vpnalg_result result;
	size_t i;

	for (i = 0; i < length; i++) {
		parse(translator, &slots[i], &packets[i]);
		if (ahead)
			prefetch(store, &slots[i], 0);
	}
	for (i = 0; ahead && i < length; i++)
		prefetch(store, &slots[i], 1);
	for (i = 0; i < length; i++) {
		result = decide(translator, &slots[i], &packets[i]);
		packets[i].result = (uint8_t)result;
		if (result < VPNALG_RESULTS)
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
