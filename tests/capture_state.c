/* SPDX-License-Identifier: BSD-2-Clause */
/* capture_state [--each] [--l2tp-port-1701] INSIDE OUTSIDE CAPTURE...
 *
 * A translator goes on after it was saved and loaded into another one as it
 * would have gone on itself: each capture is translated once as it is, once
 * with a save and a load between any two packets and, with --each, once for
 * each place where there may be one; all that without memory for fragments,
 * with it, and with it and fragments that come in the opposite order. Each
 * packet must come out the same, and so must the fragments that were held.
 * INSIDE and OUTSIDE are as for capture_undo. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_packets.h"
#include "capture_reload.h"

/* Where there is a save and a load. */
enum { NOWHERE = -1, EVERYWHERE = -2 };

static struct captured packets[CAPTURED_MAX];
static int count;
static unsigned long faults, all, held;
static uint64_t given_back[CAPTURED_MAX]; /* with each packet: a hash */

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

/* Returns a hash of all held fragments that are given back now. */
static uint64_t take_held(struct vpnalg *translator)
{
	struct vpnalg_packet packet;
	uint64_t hash = 0;
	uint32_t i;

	while (vpnalg_next_held(translator, &packet)) {
		hash = hash * 31 + packet.len;
		hash = hash * 31 + packet.result;
		for (i = 0; i < packet.len; i++)
			hash = hash * 31 + packet.data[i];
		held++;
	}
	return hash;
}

static void compare_held(const char *name, int number, int where, uint64_t hash)
{
	if (hash == given_back[number])
		return;
	if (faults++ < 20)
		fprintf(stderr, "%s: packet %d, saved at %d: other held "
			"fragments\n", name, number + 1, where);
}

/* Whether two packets are fragments of one datagram (RFC 791 3.2). */
static bool are_fragments(const struct captured *a, const struct captured *b)
{
	const uint8_t *x = a->given, *y = b->given;

	return ((x[6] & 0x3f) | x[7]) != 0 && ((y[6] & 0x3f) | y[7]) != 0 &&
	       memcmp(x + 4, y + 4, 2) == 0 && x[9] == y[9] &&
	       memcmp(x + 12, y + 12, 8) == 0;
}

/* Lets fragments of a datagram that come in a row come in the opposite order,
 * when the last of them came. */
static void turn_fragments_round(void)
{
	struct captured other;
	int first, last, i;

	for (first = 0; first < count; first = last + 1) {
		last = first;
		while (last + 1 < count &&
		       are_fragments(&packets[first], &packets[last + 1]))
			last++;
		for (i = first; i < last; i++)
			packets[i].now = packets[last].now;
		for (i = 0; i < (last - first + 1) / 2; i++) {
			other = packets[first + i];
			packets[first + i] = packets[last - i];
			packets[last - i] = other;
		}
	}
}

/* Translates all packets, and notes what becomes of them or compares it. What
 * is held may be given back by the next translator, too. */
static void play(const struct capture *capture, const char *name, int where)
{
	static uint8_t bytes[CAPTURE_LONGEST];
	struct vpnalg *translator = capture_reload_begin(capture);
	struct vpnalg_packet packet;
	uint64_t hash;
	int i;

	for (i = 0; i < count; i++) {
		packet = captured_packet(&packets[i], bytes);
		if (i == where || where == EVERYWHERE)
			translator = capture_reload(capture, translator,
						    packets[i].now);
		vpnalg_process(translator, &packet, 1, packets[i].now);
		if (where == EVERYWHERE)
			translator = capture_reload(capture, translator,
						    packets[i].now);
		hash = take_held(translator);
		if (where == NOWHERE) {
			packets[i].result = packet.result;
			memcpy(packets[i].out, bytes, packets[i].caplen);
			given_back[i] = hash;
		} else {
			compare(name, i, where, &packet);
			compare_held(name, i, where, hash);
		}
	}
}

static void play_all(const struct capture *capture, const char *name, bool each)
{
	int i;

	play(capture, name, NOWHERE);
	play(capture, name, EVERYWHERE);
	for (i = 0; each && i < count; i++)
		play(capture, name, i);
}

static void one_capture(struct capture *capture, const char *name, bool each)
{
	count = captured_read(capture, name, packets);
	all += (unsigned)count;
	capture->fragments = false;
	play_all(capture, name, each);
	capture->fragments = true;
	play_all(capture, name, each);
	turn_fragments_round();
	play_all(capture, name, each);
	printf("%s: %d packets\n", name, count);
	captured_free(packets, count);
}

int main(int argc, char **argv)
{
	struct capture capture;
	bool each = false, fixed_port = false;
	int i;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		each = each || strcmp(argv[i], "--each") == 0;
		fixed_port = fixed_port ||
			     strcmp(argv[i], "--l2tp-port-1701") == 0;
	}
	if (argc - i < 3) {
		fputs("usage: capture_state [--each] [--l2tp-port-1701] INSIDE "
		      "OUTSIDE CAPTURE...\n", stderr);
		return 2;
	}
	capture_sides(&capture, argv[i], argv[i + 1]);
	capture.l2tp_port_1701 = fixed_port;
	for (i += 2; i < argc; i++)
		one_capture(&capture, argv[i], each);
	printf("%lu held fragments given back\n", held);
	return faults == 0 && all > 0 ? 0 : 1;
}
