/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of the judge of IPsec. */
#ifndef TESTS_IPSEC_JUDGE_H
#define TESTS_IPSEC_JUDGE_H

#include "support_ipsec.h"
#include "cases.h"

#define HOSTS 3
#define STEP_MS 10

static struct world w;

/* A host, and its part in the test. */
static struct actor {
	struct esp esp;
	struct ike ike;
	uint32_t in_every, out_every; /* steps; 0: nothing */
	unsigned right, wrong, lost; /* the results of its packets */
	uint8_t evidence; /* by which it has got its last SPI */
} actors[HOSTS];
static unsigned step;

static inline void heard(struct world *world, const struct vpnalg_event *event)
{
	unsigned host = get32(event->session.inside.octets) - CLIENT_A;

	(void)world;
	if (event->type == VPNALG_EVENT_PAIRED && host < HOSTS)
		actors[host].evidence = event->evidence;
}

static inline void begin(void)
{
	uint32_t i;

	ipsec_world(&w,
		    (struct world_options){ .no_undo = true, .heard = heard });
	step = 0;
	for (i = 0; i < HOSTS; i++)
		actors[i] = (struct actor){
			.esp = esp_of(CLIENT_A + i, SERVER, 0xa0 + i, 0xb0 + i),
			.ike = ike_of(CLIENT_A + i, SERVER, 0),
		};
}

static inline void end(void)
{
	world_end(&w);
}

static inline void receive(struct actor *actor)
{
	if (esp_receives(&w, &actor->esp) != VPNALG_TRANSLATED)
		actor->lost++;
	else if (destination(&w) == actor->esp.client)
		actor->right++;
	else
		actor->wrong++;
}

static inline void let_pass(unsigned steps)
{
	unsigned i;

	for (; steps > 0; steps--) {
		step++;
		w.now += STEP_MS;
		for (i = 0; i < HOSTS; i++) {
			struct actor *actor = &actors[i];

			if (actor->out_every && step % actor->out_every == i)
				esp_sends(&w, &actor->esp);
			if (actor->in_every && step % actor->in_every == i)
				receive(actor);
		}
	}
}

static inline void forget_counts(void)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++)
		actors[i].right = actors[i].wrong = actors[i].lost = 0;
}

/* Sets up a host with IKE and steady traffic, long after the one before. */
static inline void come(unsigned host)
{
	struct actor *actor = &actors[host];

	let_pass(500);
	ike_begin(&w, &actor->ike);
	let_pass(2);
	ck_assert_uint_eq(esp_sends(&w, &actor->esp), VPNALG_TRANSLATED);
	let_pass(2);
	actor->in_every = actor->out_every = 10;
	let_pass(500);
	ck_assert_uint_eq(actor->wrong, 0);
	ck_assert_uint_ge(actor->right, 40);
	forget_counts();
}

static inline void all_come(void)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++)
		come(i);
}

/* Both ends turn to new SPIs at once. */
static inline void turn(struct actor *actor)
{
	actor->esp.in_spi += 0x1000;
	actor->esp.out_spi += 0x1000;
	actor->esp.in_sequence = actor->esp.out_sequence = 0;
}

static inline void check_right(unsigned host, unsigned lost)
{
	const struct actor *actor = &actors[host];

	ck_assert_msg(actor->wrong == 0, "host %u: %u wrong", host,
		      actor->wrong);
	ck_assert_msg(actor->lost <= lost, "host %u: %u of %u lost", host,
		      actor->lost, actor->lost + actor->right);
}

#endif
