/* SPDX-License-Identifier: BSD-2-Clause */
/* Translations as data. The head of a packet is kept with each: looked at
 * again, it shows whether the translation still holds. A report of a fast path
 * makes the handler translate that head once more, as a packet of the session.
 * So the engine need not know what a handler learns from its packets. */
#include <vpnalg/translation.h>

#include <string.h>

#include "account.h"
#include "address.h"
#include "claim.h"
#include "clock.h"
#include "event.h"
#include "hairpin.h"
#include "lineage.h"
#include "packet.h"
#include "prepare.h"
#include "record.h"
#include "refuse.h"
#include "rewrite.h"
#include "session_event.h"
#include "translate.h"
#include "twin.h"

/* The packet at hand */

/* Begins with the kept head of a packet. Returns its slot, or NULL if it is not
 * one that may be translated elsewhere. */
static struct slot *begin(struct vpnalg *translator,
			  struct vpnalg_translation *translation)
{
	struct vpnalg_step *step = &translator->step;
	struct slot *slot = translator->slots;

	memcpy(translation->copy, translation->headers,
	       sizeof(translation->copy));
	translation->packet.data = translation->copy;
	translator->fault = false;
	prepare(translator, slot, &translation->packet);
	step->packet = &translation->packet;
	step->parsed = &slot->parsed;
	return slot->ours && slot->plain && !slot->parsed.undo &&
			       pool_is_remote(translator, slot->parsed.remote)
		       ? slot
		       : NULL;
}

/* Finds the session, as vpnalg_process() does, but opens none. */
static bool find_living(struct vpnalg *translator, struct slot *slot,
			struct vpnalg_step *step)
{
	while (slot->claim == VPNALG_CLAIM_KEY) {
		find_session(translator, slot, step);
		if (step->record != NULL || translator->fault)
			break;
		if (slot->parsed.inside && !slot->match.more)
			return false;
		if (vpnalg_claim_next(translator, slot) &&
		    slot->claim == VPNALG_CLAIM_KEY && !slot->parsed.inside)
			vpnalg_twin_bar(translator, slot);
	}
	return slot->claim == VPNALG_CLAIM_KEY && !translator->fault &&
	       !vpnalg_record_is_routers(step->record);
}

/* Translations for fast paths */

/* Fills in the addresses of both forms, and the zone. */
static void set_addresses(struct vpnalg *translator,
			  const struct vpnalg_step *step,
			  struct vpnalg_translation *t)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	const uint8_t *inside =
		record_key(translator, step->record, VPNALG_INSIDE_OWN);
	const uint8_t *other = parsed->inside
				       ? record_key(translator, step->record,
						    VPNALG_OUTSIDE_OWN)
				       : inside;
	const uint8_t *source = parsed->inward ? parsed->remote : parsed->local;

	address_set(translator, &t->source, source);
	address_set(translator, &t->destination,
		    parsed->inward ? parsed->local : parsed->remote);
	t->new_source = t->source;
	t->new_destination = t->destination;
	address_set(translator,
		    parsed->inward ? &t->new_destination : &t->new_source,
		    other + KEY_LOCAL_OFF);
	t->zone = key_zone(inside);
}

void vpnalg_translation_word(const struct vpnalg_step *step,
			     struct vpnalg_translation *translation,
			     uint32_t offset, uint32_t mask)
{
	struct vpnalg_word *word = &translation->words[translation->word_count];

	if (translation->word_count == VPNALG_WORDS_MAX ||
	    step->parsed->l4_caplen < offset + sizeof(uint32_t)) {
		translation->word_count = VPNALG_WORDS_MAX + 1;
		return;
	}
	word->offset = offset;
	word->mask = mask;
	word->before = vpnalg_get32(step->parsed->l4 + offset) & mask;
	word->after = word->before;
	translation->word_count++;
}

void vpnalg_translation_becomes(struct vpnalg_translation *translation,
				uint32_t bits, uint32_t value)
{
	struct vpnalg_word *word;

	if (translation->word_count == 0 ||
	    translation->word_count > VPNALG_WORDS_MAX)
		return;
	word = &translation->words[translation->word_count - 1];
	word->after = (word->after & ~bits) | (value & bits);
}

void vpnalg_translation_ports(const struct vpnalg_step *step,
			      struct vpnalg_translation *translation,
			      uint16_t port)
{
	vpnalg_translation_word(step, translation, 0, UINT32_MAX);
	if (step->parsed->inward)
		vpnalg_translation_becomes(translation, UINT16_MAX, port);
	else
		vpnalg_translation_becomes(translation,
					   (uint32_t)UINT16_MAX << 16,
					   (uint32_t)port << 16);
}

/* Finds the session of the kept head. Returns its number, or 0. */
static uint64_t find_number(struct vpnalg *translator,
			    struct vpnalg_translation *translation)
{
	struct vpnalg_step *step = &translator->step;
	struct slot *slot = begin(translator, translation);

	return slot != NULL && find_living(translator, slot, step)
		       ? vpnalg_lineage_number(translator, step->record)
		       : 0;
}

/* Describes the translation of the kept head. Its session was found before. */
static bool describe(struct vpnalg *translator, struct vpnalg_translation *t)
{
	struct vpnalg_step *step = &translator->step;
	const struct vpnalg_handler *handler =
		translator->handlers[step->handler];
	int checksum = rewrite_checksum_offset(step->parsed);

	t->word_count = 0;
	t->checksum_offset = (uint8_t)(checksum < 0 ? 0 : checksum);
	if (step->record->flags & VPNALG_SESSION_ENDED ||
	    !vpnalg_rewrite_possible(step->parsed) ||
	    handler->fast_path == NULL || !handler->fast_path(step, t) ||
	    t->word_count > VPNALG_WORDS_MAX)
		return false;
	set_addresses(translator, step, t);
	t->ip_protocol = step->parsed->protocol;
	t->inward = step->parsed->inward;
	return true;
}

bool vpnalg_translation_of(struct vpnalg *translator,
			   const struct vpnalg_packet *packet, vpnalg_time now,
			   struct vpnalg_translation *translation)
{
	uint32_t kept = sizeof(translation->headers);
	bool offered;

	if (translation->size < sizeof(*translation) ||
	    event_is_running(translator))
		return false;
	clock_set(translator, now);
	if (packet->caplen < kept)
		kept = packet->caplen;
	memset(translation->headers, 0, sizeof(translation->headers));
	if (kept > 0)
		memcpy(translation->headers, packet->data, kept);
	translation->packet = *packet;
	translation->packet.caplen = kept;
	translation->number = find_number(translator, translation);
	offered = translation->number != 0 && describe(translator, translation);
	vpnalg_session_event_end_call(translator);
	return offered;
}

/* Reports of fast paths */

/* Returns whether the translation would be the same now. */
static bool holds(struct vpnalg *translator, struct vpnalg_translation *t)
{
	const uint8_t count = t->word_count;
	struct vpnalg_word words[VPNALG_WORDS_MAX];

	memcpy(words, t->words, sizeof(words));
	return describe(translator, t) && t->word_count == count &&
	       memcmp(words, t->words, count * sizeof(words[0])) == 0;
}

/* Moves a deadline back by the age of the last packet, but not before the
 * deadline that it had. */
static void shorten(struct vpnalg *translator, struct vpnalg_record *record,
		    vpnalg_time before, vpnalg_time idle)
{
	vpnalg_time moved;

	if (record->deadline <= before || record->deadline == VPNALG_NEVER)
		return;
	moved = record->deadline - before;
	record->deadline -= idle < moved ? idle : moved;
	vpnalg_session_changed(translator, record);
}

/* Counts the packets of the session that was found, and calls the handler with
 * the kept head as the last of them. */
static bool see(struct vpnalg *translator,
		const struct vpnalg_translation *report)
{
	struct vpnalg_step *step = &translator->step;
	const struct vpnalg_record *found = step->record;
	const vpnalg_time before = found->deadline;

	vpnalg_account_add(translator, step->record, report);
	session_counters(translator, step->handler, step->kind)
		->translated[report->inward] += report->packets;
	translator->counters.results[VPNALG_TRANSLATED] += report->packets;
	if (translate(translator, translator->slots, step) != VPNALG_TRANSLATED)
		return false;
	if (step->record == found)
		shorten(translator, step->record, before, report->idle);
	return true;
}

static bool take(struct vpnalg *translator,
		 struct vpnalg_translation *translation)
{
	bool still;

	if (translation->number == 0 ||
	    find_number(translator, translation) != translation->number)
		return false;
	still = holds(translator, translation);
	return (translation->packets == 0 || see(translator, translation)) &&
	       still;
}

bool vpnalg_translation_used(struct vpnalg *translator,
			     struct vpnalg_translation *translation,
			     vpnalg_time now)
{
	bool still;

	if (event_is_running(translator))
		return true;
	clock_set(translator, now);
	still = take(translator, translation);
	translation->packets = translation->bytes = 0;
	translation->idle = 0;
	vpnalg_session_event_end_call(translator);
	return still;
}
