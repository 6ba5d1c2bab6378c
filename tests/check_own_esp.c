/* SPDX-License-Identifier: BSD-2-Clause */
/* The router's own plain ESP beside that of its hosts: it is one more host that
 * an SPI may belong to. */
#include "cases.h"
#include "support_ipsec.h"

static struct world w;

static void begin(void)
{
	ipsec_world(&w, (struct world_options){ .own = true, .leaves = true,
						.choosing = CHOOSE_TAKE });
}

static void end(void)
{
	world_end(&w);
}

static struct esp routers_esp(void)
{
	return esp_of(OUTSIDE, SERVER, 0x900, 0x100);
}

/* A question and its answer, which must both get through. */
static void ask(struct esp *e)
{
	bool routers = e->client == OUTSIDE;

	ck_assert_uint_eq(esp_sends(&w, e),
			  routers ? VPNALG_UNTOUCHED : VPNALG_TRANSLATED);
	w.now += 20;
	if (routers)
		ck_assert_uint_eq(esp_receives(&w, e), VPNALG_UNTOUCHED);
	else
		ck_assert(esp_arrives(&w, e));
	w.now += 300;
}

/* Who begins in which order. */
static const struct order_row {
	const char *name;
	unsigned order[3];
} order_rows[] = {
	{ "the router first", { 0, 1, 2 } },
	{ "the router between", { 1, 0, 2 } },
	{ "the router last", { 1, 2, 0 } },
};

START_TEST(the_routers_esp_beside_two_hosts)
{
	struct esp e[3] = { routers_esp(),
			    esp_of(CLIENT_A, SERVER, 0x901, 0x101),
			    esp_of(CLIENT_B, SERVER, 0x902, 0x102) };
	const unsigned *order = order_rows[_i].order;
	unsigned i, round;

	begin();
	for (i = 0; i < 3; i++) {
		ask(&e[order[i]]);
		w.now += 2000;
	}
	for (round = 0; round < 200; round++)
		for (i = 0; i < 3; i++)
			ask(&e[order[i]]);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 3);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
	end();
}
END_TEST

/* Before anybody knows whose it is, the router's own stack may look. */
START_TEST(an_spi_that_nobody_has_is_the_routers_to_judge)
{
	struct esp router = routers_esp();
	struct esp a = esp_of(CLIENT_A, SERVER, 0x901, 0x101);
	struct esp b = esp_of(CLIENT_B, SERVER, 0x902, 0x102);
	struct esp old = esp_of(CLIENT_A, SERVER, 0x901, 0x777);

	begin();
	ask(&a);
	w.now += 2000;
	ask(&b);
	w.now += 2000;
	ask(&router);
	w.now += 2000;
	old.in_sequence = 100000;
	ck_assert_uint_eq(esp_receives(&w, &old), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 3);
	end();
}
END_TEST

/* A rekey of each, whose new SPI the server uses at once. */
START_TEST(the_routers_esp_is_rekeyed_beside_two_hosts)
{
	struct esp e[3] = { routers_esp(),
			    esp_of(CLIENT_A, SERVER, 0x901, 0x101),
			    esp_of(CLIENT_B, SERVER, 0x902, 0x102) };
	struct esp next;
	unsigned i, round;

	begin();
	for (i = 0; i < 3; i++) {
		ask(&e[i]);
		w.now += 2000;
	}
	for (round = 0; round < 20; round++)
		for (i = 0; i < 3; i++)
			ask(&e[i]);
	next = esp_of(e[_i].client, SERVER, 0xa00, 0x200);
	for (round = 0; round < 20; round++) {
		esp_sends(&w, &next);
		w.now += 20;
		esp_receives(&w, &next);
		w.now += 100;
		for (i = 0; i < 3; i++)
			if ((int)i != _i)
				ask(&e[i]);
	}
	ask(&next);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 4);
	end();
}
END_TEST

START_TEST(a_lone_routers_esp_pairs_nobody_else)
{
	struct esp router = routers_esp();
	unsigned i;

	begin();
	for (i = 0; i < 50; i++)
		ask(&router);
	ck_assert_int_eq(w.bindings, 0);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 1);
	ck_assert_uint_eq(get32(w.event.session.inside.octets), OUTSIDE);
	end();
}
END_TEST

/* Nothing of the router's is held back, and it does not count as if it were. */
START_TEST(nobody_holds_the_router_back)
{
	struct esp router = routers_esp();
	struct esp a = esp_of(CLIENT_A, SERVER, 0x901, 0x101);
	unsigned i;

	begin();
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	for (i = 0; i < 5; i++)
		ck_assert_uint_eq(esp_sends(&w, &router), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_HELD], 0);
	ck_assert_uint_eq(live(&w, KIND_ESP_OUT), 2);
	end();
}
END_TEST

START_TEST(errors_about_the_routers_esp_are_the_routers)
{
	struct esp router = routers_esp();
	struct esp a = esp_of(CLIENT_A, SERVER, 0x901, 0x101);
	struct bytes p = esp_packet(OUTSIDE, SERVER, 0x900, 7), error;

	begin();
	ask(&a);
	ask(&router);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_UNTOUCHED);
	end();
}
END_TEST

/* What went out may have been the router's or the host's. */
START_TEST(an_spi_that_the_router_and_a_host_send_with_is_not_undone)
{
	struct esp router = routers_esp();
	struct esp a = esp_of(CLIENT_A, SERVER, 0x900, 0x101);
	struct bytes p = esp_packet(OUTSIDE, SERVER, 0x900, 7);

	begin();
	w.options.no_undo = true;
	ask(&a);
	ask(&router);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_AMBIGUOUS);
	ask(&a);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_AMBIGUOUS);
	end();
}
END_TEST

START_TEST(a_store_that_fails_costs_the_routers_esp_nothing)
{
	struct esp router = routers_esp();
	struct esp a = esp_of(CLIENT_A, SERVER, 0x901, 0x101);

	begin();
	ask(&a);
	w.now += 2000;
	w.fail_in = _i;
	ck_assert_uint_eq(esp_sends(&w, &router), VPNALG_UNTOUCHED);
	w.fail_in = 0;
	ck_assert_uint_eq(esp_sends(&w, &router), VPNALG_UNTOUCHED);
	w.fail_in = _i;
	ck_assert_uint_eq(esp_receives(&w, &router), VPNALG_UNTOUCHED);
	w.fail_in = 0;
	ask(&router);
	ask(&a);
	end();
}
END_TEST

TCase *own_esp_case(void)
{
	TCase *esp = tcase_create("ESP");

	tcase_add_loop_test(esp, the_routers_esp_beside_two_hosts, 0,
			    ROWS(order_rows));
	tcase_add_test(esp, an_spi_that_nobody_has_is_the_routers_to_judge);
	tcase_add_loop_test(esp, the_routers_esp_is_rekeyed_beside_two_hosts,
			    0, 3);
	tcase_add_test(esp, a_lone_routers_esp_pairs_nobody_else);
	tcase_add_test(esp, nobody_holds_the_router_back);
	tcase_add_test(esp, errors_about_the_routers_esp_are_the_routers);
	tcase_add_test(
		esp, an_spi_that_the_router_and_a_host_send_with_is_not_undone);
	tcase_add_loop_test(esp,
			    a_store_that_fails_costs_the_routers_esp_nothing,
			    1, 16);
	return esp;
}
