/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A live gateway behind NFQUEUE: the router's firewall hands packets over, and
 * gets them back translated. vpnalg-gw does without the firewall's help. Begin
 * with ../common/nat.c.
 *
 *     translate.c  the way of a packet
 *     options.c    the command line
 *     report.c     the report, and figures for --metrics
 *
 * ../common has what vpnalg-pcap and vpnalg-gw need, too; queue.c hands packets
 * from and to the kernel.
 *
 * A packet that came to be routed travels in, one that is about to leave
 * travels out, and one that came for this host may be for another inside host:
 * the hook that it comes from says which.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/config_file.h"
#include "../common/reload.h"
#include "../common/rights.h"
#include "../common/say.h"
#include "../common/signals.h"
#include "../common/standard.h"
#include "report.h"
#include "run.h"
#include "translate.h"

/* Dead sessions are looked for at least so often, in milliseconds. */
#define TICK 1000

/* The number of packets after which the clock and the signals are checked. */
#define TURN 64

const char program[] = "vpnalg-queue";

/* Returns the options in force. */
static const struct options *in_force(const struct run *run)
{
	return run->again ? run->again : run->options;
}

static void forget(struct options *options)
{
	if (options)
		options_free(options);
	free(options);
}

static bool change(struct run *run, const struct nat_options *next,
		   vpnalg_time now)
{
	const struct nat_options *first = &run->options->nat;
	const struct reload reload = {
		.first = first,
		.last = &in_force(run)->nat,
		.next = next,
		.live = { &run->nat, &run->metrics, &run->state },
		.outside = first->addresses[0],
	};

	return reload_apply(&reload, now);
}

static void read_again(struct run *run, vpnalg_time now)
{
	struct options *next = malloc(sizeof(*next)), *last = run->again;

	if (next && options_read(next, run->argc, run->argv) == OPTIONS_RUN &&
	    change(run, &next->nat, now)) {
		run->again = next;
		next = last;
	} else {
		reload_failed(&run->options->nat);
	}
	forget(next);
}

/* Returns false when it is time to end. */
static bool read_signals(struct run *run, vpnalg_time now)
{
	int signal;

	while ((signal = signals_next(run->signals)) != 0) {
		if (signal == SIGHUP && run->options->nat.given.config) {
			read_again(run, now);
			continue;
		}
		if (signal != SIGUSR1)
			return false;
		report_write(run, now);
		if (in_force(run)->nat.sessions)
			nat_sessions_begin(&run->listing);
	}
	return true;
}

/* Returns for how many milliseconds there is nothing to do but packets. */
static int wait_time(const struct run *run, vpnalg_time now)
{
	vpnalg_time due = nat_state_due(&run->state, now);

	if (run->listing.under_way || run->nat.due <= now)
		return 0;
	return due < now + TICK ? (int)(due - now) : TICK;
}

static void tick(struct run *run, vpnalg_time now)
{
	if (now < run->next_tick)
		return;
	run->next_tick = now + TICK;
	sender_tick(&run->sender);
}

static bool work(struct run *run)
{
	struct pollfd files[] = {
		{ .fd = run->signals, .events = POLLIN },
		{ .fd = run->queue.fd, .events = POLLIN },
	};
	struct queued queued;
	vpnalg_time now = system_now();

	for (;;) {
		poll(files, 2, wait_time(run, now));
		now = system_now();
		tick(run, now);
		if (!read_signals(run, now))
			return true;
		for (int i = 0; i < TURN && queue_read(&run->queue, &queued);
		     i++)
			translate(run, &queued, now);
		if (run->queue.failed)
			return false;
		nat_sweep(&run->nat, now);
		nat_state_go_on(&run->state, &run->nat, now);
		nat_metrics_go_on(&run->metrics, &run->nat, now);
		nat_sessions_go_on(&run->listing, &run->nat, now);
	}
}

/* Loads what --state has kept, and adds the services to that. */
static bool load(struct run *run)
{
	const struct nat_options *nat = &run->options->nat;

	return !nat->state ||
	       (nat_state_open(&run->state, &run->nat, nat, run->start) &&
		nat_serve(&run->nat, nat, nat->addresses, run->start,
			  "start"));
}

static uint32_t next_random(void *context)
{
	struct run *run = context;

	return random_next(&run->random);
}

static void tell(void *context, const struct vpnalg_event *event)
{
	struct run *run = context;

	nat_tell(&run->nat, event);
}

static bool open_sockets(struct run *run)
{
	const struct options *options = run->options;

	if (options->hairpins &&
	    !sender_open(&run->sender, NULL, 0, options->mark))
		return false;
	if (queue_open(&run->queue, options->queue))
		return true;
	say("cannot start: queue %u: %s", options->queue, strerror(errno));
	return false;
}

static bool start(struct run *run)
{
	struct vpnalg_config config = {
		.context = run,
		.random = next_random,
		.event = nat_is_told(&run->options->nat) ? tell : NULL,
		.burst = 1, /* packets are handled one by one */
	};
	struct nat_options nat = run->options->nat;

	run->start = system_now();
	run->signals = signals_open();
	nat.ports = (struct vpnalg_ports)SYSTEM_PORTS;
	nat.serves_later = nat.state != NULL;
	if (run->signals < 0 || !nat_open(&run->nat, &config, &nat))
		return false;
	nat_metrics_open(&run->metrics, &run->nat, &nat);
	if (!load(run) || !open_sockets(run) || !rights_drop())
		return false;
	if (nat.given.config)
		config_file_can_be_read(nat.given.config);
	return true;
}

static int run(const struct options *options, int argc, char **argv)
{
	struct run run = { .options = options, .argc = argc, .argv = argv,
			   .sender.fd = -1,
			   .state.file.child = CHILD_NONE,
			   .metrics.file.child = CHILD_NONE };
	bool well = false;

	run.metrics.more = report_metrics(&run);
	if (start(&run)) {
		well = work(&run);
		if (!well)
			say("cannot go on: queue %u: %s", options->queue,
			    strerror(errno));
		report_write(&run, system_now());
		if (in_force(&run)->nat.sessions)
			nat_sessions_write(&run.nat, system_now());
	}
	queue_close(&run.queue);
	sender_close(&run.sender);
	nat_state_close(&run.state, &run.nat, system_now());
	nat_metrics_close(&run.metrics, &run.nat);
	nat_close(&run.nat);
	forget(run.again);
	return well ? EXIT_SUCCESS : EXIT_ERROR;
}

int main(int argc, char **argv)
{
	struct options options;
	int status;

	if (!standard_hold())
		return EXIT_ERROR;
	status = options_read(&options, argc, argv);
	if (status == OPTIONS_RUN)
		status = run(&options, argc, argv);
	options_free(&options);
	return standard_finish(status);
}
