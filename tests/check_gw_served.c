/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/gw/served.c: sessions whose service has gone are looked for in steps,
 * and each counts once. The translator and the rules are this test's. */
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "../examples/gw/served.h"

#define PORT 1723
#define PLACES 1000
#define STEP 64
#define NO_REMOTE 0
#define TCP 6

/* A place of the store is empty, or has a session of that remote's. */
static struct place {
	uint8_t remote;
	uint16_t port;
} places[PLACES];

static unsigned looks;
static int service_rules;      /* of the service's port */
static int remote_rules[256];  /* and of it with a remote */
static struct served served;
static const struct nat nat;

static struct vpnalg_session_info info_of(size_t place)
{
	struct vpnalg_session_info info = {
		.number = place + 1,
		.outside = { .family = VPNALG_IPV4, .octets = { 203 } },
		.outside_id = places[place].port,
		.ip_protocol = TCP,
	};

	if (places[place].remote != NO_REMOTE) {
		info.remote.family = VPNALG_IPV4;
		info.remote.octets[0] = places[place].remote;
	}
	return info;
}

/* Stands in for the library's. */
int vpnalg_sessions_next(struct vpnalg *translator, vpnalg_time now,
			 uint64_t *cursor, struct vpnalg_session_info *info)
{
	(void)translator;
	(void)now;
	looks++;
	if (*cursor == PLACES) {
		*cursor = 0;
		return VPNALG_SESSIONS_END;
	}
	if (!places[(*cursor)++].port)
		return VPNALG_SESSIONS_NONE;
	*info = info_of(*cursor - 1);
	return VPNALG_SESSIONS_ONE;
}

bool nat_inherits(const struct nat *of, size_t place, size_t kind)
{
	(void)of;
	(void)place;
	(void)kind;
	return true;
}

static int *rules_of(const struct vpnalg_binding *binding)
{
	return binding->remote.family ? &remote_rules[binding->remote.octets[0]]
				      : &service_rules;
}

bool rules_begin(struct rules *rules, const struct vpnalg_binding *binding)
{
	(void)rules;
	++*rules_of(binding);
	return true;
}

void rules_end(struct rules *rules, const struct vpnalg_binding *binding)
{
	(void)rules;
	--*rules_of(binding);
}

/* With the service's rule. */
static void begin(void)
{
	memset(places, 0, sizeof(places));
	memset(remote_rules, 0, sizeof(remote_rules));
	served = (struct served){ 0 };
	service_rules = 1;
}

static void end(void)
{
	served_close(&served);
}

static struct vpnalg_binding service(void)
{
	return (struct vpnalg_binding){
		.outside = { .family = VPNALG_IPV4, .octets = { 203 } },
		.protocol = TCP,
		.outside_id = PORT,
	};
}

static void remove_service(void)
{
	const struct vpnalg_binding binding = service();

	ck_assert(served_removed(&served, &binding));
	served_look(&served);
}

static bool step(void)
{
	bool any;

	looks = 0;
	any = served_go_on(&served, NULL, &nat, 0);
	ck_assert_uint_le(looks, STEP);
	return any;
}

static void look_to_the_end(void)
{
	while (step())
		;
}

static void put_at(size_t place, uint8_t remote, uint16_t port)
{
	places[place] = (struct place){ remote, port };
}

static void tell(uint8_t type, size_t place, uint64_t before)
{
	const struct vpnalg_session_info info = info_of(place);
	const struct vpnalg_event event = {
		.type = type,
		.before = before,
		.info = &info,
		.session = { .outside = info.outside,
			     .remote = info.remote,
			     .protocol = TCP,
			     .outside_id = info.outside_id },
	};

	served_tell(&served, NULL, &nat, &event);
	if (type == VPNALG_EVENT_CLOSED)
		places[place].port = 0;
}

START_TEST(a_step_looks_at_a_bounded_number_of_places)
{
	unsigned steps = 0;

	for (size_t i = 0; i < PLACES; i += 3)
		put_at(i, (uint8_t)(1 + i % 200), i % 2 ? PORT : PORT + 1);
	remove_service();
	while (step())
		steps++;
	ck_assert_uint_eq(steps, PLACES / STEP + 1);
	for (int i = 1; i <= 200; i++)
		ck_assert_int_le(remote_rules[i], 1);
	ck_assert_int_eq(remote_rules[4], 1); /* of place 3 */
	ck_assert_int_eq(remote_rules[7], 0); /* at other ports only */
}
END_TEST

START_TEST(the_services_rule_stays_until_all_are_found)
{
	put_at(PLACES - 1, 7, PORT);
	put_at(0, 8, PORT + 1);
	put_at(1, NO_REMOTE, PORT);
	remove_service();
	for (unsigned i = 0; i < PLACES / STEP; i++) {
		ck_assert(step());
		ck_assert_int_eq(service_rules, 1);
	}
	look_to_the_end();
	ck_assert_int_eq(service_rules, 0);
	ck_assert_int_eq(remote_rules[7], 1);
	ck_assert_int_eq(remote_rules[8], 0);
	tell(VPNALG_EVENT_CLOSED, PLACES - 1, 0);
	ck_assert_int_eq(remote_rules[7], 0);
}
END_TEST

START_TEST(what_ends_meanwhile_is_counted_if_it_was_found)
{
	put_at(1, 7, PORT);
	put_at(2, 8, PORT);
	put_at(500, 8, PORT);
	put_at(501, 9, PORT);
	remove_service();
	ck_assert(step());
	tell(VPNALG_EVENT_CLOSED, 1, 0);   /* found */
	tell(VPNALG_EVENT_CLOSED, 500, 0); /* not found, another one is */
	tell(VPNALG_EVENT_CLOSED, 501, 0); /* not found */
	ck_assert_int_eq(remote_rules[7], 0);
	ck_assert_int_eq(remote_rules[8], 1);
	look_to_the_end();
	ck_assert_int_eq(remote_rules[8], 1);
	ck_assert_int_eq(remote_rules[9], 0);
	tell(VPNALG_EVENT_CLOSED, 2, 0);
	ck_assert_int_eq(remote_rules[8], 0);
}
END_TEST

START_TEST(what_opens_meanwhile_counts_once)
{
	remove_service();
	ck_assert(step());
	put_at(500, 7, PORT);
	tell(VPNALG_EVENT_OPENED, 500, 0);
	look_to_the_end();
	ck_assert_int_eq(remote_rules[7], 1);
	tell(VPNALG_EVENT_CLOSED, 500, 0);
	ck_assert_int_eq(remote_rules[7], 0);
}
END_TEST

START_TEST(one_that_has_another_number_counts_by_that)
{
	put_at(1, 7, PORT);
	remove_service();
	look_to_the_end();
	put_at(1, 0, 0);
	put_at(2, 8, PORT);
	tell(VPNALG_EVENT_CHANGED, 2, 1 + 1);
	ck_assert_int_eq(remote_rules[7], 0);
	ck_assert_int_eq(remote_rules[8], 1);
	tell(VPNALG_EVENT_CLOSED, 2, 0);
	ck_assert_int_eq(remote_rules[8], 0);
}
END_TEST

START_TEST(a_service_that_comes_back_meanwhile_keeps_its_rule)
{
	const struct vpnalg_binding binding = service();

	put_at(500, 7, PORT);
	remove_service();
	ck_assert(step());
	ck_assert(served_added(&served, &binding));
	look_to_the_end();
	ck_assert_int_eq(service_rules, 1);
	ck_assert_int_eq(remote_rules[7], 0);
	ck_assert(!served_added(&served, &binding));
	remove_service();
	look_to_the_end();
	ck_assert_int_eq(service_rules, 0);
	ck_assert_int_eq(remote_rules[7], 1);
}
END_TEST

Suite *gw_served_suite(void)
{
	Suite *suite = suite_create("gw served");
	TCase *tests = tcase_create("sessions that outlive their service");

	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, a_step_looks_at_a_bounded_number_of_places);
	tcase_add_test(tests, the_services_rule_stays_until_all_are_found);
	tcase_add_test(tests, what_ends_meanwhile_is_counted_if_it_was_found);
	tcase_add_test(tests, what_opens_meanwhile_counts_once);
	tcase_add_test(tests, one_that_has_another_number_counts_by_that);
	tcase_add_test(tests,
		       a_service_that_comes_back_meanwhile_keeps_its_rule);
	suite_add_tcase(suite, tests);
	return suite;
}
