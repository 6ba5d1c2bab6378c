/* SPDX-License-Identifier: BSD-2-Clause */
/* Held fragments given back. */
#include "counters.h"
#include "datagram.h"
#include "event.h"
#include "fragment.h"
#include "has.h"
#include "packet.h"

static struct datagram *find_ready(const struct fragments *fragments)
{
	struct datagram *at = fragments->datagrams;
	struct datagram *end = at + fragments->datagram_count;

	for (; at < end; at++)
		if (datagram_is_ready(at))
			return at;
	return NULL;
}

/* Gives a fragment its other form. */
static enum vpnalg_result translate_held(struct vpnalg *translator,
					 const struct datagram *datagram,
					 struct held *held)
{
	struct vpnalg_parsed parsed;

	if (datagram->state == DATAGRAM_UNTOUCHED)
		return VPNALG_UNTOUCHED;
	vpnalg_packet_parse(&held->packet, &parsed);
	if (held->length == 0 || (datagram->state == DATAGRAM_TRANSLATED &&
				  held->offset < datagram->first))
		return VPNALG_DROP_FRAGMENT;
	if (vpnalg_packet_holds_addresses(&parsed))
		return VPNALG_DROP_OPTIONS;
	vpnalg_fragment_follow(datagram, &parsed, &held->packet);
	if (datagram->state == DATAGRAM_TRANSLATED)
		session_counters(translator, datagram->handler, datagram->kind)
			->translated[parsed.inward]++;
	return VPNALG_TRANSLATED;
}

bool vpnalg_next_held(struct vpnalg *translator, struct vpnalg_packet *packet)
{
	struct fragments *fragments = translator->fragments;
	struct datagram *datagram;
	struct held *held;

	if (!has_fragments(translator) || !fragments->ready ||
	    event_is_running(translator))
		return false;
	while ((datagram = find_ready(fragments)) != NULL) {
		if (datagram->state == DATAGRAM_DROPPED) {
			vpnalg_datagram_drop_held(translator, datagram);
			continue;
		}
		held = vpnalg_datagram_take(fragments, datagram);
		held->packet.result =
			(uint8_t)translate_held(translator, datagram, held);
		counters_held(translator, datagram->handler, &held->packet,
			      held->packet.result);
		*packet = held->packet;
		if (packet->result < VPNALG_DROP_FIRST)
			return true;
	}
	fragments->ready = false;
	vpnalg_datagram_forget_taken(fragments);
	return false;
}
