/* SPDX-License-Identifier: BSD-2-Clause */
/* vpnalg_expire() where everything dies at once, and where nothing does. */
#include "cost.h"

#define SESSIONS 300
#define BUDGET 64

static void open_gre(struct world *w, unsigned i)
{
	make_keyed_gre(&w->frame, HOST(i), SERVER + i, 7);
	send(w, VPNALG_OUT);
}

static void open_ike(struct world *w, unsigned i)
{
	make_ike(&w->frame, HOST(i), 500, SERVER + i, 500, 0x1000 + i, true,
		 34, false, 0);
	send(w, VPNALG_OUT);
	make_ike(&w->frame, HOST(i), 500, SERVER + i, 500, 0x1000 + i, false,
		 35, false, 1);
	send(w, VPNALG_OUT);
}

static void open_esp_of_one_remote(struct world *w, unsigned i)
{
	make_esp(&w->frame, HOST(i), SERVER, 0x2000 + i, 1);
	if (send(w, VPNALG_OUT) == VPNALG_TRANSLATED)
		return;
	w->now += 4000;
	make_esp(&w->frame, HOST(i), SERVER, 0x2000 + i, 1);
	send(w, VPNALG_OUT);
}

/* A pair of SAs with a remote of its own. */
static void open_esp(struct world *w, unsigned i)
{
	make_esp(&w->frame, HOST(i), SERVER + i, 0x2000 + i, 1);
	send(w, VPNALG_OUT);
	make_esp(&w->frame, SERVER + i, OUTSIDE, 0x3000 + i, 1);
	send(w, VPNALG_IN);
	make_esp(&w->frame, HOST(i), SERVER + i, 0x2000 + i, 2);
	send(w, VPNALG_OUT);
}

static void open_udp(struct world *w, unsigned i)
{
	begin_udp(&w->frame, HOST(i), 4000, STRANGER, 53);
	finish(&w->frame);
	send(w, VPNALG_OUT);
}

static void open_l2tp(struct world *w, unsigned i)
{
	make_l2tp(&w->frame, HOST(i), 1701, SERVER + i, 1701, 0, 1, 5);
	send(w, VPNALG_OUT);
}

/* A connection, and in one segment as many calls as there may be. */
static void open_pptp(struct world *w, unsigned i)
{
	uint8_t begin[156] = { 0, 156, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 1 };
	uint8_t call[24] = { 0, 24, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 10 };
	uint32_t sequence = 1;
	unsigned k;

	begin_tcp(&w->frame, HOST(i), 40000, SERVER + i, 1723, 0, SYN);
	finish(&w->frame);
	send(w, VPNALG_OUT);
	begin_tcp(&w->frame, HOST(i), 40000, SERVER + i, 1723, sequence, ACK);
	add(&w->frame, begin, sizeof(begin));
	finish(&w->frame);
	send(w, VPNALG_OUT);
	sequence += sizeof(begin);
	for (k = 0; k < 4; k++) {
		begin_tcp(&w->frame, HOST(i), 40000, SERVER + i, 1723,
			  sequence, ACK);
		put16(call + 12, k);
		put16(call + 14, k);
		call[16] = 1;
		add(&w->frame, call, sizeof(call));
		finish(&w->frame);
		send(w, VPNALG_OUT);
		sequence += sizeof(call);
	}
}

static void sweep(struct world *w, void (*open)(struct world *w, unsigned i))
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 30000 });
	for (i = 0; i < SESSIONS; i++)
		open(w, i);
	for (i = 0; i < 20; i++)
		measure_sweep(w, BUDGET);
	w->now += (vpnalg_time)1 << 40;
	for (i = 0; i < 60; i++)
		measure_sweep(w, BUDGET);
	world_end(w);
}

#define SWEEP_OF(name)                       \
	static void name(struct world *w)    \
	{                                    \
		sweep(w, open_##name);       \
	}

SWEEP_OF(gre)
SWEEP_OF(ike)
SWEEP_OF(esp_of_one_remote)
SWEEP_OF(esp)
SWEEP_OF(udp)
SWEEP_OF(l2tp)
SWEEP_OF(pptp)

const struct state sweep_states[] = {
	{ "sweep-gre", gre },
	{ "sweep-ike", ike },
	{ "sweep-esp-one-remote", esp_of_one_remote },
	{ "sweep-esp", esp },
	{ "sweep-udp", udp },
	{ "sweep-l2tp", l2tp },
	{ "sweep-pptp", pptp },
	{ 0 },
};
