/* SPDX-License-Identifier: BSD-2-Clause */
/* Bindings that are given back. */
#include "toy.h"
#include "cases.h"

#include <string.h>

/* Whatever was taken is given back as it was, and once. */

enum { HELD_MAX = 64 };
static struct vpnalg_binding held[HELD_MAX];

static bool same_binding(const struct vpnalg_binding *a,
			 const struct vpnalg_binding *b)
{
	return a->protocol == b->protocol && a->zone == b->zone &&
	       a->inside_id == b->inside_id &&
	       a->outside_id == b->outside_id &&
	       a->remote_port == b->remote_port &&
	       memcmp(&a->inside, &b->inside, sizeof(a->inside)) == 0 &&
	       memcmp(&a->outside, &b->outside, sizeof(a->outside)) == 0 &&
	       memcmp(&a->remote, &b->remote, sizeof(a->remote)) == 0;
}

static unsigned held_count(const struct vpnalg_binding *binding)
{
	unsigned i, count = 0;

	for (i = 0; i < HELD_MAX; i++)
		count += held[i].protocol != 0 &&
			 (binding == NULL || same_binding(&held[i], binding));
	return count;
}

static enum vpnalg_choice hold(struct world *w, struct vpnalg_binding *b)
{
	unsigned i = 0;

	(void)w;
	if (b->outside_id == b->inside_id)
		return VPNALG_CHOICE_NEXT;
	ck_assert_uint_eq(held_count(b), 0);
	while (held[i].protocol != 0)
		i++;
	held[i] = *b;
	return VPNALG_CHOICE_TAKE;
}

static void let_go(struct world *w, const struct vpnalg_binding *b)
{
	unsigned i = 0;

	(void)w;
	ck_assert_uint_eq(held_count(b), 1);
	while (!same_binding(&held[i], b))
		i++;
	memset(&held[i], 0, sizeof(held[i]));
}

START_TEST(each_binding_is_given_back_once_whatever_happens)
{
	/* The toy's control session stays when its data session fails. */
	struct world_options options = { .choose = hold,
					 .released = let_go,
					 .leaves = true };
	struct world w;
	long n;

	memset(held, 0, sizeof(held));
	for (n = 0; n < 15; n++) {
		struct bytes p = toy_control(CLIENT_A, 5000, SERVER,
					     TOY_CONTROL_PORT, TOY_OPEN, 7, 0);

		toy_world(&w, options);
		w.fail_in = n;
		send_packet(&w, VPNALG_OUT, &p);
		w.fail_in = 0;
		toy_call(&w, CLIENT_B, 5000, SERVER, 7, 9);
		world_wait(&w, TOY_DATA_LIFE);
		toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
		ck_assert_uint_eq(held_count(NULL), 3);
		world_end(&w);
		ck_assert_uint_eq(held_count(NULL), 0);
	}
}
END_TEST

/* A binding tells no more than it says: what an address does not need is 0. */
static unsigned bindings_seen;

static void check_rest(const struct vpnalg_binding *binding)
{
	static const uint8_t zeros[VPNALG_ADDR_MAX];
	const struct vpnalg_addr *const addresses[] = {
		&binding->inside, &binding->outside, &binding->remote
	};
	size_t i;

	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(addresses[i]->family, VPNALG_IPV4);
		ck_assert(memcmp(addresses[i]->octets + 4, zeros,
				 VPNALG_ADDR_MAX - 4) == 0);
	}
	bindings_seen++;
}

static enum vpnalg_choice see_chosen(struct world *w,
				     struct vpnalg_binding *binding)
{
	(void)w;
	check_rest(binding);
	return VPNALG_CHOICE_TAKE;
}

static void see_released(struct world *w,
			 const struct vpnalg_binding *binding)
{
	(void)w;
	check_rest(binding);
}

START_TEST(the_rest_of_an_address_in_a_binding_is_zero)
{
	struct world w;

	toy_world(&w, (struct world_options){ .choose = see_chosen,
					      .released = see_released });
	bindings_seen = 0;
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	ck_assert_uint_eq(bindings_seen, 2);
	world_end(&w);
	ck_assert_uint_eq(bindings_seen, 4);
}
END_TEST

TCase *choose_release_case(void)
{
	TCase *t = tcase_create("release");

	tcase_add_test(t, each_binding_is_given_back_once_whatever_happens);
	tcase_add_test(t, the_rest_of_an_address_in_a_binding_is_zero);
	return t;
}
