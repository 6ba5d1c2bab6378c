/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP: messages full of AVPs, and tunnels. */
#include "cost.h"

#define PORT 1701

static void add_avps(struct world *w, uint32_t length)
{
	uint32_t at = 28;

	while (w->frame.length + 6 <= length) {
		add16(&w->frame, 6);
		add32(&w->frame, 99);
	}
	put16(w->frame.bytes + at + 2, w->frame.length - at);
	finish(&w->frame);
}

static const uint32_t lengths[] = { 100, 1500, 9000, 65000 };

static void avps(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 6000 });
	make_l2tp(&w->frame, HOST(1), 40000, SERVER, PORT, 0, 1, 5);
	send(w, VPNALG_OUT);
	for (i = 0; i < 4; i++) {
		make_l2tp(&w->frame, STRANGER, PORT, OUTSIDE, PORT, 5, 2, 0);
		add_avps(w, lengths[i]);
		measure(w, VPNALG_IN, CONTROL);
		make_l2tp(&w->frame, SERVER, PORT, OUTSIDE, 40000, 5, 2, 9);
		add_avps(w, lengths[i]);
		measure(w, VPNALG_IN, CONTROL);
		make_l2tp(&w->frame, HOST(2 + i), PORT, SERVER, PORT, 0, 1, 5);
		add_avps(w, lengths[i]);
		measure(w, VPNALG_OUT, CONTROL);
	}
	world_end(w);
}

const struct state l2tp_states[] = {
	{ "l2tp-avps", avps },
	{ 0 },
};
