/* SPDX-License-Identifier: BSD-2-Clause */
/* Data of L2TP tunnels that go on, both ways, in each of its forms. */
#include "cost.h"

#define PORT 1701

enum { SCCRQ = 1, SCCRP = 2, SCCCN = 3, ICRQ = 10, ICRP = 11, ICCN = 12 };
enum { ASSIGNED_TUNNEL = 9, ASSIGNED_CONNECTION = 61, LOCAL_SESSION = 63,
       REMOTE_SESSION = 64 };

/* A tunnel, and of version 3 a session in it; a port of 0 is L2TP over IP. */
struct tunnel {
	uint32_t host, server;
	unsigned port, version;
	uint32_t own, peer, session, peer_session;
	bool insists;
	/* As the server sees them. */
	unsigned outside_port;
	uint32_t outside_own, outside_session;
};

static void begin_out(struct world *w, const struct tunnel *t)
{
	if (t->port == 0)
		begin_ip(&w->frame, t->host, t->server, L2TP_IP);
	else
		begin_udp(&w->frame, t->host, t->port, t->server, PORT);
}

static void begin_in(struct world *w, const struct tunnel *t)
{
	if (t->port == 0)
		begin_ip(&w->frame, t->server, OUTSIDE, L2TP_IP);
	else
		begin_udp(&w->frame, t->server, PORT, OUTSIDE,
			  t->insists ? PORT : t->outside_port);
}

static void add_avp(struct frame *f, unsigned type, uint32_t value,
		    unsigned size)
{
	add16(f, 0x8000 | (6 + size));
	add16(f, 0);
	add16(f, type);
	if (size == 2)
		add16(f, value);
	else
		add32(f, value);
}

/* A control message to one of the other end's IDs; of the IDs those are named
 * that are not 0, by their AVPs. */
static void add_control(struct frame *f, const struct tunnel *t, uint32_t to,
			unsigned type, const uint32_t *ids)
{
	static const unsigned avps[] = { ASSIGNED_CONNECTION, LOCAL_SESSION,
					 REMOTE_SESSION };
	uint32_t at;
	unsigned i;

	if (t->port == 0)
		add32(f, 0);
	at = f->length;
	add16(f, 0xc800 | t->version);
	add16(f, 0);
	if (t->version == 3)
		add32(f, to);
	else
		add32(f, to << 16);
	add32(f, 0);
	add_avp(f, 0, type, 2);
	for (i = 0; i < 3; i++)
		if (ids[i] != 0 && t->version == 3)
			add_avp(f, avps[i], ids[i], 4);
		else if (ids[i] != 0)
			add_avp(f, ASSIGNED_TUNNEL, ids[i], 2);
	put16(f->bytes + at + 2, f->length - at);
	finish(f);
}

static void go_out(struct world *w, const struct tunnel *t, unsigned type,
		   uint32_t connection, uint32_t local, uint32_t remote)
{
	const uint32_t ids[] = { connection, local, remote };

	begin_out(w, t);
	add_control(&w->frame, t, type == SCCRQ ? 0 : t->peer, type, ids);
	send(w, VPNALG_OUT);
}

static void come_in(struct world *w, const struct tunnel *t, unsigned type,
		    uint32_t connection, uint32_t local, uint32_t remote)
{
	const uint32_t ids[] = { connection, local, remote };

	begin_in(w, t);
	add_control(&w->frame, t, t->outside_own, type, ids);
	send(w, VPNALG_IN);
}

/* The value of the second AVP of what has gone out. */
static uint32_t named(const struct world *w, const struct tunnel *t)
{
	const uint8_t *value = w->frame.bytes + (t->port == 0 ? 50 : 54);

	if (t->version == 2)
		return get16(value);
	return (uint32_t)get16(value) << 16 | get16(value + 2);
}

static void begin_tunnel(struct world *w, struct tunnel *t)
{
	unsigned tries;

	for (tries = 0; tries < 5; tries++) {
		go_out(w, t, SCCRQ, t->own, 0, 0);
		t->outside_port = get16(w->frame.bytes + 20);
		t->outside_own = named(w, t);
		come_in(w, t, SCCRP, t->peer, 0, 0);
		w->now += 1000;
	}
	go_out(w, t, SCCCN, 0, 0, 0);
	if (t->version == 2)
		return;
	go_out(w, t, ICRQ, 0, t->session, 0);
	t->outside_session = named(w, t);
	come_in(w, t, ICRP, 0, t->peer_session, t->outside_session);
	go_out(w, t, ICCN, 0, t->session, t->peer_session);
}

/* With a Length and an Offset Size (RFC 2661 3.1) in every other packet of
 * version 2. */
static void add_data(struct frame *f, const struct tunnel *t, uint32_t id,
		     uint32_t session, unsigned n)
{
	if (t->version == 2) {
		add16(f, n % 2 ? 0x4202 : 2);
		if (n % 2)
			add16(f, 26);
		add16(f, id);
		add16(f, session);
		if (n % 2)
			add16(f, 0);
	} else {
		if (t->port != 0)
			add32(f, 0x30000);
		add32(f, session);
	}
	add(f, "\377\3\0\41sixteen bytes...", 20);
	finish(f);
}

static const unsigned pauses[] = { 1, 10, 1000, 20000, 1 };

/* By the first packet the session's ID may become the flow's. */
static void carry(struct world *w, const struct tunnel *t)
{
	unsigned i;

	for (i = 0; i < 20; i++) {
		w->now += pauses[i % 5];
		begin_out(w, t);
		add_data(&w->frame, t, t->peer, t->peer_session, i);
		measure(w, VPNALG_OUT, i == 0 ? ANY_PACKET : ESTABLISHED);
		begin_in(w, t);
		add_data(&w->frame, t, t->outside_own, t->outside_session, i);
		measure(w, VPNALG_IN, ESTABLISHED);
	}
}

/* The last of many hosts with a tunnel. */
static void carry_last(struct world *w, struct tunnel t, unsigned count)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 20000 });
	t.server = SERVER;
	for (i = 0; i < count; i++) {
		t.host = HOST(i);
		t.own++;
		t.peer++;
		t.session++;
		t.peer_session++;
		begin_tunnel(w, &t);
	}
	carry(w, &t);
	world_end(w);
}

static void version_2(struct world *w)
{
	carry_last(w, (struct tunnel){ .port = 40000, .version = 2,
				       .own = 0x100, .peer = 0x4000 }, 1);
}

static void version_2_shared(struct world *w)
{
	carry_last(w, (struct tunnel){ .port = PORT, .version = 2,
				       .own = 0x100, .peer = 0x4000,
				       .insists = true }, 50);
}

static const struct tunnel third = { .port = 40000, .version = 3,
				     .own = 0x10000, .peer = 0x40000,
				     .session = 0x20000,
				     .peer_session = 0x50000 };

static void version_3(struct world *w)
{
	carry_last(w, third, 1);
}

static void version_3_shared(struct world *w)
{
	struct tunnel t = third;

	t.port = PORT;
	t.insists = true;
	carry_last(w, t, 50);
}

static void version_3_over_ip(struct world *w)
{
	struct tunnel t = third;

	t.port = 0;
	carry_last(w, t, 50);
}

/* Packets that are not L2TP, in both directions between its ports. */
static void foreign(struct world *w)
{
	unsigned i;

	world_begin(w, &(struct options){ .units = 600 });
	for (i = 0; i < 20; i++) {
		w->now += pauses[i % 5];
		begin_udp(&w->frame, HOST(1), 51820, SERVER, PORT);
		add(&w->frame, "\4\0\0\0sixteen bytes...", 20);
		finish(&w->frame);
		measure(w, VPNALG_OUT, i == 0 ? ANY_PACKET : ESTABLISHED);
		begin_udp(&w->frame, SERVER, PORT, OUTSIDE, 51820);
		add(&w->frame, "\4\0\0\0sixteen bytes...", 20);
		finish(&w->frame);
		measure(w, VPNALG_IN, ESTABLISHED);
	}
	world_end(w);
}

const struct state data_states[] = {
	{ "l2tp2-data", version_2 },
	{ "l2tp2-data-shared", version_2_shared },
	{ "l2tp3-data", version_3 },
	{ "l2tp3-data-shared", version_3_shared },
	{ "l2tp3-data-over-ip", version_3_over_ip },
	{ "port-1701-foreign", foreign },
	{ 0 },
};
