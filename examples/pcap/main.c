/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translates a capture file. Begin with ../common/nat.c, then job.c.
 *
 *     job.c         what is done with each packet, by these:
 *       link.c        finds the IPv4 header in a frame
 *       decide.c      what becomes of it, by these:
 *       length.c      fills in a total length that offload has left 0
 *       side.c        which way a packet travels
 *       translator.c  the translator, with the capture's time
 *       held.c        frames of fragments that it holds
 *       fate.c        what became of a packet: counted, and a line
 *     pair.c        with --outside, two captures of one router, by time
 *       form.c        the two forms of a packet
 *     file.c        captures that are read
 *       tap.c         what libpcap does not tell of them
 *     output.c      the capture that is written
 *     both.c        with --both, packets before and after, by these:
 *       pcapng.c      such a file
 *       comment.c     what was done with a packet
 *       kinds.c       the session that it is of
 *     ladder.c      with --html, what the page shows; ladder_page.c writes it
 *       data.c        packets that are only counted there
 *       html.c        such pages
 *     options.c     the command line
 *     explain.c     the lines of --explain; ipsec.c, l2tp.c, event.c
 *     report.c      the report as text; json.c the same as JSON
 *     why.c         --why instead of all that: begin with why.h
 *
 * ../common has what vpnalg-gw and vpnalg-queue need, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/nat_metrics.h"
#include "../common/say.h"
#include "../common/standard.h"
#include "job.h"
#include "link.h"
#include "seen_port.h"
#include "why.h"

/* Packets between two progress lines. */
#define PROGRESS_PACKETS 65536

const char program[] = "vpnalg-pcap";

/* Shows progress, unless each packet has a line anyway. */
static void show_progress(const struct job *job)
{
	if (!job->lines && job->report.read % PROGRESS_PACKETS == 0)
		say_progress(job->report.read, input_percent(&job->input));
}

/* The page is written in the end, but if it cannot be, that is said now. */
static bool open_page(struct job *job, const struct input *outside)
{
	if (!job->options->html)
		return true;
	if (!output_open(&job->page, job->options->html, &job->input, outside))
		return false;
	if (output_is_same(&job->page, &job->output)) {
		say("cannot write output: %s: it is OUTPUT, too",
		    job->options->html);
		return false;
	}
	if (!ladder_open(&job->ladder, job->output.nano))
		say("cannot write output: %s: %s", job->options->html,
		    strerror(errno));
	return job->ladder.text != NULL;
}

static bool write_page(struct job *job, const char *above)
{
	if (job->page.file && job->ladder.text)
		ladder_write(&job->ladder, job->page.file, job->options,
			     &job->report, above);
	return output_close(&job->page);
}

static bool open_all(struct job *job)
{
	const struct options *options = job->options;

	const struct input *outside = options->outside ? &job->outside : NULL;

	if (!input_open(&job->input, options->input, options->both) ||
	    (outside &&
	     !input_open(&job->outside, options->outside, options->both)))
		return false;
	pair_begin(&job->pair, &job->input, &job->outside, &options->sides);
	if (!translator_open(&job->translator, options) ||
	    !output_open(&job->output, options->output, &job->input, outside) ||
	    !open_page(job, outside))
		return false;
	if (options->both)
		return both_begin(&job->both, &job->output, &job->input,
				  outside);
	return output_begin(&job->output, &job->input, outside);
}

/* Translates the next packet of one capture, or of the two. Returns false when
 * the output failed. */
static bool translate_next(struct job *job, enum next *next)
{
	struct pcap_pkthdr *header;
	const struct seen *seen;
	const uint8_t *data;
	enum place place;

	if (job->options->outside) {
		*next = pair_next(&job->pair, &seen, &place);
		return *next != NEXT_PACKET || job_seen(job, seen, place);
	}
	*next = input_next(&job->input, &header, &data);
	return *next != NEXT_PACKET || job_packet(job, header, data);
}

/* Translates packet by packet. Returns false when the output failed; a broken
 * input is one that ends too soon. */
static bool translate_all(struct job *job)
{
	enum next next = NEXT_PACKET;
	bool written = true;

	job->report.link = pcap_datalink_val_to_name(
		output_link(&job->input,
			    job->options->outside ? &job->outside : NULL));
	while (written && next == NEXT_PACKET) {
		written = translate_next(job, &next);
		show_progress(job);
	}
	job->report.complete = written && next == NEXT_END;
	written = written && job_end(job);
	pair_end(&job->pair);
	job->report.alone = job->pair.alone;
	translator_sweep(&job->translator);
	say_no_progress();
	return written;
}

static bool write_report(const struct job *job)
{
	if (!job->options->json) {
		report_write_text(&job->report, job->options,
				  &job->translator);
		return true;
	}
	if (report_write_json(&job->report, job->options, &job->translator))
		return true;
	say("cannot write report: standard output: %s", strerror(errno));
	return false;
}

static void write_fates(struct metrics *metrics, const void *context)
{
	const struct report *report = context;
	const uint64_t *fates = report->fates;

	metrics_one(metrics, "vpnalg_pcap_read_packets_total", "counter",
		    "Packets read from the capture.", report->read);
	metrics_one(metrics, "vpnalg_pcap_written_packets_total", "counter",
		    "Packets written.", report->written);
	metrics_family(metrics, "vpnalg_pcap_packets_total", "counter",
		       "Packets of the capture by what became of them.");
	METRICS_WRITE(metrics, fates[FATE_TRANSLATED], "result", "translated");
	METRICS_WRITE(metrics, fates[FATE_COPIED], "result", "copied");
	METRICS_WRITE(metrics, fates[FATE_DROPPED], "result", "dropped");
}

static bool write_metrics(const struct job *job)
{
	const struct nat_metrics_more more = { write_fates, &job->report };
	const char *name = job->options->nat.metrics;

	return !name ||
	       nat_metrics_write(&job->translator.nat, name, &more);
}

/* The packets before a broken one make a whole file, and are reported. above is
 * HTML for the page, or NULL. */
static int run(const struct options *options, const char *above)
{
	struct job job = { .options = options };
	bool well;

	if (options->explain)
		job.lines = options_stdout_taken(options) ? stderr : stdout;
	well = open_all(&job) && translate_all(&job);
	well = nat_events_close(&job.translator.nat.events) && well;
	well = output_close(&job.output) && well;
	both_close(&job.both);
	well = write_page(&job, above) && well;
	ladder_close(&job.ladder);
	if (well)
		well = write_metrics(&job);
	if (well)
		well = (options->why || write_report(&job)) &&
		       job.report.complete;
	translator_close(&job.translator);
	held_close(&job.held);
	input_close(&job.outside);
	input_close(&job.input);
	free(job.buffer);
	return well ? EXIT_SUCCESS : EXIT_ERROR;
}

/* Runs --why. On the page the findings stand above the ladders, for which the
 * capture is translated. */
static int run_why(const struct options *options)
{
	char *above = NULL;
	size_t length;
	FILE *page;
	int status;

	if (!options->html)
		return why_run(options, NULL);
	page = open_memstream(&above, &length);
	status = page ? why_run(options, page) : EXIT_ERROR;
	if (!page || fclose(page)) {
		say("cannot write output: %s: %s", options->html,
		    strerror(errno));
		status = EXIT_ERROR;
	}
	if (status != EXIT_ERROR && run(options, above))
		status = EXIT_ERROR;
	free(above);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	int status;

	if (!standard_hold())
		return EXIT_ERROR;
	status = options_read(&options, argc, argv);
	seen_port_set(&options.nat.server_ports);
	if (status == OPTIONS_RUN)
		status = options.why ? run_why(&options)
				     : run(&options, NULL);
	options_free(&options);
	return standard_finish(status);
}
