/* SPDX-License-Identifier: BSD-2-Clause */
/* A queue of the kernel's: packets are taken from it and get a verdict. */
#ifndef COMMON_QUEUE_H
#define COMMON_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

/* A whole packet and the attributes before it. */
#define QUEUE_BUFFER (65536 + 4096)

struct mnl_socket;

struct queue {
	struct mnl_socket *socket;
	int fd; /* valid once it is open */
	uint16_t number;
	bool failed;   /* it cannot go on; errno says why */
	uint64_t lost; /* times that the kernel had no room for packets */
	uint8_t in[QUEUE_BUFFER], out[QUEUE_BUFFER];
};

/* A packet that waits for its verdict. */
struct queued {
	uint32_t id;
	uint8_t hook; /* where it was queued: enum nf_inet_hooks */
	uint8_t *data; /* from its IP header on; may be changed */
	uint32_t length;
};

/* Opens the queue with that number; it is zeroed at first. Returns false, with
 * errno, when that failed; queue_close() follows in any case. */
bool queue_open(struct queue *queue, unsigned number);

/* Takes the next packet; returns false if none is there. One at a time. */
bool queue_read(struct queue *queue, struct queued *queued);

/* One of these is the verdict on each packet: it goes on as it was; it goes
 * on changed and marked; it is dropped. */
void queue_accept(struct queue *queue, const struct queued *queued);
void queue_replace(struct queue *queue, const struct queued *queued,
		   uint32_t length, uint32_t mark);
void queue_drop(struct queue *queue, const struct queued *queued);

void queue_close(struct queue *queue);

#endif
