/* SPDX-License-Identifier: BSD-2-Clause */
/* capture_fast [--l2tp-port-1701] INSIDE OUTSIDE CAPTURE...
 *
 * A fast path in front of a translator changes nothing: each capture is
 * translated once without and once with one. This one knows of sessions only
 * what vpnalg/translation.h tells, rewrites packets and checksums itself, and
 * reports once a second. Each packet must come out the same, and the account of
 * each session must be the same at the end. The last line tells how many
 * packets of which protocol it has translated. INSIDE and OUTSIDE are as for
 * capture_undo. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/sessions.h>

#include "capture_packets.h"
#include "fast_path.h"

#define ENTRIES_MAX 256
#define ACCOUNTS_MAX 1024

static struct captured packets[CAPTURED_MAX];
static int count;
static unsigned long faults, all, fast[256];

static void fault(const char *name, int number, const char *what)
{
	if (faults++ < 20)
		fprintf(stderr, "%s: packet %d: %s\n", name, number + 1, what);
}

/* The fast path */

static struct {
	struct vpnalg_translation offer;
	vpnalg_time reported, last;
	bool over; /* it is reported once more, and used no more */
} entries[ENTRIES_MAX];
static int entry_count;

static void forget(int at)
{
	entries[at] = entries[--entry_count];
}

/* Sessions that are over or have changed are taken back at once; of one that
 * goes on a last report is due. */
static void take_back(void *context, const struct vpnalg_event *event)
{
	int i;

	(void)context;
	if (event->info == NULL || (event->type != VPNALG_EVENT_CLOSED &&
				    event->type != VPNALG_EVENT_CHANGED &&
				    event->type != VPNALG_EVENT_UNPAIRED &&
				    event->type != VPNALG_EVENT_TAKEN_BACK))
		return;
	for (i = entry_count; i-- > 0;)
		if (entries[i].offer.number == event->info->number ||
		    (event->before != 0 &&
		     entries[i].offer.number == event->before)) {
			entries[i].over = true;
			if (event->type != VPNALG_EVENT_TAKEN_BACK)
				forget(i);
		}
}

static void report(struct vpnalg *translator, int at, vpnalg_time now)
{
	struct vpnalg_translation offer = entries[at].offer;
	bool holds;

	entries[at].reported = now;
	entries[at].offer.packets = entries[at].offer.bytes = 0;
	offer.idle = now - entries[at].last;
	holds = vpnalg_translation_used(translator, &offer, now);
	/* An event may have taken it back meanwhile. */
	if (at < entry_count && entries[at].offer.number == offer.number) {
		if (holds)
			entries[at].offer = offer;
		else
			forget(at);
	}
}

static void report_due(struct vpnalg *translator, vpnalg_time now, bool end)
{
	int i;

	for (i = entry_count; i-- > 0;)
		if (i < entry_count &&
		    (end || entries[i].over || now - entries[i].reported >=
				    VPNALG_TRANSLATION_REPORT_MS))
			report(translator, i, now);
}

static int find(const struct captured *packet)
{
	const struct vpnalg_packet at_hand = { .data = packet->given,
					       .caplen = packet->caplen,
					       .len = packet->len,
					       .direction = packet->direction };
	int i;

	for (i = 0; i < entry_count; i++)
		if (!entries[i].over &&
		    fast_path_knows(&entries[i].offer, &at_hand))
			return i;
	return -1;
}

/* The translators */

static void compare(const char *name, int number, const uint8_t *bytes)
{
	const struct captured *expected = &packets[number];

	if (!capture_same(bytes, expected->out, expected->caplen) &&
	    !capture_same(expected->out, bytes, expected->caplen))
		fault(name, number, "other bytes");
}

/* Translates a packet, if the fast path knows it. */
static bool pass_fast(const char *name, int number, uint8_t *bytes)
{
	const struct captured *packet = &packets[number];
	int at = find(packet);

	if (at < 0)
		return false;
	fast_path_rewrite(&entries[at].offer, bytes);
	entries[at].offer.packets++;
	entries[at].offer.bytes += packet->len;
	entries[at].last = packet->now;
	fast[packet->given[9]]++;
	if (packet->result != VPNALG_TRANSLATED)
		fault(name, number, "translated, and was not without");
	else
		compare(name, number, bytes);
	return true;
}

/* Translates a packet by the library, after it was asked about it: that must
 * change nothing. */
static void pass_slowly(struct vpnalg *translator, const char *name, int number,
			uint8_t *bytes)
{
	const struct captured *packet = &packets[number];
	struct vpnalg_packet at_hand = captured_packet(packet, bytes);
	struct vpnalg_translation offer = { .size = sizeof(offer) };
	bool offered = vpnalg_translation_of(translator, &at_hand, packet->now,
					     &offer);

	if (memcmp(bytes, packet->given, packet->caplen) != 0)
		fault(name, number, "changed by asking");
	vpnalg_process(translator, &at_hand, 1, packet->now);
	if (at_hand.result != packet->result)
		fault(name, number, vpnalg_result_text(at_hand.result));
	compare(name, number, bytes);
	if (!offered || entry_count == ENTRIES_MAX)
		return;
	entries[entry_count].over = false;
	entries[entry_count].offer = offer;
	entries[entry_count].reported = packet->now;
	entries[entry_count++].last = packet->now;
}

/* Translates all packets: without a fast path, which is what is expected, or
 * with one. Returns the translator. */
static struct vpnalg *play(struct capture *capture, const char *name, bool with)
{
	static uint8_t bytes[CAPTURE_LONGEST];
	static struct capture_place place;
	struct vpnalg_packet packet;
	struct vpnalg *translator;
	int i;

	entry_count = 0;
	capture->event = with ? take_back : NULL;
	capture_chance();
	translator = capture_translator_at(capture, &place);
	for (i = 0; i < count; i++) {
		packet = captured_packet(&packets[i], bytes);
		if (with) {
			report_due(translator, packets[i].now, false);
			if (!pass_fast(name, i, bytes))
				pass_slowly(translator, name, i, bytes);
			continue;
		}
		vpnalg_process(translator, &packet, 1, packets[i].now);
		packets[i].result = packet.result;
		memcpy(packets[i].out, bytes, packets[i].caplen);
	}
	if (with)
		report_due(translator, packets[count - 1].now, true);
	return translator;
}

/* The accounts */

struct list {
	struct vpnalg_session_info sessions[ACCOUNTS_MAX];
	int count;
};

static void list_all(struct vpnalg *translator, struct list *list)
{
	uint64_t cursor = 0;
	int step;

	list->count = 0;
	do {
		list->sessions[list->count].size = sizeof(*list->sessions);
		step = vpnalg_sessions_next(translator, packets[count - 1].now,
					    &cursor,
					    &list->sessions[list->count]);
		if (step == VPNALG_SESSIONS_ONE &&
		    ++list->count == ACCOUNTS_MAX)
			exit(1);
	} while (step != VPNALG_SESSIONS_END);
}

static const struct vpnalg_session_info *
find_session(const struct list *list, const struct vpnalg_session_info *wanted)
{
	int i;

	for (i = 0; i < list->count; i++)
		if (list->sessions[i].number == wanted->number &&
		    list->sessions[i].kind_name == wanted->kind_name)
			return &list->sessions[i];
	return NULL;
}

/* Ages and times of last use are kept to a quarter of a second. */
static bool is_near(vpnalg_time a, vpnalg_time b)
{
	return a + 600 >= b && b + 600 >= a;
}

static bool same_account(const struct vpnalg_session_info *a,
			 const struct vpnalg_session_info *b)
{
	return memcmp(a->packets, b->packets, sizeof(a->packets)) == 0 &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0 &&
	       is_near(a->age, b->age) && is_near(a->idle, b->idle);
}

static void compare_sessions(const char *name, const struct list *without,
			     const struct list *with)
{
	const struct vpnalg_session_info *other;
	int i;

	if (without->count != with->count)
		fault(name, count, "not as many sessions at the end");
	for (i = 0; i < without->count; i++) {
		other = find_session(with, &without->sessions[i]);
		if (other == NULL)
			fault(name, count, "a session is not there at the end");
		else if (!same_account(&without->sessions[i], other))
			fault(name, count, without->sessions[i].kind_name);
	}
}

static void one_capture(struct capture *capture, const char *name)
{
	static struct list without, with;

	count = captured_read(capture, name, packets);
	if (count == 0) {
		printf("%s: no packets\n", name);
		return;
	}
	all += (unsigned)count;
	list_all(play(capture, name, false), &without);
	list_all(play(capture, name, true), &with);
	compare_sessions(name, &without, &with);
	printf("%s: %d packets\n", name, count);
	captured_free(packets, count);
}

int main(int argc, char **argv)
{
	struct capture capture;
	bool fixed_port;
	int i;

	fixed_port = argc > 1 && strcmp(argv[1], "--l2tp-port-1701") == 0;
	if (argc - fixed_port < 4) {
		fputs("usage: capture_fast [--l2tp-port-1701] INSIDE OUTSIDE "
		      "CAPTURE...\n", stderr);
		return 2;
	}
	capture_sides(&capture, argv[1 + fixed_port], argv[2 + fixed_port]);
	capture.l2tp_port_1701 = fixed_port;
	capture.account = true;
	for (i = 3 + fixed_port; i < argc; i++)
		one_capture(&capture, argv[i]);
	printf("of %lu packets fast: TCP %lu, UDP %lu, GRE %lu, ESP %lu, "
	       "115 %lu\n",
	       all, fast[6], fast[17], fast[47], fast[50], fast[115]);
	return faults == 0 && all > 0 ? 0 : 1;
}
