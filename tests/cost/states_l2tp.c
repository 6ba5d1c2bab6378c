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

static void make_data(struct world *w, uint32_t from, unsigned from_port,
		      uint32_t to, unsigned to_port, unsigned tunnel)
{
	begin_udp(&w->frame, from, from_port, to, to_port);
	add16(&w->frame, 2);
	add16(&w->frame, tunnel);
	add16(&w->frame, 1);
	add(&w->frame, "\377\3\0\41datadatadatadata", 20);
	finish(&w->frame);
}

/* A tunnel of a server with a fixed port; its IDs are n, 0x4000 + n. */
static void begin_tunnel(struct world *w, unsigned n)
{
	unsigned tries;

	for (tries = 0; tries < 4; tries++) {
		make_l2tp(&w->frame, HOST(n), PORT, SERVER, PORT, 0, 1, n);
		send(w, VPNALG_OUT);
		make_l2tp(&w->frame, SERVER, PORT, OUTSIDE, PORT, n, 2,
			  0x4000 + n);
		send(w, VPNALG_IN);
		w->now += 1000;
	}
	make_l2tp(&w->frame, HOST(n), PORT, SERVER, PORT, 0x4000 + n, 3, 0);
	send(w, VPNALG_OUT);
}

/* Data of a tunnel that others share the port with, and of one that has a port
 * for itself. Now and then, and at first, the tunnel is looked for, too. */
static void tunnels(struct world *w)
{
	enum judge judge;
	unsigned i;

	world_begin(w, &(struct options){ .units = 20000 });
	for (i = 1; i <= 200; i++)
		begin_tunnel(w, i);
	make_l2tp(&w->frame, HOST(1), 40000, STRANGER, PORT, 0, 1, 7);
	send(w, VPNALG_OUT);
	make_l2tp(&w->frame, STRANGER, PORT, OUTSIDE, 40000, 7, 2, 8);
	send(w, VPNALG_IN);
	make_l2tp(&w->frame, HOST(1), 40000, STRANGER, PORT, 8, 3, 0);
	send(w, VPNALG_OUT);
	for (i = 0; i < 20; i++) {
		w->now += i < 10 ? 10 : 1000;
		judge = i == 0 ? ANY_PACKET : ESTABLISHED;
		make_data(w, HOST(150), PORT, SERVER, PORT, 0x4000 + 150);
		measure(w, VPNALG_OUT, judge);
		make_data(w, SERVER, PORT, OUTSIDE, PORT, 150);
		measure(w, VPNALG_IN, judge);
		make_data(w, HOST(1), 40000, STRANGER, PORT, 8);
		measure(w, VPNALG_OUT, judge);
		make_data(w, STRANGER, PORT, OUTSIDE, 40000, 7);
		measure(w, VPNALG_IN, judge);
	}
	world_end(w);
}

/* Packets that are refused, or of no tunnel, beside many tunnels. */
static void nobodys(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 20000 });
	for (i = 1; i <= 200; i++)
		begin_tunnel(w, i);
	for (i = 1; i < 60; i++) {
		make_data(w, HOST(300), PORT, SERVER, PORT, 0x4000 + i);
		measure(w, VPNALG_OUT, ANY_PACKET);
		make_data(w, HOST(i), PORT, SERVER, PORT, 0x4001 + i);
		measure(w, VPNALG_OUT, ANY_PACKET);
		make_data(w, SERVER, PORT, OUTSIDE, PORT, 7000 + i);
		measure(w, VPNALG_IN, ANY_PACKET);
		make_l2tp(&w->frame, SERVER, PORT, OUTSIDE, PORT, i, 2,
			  0x5000 + i);
		measure(w, VPNALG_IN, CONTROL);
		make_l2tp(&w->frame, SERVER, PORT, OUTSIDE, PORT, 7000 + i, 4,
			  i);
		measure(w, VPNALG_IN, CONTROL);
		make_l2tp(&w->frame, HOST(i), PORT, SERVER, PORT, 0x4001 + i, 4,
			  i);
		measure(w, VPNALG_OUT, CONTROL);
	}
	world_end(w);
}

/* Many hosts ask a server that is silent. */
static void pending(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 20000 });
	for (i = 0; i < 2000; i++) {
		make_l2tp(&w->frame, HOST(i % 400), PORT, SERVER, PORT, 0, 1,
			  1 + i % 7);
		if (i % 20 == 0)
			measure(w, VPNALG_OUT, CONTROL);
		else
			send(w, VPNALG_OUT);
		w->now += 7;
	}
	for (i = 0; i < 40; i++) {
		make_l2tp(&w->frame, SERVER, PORT, OUTSIDE, PORT, i, 2, 9);
		measure(w, VPNALG_IN, CONTROL);
	}
	world_end(w);
}

/* One host has all Tunnel IDs towards the server. */
static void all_ids_used(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 150000 });
	begin_tunnel(w, 1);
	begin_tunnel(w, 2); /* the server has a fixed port */
	for (i = 1; i < 65536; i++) {
		make_l2tp(&w->frame, HOST(1), PORT, SERVER, PORT, 0, 1, i);
		send(w, VPNALG_OUT);
	}
	for (i = 0; i < 40; i++) {
		make_l2tp(&w->frame, HOST(3), PORT, SERVER, PORT, 0, 1,
			  1000 + i);
		measure(w, VPNALG_OUT, CONTROL);
	}
	world_end(w);
}

/* Version 3 over IP: unmanaged sessions, and what is nobody's. */
static void over_ip(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 20000 });
	for (i = 0; i < 100; i++) {
		w->now += i % 10 == 0 ? 20000 : 1000;
		begin_ip(&w->frame, HOST(1), SERVER, L2TP_IP);
		add32(&w->frame, 0x1000 + i / 50);
		add(&w->frame, "cookiedatadatada", 16);
		finish(&w->frame);
		measure(w, VPNALG_OUT, i % 10 == 0 ? ANY_PACKET : ESTABLISHED);
		begin_ip(&w->frame, SERVER, OUTSIDE, L2TP_IP);
		add32(&w->frame, 0x2000 + i);
		add(&w->frame, "cookiedatadatada", 16);
		finish(&w->frame);
		measure(w, VPNALG_IN, ESTABLISHED);
		begin_ip(&w->frame, HOST(2 + i), SERVER, L2TP_IP);
		add32(&w->frame, 0x1000 + i);
		add(&w->frame, "cookiedatadatada", 16);
		finish(&w->frame);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

/* UDP to port 1701 that is not L2TP. */
static void foreign(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 20000 });
	for (i = 0; i < 100; i++) {
		w->now += 5000;
		begin_udp(&w->frame, HOST(i % 50), 51820, SERVER, PORT);
		add(&w->frame, "\4\0\0\0datadatadatadata", 20);
		finish(&w->frame);
		measure(w, VPNALG_OUT, i < 50 ? ANY_PACKET : ESTABLISHED);
	}
	world_end(w);
}

/* Forged GRE with Keys that nobody has, for one host and for several. */
static void gre_keys(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 20000 });
	for (i = 0; i < 90; i++) {
		if (i % 30 == 0) {
			make_keyed_gre(&w->frame, HOST(i), SERVER, i);
			measure(w, VPNALG_OUT, ANY_PACKET);
		}
		make_keyed_gre(&w->frame, SERVER, OUTSIDE, 0x1000 + i);
		measure(w, VPNALG_IN, ANY_PACKET);
		make_keyed_gre(&w->frame, HOST(200 + i), SERVER, 0);
		measure(w, VPNALG_OUT, ANY_PACKET);
		w->now += 700;
	}
	world_end(w);
}

const struct state l2tp_states[] = {
	{ "l2tp-avps", avps },
	{ "l2tp-tunnels", tunnels },
	{ "l2tp-nobodys", nobodys },
	{ "l2tp-pending", pending },
	{ "l2tp-all-ids-used", all_ids_used },
	{ "l2tp-over-ip", over_ip },
	{ "l2tp-foreign", foreign },
	{ "gre-keys", gre_keys },
	{ 0 },
};
