/* SPDX-License-Identifier: BSD-2-Clause */
#include "file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "../common/say.h"
#include "link.h"
#include "options.h"

/* The longest packet (RFC 791 3.1). */
#define IPV4_LONGEST 65535

/* The latest time, far from the clock's end so that deadlines lie before it. */
#define LATEST_MS (UINT64_MAX / 2)

static const char *input_name(const struct input *input)
{
	return options_is_standard(input->name) ? "standard input"
						: input->name;
}

/* Returns whether the file begins like a pcap file of microseconds, in either
 * byte order. libpcap does not tell, and reads all files in the unit that it
 * is asked for; asking for the file's own makes input and output comparable.
 * pcapng is read as nanoseconds, for it may hold both. */
static bool is_micro(const uint8_t magic[4])
{
	static const uint8_t known[][4] = {
		{ 0xa1, 0xb2, 0xc3, 0xd4 }, { 0xd4, 0xc3, 0xb2, 0xa1 },
		{ 0xa1, 0xb2, 0xcd, 0x34 }, { 0x34, 0xcd, 0xb2, 0xa1 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!memcmp(known[i], magic, 4))
			return true;
	return false;
}

/* Looks at the first four bytes and puts them back: into the stream's buffer,
 * which has room for what was just taken from it, so that pipes work too. */
static bool peek(struct input *input)
{
	uint8_t magic[4] = { 0 };
	size_t got = fread(magic, 1, sizeof(magic), input->file);

	input->nano = !is_micro(magic);
	while (got > 0)
		if (ungetc(magic[--got], input->file) == EOF)
			return false;
	return !ferror(input->file);
}

static bool open_pcap(struct input *input)
{
	char why[PCAP_ERRBUF_SIZE];

	input->pcap = pcap_fopen_offline_with_tstamp_precision(
		input->file,
		input->nano ? PCAP_TSTAMP_PRECISION_NANO
			    : PCAP_TSTAMP_PRECISION_MICRO,
		why);
	if (!input->pcap)
		say("cannot read input: %s: %s", input_name(input), why);
	return input->pcap != NULL;
}

static bool check_link(const struct input *input)
{
	int type = pcap_datalink(input->pcap);
	const char *name = pcap_datalink_val_to_name(type);

	if (!link_known(type))
		say("cannot read input: %s: link type %d (%s) is not supported",
		    input_name(input), type, name ? name : "unknown");
	return link_known(type);
}

bool input_open(struct input *input, const char *name)
{
	struct stat status;

	*input = (struct input){ .name = name };
	input->file = options_is_standard(name) ? stdin : fopen(name, "rb");
	if (!input->file || !peek(input)) {
		say("cannot read input: %s: %s", input_name(input),
		    strerror(errno));
		return false;
	}
	if (!fstat(fileno(input->file), &status) && S_ISREG(status.st_mode))
		input->size = (uint64_t)status.st_size;
	return open_pcap(input) && check_link(input);
}

enum next input_next(struct input *input, struct pcap_pkthdr **header,
		     const uint8_t **data)
{
	int status = pcap_next_ex(input->pcap, header, data);

	if (status == 1) {
		input->count++;
		return NEXT_PACKET;
	}
	if (status == PCAP_ERROR_BREAK)
		return NEXT_END;
	say("cannot read input: %s: packet %" PRIu64 ": %s", input_name(input),
	    input->count + 1, pcap_geterr(input->pcap));
	return NEXT_BROKEN;
}

uint64_t input_time(const struct input *input, const struct pcap_pkthdr *header)
{
	uint64_t unit = input->nano ? 1000000 : 1000;

	/* A broken file may hold any time: it is brought into the clock's
	 * range. */
	if (header->ts.tv_sec < 0 || header->ts.tv_usec < 0)
		return 0;
	if ((uint64_t)header->ts.tv_sec > LATEST_MS / 1000)
		return LATEST_MS;
	return (uint64_t)header->ts.tv_sec * 1000 +
	       (uint64_t)header->ts.tv_usec / unit;
}

int input_percent(const struct input *input)
{
	off_t at = ftello(input->file);

	if (at < 0 || input->size == 0)
		return -1;
	return (int)((double)at * 100 / (double)input->size);
}

void input_close(struct input *input)
{
	if (input->pcap)
		pcap_close(input->pcap);
	else if (input->file)
		fclose(input->file);
}

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
static bool open_file(struct output *output, FILE **file)
{
	struct stat status;

	if (options_is_standard(output->name))
		*file = fdopen(dup(STDOUT_FILENO), "wb");
	else
		*file = fopen(output->name, "wb");
	if (!*file)
		return output_failed(output, strerror(errno));
	output->flush = !fstat(fileno(*file), &status) &&
			!S_ISREG(status.st_mode);
	return true;
}

bool output_open(struct output *output, const char *name,
		 const struct input *input, const struct input *outside)
{
	FILE *file;

	*output = (struct output){ .name = name, .nano = input->nano };
	if (is_input(output, input) || (outside && is_input(output, outside)))
		return output_failed(output, "it is the input");
	if (outside && outside->nano)
		output->nano = true;
	output->pcap = pcap_open_dead_with_tstamp_precision(
		outside ? DLT_RAW : link_written(pcap_datalink(input->pcap)),
		outside ? IPV4_LONGEST : pcap_snapshot(input->pcap),
		output->nano ? PCAP_TSTAMP_PRECISION_NANO
			     : PCAP_TSTAMP_PRECISION_MICRO);
	if (!output->pcap)
		return output_failed(output, strerror(errno));
	if (!open_file(output, &file))
		return false;
	output->dumper = pcap_dump_fopen(output->pcap, file);
	if (!output->dumper)
		return output_failed(output, pcap_geterr(output->pcap));
	return true;
}

bool output_write(struct output *output, const struct pcap_pkthdr *header,
		  const uint8_t *data)
{
	pcap_dump((uint8_t *)output->dumper, header, data);
	if (ferror(pcap_dump_file(output->dumper)) ||
	    (output->flush && pcap_dump_flush(output->dumper)))
		return output_failed(output, strerror(errno));
	return true;
}

/* Some network file systems report a full disk only when a descriptor is
 * closed, and libpcap does not pass that on. So a second one is closed here. */
static bool reached(const struct output *output)
{
	int copy;

	if (pcap_dump_flush(output->dumper))
		return false;
	copy = dup(fileno(pcap_dump_file(output->dumper)));
	return copy >= 0 && !close(copy);
}

bool output_close(struct output *output)
{
	if (output->dumper) {
		if (!reached(output))
			output_failed(output, strerror(errno));
		pcap_dump_close(output->dumper);
	}
	if (output->pcap)
		pcap_close(output->pcap);
	return !output->failed;
}
