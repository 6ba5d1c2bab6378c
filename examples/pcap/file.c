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
#include "tap.h"

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

/* Puts what was read back into the stream's buffer, which has room for what was
 * just taken from it, so that pipes work too. */
static bool put_back(struct input *input)
{
	while (input->peeked > 0)
		if (ungetc(input->magic[--input->peeked], input->file) == EOF)
			return false;
	return true;
}

#ifdef HAVE_FOPENCOOKIE
static bool is_pcapng(const uint8_t magic[4])
{
	static const uint8_t section[] = { 0x0a, 0x0d, 0x0d, 0x0a };

	return !memcmp(section, magic, 4);
}

/* Gives libpcap the first bytes, then the rest as it comes, and shows all of it
 * to the tap. */
static ssize_t read_tapped(void *cookie, char *bytes, size_t size)
{
	struct input *input = cookie;
	size_t left = input->peeked - input->given;
	ssize_t got;

	if (left > 0) {
		got = (ssize_t)(left < size ? left : size);
		memcpy(bytes, input->magic + input->given, (size_t)got);
		input->given += (size_t)got;
	} else {
		got = read(fileno(input->file), bytes, size);
	}
	if (got > 0 && is_pcapng(input->magic))
		tap_feed(&input->tap, (const uint8_t *)bytes, (size_t)got);
	return got;
}

/* Puts a stream with the tap in it in front of the file. */
static bool open_tap(struct input *input)
{
	input->tapped = fopencookie(
		input, "rb", (cookie_io_functions_t){ .read = read_tapped });
	return input->tapped != NULL;
}
#else
static bool open_tap(struct input *input)
{
	return put_back(input);
}
#endif

/* Looks at the first four bytes. A file that is tapped is read without stdio,
 * which would keep some of it. */
static bool peek(struct input *input, bool tap)
{
	if (tap)
		setvbuf(input->file, NULL, _IONBF, 0);
	input->peeked =
		fread(input->magic, 1, sizeof(input->magic), input->file);
	input->nano = !is_micro(input->magic);
	if (ferror(input->file))
		return false;
	return tap ? open_tap(input) : put_back(input);
}

static bool open_pcap(struct input *input)
{
	char why[PCAP_ERRBUF_SIZE];

	input->pcap = pcap_fopen_offline_with_tstamp_precision(
		input->tapped ? input->tapped : input->file,
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

bool input_open(struct input *input, const char *name, bool tap)
{
	struct stat status;

	*input = (struct input){ .name = name };
	input->file = options_is_standard(name) ? stdin : fopen(name, "rb");
	if (!input->file || !peek(input, tap)) {
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
		input->interface = tap_next(&input->tap);
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
	off_t at = input->tapped ? lseek(fileno(input->file), 0, SEEK_CUR)
				 : ftello(input->file);

	if (at < 0 || input->size == 0)
		return -1;
	return (int)((double)at * 100 / (double)input->size);
}

size_t input_interface_count(const struct input *input)
{
	size_t count = input->tap.interface_count;

	return count ? count : 1;
}

const struct tap_interface *input_interface(const struct input *input,
					    size_t index)
{
	static const struct tap_interface unnamed = { .name = "",
						      .description = "" };

	return index < input->tap.interface_count
		       ? &input->tap.interfaces[index]
		       : &unnamed;
}

/* libpcap closes the stream that it was given. */
void input_close(struct input *input)
{
	if (input->pcap)
		pcap_close(input->pcap);
	else if (input->tapped)
		fclose(input->tapped);
	if (input->file && (input->tapped || !input->pcap))
		fclose(input->file);
	tap_close(&input->tap);
}
