/* SPDX-License-Identifier: BSD-2-Clause */
#include "both.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/say.h"
#include "link.h"

static bool no_memory(void)
{
	say("cannot write output: comments and interfaces: %s",
	    strerror(ENOMEM));
	return false;
}

/* Interfaces */

/* The name of the input's interface goes into the description, as
 * "eth0: LAN". */
static uint32_t add_number(struct both *both, const struct both_input *input,
			   size_t index, enum place place)
{
	static const char *const names[PLACES] = { "inside", "outside" };
	const struct tap_interface *as = input_interface(input->input, index);
	const struct input *first = both->inputs[PLACE_INSIDE].input;
	const struct input *second = both->inputs[PLACE_OUTSIDE].input;
	char description[1024];

	snprintf(description, sizeof(description), "%s%s%s", as->name,
		 as->name[0] && as->description[0] ? ": " : "",
		 as->description);
	return pcapng_interface(
		&both->pcapng,
		&(struct pcapng_interface){
			.name = names[place],
			.description = description,
			.link = link_number(output_link(first, second)),
			.snaplen = (uint32_t)output_snapshot(first, second),
			.nano = both->output->nano,
		});
}

/* One capture's interface becomes two. Of two captures each has its own side,
 * and the other one's first interface is the other side. */
static void add_interface(struct both *both, enum place place)
{
	struct both_input *input = &both->inputs[place];
	struct both_input *other = &both->inputs[!place];
	size_t index = input->count++;
	struct both_interface *added = &input->interfaces[index];

	added->last = place;
	added->numbers[place] = add_number(both, input, index, place);
	if (!other->input)
		added->numbers[!place] =
			add_number(both, input, index, !place);
	else if (other->count > 0)
		added->numbers[!place] = other->interfaces[0].numbers[!place];
	if (other->count == 1)
		other->interfaces[0].numbers[place] =
			input->interfaces[0].numbers[place];
}

/* Adds what interfaces an input has got since. */
static bool add_interfaces(struct both *both, enum place place)
{
	struct both_input *input = &both->inputs[place];
	struct both_interface *longer;
	size_t count;

	if (!input->input)
		return true;
	count = input_interface_count(input->input);
	if (count == input->count)
		return true;
	longer = realloc(input->interfaces, count * sizeof(*longer));
	if (!longer)
		return no_memory();
	input->interfaces = longer;
	while (input->count < count)
		add_interface(both, place);
	return true;
}

/* The tap keeps no names of a file in another byte order than the first one's:
 * libpcap reads none. */
static void copy_names(struct both *both, enum place place)
{
	struct both_input *input = &both->inputs[place];
	const struct tap *tap;

	if (!input->input)
		return;
	tap = &input->input->tap;
	for (; input->names < tap->name_count; input->names++)
		if (tap->big == both->pcapng.big)
			pcapng_names(&both->pcapng,
				     tap->names[input->names].body,
				     tap->names[input->names].length);
}

static bool follow_inputs(struct both *both)
{
	for (unsigned place = 0; place < PLACES; place++) {
		if (!add_interfaces(both, place))
			return false;
		copy_names(both, place);
	}
	return true;
}

bool both_begin(struct both *both, struct output *output,
		const struct input *input, const struct input *outside)
{
	*both = (struct both){ .output = output };
	both->inputs[PLACE_INSIDE].input = input;
	both->inputs[PLACE_OUTSIDE].input = outside;
	both->text = open_memstream(&both->comments, &both->length);
	if (!both->text)
		return no_memory();
	pcapng_begin(&both->pcapng, output->file, input->tap.big, program);
	return follow_inputs(both) && output_written(output);
}

/* Packets */

/* Returns where a packet was captured. What shows no side counts as captured
 * where the packet before it was. */
static enum place place_of(const struct outcome *outcome, enum place last)
{
	const struct verdict *verdict = outcome->verdict;

	if (verdict->fate == FATE_COPIED)
		switch (verdict->copied) {
		case COPIED_NOT_IPV4:
		case COPIED_HEADER_CUT:
		case COPIED_OTHERS:
			return last;
		default:
			break;
		}
	return outcome->at->task == TASK_IN || outcome->at->task == TASK_OURS
		       ? PLACE_OUTSIDE
		       : PLACE_INSIDE;
}

/* Makes the comments, and points the packet to them. */
static bool make_comments(struct both *both, const struct outcome *outcome,
			  struct pcapng_packet *packet)
{
	size_t ends[PCAPNG_COMMENTS];
	size_t count = 0;

	rewind(both->text);
	for (size_t i = 0;
	     i <= outcome->event_count && i < PCAPNG_COMMENTS; i++) {
		if (i == 0)
			comment_write(both->text, outcome);
		else
			event_write_text(both->text, &outcome->events[i - 1]);
		fputc('\0', both->text);
		if (fflush(both->text))
			return no_memory();
		ends[count++] = both->length;
	}
	packet->comment_count = count;
	for (size_t i = 0; i < count; i++)
		packet->comments[i] = both->comments + (i ? ends[i - 1] : 0);
	return true;
}

/* libpcap writes the lower 32 bits of the seconds. */
static uint64_t time_of(const struct both *both, const struct timeval *time)
{
	uint64_t seconds = (uint64_t)time->tv_sec;

	if (time->tv_sec < 0)
		seconds = (uint32_t)seconds;
	return seconds * (both->output->nano ? 1000000000 : 1000000) +
	       (uint32_t)time->tv_usec;
}

/* The form of a packet on one side of the translator. */
struct side_form {
	enum place place;
	struct frame frame;
	struct pcap_pkthdr header;
};

static void write_form(struct both *both, struct pcapng_packet *packet,
		       const struct both_interface *interface,
		       const struct side_form *form)
{
	packet->interface = interface->numbers[form->place];
	packet->time = time_of(both, &form->header.ts);
	packet->data = form->frame.data;
	packet->caplen = form->header.caplen;
	packet->len = form->header.len;
	pcapng_packet(&both->pcapng, packet);
}

/* Returns the form in which the packet was captured. */
static struct side_form captured_form(const struct outcome *outcome,
				      enum place place)
{
	const struct held_frame *at = outcome->at;
	struct side_form form = { place, at->frame, at->header };

	form.frame.data = (uint8_t *)at->captured;
	form.frame.caplen = at->header.caplen;
	if (at->bare) {
		link_take_out(&form.frame, &form.header);
		form.frame.data += form.frame.ip;
	}
	return form;
}

/* Returns the form that the translator has made of it. */
static struct side_form made_form(const struct outcome *outcome,
				  enum place place)
{
	struct side_form form = { .place = place, .frame = outcome->at->frame };
	uint32_t from = held_written(outcome->at, outcome->verdict->cut,
				     &form.header);

	form.frame.data += from;
	return form;
}

static bool write_translated(struct both *both, const struct outcome *outcome,
			     struct pcapng_packet *packet,
			     const struct both_interface *interface,
			     const struct side_form *captured)
{
	enum place place = outcome->at->turned ? captured->place
					    : !captured->place;
	struct side_form made = made_form(outcome, place);
	bool undone = outcome->verdict->task == TASK_IN_UNDO;

	packet->direction = PCAPNG_INBOUND;
	write_form(both, packet, interface, undone ? &made : captured);
	packet->direction = PCAPNG_OUTBOUND;
	write_form(both, packet, interface, undone ? captured : &made);
	return output_written(both->output);
}

bool both_write(struct both *both, const struct outcome *outcome)
{
	struct pcapng_packet packet = { .id = outcome->at->number };
	const struct both_input *input = &both->inputs[outcome->at->place];
	struct both_interface *interface;
	struct side_form captured;

	if (!follow_inputs(both) || !make_comments(both, outcome, &packet))
		return false;
	interface = &input->interfaces[outcome->at->interface < input->count
					       ? outcome->at->interface
					       : 0];
	interface->last = place_of(outcome, interface->last);
	captured = captured_form(outcome, interface->last);
	if (outcome->verdict->fate == FATE_TRANSLATED)
		return write_translated(both, outcome, &packet, interface,
					&captured);
	write_form(both, &packet, interface, &captured);
	return output_written(both->output);
}

void both_close(struct both *both)
{
	if (both->text)
		fclose(both->text);
	free(both->comments);
	for (unsigned i = 0; i < PLACES; i++)
		free(both->inputs[i].interfaces);
}
