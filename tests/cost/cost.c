/* SPDX-License-Identifier: BSD-2-Clause */
/* cost [STATE...]: makes each state and measures calls in it. For each measured
 * call one line: the state, by what it is judged, how many bytes or units of
 * budget, and the result. cost_call() is the function whose instructions
 * callgrind counts. */
#include "cost.h"

#include <vpnalg/protocols.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call to be measured: a packet, or the sweep. */
struct call {
	struct vpnalg *alg;
	struct vpnalg_packet *packet; /* NULL: the sweep */
	vpnalg_time now, next;
	unsigned budget;
	bool held; /* a fragment is to be given back */
	bool given;
};

void cost_call(struct call *call);

__attribute__((noinline)) void cost_call(struct call *call)
{
	if (call->held)
		call->given = vpnalg_next_held(call->alg, call->packet);
	else if (call->packet != NULL)
		vpnalg_process(call->alg, call->packet, 1, call->now);
	else
		call->next = vpnalg_expire(call->alg, call->now, call->budget);
}

static struct vpnalg_packet packet_of(struct world *w,
				      enum vpnalg_direction direction)
{
	return (struct vpnalg_packet){ .data = w->frame.bytes,
				       .caplen = w->frame.length,
				       .len = w->frame.length,
				       .direction = (uint8_t)direction };
}

unsigned send(struct world *w, enum vpnalg_direction direction)
{
	struct vpnalg_packet packet = packet_of(w, direction);

	vpnalg_process(w->alg, &packet, 1, w->now);
	w->frame.length = packet.len;
	return packet.result;
}

static void say(const struct world *w, enum judge judge, unsigned units,
		const char *what)
{
	static const char *const names[] = { "packet", "established",
					     "control", "sweep", "refused" };

	printf("%s\t%s\t%u\t%s\n", w->state, names[judge], units, what);
}

unsigned measure(struct world *w, enum vpnalg_direction direction,
		 enum judge judge)
{
	struct vpnalg_packet packet = packet_of(w, direction);

	cost_call(&(struct call){ .alg = w->alg, .packet = &packet,
				  .now = w->now });
	say(w, judge, w->frame.length, vpnalg_result_text(packet.result));
	w->frame.length = packet.len;
	return packet.result;
}

bool measure_held(struct world *w)
{
	struct vpnalg_packet packet;
	struct call call = { .alg = w->alg, .packet = &packet, .held = true };

	cost_call(&call);
	say(w, ANY_PACKET, call.given ? packet.len : 0,
	    call.given ? "given back" : "none held");
	return call.given;
}

vpnalg_time measure_sweep(struct world *w, unsigned budget)
{
	struct call call = { .alg = w->alg, .now = w->now, .budget = budget };

	cost_call(&call);
	say(w, SWEEP, budget, call.next == w->now ? "unfinished" : "done");
	return call.next;
}

static uint32_t next_random(void *context)
{
	static uint32_t state;

	(void)context;
	state = state * 1664525 + 1013904223;
	return state ^ state >> 16;
}

static enum vpnalg_choice choose(void *context, struct vpnalg_binding *binding)
{
	const struct world *w = context;

	(void)binding;
	return w->choice;
}

/* As large as the programs here have it. */
static void set_fragments(struct world *w, struct vpnalg_fragments *fragments)
{
	*fragments = (struct vpnalg_fragments){ .size = sizeof(*fragments),
						.datagrams = DATAGRAMS,
						.held = HELD };
	fragments->memory_size = vpnalg_fragments_size(fragments);
	w->fragments = malloc(fragments->memory_size);
	fragments->memory = w->fragments;
}

void world_begin(struct world *w, const struct options *options)
{
	struct vpnalg_fragments fragments;
	const struct vpnalg_general_settings general = {
		.size = sizeof(general),
		.ports = options->ports,
	};
	const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL }, { vpnalg_gre, NULL },
		{ vpnalg_general, &general },
	};
	struct vpnalg_timers timers = options->timers;
	static const struct vpnalg_addr outside = { VPNALG_IPV4,
						    { 203, 0, 113, 1 } };
	struct vpnalg_config config = { .size = sizeof(config),
					.protocols = protocols,
					.protocol_count = 5,
					.addresses = &outside,
					.address_count = 1,
					.store = &w->store,
					.context = w,
					.random = next_random,
					.timers = &timers,
					.policy = options->policy,
					.count_hosts = options->policy != NULL };
	size_t size = vpnalg_table_size(options->units);

	timers.size = sizeof(timers);
	if (options->no_general)
		config.protocol_count--;
	w->fragments = NULL;
	if (options->fragments) {
		set_fragments(w, &fragments);
		config.fragments = &fragments;
	}
	w->choice = options->choice;
	if (w->choice != VPNALG_CHOICE_TAKE)
		config.choose = choose;
	w->table = malloc(size);
	vpnalg_table_init(w->table, size, VPNALG_KEY_IPV4, &w->store);
	w->memory = malloc(vpnalg_size(&config));
	w->now = 1000;
	if (vpnalg_init(&w->alg, w->memory, vpnalg_size(&config), &config) !=
	    0) {
		fprintf(stderr, "cost: no translator\n");
		exit(1);
	}
}

void world_end(struct world *w)
{
	free(w->memory);
	free(w->fragments);
	free(w->table);
}

static bool is_wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc == 1;
}

int main(int argc, char **argv)
{
	static const struct state *const all[] = { engine_states, pptp_states,
						   ipsec_states, l2tp_states,
						   data_states, sweep_states,
						   fragment_states,
						   policy_states,
						   service_states };
	static struct world w;
	const struct state *s;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (s = all[i]; s->name != NULL; s++)
			if (is_wanted(s->name, argc, argv)) {
				w.state = s->name;
				s->run(&w);
			}
	return 0;
}
