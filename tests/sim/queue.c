/* SPDX-License-Identifier: BSD-2-Clause */
#include "queue.h"

#include <stddef.h>
#include <stdlib.h>

#include "basics.h"

/* A heap in which each event has four below it. */
#define BRANCHES 4

static void rise(struct event *heap, uint32_t i, struct event event)
{
	while (i > 0) {
		uint32_t above = (i - 1) / BRANCHES;

		if (heap[above].key <= event.key)
			break;
		heap[i] = heap[above];
		i = above;
	}
	heap[i] = event;
}

static void sink(struct event *heap, uint32_t count, struct event event)
{
	uint32_t i = 0;

	for (;;) {
		uint32_t first = i * BRANCHES + 1, least = first, j;

		if (first >= count)
			break;
		for (j = first + 1; j < first + BRANCHES && j < count; j++)
			if (heap[j].key < heap[least].key)
				least = j;
		if (heap[least].key >= event.key)
			break;
		heap[i] = heap[least];
		i = least;
	}
	heap[i] = event;
}

void queue_add(struct queue *queue, uint64_t at, enum event_kind kind,
	       uint32_t who, uint32_t data)
{
	struct event event = { at << 20 | (queue->planned++ & 0xfffff),
			       (uint32_t)kind << 24 | who, data };

	if (queue->count == queue->room) {
		queue->room = queue->room * 2 + 256;
		queue->heap = basics_grow(queue->heap, queue->room,
					  sizeof(*queue->heap));
	}
	rise(queue->heap, queue->count++, event);
}

bool queue_take(struct queue *queue, struct event *event)
{
	if (queue->count == 0)
		return false;
	*event = queue->heap[0];
	queue->count--;
	if (queue->count > 0)
		sink(queue->heap, queue->count, queue->heap[queue->count]);
	return true;
}

void queue_free(struct queue *queue)
{
	free(queue->heap);
	*queue = (struct queue){ 0 };
}
