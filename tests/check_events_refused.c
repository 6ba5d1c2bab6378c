/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of refused sessions, and of the rate of events. */
#include "events.h"

static void refuse_by_host_limit(void)
{
	limits[0] = (struct vpnalg_limit){ .most = 1000 };
	limits[1] = (struct vpnalg_limit){ .per = VPNALG_PER_HOST, .most = 2 };
	policy.limit_count = 2;
}

static void refuse_by_limit(void)
{
	limits[0] = (struct vpnalg_limit){ .most = 2 };
	policy.limit_count = 1;
}

static void refuse_by_ids(void)
{
	limits[0] = (struct vpnalg_limit){ .ids = true, .most = 1 };
	policy.limit_count = 1;
}

static void refuse_by_rate(void)
{
	policy.host_rate = 1;
	policy.host_burst = 2;
}

static void refuse_for_room(void)
{
	policy.store_units = 3;
}

static const struct refusal {
	const char *what;
	void (*set)(void);
	unsigned type, reason, nat_event, nat_quota, limit, most;
} refusals[] = {
	{ "rule", refuse_by_rule, VPNALG_EVENT_REFUSED, VPNALG_DROP_DENIED, 0,
	  0, VPNALG_LIMIT_NONE, 0 },
	{ "limit of a host", refuse_by_host_limit, VPNALG_EVENT_LIMIT,
	  VPNALG_DROP_LIMIT, 13, 3, 1, 2 },
	{ "limit", refuse_by_limit, VPNALG_EVENT_LIMIT, VPNALG_DROP_LIMIT, 13,
	  1, 0, 2 },
	{ "IDs", refuse_by_ids, VPNALG_EVENT_LIMIT, VPNALG_DROP_LIMIT, 13, 2, 0,
	  1 },
	{ "rate", refuse_by_rate, VPNALG_EVENT_LIMIT, VPNALG_DROP_LIMIT, 13, 0,
	  VPNALG_LIMIT_RATE, 0 },
	{ "room", refuse_for_room, VPNALG_EVENT_LIMIT, VPNALG_DROP_LIMIT, 13, 0,
	  VPNALG_LIMIT_ROOM, 0 },
};

START_TEST(the_event_of_a_refused_session_says_why)
{
	const struct refusal *row = &refusals[_i];
	const struct vpnalg_event *event;

	begin((struct world_options){ 0 });
	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	row->set();
	set();
	forget();
	while (udp_out(&w, CLIENT_A, (uint16_t)(4000 + count), SERVER, 54) ==
	       VPNALG_TRANSLATED)
		;
	event = &heard[count - 1];
	ck_assert_msg(event->type == row->type, "%s: %u", row->what,
		      event->type);
	ck_assert_uint_eq(event->reason, row->reason);
	ck_assert_uint_eq(event->nat_event, row->nat_event);
	ck_assert_uint_eq(event->nat_quota, row->nat_quota);
	ck_assert_uint_eq(event->limit, row->limit);
	ck_assert_uint_eq(event->most, row->most);
	ck_assert_ptr_null(event->info);
	ck_assert_uint_eq(get32(event->session.inside.octets), CLIENT_A);
	ck_assert_uint_eq(get32(event->session.remote.octets), SERVER);
	ck_assert_uint_ge(event->session.inside_id, 4000);
	ck_assert_uint_eq(event->session.outside.family, 0);
	world_end(&w);
}
END_TEST

START_TEST(ports_that_are_used_up_are_told)
{
	begin((struct world_options){ .general.ports = { 2000, 2000 } });
	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	forget();
	ck_assert_uint_eq(udp_out(&w, CLIENT_B, 3001, SERVER, 53),
			  VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(only(VPNALG_EVENT_EXHAUSTED)->nat_event, 12);
	world_end(&w);
}
END_TEST

START_TEST(an_uplink_without_an_address_is_told)
{
	static const uint8_t uplinks[] = { 5 };

	begin((struct world_options){ .uplinks = uplinks });
	w.uplink = 6;
	ck_assert_uint_eq(udp_out(&w, CLIENT_B, 3001, SERVER, 53),
			  VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(only(VPNALG_EVENT_EXHAUSTED)->nat_event, 3);
	world_end(&w);
}
END_TEST

/* The binding was taken from the choose callback, and is given back. */
START_TEST(a_binding_of_which_no_session_came_is_told)
{
	const struct vpnalg_event *event;

	begin((struct world_options){ .leaves = true });
	w.fail_in = 1;
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 3001, SERVER, 53),
			  VPNALG_DROP_STORE);
	event = only(VPNALG_EVENT_UNUSED);
	ck_assert_uint_eq(event->reason, VPNALG_DROP_STORE);
	ck_assert_uint_eq(get32(event->session.outside.octets), OUTSIDE);
	ck_assert_uint_ne(event->session.outside_id, 0);
	ck_assert_uint_eq(count, 1);
	world_end(&w);
}
END_TEST

TCase *events_refused_case(void)
{
	TCase *t = tcase_create("refused");

	tcase_add_loop_test(t, the_event_of_a_refused_session_says_why, 0,
			    ROWS(refusals));
	tcase_add_test(t, ports_that_are_used_up_are_told);
	tcase_add_test(t, an_uplink_without_an_address_is_told);
	tcase_add_test(t, a_binding_of_which_no_session_came_is_told);
	return t;
}
