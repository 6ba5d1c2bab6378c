/* SPDX-License-Identifier: BSD-2-Clause */
/* capture_state [--each] [--l2tp-port-1701] INSIDE OUTSIDE CAPTURE...
 *
 * A translator goes on after it was saved and loaded into another one as it
 * would have gone on itself: each capture is translated once as it is, once
 * with a save and a load between any two packets and, with --each, once for
 * each place where there may be one. Each packet must come out the same. INSIDE
 * and OUTSIDE are as for capture_undo. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_reload.h"

#define PACKETS_MAX 4096

/* Where there is a save and a load. */
enum { NOWHERE = -1, EVERYWHERE = -2 };

struct packet {
	uint8_t *given, *out; /* what came, and what it became */
	uint32_t caplen, len;
	uint8_t direction, result;
	vpnalg_time now;
};

static struct packet packets[PACKETS_MAX];
static int count;
static unsigned long faults, all;

static uint8_t *copy(const uint8_t *bytes, size_t length)
{
	uint8_t *to = malloc(length);

	if (to == NULL)
		exit(1);
	return memcpy(to, bytes, length);
}

static void read_all(struct capture *capture, const char *name)
{
	struct capture_packet given = { .number = 0 };

	count = 0;
	capture_open(capture, name);
	while (capture_next(capture, &given)) {
		if (count == PACKETS_MAX)
			exit(1);
		packets[count++] = (struct packet){
			.given = copy(given.ip, given.caplen),
			.out = copy(given.ip, given.caplen),
			.caplen = given.caplen,
			.len = given.len,
			.direction = capture_direction(capture, given.ip),
			.now = given.now,
		};
	}
}

static void free_all(void)
{
	while (count > 0) {
		free(packets[--count].given);
		free(packets[count].out);
	}
}

static void compare(const char *name, int number, int where,
		    const struct vpnalg_packet *packet)
{
	const struct packet *expected = &packets[number];

	if (packet->result == expected->result &&
	    memcmp(packet->data, expected->out, expected->caplen) == 0)
		return;
	if (faults++ < 20)
		fprintf(stderr, "%s: packet %d, saved at %d: %s, not %s\n",
			name, number + 1, where,
			vpnalg_result_text(packet->result),
			vpnalg_result_text(expected->result));
}

/* Translates all packets, and notes what becomes of them or compares it. */
static void play(const struct capture *capture, const char *name, int where)
{
	static uint8_t bytes[CAPTURE_LONGEST];
	struct vpnalg *translator = capture_reload_begin(capture);
	struct vpnalg_packet packet;
	int i;

	for (i = 0; i < count; i++) {
		packet = (struct vpnalg_packet){
			.data = bytes,
			.caplen = packets[i].caplen,
			.len = packets[i].len,
			.direction = packets[i].direction,
		};
		if (i == where || where == EVERYWHERE)
			translator = capture_reload(capture, translator,
						    packets[i].now);
		memcpy(bytes, packets[i].given, packets[i].caplen);
		vpnalg_process(translator, &packet, 1, packets[i].now);
		if (where == NOWHERE) {
			packets[i].result = packet.result;
			memcpy(packets[i].out, bytes, packets[i].caplen);
		} else {
			compare(name, i, where, &packet);
		}
	}
}

static void one_capture(struct capture *capture, const char *name, bool each)
{
	int i;

	read_all(capture, name);
	all += (unsigned)count;
	play(capture, name, NOWHERE);
	play(capture, name, EVERYWHERE);
	for (i = 0; each && i < count; i++)
		play(capture, name, i);
	printf("%s: %d packets\n", name, count);
	free_all();
}

int main(int argc, char **argv)
{
	struct capture capture;
	bool each = false, insists = false;
	int i;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		each = each || strcmp(argv[i], "--each") == 0;
		insists = insists || strcmp(argv[i], "--l2tp-port-1701") == 0;
	}
	if (argc - i < 3) {
		fputs("usage: capture_state [--each] [--l2tp-port-1701] INSIDE "
		      "OUTSIDE CAPTURE...\n", stderr);
		return 2;
	}
	capture_sides(&capture, argv[i], argv[i + 1]);
	capture.l2tp_port_1701 = insists;
	for (i += 2; i < argc; i++)
		one_capture(&capture, argv[i], each);
	return faults == 0 && all > 0 ? 0 : 1;
}
