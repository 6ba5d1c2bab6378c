/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports that are used up, and plain sessions. */
#include "cost.h"

#define CALLS 60

static void ask_ike(struct world *w, uint32_t host, unsigned port)
{
	make_ike(&w->frame, host, port, SERVER, 500, 0x10000 + host, true, 34,
		 false, 0);
}

/* Sessions with one server, each with the port that it asks for. */
static void fill_ports(struct world *w, unsigned first, unsigned step,
		       unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		begin_udp(&w->frame, HOST(i / 4096), first + i * step, SERVER,
			  500);
		finish(&w->frame);
		send(w, VPNALG_OUT);
	}
}

static void one_parity_used(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 100000 });
	fill_ports(w, 1024, 2, 32256);
	for (i = 0; i < CALLS; i++) {
		begin_udp(&w->frame, HOST(5000), 1024 + 2 * i, SERVER, 500);
		finish(&w->frame);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

static void low_ports_used(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 100000 });
	for (i = 0; i < 520; i++) {
		ask_ike(w, HOST(i), 500);
		send(w, VPNALG_OUT);
	}
	for (i = 0; i < CALLS; i++) {
		ask_ike(w, HOST(5000 + i), 500);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

static void all_ports_used(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 200000 });
	fill_ports(w, 1024, 1, 64512);
	for (i = 0; i < 4 * CALLS; i++) {
		begin_udp(&w->frame, HOST(5000 + i % 3), 1024 + i, SERVER, 500);
		finish(&w->frame);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

/* As after a server has lost its clients: the ports are taken by sessions that
 * are dead and not swept. */
static void all_ports_dead(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 200000 });
	fill_ports(w, 1024, 1, 10000);
	w->now += 100000000;
	for (i = 0; i < CALLS; i++) {
		begin_udp(&w->frame, HOST(5000), 1024 + i, SERVER, 500);
		finish(&w->frame);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

static void use_general(struct world *w, uint32_t host, unsigned port)
{
	begin_udp(&w->frame, host, port, STRANGER, 53);
	finish(&w->frame);
}

static void all_mappings_used(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 20000,
					  .ports = { 2000, 2999 } });
	for (i = 2000; i < 3000; i++) {
		use_general(w, HOST(1), i);
		send(w, VPNALG_OUT);
	}
	for (i = 0; i < 4 * CALLS; i++) {
		use_general(w, HOST(2 + i % 3), 1024 + i);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

/* The owner of the address has all others in use. */
static void callback_says_next(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 2000,
					  .choice = VPNALG_CHOICE_NEXT });
	for (i = 0; i < CALLS; i++) {
		use_general(w, HOST(1), 1024 + i);
		measure(w, VPNALG_OUT, ANY_PACKET);
		ask_ike(w, HOST(i), 500);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

static void store_is_full(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 60 });
	for (i = 0; i < 200; i++) {
		use_general(w, HOST(1), 1024 + i);
		if (i < 140)
			send(w, VPNALG_OUT);
		else
			measure(w, VPNALG_OUT, ANY_PACKET);
		make_keyed_gre(&w->frame, HOST(i), SERVER, i);
		measure(w, VPNALG_OUT, ANY_PACKET);
	}
	world_end(w);
}

/* Sessions that go on, both ways. */

static void in_and_out(struct world *w, unsigned port, unsigned remote_port,
		       const char *data)
{
	unsigned outside, i;

	begin_udp(&w->frame, HOST(1), port, SERVER, remote_port);
	add(&w->frame, data, 16);
	finish(&w->frame);
	send(w, VPNALG_OUT);
	outside = get16(w->frame.bytes + 20);
	for (i = 0; i < 10; i++) {
		w->now += 20000;
		begin_udp(&w->frame, HOST(1), port, SERVER, remote_port);
		add(&w->frame, data, 16);
		finish(&w->frame);
		measure(w, VPNALG_OUT, ESTABLISHED);
		begin_udp(&w->frame, SERVER, remote_port, OUTSIDE, outside);
		add(&w->frame, data, 16);
		finish(&w->frame);
		measure(w, VPNALG_IN, ESTABLISHED);
	}
}

static void general_udp(struct world *w)
{
	world_begin(w, &(struct options){ .units = 600 });
	in_and_out(w, 40000, 53, "sixteen bytes...");
	world_end(w);
}

static void nat_t(struct world *w)
{
	world_begin(w, &(struct options){ .units = 600 });
	in_and_out(w, 4500, 4500, "\1\2\3\4\0\0\0\1datadata");
	world_end(w);
}

static void keyed_gre(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 600 });
	make_keyed_gre(&w->frame, HOST(1), SERVER, 7);
	send(w, VPNALG_OUT);
	for (i = 0; i < 10; i++) {
		w->now += 50000;
		make_keyed_gre(&w->frame, HOST(1), SERVER, 7);
		measure(w, VPNALG_OUT, ESTABLISHED);
		make_keyed_gre(&w->frame, SERVER, OUTSIDE, 7);
		measure(w, VPNALG_IN, ESTABLISHED);
	}
	world_end(w);
}

static void general_tcp(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 600 });
	begin_tcp(&w->frame, HOST(1), 40000, SERVER, 443, 1, SYN);
	finish(&w->frame);
	send(w, VPNALG_OUT);
	begin_tcp(&w->frame, SERVER, 443, OUTSIDE, 40000, 1, SYN | ACK);
	finish(&w->frame);
	send(w, VPNALG_IN);
	for (i = 0; i < 10; i++) {
		begin_tcp(&w->frame, HOST(1), 40000, SERVER, 443, 2, ACK);
		add(&w->frame, "data", 4);
		finish(&w->frame);
		measure(w, VPNALG_OUT, ESTABLISHED);
		begin_tcp(&w->frame, SERVER, 443, OUTSIDE, 40000, 2, ACK);
		finish(&w->frame);
		measure(w, VPNALG_IN, ESTABLISHED);
	}
	world_end(w);
}

/* From outside, for nobody: spoofed, to ports and of protocols of all kinds. */
static void strays(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 6000 });
	fill_ports(w, 1024, 1, 100);
	for (i = 0; i < 40; i++) {
		begin_udp(&w->frame, i % 2 ? SERVER : STRANGER, 500 + i * 401,
			  OUTSIDE, i * 500);
		add(&w->frame, "0123456789abcdefghijklmnopqrstuv", 32);
		finish(&w->frame);
		measure(w, VPNALG_IN, ANY_PACKET);
		make_gre(&w->frame, i % 2 ? SERVER : STRANGER, OUTSIDE, i);
		measure(w, VPNALG_IN, ANY_PACKET);
		begin_ip(&w->frame, SERVER, OUTSIDE, L2TP_IP);
		add32(&w->frame, i);
		finish(&w->frame);
		measure(w, VPNALG_IN, ANY_PACKET);
	}
	world_end(w);
}

const struct state engine_states[] = {
	{ "one-parity-used", one_parity_used },
	{ "low-ports-used", low_ports_used },
	{ "all-ports-used", all_ports_used },
	{ "all-ports-dead", all_ports_dead },
	{ "all-mappings-used", all_mappings_used },
	{ "callback-says-next", callback_says_next },
	{ "store-is-full", store_is_full },
	{ "general-udp", general_udp },
	{ "general-tcp", general_tcp },
	{ "nat-t", nat_t },
	{ "keyed-gre", keyed_gre },
	{ "strays", strays },
	{ 0 },
};
