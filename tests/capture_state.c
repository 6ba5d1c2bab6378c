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

#include "capture_packets.h"
#include "capture_reload.h"


/* Where there is a save and a load. */
enum { NOWHERE = -1, EVERYWHERE = -2 };

static struct captured packets[CAPTURED_MAX];
static int count;
static unsigned long faults, all;

static void compare(const char *name, int number, int where,
		    const struct vpnalg_packet *packet)
{
	const struct captured *expected = &packets[number];

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
		packet = captured_packet(&packets[i], bytes);
		if (i == where || where == EVERYWHERE)
			translator = capture_reload(capture, translator,
						    packets[i].now);
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

	count = captured_read(capture, name, packets);
	all += (unsigned)count;
	play(capture, name, NOWHERE);
	play(capture, name, EVERYWHERE);
	for (i = 0; each && i < count; i++)
		play(capture, name, i);
	printf("%s: %d packets\n", name, count);
	captured_free(packets, count);
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
