/* SPDX-License-Identifier: BSD-2-Clause */
/* A fast path: a table of flows in front of the library translates packets of
 * known sessions, as a kernel's flow table, XDP or a router's chip may.
 *
 *     cc fast_path.c -o fast_path $(pkg-config --cflags --libs libvpnalg)
 *     ./fast_path
 *
 * lets a host and its VPN server exchange a thousand packets of NAT-T. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/handler.h>
#include <vpnalg/ipsec.h>
#include <vpnalg/sessions.h>
#include <vpnalg/store.h>
#include <vpnalg/translation.h>

#define FLOWS 16
#define IP_LEN 20

/* [flow] */
static struct flow {
	bool used;
	struct vpnalg_translation offer;
	vpnalg_time last, reported;
} flows[FLOWS];
/* [flow] */

/* [event] */
/* The translation does not hold any more: forget it before the next packet. */
static void hear(void *context, const struct vpnalg_event *event)
{
	unsigned i;

	(void)context;
	if (event->type != VPNALG_EVENT_CLOSED &&
	    event->type != VPNALG_EVENT_CHANGED &&
	    event->type != VPNALG_EVENT_TAKEN_BACK &&
	    event->type != VPNALG_EVENT_UNPAIRED)
		return;
	for (i = 0; i < FLOWS; i++)
		if (flows[i].offer.number == event->info->number ||
		    flows[i].offer.number == event->before)
			flows[i].used = false;
}
/* [event] */

/* [match] */
static bool knows(const struct vpnalg_translation *offer,
		  const struct vpnalg_packet *packet)
{
	const uint8_t *ip = packet->data;
	uint32_t length = packet->caplen;
	unsigned i;

	if (length < IP_LEN || length < vpnalg_get16(ip + 2) || ip[0] != 0x45 ||
	    (vpnalg_get16(ip + 6) & 0x3fff) != 0 ||
	    ip[9] != offer->ip_protocol ||
	    packet->direction != (offer->inward ? VPNALG_IN : VPNALG_OUT) ||
	    (!offer->inward && packet->zone != offer->zone) ||
	    memcmp(ip + 12, offer->source.octets, 4) != 0 ||
	    memcmp(ip + 16, offer->destination.octets, 4) != 0 ||
	    length < IP_LEN + offer->checksum_offset + 2U)
		return false;
	for (i = 0; i < offer->word_count; i++) {
		const struct vpnalg_word *word = &offer->words[i];

		if (length < IP_LEN + word->offset + 4 ||
		    (vpnalg_get32(ip + IP_LEN + word->offset) & word->mask) !=
			    word->before)
			return false;
	}
	return true;
}
/* [match] */

/* [rewrite] */
/* Writes two bytes, and has the checksums follow (RFC 1624, equation 3). */
static void put(uint8_t *at, unsigned value, uint8_t *checksums[2])
{
	unsigned before = vpnalg_get16(at), i;
	uint32_t sum;

	vpnalg_put16(at, value);
	for (i = 0; i < 2; i++) {
		if (checksums[i] == NULL)
			continue;
		sum = (~vpnalg_get16(checksums[i]) & 0xffffU) +
		      (~before & 0xffffU) + value;
		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		vpnalg_put16(checksums[i], ~sum & 0xffff);
	}
}

static void rewrite(const struct vpnalg_translation *offer, uint8_t *ip)
{
	uint8_t *l4 = ip + IP_LEN, *own = l4 + offer->checksum_offset;
	uint8_t *checksums[2] = { ip + 10, own };
	const uint8_t *source = offer->new_source.octets;
	const uint8_t *destination = offer->new_destination.octets;
	unsigned i;

	if (offer->checksum_offset == 0 ||
	    (offer->ip_protocol == 17 && vpnalg_get16(own) == 0))
		checksums[1] = NULL;
	for (i = 0; i < 4; i += 2) {
		put(ip + 12 + i, vpnalg_get16(source + i), checksums);
		put(ip + 16 + i, vpnalg_get16(destination + i), checksums);
	}
	checksums[0] = NULL; /* the rest is not in the IP header */
	for (i = 0; i < offer->word_count; i++) {
		const struct vpnalg_word *word = &offer->words[i];
		uint8_t *at = l4 + word->offset;
		uint32_t value = (vpnalg_get32(at) & ~word->mask) | word->after;

		put(at, value >> 16, checksums);
		put(at + 2, value & 0xffff, checksums);
	}
	if (offer->ip_protocol == 17 && checksums[1] != NULL &&
	    vpnalg_get16(own) == 0)
		vpnalg_put16(own, 0xffff); /* RFC 768 */
}
/* [rewrite] */

/* [pass] */
static bool pass_fast(struct vpnalg_packet *packet, vpnalg_time now)
{
	struct flow *flow;

	for (flow = flows; flow < flows + FLOWS; flow++) {
		if (!flow->used || !knows(&flow->offer, packet))
			continue;
		rewrite(&flow->offer, packet->data);
		flow->offer.packets++;
		flow->offer.bytes += packet->len;
		flow->last = now;
		return true;
	}
	return false;
}

/* Learns how such packets are translated; the library translates this one. */
static void pass_slowly(struct vpnalg *translator, struct vpnalg_packet *packet,
			vpnalg_time now)
{
	struct vpnalg_translation offer = { .size = sizeof(offer) };
	bool offered = vpnalg_translation_of(translator, packet, now, &offer);
	unsigned i;

	vpnalg_process(translator, packet, 1, now);
	for (i = 0; i < FLOWS - 1 && flows[i].used; i++)
		continue; /* the last place is shared */
	if (offered)
		flows[i] = (struct flow){ true, offer, now, now };
}
/* [pass] */

/* [report] */
static void report(struct vpnalg *translator, vpnalg_time now)
{
	struct flow *flow;

	for (flow = flows; flow < flows + FLOWS; flow++) {
		if (!flow->used ||
		    now - flow->reported < VPNALG_TRANSLATION_REPORT_MS)
			continue;
		flow->reported = now;
		flow->offer.idle = now - flow->last;
		if (!vpnalg_translation_used(translator, &flow->offer, now))
			flow->used = false;
	}
}
/* [report] */

static uint32_t chance(void *context)
{
	return context == NULL ? (uint32_t)rand() : 0; /* a router has better */
}

/* An inside host's datagram of NAT-T, or the server's answer; no checksum. */
static void fill(uint8_t ip[64], bool inward, const uint8_t outside_port[2])
{
	static const uint8_t out[] = {
		0x45, 0, 0, 60, 0, 0, 0, 0, 64, 17, 0, 0, 192, 168, 77, 11,
		198, 51, 100, 1, 17, 148, 17, 148, 0, 40, 0, 0
	};
	static const uint8_t in[] = { 198, 51, 100, 1, 203, 0, 113, 1 };

	memset(ip, 0, 64);
	memcpy(ip, out, sizeof(out));
	if (!inward)
		return;
	memcpy(ip + 12, in, sizeof(in));
	memcpy(ip + 22, outside_port, 2);
}

static struct vpnalg *open_translator(void)
{
	static uint64_t memory[4096], sessions[8192];
	static struct vpnalg_store store;
	static const struct vpnalg_protocol ipsec = { vpnalg_ipsec, NULL };
	static const struct vpnalg_addr outside = { VPNALG_IPV4,
						    { 203, 0, 113, 1 } };
	const struct vpnalg_config config = {
		.size = sizeof(config), .protocols = &ipsec,
		.protocol_count = 1, .addresses = &outside, .address_count = 1,
		.store = &store, .random = chance, .event = hear,
		.account = true };
	struct vpnalg *translator;

	if (!vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4,
			       &store) ||
	    vpnalg_init(&translator, memory, sizeof(memory), &config) != 0)
		exit(1);
	return translator;
}

int main(void)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	struct vpnalg *translator = open_translator();
	uint8_t ip[64], port[2] = { 0, 0 };
	uint64_t cursor = 0;
	unsigned i, fast = 0;

	for (i = 0; i < 1000; i++) {
		const vpnalg_time now = 1000 + i * 10;
		struct vpnalg_packet packet = {
			.data = ip, .caplen = 60, .len = 60,
			.direction = i % 2 ? VPNALG_IN : VPNALG_OUT };

		fill(ip, i % 2, port);
		report(translator, now);
		if (pass_fast(&packet, now))
			fast++;
		else
			pass_slowly(translator, &packet, now);
		if (i % 2 == 0)
			memcpy(port, ip + 20, 2);
	}
	report(translator, 60000);
	while (vpnalg_sessions_next(translator, 60000, &cursor, &info))
		if (info.packets[0] != 0)
			printf("%s: %u packets out, %u in, of which %u fast\n",
			       info.kind_name, (unsigned)info.packets[0],
			       (unsigned)info.packets[1], fast);
	return 0;
}
