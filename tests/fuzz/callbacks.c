/* SPDX-License-Identifier: BSD-2-Clause */
/* The answers to a translator. */
#include "callbacks.h"

#include "bytes.h"
#include "report.h"
#include "world.h"

uint32_t callback_random(void *context)
{
	struct world *w = context;

	w->random = w->random * 1664525 + 1013904223;
	return w->random ^ w->random >> 16;
}

static uint64_t hash_bytes(const void *data, size_t size, uint64_t hash)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ p[i]) * 0x100000001b3U;
	return hash;
}

static uint64_t hash_of(const struct vpnalg_binding *b)
{
	uint64_t hash = 0xcbf29ce484222325U;

	hash = hash_bytes(&b->protocol, sizeof(b->protocol), hash);
	hash = hash_bytes(&b->zone, sizeof(b->zone), hash);
	hash = hash_bytes(&b->inside, sizeof(b->inside), hash);
	hash = hash_bytes(&b->outside, sizeof(b->outside), hash);
	hash = hash_bytes(&b->remote, sizeof(b->remote), hash);
	hash = hash_bytes(&b->inside_id, sizeof(b->inside_id), hash);
	hash = hash_bytes(&b->outside_id, sizeof(b->outside_id), hash);
	return hash_bytes(&b->remote_port, sizeof(b->remote_port), hash);
}

static enum vpnalg_choice choose_itself(struct world *w,
					struct vpnalg_binding *b)
{
	uint32_t bits = callback_random(w);

	if (bits & 1)
		put32(b->outside.octets, outside_address(bits >> 1 & 3));
	if ((bits & 0x70) == 0)
		b->outside.family = VPNALG_IPV6;
	if (bits & 0x80)
		b->outside_id ^= bits >> 8 & 0x1f;
	return VPNALG_CHOICE_CHOSEN;
}

/* After a restart, whoever has reserved a binding mostly reserves it again. */
static enum vpnalg_choice decide(struct world *w, struct vpnalg_binding *b)
{
	uint32_t bits = callback_random(w);

	if (w->loading && (bits & 0x700) != 0)
		return VPNALG_CHOICE_TAKE;
	switch (w->settings->choosing) {
	case CHOOSES_OTHER:
		return bits & 1 ? VPNALG_CHOICE_NEXT : VPNALG_CHOICE_TAKE;
	case CHOOSES_REFUSE:
		return bits & 7 ? VPNALG_CHOICE_TAKE : VPNALG_CHOICE_REFUSE;
	case CHOOSES_ITSELF:
		return choose_itself(w, b);
	case CHOOSES_WRONGLY:
		return bits & 3 ? VPNALG_CHOICE_TAKE
				: (enum vpnalg_choice)(4 + (bits >> 8));
	default:
		return VPNALG_CHOICE_TAKE;
	}
}

enum vpnalg_choice callback_choose(void *context,
				   struct vpnalg_binding *binding)
{
	struct world *w = context;
	enum vpnalg_choice choice = decide(w, binding);

	if (choice == VPNALG_CHOICE_TAKE || choice == VPNALG_CHOICE_CHOSEN) {
		w->bindings++;
		w->bound += hash_of(binding);
	}
	return choice;
}

void callback_release(void *context, const struct vpnalg_binding *binding)
{
	struct world *w = context;

	if (binding->user != NULL)
		broken("8 (given back)", "a binding with the caller's pointer");
	if (--w->bindings < 0)
		broken("8 (given back)", "more bindings than were taken");
	w->bound -= hash_of(binding);
}

/* Returns whether the evidence is for a pair that was made, or against one that
 * was taken back; other events have none. */
static bool has_its_evidence(const struct vpnalg_event *event)
{
	unsigned evidence = event->evidence;

	if (event->type == VPNALG_EVENT_PAIRED)
		return evidence > VPNALG_EVIDENCE_NONE &&
		       evidence <= VPNALG_EVIDENCE_TIMING;
	if (event->type == VPNALG_EVENT_UNPAIRED)
		return evidence > VPNALG_EVIDENCE_TIMING &&
		       evidence <= VPNALG_EVIDENCE_OWN_ID;
	return evidence == VPNALG_EVIDENCE_NONE;
}

void callback_event(void *context, const struct vpnalg_event *event)
{
	struct world *w = context;

	if (event->type < VPNALG_EVENT_PAIRED || !has_its_evidence(event))
		broken("events", "type %u, evidence %u", event->type,
		       event->evidence);
	if (event->session.user != NULL)
		broken("events", "with the caller's pointer");
	event_log_add(&w->log, event);
	w->blocks += event->type == VPNALG_EVENT_BLOCK_ALLOTTED;
	w->blocks -= event->type == VPNALG_EVENT_BLOCK_FREED;
	if (w->blocks < 0)
		broken("8 (given back)", "a block that was not allotted");
}
