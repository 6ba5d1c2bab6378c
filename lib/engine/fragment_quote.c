/* SPDX-License-Identifier: BSD-2-Clause */
#include "fragment_quote.h"

#include "fragment.h"
#include "icmp_error.h"
#include "rewrite.h"

/* Returns whether it is known what a datagram becomes in its other form. */
static bool has_other_form(const struct datagram *datagram, unsigned form)
{
	return datagram != NULL && datagram->has_key[!form] &&
	       (datagram->state == DATAGRAM_TRANSLATED ||
		datagram->state == DATAGRAM_WHOLE);
}

/* Translates an ICMP error that quotes a later fragment of a datagram. */
static enum vpnalg_result follow(struct vpnalg *translator,
				 const struct datagram *datagram,
				 const struct slot *slot,
				 struct vpnalg_packet *packet)
{
	struct vpnalg_kind_counters *counters =
		session_counters(translator, datagram->handler, datagram->kind);
	const uint8_t *key = datagram->keys[!translator->fragments->form];
	struct vpnalg_step *step = &translator->step;
	enum vpnalg_result result;

	step->packet = packet;
	step->parsed = &slot->parsed;
	step->handler = datagram->handler;
	step->kind = datagram->kind;
	result = vpnalg_icmp_error_later(step, key + KEY_LOCAL_OFF,
					 key_word(key + KEY_ID_OFF) & 0xffff);
	if (result != VPNALG_TRANSLATED) {
		counters->dropped[slot->parsed.inward]++;
		return result;
	}
	counters->translated[slot->parsed.inward]++;
	if (!slot->parsed.inside)
		packet->zone = key_zone(key);
	return result;
}

enum vpnalg_result vpnalg_fragment_quote(struct vpnalg *translator,
					 const struct datagram *datagram,
					 const struct slot *slot,
					 struct vpnalg_packet *packet)
{
	if (slot->parsed.fragment != VPNALG_FRAGMENT_LATER ||
	    !has_other_form(datagram, translator->fragments->form))
		return FRAGMENT_UNDECIDED;
	return follow(translator, datagram, slot, packet);
}

/* The checksum of the quoted header changes with it, so that of ICMP stays. */
void vpnalg_fragment_quote_first(struct vpnalg *translator,
				 const struct vpnalg_parsed *parsed)
{
	const struct fragments *fragments = translator->fragments;
	const struct datagram *datagram = vpnalg_datagram_find(
		translator, fragments->key, fragments->form);

	if (has_other_form(datagram, fragments->form))
		vpnalg_rewrite_ip_16(parsed->ip, IPV4_ID_OFF,
				     key_word(datagram->keys[!fragments->form] +
					      KEY_ID_OFF) &
					     0xffff);
}
