/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the model of IPsec: its talks, its chances, and its events. */
#ifndef TESTS_IPSEC_MODEL_H
#define TESTS_IPSEC_MODEL_H

#include "support_ipsec.h"
#include "cases.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>

enum {
	HOSTS = 6, /* in two zones with equal addresses */
	SERVERS = 2,
	STEPS = 1500,
	SPIS = 512, /* pairs remembered */
	INBOUND = 1024, /* the most of a host and a server */
	IKE_SAS = 4, /* the most of a session that are found by their SPI */
	BLOCKS = 10, /* the most records of a server */
	UDP_LIFE = 300000,
	ESP_LIFE = 120000
};

/* The SAs of a host and a server. */
struct talk {
	struct ike ike;
	struct esp esp;
	vpnalg_time ike_sent, esp_sent;  /* when it last got through */
	bool has_ike, has_esp, tried;
	unsigned pairs; /* inbound SPIs that it was given and has */
};

/* An inbound SPI that was given to a host. */
struct given {
	uint32_t spi, outside, server;
	struct talk *owner; /* NULL: no host any more */
};

static struct world w;
static struct talk talks[HOSTS][SERVERS];
static struct given given[SPIS];
static unsigned given_count, delivered, answered;
static uint32_t dice, numbers;
static size_t first_kind; /* of IPsec's */

static const struct row {
	const char *what;
	size_t addresses;
	bool last;      /* IPsec comes behind the other VPN handlers */
	unsigned fails; /* once in that many steps; 0: never */
	bool odd;       /* the caller chooses oddly */
	bool passive;
} rows[] = {
	{ "one address", 1, false, 0, false, false },
	{ "three addresses", 3, false, 0, false, false },
	{ "another order", 2, true, 0, false, false },
	{ "no holding back", 1, false, 0, false, true },
	{ "the store fails", 2, false, 12, false, false },
	{ "the store fails, another order", 1, true, 12, false, true },
	{ "the caller chooses", 3, false, 0, true, false },
	{ "all of it", 3, true, 20, true, false },
}, *row;

static inline unsigned roll(unsigned sides)
{
	dice = dice * 1103515245 + 12345;
	return (dice >> 16) % sides;
}

static inline uint32_t server_at(unsigned s)
{
	return s == 0 ? SERVER : SERVER_2;
}

static inline uint16_t zone_of(unsigned n)
{
	return (uint16_t)(n % 2);
}

static inline uint32_t address_of(unsigned n)
{
	return CLIENT_A + n / 2;
}

static inline struct talk *talk_of(uint32_t address, uint16_t zone,
				   uint32_t server)
{
	unsigned n = 2 * (address - CLIENT_A) + zone;

	ck_assert_uint_lt(n, HOSTS);
	return &talks[n][server == SERVER ? 0 : 1];
}

/* Events */

static inline struct given *given_as(uint32_t spi, uint32_t outside,
				     uint32_t server)
{
	unsigned i;

	for (i = 0; i < given_count; i++)
		if (given[i].owner != NULL && given[i].spi == spi &&
		    given[i].outside == outside && given[i].server == server)
			return &given[i];
	return NULL;
}

static inline struct given *given_by(const struct vpnalg_binding *b)
{
	return given_as(b->outside_id, get32(b->outside.octets),
			get32(b->remote.octets));
}

static inline void take_back(const struct vpnalg_binding *binding)
{
	struct given *g = given_by(binding);

	if (g == NULL)
		return;
	g->owner->pairs--;
	g->owner = NULL;
}

/* No host gets a packet of another one's. */
static inline void heard(struct world *world, const struct vpnalg_event *event)
{
	const struct vpnalg_binding *b = &event->session;
	struct given *g = given_by(b);
	unsigned i;

	(void)world;
	if (event->type == VPNALG_EVENT_UNPAIRED)
		take_back(b);
	if (event->type != VPNALG_EVENT_PAIRED)
		return;
	ck_assert_ptr_null(g);
	for (i = 0; i < given_count && given[i].owner != NULL; i++)
		;
	ck_assert_uint_lt(i, SPIS);
	given_count += i == given_count;
	given[i] = (struct given){ b->outside_id, get32(b->outside.octets),
				   get32(b->remote.octets),
				   talk_of(get32(b->inside.octets), b->zone,
					   get32(b->remote.octets)) };
	given[i].owner->pairs++;
}

/* Whatever ends a pair, its SPI is released; ESP hosts have numbers there. */
static inline void released(struct world *world,
			    const struct vpnalg_binding *binding)
{
	(void)world;
	if (binding->protocol == ESP && binding->inside_id != 0)
		take_back(binding);
}

/* As a careless caller; but it never names an SPI that is given. */
static inline enum vpnalg_choice choose(struct world *world,
					struct vpnalg_binding *b)
{
	bool pairs = b->protocol == ESP && b->inside_id != 0;

	(void)world;
	switch (row->odd ? roll(20) : UINT32_MAX) {
	case 0:
		return VPNALG_CHOICE_REFUSE;
	case 1:
	case 2:
		return VPNALG_CHOICE_NEXT;
	case 3:
		b->outside_id = pairs ? 0 : b->outside_id + 1;
		return VPNALG_CHOICE_CHOSEN;
	case 4:
		b->outside_id = roll(2) ? 0 : UINT32_MAX;
		return VPNALG_CHOICE_CHOSEN;
	case 5:
		if (pairs)
			return VPNALG_CHOICE_TAKE;
		put32(b->outside.octets, OUTSIDE + roll(4));
		return VPNALG_CHOICE_CHOSEN;
	default:
		return VPNALG_CHOICE_TAKE;
	}
}

/* Senders */

static inline unsigned goes_out(unsigned n, const struct bytes *p)
{
	return send_in_zone(&w, VPNALG_OUT, p, zone_of(n));
}

static inline bool is_fresh(vpnalg_time sent, vpnalg_time life)
{
	return w.now - sent < life;
}

static inline void new_spis(struct talk *t)
{
	t->ike.spi[0][0] = ++numbers;
	t->ike.spi[0][1] = 0x1111;
	t->ike.spi[1][0] = t->ike.spi[1][1] = 0;
}

static const struct {
	uint8_t exchange, version;
} exchanges[] = {
	{ IKE_SA_INIT, 2 },   { IKE_AUTH, 2 },	     { CREATE_CHILD_SA, 2 },
	{ INFORMATIONAL, 2 }, { MAIN_MODE, 1 },	     { QUICK_MODE, 1 },
	{ QUICK_MODE, 1 },    { INFORMATIONAL_1, 1 }, { CREATE_CHILD_SA, 2 },
};

static inline uint8_t pick_exchange(struct ike *k, uint8_t *flags)
{
	unsigned i = roll(ROWS(exchanges));

	k->version = exchanges[i].version;
	*flags = k->version == 2 ? (uint8_t)(roll(2) * RESPONSE) : 0;
	return exchanges[i].exchange;
}

static inline void host_speaks(unsigned n, unsigned s)
{
	struct talk *t = &talks[n][s], before = *t;
	uint8_t flags, exchange = pick_exchange(&t->ike, &flags);
	struct bytes p;

	if (!t->has_ike || roll(10) == 0)
		new_spis(t);
	else if (exchange != IKE_SA_INIT && exchange != MAIN_MODE)
		t->ike.spi[1][0] = 0x2222;
	p = ike_from_client(&t->ike, exchange, flags, roll(4));
	before.tried = t->tried = true;
	if (goes_out(n, &p) != VPNALG_TRANSLATED) {
		*t = before;
		return;
	}
	ck_assert_uint_eq(destination(&w), server_at(s));
	t->ike.outside = source(&w);
	t->ike.outside_port = get16(l4(&w));
	t->has_ike = true;
	t->ike_sent = w.now;
}

/* Its packets get to no other host, as long as store and caller do their work,
 * and to its own host if that goes on. */
static inline void server_speaks(unsigned n, unsigned s)
{
	struct talk *t = &talks[n][s];
	uint8_t flags, exchange = pick_exchange(&t->ike, &flags);
	struct bytes p = ike_from_server(&t->ike, exchange, flags, roll(4));
	unsigned result;

	if (!t->has_ike)
		return;
	result = send_packet(&w, VPNALG_IN, &p);
	if (row->fails > 0 || row->odd || !is_fresh(t->ike_sent, UDP_LIFE))
		return;
	if (result == VPNALG_DROP_HELD)
		return;
	ck_assert_msg(result == VPNALG_TRANSLATED, "%s: %s", row->what,
		      vpnalg_result_text(result));
	ck_assert_uint_eq(destination(&w), address_of(n));
	ck_assert_uint_eq(w.last.zone, zone_of(n));
	answered++;
}

#endif
