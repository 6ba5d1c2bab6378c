/* SPDX-License-Identifier: BSD-2-Clause */
/* PPTP: segments full of messages, Call IDs that are used up, calls. */
#include "cost.h"

#include <stdio.h>
#include <string.h>

#define PORT 1723

/* Both ends of a control connection: what each sends next. */
struct connection {
	uint32_t client, sequence[2];
	unsigned outside_port;
};

static void begin_segment(struct world *w, struct connection *c, bool inward)
{
	if (inward)
		begin_tcp(&w->frame, SERVER, PORT, OUTSIDE, c->outside_port,
			  c->sequence[1], ACK);
	else
		begin_tcp(&w->frame, c->client, 40000, SERVER, PORT,
			  c->sequence[0], ACK);
	put32(w->frame.bytes + 28, c->sequence[!inward]);
}

/* What got through counts on, though it was cut. */
static unsigned end_segment(struct world *w, struct connection *c, bool inward,
			    bool measured)
{
	enum vpnalg_direction way = inward ? VPNALG_IN : VPNALG_OUT;
	unsigned result;

	finish(&w->frame);
	result = measured ? measure(w, way, CONTROL) : send(w, way);
	if (result == VPNALG_TRANSLATED)
		c->sequence[inward] += w->frame.length - 40;
	return result;
}

static void add_message(struct world *w, unsigned length, unsigned type,
			unsigned first, unsigned second)
{
	uint8_t message[220] = { 0, (uint8_t)length, 0, 1, 0x1a, 0x2b, 0x3c,
				 0x4d, 0, (uint8_t)type };

	put16(message + 12, first);
	put16(message + 14, second);
	message[16] = 1;
	add(&w->frame, message, length);
}

static void start(struct world *w, struct connection *c, uint32_t client)
{
	*c = (struct connection){ .client = client, .sequence = { 1, 1 } };
	begin_tcp(&w->frame, client, 40000, SERVER, PORT, 0, SYN);
	finish(&w->frame);
	send(w, VPNALG_OUT);
	c->outside_port = get16(w->frame.bytes + 20);
	begin_tcp(&w->frame, SERVER, PORT, OUTSIDE, c->outside_port, 0,
		  SYN | ACK);
	put32(w->frame.bytes + 28, 1);
	finish(&w->frame);
	send(w, VPNALG_IN);
	begin_segment(w, c, false);
	add_message(w, 156, 1, 0, 0);
	end_segment(w, c, false, false);
	begin_segment(w, c, true);
	add_message(w, 156, 2, 0, 0);
	end_segment(w, c, true, false);
}

/* Segments of one type of message, with IDs that count up. */
static void flood(struct world *w, struct connection *c, bool inward,
		  unsigned type, unsigned message, unsigned segment)
{
	unsigned i, id = 1;

	for (i = 0; i < 6; i++) {
		begin_segment(w, c, inward);
		while (w->frame.length + message <= segment) {
			add_message(w, message, type, id, id);
			id++;
		}
		end_segment(w, c, inward, true);
	}
}

/* A call for each ID that flood() names. */
static void open_calls(struct world *w, struct connection *c)
{
	unsigned id = 1;

	while (id < 400) {
		begin_segment(w, c, false);
		add_message(w, 24, 10, id, id);
		id++;
		end_segment(w, c, false, false);
	}
}

static const struct flood {
	unsigned type, length;
} floods[] = { { 5, 16 },  { 6, 20 },   { 7, 168 }, { 8, 32 }, { 9, 220 },
	       { 10, 24 }, { 11, 28 },  { 12, 16 }, { 13, 148 }, { 14, 40 },
	       { 15, 24 }, { 200, 12 } };

static void messages(struct world *w)
{
	struct connection c;
	char name[40];
	unsigned i, k;

	w->state = name;
	for (i = 0; i < sizeof(floods) / sizeof(floods[0]); i++)
		for (k = 0; k < 4; k++) {
			snprintf(name, sizeof(name), "pptp-type-%u-%s%s",
				 floods[i].type, k & 1 ? "in" : "out",
				 k & 2 ? "-to-calls" : "");
			world_begin(w, &(struct options){ .units = 60000 });
			start(w, &c, HOST(1));
			if (k & 2)
				open_calls(w, &c);
			flood(w, &c, k & 1, floods[i].type, floods[i].length,
			      1500);
			world_end(w);
		}
}

static void large_segments(struct world *w)
{
	struct connection c;

	world_begin(w, &(struct options){ .units = 60000 });
	start(w, &c, HOST(1));
	flood(w, &c, false, 10, 24, 65000);
	flood(w, &c, true, 8, 32, 65000);
	flood(w, &c, true, 15, 24, 65000);
	world_end(w);
}

static void byte_by_byte(struct world *w)
{
	struct connection c;
	struct frame whole;
	unsigned i, k;

	world_begin(w, &(struct options){ .units = 600 });
	start(w, &c, HOST(1));
	for (i = 0; i < 5; i++) {
		w->frame.length = 0;
		add_message(w, 24, 10, i * 256, i);
		memcpy(whole.bytes, w->frame.bytes, 24);
		for (k = 0; k < 24; k++) {
			begin_segment(w, &c, false);
			add(&w->frame, whole.bytes + k, 1);
			end_segment(w, &c, false, true);
		}
	}
	world_end(w);
}

/* All Call IDs of one first byte are other hosts'; segments end inside. */
static void first_byte_used(struct world *w)
{
	struct connection c;
	unsigned i;

	world_begin(w, &(struct options){ .units = 6000 });
	start(w, &c, HOST(1));
	for (i = 0; i < 256; i++) {
		begin_segment(w, &c, false);
		add_message(w, 168, 7, 0x1200 + i, 0);
		end_segment(w, &c, false, false);
	}
	start(w, &c, HOST(2));
	for (i = 0; i < 40; i++) {
		begin_segment(w, &c, false);
		add_message(w, 168, 7, 0x1200 + i, 0);
		if (i % 2)
			w->frame.length -= 155;
		end_segment(w, &c, false, true);
	}
	world_end(w);
}

/* No Call ID is to be had. */
static void no_call_id(struct world *w)
{
	struct connection c;
	unsigned i;

	world_begin(w, &(struct options){ .units = 60000 });
	start(w, &c, HOST(1));
	flood(w, &c, false, 10, 24, 1500);
	world_end(w);
	world_begin(w, &(struct options){ .units = 60000,
					  .choice = VPNALG_CHOICE_REFUSE });
	start(w, &c, HOST(1));
	for (i = 0; i < 10; i++)
		flood(w, &c, false, 10, 24, 1500);
	world_end(w);
}

static void calls(struct world *w)
{
	struct connection c;
	unsigned i;

	world_begin(w, &(struct options){ .units = 600 });
	start(w, &c, HOST(1));
	begin_segment(w, &c, false);
	add_message(w, 168, 7, 7, 0);
	end_segment(w, &c, false, true);
	begin_segment(w, &c, true);
	add_message(w, 32, 8, 9, 7);
	end_segment(w, &c, true, true);
	for (i = 0; i < 10; i++) {
		w->now += 600000;
		make_gre(&w->frame, HOST(1), SERVER, 9);
		measure(w, VPNALG_OUT, ESTABLISHED);
		make_gre(&w->frame, SERVER, OUTSIDE, 7);
		measure(w, VPNALG_IN, ESTABLISHED);
		begin_segment(w, &c, false);
		finish(&w->frame);
		measure(w, VPNALG_OUT, ESTABLISHED);
	}
	world_end(w);
}

/* Packets that meet calls and connections that are dead and not swept. */
static void dead_calls(struct world *w)
{
	struct connection c;
	unsigned i;

	world_begin(w, &(struct options){ .units = 6000 });
	start(w, &c, HOST(1));
	flood(w, &c, false, 10, 24, 1500);
	w->now += 1000000000;
	for (i = 0; i < 60; i++) {
		make_gre(&w->frame, HOST(1), SERVER, i);
		measure(w, VPNALG_OUT, ANY_PACKET);
		make_gre(&w->frame, SERVER, OUTSIDE, 30 + i);
		measure(w, VPNALG_IN, ANY_PACKET);
	}
	world_end(w);
}

const struct state pptp_states[] = {
	{ "pptp-messages", messages },
	{ "pptp-large-segments", large_segments },
	{ "pptp-byte-by-byte", byte_by_byte },
	{ "pptp-first-byte-used", first_byte_used },
	{ "pptp-no-call-id", no_call_id },
	{ "pptp-calls", calls },
	{ "pptp-dead-calls", dead_calls },
	{ 0 },
};
