/* SPDX-License-Identifier: BSD-2-Clause */
/* Events: each type provoked, how often they are told, and what their callback
 * may not do. That they tell the same as the listing is tested in every world:
 * support_log.c. */
#include <vpnalg/state.h>

#include "cases.h"
#include "general.h"
#include "support_service.h"
#include "support_sessions.h"

#include <string.h>

#include <vpnalg/policy.h>
#include <vpnalg/protocols.h>

#define ROOM 64

static struct world w;
static struct vpnalg_rule rules[2];
static struct vpnalg_limit limits[2];
static struct vpnalg_quiet quiets[1];
static struct vpnalg_policy policy;

/* What was told since the last forget(). */
static struct vpnalg_event heard[ROOM];
static struct vpnalg_session_info infos[ROOM];
static unsigned count;

static void keep(struct world *world, const struct vpnalg_event *event)
{
	(void)world;
	ck_assert_uint_lt(count, ROOM);
	heard[count] = *event;
	if (event->info != NULL)
		infos[count] = *event->info;
	count++;
}

static void forget(void)
{
	count = 0;
}

/* Returns the only event of that type. */
static const struct vpnalg_event *only(unsigned type)
{
	const struct vpnalg_event *found = NULL;
	unsigned i;

	for (i = 0; i < count; i++)
		if (heard[i].type == type) {
			ck_assert_ptr_null(found);
			found = &heard[i];
		}
	ck_assert_msg(found != NULL, "no event %u among %u", type, count);
	return found;
}

static void begin(struct world_options options)
{
	forget();
	options.told = keep;
	if (options.choosing == CHOOSE_NOTHING)
		options.choosing = CHOOSE_TAKE;
	memset(rules, 0, sizeof(rules));
	memset(limits, 0, sizeof(limits));
	policy = (struct vpnalg_policy){ .size = sizeof(policy),
					 .rules = rules,
					 .limits = limits,
					 .quiets = quiets };
	options.count_hosts = true;
	all_world(&w, options);
}

static void set(void)
{
	ck_assert_int_eq(vpnalg_set_policy(w.alg, &policy, w.now), 0);
}

/* --- Opened and closed. */

START_TEST(a_session_is_told_with_all_that_is_listed)
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
	ck_assert_uint_ge(w.told[VPNALG_EVENT_OPENED], 40);
	all_close(&w);
	world_wait(&w, 10000000);
	world_wait(&w, 10000000);
	world_wait(&w, 10000000);
	ck_assert_uint_eq(w.told[VPNALG_EVENT_OPENED],
			  w.told[VPNALG_EVENT_CLOSED]);
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
	ck_assert_uint_le(w.told[VPNALG_EVENT_CLOSED],
			  w.told[VPNALG_EVENT_OPENED]);
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

START_TEST(the_end_of_a_session_tells_why)
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

START_TEST(a_service_that_is_removed_tells_why_it_is_closed)
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

/* --- Refused. */

static void refuse_by_rule(void)
{
	rules[0].action = VPNALG_RULE_DENY;
	policy.rule_count = 1;
}

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

START_TEST(a_refused_session_tells_why)
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

/* --- Switches. */

START_TEST(a_protocol_that_switches_itself_off_is_told_once_and_when_it_is_on)
{
	begin((struct world_options){ 0 });
	quiets[0] = (struct vpnalg_quiet){ vpnalg_general, 1000 };
	policy.quiet_count = 1;
	set();
	world_wait(&w, 0);
	ck_assert_uint_eq(count, 0);
	world_wait(&w, 1000);
	world_wait(&w, 1000);
	ck_assert_uint_eq(only(VPNALG_EVENT_OFF)->protocol, ALL_GENERAL);
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 3001, SERVER, 53),
			  VPNALG_DROP_DENIED);
	only(VPNALG_EVENT_REFUSED);
	set();
	ck_assert_uint_eq(only(VPNALG_EVENT_ON)->protocol, ALL_GENERAL);
	ck_assert_uint_eq(count, 3);
	policy.quiet_count = 0;
	set();
	world_end(&w);
}
END_TEST

#define DENY .action = VPNALG_RULE_DENY
#define ALLOW .action = VPNALG_RULE_ALLOW
#define HOSTS .inside = { VPNALG_IPV4, { 192 } }, .inside_length = 8
#define REMOTES .remote = { VPNALG_IPV4, { 203 } }, .remote_length = 8
#define GENERAL .handler = vpnalg_general
#define PPTP_ONLY .handler = vpnalg_pptp

/* A policy, the one that follows, which the first then follows in turn, and what
 * the second tells of general traffic. */
static const struct switching {
	const char *what;
	struct vpnalg_rule from[2], to[2];
	size_t from_count, to_count;
	unsigned tells;
} switchings[] = {
	{ "a switch", { { 0 } }, { { DENY, GENERAL } }, 0, 1,
	  VPNALG_EVENT_OFF },
	{ "all", { { 0 } }, { { DENY } }, 0, 1, VPNALG_EVENT_OFF },
	{ "another's", { { DENY, GENERAL } }, { { DENY, PPTP_ONLY } }, 1, 1,
	  VPNALG_EVENT_ON },
	{ "all, then itself", { { DENY } }, { { DENY, GENERAL } }, 1, 1, 0 },
	{ "hosts", { { 0 } }, { { DENY, HOSTS } }, 0, 1, 0 },
	{ "remotes", { { 0 } }, { { DENY, REMOTES } }, 0, 1, 0 },
	{ "a zone", { { 0 } }, { { DENY, .in_zone = true } }, 0, 1, 0 },
	{ "a port", { { 0 } }, { { DENY, .remote_port = 53 } }, 0, 1, 0 },
	{ "UDP", { { 0 } }, { { DENY, .ip_protocol = UDP } }, 0, 1, 0 },
	{ "hosts, and all", { { 0 } }, { { DENY, HOSTS }, { DENY } }, 0, 2,
	  VPNALG_EVENT_OFF },
	{ "all but hosts", { { DENY } }, { { ALLOW, HOSTS }, { DENY } }, 1, 2,
	  VPNALG_EVENT_ON },
	{ "all but another", { { 0 } }, { { ALLOW, PPTP_ONLY }, { DENY } }, 0, 2,
	  VPNALG_EVENT_OFF },
	{ "all but it", { { 0 } }, { { ALLOW, GENERAL }, { DENY } }, 0, 2, 0 },
};

static void change(const struct vpnalg_rule *to, size_t to_count)
{
	memcpy(rules, to, sizeof(rules));
	policy.rule_count = to_count;
	forget();
	set();
}

/* The only event of general traffic has this type; 0: there is none. */
static void told_of_general(const char *what, unsigned type)
{
	unsigned i, found = 0;

	for (i = 0; i < count; i++) {
		if (heard[i].protocol != ALL_GENERAL)
			continue;
		ck_assert_msg(found == 0, "%s: two", what);
		found = heard[i].type;
	}
	ck_assert_msg(found == type, "%s: %u", what, found);
}

START_TEST(a_switch_that_a_policy_changes_is_told)
{
	const struct switching *row = &switchings[_i];
	unsigned back = row->tells == 0			? 0
			: row->tells == VPNALG_EVENT_ON ? VPNALG_EVENT_OFF
							: VPNALG_EVENT_ON;

	begin((struct world_options){ 0 });
	change(row->from, row->from_count);
	change(row->to, row->to_count);
	told_of_general(row->what, row->tells);
	change(row->to, row->to_count);
	told_of_general(row->what, 0);
	change(row->from, row->from_count);
	told_of_general(row->what, back);
	world_end(&w);
}
END_TEST

/* Off is off, whether it is denied or was quiet. */
START_TEST(a_protocol_that_is_off_in_two_ways_is_told_once)
{
	begin((struct world_options){ 0 });
	quiets[0] = (struct vpnalg_quiet){ vpnalg_general, 1000 };
	policy.quiet_count = 1;
	rules[0] = (struct vpnalg_rule){ DENY, GENERAL };
	policy.rule_count = 1;
	set();
	only(VPNALG_EVENT_OFF);
	world_wait(&w, 0);
	world_wait(&w, 1000);
	ck_assert_uint_eq(count, 1);
	policy.rule_count = 0;
	set();
	only(VPNALG_EVENT_ON);
	forget();
	world_wait(&w, 0);
	world_wait(&w, 1000);
	only(VPNALG_EVENT_OFF);
	policy.rule_count = 1;
	set();
	ck_assert_uint_eq(count, 1);
	policy.rule_count = policy.quiet_count = 0;
	set();
	only(VPNALG_EVENT_ON);
	world_end(&w);
}
END_TEST

START_TEST(the_first_policy_tells_nothing_and_the_next_what_it_changes)
{
	rules[0] = (struct vpnalg_rule){ DENY, GENERAL };
	policy = (struct vpnalg_policy){ .size = sizeof(policy),
					 .rules = rules,
					 .rule_count = 1 };
	forget();
	all_world(&w, (struct world_options){ .told = keep,
					      .policy = &policy });
	ck_assert_uint_eq(count, 0);
	set();
	ck_assert_uint_eq(count, 0);
	policy.rule_count = 0;
	set();
	ck_assert_uint_eq(only(VPNALG_EVENT_ON)->protocol, ALL_GENERAL);
	world_end(&w);
}
END_TEST

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
					      .told = misuse,
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
	ck_assert_uint_eq(w.told[VPNALG_EVENT_OPENED], 0);
	world_end(&w);
}
END_TEST

Suite *events_suite(void)
{
	Suite *suite = suite_create("events");
	TCase *t = tcase_create("sessions");

	suite_add_tcase(suite, t);
	tcase_add_test(t, a_session_is_told_with_all_that_is_listed);
	tcase_add_test(t, every_kind_of_session_is_opened_and_closed_as_often);
	tcase_add_loop_test(
		t, a_store_that_fails_leaves_no_session_open_in_the_log, 0, 12);
	tcase_add_loop_test(t, the_end_of_a_session_tells_why, 0,
			    ROWS(endings));
	tcase_add_test(t, a_service_that_is_removed_tells_why_it_is_closed);
	tcase_add_test(t, a_connection_that_begins_anew_is_closed_and_opened);
	t = tcase_create("refused");
	suite_add_tcase(suite, t);
	tcase_add_loop_test(t, a_refused_session_tells_why, 0, ROWS(refusals));
	tcase_add_test(t, ports_that_are_used_up_are_told);
	tcase_add_test(t, an_uplink_without_an_address_is_told);
	tcase_add_test(t, a_binding_of_which_no_session_came_is_told);
	tcase_add_test(
		t,
		a_protocol_that_switches_itself_off_is_told_once_and_when_it_is_on);
	tcase_add_loop_test(t, a_switch_that_a_policy_changes_is_told, 0,
			    ROWS(switchings));
	tcase_add_test(t, a_protocol_that_is_off_in_two_ways_is_told_once);
	tcase_add_test(
		t,
		the_first_policy_tells_nothing_and_the_next_what_it_changes);
	t = tcase_create("callback");
	suite_add_tcase(suite, t);
	tcase_add_test(t, refused_packets_cannot_make_events_without_end);
	tcase_add_test(t, the_log_is_not_suppressed);
	tcase_add_test(
		t,
		a_callback_that_calls_the_translator_is_refused_without_harm);
	tcase_add_test(t, nobody_need_listen);
	return suite;
}
