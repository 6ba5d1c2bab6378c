/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs of a real gateway between real daemons, captured on both of its sides:
 * what came to it comes to a translator, and must leave that as it left the
 * gateway, byte by byte. Only the IDs may differ that each chooses for a host,
 * one for one. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_ids.h"
#include "capture_reload.h"
#include "capture_run.h"

#define TTL_OFF 8
#define CHECKSUM_OFF 10

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

/* What became of the packets of one way, when nothing is wrong. */
struct fate {
	unsigned same;    /* left both in the same form */
	unsigned here;    /* left here only: the gateway lost it on purpose, or
			   * the capture of the other side had ended */
	unsigned nowhere; /* held back, unknown or refused, by both */
};

static const struct row {
	const char *name;
	struct fate out, in;
} rows[] = {
	{ "pptp-three", { 93, 0, 0 }, { 84, 0, 0 } },
	{ "pptp-killed-same", { 69, 0, 0 }, { 64, 0, 6 } },
	{ "pptp-loss", { 214, 5, 0 }, { 203, 0, 0 } },
	{ "l2tp-three", { 83, 0, 0 }, { 86, 0, 0 } },
	{ "l2tp-return", { 128, 0, 0 }, { 138, 0, 0 } },
	{ "ikev1-natt", { 110, 0, 0 }, { 75, 0, 0 } },
	{ "ikev2-natt-rekey", { 282, 0, 0 }, { 285, 0, 0 } },
	{ "esp-ike1-three", { 50, 0, 0 }, { 47, 0, 0 } },
	{ "esp-ike1-rekey", { 219, 0, 0 }, { 204, 3, 0 } },
	{ "esp-ike1-killed", { 74, 0, 0 }, { 74, 1, 0 } },
	{ "esp-ike1-at-once", { 52, 0, 6 }, { 48, 0, 0 } },
	{ "esp-ike1-server-first", { 61, 0, 0 }, { 60, 1, 0 } },
	{ "esp-ike1-server-later", { 64, 0, 0 }, { 60, 0, 0 } },
	{ "esp-ike1-loss", { 253, 10, 3 }, { 245, 0, 0 } },
	{ "esp-ike2-three", { 34, 0, 0 }, { 34, 0, 0 } },
	{ "esp-ike2-rekey", { 203, 0, 0 }, { 205, 0, 0 } },
	{ "esp-ike2-killed", { 65, 0, 0 }, { 65, 0, 0 } },
	{ "esp-ike2-at-once", { 38, 0, 6 }, { 38, 0, 0 } },
	{ "esp-ike2-server-first", { 45, 0, 0 }, { 45, 0, 0 } },
	{ "esp-ike2-loss", { 210, 5, 0 }, { 210, 2, 0 } },
	{ "esp-ike2-children", { 94, 0, 0 }, { 94, 0, 0 } },
	{ "l2tp-ipsec", { 144, 0, 0 }, { 116, 0, 0 } },
	{ "ah", { 0, 0, 5 }, { 0, 0, 0 } },
	{ "everything", { 407, 0, 0 }, { 407, 0, 0 } },
};

struct replay {
	const char *name;
	bool reloads; /* saved and loaded into another one before each packet */
	const struct capture *capture;
	struct vpnalg *translator;
	struct capture_twins twins;
	struct fate out, in;
	unsigned faults; /* left there, and here not or in another form */
};

static void fault(struct replay *replay, const struct capture_frame *came,
		  const char *what)
{
	printf("%s, %s, packet %lu: %s\n", replay->name,
	       came->out ? "inside" : "outside", came->packet.number, what);
	replay->faults++;
}

static uint8_t process(struct vpnalg *translator,
		       const struct capture_frame *came, uint8_t *bytes)
{
	struct vpnalg_packet packet = { .data = bytes,
					.caplen = came->packet.caplen,
					.len = came->packet.len };

	packet.direction = came->out ? VPNALG_OUT : VPNALG_IN;
	vpnalg_process(translator, &packet, 1, came->packet.now);
	return packet.result;
}

/* What the gateway sent, as the translator should: with its own IDs, and the
 * TTL that the packet came with. */
static void make_expected(const struct replay *replay,
			  const struct capture_frame *came, uint8_t *expected)
{
	const struct capture_packet *theirs = &came->partner->packet;

	memcpy(expected, theirs->ip, theirs->caplen);
	capture_put16(expected + TTL_OFF,
		      capture_get16(came->packet.ip + TTL_OFF),
		      expected + CHECKSUM_OFF);
	if (came->out)
		capture_twins_apply(&replay->twins, expected, theirs->caplen,
				    true);
}

static bool is_same(struct replay *replay, const struct capture_frame *came,
		    const uint8_t *ours)
{
	static uint8_t expected[CAPTURE_LONGEST];
	uint32_t length = came->packet.caplen;

	if (came->out &&
	    !capture_twins_learn(&replay->twins, came->partner->packet.ip, ours,
				 length))
		return false;
	make_expected(replay, came, expected);
	return capture_same(expected, ours, length);
}

static void give(struct replay *replay, const struct capture_frame *came)
{
	static uint8_t ours[CAPTURE_LONGEST];
	struct fate *fate = came->out ? &replay->out : &replay->in;
	uint8_t result;

	memcpy(ours, came->packet.ip, came->packet.caplen);
	if (replay->reloads)
		replay->translator = capture_reload(replay->capture,
						    replay->translator,
						    came->packet.now);
	if (!came->out)
		capture_twins_apply(&replay->twins, ours, came->packet.caplen,
				    false);
	result = process(replay->translator, came, ours);
	if (came->partner == NULL && result == VPNALG_TRANSLATED)
		fate->here++;
	else if (came->partner == NULL)
		fate->nowhere++;
	else if (result != VPNALG_TRANSLATED)
		fault(replay, came, vpnalg_result_text(result));
	else if (is_same(replay, came, ours))
		fate->same++;
	else
		fault(replay, came, "not what the gateway made of it");
}

static void find_file(char *path, size_t size, const char *name,
		      const char *side)
{
	const char *source = getenv("srcdir");

	snprintf(path, size, "%s/tests/captures/%s-%s.pcap",
		 source != NULL ? source : ".", name, side);
}

static void replay_run(struct replay *replay)
{
	struct capture capture;
	struct capture_run run;
	char inside[4096], outside[4096];
	size_t i;

	find_file(inside, sizeof(inside), replay->name, "inside");
	find_file(outside, sizeof(outside), replay->name, "outside");
	capture_sides(&capture, "192.168.77", "203.0.113.1");
	capture.waits = true;
	capture_run_open(&run, &capture, inside, outside);
	replay->capture = &capture;
	replay->translator = replay->reloads ? capture_reload_begin(&capture)
					     : capture_translator(&capture);
	for (i = 0; i < run.count; i++)
		if (!run.frame[i].left)
			give(replay, &run.frame[i]);
	capture_run_close(&run);
}

static void check_fate(struct fate found, struct fate expected)
{
	ck_assert_uint_eq(found.same, expected.same);
	ck_assert_uint_eq(found.here, expected.here);
	ck_assert_uint_eq(found.nowhere, expected.nowhere);
}

static void check_row(const struct row *row, bool reloads)
{
	static struct replay replay;

	replay = (struct replay){ .name = row->name, .reloads = reloads };
	replay_run(&replay);
	ck_assert_msg(replay.faults == 0, "%s: %u packets went wrong",
		      row->name, replay.faults);
	check_fate(replay.out, row->out);
	check_fate(replay.in, row->in);
}

START_TEST(what_a_real_gateway_did_is_done_again)
{
	check_row(&rows[_i], false);
}
END_TEST

START_TEST(it_is_done_again_by_a_translator_that_is_saved_and_loaded)
{
	check_row(&rows[_i], true);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("captures");
	TCase *tcase = tcase_create("runs of a real gateway");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, what_a_real_gateway_did_is_done_again, 0,
			    ROWS(rows));
	tcase_add_loop_test(
		tcase,
		it_is_done_again_by_a_translator_that_is_saved_and_loaded, 0,
		ROWS(rows));
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
