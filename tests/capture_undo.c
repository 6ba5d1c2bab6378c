/* SPDX-License-Identifier: BSD-2-Clause */
/* capture_undo [--l2tp-port-1701] INSIDE OUTSIDE CAPTURE...
 *
 * Undo gives back what was translated, on real traffic: each packet of the
 * captures is translated and at once taken back, and must then be what it was.
 * INSIDE is the first three octets of the inside hosts' addresses, or all four
 * of one host's; OUTSIDE is the outside address. With --l2tp-port-1701 L2TP
 * servers insist on that port. */
#include <stdio.h>
#include <string.h>

#include "capture.h"

static unsigned long translated, other, faults;

static void there_and_back(const struct capture *capture,
			   struct vpnalg *translator,
			   const struct capture_packet *given)
{
	static uint8_t copy[CAPTURE_LONGEST];
	struct vpnalg_packet packet = { .data = copy,
					.caplen = given->caplen,
					.len = given->len };

	packet.direction = capture_direction(capture, given->ip);
	memcpy(copy, given->ip, given->caplen);
	vpnalg_process(translator, &packet, 1, given->now);
	if (packet.result != VPNALG_TRANSLATED) {
		other++;
		faults += !capture_same(given->ip, copy, given->caplen);
		return;
	}
	translated++;
	packet.direction ^= VPNALG_OUT_UNDO;
	vpnalg_process(translator, &packet, 1, given->now);
	if (packet.result == VPNALG_TRANSLATED && packet.flags == 0 &&
	    capture_same(given->ip, copy, given->caplen))
		return;
	faults++;
	fprintf(stderr, "packet %lu: %s\n", given->number,
		vpnalg_result_text(packet.result));
}

static void one_capture(struct capture *capture, const char *name)
{
	struct vpnalg *translator = capture_translator(capture);
	struct capture_packet packet = { .number = 0 };

	translated = other = 0;
	capture_open(capture, name);
	while (capture_next(capture, &packet))
		there_and_back(capture, translator, &packet);
	printf("%s: %lu there and back, %lu others\n", name, translated,
	       other);
	if (translated == 0)
		faults++;
}

int main(int argc, char **argv)
{
	struct capture capture;
	bool fixed_port = argc > 1 && strcmp(argv[1], "--l2tp-port-1701") == 0;
	int i;

	if (fixed_port) {
		argc--;
		argv++;
	}
	if (argc < 4) {
		fputs("usage: capture_undo [--l2tp-port-1701] INSIDE OUTSIDE "
		      "CAPTURE...\n", stderr);
		return 2;
	}
	capture_sides(&capture, argv[1], argv[2]);
	capture.l2tp_port_1701 = fixed_port;
	for (i = 3; i < argc; i++)
		one_capture(&capture, argv[i]);
	return faults == 0 ? 0 : 1;
}
