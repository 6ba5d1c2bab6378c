/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two IKE daemons of a tunnel do when something comes. */
#include "messages.h"
#include "world.h"

/* IKE_AUTH or the first quick mode: a client that is new or back. */
static void server_accepts(struct world *world, const struct message *m)
{
	struct tunnel *t = &world->tunnels[m->tunnel];
	struct end *end = &t->ends[SERVER];

	daemon_forgets(world, m->tunnel);
	end->up = true;
	end->life = m->life;
	end->ike = m->ike;
	end->next_id = 0;
	if (!t->v1)
		end->sending = m->sa;
	rekey_plan_liveness(world, m->tunnel, SERVER);
}

static void responder_has_child(struct end *end, const struct message *m,
				bool v1)
{
	if (v1)
		return; /* the third message tells */
	if (end->flavour->eager)
		end->sending = m->sa;
	else
		end->pending = m->sa;
}

static void old_one_is_deleted(struct end *end)
{
	if (end->pending == NONE)
		return;
	end->sending = end->pending;
	end->pending = NONE;
}

static void obey(struct world *world, const struct message *m)
{
	struct tunnel *t = &world->tunnels[m->tunnel];
	struct end *end = &t->ends[m->to];

	switch (m->kind) {
	case KIND_AUTH:
		server_accepts(world, m);
		break;
	case KIND_CHILD:
		responder_has_child(end_of(world, m->sa, m->to), m, t->v1);
		break;
	case KIND_REKEY_IKE:
		end->ike = m->new_ike;
		end->next_id = 0;
		break;
	case KIND_DELETE:
		old_one_is_deleted(end_of(world, m->old, m->to));
		break;
	case KIND_BYE:
		daemon_forgets(world, m->tunnel);
		break;
	default:
		break;
	}
}

static bool is_same(const struct message *a, const struct message *b)
{
	return a->tunnel == b->tunnel && a->life == b->life &&
	       a->kind == b->kind && a->id == b->id &&
	       a->ike.spi[0] == b->ike.spi[0];
}

static void hears_request(struct world *world, const struct message *m)
{
	struct tunnel *t = &world->tunnels[m->tunnel];
	struct end *end = &t->ends[m->to];
	struct message answer = *m;

	if (message_is_one_way(m, t->v1)) {
		obey(world, m);
		return;
	}
	if (is_same(&end->answered, m)) {
		path_send_ike(world, m->to, &end->answered);
		return;
	}
	obey(world, m);
	answer.part = PART_RESPONSE;
	answer.to = (uint8_t)!m->to;
	end->answered = answer;
	if (message_has_third(m, t->v1))
		request_repeat(world, m->to, 1, &answer);
	else
		path_send_ike(world, m->to, &answer);
}

/* A site's gateway asks for one SA after the other. */
static void ask_for_more(struct world *world, uint32_t lead)
{
	struct tunnel *t = &world->tunnels[lead];
	struct message m = { .kind = KIND_CHILD,
			     .tunnel = (uint16_t)lead,
			     .old = NONE };

	if (t->more_up == t->more_count)
		return;
	m.sa = sa_add(world, t->more + t->more_up++);
	request_begin(world, CLIENT, &m);
}

static void client_is_up(struct world *world, const struct message *m)
{
	struct tunnel *t = &world->tunnels[m->tunnel];

	t->ends[CLIENT].sending = m->sa;
	times_add(&world->score->setup, world->now - t->began);
	rekey_plan(world, m->sa);
	rekey_plan_ike(world, m->tunnel);
	rekey_plan_liveness(world, m->tunnel, CLIENT);
	t->more_up = 0;
	ask_for_more(world, m->tunnel);
}

static void initiator_has_child(struct world *world, const struct message *m)
{
	struct end *end = end_of(world, m->sa, m->to);

	end->sending = m->sa;
	end->pending = NONE;
	rekey_plan(world, m->sa);
	if (m->old == NONE) {
		ask_for_more(world, m->tunnel);
		return;
	}
	queue_add(&world->queue,
		  world->now + end->flavour->remove_after * MILLISECOND,
		  EVENT_DELETE, m->old, m->to);
}

static void initiator_has_ike(struct world *world, const struct message *m)
{
	struct end *end = &world->tunnels[m->tunnel].ends[m->to];
	struct message old = { .kind = KIND_DELETE_IKE,
			       .tunnel = m->tunnel,
			       .id = end->next_id,
			       .ike = end->ike,
			       .sa = NONE,
			       .old = NONE };

	end->ike = m->new_ike;
	end->next_id = 0;
	rekey_plan_ike(world, m->tunnel);
	request_begin(world, m->to, &old);
}

/* What follows in the first negotiation. */
static void go_on(struct world *world, const struct message *m)
{
	bool v1 = world->tunnels[m->tunnel].v1;

	if (m->kind == KIND_INIT && !v1)
		request_ask(world, m->tunnel, CLIENT, KIND_AUTH);
	else
		request_ask(world, m->tunnel, CLIENT, m->kind + 1);
}

static void profit(struct world *world, const struct message *m)
{
	switch (m->kind) {
	case KIND_INIT:
	case KIND_MAIN_KE:
	case KIND_MAIN_ID:
		go_on(world, m);
		break;
	case KIND_AUTH:
		client_is_up(world, m);
		break;
	case KIND_CHILD:
		initiator_has_child(world, m);
		break;
	case KIND_REKEY_IKE:
		initiator_has_ike(world, m);
		break;
	default:
		break;
	}
}

static void send_third(struct world *world, const struct message *m)
{
	struct message third = *m;

	third.part = PART_THIRD;
	third.to = (uint8_t)!m->to;
	path_send_ike(world, m->to, &third);
}

static void hears_response(struct world *world, const struct message *m)
{
	struct tunnel *t = &world->tunnels[m->tunnel];
	struct request *r = &t->ends[m->to].requests[0];
	bool expected = r->active && is_same(&r->message, m);

	if (message_has_third(m, t->v1))
		send_third(world, m);
	if (!expected)
		return;
	r->active = false;
	profit(world, m);
	request_end(world, m->tunnel, m->to);
}

static void hears_third(struct world *world, const struct message *m)
{
	struct end *end = &world->tunnels[m->tunnel].ends[m->to];
	struct request *r = &end->requests[1];

	if (!r->active || !is_same(&r->message, m))
		return;
	r->active = false;
	end_of(world, m->sa, m->to)->sending = m->sa;
}

/* The server does not know the client, or not this start of it. */
static bool is_for_nobody(struct tunnel *t, const struct message *m)
{
	struct end *end = &t->ends[m->to];

	if (m->to == CLIENT)
		return !end->up || m->life != end->life;
	if (m->life < end->life)
		return true;
	return m->kind > KIND_AUTH && (!end->up || m->life != end->life);
}

void daemon_hears(struct world *world, const struct message *m)
{
	struct tunnel *t = &world->tunnels[m->tunnel];

	if (is_for_nobody(t, m))
		return;
	if (m->to == SERVER) {
		t->address = m->address;
		t->port = m->port;
	}
	t->ends[m->to].heard = world->now;
	if (m->part == PART_REQUEST)
		hears_request(world, m);
	else if (m->part == PART_RESPONSE)
		hears_response(world, m);
	else
		hears_third(world, m);
}
