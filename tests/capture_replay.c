/* SPDX-License-Identifier: BSD-2-Clause */
/* capture_replay INSIDE OUTSIDE CAPTURE NOBODY
 *
 * A capture of real IPsec clients before any NAT: the addresses tell whose each
 * packet from outside is. Here it is given as a NAT would meet it, the inside
 * address hidden, and must get that address back. None may go to another host,
 * and no more than NOBODY to none; those are listed, as nothing else tells what
 * pairing still lacks. INSIDE and OUTSIDE are as with capture_undo. */
#include <stdio.h>
#include <string.h>

#include "capture.h"

#define PROTOCOL_UDP 17
#define PROTOCOL_OFF 9
#define SOURCE_OFF 12
#define DESTINATION_OFF 16
#define ADDR_LEN 4
#define PORTS_LEN 4

/* What an inside host's UDP port has become outside. */
struct mapping {
	uint8_t inside[ADDR_LEN];
	uint8_t ports[PORTS_LEN]; /* its own, the remote's */
	uint8_t outside[2];
};

static struct mapping mappings[64];
static unsigned mapping_count;

static unsigned long right, wrong, nobody, left_out;

static bool is_udp(const uint8_t *ip)
{
	return ip[PROTOCOL_OFF] == PROTOCOL_UDP;
}

static uint8_t *payload(uint8_t *ip)
{
	return ip + (ip[0] & 15) * 4;
}

static struct mapping *find(const uint8_t *inside, const uint8_t *ports)
{
	unsigned i;

	for (i = 0; i < mapping_count; i++)
		if (memcmp(mappings[i].inside, inside, ADDR_LEN) == 0 &&
		    memcmp(mappings[i].ports, ports, PORTS_LEN) == 0)
			break;
	return i < sizeof(mappings) / sizeof(mappings[0]) ? &mappings[i]
							  : NULL;
}

static void send_out(struct vpnalg *translator,
		     const struct capture_packet *given)
{
	static uint8_t before[CAPTURE_LONGEST], after[CAPTURE_LONGEST];
	struct vpnalg_packet packet = { .data = after,
					.caplen = given->caplen,
					.len = given->len,
					.direction = VPNALG_OUT };
	struct mapping *mapping;

	memcpy(before, given->ip, given->caplen);
	memcpy(after, given->ip, given->caplen);
	vpnalg_process(translator, &packet, 1, given->now);
	if (packet.result != VPNALG_TRANSLATED) {
		printf("packet %lu out: %s\n", given->number,
		       vpnalg_result_text(packet.result));
		left_out++;
		return;
	}
	if (!is_udp(before))
		return;
	mapping = find(before + SOURCE_OFF, payload(before));
	if (mapping == NULL)
		return;
	memcpy(mapping->inside, before + SOURCE_OFF, ADDR_LEN);
	memcpy(mapping->ports, payload(before), PORTS_LEN);
	memcpy(mapping->outside, payload(after), 2);
	mapping_count += mapping == &mappings[mapping_count];
}

/* Changes two bytes, and a checksum with them (RFC 1624). */
static void put16(uint8_t *at, const uint8_t *value, uint8_t *checksum)
{
	uint32_t sum = (checksum[0] << 8 | checksum[1]) ^ 0xffffU;

	sum += (at[0] << 8 | at[1]) ^ 0xffffU;
	sum += (uint32_t)(value[0] << 8 | value[1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	checksum[0] = (uint8_t)(~sum >> 8);
	checksum[1] = (uint8_t)~sum;
	memcpy(at, value, 2);
}

/* Gives a packet the destination that the outside knows. */
static void hide(const struct capture *capture, uint8_t *ip)
{
	uint8_t *udp = is_udp(ip) ? payload(ip) : NULL;
	bool summed = udp != NULL && (udp[6] | udp[7]) != 0;
	const uint8_t *outside = capture->outside.octets;
	uint8_t ports[PORTS_LEN], unused[2] = { 0 };
	struct mapping *mapping;
	unsigned i;

	if (udp != NULL) {
		memcpy(ports, udp + 2, 2);
		memcpy(ports + 2, udp, 2);
		mapping = find(ip + DESTINATION_OFF, ports);
		if (mapping != NULL && mapping != &mappings[mapping_count])
			put16(udp + 2, mapping->outside,
			      summed ? udp + 6 : unused);
	}
	for (i = 0; i < ADDR_LEN; i += 2) {
		uint8_t *at = ip + DESTINATION_OFF + i;
		uint8_t old[2] = { at[0], at[1] };

		put16(at, outside + i, ip + 10);
		if (summed)
			put16(old, outside + i, udp + 6);
	}
}

static void send_in(const struct capture *capture, struct vpnalg *translator,
		    const struct capture_packet *given)
{
	static uint8_t copy[CAPTURE_LONGEST];
	struct vpnalg_packet packet = { .data = copy,
					.caplen = given->caplen,
					.len = given->len,
					.direction = VPNALG_IN };

	memcpy(copy, given->ip, given->caplen);
	hide(capture, copy);
	vpnalg_process(translator, &packet, 1, given->now);
	if (packet.result == VPNALG_TRANSLATED &&
	    capture_same(given->ip, copy, given->caplen)) {
		right++;
		return;
	}
	printf("packet %lu in: %s\n", given->number,
	       packet.result == VPNALG_TRANSLATED
		       ? "wrong"
		       : vpnalg_result_text(packet.result));
	if (packet.result == VPNALG_TRANSLATED)
		wrong++;
	else
		nobody++;
}

static void replay(const struct capture *capture)
{
	struct vpnalg *translator = capture_translator(capture);
	struct capture_packet packet = { .number = 0 };

	while (capture_next(capture, &packet))
		if (capture_is_inside(capture, packet.ip + SOURCE_OFF))
			send_out(translator, &packet);
		else
			send_in(capture, translator, &packet);
}

int main(int argc, char **argv)
{
	struct capture capture;
	unsigned long most;

	if (argc != 5 || sscanf(argv[4], "%lu", &most) != 1) {
		fputs("usage: capture_replay INSIDE OUTSIDE CAPTURE NOBODY\n",
		      stderr);
		return 2;
	}
	capture_sides(&capture, argv[1], argv[2]);
	capture_open(&capture, argv[3]);
	replay(&capture);
	printf("%s: from outside %lu right, %lu wrong, %lu to nobody; "
	       "%lu not let out\n",
	       argv[3], right, wrong, nobody, left_out);
	return right == 0 || wrong > 0 || nobody > most || left_out > 0;
}
