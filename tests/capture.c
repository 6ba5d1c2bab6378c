/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/protocols.h>
#include <vpnalg/store.h>

#define ETHERNET_LEN 14
#define IPV4_HEADER_LEN 20

static const struct vpnalg_l2tp_settings port_1701 = {
	.size = sizeof(port_1701),
	.port_1701 = true,
};

#define PROTOCOLS_WITH(l2tp_settings)                                  \
	{                                                              \
		{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },         \
		{ vpnalg_l2tp, l2tp_settings }, { vpnalg_gre, NULL },  \
		{ vpnalg_general, NULL }                               \
	}

/* By l2tp_port_1701. */
static const struct vpnalg_protocol protocols[2][5] = {
	PROTOCOLS_WITH(NULL),
	PROTOCOLS_WITH(&port_1701),
};

static _Noreturn void fail(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

static unsigned read_octets(const char *text, uint8_t octets[4])
{
	unsigned value[4];
	int count = sscanf(text, "%u.%u.%u.%u", &value[0], &value[1],
			   &value[2], &value[3]);
	int i;

	for (i = 0; i < count; i++)
		octets[i] = (uint8_t)value[i];
	return count > 0 ? (unsigned)count : 0;
}

void capture_sides(struct capture *capture, const char *inside,
		   const char *outside)
{
	*capture = (struct capture){ .outside = { .family = VPNALG_IPV4 } };
	capture->inside_octets = read_octets(inside, capture->inside);
	if (capture->inside_octets == 0)
		fail(inside, "not the beginning of an address");
	if (read_octets(outside, capture->outside.octets) != 4)
		fail(outside, "not an address");
}

void capture_open(struct capture *capture, const char *name)
{
	char error[PCAP_ERRBUF_SIZE];

	capture->pcap = pcap_open_offline(name, error);
	if (capture->pcap == NULL)
		fail(name, error);
	if (pcap_datalink(capture->pcap) != DLT_EN10MB)
		fail(name, "not Ethernet");
}

static bool is_ipv4(const struct pcap_pkthdr *header, const uint8_t *frame)
{
	return header->caplen >= ETHERNET_LEN + IPV4_HEADER_LEN &&
	       header->caplen <= ETHERNET_LEN + CAPTURE_LONGEST &&
	       frame[12] == 8 && frame[13] == 0;
}

bool capture_next(const struct capture *capture, struct capture_packet *packet)
{
	struct pcap_pkthdr *header;
	const uint8_t *frame;

	while (pcap_next_ex(capture->pcap, &header, &frame) == 1) {
		packet->number++;
		if (!is_ipv4(header, frame))
			continue;
		packet->microseconds =
			(uint64_t)header->ts.tv_sec * 1000000 +
			(uint64_t)header->ts.tv_usec;
		packet->now = packet->microseconds / 1000;
		packet->ip = frame + ETHERNET_LEN;
		packet->caplen = header->caplen - ETHERNET_LEN;
		packet->len = header->len - ETHERNET_LEN;
		return true;
	}
	pcap_close(capture->pcap);
	return false;
}

bool capture_is_inside(const struct capture *capture, const uint8_t *address)
{
	return memcmp(address, capture->inside, capture->inside_octets) == 0;
}

bool capture_same(const uint8_t *a, const uint8_t *b, uint32_t length)
{
	uint32_t i;

	for (i = 0; i < length; i++) {
		if (a[i] == b[i])
			continue;
		if (i + 1 == length || a[i] != 0xff || b[i] != 0 ||
		    a[i + 1] != 0xff || b[i + 1] != 0)
			return false;
		i++;
	}
	return true;
}

static uint32_t next_random(void *context)
{
	uint32_t *state = context;

	*state = *state * 1664525 + 1013904223;
	return *state ^ *state >> 16;
}

static uint32_t chance = 1;

void capture_chance(void)
{
	chance = 1;
}

static struct vpnalg *make(const struct capture *capture,
			   struct vpnalg_config *config,
			   struct capture_place *place)
{
	struct vpnalg_fragments fragments = {
		.size = sizeof(fragments),
		.memory = place->fragments,
		.memory_size = sizeof(place->fragments),
	};
	struct vpnalg *translator;

	config->size = sizeof(*config);
	config->fragments = capture->fragments ? &fragments : NULL;
	config->protocols = protocols[capture->l2tp_port_1701];
	config->protocol_count = 5;
	config->addresses = &capture->outside;
	config->address_count = 1;
	config->store = &place->store;
	config->random = next_random;
	config->context = &chance;
	config->passive = !capture->waits;
	config->account = capture->account;
	config->event = capture->event;
	if (vpnalg_table_init(place->sessions, sizeof(place->sessions),
			      VPNALG_KEY_IPV4, &place->store) == NULL ||
	    vpnalg_init(&translator, place->memory, sizeof(place->memory),
			config) != 0)
		fail("translator", "no room for it");
	return translator;
}

struct vpnalg *capture_translator(const struct capture *capture)
{
	static struct capture_place place;
	struct vpnalg_config config = { 0 };

	return make(capture, &config, &place);
}

struct vpnalg *capture_translator_at(const struct capture *capture,
				     struct capture_place *place)
{
	struct vpnalg_config config = { 0 };

	memcpy(config.hash_key, place->hash_key, sizeof(config.hash_key));
	return make(capture, &config, place);
}

uint8_t capture_direction(const struct capture *capture, const uint8_t *ip)
{
	if (capture_is_inside(capture, ip + 12))
		return VPNALG_OUT;
	if (capture_is_inside(capture, ip + 16))
		return VPNALG_IN_UNDO;
	if (memcmp(ip + 12, capture->outside.octets, 4) == 0)
		return VPNALG_OUT_UNDO;
	return VPNALG_IN;
}
