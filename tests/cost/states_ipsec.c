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

const struct state ipsec_states[] = {
	{ "ike-child", ike_child },
	{ "esp-out-wait", first_of_an_sa },
	{ 0 },
};
