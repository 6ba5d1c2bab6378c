/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basics.h"
#include "messages.h"

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
	enum jitter jitter = world->settings->jitter;

	world->jitter = jitter == JITTER_BOTH ? world->seed & 1
					      : jitter == JITTER_ON;
	world->uniform_pauses = world->seed >> 1 & 1;
	world->end = settings_minutes(world->settings) * 60 * SECOND;
	world->router = dice_for(world->seed, 0, 'r');
	world->message_free = NONE;
	tunnels_open(world);
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

	if (!v->was_wrong || world->score->reported >= world->settings->wrong)
		return;
	world->score->reported++;
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
