/* SPDX-License-Identifier: BSD-2-Clause */
#include "pcapng.h"

#include <string.h>

/*
 * A block:
 *
 *      0        4        8                       n-4
 *     +--------+--------+------- - - - ---------+--------+
 *     |  type  | length | body, padded, options | length |
 *     +--------+--------+------- - - - ---------+--------+
 *
 * An option: code (2), length of the value (2), the value, padded.
 */
#define BLOCK_FRAME 12
#define OPTION_HEADER 4

#define OPTION_END 0
#define OPTION_COMMENT 1
#define OPTION_LONGEST UINT16_MAX
#define SECTION_PROGRAM 4
#define INTERFACE_RESOLUTION 9
#define PACKET_FLAGS 2
#define PACKET_ID 5

#define SECTION_BODY 16
#define INTERFACE_BODY 8
#define PACKET_BODY 20

#define VERSION_MAJOR 1
#define VERSION_MINOR 0

static void put(struct pcapng *pcapng, uint64_t value, unsigned bytes)
{
	unsigned shift;

	for (unsigned i = 0; i < bytes; i++) {
		shift = 8 * (pcapng->big ? bytes - 1 - i : i);
		fputc((int)(value >> shift & 255), pcapng->file);
	}
}

static void put16(struct pcapng *pcapng, uint32_t value)
{
	put(pcapng, value, 2);
}

static void put32(struct pcapng *pcapng, uint32_t value)
{
	put(pcapng, value, 4);
}

static size_t padding(size_t length)
{
	return (4 - length % 4) % 4;
}

static size_t padded(size_t length)
{
	return length + padding(length);
}

static void put_padded(struct pcapng *pcapng, const void *bytes, size_t length)
{
	static const uint8_t zeros[4];

	fwrite(bytes, 1, length, pcapng->file);
	fwrite(zeros, 1, padding(length), pcapng->file);
}

/* Returns how much of a text an option has room for. */
static size_t text_length(const char *text)
{
	size_t length = strlen(text);

	return length < OPTION_LONGEST ? length : OPTION_LONGEST;
}

/* Returns the bytes of an option with a text; one without a text is left
 * out. */
static size_t text_size(const char *text)
{
	return text[0] ? OPTION_HEADER + padded(text_length(text)) : 0;
}

static void put_text(struct pcapng *pcapng, uint32_t code, const char *text)
{
	size_t length = text_length(text);

	if (!length)
		return;
	put16(pcapng, code);
	put16(pcapng, (uint32_t)length);
	put_padded(pcapng, text, length);
}

static void put_number(struct pcapng *pcapng, uint32_t code, uint64_t value,
		       unsigned bytes)
{
	put16(pcapng, code);
	put16(pcapng, bytes);
	put(pcapng, value, bytes);
	put(pcapng, 0, (unsigned)padding(bytes));
}

static uint32_t begin_block(struct pcapng *pcapng, uint32_t type, size_t body)
{
	uint32_t length = (uint32_t)(body + BLOCK_FRAME);

	put32(pcapng, type);
	put32(pcapng, length);
	return length;
}

void pcapng_begin(struct pcapng *pcapng, FILE *file, bool big,
		  const char *program)
{
	uint32_t length;

	*pcapng = (struct pcapng){ .file = file, .big = big };
	length = begin_block(pcapng, PCAPNG_SECTION,
			     SECTION_BODY + text_size(program) +
				     OPTION_HEADER);
	put32(pcapng, PCAPNG_MAGIC);
	put16(pcapng, VERSION_MAJOR);
	put16(pcapng, VERSION_MINOR);
	put(pcapng, UINT64_MAX, 8); /* the section's length is not said */
	put_text(pcapng, SECTION_PROGRAM, program);
	put_number(pcapng, OPTION_END, 0, 0);
	put32(pcapng, length);
}

uint32_t pcapng_interface(struct pcapng *pcapng,
			  const struct pcapng_interface *interface)
{
	uint32_t length = begin_block(
		pcapng, PCAPNG_INTERFACE,
		INTERFACE_BODY + text_size(interface->name) +
			text_size(interface->description) + OPTION_HEADER + 4 +
			OPTION_HEADER);

	put16(pcapng, interface->link);
	put16(pcapng, 0);
	put32(pcapng, interface->snaplen);
	put_text(pcapng, PCAPNG_IF_NAME, interface->name);
	put_text(pcapng, PCAPNG_IF_DESCRIPTION, interface->description);
	put_number(pcapng, INTERFACE_RESOLUTION, interface->nano ? 9 : 6, 1);
	put_number(pcapng, OPTION_END, 0, 0);
	put32(pcapng, length);
	return pcapng->interfaces++;
}

static size_t comments_size(const struct pcapng_packet *packet)
{
	size_t size = 0;

	for (size_t i = 0; i < packet->comment_count; i++)
		size += text_size(packet->comments[i]);
	return size;
}

static void put_packet_options(struct pcapng *pcapng,
			       const struct pcapng_packet *packet)
{
	for (size_t i = 0; i < packet->comment_count; i++)
		put_text(pcapng, OPTION_COMMENT, packet->comments[i]);
	put_number(pcapng, PACKET_FLAGS, packet->direction, 4);
	put_number(pcapng, PACKET_ID, packet->id, 8);
	put_number(pcapng, OPTION_END, 0, 0);
}

void pcapng_packet(struct pcapng *pcapng, const struct pcapng_packet *packet)
{
	uint32_t length = begin_block(
		pcapng, PCAPNG_PACKET,
		PACKET_BODY + padded(packet->caplen) + comments_size(packet) +
			OPTION_HEADER + 4 + OPTION_HEADER + 8 + OPTION_HEADER);

	put32(pcapng, packet->interface);
	put32(pcapng, (uint32_t)(packet->time >> 32));
	put32(pcapng, (uint32_t)packet->time);
	put32(pcapng, packet->caplen);
	put32(pcapng, packet->len);
	put_padded(pcapng, packet->data, packet->caplen);
	put_packet_options(pcapng, packet);
	put32(pcapng, length);
}

void pcapng_names(struct pcapng *pcapng, const uint8_t *body, size_t length)
{
	uint32_t block = begin_block(pcapng, PCAPNG_NAMES, padded(length));

	put_padded(pcapng, body, length);
	put32(pcapng, block);
}
