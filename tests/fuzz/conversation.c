/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes the steps of an input. */
#include "conversation.h"

#include <string.h>

#include "errors.h"
#include "input.h"
#include "listing.h"
#include "owner.h"
#include "pieces.h"
#include "report.h"
#include "rogue.h"
#include "say.h"
#include "strange.h"

#define FLOWS 8
#define KEPT 8
#define STEPS_MAX 400

struct talk {
	struct worlds worlds;
	struct flow flows[FLOWS];
	struct draft held[DRAFTS_MAX]; /* for a burst */
	size_t held_count;
	struct sent kept[KEPT]; /* the last packets, as they came out */
	unsigned kept_count;
};

static struct talk talk;

static void begin(struct talk *t, const uint8_t *in)
{
	unsigned i;

	t->worlds = (struct worlds){ 0 };
	t->held_count = 0;
	t->kept_count = 0;
	memset(t->kept, 0, sizeof(t->kept));
	memset(rogue_script, 0, sizeof(rogue_script));
	input_settings(&t->worlds, in);
	world_begin(&t->worlds.first, &t->worlds.settings);
	if (t->worlds.two)
		world_begin(&t->worlds.second, &t->worlds.settings);
	for (i = 0; i < FLOWS; i++)
		flow_begin(&t->flows[i], i);
}

/* --- Packets. */

static void send_held(struct talk *t)
{
	size_t i;

	if (t->held_count > 0)
		drafts_send(&t->worlds, t->held, t->held_count);
	for (i = 0; i < t->held_count; i++)
		if (t->held[i].sent.result == VPNALG_TRANSLATED)
			t->kept[t->kept_count++ % KEPT] = t->held[i].sent;
	t->held_count = 0;
}

static void add_draft(struct talk *t, const struct draft *d,
		      const struct step *s)
{
	t->held[t->held_count++] = *d;
	if (!(s->which & 0x40) || t->held_count == DRAFTS_MAX ||
	    t->worlds.heals)
		send_held(t);
}

/* Sends a packet in fragments, all at once or one by one. */
static bool send_pieces(struct talk *t, const struct draft *d,
			const struct step *s)
{
	static struct draft pieces[DRAFTS_MAX];
	size_t count = pieces_make(d, s, pieces), i;

	if (count == 0)
		return false;
	send_held(t);
	for (i = 0; i < count; i++) {
		t->held[t->held_count++] = pieces[i];
		if (!(s->which & 0x40))
			send_held(t);
	}
	send_held(t);
	return true;
}

static void say(struct talk *t, const struct step *s,
		speaker *speaks)
{
	struct draft d = { .flow = &t->flows[s->which & 7],
			   .inward = s->which & 8 };

	draft_make(&d, s, speaks);
	d.sent.no_undo = s->which & 0x20;
	d.sent.align = s->which & 0x10 ? 1 : 0;
	if (s->which & 0x80)
		make_strange(&d, s, &t->worlds.settings);
	else if (t->worlds.settings.fragments && (s->strange & 0x80) &&
		 send_pieces(t, &d, s))
		return;
	add_draft(t, &d, s);
}

/* Returns one of the last packets, or NULL if there is none. */
static const struct sent *kept_packet(const struct talk *t,
				      const struct step *s)
{
	if (t->kept_count == 0)
		return NULL;
	return &t->kept[(t->kept_count - 1 - s->value % KEPT) % KEPT];
}

/* One of the last packets once more, in any direction. */
static void repeat(struct talk *t, const struct step *s)
{
	struct draft d = { .flow = NULL };
	const struct sent *kept = kept_packet(t, s);

	if (kept == NULL || kept->bytes.length == 0)
		return;
	d.sent = *kept;
	d.sent.direction = (d.sent.direction ^ s->message) & 3;
	d.sent.no_undo = s->which & 0x20;
	if (s->which & 0x80) {
		uint32_t len = d.sent.len;

		make_strange(&d, s, &t->worlds.settings);
		if (len > d.sent.len)
			d.sent.len = len;
	}
	add_draft(t, &d, s);
}

/* An ICMP error about one of the last packets, from the side to which that
 * packet went. */
static void complain(struct talk *t, const struct step *s)
{
	struct draft d = { .flow = NULL };
	const struct sent *about = kept_packet(t, s);
	struct bytes inner;

	if (about == NULL || about->bytes.length < 20)
		return;
	d.sent.direction = about->direction & VPNALG_IN ? VPNALG_OUT
							: VPNALG_IN;
	make_error(&d.sent.bytes, &about->bytes, about->direction & VPNALG_IN,
		   s);
	if (s->args[2] & 4) { /* and about that error */
		inner = d.sent.bytes;
		d.sent.direction ^= VPNALG_IN;
		make_error(&d.sent.bytes, &inner,
			   d.sent.direction == VPNALG_OUT, s);
	}
	d.sent.zone = about->zone;
	d.sent.uplink = about->uplink;
	d.sent.len = d.sent.bytes.length;
	if (s->which & 0x80)
		make_strange(&d, s, &t->worlds.settings);
	add_draft(t, &d, s);
}

/* --- What is no packet. */

static void wait(struct talk *t, const struct step *s)
{
	static const vpnalg_time times[] = {
		1,     100,   700,    1000,   3000,    5000,	30000, 60000,
		100000, 120000, 240000, 300000, 600000, 3600000, 7440000, 0
	};
	vpnalg_time step = times[s->message & 15] + s->value;

	if (t->worlds.first.now > VPNALG_NEVER - step)
		step = 0;
	t->worlds.first.now += step;
	t->worlds.second.now += step;
	trace("%llu ms pass\n", (unsigned long long)step);
}

static void sweep(struct talk *t, const struct step *s)
{
	unsigned budget = 1U + s->value;

	trace("sweep, %u\n", budget);
	world_sweep(&t->worlds.first, budget);
	listing_look(&t->worlds.first, budget);
	if (t->worlds.two) {
		world_sweep(&t->worlds.second, budget);
		listing_look(&t->worlds.second, budget);
	}
}

/* The store fails soon. */
static void fail(struct talk *t, const struct step *s)
{
	long operation = 1 + s->value % 16;

	if (s->message & 1)
		t->worlds.fail_undo = operation;
	else
		t->worlds.fail_next = operation;
}

/* The router's owner has it start again, or sets a policy. */
static void own(struct talk *t, const struct step *s)
{
	if (s->which & 1)
		owner_set_policy(&t->worlds.first, s);
	else
		world_reload(&t->worlds.first);
}

/* How a conversation of each kind begins: what is said, and its messages. */
static const struct script {
	speaker *speaks;
	uint8_t messages[8]; /* 0x80: from outside; 0xff: no more */
} scripts[] = {
	{ say_pptp, { 15, 0x90, 17, 0, 0x81, 6, 0x87, 0xff } },
	{ say_pptp, { 15, 0x90, 17, 0x80, 1, 0x88, 9, 0x8a } },
	{ say_ike, { 0x10, 0x88, 1, 0x89, 0xff } },
	{ say_esp, { 0, 0x80, 0, 0x80, 0xff } },
	{ say_l2tp2, { 0, 0x81, 2, 6, 0x87, 8, 0xff } },
	{ say_l2tp3, { 0, 0x81, 2, 6, 0x87, 8, 0xff } },
	{ say_l2tp3_ip, { 0, 0x81, 2, 6, 0x87, 8, 0xff } },
	{ say_tcp, { 15, 0x90, 17, 0, 0x80, 0xff } },
};

/* Takes a whole script, so that short inputs reach sessions that are up. The
 * messages of L2TP take some bits of the step's message as well. */
static void establish(struct talk *t, const struct step *s)
{
	unsigned n = s->message & 7, i;
	const struct script *script = &scripts[n];
	uint8_t bits = n > 3 && n < 7 ? s->message & 0x70 : 0;

	for (i = 0; i < 8 && script->messages[i] != 0xff; i++) {
		struct step one = *s;
		uint8_t message = script->messages[i];

		one.which = s->which & 0x37;
		if (message & 0x80)
			one.which |= 8;
		one.message = (uint8_t)((message & 0x7f) | bits);
		one.value = s->value & 3;
		say(t, &one, script->speaks);
	}
}

/* --- Steps. */

static speaker *const speakers[] = {
	say_pptp, say_call, say_tcp, say_ike, say_nat_t, say_esp, say_l2tp2,
	say_l2tp2_data, say_l2tp3, say_l2tp3_data, say_l2tp3_ip,
	say_l2tp3_ip_data, say_gre, say_udp, say_icmp, say_other, say_pptp,
	say_esp
};

/* The kinds of steps, by the first byte; below SPEAKERS a flow speaks. */
enum { SPEAKERS = 18, FAIL = 18, SET_FLOW, REPEAT, REPEAT_TOO, WAIT, WAIT_TOO,
       SWEEP, COMPLAIN, OWN, SCRIPT, STEP_KINDS };

/* Takes a step that leaves the burst open. */
static void take_in_burst(struct talk *t, const struct step *s, unsigned what)
{
	if (what < SPEAKERS)
		say(t, s, speakers[what]);
	else if (what == FAIL)
		fail(t, s);
	else if (what == SET_FLOW)
		flow_set(&t->flows[s->which & 7], s);
	else
		repeat(t, s);
}

static void take_between(struct talk *t, const struct step *s, unsigned what)
{
	if (what < SWEEP)
		wait(t, s);
	else if (what == SWEEP)
		sweep(t, s);
	else if (what == COMPLAIN)
		complain(t, s);
	else if (what == OWN && t->worlds.settings.owned)
		own(t, s);
	else if (what == SCRIPT && t->worlds.settings.has_rogue)
		memcpy(rogue_script, &s->message, sizeof(rogue_script));
	else
		establish(t, s);
}

static void take_step(struct talk *t, const struct step *s)
{
	unsigned what = s->what % STEP_KINDS;

	if (what < WAIT) {
		take_in_burst(t, s, what);
		return;
	}
	send_held(t);
	take_between(t, s, what);
	store_move(&t->worlds.first.store);
}

void conversation(const uint8_t *data, size_t size)
{
	struct step step;
	unsigned i;

	if (size < STEP_LEN)
		return;
	begin(&talk, data);
	for (i = 1; i < STEPS_MAX && (i + 1) * STEP_LEN <= size; i++) {
		memcpy(&step, data + (size_t)i * STEP_LEN, STEP_LEN);
		take_step(&talk, &step);
	}
	send_held(&talk);
	world_end(&talk.worlds.first);
	if (talk.worlds.two)
		world_end(&talk.worlds.second);
}
