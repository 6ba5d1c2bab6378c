/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients and a server that do anything at any time, while the store fails now
 * and then. The server knows to whom it sends; nobody else may get it, and
 * while the tunnel is up its owner does. */
#include "support_l2tp.h"
#include "cases.h"

#include <string.h>

/* After that long a silence a tunnel may be forgotten. */
enum { CLIENTS = 6, CALLS = 64, STEPS = 800, SILENCE = 280000 };

/* The server's end of a requested tunnel. Its own ID is PEER_FIRST plus its
 * place. */
struct request {
	bool used, up;
	uint16_t port;  /* where it answers to */
	uint32_t outside;
	uint32_t id;    /* what it was told */
	unsigned owner; /* who has confirmed it */
};

enum { PEER_FIRST = 1000 };

static struct world w;
static struct request calls[CALLS];
static unsigned call_count, delivered;
static struct tunnel clients[CLIENTS];
static bool pending[CLIENTS];
static vpnalg_time spoke[CLIENTS]; /* when they last got through */
static uint32_t dice;

static unsigned roll(unsigned sides)
{
	dice = dice * 1103515245 + 12345;
	return (dice >> 16) % sides;
}

static const struct row {
	const char *what;
	uint8_t version;
	bool udp, fixed_port;
	uint32_t ids; /* how many different ones clients choose from */
} rows[] = {
	{ "by ports", 2, true, false, 1 },
	{ "shared", 2, true, true, 1 },
	{ "shared, more IDs", 2, true, true, 3 },
	{ "version 3 on UDP", 3, true, true, 2 },
	{ "over IP", 3, false, true, 2 },
};

static void request(const struct row *row, unsigned n)
{
	struct tunnel *t = &clients[n];
	struct request *a;

	if (call_count == CALLS)
		return;
	if (roll(3) == 0)
		t->own = 7 + roll(row->ids);
	t->peer = 0; /* it gives up what it had */
	if (tunnel_requests(&w, t) != VPNALG_TRANSLATED)
		return;
	pending[n] = true;
	a = &calls[call_count++];
	*a = (struct request){ .used = true, .outside = t->outside,
			     .port = row->fixed_port && row->udp ? L2TP
							      : t->outside_port,
			     .id = t->outside_own };
}

static struct bytes to_client(const struct request *a, const struct bytes *m)
{
	return l2tp_packet(SERVER, a->port ? L2TP : 0, a->outside, a->port, m);
}

/* The host that gets the answer confirms it if it has requested such a
 * tunnel. */
static void answer(const struct row *row, struct request *a)
{
	uint32_t peer = PEER_FIRST + (uint32_t)(a - calls);
	struct bytes m = l2tp_control(row->version, a->id, 0, SCCRP), p;
	unsigned n;

	l2tp_avp(&m, row->version == 2 ? 9 : 61, row->version == 2 ? 2 : 4,
		 peer);
	p = to_client(a, &m);
	if (send_packet(&w, VPNALG_IN, &p) != VPNALG_TRANSLATED)
		return;
	n = destination(&w) - CLIENT_A;
	ck_assert_uint_lt(n, CLIENTS);
	if (!pending[n] ||
	    (row->version == 2 ? get16(l2tp(&w) + 4) : get32(l2tp(&w) + 4)) !=
		    clients[n].own)
		return;
	clients[n].peer = peer;
	if (tunnel_confirms(&w, &clients[n]) != VPNALG_TRANSLATED)
		return;
	pending[n] = false;
	a->up = true;
	a->owner = n;
	spoke[n] = w.now;
}

/* Tells whether the tunnel is up, its owner has no other one instead, and has
 * spoken not long ago. */
static bool lives(const struct request *a)
{
	return a->up && w.now - spoke[a->owner] <= SILENCE &&
	       clients[a->owner].peer == PEER_FIRST + (uint32_t)(a - calls);
}

static uint32_t header_id(const struct row *row, bool control)
{
	if (row->version == 3)
		return get32(l2tp(&w) + 4);
	return get16(l2tp(&w) + (control ? 4 : 2));
}

/* A packet from the server to a tunnel that is up goes to its owner, with the
 * owner's ID. */
static void send_in(const struct row *row, const struct request *a,
		    const struct bytes *m, bool control)
{
	const struct tunnel *t = &clients[a->owner];
	struct bytes p = to_client(a, m);
	bool fails = w.fail_in != 0;
	unsigned result = send_packet(&w, VPNALG_IN, &p);

	if (fails && result != VPNALG_TRANSLATED)
		return;
	ck_assert_msg(result == VPNALG_TRANSLATED, "%s: %s", row->what,
		      vpnalg_result_text(result));
	ck_assert_uint_eq(destination(&w), t->client);
	if (row->udp)
		ck_assert_uint_eq(get16(l4(&w) + 2), t->port);
	ck_assert_uint_eq(header_id(row, control), t->own);
	delivered++;
}

static void hello(const struct row *row, const struct request *a)
{
	struct bytes m = l2tp_control(row->version, a->id, 1, HELLO);

	if (lives(a))
		send_in(row, a, &m, true);
}

/* Data of version 2, both ways; what goes out is the server's by its ID. */
static void data(const struct row *row, const struct request *a)
{
	const struct tunnel *t = &clients[a->owner];
	struct bytes m = l2tp_data2((uint16_t)t->peer, 1, 7);
	bool fails = w.fail_in != 0;

	if (!lives(a) || row->version != 2)
		return;
	if (tunnel_says(&w, t, &m) == VPNALG_TRANSLATED) {
		ck_assert_uint_eq(header_id(row, false), t->peer);
		ck_assert_uint_eq(get16(l4(&w)), a->port);
		spoke[a->owner] = w.now;
	} else {
		ck_assert_msg(fails, "%s: %s", row->what,
			      vpnalg_result_text(w.last.result));
	}
	m = l2tp_data2((uint16_t)a->id, 1, 7);
	send_in(row, a, &m, false);
}

static void stop(struct request *a, const struct row *row)
{
	struct bytes m = l2tp_control(row->version, a->id, 2, STOPCCN), p;

	l2tp_avp(&m, row->version == 2 ? 9 : 61, row->version == 2 ? 2 : 4,
		 PEER_FIRST + (uint32_t)(a - calls));
	p = to_client(a, &m);
	send_packet(&w, VPNALG_IN, &p);
	a->used = a->up = false;
}

static void tell(unsigned n, unsigned type)
{
	if (client_tells(&w, &clients[n], type) != VPNALG_TRANSLATED)
		return;
	spoke[n] = w.now;
	if (type == STOPCCN) {
		clients[n].peer = 0;
		pending[n] = false;
	}
}

/* The tunnel that a client has now, or any. */
static struct request *tunnel_of(unsigned n)
{
	if (clients[n].peer != 0)
		return &calls[clients[n].peer - PEER_FIRST];
	return &calls[call_count ? roll(call_count) : 0];
}

static void step(const struct row *row)
{
	unsigned n = roll(CLIENTS);
	struct request *a = &calls[call_count ? roll(call_count) : 0];

	switch (roll(10)) {
	case 0:
		request(row, n);
		break;
	case 1:
	case 2:
		if (a->used && !a->up)
			answer(row, a);
		break;
	case 3:
		tell(n, roll(9) ? HELLO : STOPCCN);
		break;
	case 4:
		if (roll(5) == 0 && a->used)
			stop(a, row);
		break;
	case 5:
		world_wait(&w, roll(10) ? roll(3000) : roll(200000));
		break;
	case 6:
	case 7:
		data(row, tunnel_of(n));
		break;
	default:
		hello(row, tunnel_of(n));
	}
}

START_TEST(a_packet_from_the_server_reaches_its_owner)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2, 0xcb007103 };
	const struct row *row = &rows[_i % ROWS(rows)];
	unsigned i;

	dice = (uint32_t)_i + 1;
	call_count = delivered = 0;
	l2tp_world(&w, (struct world_options){
			       .addresses = addresses,
			       .address_count = 1 + (size_t)_i / ROWS(rows) % 3,
			       .pool_key = { (uint64_t)_i, 1 } });
	for (i = 0; i < CLIENTS; i++) {
		clients[i] = (struct tunnel){ .client = CLIENT_A + i,
					      .server = SERVER,
					      .port = row->udp ? L2TP : 0,
					      .version = row->version,
					      .fixed_port = row->fixed_port,
					      .own = 7 };
		pending[i] = false;
	}
	for (i = 0; i < STEPS; i++) {
		if (roll(20) == 0)
			w.fail_in = 1 + roll(4);
		step(row);
	}
	ck_assert_msg(delivered > 20, "%s: %u", row->what, delivered);
	world_end(&w);
}
END_TEST

TCase *l2tp_model_case(void)
{
	TCase *t = tcase_create("model");

	tcase_add_loop_test(t, a_packet_from_the_server_reaches_its_owner, 0,
			    10 * ROWS(rows));
	return t;
}
