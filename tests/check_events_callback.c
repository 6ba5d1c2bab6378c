/* SPDX-License-Identifier: BSD-2-Clause */
/* The event callback, and the rate of events that refused packets cause. */
#include "events.h"

/* --- The rate. */

static void refuse_ten(void)
{
	unsigned i;

	for (i = 0; i < 10; i++)
		ck_assert_uint_eq(udp_out(&w, CLIENT_A, (uint16_t)(4000 + i),
					  SERVER, 53),
				  VPNALG_DROP_DENIED);
}

START_TEST(refused_packets_cannot_make_events_without_end)
{
	begin((struct world_options){ .event_rate = 3 });
	refuse_by_rule();
	set();
	forget(); /* the protocols that are off */
	refuse_ten();
	ck_assert_uint_eq(count, 3);
	forget();
	world_wait(&w, 999);
	ck_assert_uint_eq(count, 0);
	world_wait(&w, 1);
	ck_assert_uint_eq(only(VPNALG_EVENT_SUPPRESSED)->count, 7);
	ck_assert_uint_eq(count, 1);
	world_wait(&w, 60000);
	ck_assert_uint_eq(count, 1);
	refuse_ten();
	ck_assert_uint_eq(count, 4);
	world_wait(&w, 1000);
	world_end(&w);
}
END_TEST

START_TEST(the_log_is_not_suppressed)
{
	unsigned i;

	begin((struct world_options){ .event_rate = 1 });
	for (i = 0; i < 10; i++)
		udp_open(&w, CLIENT_A, (uint16_t)(3000 + i), SERVER, 53);
	ck_assert_uint_eq(count, 20);
	forget();
	world_wait(&w, 400000);
	world_wait(&w, 400000);
	ck_assert_uint_eq(count, 20);
	world_end(&w);
}
END_TEST

/* --- The callback. */

static unsigned misused;

static void misuse(struct world *world, const struct vpnalg_event *event)
{
	struct vpnalg_session_cut cut = { .size = sizeof(cut) };
	struct vpnalg_session_info info = { .size = sizeof(info) };
	struct vpnalg_use use = { .size = sizeof(use) };
	struct vpnalg_service service = { .size = sizeof(service),
					  .protocol = UDP,
					  .outside_port = 1000,
					  .inside_port = 1000 };
	struct vpnalg_addr address = { .family = VPNALG_IPV4 };
	struct bytes p = udp_packet(CLIENT_B, 5000, SERVER, 53, "x", 1);
	struct bytes before = p;
	struct vpnalg_packet packet = { .data = p.data,
					.caplen = p.length,
					.len = p.length };
	struct vpnalg_save save = { .size = sizeof(save) };
	struct vpnalg_load load = { .size = sizeof(load) };
	uint8_t chunk[VPNALG_STATE_CHUNK_MAX];
	uint64_t cursor = 0;
	size_t length;

	(void)event;
	put32(address.octets, OUTSIDE_2);
	service.inside = service.outside = address;
	vpnalg_process(world->alg, &packet, 1, world->now + 1);
	ck_assert_uint_eq(packet.result, VPNALG_DROP_FAULT);
	ck_assert_mem_eq(p.data, before.data, p.length);
	ck_assert(!vpnalg_next_held(world->alg, &packet));
	ck_assert_uint_eq(vpnalg_expire(world->alg, world->now + 1000000, 100),
			  world->now);
	ck_assert_int_eq(vpnalg_sessions_next(world->alg, world->now, &cursor,
					      &info),
			 VPNALG_SESSIONS_END);
	ck_assert_int_eq(vpnalg_sessions_cut(world->alg, &cut, world->now, 9),
			 VPNALG_CUT_INVALID);
	ck_assert_int_eq(vpnalg_set_policy(world->alg, NULL, world->now),
			 VPNALG_ERROR_BUSY);
	ck_assert_int_eq(vpnalg_set_timers(world->alg, NULL),
			 VPNALG_ERROR_BUSY);
	ck_assert_int_eq(vpnalg_set_addresses(world->alg, &address, 1, false),
			 VPNALG_ERROR_BUSY);
	ck_assert_int_eq(vpnalg_service_add(world->alg, &service, world->now),
			 VPNALG_SERVICE_INVALID);
	ck_assert_int_eq(vpnalg_service_remove(world->alg, &service,
					       world->now),
			 VPNALG_SERVICE_INVALID);
	ck_assert(!vpnalg_policy_use(world->alg, VPNALG_PER_HOST, 0, &address,
				     &use));
	ck_assert_int_eq(vpnalg_save_next(world->alg, world->now, &save, chunk,
					  sizeof(chunk), &length),
			 VPNALG_STATE_INVALID);
	ck_assert_int_eq(vpnalg_load_next(world->alg, &load, chunk, 0, &length),
			 VPNALG_STATE_INVALID);
	ck_assert_int_eq(vpnalg_load_end(world->alg, &load, world->now),
			 VPNALG_STATE_INVALID);
	misused++;
}

START_TEST(a_callback_that_calls_the_translator_is_refused_without_harm)
{
	misused = 0;
	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE,
					      .on_event = misuse,
					      .holds = true });
	all_open(&w);
	all_close(&w);
	ck_assert_uint_ge(misused, 40);
	world_end(&w);
}
END_TEST

START_TEST(nobody_need_listen)
{
	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE,
					      .deaf = true });
	all_open(&w);
	all_close(&w);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_OPENED], 0);
	world_end(&w);
}
END_TEST

TCase *events_callback_case(void)
{
	TCase *t = tcase_create("callback");

	tcase_add_test(t, refused_packets_cannot_make_events_without_end);
	tcase_add_test(t, the_log_is_not_suppressed);
	tcase_add_test(
		t,
		a_callback_that_calls_the_translator_is_refused_without_harm);
	tcase_add_test(t, nobody_need_listen);
	return t;
}
