/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments (RFC 791 3.2, RFC 4787 REQ-14, RFC 3022 6.3).
 *
 *     first     is translated by its handler, like a whole packet, if that
 *               needs nothing behind it; the others follow it then
 *     later     gets the address and the Identification that the first has
 *               got; if the first has not come, it is held
 *     all       are held where a handler reads or rewrites what lies behind
 *               the first, or the first lacks a header: whole.c puts them
 *               together
 *
 * Two inside hosts may send datagrams of one Identification to one remote. Once
 * they have the same source it could not distinguish their fragments, so the
 * second gets another one (RFC 6864 5.3.1, RFC 7857 9).
 *
 * An ICMP error that quotes a later fragment is about the datagram with the
 * quote's key (fragment_quote.c). One that is a first fragment itself is noted
 * in fragment_error.c. */
#include "fragment.h"

#include <string.h>

#include "alias.h"
#include "counters.h"
#include "fragment_hold.h"
#include "fragment_quote.h"
#include "has.h"
#include "packet.h"
#include "refuse.h"
#include "rewrite.h"

/* Bounds the Identifications that are tried for one that is not in use. */
#define ID_TRIES 8

/* The longest datagram (RFC 791 3.1). */
#define DATAGRAM_MAX 65535U

static unsigned form_of(const struct vpnalg_parsed *parsed)
{
	return parsed->inside ? FORM_INSIDE : FORM_OUTSIDE;
}

void vpnalg_fragment_key(const struct vpnalg_parsed *parsed, unsigned form,
			 uint16_t zone, uint32_t id, uint8_t *key)
{
	unsigned role =
		form == FORM_INSIDE ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN;

	key_write(key, key_first_word(role, parsed->protocol, zone), id,
		  parsed->inward, parsed->local, parsed->remote, IPV4_ADDR_LEN);
}

bool vpnalg_fragment_is_sound(const struct vpnalg_parsed *parsed)
{
	unsigned field = vpnalg_get16(parsed->ip + IPV4_FRAGMENT_OFF);

	return !parsed->overlong && parsed->l4_len > 0 &&
	       datagram_offset(parsed->ip) + parsed->l4_len <= DATAGRAM_MAX &&
	       ((field & IPV4_MORE_FRAGMENTS) == 0 || parsed->l4_len % 8 == 0);
}

/* Returns whether all of a fragment is in memory and may be copied. */
static bool may_be_held(const struct fragments *fragments,
			const struct vpnalg_parsed *parsed)
{
	return parsed->l4_caplen == parsed->l4_len &&
	       (size_t)(parsed->l4 - parsed->ip) + parsed->l4_len <=
		       fragments->length_max;
}

static enum vpnalg_result hold(struct vpnalg *translator,
			       struct datagram *datagram,
			       const struct slot *slot,
			       struct vpnalg_packet *packet)
{
	vpnalg_alias_lift(translator, packet);
	if (!may_be_held(translator->fragments, &slot->parsed) ||
	    !vpnalg_fragment_hold(translator, datagram, packet, &slot->parsed))
		return VPNALG_DROP_FRAGMENT;
	datagram_note_ready(translator->fragments, datagram);
	return VPNALG_HELD;
}

/* Follow */

void vpnalg_fragment_follow(const struct datagram *datagram,
			    const struct vpnalg_parsed *parsed,
			    struct vpnalg_packet *packet)
{
	const uint8_t *key = datagram->keys[!form_of(parsed)];
	uint16_t id = key_word(key + KEY_ID_OFF) & 0xffff;

	vpnalg_rewrite_ip_local(parsed, key + KEY_LOCAL_OFF, IPV4_ADDR_LEN);
	vpnalg_rewrite_ip_16(parsed->ip, IPV4_ID_OFF, id);
	if (!parsed->inside)
		packet->zone = key_zone(key);
}

/* Translates a later fragment as the first one was. One that reaches into the
 * first would overwrite ports and flags that were checked (RFC 1858 3, RFC
 * 3128). */
static enum vpnalg_result follow(struct vpnalg *translator,
				 const struct datagram *datagram,
				 const struct slot *slot,
				 struct vpnalg_packet *packet)
{
	struct vpnalg_kind_counters *counters =
		session_counters(translator, datagram->handler, datagram->kind);

	if (datagram_offset(slot->parsed.ip) < datagram->first)
		return VPNALG_DROP_FRAGMENT;
	if (vpnalg_packet_holds_addresses(&slot->parsed))
		return VPNALG_DROP_OPTIONS;
	vpnalg_fragment_follow(datagram, &slot->parsed, packet);
	counters->translated[slot->parsed.inward]++;
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result decide_later(struct vpnalg *translator,
				       struct datagram *datagram,
				       const struct slot *slot,
				       struct vpnalg_packet *packet)
{
	translator->step.handler = datagram->handler;
	switch (datagram->state) {
	case DATAGRAM_TRANSLATED:
		return follow(translator, datagram, slot, packet);
	case DATAGRAM_UNTOUCHED:
		return VPNALG_UNTOUCHED;
	case DATAGRAM_AWAITED:
	case DATAGRAM_GATHERED:
		return hold(translator, datagram, slot, packet);
	default:
		return VPNALG_DROP_FRAGMENT;
	}
}

static enum vpnalg_result before(struct vpnalg *translator,
				 const struct slot *slot,
				 struct vpnalg_packet *packet)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;
	struct fragments *fragments = translator->fragments;
	struct datagram *datagram;

	if (!has_fragments(translator) || !slot->ours)
		return FRAGMENT_UNDECIDED;
	if (!parsed->quoted && !vpnalg_fragment_is_sound(parsed))
		return parsed->inside && slot->claim != VPNALG_CLAIM_NONE
			       ? VPNALG_DROP_MALFORMED
			       : VPNALG_UNTOUCHED;
	fragments->translated_by = NO_HANDLER;
	fragments->form = (uint8_t)form_of(parsed);
	vpnalg_fragment_key(parsed, fragments->form, parsed->zone,
			    vpnalg_get16(parsed->ip + IPV4_ID_OFF),
			    fragments->key);
	datagram = vpnalg_datagram_find(translator, fragments->key,
					fragments->form);
	if (datagram == NULL)
		return FRAGMENT_UNDECIDED;
	if (parsed->quoted)
		return vpnalg_fragment_quote(translator, datagram, slot,
					     packet);
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return decide_later(translator, datagram, slot, packet);
	if (parsed->undo && datagram->state == DATAGRAM_TRANSLATED)
		fragments->translated_by = datagram->handler;
	/* The datagram is sent again: its held fragments still follow the first
	 * one of the earlier sending. */
	if (datagram_is_ready(datagram))
		datagram = vpnalg_datagram_renew(translator, datagram);
	return datagram->state == DATAGRAM_GATHERED
		       ? hold(translator, datagram, slot, packet)
		       : FRAGMENT_UNDECIDED;
}

enum vpnalg_result vpnalg_fragment_before(struct vpnalg *translator,
					  const struct slot *slot,
					  struct vpnalg_packet *packet)
{
	enum vpnalg_result result;

	translator->step.handler = counters_claimant(translator, slot);
	result = before(translator, slot, packet);
	counters_drop(translator, translator->step.handler, slot->parsed.inward,
		      result);
	return result;
}

/* Learn */

/* Sets the key's Identification to one that no other datagram of the same
 * outside address, protocol and remote has now; it stays if that is so. */
static void choose_id(struct vpnalg *translator,
		      const struct datagram *datagram, uint8_t *key)
{
	const struct datagram *other;
	unsigned tries;

	for (tries = 0; tries < ID_TRIES; tries++) {
		other = vpnalg_datagram_find(translator, key, FORM_OUTSIDE);
		if (other == NULL || other == datagram)
			return;
		key_set_word(key + KEY_ID_OFF,
			     vpnalg_session_random(translator) & 0xffff);
	}
}

/* Returns whether the datagram's other key is that key but for the ID. */
static bool knows(const struct datagram *datagram, unsigned form,
		  const uint8_t *key)
{
	uint8_t same[VPNALG_KEY_IPV4];

	memcpy(same, key, sizeof(same));
	memcpy(same + KEY_ID_OFF, datagram->keys[form] + KEY_ID_OFF, 4);
	return datagram->has_key[form] &&
	       key_equals(same, datagram->keys[form]);
}

void vpnalg_fragment_learn(struct vpnalg *translator, struct datagram *datagram,
			   const struct vpnalg_parsed *parsed, uint16_t zone)
{
	unsigned other = !form_of(parsed);
	_Alignas(uint32_t) uint8_t key[VPNALG_KEY_IPV4];

	vpnalg_fragment_key(parsed, other, zone,
			    vpnalg_get16(parsed->ip + IPV4_ID_OFF), key);
	if (!knows(datagram, other, key)) {
		if (parsed->inside && !parsed->inward)
			choose_id(translator, datagram, key);
		vpnalg_datagram_set_key(translator, datagram, other, key);
	}
	vpnalg_rewrite_ip_16(parsed->ip, IPV4_ID_OFF,
			     key_word(datagram->keys[other] + KEY_ID_OFF) &
				     0xffff);
}

void vpnalg_fragment_note_first(struct vpnalg *translator,
				struct datagram *datagram,
				const struct vpnalg_parsed *parsed,
				const struct vpnalg_packet *packet,
				enum vpnalg_result result)
{
	const struct vpnalg_step *step = &translator->step;

	datagram->deadline =
		time_in(translator, translator->fragments->first_time);
	datagram->first = parsed->l4_len;
	datagram->handler = step->handler;
	datagram->kind = step->kind;
	switch (result) {
	case VPNALG_TRANSLATED:
		datagram->state = DATAGRAM_TRANSLATED;
		vpnalg_fragment_learn(translator, datagram, parsed,
				      packet->zone);
		break;
	case VPNALG_UNTOUCHED:
		datagram->state = DATAGRAM_UNTOUCHED;
		break;
	default:
		datagram->state = DATAGRAM_DROPPED;
		vpnalg_datagram_drop_held(translator, datagram);
		break;
	}
	datagram_note_ready(translator->fragments, datagram);
}

/* Returns whether a later fragment without a known session may be a mapping's:
 * any remote may send to a mapping. One of ICMP may be an error's. */
static bool may_be_mapped(const struct vpnalg *translator,
			  const struct vpnalg_parsed *parsed)
{
	unsigned last = translator->handler_count - 1U;

	return parsed->protocol == PROTOCOL_ICMP ||
	       (translator->handlers[last]->takes_rest &&
		translator->handlers_for[parsed->protocol] >> last & 1);
}

static enum vpnalg_result after(struct vpnalg *translator,
				const struct slot *slot,
				struct vpnalg_packet *packet,
				enum vpnalg_result result)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;
	struct fragments *fragments = translator->fragments;
	bool is_later = parsed->fragment == VPNALG_FRAGMENT_LATER;
	struct datagram *datagram;

	if (!has_fragments(translator) || !slot->ours)
		return result;
	if (parsed->quoted) {
		if (result == VPNALG_TRANSLATED)
			vpnalg_fragment_quote_first(translator, parsed);
		return result;
	}
	if (is_later && result == VPNALG_UNTOUCHED &&
	    may_be_mapped(translator, parsed))
		result = VPNALG_HELD;
	if (is_later && result != VPNALG_HELD)
		return result;
	if (result == VPNALG_HELD && !may_be_held(fragments, parsed))
		return VPNALG_DROP_FRAGMENT;
	datagram = vpnalg_datagram_find(translator, fragments->key,
					fragments->form);
	if (datagram == NULL)
		datagram = vpnalg_datagram_make(translator);
	if (result != VPNALG_HELD) {
		vpnalg_fragment_note_first(translator, datagram, parsed, packet,
					   result);
		return result;
	}
	if (!is_later)
		datagram->state = DATAGRAM_GATHERED;
	return hold(translator, datagram, slot, packet);
}

/* The drop of a given result is counted already. */
enum vpnalg_result vpnalg_fragment_after(struct vpnalg *translator,
					 const struct slot *slot,
					 struct vpnalg_packet *packet,
					 enum vpnalg_result given)
{
	enum vpnalg_result result = after(translator, slot, packet, given);

	if (result != given)
		counters_drop(translator, translator->step.handler,
			      slot->parsed.inward, result);
	return result;
}
