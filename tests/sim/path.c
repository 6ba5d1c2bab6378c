/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A packet's path. Clients and translator are one place; between it and the
 * server are delay, loss and reordering. Chance has spoken before the
 * translator sees the packet, so that it speaks alike to all contestants.
 */
#include <stdio.h>

#include "basics.h"
#include "messages.h"
#include "world.h"

/* The path's own unrest, and that of the packets that are overtaken. */
#define UNREST 4096   /* microseconds, a power of 2 */
#define OVERTAKEN 30000

#define ANSWERING 200 /* microseconds */

/* Returns whether it is lost; if not, after how long it is at the other end. */
static bool is_lost(const struct world *world, struct tunnel *tunnel,
		    unsigned from, uint64_t *delay)
{
	uint64_t roll = dice_roll(&tunnel->path[from]);
	uint64_t overtaken = (roll >> 12 & 0xfff) * 100;

	*delay = tunnel->rtt / 2 + (roll & (UNREST - 1));
	if (overtaken < world->settings->scenario.reordered * 0x1000U)
		*delay += (roll >> 24 & 0xffff) * OVERTAKEN >> 16;
	return (roll >> 40) * 100 <
	       (uint64_t)world->settings->loss << 24;
}

static void say(const struct world *world, const struct parcel *parcel,
		const char *what, uint32_t number)
{
	const struct vpnalg_packet *packet = &parcel->packet;
	bool in = packet->direction == VPNALG_IN;

	if (!world->settings->log)
		return;
	printf("%10.3f %s %3u %-14s %08x %u", (double)world->now / 1000,
	       in ? "<-" : "->", parcel->client, what, parcel->spi, number);
	if (packet->result != VPNALG_TRANSLATED)
		printf(" dropped: %s", vpnalg_result_text(packet->result));
	else if (in && wire_ends(parcel).to != WIRE_INSIDE + parcel->client)
		printf(" WRONG: to %u", wire_ends(parcel).to - WIRE_INSIDE);
	putchar('\n');
}

unsigned path_pass(struct world *world, struct parcel *parcel,
		   enum vpnalg_direction direction)
{
	unsigned result;

	parcel->packet.direction = (uint8_t)direction;
	result = world->contestant->pass(world->state, parcel,
					 world->now / MILLISECOND);
	parcel->packet.result = (uint8_t)result;
	if (result == VPNALG_TRANSLATED && direction == VPNALG_OUT &&
	    wire_ends(parcel).from - WIRE_OUTSIDE >=
		    world->settings->addresses)
		basics_fault("a packet left with a wrong address");
	return result;
}

static bool pass_out(struct world *world, struct parcel *parcel)
{
	struct score *score = world->score;
	unsigned ike = !parcel->esp;
	unsigned result = path_pass(world, parcel, VPNALG_OUT);

	score->out[ike]++;
	score->out_results[ike][result]++;
	return result == VPNALG_TRANSLATED;
}

static enum verdict pass_in(struct world *world, struct parcel *parcel)
{
	unsigned result = path_pass(world, parcel, VPNALG_IN);

	world->score->in_results[result]++;
	if (result != VPNALG_TRANSLATED)
		return VERDICT_NOBODY;
	return wire_ends(parcel).to == WIRE_INSIDE + parcel->client
		       ? VERDICT_RIGHT
		       : VERDICT_WRONG;
}

static void client_sends_esp(struct world *world, uint32_t sa, bool lost,
			     uint64_t delay)
{
	struct sa *s = &world->sas[sa];
	struct tunnel *t = &world->tunnels[s->tunnel];
	struct end *server = &lead_of(world, s->tunnel)->ends[SERVER];
	struct wire_ends ends = { WIRE_INSIDE + t->lead, WIRE_SERVER, 0, 0 };
	struct parcel parcel = { .client = t->lead };
	bool passed;

	t->sent[CLIENT] = world->now;
	if (t->traffic.first == 0)
		t->traffic.first = world->now;
	wire_make_esp(&parcel, &ends, s->spi[SERVER], s->sequence[CLIENT]);
	passed = pass_out(world, &parcel);
	say(world, &parcel, "ESP", s->sequence[CLIENT]);
	if (!passed || lost || server->life != s->life)
		return;
	server->heard = world->now + delay;
	if (t->ends[SERVER].pending == sa)
		queue_add(&world->queue, world->now + delay, EVENT_ESP_HEARD,
			  sa, SERVER);
	if (t->answers)
		queue_add(&world->queue, world->now + delay + ANSWERING,
			  EVENT_ANSWER, s->tunnel, 0);
}

void path_send_esp(struct world *world, uint32_t tunnel, unsigned from)
{
	struct tunnel *t = &world->tunnels[tunnel];
	uint32_t sa = t->ends[from].sending;
	uint64_t delay;
	bool lost;

	if (sa == NONE)
		return;
	lost = is_lost(world, t, from, &delay);
	world->sas[sa].sequence[from]++;
	if (from == CLIENT)
		client_sends_esp(world, sa, lost, delay);
	else if (lost)
		world->score->lost++;
	else
		queue_add(&world->queue, world->now + delay, EVENT_ESP_COMES,
			  sa, world->sas[sa].sequence[SERVER]);
}

/* An owner that is not alive, or has a new connection, misses nothing. */
static void note_outage(struct world *world, const struct sa *sa,
			enum verdict verdict)
{
	struct tunnel *t = &world->tunnels[sa->tunnel];
	const struct end *client = &lead_of(world, sa->tunnel)->ends[CLIENT];
	enum owner owner;
	uint64_t since;

	if (!client->up || client->life != sa->life)
		return;
	if (verdict == VERDICT_RIGHT) {
		traffic_outage_ends(world, sa->tunnel);
		return;
	}
	owner = traffic_owner(world, sa->tunnel, &since);
	score_outage(&t->outage, owner, since, world->now);
}

static void note_theft(struct world *world, uint32_t host)
{
	if (host < world->count)
		return;
	world->score->to_liars++;
	attack_got(world, host - world->count);
}

void path_esp_comes(struct world *world, uint32_t sa, uint32_t sequence)
{
	struct sa *s = &world->sas[sa];
	struct tunnel *t = &world->tunnels[s->tunnel];
	struct wire_ends ends = { WIRE_SERVER,
				  lead_of(world, s->tunnel)->address, 0, 0 };
	struct parcel parcel = { .client = t->lead };
	enum verdict verdict;

	wire_make_esp(&parcel, &ends, s->spi[CLIENT], sequence);
	verdict = pass_in(world, &parcel);
	say(world, &parcel, "ESP", sequence);
	if (!s->verdicts.seen)
		blind_begin(world, s);
	t->sent[SERVER] = world->now;
	score_esp(world->score, &s->verdicts, verdict, world->now);
	world->score->blind += blind_is(world, s);
	note_outage(world, s, verdict);
	if (verdict == VERDICT_RIGHT)
		path_esp_heard(world, sa, CLIENT);
	else if (verdict == VERDICT_WRONG)
		note_theft(world, wire_ends(&parcel).to - WIRE_INSIDE);
}

void path_esp_heard(struct world *world, uint32_t sa, unsigned at)
{
	const struct sa *s = &world->sas[sa];
	struct end *lead = &lead_of(world, s->tunnel)->ends[at];
	struct end *end = end_of(world, sa, at);

	if (!lead->up || lead->life != s->life)
		return;
	if (lead->heard < world->now)
		lead->heard = world->now;
	if (at == CLIENT)
		world->tunnels[s->tunnel].traffic.heard = world->now;
	if (end->pending == sa) {
		end->sending = sa;
		end->pending = NONE;
	}
}

void path_send_ike(struct world *world, unsigned from,
		   const struct message *message)
{
	struct tunnel *t = &world->tunnels[message->tunnel];
	struct wire_ends ends = { WIRE_INSIDE + message->tunnel, WIRE_SERVER,
				  WIRE_IKE_PORT, WIRE_IKE_PORT };
	struct wire_ike ike = message_wire(message, t->v1);
	struct parcel parcel = { .client = message->tunnel };
	struct message copy = *message;
	uint64_t delay;
	bool lost = is_lost(world, t, from, &delay), passed;

	if (from == SERVER) {
		if (!lost)
			queue_add(&world->queue, world->now + delay,
				  EVENT_IKE_COMES,
				  message_add(world, message), 0);
		return;
	}
	wire_make_ike(&parcel, &ends, &ike);
	passed = pass_out(world, &parcel);
	say(world, &parcel, message_name(message), message->id);
	if (!passed || lost)
		return;
	copy.address = wire_ends(&parcel).from;
	copy.port = wire_ends(&parcel).from_port;
	delay += message_work(&t->dice, message);
	queue_add(&world->queue, world->now + delay, EVENT_IKE_HEARD,
		  message_add(world, &copy), 0);
}

void path_ike_comes(struct world *world, uint32_t index)
{
	struct message message = message_take(world, index);
	struct tunnel *t = &world->tunnels[message.tunnel];
	struct wire_ends ends = { WIRE_SERVER, message.address, WIRE_IKE_PORT,
				  message.port };
	struct wire_ike ike = message_wire(&message, t->v1);
	struct parcel parcel = { .client = message.tunnel };
	enum verdict verdict;

	if (world->settings->scenario.fixed_port)
		ends.to_port = WIRE_IKE_PORT;
	wire_make_ike(&parcel, &ends, &ike);
	verdict = pass_in(world, &parcel);
	say(world, &parcel, message_name(&message), message.id);
	world->score->ike_in[verdict]++;
	if (verdict == VERDICT_RIGHT)
		queue_add(&world->queue,
			  world->now + message_work(&t->dice, &message),
			  EVENT_IKE_HEARD, message_add(world, &message), 0);
}
