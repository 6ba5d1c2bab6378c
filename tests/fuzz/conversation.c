/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads an input as settings and steps, and takes the steps. */
#include "fuzz.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

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

static const struct vpnalg_protocol with_general[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL }, { vpnalg_general, NULL },
};
static const struct vpnalg_protocol without[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL },
};
static const struct vpnalg_l2tp_settings at_1701 = {
	.size = sizeof(at_1701),
	.port_1701 = true,
};
static const struct vpnalg_protocol port_1701[] = {
	{ vpnalg_gre, NULL }, { vpnalg_l2tp, &at_1701 },
	{ vpnalg_ipsec, NULL }, { vpnalg_pptp, NULL }, { vpnalg_general, NULL },
};
static const struct vpnalg_protocol general_alone[] = {
	{ vpnalg_ipsec, NULL }, { vpnalg_general, NULL },
};
static const struct vpnalg_protocol with_rogue[] = {
	{ rogue_handler, NULL }, { vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL }, { vpnalg_general, NULL },
};

static void set_handlers(struct settings *s, unsigned which)
{
	static const struct {
		const struct vpnalg_protocol *protocols;
		size_t count;
		bool general, l2tp, rogue;
	} sets[] = { { with_general, 5, true, true, false },
		     { without, 4, false, true, false },
		     { port_1701, 5, true, true, false },
		     { general_alone, 2, true, false, false },
		     { with_rogue, 5, true, true, true } };
	s->protocols = sets[which].protocols;
	s->protocol_count = sets[which].count;
	s->has_general = sets[which].general;
	s->has_l2tp = sets[which].l2tp;
	s->has_rogue = sets[which].rogue;
}

static void set_up(struct settings *s, const uint8_t *in)
{
	static const vpnalg_time times[] = { 0, 1000000, 0xfffff000,
					     VPNALG_NEVER - 300000 };

	memset(s, 0, sizeof(*s));
	set_handlers(s, in[7] & 1 ? 4 : in[0] & 3);
	s->address_count = 1U + (in[0] >> 2 & 3) % 3;
	s->bundled = in[0] & 0x10;
	s->any_address = in[0] & 0x20;
	s->passive = in[0] & 0x40;
	s->own = in[7] & 4;
	s->uplinks = in[7] & 0x10;
	s->services = s->has_general && (in[7] & 8);
	s->choosing = in[1] % CHOOSINGS;
	s->filtering = (in[1] >> 4) % 3;
	s->record_max = in[2] & 0x80 ? RECORDS_MAX / 2 : in[2] % 32U + 4;
	s->burst = 1U + in[3] % 8;
	if (in[3] & 0x80)
		s->ports = (struct vpnalg_ports){ 1024, 1031 };
	if ((in[3] & 0x60) == 0x40)
		s->port_set = (struct vpnalg_port_set){ 6, 8, 0x34 };
	if ((in[3] & 0x60) == 0x60) /* few, so that they are wanted */
		s->port_blocks = (struct vpnalg_port_blocks){
			.length = 64, .ports = { 1024, 1024 + 4 * 64 - 1 }
		};
	s->now = times[in[4] & 3];
	/* No input of before means this. */
	s->owned = (in[4] & 0xd0) == 0x40;
	s->random = in[5];
}

static void begin(struct talk *t, const uint8_t *in)
{
	unsigned i;

	t->worlds = (struct worlds){ 0 };
	t->held_count = 0;
	t->kept_count = 0;
	memset(t->kept, 0, sizeof(t->kept));
	memset(rogue_script, 0, sizeof(rogue_script));
	set_up(&t->worlds.settings, in);
	/* What is not saved may choose other IDs in the other world. */
	t->worlds.one_by_one = (in[6] & 3) == 1 && !t->worlds.settings.owned;
	t->worlds.heals = (in[6] & 3) == 2 && !t->worlds.settings.owned;
	/* A fragment that a store costs takes its datagram with it. */
	t->worlds.settings.fragments = (in[7] & 2) && !t->worlds.heals;
	/* What is given back between packets makes room. */
	t->worlds.settings.roomy = t->worlds.one_by_one;
	world_begin(&t->worlds.first, &t->worlds.settings);
	t->worlds.two = t->worlds.one_by_one || t->worlds.heals;
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

/* One of the last packets once more, any way. */
static void repeat(struct talk *t, const struct step *s)
{
	struct draft d = { .flow = NULL };

	if (t->kept_count == 0)
		return;
	d.sent = t->kept[(t->kept_count - 1 - s->value % KEPT) % KEPT];
	if (d.sent.bytes.length == 0)
		return;
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

/* An ICMP error about one of the last packets, from the side to which it
 * went. */
static void complain(struct talk *t, const struct step *s)
{
	struct draft d = { .flow = NULL };
	const struct sent *about;
	struct bytes inner;

	if (t->kept_count == 0)
		return;
	about = &t->kept[(t->kept_count - 1 - s->value % KEPT) % KEPT];
	if (about->bytes.length < 20)
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
	world_look(&t->worlds.first, budget);
	if (t->worlds.two) {
		world_sweep(&t->worlds.second, budget);
		world_look(&t->worlds.second, budget);
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

/* The beginning of a conversation of each kind, for depth. */
static void establish(struct talk *t, const struct step *s)
{
	/* What a step says, which way, and its message. */
	static const struct {
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
	unsigned n = s->message & 7, i;

	for (i = 0; i < 8 && scripts[n].messages[i] != 0xff; i++) {
		struct step one = *s;
		uint8_t message = scripts[n].messages[i];

		one.which = s->which & 0x37;
		if (message & 0x80)
			one.which |= 8;
		one.message = (uint8_t)((message & 0x7f) |
					(s->message & (n > 3 && n < 7 ? 0x70
								      : 0)));
		one.value = s->value & 3;
		say(t, &one, scripts[n].speaks);
	}
}

static void take_step(struct talk *t, const struct step *s)
{
	static speaker *const speakers[] = {
		say_pptp, say_call, say_tcp, say_ike, say_nat_t, say_esp,
		say_l2tp2, say_l2tp2_data, say_l2tp3, say_l2tp3_data,
		say_l2tp3_ip, say_l2tp3_ip_data, say_gre, say_udp, say_icmp,
		say_other, say_pptp, say_esp
	};
	unsigned what = s->what % 28;

	if (what < 18) {
		say(t, s, speakers[what]);
		return;
	}
	if (what == 18) {
		fail(t, s);
		return;
	}
	if (what == 19) {
		flow_set(&t->flows[s->which & 7], s);
		return;
	}
	if (what < 22) {
		repeat(t, s);
		return;
	}
	send_held(t);
	if (what < 24)
		wait(t, s);
	else if (what == 24)
		sweep(t, s);
	else if (what == 25)
		complain(t, s);
	else if (what == 26 && t->worlds.settings.owned)
		own(t, s);
	else if (what == 27 && t->worlds.settings.has_rogue)
		memcpy(rogue_script, &s->message, sizeof(rogue_script));
	else
		establish(t, s);
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
