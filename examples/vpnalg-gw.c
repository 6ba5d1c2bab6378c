/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A live gateway: translates the VPN protocols of the hosts behind one
 * interface, beside a Linux router that does everything else itself. It is an
 * example of a program around the library:
 *
 *     gw_gateway.c  the way of the packets, through these:
 *       gw_port.c     from an interface: packet socket, ring, gw_filter.c
 *       gw_whole.c    what offload has left undone or merged
 *       gw_impair.c   for tests: loss, delay, other order
 *       nat.c         the translator, as other programs have it, too
 *       gw_translator.c  what it asks and tells: system.c, and these
 *       gw_rules.c    the firewall rules that keep the kernel off, gw_table.c,
 *                     gw_held.c
 *       gw_route.c    where the kernel would send a packet
 *       gw_send.c     to the other side, gw_fragment.c, gw_answer.c
 *     rights.c      what the process may do
 *     signals.c     who wants it to end, or to report
 *     gw_options.c  the command line: options.c, nat_options.c
 *     gw_report.c   what is said about it: say.c, standard.c
 *
 * nat.c is where to begin.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include "gw_gateway.h"
#include "gw_report.h"
#include "rights.h"
#include "say.h"
#include "signals.h"
#include "standard.h"

/* How often there is a look at interfaces and figures, in milliseconds. */
#define TICK 1000

const char program[] = "vpnalg-gw";

struct run {
	struct gateway gateway;
	int signals;
	vpnalg_time next_tick, next_line;
	bool over, failed;
};

static void read_signals(struct run *run, vpnalg_time now)
{
	int signal;

	while ((signal = signals_next(run->signals)) != 0) {
		if (signal == SIGUSR1)
			report_write(&run->gateway, now);
		else
			run->over = true;
	}
}

static void look_at_port(struct run *run, struct port *port)
{
	port_count_lost(port);
	if (port_is_there(port))
		return;
	say("cannot go on: interface %s: it is gone", port->name);
	run->over = run->failed = true;
}

static void tick(struct run *run, vpnalg_time now)
{
	unsigned interval = run->gateway.options->stats * 1000;

	if (now < run->next_tick)
		return;
	run->next_tick = now + TICK;
	route_forget(&run->gateway.route);
	for (int way = 0; way < WAYS; way++) {
		sender_tick(&run->gateway.senders[way]);
		look_at_port(run, &run->gateway.ports[way]);
	}
	if (interval && now >= run->next_line) {
		report_line(&run->gateway, now);
		run->next_line += interval;
	}
}

/* Sleeps until there is something to do. */
static void wait_for_work(struct run *run, vpnalg_time now)
{
	struct pollfd files[] = {
		{ .fd = run->signals, .events = POLLIN },
		{ .fd = run->gateway.ports[0].fd, .events = POLLIN },
		{ .fd = run->gateway.ports[1].fd, .events = POLLIN },
	};
	vpnalg_time due = gateway_due(&run->gateway);
	int error;
	socklen_t length = sizeof(error);

	if (run->next_tick < due)
		due = run->next_tick;
	poll(files, 3, due > now ? (int)(due - now) : 0);
	/* An interface that went down is told once, and may come up again. */
	for (int way = 0; way < WAYS; way++)
		if (files[1 + way].revents & POLLERR)
			getsockopt(run->gateway.ports[way].fd, SOL_SOCKET,
				   SO_ERROR, &error, &length);
}

static void work(struct run *run)
{
	vpnalg_time now = system_now();

	run->next_line = now + run->gateway.options->stats * 1000;
	while (!run->over) {
		if (!gateway_work(&run->gateway, now))
			wait_for_work(run, now);
		now = system_now();
		read_signals(run, now);
		tick(run, now);
	}
	report_write(&run->gateway, now);
}

static bool start(struct run *run, const struct options *options)
{
	run->signals = signals_open();
	if (run->signals < 0) {
		say("cannot start: signals: %s", strerror(errno));
		return false;
	}
	if (!gateway_open(&run->gateway, options))
		return false;
	if (rights_drop())
		return true;
	say("cannot start: privileges: %s", strerror(errno));
	return false;
}

static int run(const struct options *options)
{
	struct run *run;
	int status = EXIT_ERROR;

	if (!rights_suffice()) {
		say("cannot start: privileges: it takes root, or "
		    "CAP_NET_ADMIN and CAP_NET_RAW");
		return EXIT_ERROR;
	}
	run = calloc(1, sizeof(*run));
	if (!run) {
		say("cannot start: memory: %s", strerror(errno));
		return EXIT_ERROR;
	}
	if (start(run, options)) {
		work(run);
		status = run->failed ? EXIT_ERROR : EXIT_SUCCESS;
	}
	gateway_close(&run->gateway);
	free(run);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	int status;

	if (!standard_hold())
		return EXIT_ERROR;
	status = options_read(&options, argc, argv);
	if (status == OPTIONS_RUN)
		status = run(&options);
	options_free(&options);
	return standard_finish(status);
}
