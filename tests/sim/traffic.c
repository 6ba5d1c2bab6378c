/* SPDX-License-Identifier: BSD-2-Clause */
/* When there is something to send: busy times and pauses, the same for every
 * contestant. */
#include <stdio.h>

#include "world.h"

#define GAP (100 * MILLISECOND) /* ten packets a second */
#define GAP_LEAST 8 /* tenths of the mean */
#define GAP_MOST 12
#define BUSY_LEAST SECOND

/* A quiet flow: packets in a row, sometimes more of them, and the silence after
 * them. */
#define QUIET_GAP SECOND
#define QUIET_PACKETS 3
#define QUIET_PERCENT_LONG 25
#define QUIET_PACKETS_LONG 30
#define QUIET_LEAST (60 * SECOND)
#define QUIET_MOST (300 * SECOND)

/* Repetitions follow after 1, 2, 4 ... s, as those of TCP do (RFC 6298). */
#define REPEAT SECOND
#define TRIES_MAX 5

static uint64_t pause_length(const struct world *world,
			     const struct traffic *t, struct dice *dice)
{
	const struct scenario *s = &world->settings->scenario;
	uint64_t longest = s->pause * SECOND, least = s->pause_least * SECOND,
		 length;

	if (t->quiet) {
		least = QUIET_LEAST;
		longest = QUIET_MOST;
	}
	if (longest == 0)
		return 1;
	longest -= least;
	if (world->uniform_pauses)
		return least + dice_below(dice, longest) + 1;
	length = dice_waiting(dice, longest / 4) + 1;
	return least + (length < longest ? length : longest);
}

static uint64_t busy_length(const struct world *world, struct traffic *t)
{
	uint64_t mean = world->settings->scenario.busy * SECOND;

	if (!t->quiet)
		return BUSY_LEAST + dice_waiting(&t->phases, mean);
	if (dice_percent(&t->phases, QUIET_PERCENT_LONG))
		return QUIET_PACKETS_LONG * t->gap;
	return QUIET_PACKETS * t->gap;
}

static void begin_busy_time(const struct world *world, struct traffic *t)
{
	const struct scenario *s = &world->settings->scenario;

	t->since = t->until;
	t->first = t->asked = t->heard = 0;
	t->from[CLIENT] = t->from[SERVER] = t->since;
	t->until += busy_length(world, t);
	t->busy[CLIENT] = t->busy[SERVER] = true;
	if (dice_percent(&t->phases, s->one_way))
		t->busy[dice_below(&t->phases, 2)] = false;
	if (s->ahead > 0)
		t->from[dice_below(&t->phases, 2)] +=
			dice_below(&t->phases, s->ahead * SECOND);
}

static void go_on(const struct world *world, struct traffic *t)
{
	while (t->until <= world->now) {
		if (!t->busy[CLIENT] && !t->busy[SERVER]) {
			begin_busy_time(world, t);
		} else {
			t->since = t->until;
			t->until += pause_length(world, t, &t->phases);
			t->busy[CLIENT] = t->busy[SERVER] = false;
		}
	}
}

/* Chooses the gap, who sends, and whether it repeats. */
static void choose_kind(const struct scenario *s, struct tunnel *tunnel,
			struct dice dice)
{
	static const uint64_t gaps[] = { 750 * MILLISECOND, SECOND, 5 * SECOND,
					 25 * SECOND };
	struct traffic *t = &tunnel->traffic;
	unsigned kind;

	t->gap = GAP;
	t->quiet = dice_percent(&dice, s->quiet);
	if (t->quiet)
		t->gap = QUIET_GAP;
	else if (!dice_percent(&dice, s->slow))
		return;
	else if (s->gap > 0)
		t->gap = s->gap * MILLISECOND;
	else
		t->gap = gaps[dice_below(&dice, 4)];
	kind = (unsigned)dice_below(&dice, 3);
	tunnel->answers = kind > 0;
	t->repeats = kind > 1;
}

static uint64_t some_gap(struct traffic *t, unsigned end)
{
	return dice_between(&t->gaps[end], t->gap * GAP_LEAST / 10,
			    t->gap * GAP_MOST / 10);
}

void traffic_open(struct world *world, uint32_t tunnel)
{
	struct traffic *t = &world->tunnels[tunnel].traffic;
	unsigned end;

	choose_kind(&world->settings->scenario, &world->tunnels[tunnel],
		    dice_for(world->seed, tunnel, 'k'));
	for (end = CLIENT; end <= SERVER; end++) {
		t->phases = dice_for(world->seed, tunnel, 'p');
		t->gaps[end] = dice_for(world->seed, tunnel, 'g' + end);
		queue_add(&world->queue,
			  dice_below(&t->gaps[end], t->gap * GAP_MOST / 10),
			  EVENT_FLOW, tunnel, end);
	}
	if (dice_percent(&t->phases, 50))
		begin_busy_time(world, t);
}

/* Sends a new question, or repeats one that has no answer; returns the time of
 * the next look. */
static uint64_t ask(struct world *world, uint32_t tunnel, struct traffic *t)
{
	bool answered = t->asked == 0 || t->heard >= t->asked;
	uint64_t due = t->asked + (answered ? t->pace : REPEAT << t->tries);

	if (world->now < due)
		return due;
	t->tries = answered || t->tries == TRIES_MAX ? 0 : t->tries + 1;
	t->asked = world->now;
	t->pace = some_gap(t, CLIENT);
	path_send_esp(world, tunnel, CLIENT);
	return world->now + (t->pace < REPEAT ? t->pace : REPEAT);
}

static uint64_t send(struct world *world, uint32_t tunnel, unsigned from,
		     struct traffic *t)
{
	if (world->now < t->from[from])
		return t->from[from];
	if (t->repeats && from == CLIENT)
		return ask(world, tunnel, t);
	if (from == CLIENT || !world->tunnels[tunnel].answers)
		path_send_esp(world, tunnel, from);
	return world->now + some_gap(t, from);
}

void traffic_flow(struct world *world, uint32_t tunnel, unsigned from)
{
	struct traffic *t = &world->tunnels[tunnel].traffic;
	uint64_t next;

	go_on(world, t);
	if (t->busy[from])
		next = send(world, tunnel, from, t);
	else
		next = t->until +
		       dice_below(&t->gaps[from], t->gap * GAP_MOST / 10);
	queue_add(&world->queue, next, EVENT_FLOW, tunnel, from);
}

enum owner traffic_owner(struct world *world, uint32_t tunnel,
			 uint64_t *since)
{
	const struct tunnel *t = &world->tunnels[tunnel];

	go_on(world, &world->tunnels[tunnel].traffic);
	*since = t->traffic.since;
	if (t->traffic.busy[CLIENT] && t->traffic.first > 0) {
		*since = t->traffic.first;
		if (t->answers)
			return OWNER_ASKS;
		return t->traffic.busy[SERVER] ? OWNER_SENDS : OWNER_PAUSES;
	}
	return t->traffic.busy[SERVER] ? OWNER_LISTENS : OWNER_PAUSES;
}

static const char *kind_of(const struct tunnel *t)
{
	if (t->traffic.repeats)
		return "asks and repeats";
	return t->answers ? "asks" : "sends";
}

static void tell(const struct world *world, uint32_t tunnel, uint64_t length)
{
	const struct tunnel *t = &world->tunnels[tunnel];
	const struct end *client = &lead_of(world, tunnel)->ends[CLIENT];
	const struct outage *outage = &t->outage;

	printf("%s, %u clients, seed %llu: client %u, flow %u, without its "
	       "packets from %.3f s to %.3f s, of which it used %.3f s; "
	       "%llu lost; %s each %.2f s, liveness checks after %llu s\n",
	       world->contestant->name, world->count,
	       (unsigned long long)world->seed, t->lead, tunnel,
	       (double)outage->first / 1e6, (double)outage->last / 1e6,
	       (double)length / 1e6, (unsigned long long)outage->packets,
	       kind_of(t), (double)t->traffic.gap / 1e6,
	       (unsigned long long)(client->liveness / SECOND));
}

void traffic_outage_ends(struct world *world, uint32_t tunnel)
{
	struct outage *outage = &world->tunnels[tunnel].outage;
	const struct settings *s = world->settings;
	unsigned owner;

	if (!outage->on)
		return;
	score_outage_ends(world->score, outage);
	for (owner = OWNER_ASKS; owner <= OWNER_SENDS; owner++) {
		if (outage->length[owner] <= s->outage * SECOND)
			continue;
		world->score->long_outages[owner]++;
		if (world->score->outages_reported++ < s->outages)
			tell(world, tunnel, outage->length[owner]);
	}
}
