/* SPDX-License-Identifier: BSD-2-Clause */
/* What both ends of a conversation know, and the packets that they send. */
#ifndef TESTS_FUZZ_FLOW_H
#define TESTS_FUZZ_FLOW_H

#include "step.h"
#include "worlds.h"

#define IDS 4

struct ids {
	uint32_t own, outside, peer; /* outside stands for own there */
	uint32_t sequence[2];        /* of ESP, out and in */
};

struct stream {
	uint32_t next;       /* sequence number */
	uint32_t start;      /* of the last message */
	struct bytes message;
	uint32_t passed;     /* how much of it has got through */
};

struct flow {
	uint32_t inside, remote, outside;
	uint16_t zone, port, remote_port, outside_port;
	struct ids id[IDS];
	uint8_t uplink;
	uint32_t initiator, responder; /* of IKE */
	struct stream stream[2];       /* TCP, out and in */
	uint16_t ns[2];
};

/* A packet of a flow, and what is learned of it once it is out. */
struct draft {
	struct sent sent;
	struct flow *flow;
	bool inward;
	uint32_t learn_at; /* in the packet; 0: nothing */
	uint8_t learn_size;
	uint32_t *learn;
	bool streams; /* a TCP segment of a stream */
};

uint32_t inside_address(unsigned n);
uint32_t remote_address(unsigned n);
uint16_t some_port(unsigned n);
void flow_begin(struct flow *f, unsigned n);
/* Gives a flow another host, remote, port or ID. */
void flow_set(struct flow *f, const struct step *s);

#define DRAFTS_MAX 8

typedef void speaker(struct draft *d, const struct step *s);

void draft_make(struct draft *d, const struct step *s, speaker *speaks);
/* Sends up to DRAFTS_MAX of them at once; their flows learn of what comes
 * out. */
void drafts_send(struct worlds *w, struct draft *drafts, size_t count);

#endif
