/* SPDX-License-Identifier: BSD-2-Clause */
/* capture_undo [--l2tp-port-1701] INSIDE OUTSIDE CAPTURE...
 *
 * Undo gives back what was translated, on real traffic: each packet of the
 * captures is translated and at once taken back, and must then be what it was.
 * INSIDE is the first three octets of the inside hosts' addresses, or all four
 * of one host's; OUTSIDE is the outside address. With --l2tp-port-1701 L2TP
 * servers insist on that port. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/store.h>

#define ETHERNET_LEN 14

static uint64_t memory[4096], sessions[262144];
static unsigned long translated, other, faults;

/* What is given as INSIDE. */
static uint8_t inside[4];
static size_t inside_octets;

static uint32_t next_random(void *context)
{
	uint32_t *state = context;

	*state = *state * 1664525 + 1013904223;
	return *state ^ *state >> 16;
}

static const struct vpnalg_handler *handlers[] = {
	&vpnalg_pptp, &vpnalg_l2tp, &vpnalg_general
};

static struct vpnalg *begin(const struct vpnalg_addr *outside)
{
	static struct vpnalg_store store;
	static uint32_t chance = 1;
	struct vpnalg_config config = { .size = sizeof(config),
					.handlers = handlers,
					.handler_count = sizeof(handlers) /
							 sizeof(handlers[0]),
					.addresses = outside,
					.address_count = 1,
					.store = &store,
					.random = next_random,
					.context = &chance };
	struct vpnalg *translator;

	if (vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4,
			      &store) == NULL ||
	    vpnalg_init(&translator, memory, sizeof(memory), &config) != 0) {
		fputs("capture_undo: no translator\n", stderr);
		exit(1);
	}
	return translator;
}

/* Whether two packets are the same, but for a checksum of 0xffff that may have
 * become 0: both are zero in ones' complement. */
static bool same(const uint8_t *a, const uint8_t *b, uint32_t length)
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

static void there_and_back(struct vpnalg *translator, const uint8_t *data,
			   uint32_t caplen, uint32_t len, uint8_t direction,
			   vpnalg_time now)
{
	uint8_t copy[65536];
	struct vpnalg_packet packet = { .data = copy, .caplen = caplen,
					.len = len, .direction = direction };

	memcpy(copy, data, caplen);
	vpnalg_process(translator, &packet, 1, now);
	if (packet.result != VPNALG_TRANSLATED) {
		other++;
		faults += !same(data, copy, caplen);
		return;
	}
	translated++;
	packet.direction ^= VPNALG_OUT_UNDO;
	vpnalg_process(translator, &packet, 1, now);
	if (packet.result == VPNALG_TRANSLATED &&
	    packet.flags == 0 && same(data, copy, caplen))
		return;
	faults++;
	fprintf(stderr, "packet %lu of those translated: %s\n", translated,
		vpnalg_result_text(packet.result));
}

static bool is_inside(const uint8_t *address)
{
	return memcmp(address, inside, inside_octets) == 0;
}

static void one_packet(struct vpnalg *translator,
		       const struct vpnalg_addr *outside,
		       const struct pcap_pkthdr *header, const uint8_t *frame)
{
	vpnalg_time now = (vpnalg_time)header->ts.tv_sec * 1000 +
			  (vpnalg_time)header->ts.tv_usec / 1000;
	const uint8_t *ip = frame + ETHERNET_LEN;
	uint8_t direction;

	if (header->caplen < ETHERNET_LEN + 20 || header->caplen > 65535 ||
	    frame[12] != 8 || frame[13] != 0)
		return;
	if (is_inside(ip + 12))
		direction = VPNALG_OUT;
	else if (is_inside(ip + 16))
		direction = VPNALG_IN_UNDO;
	else if (memcmp(ip + 12, outside->octets, 4) == 0)
		direction = VPNALG_OUT_UNDO;
	else
		direction = VPNALG_IN;
	there_and_back(translator, ip, header->caplen - ETHERNET_LEN,
		       header->len - ETHERNET_LEN, direction, now);
}

static void one_capture(const char *name, const struct vpnalg_addr *outside)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(name, error);
	struct vpnalg *translator = begin(outside);
	struct pcap_pkthdr *header;
	const uint8_t *frame;

	if (pcap == NULL || pcap_datalink(pcap) != DLT_EN10MB) {
		fprintf(stderr, "capture_undo: %s: %s\n", name,
			pcap == NULL ? error : "not Ethernet");
		exit(1);
	}
	translated = other = 0;
	while (pcap_next_ex(pcap, &header, &frame) == 1)
		one_packet(translator, outside, header, frame);
	pcap_close(pcap);
	printf("%s: %lu there and back, %lu others\n", name, translated,
	       other);
	if (translated == 0)
		faults++;
}

int main(int argc, char **argv)
{
	struct vpnalg_addr outside = { .family = VPNALG_IPV4 };
	unsigned in[4], out[4], i;
	int n, octets = 0;

	if (argc > 1 && strcmp(argv[1], "--l2tp-port-1701") == 0) {
		handlers[1] = &vpnalg_l2tp_port_1701;
		argc--;
		argv++;
	}
	if (argc >= 4)
		octets = sscanf(argv[1], "%u.%u.%u.%u", &in[0], &in[1], &in[2],
				&in[3]);
	if (octets < 3 ||
	    sscanf(argv[2], "%u.%u.%u.%u", &out[0], &out[1], &out[2],
		   &out[3]) != 4) {
		fputs("usage: capture_undo [--l2tp-port-1701] INSIDE OUTSIDE "
		      "CAPTURE...\n", stderr);
		return 2;
	}
	for (i = 0; i < 4; i++)
		outside.octets[i] = (uint8_t)out[i];
	inside_octets = (size_t)octets;
	for (i = 0; i < inside_octets; i++)
		inside[i] = (uint8_t)in[i];
	for (n = 3; n < argc; n++)
		one_capture(argv[n], &outside);
	return faults == 0 ? 0 : 1;
}
