/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE and ESP: many hosts of one remote. */
#include "cost.h"

static void say_ike(struct world *w, unsigned i, bool first, unsigned exchange,
		    uint32_t message)
{
	make_ike(&w->frame, HOST(i), 500, SERVER, 500, 0x1000 + i, first,
		 exchange, false, message);
}

/* Until it is let through. */
static void insist(struct world *w, const struct frame *f)
{
	unsigned i;

	for (i = 0; i < 8; i++) {
		w->frame.length = 0;
		add(&w->frame, f->bytes, f->length);
		if (send(w, VPNALG_OUT) == VPNALG_TRANSLATED)
			return;
		w->now += 1500;
	}
}

static void connect_hosts(struct world *w, unsigned count)
{
	static struct frame f;
	unsigned i;

	for (i = 0; i < count; i++) {
		say_ike(w, i, true, 34, 0);
		f = w->frame;
		insist(w, &f);
		say_ike(w, i, false, 35, 1);
		f = w->frame;
		insist(w, &f);
		w->now += 20;
	}
}

static void send_all(struct world *w, unsigned count, uint32_t sequence)
{
	static struct frame f;
	unsigned i;

	for (i = 0; i < count; i++) {
		make_esp(&w->frame, HOST(i), SERVER, 0x2000 + i, sequence);
		f = w->frame;
		insist(w, &f);
	}
}

#define HOSTS 60

static const struct options many = {
	.units = 20000,
	.timers = { .esp_unpaired = 100000000 },
};

static void ike_child(struct world *w)
{
	unsigned i;

	world_begin(w, &many);
	connect_hosts(w, HOSTS);
	send_all(w, HOSTS, 1);
	for (i = 0; i < 60; i++) {
		w->now += 10;
		say_ike(w, HOSTS / 2, false, 36, 100 + i);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

static void first_of_an_sa(struct world *w)
{
	unsigned i;

	world_begin(w, &many);
	connect_hosts(w, HOSTS);
	send_all(w, HOSTS, 1);
	for (i = 0; i < 60; i++) {
		w->now += 10;
		make_esp(&w->frame, HOST(HOSTS / 2), SERVER, 0x90000 + i, 1);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

/* Inbound packets with unclaimed SPIs: with a new one each time, or with the
 * same one, which is probed. */
static void unknown(struct world *w, uint32_t spi, bool same, uint32_t gap,
		    uint32_t sequence)
{
	unsigned i;

	for (i = 0; i < 60; i++) {
		w->now += gap;
		make_esp(&w->frame, SERVER, OUTSIDE, same ? spi : spi + i,
			 sequence + i);
		measure(w, VPNALG_IN, ANY_PACKET);
	}
}

/* As many as there are, with all kinds of packets. */
static void all_unknown(struct world *w)
{
	unknown(w, 0x70000, false, 10, 1);
	unknown(w, 0x71000, true, 10, 1);
	unknown(w, 0x72000, true, 300, 1);
	unknown(w, 0x73000, true, 3000, 1);
	unknown(w, 0x74000, true, 10, 100000);
	unknown(w, 0x75000, false, 300, 100000);
	unknown(w, 0x76000, true, 1500, 100000);
}

static void at_rest(struct world *w)
{
	world_begin(w, &many);
	connect_hosts(w, HOSTS);
	send_all(w, HOSTS, 1);
	all_unknown(w);
	world_end(w);
}

static void all_have_asked(struct world *w)
{
	unsigned i;

	world_begin(w, &many);
	connect_hosts(w, HOSTS);
	for (i = 0; i < HOSTS; i++) {
		say_ike(w, i, false, 36, 7);
		send(w, VPNALG_OUT);
		make_ike(&w->frame, SERVER, 500, OUTSIDE, 500, 0x1000 + i,
			 false, 36, true, 7);
		send(w, VPNALG_IN);
	}
	all_unknown(w);
	world_end(w);
}

static void all_have_resumed(struct world *w)
{
	unsigned i;

	world_begin(w, &many);
	connect_hosts(w, HOSTS);
	send_all(w, HOSTS, 1);
	w->now += 5000;
	for (i = 0; i < HOSTS; i++) {
		make_esp(&w->frame, HOST(i), SERVER, 0x2000 + i, 2);
		send(w, VPNALG_OUT);
	}
	all_unknown(w);
	world_end(w);
}

/* All of them, and what came for them, is met when it is dead. */
static void all_are_dead(struct world *w)
{
	world_begin(w, &(struct options){ .units = 20000 });
	connect_hosts(w, HOSTS);
	send_all(w, HOSTS, 1);
	unknown(w, 0x70000, false, 1, 1);
	w->now += 100000000;
	unknown(w, 0x70000, true, 1, 1);
	world_end(w);
}

/* Three hosts with SAs in both directions, the pairs known. */
static void begin_pairs(struct world *w)
{
	unsigned i;

	world_begin(w, &many);
	connect_hosts(w, 3);
	for (i = 0; i < 3; i++) {
		make_esp(&w->frame, HOST(i), SERVER, 0x2000 + i, 1);
		send(w, VPNALG_OUT);
		make_esp(&w->frame, SERVER, OUTSIDE, 0x8000 + i, 1);
		send(w, VPNALG_IN);
		w->now += 2000;
	}
}

/* SAs in both directions. While its pair is new, more is asked of a packet, so
 * the first minute counts as any packets. */
static void established(struct world *w)
{
	unsigned i, k;

	begin_pairs(w);
	for (k = 2; k < 900; k++) {
		w->now += k % 90 == 0 ? 3000 : 100;
		for (i = 0; i < 3; i++) {
			w->now += 3;
			make_esp(&w->frame, HOST(i), SERVER, 0x2000 + i, k);
			measure(w, VPNALG_OUT,
				k < 600 ? ANY_PACKET : ESTABLISHED);
			w->now += 20;
			make_esp(&w->frame, SERVER, OUTSIDE, 0x8000 + i, k);
			measure(w, VPNALG_IN,
				k < 600 ? ANY_PACKET : ESTABLISHED);
		}
	}
	world_end(w);
}

/* Three hosts with eight SAs in each direction: packets are compared with all
 * that the other ones send with, which is never what they answer. */
static void several(struct world *w)
{
	unsigned i, k, sa;

	begin_pairs(w);
	for (k = 2; k < 500; k++) {
		w->now += k % 90 == 0 ? 3000 : 100 + k % 3 * 7;
		for (i = 0; i < 3 * 8; i++) {
			sa = i / 3 * 0x100 + i % 3;
			w->now += 3;
			make_esp(&w->frame, HOST(i % 3), SERVER, 0x2000 + sa,
				 k);
			measure(w, VPNALG_OUT,
				k < 200 ? ANY_PACKET : ESTABLISHED);
			w->now += k % 30;
			make_esp(&w->frame, SERVER, OUTSIDE, 0x8000 + sa, k);
			measure(w, VPNALG_IN,
				k < 200 ? ANY_PACKET : ESTABLISHED);
		}
	}
	world_end(w);
}

/* SAs in both directions without pauses, and packets of one direction. */
static void quick(struct world *w)
{
	unsigned i, k;

	begin_pairs(w);
	for (k = 2; k < 4000; k++) {
		w->now++;
		i = k % 3;
		make_esp(&w->frame, HOST(i), SERVER, 0x2000 + i, k);
		measure(w, VPNALG_OUT, ANY_PACKET);
		make_esp(&w->frame, SERVER, OUTSIDE, 0x8000 + i, k);
		measure(w, VPNALG_IN, ANY_PACKET);
	}
	/* Only the first of these is reviewed. */
	w->now += 512 - w->now % 512;
	for (k = 4000; k < 6000; k++) {
		w->now += k % 10 == 0;
		make_esp(&w->frame, SERVER, OUTSIDE, 0x8000, k);
		measure(w, VPNALG_IN, k == 4000 ? ANY_PACKET : ESTABLISHED);
	}
	world_end(w);
}

/* Hosts with a pair whose answers do not come any more, and packets that do. */
static void all_hear_nothing(struct world *w)
{
	unsigned i, k;

	world_begin(w, &many);
	connect_hosts(w, HOSTS);
	send_all(w, HOSTS, 1);
	for (k = 2; k < 30; k++) {
		for (i = 0; i < HOSTS; i++) {
			w->now += 20;
			make_esp(&w->frame, HOST(i), SERVER, 0x2000 + i, k);
			measure(w, VPNALG_OUT, ANY_PACKET);
			make_esp(&w->frame, SERVER, OUTSIDE, 0x8000 + i % 30,
				 5000 + k);
			measure(w, VPNALG_IN, ANY_PACKET);
		}
	}
	world_end(w);
}

const struct state ipsec_states[] = {
	{ "ike-child", ike_child },
	{ "esp-out-wait", first_of_an_sa },
	{ "esp-at-rest", at_rest },
	{ "esp-all-asked", all_have_asked },
	{ "esp-all-resumed", all_have_resumed },
	{ "esp-all-dead", all_are_dead },
	{ "esp-established", established },
	{ "esp-several", several },
	{ "esp-quick", quick },
	{ "esp-all-deaf", all_hear_nothing },
	{ 0 },
};
