/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings of older callers, and defaults. */
#include "init.h"

/* With all protocols, and with few. */
static vpnalg_handler_function *const bundled[] = {
	vpnalg_ipsec, vpnalg_pptp, vpnalg_l2tp, vpnalg_gre, vpnalg_general
};

START_TEST(the_compile_time_bound_holds_and_is_near)
{
	static const uint16_t bursts[] = { 1, 32, 256 };
	static struct vpnalg_addr addresses[4096];
	static const uint8_t uplinks[4096];
	struct vpnalg_protocol protocols[5] = { { NULL, NULL } };
	struct vpnalg_config config;
	size_t count, n, b, size, bound;
	struct parts p;

	assemble(&p);
	config = p.config;
	config.protocols = protocols;
	config.addresses = addresses;
	for (count = 1; count <= 5; count++) {
		protocols[count - 1].handler = bundled[count - 1];
		config.protocol_count = count;
		for (b = 0; b < 3; b++)
			for (n = 1; n <= 4096; n *= 2) {
				config.burst = bursts[b];
				config.address_count = n;
				size = vpnalg_size(&config);
				bound = VPNALG_BYTES(count, n, bursts[b]);
				ck_assert_uint_ge(bound, size);
				ck_assert_uint_le(bound, size + size / 2);
				config.own = true;
				size = vpnalg_size(&config);
				config.own = false;
				ck_assert_uint_ge(bound + VPNALG_OWN_BYTES,
						  size);
				config.uplinks = uplinks;
				size = vpnalg_size(&config);
				config.uplinks = NULL;
				ck_assert_uint_ge(
					bound + VPNALG_UPLINKS_BYTES(n), size);
			}
	}
	free(p.table);
}
END_TEST

START_TEST(no_memory_is_too_little)
{
	struct vpnalg *alg;
	struct parts p;

	assemble(&p);
	ck_assert_int_eq(vpnalg_init(&alg, NULL, 1000000, &p.config),
			 VPNALG_ERROR_MEMORY);
	ck_assert_ptr_null(alg);
	free(p.table);
}
END_TEST

/* A program that was built when the settings were fewer. */
static const size_t old_sizes[] = {
	offsetof(struct vpnalg_config, choose),
	offsetof(struct vpnalg_config, release),
	offsetof(struct vpnalg_config, event),
	offsetof(struct vpnalg_config, pool_key),
	offsetof(struct vpnalg_config, hash_key),
	offsetof(struct vpnalg_config, burst),
	offsetof(struct vpnalg_config, passive),
	offsetof(struct vpnalg_config, uplinks),
};

START_TEST(what_an_older_caller_does_not_know_has_its_default)
{
	size_t size = old_sizes[_i];
	uint8_t memory[20000];
	uint8_t *at = memory + (-(uintptr_t)memory & 7);
	struct vpnalg *alg;
	struct parts p;

	assemble(&p);
	/* What lies behind must not be read. */
	memset((uint8_t *)&p.config + size, 0xa5, sizeof(p.config) - size);
	p.config.size = size;
	ck_assert_int_eq(vpnalg_init(&alg, at, 19990, &p.config), 0);
	ck_assert_uint_eq(vpnalg_session_timers(alg)->linger, 100000);
	ck_assert(vpnalg_session_may_hold(alg));
	free(p.table);
}
END_TEST

START_TEST(settings_too_few_to_hold_what_is_required_are_refused)
{
	struct parts p;
	size_t size;

	for (size = 0; size < offsetof(struct vpnalg_config, random); size++) {
		assemble(&p);
		p.config.size = size;
		p.size = 100000;
		ck_assert_int_eq(try_init(&p), VPNALG_ERROR_CONFIG);
	}
}
END_TEST

/* Timers: zero is the default, all else is taken. */
START_TEST(timers_are_the_defaults_or_as_given)
{
	const struct vpnalg_timers given = {
		sizeof(given), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
		15, 16
	};
	const struct vpnalg_timers *t;
	struct world w;

	world_begin(&w, NULL);
	t = vpnalg_session_timers(w.alg);
	ck_assert_uint_eq(t->tcp_established, 7440000);
	ck_assert_uint_eq(t->tcp_transitory, 240000);
	ck_assert_uint_eq(t->call_unanswered, 60000);
	ck_assert_uint_eq(t->call_idle, 7440000);
	ck_assert_uint_eq(t->linger, 100000);
	ck_assert_uint_eq(t->udp, 300000);
	ck_assert_uint_eq(t->esp_unpaired, 120000);
	ck_assert_uint_eq(t->esp_idle, 3600000);
	ck_assert_uint_eq(t->gre, 600000);
	ck_assert_uint_eq(t->icmp_query, 60000);
	ck_assert_uint_eq(t->other, 600000);
	ck_assert_uint_eq(t->tcp_half_closed, 7440000);
	ck_assert_uint_eq(t->tcp_closing, 240000);
	ck_assert_uint_eq(t->tcp_reset, 240000);
	ck_assert_uint_eq(t->ike, 300000);
	ck_assert_uint_eq(t->nat_t, 300000);
	world_end(&w);
	world_begin(&w, &(struct world_options){ .timers = given });
	t = vpnalg_session_timers(w.alg);
	ck_assert_mem_eq(t, &given, sizeof(given));
	world_end(&w);
}
END_TEST

/* A setting of an earlier version, which had no timers of these states. */
START_TEST(a_state_without_a_timer_of_its_own_has_that_of_its_protocol)
{
	const struct vpnalg_timers given = { .size = sizeof(given),
					     .tcp_established = 5,
					     .tcp_transitory = 6,
					     .udp = 7 };
	const struct vpnalg_timers *t;
	struct world w;

	world_begin(&w, &(struct world_options){ .timers = given });
	t = vpnalg_session_timers(w.alg);
	ck_assert_uint_eq(t->tcp_half_closed, 5);
	ck_assert_uint_eq(t->tcp_closing, 6);
	ck_assert_uint_eq(t->tcp_reset, 6);
	ck_assert_uint_eq(t->ike, 7);
	ck_assert_uint_eq(t->nat_t, 7);
	world_end(&w);
}
END_TEST

/* The settings are copied: who gave them may forget them. */
START_TEST(what_was_given_for_the_beginning_is_not_needed_later)
{
	uint8_t memory[20000];
	uint8_t *at = memory + (-(uintptr_t)memory & 7);
	struct bytes b = gre_packet(SERVER, OUTSIDE_2, 1, 1);
	struct vpnalg_packet packet = { .data = b.data, .caplen = b.length,
					.len = b.length,
					.direction = VPNALG_IN };
	struct vpnalg *alg;
	struct parts p;

	assemble(&p);
	p.protocols[0].handler = spy_handler;
	ck_assert_int_eq(vpnalg_init(&alg, at, 19990, &p.config), 0);
	memset(&p.config, 0xa5, sizeof(p.config));
	memset(p.addresses, 0xa5, sizeof(p.addresses));
	spied_count = 0;
	vpnalg_process(alg, &packet, 1, 0);
	ck_assert_uint_eq(packet.result, VPNALG_UNTOUCHED);
	ck_assert_uint_eq(spied_count, 2); /* the address is still ours */
	free(p.table);
}
END_TEST

START_TEST(a_burst_costs_what_the_manual_says)
{
	size_t one, two;
	struct parts p;

	assemble(&p);
	p.config.burst = 1;
	one = vpnalg_size(&p.config);
	p.config.burst = 2;
	two = vpnalg_size(&p.config);
	ck_assert_uint_le(two - one, 170);
	p.config.burst = 0;
	ck_assert_uint_eq(vpnalg_size(&p.config), one + 31 * (two - one));
	free(p.table);
}
END_TEST

TCase *init_default_case(void)
{
	TCase *t = tcase_create("defaults");

	tcase_add_test(t, no_memory_is_too_little);
	tcase_add_test(t, the_compile_time_bound_holds_and_is_near);
	tcase_add_loop_test(t,
			    what_an_older_caller_does_not_know_has_its_default,
			    0, ROWS(old_sizes));
	tcase_add_test(t,
		       settings_too_few_to_hold_what_is_required_are_refused);
	tcase_add_test(t, timers_are_the_defaults_or_as_given);
	tcase_add_test(
		t, a_state_without_a_timer_of_its_own_has_that_of_its_protocol);
	tcase_add_test(t, what_was_given_for_the_beginning_is_not_needed_later);
	tcase_add_test(t, a_burst_costs_what_the_manual_says);
	return t;
}
