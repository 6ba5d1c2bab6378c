/* SPDX-License-Identifier: BSD-2-Clause */
/* When there is something to send: busy times and pauses, the same for every
 * contestant. */
#include "world.h"

#define GAP_LEAST (80 * MILLISECOND) /* ten packets a second */
#define GAP_MOST (120 * MILLISECOND)
#define BUSY_LEAST SECOND

static uint64_t pause_length(const struct world *world, struct dice *dice)
{
	uint64_t longest = world->settings->scenario.pause * SECOND, length;

	if (longest == 0)
		return 1;
	if (world->uniform_pauses)
		return dice_below(dice, longest) + 1;
	length = dice_waiting(dice, longest / 4) + 1;
	return length < longest ? length : longest;
}

static void begin_busy_time(const struct world *world, struct traffic *t)
{
	unsigned one_way = world->settings->scenario.one_way;
	uint64_t mean = world->settings->scenario.busy * SECOND;

	t->until += BUSY_LEAST + dice_waiting(&t->phases, mean);
	t->busy[CLIENT] = t->busy[SERVER] = true;
	if (dice_percent(&t->phases, one_way))
		t->busy[dice_below(&t->phases, 2)] = false;
}

static void go_on(const struct world *world, struct traffic *t)
{
	while (t->until <= world->now) {
		if (!t->busy[CLIENT] && !t->busy[SERVER]) {
			begin_busy_time(world, t);
		} else {
			t->until += pause_length(world, &t->phases);
			t->busy[CLIENT] = t->busy[SERVER] = false;
		}
	}
}

void traffic_open(struct world *world, uint32_t tunnel)
{
	struct traffic *t = &world->tunnels[tunnel].traffic;
	unsigned end;

	for (end = CLIENT; end <= SERVER; end++) {
		t->phases = dice_for(world->seed, tunnel, 'p');
		t->gaps[end] = dice_for(world->seed, tunnel, 'g' + end);
		queue_add(&world->queue, dice_below(&t->gaps[end], GAP_MOST),
			  EVENT_FLOW, tunnel, end);
	}
	if (dice_percent(&t->phases, 50))
		begin_busy_time(world, t);
}

void traffic_flow(struct world *world, uint32_t tunnel, unsigned from)
{
	struct traffic *t = &world->tunnels[tunnel].traffic;
	uint64_t next;

	go_on(world, t);
	if (t->busy[from]) {
		if (from == CLIENT || !world->tunnels[tunnel].answers)
			path_send_esp(world, tunnel, from);
		next = world->now +
		       dice_between(&t->gaps[from], GAP_LEAST, GAP_MOST);
	} else {
		next = t->until + dice_below(&t->gaps[from], GAP_MOST);
	}
	queue_add(&world->queue, next, EVENT_FLOW, tunnel, from);
}
