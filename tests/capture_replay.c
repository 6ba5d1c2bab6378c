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

static uint32_t header_length(const uint8_t *ip)
{
	return (ip[0] & 15U) * 4;
}

/* The mapping, or the place for it, or NULL if there is none. */
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
	static uint8_t after[CAPTURE_LONGEST];
	const uint8_t *ip = given->ip, *ports = ip + header_length(ip);
	struct vpnalg_packet packet = { .data = after,
					.caplen = given->caplen,
					.len = given->len,
					.direction = VPNALG_OUT };
	struct mapping *mapping;

	memcpy(after, ip, given->caplen);
	vpnalg_process(translator, &packet, 1, given->now);
	if (packet.result != VPNALG_TRANSLATED) {
		printf("packet %lu out: %s\n", given->number,
		       vpnalg_result_text(packet.result));
		left_out++;
		return;
	}
	mapping = is_udp(ip) ? find(ip + SOURCE_OFF, ports) : NULL;
	if (mapping == NULL)
		return;
	memcpy(mapping->inside, ip + SOURCE_OFF, ADDR_LEN);
	memcpy(mapping->ports, ports, PORTS_LEN);
	memcpy(mapping->outside, after + header_length(ip), 2);
	mapping_count += mapping == &mappings[mapping_count];
}

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

/* Changes two bytes, and a checksum with them (RFC 1624). */
static void put16(uint8_t *at, const uint8_t *value, uint8_t *checksum)
{
	uint32_t sum = get16(checksum) ^ 0xffff;

	sum += (get16(at) ^ 0xffff) + get16(value);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	checksum[0] = (uint8_t)(~sum >> 8);
	checksum[1] = (uint8_t)~sum;
	memcpy(at, value, 2);
}

static void hide_port(uint8_t *ip, uint8_t *udp, uint8_t *checksum)
{
	uint8_t ports[PORTS_LEN];
	struct mapping *mapping;

	memcpy(ports, udp + 2, 2);
	memcpy(ports + 2, udp, 2);
	mapping = find(ip + DESTINATION_OFF, ports);
	if (mapping != NULL && mapping != &mappings[mapping_count])
		put16(udp + 2, mapping->outside, checksum);
}

/* Gives a packet the destination that the outside knows. */
static void hide(const uint8_t *outside, uint8_t *ip)
{
	uint8_t *udp = is_udp(ip) ? ip + header_length(ip) : NULL;
	uint8_t none[2] = { 0 }, old[2], *checksum = none;
	unsigned i;

	if (udp != NULL && get16(udp + 6) != 0)
		checksum = udp + 6;
	if (udp != NULL)
		hide_port(ip, udp, checksum);
	for (i = 0; i < ADDR_LEN; i += 2) {
		memcpy(old, ip + DESTINATION_OFF + i, 2);
		put16(old, outside + i, checksum);
		put16(ip + DESTINATION_OFF + i, outside + i, ip + 10);
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
	hide(capture->outside.octets, copy);
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
