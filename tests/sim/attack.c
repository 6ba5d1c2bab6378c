/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attackers: somebody outside forges ESP in the server's name, and inside hosts
 * pretend to have a tunnel with the others' server. What they send does not
 * depend on the translator, with one exception: a liar that gets another host's
 * packet sends one at once, as its owner would.
 */
#include "messages.h"
#include "world.h"

/* The mean length of a wave of forged packets, and of the time between two. */
#define WAVE (15 * SECOND)
#define BETWEEN (60 * SECOND)

/* The rates of eight waves, as shares of the highest; at least one a second. */
static const unsigned rates[8] = { 1, 10, 10, 100, 100, 1000, 1000, 1000 };

#define SMALL 8 /* sequence numbers as those of new SAs */

/* A liar's ESP gets a new SPI after this share of its packets. */
#define RENEWED_PERCENT 2

static uint32_t some_spi(struct dice *dice)
{
	return (uint32_t)dice_between(dice, 256, UINT32_MAX - 1);
}

static uint32_t some_sequence(struct dice *dice)
{
	if (dice_percent(dice, 50))
		return (uint32_t)dice_between(dice, 1, SMALL);
	return (uint32_t)dice_between(dice, 1, UINT32_MAX - 1);
}

static void begin_wave(struct world *world, struct spoofer *s)
{
	unsigned most = world->settings->scenario.spoofed, i;

	s->rate = most / rates[dice_below(&s->dice, 8)];
	if (s->rate == 0)
		s->rate = 1;
	s->until = world->now + dice_waiting(&s->dice, WAVE);
	s->spis = (unsigned)dice_below(&s->dice, SPOOFED_SPIS + 1);
	s->counts = dice_percent(&s->dice, 50);
	for (i = 0; i < SPOOFED_SPIS; i++) {
		s->spi[i] = some_spi(&s->dice);
		s->sequence[i] = some_sequence(&s->dice);
	}
}

static void forge(struct world *world, struct spoofer *s)
{
	struct parcel parcel = { .client = WIRE_NOBODY };
	struct wire_ends ends = { WIRE_SERVER, WIRE_OUTSIDE, 0, 0 };
	unsigned i = (unsigned)dice_below(&s->dice, SPOOFED_SPIS);

	ends.to += (uint32_t)dice_below(&s->dice, world->settings->addresses);
	if (s->spis == 0)
		s->spi[i] = some_spi(&s->dice);
	else
		i %= s->spis;
	if (s->counts)
		s->sequence[i]++;
	else
		s->sequence[i] = some_sequence(&s->dice);
	wire_make_esp(&parcel, &ends, s->spi[i], s->sequence[i]);
	path_pass(world, &parcel, VPNALG_IN);
	world->score->forged[parcel.packet.result == VPNALG_TRANSLATED]++;
}

void attack_spoof(struct world *world)
{
	struct spoofer *s = &world->spoofer;
	uint64_t next = world->now;

	if (s->rate == 0) {
		begin_wave(world, s);
	} else if (world->now >= s->until) {
		s->rate = 0;
		next += dice_waiting(&s->dice, BETWEEN);
	} else {
		forge(world, s);
		next += dice_waiting(&s->dice, SECOND / s->rate);
	}
	queue_add(&world->queue, next, EVENT_SPOOF, 0, 0);
}

static void open_liar(struct world *world, uint32_t i)
{
	static const uint64_t every[LIES][4] = {
		[LIE_IKE] = { SECOND / 10, SECOND, 10 * SECOND, 60 * SECOND },
		[LIE_ESP] = { SECOND / 10, SECOND, 3 * SECOND, 30 * SECOND },
	};
	struct liar *liar = &world->liars[i];
	unsigned lie;

	for (lie = LIE_IKE; lie <= LIE_ESP; lie++) {
		struct dice *dice = &liar->dice[lie];

		*dice = dice_for(world->seed, i, 'A' + lie);
		liar->every[lie] = every[lie][dice_below(dice, 4)];
		queue_add(&world->queue, dice_waiting(dice, liar->every[lie]),
			  EVENT_LIE, i, lie);
	}
	liar->rtt = dice_between(&liar->dice[LIE_IKE], 10, 200) * MILLISECOND;
	liar->ike = ike_choose(&liar->dice[LIE_IKE], CLIENT);
	liar->spi = some_spi(&liar->dice[LIE_ESP]);
}

void attack_open(struct world *world)
{
	const struct scenario *s = &world->settings->scenario;
	uint32_t i;

	world->spoofer.dice = dice_for(world->seed, 0, 'z');
	if (s->spoofed > 0)
		queue_add(&world->queue, 0, EVENT_SPOOF, 0, 0);
	for (i = 0; i < s->liars && i < LIARS_MAX; i++)
		open_liar(world, i);
}

static void lie_in_esp(struct world *world, uint32_t host, struct liar *liar)
{
	struct parcel parcel = { .client = host };
	struct wire_ends ends = { WIRE_INSIDE + host, WIRE_SERVER, 0, 0 };

	wire_make_esp(&parcel, &ends, liar->spi, ++liar->sequence);
	path_pass(world, &parcel, VPNALG_OUT);
}

/* The server refuses, in an answer that looks like any other. */
static void lie_in_ike(struct world *world, uint32_t host, struct liar *liar)
{
	static const enum kind kinds[] = { KIND_INIT, KIND_AUTH, KIND_CHILD };
	struct parcel parcel = { .client = host };
	struct wire_ends ends = { WIRE_INSIDE + host, WIRE_SERVER,
				  WIRE_IKE_PORT, WIRE_IKE_PORT };
	enum kind kind = kinds[dice_below(&liar->dice[LIE_IKE], 3)];
	struct message m = { .kind = (uint8_t)kind,
			     .part = PART_REQUEST,
			     .to = SERVER,
			     .tunnel = (uint16_t)host };
	struct wire_ike ike;

	if (kind == KIND_INIT) {
		liar->ike = ike_choose(&liar->dice[LIE_IKE], CLIENT);
		liar->id = 0;
	}
	m.ike = liar->ike;
	m.id = liar->id++;
	ike = message_wire(&m, false);
	wire_make_ike(&parcel, &ends, &ike);
	if (path_pass(world, &parcel, VPNALG_OUT) != VPNALG_TRANSLATED)
		return;
	m.part = PART_RESPONSE;
	m.to = CLIENT;
	m.address = wire_ends(&parcel).from;
	m.port = wire_ends(&parcel).from_port;
	queue_add(&world->queue, world->now + liar->rtt, EVENT_LIE_ANSWERED,
		  message_add(world, &m), 0);
}

static void renew_at_times(struct liar *liar)
{
	if (!dice_percent(&liar->dice[LIE_ESP], RENEWED_PERCENT))
		return;
	liar->spi = some_spi(&liar->dice[LIE_ESP]);
	liar->sequence = 0;
}

void attack_lie(struct world *world, uint32_t i, enum lie lie)
{
	struct liar *liar = &world->liars[i];
	uint32_t host = world->count + i;

	if (lie != LIE_ESP_ONCE)
		queue_add(&world->queue,
			  world->now + 1 +
				  dice_waiting(&liar->dice[lie],
					       liar->every[lie]),
			  EVENT_LIE, i, lie);
	if (lie == LIE_IKE)
		lie_in_ike(world, host, liar);
	else
		lie_in_esp(world, host, liar);
	if (lie == LIE_ESP)
		renew_at_times(liar);
}

void attack_answered(struct world *world, uint32_t index)
{
	struct message m = message_take(world, index);
	struct wire_ends ends = { WIRE_SERVER, m.address, WIRE_IKE_PORT,
				  m.port };
	struct parcel parcel = { .client = m.tunnel };
	struct wire_ike ike = message_wire(&m, false);

	wire_make_ike(&parcel, &ends, &ike);
	path_pass(world, &parcel, VPNALG_IN);
}

void attack_got(struct world *world, uint32_t i)
{
	queue_add(&world->queue, world->now + MILLISECOND, EVENT_LIE, i,
		  LIE_ESP_ONCE);
}
