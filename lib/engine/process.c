/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a packet, from its IP header to its checksums:
 *
 *   parse()      where the headers lie                               packet.h
 *   is_remote()  whether it is between an inside host and a remote
 *   claim()      which handler's it is, by which key it is found      claim.h
 *   find()       its session, as the store has it                    record.h
 *   translate()  the handler decides and rewrites, checksums last    rewrite.c
 *   decide()     what becomes of it, and is counted
 *
 * A burst goes through the stages together, so that the memory of all its
 * sessions is on its way while the first is looked at. Between the stages only
 * what was parsed, keys and hashes are kept: a packet may open or close the
 * session of the next one. What few packets need stands apart, in packet.c,
 * refuse.c and try_claims(). */
#include "claim.h"
#include "packet.h"
#include "pool.h"
#include "record.h"
#include "refuse.h"

/* No claim has been tried yet. */
#define UNTRIED VPNALG_RESULTS

/* Parse */

/* Whether the address can be a single far host's. "This network", loopback,
 * multicast and reserved addresses, broadcast among them, are nobody's (RFC
 * 6890 2.2.2, RFC 1112 4); the outside addresses are the router's own. */
static bool is_remote(const struct vpnalg *translator, const uint8_t *address)
{
	return address[0] - 1U < 223 && address[0] != 127 &&
	       !pool_has(translator, address);
}

/* Any IPv4 packet; of an ICMP error the packet that it quotes. */
static bool parse_any(const struct vpnalg_packet *packet,
		      struct vpnalg_parsed *parsed)
{
	enum packet_type type = vpnalg_packet_parse(packet, parsed);

	return type == PACKET_WHOLE ||
	       (type == PACKET_ICMP_ERROR && vpnalg_packet_enter_quote(parsed));
}

/* Where the headers lie. Returns false for what is no IPv4. */
ALWAYS_INLINE bool parse(const struct vpnalg_packet *packet, struct slot *slot)
{
	slot->plain = packet_is_plain(packet);
	if (!slot->plain)
		return parse_any(packet, &slot->parsed);
	packet_parse_plain(packet, &slot->parsed);
	return true;
}

/* What a host sends that uses an outside address itself: only counted. */
NEVER_INLINE void claim_routers(const struct vpnalg *translator,
				struct slot *slot)
{
	claim(translator, slot, 0, 0);
	if (slot->claim != VPNALG_CLAIM_NONE)
		slot->claim = CLAIM_ROUTERS;
}

/* The local address decides whether the packet is ours: the router's own
 * traffic, to it and from it, is not. */
ALWAYS_INLINE void prepare(const struct vpnalg *translator, struct slot *slot,
			   struct vpnalg_packet *packet)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;
	bool own;

	packet->flags = 0;
	slot->claim = VPNALG_CLAIM_NONE;
	slot->ours = false;
	if (!parse(packet, slot))
		return;
	own = pool_has(translator, parsed->local);
	if (own && parsed->inside)
		claim_routers(translator, slot);
	if (own == parsed->inside || !is_remote(translator, parsed->remote))
		return;
	slot->ours = true;
	claim(translator, slot, 0, 0);
}

/* Find */

ALWAYS_INLINE struct vpnalg_record *
find(struct vpnalg *translator, const struct slot *slot, unsigned *key_slot)
{
	struct vpnalg_record *record =
		record_find(translator, slot->key, slot->hash, key_slot);

	if (record == NULL || record_is_alive(translator, record))
		return record;
	vpnalg_session_close(translator, record);
	return NULL;
}

/* Finds the session of the claim. */
ALWAYS_INLINE void find_session(struct vpnalg *translator,
				const struct slot *slot,
				struct vpnalg_step *step)
{
	const struct vpnalg_record *record = NULL;

	if (slot->claim == VPNALG_CLAIM_KEY)
		record = step->record = find(translator, slot, &step->slot);
	else
		step->record = NULL;
	step->handler = record != NULL ? record->handler : slot->handler;
	step->kind = record != NULL ? record->kind : slot->match.kind;
}

/* Translate */

/* The handler says that it has translated the packet: it has the local address
 * of its session's other form now. */
ALWAYS_INLINE enum vpnalg_result finish(const struct vpnalg *translator,
					const struct vpnalg_parsed *parsed,
					const struct vpnalg_step *step)
{
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
					   const struct slot *slot,
					   struct vpnalg_step *step)
{
	const uint8_t place = step->handler;
	const struct vpnalg_handler *handler = translator->handlers[place];
	enum vpnalg_result result;

	if (!slot->plain) {
		result = vpnalg_refuse_header(&slot->parsed);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	result = handler->translate(step);
	step->handler = place;
	if (step->kind >= handler->kind_count) {
		step->kind = 0;
		return VPNALG_DROP_FAULT;
	}
	if (result == VPNALG_TRANSLATED)
		return finish(translator, &slot->parsed, step);
	if (result == VPNALG_UNTOUCHED)
		return slot->match.more || !slot->parsed.inside
			       ? result
			       : VPNALG_DROP_FAULT;
	return is_drop(result) ? result : vpnalg_refuse_own(step, result);
}

/* Other claims */

/* What becomes of a claim, its session found or not. VPNALG_UNTOUCHED: the next
 * may be tried. */
static enum vpnalg_result try_claim(struct vpnalg *translator,
				    const struct slot *slot,
				    struct vpnalg_step *step)
{
	if (slot->claim != VPNALG_CLAIM_KEY)
		return vpnalg_refuse_claim(translator, slot);
	if (translator->fault)
		return VPNALG_DROP_FAULT;
	if (step->record == NULL &&
	    (slot->match.more || is_arriving(&slot->parsed)))
		return VPNALG_UNTOUCHED;
	return translate(translator, slot, step);
}

/* The next key of the same handler, or else the next handler's. */
static void claim_next(struct vpnalg *translator, struct slot *slot)
{
	if (slot->claim == VPNALG_CLAIM_KEY && slot->match.more)
		claim(translator, slot, slot->handler, slot->attempt + 1U);
	else
		claim(translator, slot, slot->handler + 1U, 0);
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

/* All claims from the first on, whose result is given, or UNTRIED. */
static enum vpnalg_result try_claims(struct vpnalg *translator,
				     struct slot *slot,
				     struct vpnalg_step *step,
				     enum vpnalg_result result)
{
	enum vpnalg_result unfound = VPNALG_UNTOUCHED;

	while (true) {
		if (result == UNTRIED)
			result = try_claim(translator, slot, step);
		if (is_unfound(step, result))
			unfound = result;
		else if (result != VPNALG_UNTOUCHED)
			return result;
		claim_next(translator, slot);
		if (slot->claim == VPNALG_CLAIM_NONE)
			break;
		find_session(translator, slot, step);
		result = UNTRIED;
	}
	return unfound != VPNALG_UNTOUCHED
		       ? unfound
		       : vpnalg_refuse_unclaimed(translator, &slot->parsed);
}

/* By the kind of session; by the result the caller counts. */
static void count(struct vpnalg *translator, const struct vpnalg_step *step,
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

/* The first claim has no session, or its handler has not translated the packet.
 */
NEVER_INLINE enum vpnalg_result otherwise(struct vpnalg *translator,
					  struct slot *slot,
					  struct vpnalg_step *step,
					  enum vpnalg_result result)
{
	if (slot->claim == VPNALG_CLAIM_NONE)
		return slot->ours ? vpnalg_refuse_unclaimed(translator,
							    &slot->parsed)
				  : VPNALG_UNTOUCHED;
	result = slot->ours ? try_claims(translator, slot, step, result)
			    : VPNALG_UNTOUCHED;
	count(translator, step, result);
	return result;
}

/* What becomes of the packet. */
ALWAYS_INLINE enum vpnalg_result decide(struct vpnalg *translator,
					struct slot *slot,
					struct vpnalg_packet *packet)
{
	struct vpnalg_step *step = &translator->step;
	enum vpnalg_result result = UNTRIED;

	translator->fault = false;
	step->packet = packet;
	step->parsed = &slot->parsed;
	find_session(translator, slot, step);
	if (step->record != NULL)
		result = translate(translator, slot, step);
	if (result != VPNALG_TRANSLATED)
		return otherwise(translator, slot, step, result);
	session_counters(translator, step->handler, step->kind)
		->translated[slot->parsed.inward]++;
	return result;
}

/* Bursts */

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
		prepare(translator, &slots[i], &packets[i]);
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
	translator->step.translator = translator;
	translator->step.now = translator->now;
	for (; length > 0; packets += part, length -= part) {
		part = length < translator->burst ? length : translator->burst;
		burst(translator, packets, part);
	}
}
