/* SPDX-License-Identifier: BSD-2-Clause */
#include "flood.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <unistd.h>

#include "../frames.h"

/* Packets that go to the kernel with one call. */
#define BURST 32

/* Packets of each direction that may be on their way: enough for several of the
 * gateway's bursts, and fewer than any of the kernel's queues holds. */
#define WINDOW 256

/* So long without an arrival, and what is missing is lost. */
#define PATIENCE_NS 2000000000

#define SLEEP_US 20

#define NS 1000000000

/* Where GRE, ESP, and ESP in UDP have their sequence numbers. */
static const unsigned sequence_off[] = {
	[TRAFFIC_GRE] = FRAME_IP + 8,
	[TRAFFIC_ESP] = FRAME_IP + 4,
	[TRAFFIC_NAT_T] = FRAME_IP + 8 + 4,
};

/* The packets of one direction, of all sessions in turn. */
struct stream {
	struct link *to, *from;
	uint32_t length, next; /* of the arrays */
	struct mmsghdr *messages;
	struct iovec *vectors;
	uint8_t *bytes;
	uint32_t sequence;
	uint64_t wanted, sent, before; /* what had arrived before */
};

static void *make_room(size_t count, size_t size)
{
	void *room = calloc(count, size);

	if (!room) {
		perror("replay");
		exit(EXIT_FAILURE);
	}
	return room;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

/* A packet of the session, as it is before or behind the gateway. */
static void make_packet(const struct flood *flood, uint32_t session,
			bool inward, bool outside, uint8_t *packet)
{
	memset(packet, 0x5a, flood->size);
	traffic_make(flood->traffic, &flood->calls[session], inward, outside,
		     packet);
	bench_put16(packet + 2, flood->size);
	bench_put16(packet + 4, session + 1);
	if (flood->traffic == TRAFFIC_GRE)
		bench_put16(packet + FRAME_IP + 4,
			    flood->size - FRAME_IP - 16);
	if (flood->traffic == TRAFFIC_NAT_T) {
		bench_put16(packet + FRAME_IP + 4, flood->size - FRAME_IP);
		bench_put16(packet + FRAME_UDP_CHECKSUM, 0);
	}
	if (inward != outside)
		packet[8]--; /* the gateway has counted down the TTL */
	frame_sum_ip(packet);
}

static void open_stream(struct stream *stream, const struct flood *flood,
			bool inward)
{
	uint32_t i, length = flood->sessions > BURST ? flood->sessions : BURST;

	*stream = (struct stream){
		.to = &flood->links->side[inward],
		.from = &flood->links->side[!inward],
		.length = length,
		.messages = make_room(length, sizeof(struct mmsghdr)),
		.vectors = make_room(length, sizeof(struct iovec)),
		.bytes = make_room(length, flood->size),
		.wanted = flood->packets / 2,
		.before = link_count(&flood->links->side[!inward]),
	};
	for (i = 0; i < length; i++) {
		uint8_t *packet = stream->bytes + (size_t)i * flood->size;

		make_packet(flood, i % flood->sessions, inward, inward, packet);
		stream->vectors[i] = (struct iovec){ packet, flood->size };
		stream->messages[i].msg_hdr.msg_iov = &stream->vectors[i];
		stream->messages[i].msg_hdr.msg_iovlen = 1;
	}
}

static void close_stream(struct stream *stream)
{
	free(stream->messages);
	free(stream->vectors);
	free(stream->bytes);
}

static uint64_t arrived(const struct stream *stream)
{
	return link_count(stream->from) - stream->before;
}

/* True if something was sent. */
static bool send_some(struct stream *stream, const struct flood *flood,
		      uint64_t allowed)
{
	uint64_t most = arrived(stream) + WINDOW;
	uint32_t i, count = stream->length - stream->next;

	if (allowed < most)
		most = allowed;
	if (stream->wanted < most)
		most = stream->wanted;
	if (stream->sent >= most)
		return false;
	if (count > most - stream->sent)
		count = (uint32_t)(most - stream->sent);
	if (count > BURST)
		count = BURST;
	for (i = stream->next; i < stream->next + count; i++)
		bench_put32((uint8_t *)stream->vectors[i].iov_base +
				    sequence_off[flood->traffic],
			    ++stream->sequence);
	count = link_send_all(stream->to, stream->messages + stream->next,
			      count);
	stream->next = (stream->next + count) % stream->length;
	stream->sent += count;
	return count > 0;
}

/* It must be what the far end is to get, to the last byte. */
static void look_at(struct flood *flood, uint8_t *packet, size_t length,
		    bool inward)
{
	uint8_t right[FLOOD_SIZE_MAX];
	uint32_t id = bench_get16(packet + 4);

	flood->looked_at++;
	if (length != flood->size || id < 1 || id > flood->sessions) {
		flood->wrong++;
		return;
	}
	make_packet(flood, id - 1, inward, !inward, right);
	memcpy(right + sequence_off[flood->traffic],
	       packet + sequence_off[flood->traffic], 4);
	flood->wrong += memcmp(packet, right, length) != 0;
}

static void look(struct flood *flood, struct stream *stream, bool inward)
{
	uint8_t packet[2048];
	size_t length;

	while ((length = link_take(stream->from, packet, sizeof(packet), 0)))
		look_at(flood, packet, length, inward);
}

static uint64_t allowed_at(const struct flood *flood, uint64_t elapsed)
{
	return flood->rate ? elapsed / 1000 * flood->rate / 1000000 / 2 + 1
			   : UINT64_MAX;
}

/* One round of both directions; true if there was anything to do. */
static bool work(struct flood *flood, struct stream *streams,
		 uint64_t allowed)
{
	bool busy = false;

	for (int way = 0; way < 2; way++) {
		busy |= send_some(&streams[way], flood, allowed);
		look(flood, &streams[way], way);
	}
	return busy;
}

static void add_up(struct flood *flood, const struct stream *streams)
{
	flood->sent = streams[0].sent + streams[1].sent;
	flood->arrived = arrived(&streams[0]) + arrived(&streams[1]);
}

void flood_run(struct flood *flood)
{
	struct stream streams[2];
	uint64_t begin, last, before;

	for (int way = 0; way < 2; way++)
		open_stream(&streams[way], flood, way);
	begin = last = now();
	do {
		before = flood->arrived;
		if (!work(flood, streams, allowed_at(flood, now() - begin)))
			usleep(SLEEP_US);
		add_up(flood, streams);
		if (flood->arrived != before)
			last = now();
	} while (flood->arrived < flood->packets / 2 * 2 &&
		 now() - last < PATIENCE_NS);
	for (int way = 0; way < 2; way++)
		close_stream(&streams[way]);
}
