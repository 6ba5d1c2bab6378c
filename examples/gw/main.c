/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A live gateway: translates the VPN protocols of the hosts behind one
 * interface, beside a Linux router that does everything else itself. Begin with
 * ../common/nat.c, then gateway.c.
 *
 *     gateway.c     all parts put together, and these at work:
 *       side.c        an interface, the inside one or an uplink's
 *         port.c        from it: packet socket and ring; filter.c
 *         ../common/send.c  to it; fragment.c, answer.c
 *       look.c        are the interfaces still there?
 *       own.c         with --own: a queue of what comes
 *       arrive.c      makes packets of what has come
 *         whole.c       completes checksums, cuts up merged segments
 *         route.c       where the kernel would send a packet
 *       forward.c     through the translator and out
 *       address.c     the outside addresses; address_list.c
 *       impair.c      for tests: loss, delay, other order
 *       translator.c  the translator, with these:
 *         rules.c       firewall rules keep the kernel off; table.c,
 *                       elements.c, held.c
 *       services.c    where the services inside are
 *         served.c      sessions that outlive theirs
 *     wait.c        until there is something to do
 *     options.c     the command line
 *     report.c      the report and the lines of --stats; metrics.c those of --metrics
 *
 * ../common has what vpnalg-pcap and vpnalg-queue need, too.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../common/config_file.h"
#include "../common/nat_sessions.h"
#include "../common/reload.h"
#include "../common/rights.h"
#include "../common/say.h"
#include "../common/signals.h"
#include "../common/standard.h"
#include "gateway.h"
#include "look.h"
#include "report.h"
#include "services.h"
#include "wait.h"

/* The interval at which interfaces and counters are checked, in milliseconds.
 */
#define TICK 1000

const char program[] = "vpnalg-gw";

struct run {
	struct gateway gateway;
	int signals;
	vpnalg_time next_tick, next_line;
	struct nat_listing listing; /* of SIGUSR1's report */
	int argc;     /* the command line, */
	char **argv;  /* which is read again, too */
	struct options *again; /* what was read again last, or NULL */
	bool over, failed;
};

static const struct nat *nat_of(const struct run *run)
{
	return &run->gateway.translator.nat;
}

/* Returns the options in force. */
static const struct options *in_force(const struct run *run)
{
	return run->again ? run->again : run->gateway.options;
}

static bool lists_sessions(const struct run *run)
{
	return in_force(run)->nat.sessions;
}

static const char *config_of(const struct run *run)
{
	return run->gateway.options->nat.given.config;
}

/* The sessions follow while packets go on. */
static void report(struct run *run, vpnalg_time now)
{
	report_write(&run->gateway, now);
	if (lists_sessions(run))
		nat_sessions_begin(&run->listing);
}

static void forget(struct options *options)
{
	if (options)
		options_free(options);
	free(options);
}

static void read_again(struct run *run, vpnalg_time now)
{
	struct options *next = malloc(sizeof(*next)), *last = run->again;

	if (next && options_read(next, run->argc, run->argv) == OPTIONS_RUN &&
	    services_reload(&run->gateway, &next->nat, now)) {
		if (next->stats != in_force(run)->stats)
			run->next_line = now + next->stats * 1000;
		run->again = next;
		next = last;
	} else {
		reload_failed(&run->gateway.options->nat);
	}
	forget(next);
}

static void read_signals(struct run *run, vpnalg_time now)
{
	int signal;

	while ((signal = signals_next(run->signals)) != 0) {
		if (signal == SIGUSR1)
			report(run, now);
		else if (signal == SIGHUP && config_of(run))
			read_again(run, now);
		else
			run->over = true;
	}
}

static void tick(struct run *run, vpnalg_time now)
{
	unsigned interval = in_force(run)->stats * 1000;

	if (now < run->next_tick)
		return;
	run->next_tick = now + TICK;
	route_forget(&run->gateway.route);
	if (!look_at_sides(&run->gateway))
		run->over = run->failed = true;
	if (run->gateway.own.queue.failed) {
		say("cannot go on: queue: %s", strerror(errno));
		run->over = run->failed = true;
	}
	if (interval && now >= run->next_line) {
		report_line(&run->gateway, now);
		run->next_line += interval;
	}
}

static void work(struct run *run)
{
	vpnalg_time now = system_now();
	bool busy;

	run->next_line = now + run->gateway.options->stats * 1000;
	while (!run->over) {
		busy = gateway_work(&run->gateway, now);
		if (!nat_sessions_go_on(&run->listing, nat_of(run), now) &&
		    !busy)
			wait_for_work(&run->gateway, run->signals,
				      run->next_tick, now);
		now = system_now();
		read_signals(run, now);
		tick(run, now);
		if (run->gateway.translator.lost) /* at once: there are two */
			run->over = run->failed = true;
	}
	report_write(&run->gateway, now);
	if (lists_sessions(run))
		nat_sessions_write(nat_of(run), now);
}

static bool start(struct run *run, const struct options *options)
{
	run->signals = signals_open();
	if (run->signals < 0 || !gateway_open(&run->gateway, options) ||
	    !rights_drop())
		return false;
	if (config_of(run))
		config_file_can_be_read(config_of(run));
	return true;
}

static int run(const struct options *options, int argc, char **argv)
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
	run->argc = argc;
	run->argv = argv;
	if (start(run, options)) {
		work(run);
		status = run->failed ? EXIT_ERROR : EXIT_SUCCESS;
	}
	gateway_close(&run->gateway);
	forget(run->again);
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
		status = run(&options, argc, argv);
	options_free(&options);
	return standard_finish(status);
}
