/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes packets from the IP header to the last checksum:
 *
 *   prepare()         of each packet of a burst
 *     parse()         where the headers lie                        prepare.h
 *     is_plainly_ours()  do its addresses concern us?              prepare.h
 *     claim()         which handler's it is, and its session's key  claim.h
 *   prefetch()        asks the store to load that session
 *   decide()          of each packet: what becomes of it; counts it
 *     find_session()  its session, as the store has it           translate.h
 *     translate()     the handler decides, and rewrites          translate.h
 *     otherwise()     no session, or not translated: other claims
 *                     below, then why it is dropped                 refuse.c
 *
 * A burst goes through the stages together, so that the memory of all its
 * sessions is being loaded while the first is looked at. Between the stages
 * only what was parsed, keys and hashes are kept: a packet may open or close
 * the session of the next one. Rare cases: packet.c, icmp_error.c,
 * fragment.c. */
#include "account.h"
#include "address.h"
#include "claim.h"
#include "clock.h"
#include "counters.h"
#include "event.h"
#include "fragment.h"
#include "fragment_error.h"
#include "hairpin.h"
#include "has.h"
#include "icmp_error.h"
#include "packet.h"
#include "prepare.h"
#include "record.h"
#include "refuse.h"
#include "routers.h"
#include "service.h"
#include "session_event.h"
#include "translate.h"
#include "twin.h"
#include "uplink_mapping.h"
#include "whole.h"

/* Stands for the result of a claim that has not been tried yet. */
#define UNTRIED VPNALG_RESULTS

/* Other claims */

/* Returns VPNALG_TRANSLATED if the handler, which knows no session of the
 * packet, may be asked to open one; else the packet's result. */
static enum vpnalg_result pass_on(struct vpnalg *translator,
				  const struct slot *slot)
{
	struct vpnalg_record *service;

	if (slot->match.more || is_arriving(&slot->parsed))
		return VPNALG_UNTOUCHED;
	service = VPNALG_WITH_SERVICES
			  ? vpnalg_service_of_sender(translator, slot)
			  : NULL;
	if (service == NULL)
		return VPNALG_TRANSLATED;
	return vpnalg_twin_is_there(translator, slot, service)
		       ? VPNALG_DROP_TAKEN
		       : VPNALG_UNTOUCHED;
}

/* Returns the packet's result by its claim, whether a session was found or not.
 * After VPNALG_UNTOUCHED the next claim may be tried. */
static enum vpnalg_result try_claim(struct vpnalg *translator,
				    struct slot *slot, struct vpnalg_step *step)
{
	enum vpnalg_result result;

	if (slot->claim != VPNALG_CLAIM_KEY)
		return vpnalg_refuse_claim(translator, slot);
	if (step->record == NULL &&
	    (has_routers(translator) ||
	     (has_withheld(translator) && translator->fault)))
		vpnalg_routers_claim(translator, slot, step);
	if (translator->fault)
		return VPNALG_DROP_FAULT;
	if (step->record == NULL) {
		result = pass_on(translator, slot);
		if (result != VPNALG_TRANSLATED)
			return result;
	}
	if (slot->parsed.quoted) {
		vpnalg_uplink_find_quoted(translator, slot, step);
		return vpnalg_icmp_error(step);
	}
	result = vpnalg_refuse_header(translator, slot);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (VPNALG_WITH_SERVICES && step->record != NULL &&
	    vpnalg_twin_is_sent(translator, slot, step->record))
		return VPNALG_DROP_AMBIGUOUS;
	if (translator->fault)
		return VPNALG_DROP_FAULT;
	result = translate(translator, slot, step);
	return has_routers(translator) && translator->routers_follow
		       ? vpnalg_routers_follow(translator, slot, step, result)
		       : result;
}

/* Moves on to the next claim. */
NEVER_INLINE void move_on(struct vpnalg *translator, struct slot *slot)
{
	bool is_next = FOR_SIZE ? vpnalg_claim_next(translator, slot)
				: claim_next(translator, slot);

	if (is_next && slot->claim == VPNALG_CLAIM_KEY &&
	    (is_arriving(&slot->parsed) || slot->parsed.quoted))
		vpnalg_twin_bar(translator, slot);
}

/* Tries all claims. `result` is that of the first claim, or UNTRIED. The next
 * claim is tried if a handler leaves the packet, or knows no session of one
 * that is undone or quoted. */
static enum vpnalg_result try_claims(struct vpnalg *translator,
				     struct slot *slot,
				     struct vpnalg_step *step,
				     enum vpnalg_result result)
{
	enum vpnalg_result unfound = VPNALG_UNTOUCHED;

	while (true) {
		if (result == UNTRIED)
			result = try_claim(translator, slot, step);
		if (result == VPNALG_UNTOUCHED
			    ? !slot->ours
			    : !vpnalg_refuse_is_unfound(step, result))
			return result;
		if (result != VPNALG_UNTOUCHED)
			unfound = result;
		move_on(translator, slot);
		if (slot->claim == VPNALG_CLAIM_NONE)
			break;
		find_session(translator, slot, step);
		result = UNTRIED;
	}
	return unfound != VPNALG_UNTOUCHED
		       ? unfound
		       : vpnalg_refuse_unclaimed(translator, &slot->parsed);
}

/* Decides on a packet that its first claim has not translated. A packet that
 * the router itself sends is tried as a copy, which leaves the state of its
 * session. */
static enum vpnalg_result decide_rest(struct vpnalg *translator,
				      struct slot *slot,
				      struct vpnalg_step *step,
				      enum vpnalg_result result)
{
	if (!slot->ours && has_routers(translator))
		slot = vpnalg_routers_begin(translator, slot, step);
	if (slot->claim == VPNALG_CLAIM_NONE)
		return slot->ours ? counters_refuse(translator, slot)
				  : VPNALG_UNTOUCHED;
	result = slot->ours ? try_claims(translator, slot, step, result)
			    : VPNALG_UNTOUCHED;
	if (has_routers(translator))
		result = vpnalg_routers_end(translator, slot, step, result);
	if (is_cut_short(translator, slot, result))
		result = VPNALG_HELD;
	counters_packet(translator, slot, step, result);
	return result;
}

/* Decides about a packet that has no session or was not translated: its other
 * claims, fragments and hairpins. */
NEVER_INLINE enum vpnalg_result otherwise(struct vpnalg *translator,
					  struct slot *slot,
					  struct vpnalg_step *step,
					  enum vpnalg_result result)
{
	if (result == UNTRIED &&
	    vpnalg_hairpin_is_routers(translator, slot, step->packet))
		slot->ours = false;
	result = decide_rest(translator, slot, step, result);
	if (result == VPNALG_TRANSLATED || result == VPNALG_HELD)
		return result;
	step->packet->flags = 0;
	if (result == VPNALG_DROP_TAKEN)
		vpnalg_event_taken(step);
	return result;
}

/* Begins with a packet: finds its session, if its first claim names one. */
ALWAYS_INLINE struct vpnalg_step *begin(struct vpnalg *translator,
					const struct slot *slot,
					struct vpnalg_packet *packet)
{
	struct vpnalg_step *step = &translator->step;

	translator->fault = false;
	step->packet = packet;
	step->parsed = &slot->parsed;
	find_session(translator, slot, step);
	return step;
}

/* Keeps account of a packet, and makes the events of the sessions that it
 * concerns. */
ALWAYS_INLINE void finish_packet(struct vpnalg *translator,
				 enum vpnalg_result result)
{
	if (translator->accounts)
		vpnalg_account_count(&translator->step, result);
	if (translator->after & AFTER_EVENTS)
		vpnalg_session_event_flush(translator);
}

/* Returns the result of a plain packet, and counts it by kind of session. */
ALWAYS_INLINE enum vpnalg_result decide(struct vpnalg *translator,
					struct slot *slot,
					struct vpnalg_packet *packet)
{
	struct vpnalg_step *step = begin(translator, slot, packet);
	enum vpnalg_result result = UNTRIED;

	if (step->record != NULL)
		result = translate(translator, slot, step);
	if (result != VPNALG_TRANSLATED)
		result = otherwise(translator, slot, step, result);
	else
		session_counters(translator, step->handler, step->kind)
			->translated[slot->parsed.inward]++;
	if (translator->after != 0)
		finish_packet(translator, result);
	return result;
}

/* Decides about a packet that is not plain, or a hairpin without ports. A
 * fragment's datagram, if known, decides before the claims. */
static enum vpnalg_result decide_rare(struct vpnalg *translator,
				      struct slot *slot,
				      struct vpnalg_packet *packet)
{
	bool whole =
		!has_fragments(translator) || !fragment_is_one(slot, packet);
	enum vpnalg_result result = FRAGMENT_UNDECIDED;

	if (!whole)
		result = vpnalg_fragment_any_before(translator, slot, packet);
	if (result == FRAGMENT_UNDECIDED) {
		if (packet->flags != 0)
			vpnalg_hairpin_begin(translator, slot, packet);
		result = otherwise(translator, slot,
				   begin(translator, slot, packet), UNTRIED);
		if (packet->flags != 0)
			vpnalg_hairpin_end(translator, packet, result);
		if (translator->after != 0)
			finish_packet(translator, result);
		if (!whole)
			result = vpnalg_fragment_any_after(translator, slot,
							   packet, result);
	}
	if (result != VPNALG_TRANSLATED)
		packet->flags = 0;
	return result;
}

/* ahead is the store, or NULL where nothing is fetched ahead. */
NEVER_INLINE void prepare_all(const struct vpnalg *translator,
			      struct vpnalg_packet *packet,
			      const struct vpnalg_packet *end,
			      const struct vpnalg_store *ahead)
{
	struct slot *slot = translator->slots;

	for (; packet < end; packet++, slot++) {
		prepare(translator, slot, packet);
		if (ahead != NULL)
			prefetch(ahead, slot, 0);
	}
}

ALWAYS_INLINE void note_result(struct vpnalg *translator,
			       struct vpnalg_packet *packet,
			       enum vpnalg_result result)
{
	packet->result = (uint8_t)result;
	if (result < VPNALG_RESULTS)
		translator->counters.results[result]++;
}

/* A datagram that a fragment has made whole comes before the packets behind. */
ALWAYS_INLINE void decide_all(struct vpnalg *translator,
			      struct vpnalg_packet *packet,
			      const struct vpnalg_packet *end)
{
	struct slot *slot = translator->slots;

	for (; packet < end; packet++, slot++) {
		if (slot->plain) {
			note_result(translator, packet,
				    decide(translator, slot, packet));
			continue;
		}
		note_result(translator, packet,
			    decide_rare(translator, slot, packet));
		if (whole_is_due(translator)) {
			translator->fragments->behind =
				(size_t)(end - packet - 1);
			return;
		}
	}
}

void vpnalg_process(struct vpnalg *translator, struct vpnalg_packet *packets,
		    size_t count, vpnalg_time now)
{
	struct span left = { packets, count };
	const struct vpnalg_store *ahead;
	size_t part, i;

	if (!clock_set(translator, now) && event_is_running(translator)) {
		vpnalg_event_refuse_all(packets, count);
		return;
	}
	while (left.count > 0) {
		packets = left.packets;
		part = left.count < translator->burst ? left.count
						      : translator->burst;
		ahead = part > 1 && translator->store->prefetch != NULL
				? translator->store
				: NULL;
		prepare_all(translator, packets, packets + part, ahead);
		for (i = 0; ahead != NULL && i < part; i++)
			prefetch(ahead, &translator->slots[i], 1);
		decide_all(translator, packets, packets + part);
		left.packets += part;
		left.count -= part;
		if (whole_is_due(translator))
			left = vpnalg_whole_turn(translator, left);
	}
}
