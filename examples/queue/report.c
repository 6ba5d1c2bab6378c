/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <stdio.h>

#include "../common/nat_report.h"

static void write_figures(struct metrics *metrics, const void *context)
{
	const struct run *run = context;

	metrics_one(metrics, "vpnalg_queue_losses_total", "counter",
		    "Times that packets were lost, as the queue was full.",
		    run->queue.lost);
	metrics_one(metrics, "vpnalg_queue_hairpins_total", "counter",
		    "Packets that were sent back to an inside host.",
		    run->sender.sent);
	metrics_one(metrics, "vpnalg_queue_unsent_hairpins_total", "counter",
		    "Such packets that could not be sent.",
		    run->sender.failed);
}

struct nat_metrics_more report_metrics(const struct run *run)
{
	return (struct nat_metrics_more){ write_figures, run };
}

void report_write(const struct run *run, vpnalg_time now)
{
	fprintf(stderr, "queue %u: ", run->options->queue);
	nat_report_times(now - run->start);
	nat_report_results(&run->nat);
	nat_report_if_any("times that packets were lost", run->queue.lost);
	nat_report_if_any("hairpins sent", run->sender.sent);
	nat_report_if_any("hairpins not sent", run->sender.failed);
	nat_report_sessions(&run->nat);
	nat_report_store(&run->nat);
}
