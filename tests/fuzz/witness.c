/* SPDX-License-Identifier: BSD-2-Clause */
/* A host that is in the middle of two conversations goes on with them, step by
 * step, while anybody outside sends anything, forged in the name of its remote
 * too, and other hosts do. What it sends must go out as before, and what is
 * answered must reach it: promises 6 and 10. */
#include "witness.h"

#include <vpnalg/protocols.h>

#include <string.h>

#include "report.h"
#include "say.h"
#include "strange.h"

#define FLOWS 8
#define STEPS_MAX 100
#define WITNESS 0xc0a84d32U /* 192.168.77.50 */
#define SCRIPT_MAX 8

/* One kind of conversation: how it begins and how it goes on. In a script 0x80
 * is what comes from outside, 0xff the end. */
struct kind {
	const char *name;
	speaker *begins, *goes_on;
	uint8_t script[SCRIPT_MAX];
	uint8_t message, value; /* with which it goes on */
	uint16_t port;
};

static const struct kind kinds[] = {
	{ "PPTP", say_pptp, say_call, { 15, 0x90, 17, 0, 0x81, 6, 0x87, 0xff },
	  0, 0, 40100 },
	{ "IKE", say_ike, say_ike, { 0x10, 0x98, 1, 0x89, 0xff }, 3, 0,
	  PORT_IKE },
	{ "ESP", say_esp, say_esp, { 0, 0x80, 0, 0x80, 0, 0x80, 0xff }, 0, 0,
	  0 },
	{ "NAT-T", say_nat_t, say_nat_t, { 0, 0x80, 0xff }, 0, 8, PORT_NAT_T },
	{ "L2TPv2", say_l2tp2, say_l2tp2_data, { 0, 0x81, 2, 0xff }, 1, 0,
	  40101 },
	{ "L2TPv3", say_l2tp3, say_l2tp3_data,
	  { 0, 0x81, 2, 6, 0x87, 8, 0xff }, 0, 0, 40102 },
	{ "L2TPv3 over IP", say_l2tp3_ip, say_l2tp3_ip_data,
	  { 0, 0x81, 2, 6, 0x87, 8, 0xff }, 0, 0, 0 },
	{ "GRE", say_gre, say_gre, { 2, 0x82, 0xff }, 2, 0, 0 },
	{ "UDP", say_udp, say_udp, { 0, 0x80, 0xff }, 0, 5, 40103 },
	{ "TCP", say_tcp, say_tcp, { 15, 0x90, 17, 0, 0x80, 0xff }, 0, 4,
	  40104 },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct scene {
	struct worlds worlds;
	const struct kind *kind[2];
	struct flow own[2];    /* the witness' */
	uint32_t as[2][3];     /* outside address, port and ID at first */
	struct flow flows[FLOWS]; /* the others' */
};

static struct scene scene;

static unsigned say(struct flow *f, speaker *speaks, uint8_t message,
		    uint8_t value, bool inward)
{
	struct step step = { .message = message, .value = value };
	struct draft d = { .flow = f, .inward = inward };

	draft_make(&d, &step, speaks);
	drafts_send(&scene.worlds, &d, 1);
	if (inward && d.sent.result == VPNALG_TRANSLATED &&
	    get32(d.sent.bytes.data + 16) != WITNESS)
		broken("10 (no host harms another)", "it went to %08x",
		       (unsigned)get32(d.sent.bytes.data + 16));
	return d.sent.result;
}

static void begin_conversation(unsigned n)
{
	const struct kind *kind = scene.kind[n];
	struct flow *f = &scene.own[n];
	unsigned i;

	flow_begin(f, 0);
	f->inside = WITNESS;
	f->port = f->outside_port = kind->port;
	for (i = 0; i < IDS; i++) {
		f->id[i].own = f->id[i].outside = 0x2201 + 0x10 * i;
		f->id[i].peer = 0x6601 + 0x10 * i;
	}
	f->initiator = 0xa0000077;
	f->remote_port = kind->begins == say_udp || kind->begins == say_tcp
				 ? 443
				 : 0;
	for (i = 0; i < SCRIPT_MAX && kind->script[i] != 0xff; i++)
		say(f, kind->begins, kind->script[i] & 0x7f, kind->value,
		    kind->script[i] & 0x80);
	scene.as[n][0] = f->outside;
	scene.as[n][1] = f->outside_port;
	scene.as[n][2] = f->id[0].outside;
}

/* An Echo-Request (RFC 2637 2.5). A host that goes on with its call goes on
 * with the control connection, too, which takes back an end that it did not ask
 * for. */
enum { PPTP_ECHO = 4 };

/* In both directions, as at first. */
static void go_on(unsigned n)
{
	const struct kind *kind = scene.kind[n];
	struct flow *f = &scene.own[n];
	unsigned result;

	trace("%s goes on\n", kind->name);
	if (kind->begins == say_pptp)
		say(f, say_pptp, PPTP_ECHO, 0, false);
	result = say(f, kind->goes_on, kind->message, kind->value, false);
	if (result != VPNALG_TRANSLATED)
		broken("6 and 10 (who goes on is not ended)", "%s out: %s",
		       kind->name, vpnalg_result_text(result));
	if (f->outside != scene.as[n][0] || f->outside_port != scene.as[n][1] ||
	    f->id[0].outside != scene.as[n][2])
		broken("6 and 10 (who goes on is not ended)",
		       "%s is another one outside", kind->name);
	result = say(f, kind->goes_on, kind->message, kind->value, true);
	if (result != VPNALG_TRANSLATED)
		broken("6 and 10 (who goes on is not ended)", "%s in: %s",
		       kind->name, vpnalg_result_text(result));
}

/* Returns a kind of conversation that is not that of the first one. */
static const struct kind *pick_kind(unsigned n)
{
	const struct kind *kind = &kinds[n % KINDS];

	return kind == scene.kind[0] ? &kinds[(n + 1) % KINDS] : kind;
}

static void set_up(const uint8_t *in)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL }, { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};
	struct settings *s = &scene.worlds.settings;
	unsigned i;

	memset(&scene, 0, sizeof(scene));
	*s = (struct settings){ .protocols = protocols,
				.protocol_count = 5,
				.has_general = true,
				.has_l2tp = true,
				.address_count = 1 + (in[2] & 1),
				.choosing = in[2] & 2 ? CHOOSES_TAKE
						      : CHOOSES_NOT,
				.record_max = RECORDS_MAX / 2,
				.filtering = (in[2] >> 4) % 3,
				.burst = 1,
				.random = in[3],
				.now = 1000000 };
	world_begin(&scene.worlds.first, s);
	for (i = 0; i < FLOWS; i++)
		flow_begin(&scene.flows[i], i);
	for (i = 0; i < 2; i++) {
		scene.kind[i] = pick_kind(in[i]);
		begin_conversation(i);
	}
}

/* ESP of several hosts with one remote cannot always be distinguished; the
 * manual says what remains undecided. */
static bool may_speak(const struct flow *f, speaker *speaks)
{
	return f->remote != scene.own[0].remote ||
	       (speaks != say_esp && speaks != say_ike && speaks != say_nat_t &&
		speaks != say_other);
}

/* The receiver's ID in a packet of L2TP, by which the remote knows whose it
 * is. */
static uint32_t receiver_of(const uint8_t *l4, bool udp)
{
	const uint8_t *l2tp = l4 + (udp ? 8 : get32(l4) == 0 ? 4 : 0);
	unsigned flags = get16(l2tp);

	if (!udp && l2tp == l4)
		return get32(l2tp); /* data over IP */
	if ((flags & 15) == 3)
		return get32(l2tp + 4);
	return get16(l2tp + (flags & 0x4000 ? 4 : 2));
}

/* Returns whether an ID is that of the witness' tunnel, or of its one session.
 */
static bool is_id_of(const struct flow *f, const struct kind *kind,
		     uint32_t id)
{
	return f->id[0].peer == id || f->id[1 + (kind->value & 1)].peer == id;
}

/* Returns whether a packet that goes out looks like one of the witness' L2TP to
 * its remote. */
static bool looks_like(const struct sent *s, const struct flow *f,
		       const struct kind *kind)
{
	const uint8_t *ip = s->bytes.data, *l4 = ip + header_length(ip);

	if (get32(ip + 12) != f->outside)
		return false;
	if (ip[9] == UDP)
		return (kind->goes_on == say_l2tp2_data ||
			kind->goes_on == say_l2tp3_data) &&
		       get16(l4) == f->outside_port &&
		       is_id_of(f, kind, receiver_of(l4, true));
	return ip[9] == L2TP_IP && kind->goes_on == say_l2tp3_ip_data &&
	       is_id_of(f, kind, receiver_of(l4, false));
}

/* What another host has sent must not look like the witness' to its remote. */
static void check_disguise(const struct sent *s)
{
	const uint8_t *ip = s->bytes.data;
	unsigned n;

	if (s->result != VPNALG_TRANSLATED || s->direction != VPNALG_OUT ||
	    get32(ip + 16) != scene.own[0].remote ||
	    s->bytes.length < header_length(ip) + 16)
		return;
	for (n = 0; n < 2; n++)
		if (looks_like(s, &scene.own[n], scene.kind[n]))
			broken("10 (no host harms another)",
			       "it leaves as the witness' %s",
			       scene.kind[n]->name);
}

/* Another host, or somebody outside: of a flow of its own, or in the name of
 * the witness' remote, knowing all that passes. */
static void take_step(const struct step *s)
{
	static speaker *const speakers[] = {
		say_pptp,  say_call,	    say_tcp,	  say_ike,
		say_nat_t, say_esp,	    say_l2tp2,	  say_l2tp2_data,
		say_l2tp3, say_l2tp3_data,  say_l2tp3_ip, say_l2tp3_ip_data,
		say_gre,   say_udp,	    say_icmp,	  say_other
	};
	speaker *speaks = speakers[s->what & 15];
	struct flow forged = scene.own[s->which & 1];
	struct draft d = { .flow = &scene.flows[s->which & 7] };

	d.inward = s->which & 8;
	if (s->which & 0x20) { /* with all that is the witness' but itself */
		d.flow = &forged;
		forged.inside = scene.flows[s->which & 7].inside;
	}
	if (s->which & 0x40) {
		d.flow = &forged;
		d.inward = true;
	}
	if (!d.inward && !may_speak(d.flow, speaks))
		return;
	draft_make(&d, s, speaks);
	d.sent.no_undo = true;
	if (s->which & 0x80)
		make_strange(&d, s, &scene.worlds.settings);
	d.sent.direction &= VPNALG_IN;
	if (d.sent.direction == VPNALG_OUT && d.inward)
		return;
	drafts_send(&scene.worlds, &d, 1);
	check_disguise(&d.sent);
}

static void wait(const struct step *s)
{
	static const vpnalg_time times[] = { 1, 100, 1000, 3000, 10000, 30000,
					     1, 1 };

	scene.worlds.first.now += times[s->message & 7];
	world_sweep(&scene.worlds.first, 1U + s->value);
}

void witness(const uint8_t *data, size_t size)
{
	struct step s;
	unsigned i, n;

	if (size < STEP_LEN)
		return;
	set_up(data);
	for (i = 1; i < STEPS_MAX && (i + 1) * STEP_LEN <= size; i++) {
		memcpy(&s, data + (size_t)i * STEP_LEN, STEP_LEN);
		if (s.what % 20 < 16) {
			s.what %= 20;
			take_step(&s);
		} else if (s.what % 20 < 18) {
			wait(&s);
		} else {
			flow_set(&scene.flows[s.which & 7], &s);
		}
		for (n = 0; n < 2; n++)
			go_on(n);
	}
	world_end(&scene.worlds.first);
}
