/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts dropped packets. */
#ifndef VPNALG_ENGINE_COUNTERS_H
#define VPNALG_ENGINE_COUNTERS_H

#include "refuse.h"

/* The handler of packets that none has claimed. */
static inline uint8_t counters_nobody(const struct vpnalg *translator)
{
	return translator->handler_count;
}

/* Returns the handler whose first claim has the packet. */
static inline uint8_t counters_claimant(const struct vpnalg *translator,
					const struct slot *slot)
{
	return slot->claim != VPNALG_CLAIM_NONE ? slot->handler
						: counters_nobody(translator);
}

/* Counts a drop by handler, direction and reason. vpnalg_counters.results is
 * counted elsewhere. */
static inline void counters_drop(const struct vpnalg *translator,
				 unsigned handler, bool inward, unsigned result)
{
	if (is_drop(result))
		translator
			->drops[handler][inward][result - VPNALG_DROP_FIRST]++;
}

/* Returns the result of a packet that no handler claims, and counts it. */
static inline enum vpnalg_result counters_refuse(struct vpnalg *translator,
						 const struct slot *slot)
{
	enum vpnalg_result result =
		vpnalg_refuse_unclaimed(translator, &slot->parsed);

	counters_drop(translator, counters_nobody(translator),
		      slot->parsed.inward, result);
	return result;
}

/* Counts a packet that some handler has claimed by the kind of session of the
 * last claim, and a drop by handler, or as unclaimed where no claim is left. */
static inline void counters_packet(struct vpnalg *translator,
				   const struct slot *slot,
				   const struct vpnalg_step *step,
				   enum vpnalg_result result)
{
	struct vpnalg_kind_counters *counters =
		session_counters(translator, step->handler, step->kind);
	bool inward = step->parsed->inward;

	if (result == VPNALG_TRANSLATED) {
		counters->translated[inward]++;
	} else if (result == VPNALG_UNTOUCHED) {
		counters->untouched[inward]++;
	} else if (result != VPNALG_HELD) {
		counters->dropped[inward]++;
		counters_drop(translator,
			      slot->claim != VPNALG_CLAIM_NONE
				      ? step->handler
				      : counters_nobody(translator),
			      inward, result);
	}
}

/* Counts what becomes of a fragment that was held. */
static inline void counters_held(struct vpnalg *translator, unsigned handler,
				 const struct vpnalg_packet *packet,
				 unsigned result)
{
	translator->counters.results[result]++;
	counters_drop(translator, handler, packet->direction % 2, result);
}

#endif
