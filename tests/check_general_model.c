/* SPDX-License-Identifier: BSD-2-Clause */
/* General UDP and VPN sessions at random, beside a model that knows only what a
 * host or a remote could: when each endpoint last sent, from which outside port
 * it was seen, and who may answer. */
#include "cases.h"
#include "general.h"
#include "toy.h"

#include <vpnalg/general.h>

#include <string.h>

enum {
	HOSTS = 3,
	PORTS = 3,
	REMOTES = 3,
	REMOTE_PORTS = 2,
	STEPS = 3000,
	FIRST = 5000, /* few outside ports, so that they clash */
	LAST = 5015,
	UDP_LIFE = 300000
};

struct endpoint {
	uint16_t outside;
	/* Until when its sessions live. */
	vpnalg_time until[REMOTES][REMOTE_PORTS];
	uint16_t vpn_outside[REMOTES];
	vpnalg_time vpn_until[REMOTES];
};

static struct world w;
static struct endpoint endpoints[HOSTS][PORTS];
static unsigned filtering;
static uint32_t dice;

static uint32_t remote_at(unsigned r)
{
	return SERVER + r;
}

static uint16_t remote_port_at(unsigned p)
{
	return (uint16_t)(53 + p);
}

static uint16_t port_at(unsigned p)
{
	return (uint16_t)(FIRST + p);
}

static bool is_permitted(const struct endpoint *e, unsigned r)
{
	unsigned p;

	for (p = 0; p < REMOTE_PORTS; p++)
		if (e->until[r][p] > w.now)
			return true;
	return false;
}

static bool is_mapped(const struct endpoint *e)
{
	unsigned r;

	for (r = 0; r < REMOTES; r++)
		if (is_permitted(e, r))
			return true;
	return false;
}

/* Returns the endpoint that has an outside port, or NULL. */
static struct endpoint *mapped_to(uint16_t port)
{
	struct endpoint *e = endpoints[0], *end = e + HOSTS * PORTS;

	for (; e < end; e++)
		if (is_mapped(e) && e->outside == port)
			return e;
	return NULL;
}

static bool vpn_has(uint16_t port, unsigned r)
{
	struct endpoint *e = endpoints[0], *end = e + HOSTS * PORTS;

	for (; e < end; e++)
		if (e->vpn_until[r] > w.now && e->vpn_outside[r] == port)
			return true;
	return false;
}

static void step_out(void)
{
	unsigned h = chance(&dice, HOSTS), p = chance(&dice, PORTS);
	unsigned r = chance(&dice, REMOTES), rp = chance(&dice, REMOTE_PORTS);
	struct endpoint *e = &endpoints[h][p];
	bool known = e->until[r][rp] > w.now, mapped = is_mapped(e);
	unsigned result = udp_out(&w, CLIENT_A + h, port_at(p), remote_at(r),
				  remote_port_at(rp));

	if (mapped && !known && vpn_has(e->outside, r)) {
		ck_assert_uint_eq(result, VPNALG_DROP_PORT_HELD);
		return;
	}
	if (result == VPNALG_DROP_STORE && !known)
		return;
	ck_assert_uint_eq(result, VPNALG_TRANSLATED);
	if (mapped)
		ck_assert_uint_eq(port_from(&w), e->outside);
	else
		ck_assert_ptr_null(mapped_to(port_from(&w)));
	ck_assert(!vpn_has(port_from(&w), r));
	e->outside = port_from(&w);
	e->until[r][rp] = w.now + UDP_LIFE;
}

static void step_vpn(void)
{
	unsigned h = chance(&dice, HOSTS), p = chance(&dice, PORTS);
	unsigned r = chance(&dice, REMOTES);
	struct endpoint *e = &endpoints[h][p];
	bool known = e->vpn_until[r] > w.now;
	struct bytes hello = toy_control(CLIENT_A + h, port_at(p),
					 remote_at(r), TOY_CONTROL_PORT,
					 TOY_HELLO, 0, 0);
	unsigned result = send_packet(&w, VPNALG_OUT, &hello);

	if (result == VPNALG_DROP_STORE && !known)
		return;
	ck_assert_uint_eq(result, VPNALG_TRANSLATED);
	if (known)
		ck_assert_uint_eq(port_from(&w), e->vpn_outside[r]);
	else
		ck_assert(!vpn_has(port_from(&w), r) &&
			  mapped_to(port_from(&w)) == NULL);
	e->vpn_outside[r] = port_from(&w);
	e->vpn_until[r] = w.now + TOY_CONTROL_LIFE;
}

static unsigned expected_in(const struct endpoint *e, unsigned r, unsigned rp)
{
	if (e->until[r][rp] > w.now ||
	    filtering == VPNALG_FILTERING_ENDPOINT_INDEPENDENT ||
	    (filtering == VPNALG_FILTERING_ADDRESS_DEPENDENT &&
	     is_permitted(e, r)))
		return VPNALG_TRANSLATED;
	return VPNALG_DROP_FILTERED;
}

static void step_in(void)
{
	uint16_t port = (uint16_t)(FIRST + chance(&dice, LAST - FIRST + 1));
	unsigned r = chance(&dice, REMOTES), rp = chance(&dice, REMOTE_PORTS);
	const struct endpoint *e = mapped_to(port);
	unsigned result = udp_in(&w, remote_at(r), remote_port_at(rp), port);

	if (vpn_has(port, r)) {
		/* The toy has it, and it is none of its messages. */
		ck_assert_uint_eq(result, VPNALG_DROP_MALFORMED);
	} else if (e == NULL) {
		/* The toy guards its remotes. */
		ck_assert(result == VPNALG_UNTOUCHED ||
			  result == VPNALG_DROP_GUARDED);
	} else {
		ck_assert_uint_eq(result, expected_in(e, r, rp));
		if (result != VPNALG_TRANSLATED)
			return;
		ck_assert_uint_eq(destination(&w),
				  CLIENT_A + (uint32_t)(e - endpoints[0]) /
						     PORTS);
		ck_assert_uint_eq(
			port_to(&w),
			port_at((unsigned)(e - endpoints[0]) % PORTS));
	}
}

/* Sessions first, then permissions, then mappings. */
static void step_time(void)
{
	world_wait(&w, chance(&dice, 150000));
	world_wait(&w, 0);
	world_wait(&w, 0);
}

static void begin(unsigned seed)
{
	memset(endpoints, 0, sizeof(endpoints));
	dice = seed + 1;
	filtering = seed % 3;
	general_and_vpn_world(
		&w,
		(struct world_options){ .choosing = CHOOSE_TAKE,
					.general = {
						.ports = { FIRST, LAST },
						.filtering = (uint8_t)filtering,
					} });
}

START_TEST(general_and_vpn_sessions_do_as_the_model_does)
{
	unsigned i;

	begin((unsigned)_i);
	for (i = 0; i < STEPS; i++) {
		w.fail_in = chance(&dice, 8) == 0 ? 1 + chance(&dice, 9) : 0;
		switch (chance(&dice, 10)) {
		case 0:
			step_time();
			break;
		case 1:
			step_vpn();
			break;
		case 2:
		case 3:
		case 4:
		case 5:
			step_out();
			break;
		default:
			step_in();
			break;
		}
	}
	w.fail_in = 0;
	ck_assert_uint_gt(dropped(&w, VPNALG_DROP_PORT_HELD), 0);
	ck_assert_uint_gt(dropped(&w, VPNALG_DROP_STORE), 0);
	ck_assert_uint_gt(closed(&w, VPN_KINDS + G_MAPPING), 0);
	world_end(&w);
}
END_TEST

TCase *general_model_case(void)
{
	TCase *model = tcase_create("model");

	tcase_set_timeout(model, 60);
	tcase_add_loop_test(model,
			    general_and_vpn_sessions_do_as_the_model_does, 0,
			    12);
	return model;
}
