/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup.h"

#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "report.h"

#define REMOTES 64

static void prepare_call(struct setup *setup, uint32_t c,
			 const struct dialog *dialog)
{
	struct dialog d = *dialog;
	unsigned f;

	for (f = 0; f < FRAMES; f++) {
		uint8_t *bytes = setup->bytes[f][c];
		uint32_t length = frame_make(&d, f, bytes);

		setup->packets[f][c] = (struct vpnalg_packet){
			.data = bytes,
			.caplen = length,
			.len = length,
			.direction = frame_is_inward(f) ? VPNALG_IN
							: VPNALG_OUT
		};
	}
}

void setup_prepare(struct setup *setup, struct world *world)
{
	uint32_t c;

	for (c = 0; c < SETUP_BATCH; c++) {
		world_next_client(world, &setup->dialogs[c]);
		prepare_call(setup, c, &setup->dialogs[c]);
	}
}

/* The remote answers to the port and Call ID that it saw. They are the host's
 * own as a rule, and the answers are made so. */
static void answer(struct setup *setup, unsigned frame, uint32_t c)
{
	struct dialog *dialog = &setup->dialogs[c];
	uint16_t seen = bench_get16(setup->bytes[frame][c] +
				    (frame == FRAME_SYN ? FRAME_TCP_SOURCE
							: FRAME_CALL_ID));

	if (frame == FRAME_CALL_REQUEST && seen != dialog->outside_own) {
		dialog->outside_own = seen;
		frame_patch_tcp(setup->bytes[FRAME_CALL_REPLY][c],
				FRAME_PEER_CALL_ID, seen);
	}
	if (frame == FRAME_SYN && seen != dialog->outside_port) {
		dialog->outside_port = seen;
		frame_patch_tcp(setup->bytes[FRAME_SYN_ACK][c],
				FRAME_TCP_DESTINATION, seen);
		frame_patch_tcp(setup->bytes[FRAME_START_REPLY][c],
				FRAME_TCP_DESTINATION, seen);
		frame_patch_tcp(setup->bytes[FRAME_CALL_REPLY][c],
				FRAME_TCP_DESTINATION, seen);
	}
}

static void send_calls(struct setup *setup, struct world *world, uint32_t c,
		       uint32_t count)
{
	unsigned f;
	uint32_t i;

	for (f = 0; f < FRAMES; f++) {
		world_process(world, &setup->packets[f][c], count);
		if (f == FRAME_SYN || f == FRAME_CALL_REQUEST)
			for (i = 0; i < count; i++)
				answer(setup, f, c + i);
	}
}

void setup_send(struct setup *setup, struct world *world, uint32_t burst)
{
	uint32_t c;

	for (c = 0; c < SETUP_BATCH; c += burst)
		send_calls(setup, world, c, burst);
	world->now++;
}

static void check_frame(const struct setup *setup, unsigned f, uint32_t c)
{
	const struct vpnalg_packet *packet = &setup->packets[f][c];
	const struct dialog *d = &setup->dialogs[c];
	bool inward = frame_is_inward(f);
	const uint8_t *p = packet->data;

	if (packet->result != VPNALG_TRANSLATED)
		basics_fault("set-up, packet %u: %s", f,
			     vpnalg_result_text(packet->result));
	else if (!frame_tcp_sum_is_right(p, packet->len))
		basics_fault("set-up, packet %u: checksum", f);
	else if (memcmp(p + (inward ? FRAME_DESTINATION : FRAME_SOURCE),
			inward ? d->inside : d->outside, 4) != 0)
		basics_fault("set-up, packet %u: address", f);
	else if (bench_get16(p + (inward ? FRAME_TCP_DESTINATION
					 : FRAME_TCP_SOURCE)) !=
		 (inward ? d->inside_port : d->outside_port))
		basics_fault("set-up, packet %u: port", f);
}

void setup_check(const struct setup *setup, struct world *world)
{
	unsigned f;
	uint32_t c;

	for (c = 0; c < SETUP_BATCH; c++) {
		for (f = 0; f < FRAMES; f++)
			check_frame(setup, f, c);
		if (bench_get16(setup->bytes[FRAME_CALL_REPLY][c] +
				FRAME_PEER_CALL_ID) != setup->dialogs[c].own)
			basics_fault("set-up: Call ID of the reply");
	}
	world->opened += SETUP_BATCH;
}

/* Million calls per second. */
static double time_setups(struct world *world, uint32_t calls, uint32_t burst)
{
	static struct setup setup;
	double begin, ns = 0;
	uint32_t done;

	for (done = 0; done < calls; done += SETUP_BATCH) {
		setup_prepare(&setup, world);
		begin = basics_cpu_time();
		setup_send(&setup, world, burst);
		ns += basics_cpu_time() - begin;
		setup_check(&setup, world);
	}
	return done * 1e3 / ns;
}

static void report(const double *rates, uint32_t calls, uint32_t burst,
		   const struct settings *settings)
{
	char name[64];
	struct line line = { .name = name,
			     .unit = "M calls/s",
			     .value = spread_of(rates, settings->rounds),
			     .at_least = true };

	snprintf(name, sizeof(name), "set-ups at %u calls, %s",
		 (unsigned)calls, burst > 1 ? "bursts of 32" : "one by one");
	if (burst == 1)
		line.target = calls > 0 ? 1 : 2.5;
	report_line(&line);
}

static void measure(uint32_t calls, const struct settings *settings)
{
	uint32_t timed = settings->quick ? 1024 : 16384;
	uint32_t all = calls + timed;
	struct shape_of_world shape = {
		.calls = all,
		.calls_per_client = 1,
		.remotes = REMOTES,
		.addresses = 1,
		.units = world_units(all, all, REMOTES),
	};
	double rates[2][ROUNDS_MAX];
	struct world world;
	unsigned round, i;

	world_open(&world, &shape);
	for (round = 0; round < settings->rounds; round++)
		for (i = 0; i < 2; i++) {
			world_reset(&world);
			world_fill(&world, calls);
			rates[i][round] =
				time_setups(&world, timed, i ? 32 : 1);
		}
	for (i = 0; i < 2; i++)
		report(rates[i], calls, i ? 32 : 1, settings);
	world_close(&world);
}

void bench_setup(const struct settings *settings)
{
	measure(0, settings);
	measure(settings->quick ? 2000 : 200000, settings);
}
