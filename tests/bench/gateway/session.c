/* SPDX-License-Identifier: BSD-2-Clause */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../frames.h"

/* All hosts share these. */
#define REMOTES 16

#define IKE_PORT 500
#define NAT_T_PORT 4500

/* Where things lie in an IKE message, RFC 7296 3.1. */
enum {
	IKE_OFF = FRAME_IP + 8,
	IKE_LEN = FRAME_UDP_LEN - IKE_OFF,
	INITIATOR_SPI = IKE_OFF,
	RESPONDER_SPI = IKE_OFF + 8,
	NEXT_PAYLOAD = IKE_OFF + 16,
	VERSION = IKE_OFF + 17,
	EXCHANGE = IKE_OFF + 18,
	FLAGS = IKE_OFF + 19,
	MESSAGE_ID = IKE_OFF + 20,
	LENGTH = IKE_OFF + 24
};
enum { IKE_SA_INIT = 34, IKE_AUTH = 35 };
enum { FROM_INITIATOR = 0x08, IS_RESPONSE = 0x20 };

/* How long a packet may take, and how often it is sent. */
#define PATIENCE_MS 250
#define TRIES 20

/* Returns whether the packet that is known by its ID has arrived. */
static bool has_arrived(struct links *links, bool inward, uint16_t id,
			uint8_t *packet, size_t room)
{
	size_t length;

	do {
		length = link_take(&links->side[!inward], packet, room,
				   PATIENCE_MS);
		if (length > FRAME_IP && bench_get16(packet + 4) == id)
			return true;
	} while (length);
	return false;
}

/* Sends a packet until it comes out on the other side, as which it is left. It
 * may be dropped now and then: hosts wait for one another. */
static void carry(struct links *links, bool inward, uint8_t *packet,
		  uint32_t length)
{
	uint8_t arrived[2048];

	bench_put16(packet + 4, ++links->id);
	frame_sum_ip(packet);
	for (unsigned i = 0; i < TRIES; i++) {
		link_send(&links->side[inward], packet, length);
		if (has_arrived(links, inward, links->id, arrived,
				sizeof(arrived))) {
			memcpy(packet, arrived, length);
			return;
		}
	}
	fprintf(stderr, "replay: a packet of protocol %u %s is not carried\n",
		packet[9], inward ? "in" : "out");
	exit(EXIT_FAILURE);
}

static void open_call(struct links *links, uint32_t number, struct call *call)
{
	struct dialog dialog = { .outside = GATEWAY_OUTSIDE,
				 .inside_port = 2000,
				 .own = (uint16_t)(7 * number),
				 .peer = (uint16_t)(number / REMOTES) };
	uint8_t packet[FRAME_MAX];

	dialog.outside_port = dialog.inside_port;
	dialog.outside_own = dialog.own;
	memcpy(dialog.inside, call->inside, 4);
	memcpy(dialog.remote, call->remote, 4);
	for (unsigned frame = 0; frame < FRAMES; frame++) {
		carry(links, frame_is_inward(frame), packet,
		      frame_make(&dialog, frame, packet));
		if (frame == FRAME_SYN)
			dialog.outside_port =
				bench_get16(packet + FRAME_TCP_SOURCE);
		if (frame == FRAME_CALL_REQUEST)
			dialog.outside_own =
				bench_get16(packet + FRAME_CALL_ID);
	}
	call->own = dialog.own;
	call->outside_own = dialog.outside_own;
	call->peer = dialog.peer;
}

/* A packet of the session in the form that its sender gives it. */
static void carry_one(struct links *links, enum traffic traffic,
		      const struct call *call, bool inward, uint8_t *packet)
{
	traffic_make(traffic, call, inward, inward, packet);
	carry(links, inward, packet, FRAME_GRE_LEN);
}

static void open_nat_t(struct links *links, struct call *call)
{
	uint8_t packet[FRAME_UDP_LEN];

	call->own = call->peer = NAT_T_PORT;
	carry_one(links, TRAFFIC_NAT_T, call, false, packet);
	call->outside_own = bench_get16(packet + FRAME_UDP_SOURCE);
	carry_one(links, TRAFFIC_NAT_T, call, true, packet);
}

/* The SPIs are made of the host's address. */
static void make_ike(uint8_t *packet, const struct call *call, bool inward,
		     uint8_t exchange)
{
	traffic_make(TRAFFIC_UDP, call, inward, inward, packet);
	memset(packet + IKE_OFF, 0, LENGTH - IKE_OFF);
	memcpy(packet + INITIATOR_SPI, call->inside, 4);
	if (inward || exchange != IKE_SA_INIT)
		memcpy(packet + RESPONDER_SPI, call->inside, 4);
	packet[NEXT_PAYLOAD] = 33; /* a security association */
	packet[VERSION] = 0x20;
	packet[EXCHANGE] = exchange;
	packet[FLAGS] = inward ? IS_RESPONSE : FROM_INITIATOR;
	bench_put32(packet + MESSAGE_ID, exchange - IKE_SA_INIT);
	bench_put32(packet + LENGTH, IKE_LEN);
	bench_put16(packet + FRAME_UDP_CHECKSUM, 0); /* there is none */
}

static void open_ike(struct links *links, const struct call *host)
{
	struct call flow = *host;
	uint8_t packet[FRAME_UDP_LEN];

	flow.own = flow.outside_own = flow.peer = IKE_PORT;
	for (unsigned i = 0; i < 4; i++) {
		make_ike(packet, &flow, i & 1,
			 i < 2 ? IKE_SA_INIT : IKE_AUTH);
		carry(links, i & 1, packet, sizeof(packet));
		if (!(i & 1))
			flow.outside_own =
				bench_get16(packet + FRAME_UDP_SOURCE);
	}
}

/* The first packets of both directions show which SPIs belong together. */
static void open_esp(struct links *links, uint32_t number, struct call *call)
{
	uint8_t packet[FRAME_GRE_LEN];

	open_ike(links, call);
	call->own = call->outside_own = 0x20000000 + number;
	call->peer = 0x10000000 + number;
	carry_one(links, TRAFFIC_ESP, call, false, packet);
	carry_one(links, TRAFFIC_ESP, call, true, packet);
}

/* Hosts are 10.0.0.0/8, remotes 198.18.0.0/15 (RFC 2544 C.2.2). */
void session_open(struct links *links, enum traffic traffic, uint32_t number,
		  struct call *call)
{
	*call = (struct call){ .outside = GATEWAY_OUTSIDE };
	bench_put32(call->inside, (10U << 24) + 1 + number);
	bench_put32(call->remote,
		    (198U << 24 | 18U << 16) + 1 + number % REMOTES);
	if (traffic == TRAFFIC_GRE)
		open_call(links, number, call);
	else if (traffic == TRAFFIC_ESP)
		open_esp(links, number, call);
	else
		open_nat_t(links, call);
}
