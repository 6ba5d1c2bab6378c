/* SPDX-License-Identifier: BSD-2-Clause */
/* Events: each type provoked, their rate, and calls that their callback may not
 * make. Every world checks that they agree with the listing: support_log.c. */
#include "events.h"

/* --- Opened and closed. */

START_TEST(an_event_has_all_that_is_listed)
{
	const struct vpnalg_event *event;
	uint16_t port;

	begin((struct world_options){ .account = true });
	port = udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	ck_assert_uint_eq(count, 2); /* its mapping first */
	event = &heard[0];
	ck_assert_uint_eq(event->type, VPNALG_EVENT_OPENED);
	ck_assert_uint_eq(event->nat_event, 8);
	ck_assert_uint_eq(event->time, w.now);
	ck_assert_uint_eq(event->over, w.now);
	ck_assert_uint_eq(event->session.remote.family, 0);
	ck_assert_str_eq(event->protocol_name, "general");
	event = &heard[1];
	ck_assert_uint_eq(event->type, VPNALG_EVENT_OPENED);
	ck_assert_uint_eq(event->nat_event, 4);
	ck_assert_str_eq(event->kind_name, "UDP session");
	ck_assert_uint_eq(event->protocol, ALL_GENERAL);
	ck_assert_uint_eq(event->session.protocol, UDP);
	ck_assert_uint_eq(get32(event->session.inside.octets), CLIENT_A);
	ck_assert_uint_eq(get32(event->session.outside.octets), OUTSIDE);
	ck_assert_uint_eq(get32(event->session.remote.octets), SERVER);
	ck_assert_uint_eq(event->session.inside_id, 3001);
	ck_assert_uint_eq(event->session.outside_id, port);
	ck_assert_uint_eq(event->session.remote_port, 53);
	ck_assert_uint_eq(event->limit, VPNALG_LIMIT_NONE);
	ck_assert_uint_eq(infos[1].parent, infos[0].number);
	forget();
	world_wait(&w, 400000);
	ck_assert_uint_eq(count, 1);
	event = &heard[0];
	ck_assert_uint_eq(event->type, VPNALG_EVENT_CLOSED);
	ck_assert_uint_eq(event->why, VPNALG_CLOSE_EXPIRED);
	ck_assert_uint_eq(event->nat_event, 5);
	ck_assert_uint_eq(event->time, w.now);
	ck_assert_uint_eq(event->over, w.now - 100000);
	ck_assert_uint_ne(infos[0].flags & VPNALG_INFO_ACCOUNT, 0);
	ck_assert_uint_ge(infos[0].packets[0], 1);
	world_wait(&w, 400000); /* the mapping outlives it */
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(heard[1].nat_event, 9);
	ck_assert_uint_eq(infos[0].parent, infos[1].number);
	ck_assert_uint_eq(infos[1].parent, 0);
	world_end(&w);
}
END_TEST

START_TEST(every_kind_of_session_is_opened_and_closed_as_often)
{
	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	all_open(&w);
	ck_assert_uint_ge(w.events[VPNALG_EVENT_OPENED], 40);
	all_close(&w);
	world_wait(&w, 10000000);
	world_wait(&w, 10000000);
	world_wait(&w, 10000000);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_OPENED],
			  w.events[VPNALG_EVENT_CLOSED]);
	ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

/* Whatever operation of the store fails: world_end() wants the balance. */
START_TEST(a_store_that_fails_leaves_no_session_open_in_the_log)
{
	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE,
					      .leaves = true });
	w.fail_in = _i + 1;
	tcp_out(&w, CLIENT_A, 3000, SERVER, 80, SYN, 0);
	udp_out(&w, CLIENT_A, 3001, SERVER, 53);
	w.fail_in = 0;
	ck_assert_uint_le(w.events[VPNALG_EVENT_CLOSED],
			  w.events[VPNALG_EVENT_OPENED]);
	world_end(&w);
}
END_TEST

static void why_cut(void)
{
	struct vpnalg_session_cut cut = { .size = sizeof(cut) };

	while (vpnalg_sessions_cut(w.alg, &cut, w.now, 1000) == VPNALG_CUT_MORE)
		;
}

static void why_policy(void)
{
	rules[0].action = VPNALG_RULE_DENY;
	policy.rule_count = 1;
	policy.cut = true;
	set();
	forget(); /* the protocols that are off */
	world_wait(&w, 0);
}

static void why_address(void)
{
	struct vpnalg_addr other = { .family = VPNALG_IPV4 };

	put32(other.octets, OUTSIDE_2);
	ck_assert_int_eq(vpnalg_set_addresses(w.alg, &other, 1, false), 0);
	world_wait(&w, 0);
}

static void why_expired(void)
{
	world_wait(&w, 400000);
}

static const struct ending {
	const char *what;
	void (*end)(void);
	unsigned why;
} endings[] = {
	{ "expired", why_expired, VPNALG_CLOSE_EXPIRED },
	{ "cut", why_cut, VPNALG_CLOSE_CUT },
	{ "policy", why_policy, VPNALG_CLOSE_POLICY },
	{ "address", why_address, VPNALG_CLOSE_ADDRESS },
};

START_TEST(the_event_of_an_end_says_why)
{
	const struct ending *ending = &endings[_i];

	begin((struct world_options){ .address_max = 2 });
	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	forget();
	ending->end();
	ck_assert_uint_ge(count, 1);
	ck_assert_uint_eq(heard[0].type, VPNALG_EVENT_CLOSED);
	ck_assert_msg(heard[0].why == ending->why, "%s: %u", ending->what,
		      heard[0].why);
	world_end(&w);
}
END_TEST

START_TEST(the_event_of_a_removed_service_says_why_it_is_closed)
{
	begin((struct world_options){ 0 });
	service_add(&w, TCP, 8080, CLIENT_B, 80);
	ck_assert_uint_eq(only(VPNALG_EVENT_OPENED)->nat_event, 8);
	ck_assert_uint_ne(infos[0].flags & VPNALG_INFO_SERVICE, 0);
	service_remove(&w, TCP, 8080, CLIENT_B, 80);
	ck_assert_uint_eq(only(VPNALG_EVENT_CLOSED)->why,
			  VPNALG_CLOSE_SERVICE);
	world_end(&w);
}
END_TEST

/* A host that was switched off and on begins anew on the same ports. */
START_TEST(a_connection_that_begins_anew_is_closed_and_opened)
{
	struct bytes p = tcp_packet(CLIENT_A, 4000, SERVER, 1723, 1, 0, SYN,
				    NULL, 0);

	begin((struct world_options){ 0 });
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = tcp_packet(CLIENT_A, 4000, SERVER, 1723, 99, 0, SYN, NULL, 0);
	forget();
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(only(VPNALG_EVENT_CLOSED)->why,
			  VPNALG_CLOSE_PROTOCOL);
	only(VPNALG_EVENT_OPENED);
	ck_assert_uint_eq(infos[0].number, infos[1].number);
	world_end(&w);
}
END_TEST

Suite *events_suite(void)
{
	Suite *suite = suite_create("events");
	TCase *t = tcase_create("sessions");

	suite_add_tcase(suite, t);
	tcase_add_test(t, an_event_has_all_that_is_listed);
	tcase_add_test(t, every_kind_of_session_is_opened_and_closed_as_often);
	tcase_add_loop_test(
		t, a_store_that_fails_leaves_no_session_open_in_the_log, 0, 12);
	tcase_add_loop_test(t, the_event_of_an_end_says_why, 0,
			    ROWS(endings));
	tcase_add_test(t, the_event_of_a_removed_service_says_why_it_is_closed);
	tcase_add_test(t, a_connection_that_begins_anew_is_closed_and_opened);
	suite_add_tcase(suite, events_refused_case());
	suite_add_tcase(suite, events_switch_case());
	suite_add_tcase(suite, events_callback_case());
	return suite;
}
