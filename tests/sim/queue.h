/* SPDX-License-Identifier: BSD-2-Clause */
/* What will happen, in order of time; at equal times in order of planning. */
#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

enum event_kind {
	EVENT_START,       /* who: tunnel. Its client begins IKE. */
	EVENT_DIE,         /* who: tunnel, data: life. */
	EVENT_FLOW,        /* who: tunnel, data: end. It may send ESP. */
	EVENT_ANSWER,      /* who: tunnel. Its server has been asked. */
	EVENT_ESP_COMES,   /* who: SA, data: sequence number. At the NAT. */
	EVENT_ESP_HEARD,   /* who: SA, data: end. A packet of it is there. */
	EVENT_IKE_COMES,   /* who: message. From the server, at the NAT. */
	EVENT_IKE_HEARD,   /* who: message. The daemon has looked at it. */
	EVENT_RETRANSMIT,  /* who: tunnel, data: which request. */
	EVENT_REKEY,       /* who: SA, data: end. */
	EVENT_REKEY_IKE,   /* who: tunnel, data: life * 2 + end. */
	EVENT_DELETE,      /* who: SA, data: end. */
	EVENT_LIVENESS,    /* who: tunnel, data: life * 2 + end. */
	EVENT_RESTART,     /* The translator forgets everything. */
	EVENT_SPOOF,       /* A forged packet comes. */
	EVENT_LIE,         /* who: liar, data: enum lie. */
	EVENT_LIE_ANSWERED /* who: message. The server's answer, at the NAT. */
};

struct event {
	uint64_t key;  /* time << 20 | number */
	uint32_t what; /* kind << 24 | who */
	uint32_t data;
};

struct queue {
	struct event *heap;
	uint32_t count, room;
	uint32_t planned;
};

/* Time in microseconds; at most 2^44 of them. */
void queue_add(struct queue *queue, uint64_t at, enum event_kind kind,
	       uint32_t who, uint32_t data);
bool queue_take(struct queue *queue, struct event *event);
void queue_free(struct queue *queue);

static inline uint64_t event_time(const struct event *event)
{
	return event->key >> 20;
}

static inline enum event_kind event_kind(const struct event *event)
{
	return (enum event_kind)(event->what >> 24);
}

static inline uint32_t event_who(const struct event *event)
{
	return event->what & 0xffffff;
}

#endif
