/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basics.h"
#include "messages.h"

/*
 * Retransmissions: those of libreswan as in our lab's captures, those of
 * strongSwan by its manual (4 s x 1.8^n, five times). Which SA a responder
 * sends with after a rekey: the kernel's newest with the first; with the
 * second the old one until it is deleted, as RFC 7296 2.8 says.
 */
static const struct flavour flavours[] = {
	{ "libreswan", true, 1000,
	  { 500, 500, 1000, 2000, 4000, 8000, 16000, 32000, 0 } },
	{ "strongSwan", false, 0, { 4000, 7200, 12960, 23328, 41990, 75582,
				    0 } },
	{ "others", true, 200, { 1000, 2000, 4000, 8000, 16000, 0 } },
};

#define FLAVOURS (sizeof(flavours) / sizeof(flavours[0]))
#define EAGER 0
#define PATIENT 1

/* One after the other, so that the SPIs are the same whatever compiles this. */
struct ike ike_choose(struct dice *dice, unsigned initiator)
{
	struct ike ike = { .initiator = (uint8_t)initiator };

	ike.spi[0] = dice_roll(dice);
	ike.spi[1] = dice_roll(dice);
	return ike;
}

uint32_t sa_add(struct world *world, uint32_t tunnel)
{
	struct tunnel *t = &world->tunnels[tunnel];
	struct sa *sa;
	unsigned end;

	if (world->sa_count == world->sa_room) {
		world->sa_room = world->sa_room * 2 + 256;
		world->sas = basics_grow(world->sas, world->sa_room,
					 sizeof(*world->sas));
	}
	sa = &world->sas[world->sa_count];
	memset(sa, 0, sizeof(*sa));
	sa->tunnel = tunnel;
	sa->life = lead_of(world, tunnel)->ends[CLIENT].life;
	for (end = CLIENT; end <= SERVER; end++)
		sa->spi[end] = (uint32_t)dice_between(&t->dice, 256,
						      UINT32_MAX - 1);
	t->newest = world->sa_count;
	return world->sa_count++;
}

static void open_end(struct end *end, struct dice *dice,
		     const struct flavour *flavour, unsigned dpd)
{
	end->flavour = flavour;
	end->sending = end->pending = NONE;
	end->liveness = dice_between(dice, 1, 3) * dpd * SECOND;
	request_forget(end);
}

/* A share of the tunnels has no liveness checks. */
static void choose_liveness(const struct scenario *s, struct tunnel *t,
			    struct dice dice)
{
	bool none = dice_percent(&dice, s->without_dpd);
	unsigned end;

	for (end = CLIENT; end <= SERVER && none; end++)
		t->ends[end].liveness = 0;
}

static void open_tunnel(struct world *world, uint32_t i, unsigned server)
{
	const struct scenario *s = &world->settings->scenario;
	struct tunnel *t = &world->tunnels[i];
	struct dice answers = dice_for(world->seed, i, 'a');
	uint64_t start = world->settings->together ? SECOND : 10 * SECOND;

	t->dice = dice_for(world->seed, i, 'd');
	t->fate = dice_for(world->seed, i, 'f');
	t->path[CLIENT] = dice_for(world->seed, i, 'c');
	t->path[SERVER] = dice_for(world->seed, i, 's');
	t->newest = NONE;
	t->lead = i;
	t->v1 = dice_percent(&t->fate, s->v1);
	t->rtt = (uint32_t)(dice_between(&t->fate, s->rtt[0], s->rtt[1]) *
			    MILLISECOND);
	open_end(&t->ends[CLIENT], &t->fate,
		 &flavours[dice_below(&t->fate, FLAVOURS)], s->dpd);
	open_end(&t->ends[SERVER], &t->fate, &flavours[server], s->dpd);
	choose_liveness(s, t, dice_for(world->seed, i, 'v'));
	/* A server knows no client of life 0. */
	t->ends[CLIENT].life = 1;
	queue_add(&world->queue, dice_below(&t->fate, start), EVENT_START, i,
		  0);
	t->answers = dice_percent(&answers, s->answers);
	traffic_open(world, i);
}

/* One of several of a site's gateway; all of them use one path. */
static void open_more(struct world *world, uint32_t lead, uint32_t i)
{
	struct tunnel *t = &world->tunnels[i];
	const struct tunnel *first = &world->tunnels[lead];
	struct dice answers = dice_for(world->seed, i, 'a');
	unsigned end;

	t->lead = lead;
	t->dice = dice_for(world->seed, i, 'd');
	t->newest = NONE;
	t->v1 = first->v1;
	t->rtt = first->rtt;
	for (end = CLIENT; end <= SERVER; end++) {
		t->path[end] = dice_for(world->seed, i, end ? 's' : 'c');
		t->ends[end].flavour = first->ends[end].flavour;
		t->ends[end].sending = t->ends[end].pending = NONE;
	}
	t->answers = dice_percent(&answers,
				  world->settings->scenario.answers);
	traffic_open(world, i);
}

/* How many tunnels a client has besides the first. */
static unsigned more_of(const struct world *world, uint32_t client)
{
	const struct scenario *s = &world->settings->scenario;
	struct dice dice = dice_for(world->seed, client, 'n');

	if (!dice_percent(&dice, s->sites))
		return 0;
	return (unsigned)dice_between(&dice, s->children[0], s->children[1]) -
	       1;
}

static void open_tunnels(struct world *world, unsigned server)
{
	uint32_t i, j, next = world->count;

	for (i = 0; i < world->count; i++)
		next += more_of(world, i);
	world->tunnel_count = next;
	world->tunnels = basics_memory(next, sizeof(struct tunnel));
	next = world->count;
	for (i = 0; i < world->count; i++) {
		struct tunnel *t = &world->tunnels[i];

		open_tunnel(world, i, server);
		t->more = next;
		t->more_count = more_of(world, i);
		for (j = 0; j < t->more_count; j++)
			open_more(world, i, next++);
	}
}

#define RESTART_LEAST (30 * SECOND)

static void plan_restart(struct world *world)
{
	uint64_t mean = world->settings->scenario.restart * SECOND;

	if (mean > 0)
		queue_add(&world->queue,
			  world->now + RESTART_LEAST +
				  dice_waiting(&world->router, mean),
			  EVENT_RESTART, 0, 0);
}

static void open_translator(struct world *world)
{
	/* Each start has random numbers of its own. */
	world->state = world->contestant->open(
		world->settings, world->count,
		world->seed + ((uint64_t)world->restarts << 40));
}

static void close_translator(struct world *world)
{
	if (world->contestant->count != NULL)
		world->contestant->count(world->state);
	world->contestant->close(world->state);
}

/* Added to sequence numbers at a restart, as if the SAs were older. */
#define AGED_LEAST 1000
#define AGED_MOST 100000

/* The translator forgets everything, while SAs live on. */
static void restart(struct world *world)
{
	uint32_t i;
	unsigned end;

	if (world->settings->log)
		printf("%10.3f -- the translator restarts\n",
		       (double)world->now / 1000);
	close_translator(world);
	world->restarts++;
	open_translator(world);
	for (i = 0; i < world->sa_count; i++)
		for (end = CLIENT; end <= SERVER; end++)
			world->sas[i].sequence[end] += (uint32_t)dice_between(
				&world->router, AGED_LEAST, AGED_MOST);
	plan_restart(world);
}

static void open_world(struct world *world)
{
	struct dice dice = dice_for(world->seed, 0, 'w');
	enum jitter jitter = world->settings->jitter;
	unsigned server;

	server = dice_percent(&dice, world->settings->scenario.eager)
			 ? EAGER
			 : PATIENT;
	world->jitter = jitter == JITTER_BOTH ? world->seed & 1
					      : jitter == JITTER_ON;
	world->uniform_pauses = world->seed >> 1 & 1;
	world->end = settings_minutes(world->settings) * 60 * SECOND;
	world->router = dice_for(world->seed, 0, 'r');
	world->message_free = NONE;
	open_tunnels(world, server);
	plan_restart(world);
	attack_open(world);
}

static void ike_heard(struct world *world, uint32_t index)
{
	struct message message = message_take(world, index);

	daemon_hears(world, &message);
}

static void handle(struct world *world, const struct event *event)
{
	uint32_t who = event_who(event), data = event->data;

	switch (event_kind(event)) {
	case EVENT_START:
		daemon_start(world, who);
		break;
	case EVENT_DIE:
		daemon_die(world, who, data);
		break;
	case EVENT_FLOW:
		traffic_flow(world, who, data);
		break;
	case EVENT_ANSWER:
		path_send_esp(world, who, SERVER);
		break;
	case EVENT_ESP_COMES:
		path_esp_comes(world, who, data);
		break;
	case EVENT_ESP_HEARD:
		path_esp_heard(world, who, data);
		break;
	case EVENT_IKE_COMES:
		path_ike_comes(world, who);
		break;
	case EVENT_IKE_HEARD:
		ike_heard(world, who);
		break;
	case EVENT_RETRANSMIT:
		request_timer(world, who, data);
		break;
	case EVENT_REKEY:
		rekey_child(world, who, data);
		break;
	case EVENT_REKEY_IKE:
		rekey_ike(world, who, data);
		break;
	case EVENT_DELETE:
		rekey_delete(world, who, data);
		break;
	case EVENT_LIVENESS:
		rekey_liveness(world, who, data);
		break;
	case EVENT_RESTART:
		restart(world);
		break;
	case EVENT_SPOOF:
		attack_spoof(world);
		break;
	case EVENT_LIE:
		attack_lie(world, who, (enum lie)data);
		break;
	case EVENT_LIE_ANSWERED:
		attack_answered(world, who);
		break;
	}
}

static void tell_wrong(const struct world *world, const struct sa *sa)
{
	const struct verdicts *v = &sa->verdicts;

	if (!v->was_wrong || world->score->told >= world->settings->wrong)
		return;
	world->score->told++;
	printf("%s, %u clients, seed %llu: SPI %08x of client %u, first at "
	       "%.3f s, wrong from %.3f s, %s\n",
	       world->contestant->name, world->count,
	       (unsigned long long)world->seed, sa->spi[CLIENT],
	       world->tunnels[sa->tunnel].lead,
	       (double)v->first / 1e6, (double)v->wrong_since / 1e6,
	       v->wrong ? "never repaired" : "repaired");
}

static void close_world(struct world *world)
{
	uint32_t i;

	for (i = 0; i < world->sa_count; i++) {
		score_spi_ends(world->score, &world->sas[i].verdicts);
		tell_wrong(world, &world->sas[i]);
	}
	for (i = 0; i < world->tunnel_count; i++)
		traffic_outage_ends(world, i);
	queue_free(&world->queue);
	free(world->tunnels);
	free(world->sas);
	free(world->messages);
}

void world_run(const struct settings *settings,
	       const struct contestant *contestant, unsigned clients,
	       uint64_t seed, struct score *score)
{
	struct world world = { .settings = settings,
			       .contestant = contestant,
			       .score = score,
			       .seed = seed,
			       .count = clients };
	struct event event;

	open_translator(&world);
	open_world(&world);
	while (queue_take(&world.queue, &event) &&
	       event_time(&event) < world.end) {
		world.now = event_time(&event);
		handle(&world, &event);
	}
	close_world(&world);
	close_translator(&world);
	score->runs++;
}
