/* SPDX-License-Identifier: BSD-2-Clause */
#include "output.h"

#include <errno.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "../common/say.h"
#include "link.h"
#include "options.h"

/* The longest packet (RFC 791 3.1). */
#define IPV4_LONGEST 65535

static const char *output_name(const struct output *output)
{
	return options_is_standard(output->name) ? "standard output"
						 : output->name;
}

/* Says the first failure only; the others follow from it. */
static bool output_failed(struct output *output, const char *why)
{
	if (!output->failed)
		say("cannot write output: %s: %s", output_name(output), why);
	output->failed = true;
	return false;
}

/* Returns whether input and output are one file: opening the output would
 * empty the input. */
static bool is_input(const struct output *output, const struct input *input)
{
	struct stat in, out;
	bool found = options_is_standard(output->name)
			     ? !fstat(STDOUT_FILENO, &out)
			     : !stat(output->name, &out);

	return found && !fstat(fileno(input->file), &in) &&
	       S_ISREG(in.st_mode) && in.st_dev == out.st_dev &&
	       in.st_ino == out.st_ino;
}

/* The reader of a pipe wants each packet at once. */
static bool open_file(struct output *output)
{
	struct stat status;

	if (options_is_standard(output->name))
		output->file = fdopen(dup(STDOUT_FILENO), "wb");
	else
		output->file = fopen(output->name, "wb");
	if (!output->file)
		return output_failed(output, strerror(errno));
	output->flush = !fstat(fileno(output->file), &status) &&
			!S_ISREG(status.st_mode);
	return true;
}

bool output_open(struct output *output, const char *name,
		 const struct input *input, const struct input *outside)
{
	*output = (struct output){ .name = name, .nano = input->nano };
	if (is_input(output, input) || (outside && is_input(output, outside)))
		return output_failed(output, "it is the input");
	if (outside && outside->nano)
		output->nano = true;
	return open_file(output);
}

bool output_is_same(const struct output *output, const struct output *other)
{
	struct stat one, two;

	return !fstat(fileno(output->file), &one) &&
	       !fstat(fileno(other->file), &two) && S_ISREG(one.st_mode) &&
	       one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

int output_link(const struct input *input, const struct input *outside)
{
	return outside ? DLT_RAW : link_written(pcap_datalink(input->pcap));
}

int output_snapshot(const struct input *input, const struct input *outside)
{
	return outside ? IPV4_LONGEST : pcap_snapshot(input->pcap);
}

bool output_begin(struct output *output, const struct input *input,
		  const struct input *outside)
{
	output->pcap = pcap_open_dead_with_tstamp_precision(
		output_link(input, outside), output_snapshot(input, outside),
		output->nano ? PCAP_TSTAMP_PRECISION_NANO
			     : PCAP_TSTAMP_PRECISION_MICRO);
	if (!output->pcap)
		return output_failed(output, strerror(errno));
	output->dumper = pcap_dump_fopen(output->pcap, output->file);
	if (output->dumper)
		return true;
	output->file = NULL; /* it may be closed */
	return output_failed(output, pcap_geterr(output->pcap));
}

bool output_written(struct output *output)
{
	if (ferror(output->file) || (output->flush && fflush(output->file)))
		return output_failed(output, strerror(errno));
	return true;
}

bool output_write(struct output *output, const struct pcap_pkthdr *header,
		  const uint8_t *data)
{
	pcap_dump((uint8_t *)output->dumper, header, data);
	return output_written(output);
}

/* Some network file systems report a full disk only when a descriptor is
 * closed, and libpcap does not pass that on. So a second one is closed here. */
static bool reached(const struct output *output)
{
	int copy;

	if (ferror(output->file) || fflush(output->file))
		return false;
	copy = dup(fileno(output->file));
	return copy >= 0 && !close(copy);
}

bool output_close(struct output *output)
{
	if (output->file && !reached(output))
		output_failed(output, strerror(errno));
	if (output->dumper)
		pcap_dump_close(output->dumper);
	else if (output->file)
		fclose(output->file);
	if (output->pcap)
		pcap_close(output->pcap);
	return !output->failed;
}
