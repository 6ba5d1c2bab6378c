/* SPDX-License-Identifier: BSD-2-Clause */
/* The listing of sessions. */
#include "support_sessions.h"

#include <stddef.h>
#include <string.h>

#include "cases.h"
#include "general.h"
#include "support_l2tp.h"

#define SCTP 132

static struct world w;
static struct listing l;

static void begin(void)
{
	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

static void end(void)
{
	all_close(&w);
	world_end(&w);
}

/* How many sessions of a kind are listed, by the places of both. */
static uint64_t count_of(unsigned protocol, unsigned kind)
{
	uint64_t count = 0;
	unsigned i;

	for (i = 0; i < l.count; i++)
		count += l.infos[i].protocol == protocol &&
			 l.infos[i].kind == kind;
	return count;
}

/* Kinds that all_open() leaves out: one is only counted, the others need
 * settings of their own. */
static bool is_left_out(const char *kind)
{
	return strcmp(kind, "AH") == 0 ||
	       strcmp(kind, "permitted remote") == 0 ||
	       strcmp(kind, "L2TP SCCRQ to any address") == 0 ||
	       strcmp(kind, "L2TP tunnel by peer's ID") == 0;
}

START_TEST(every_session_is_listed_once)
{
	struct vpnalg_kind_counters counters;
	unsigned protocol, kind;
	size_t index = 0;

	all_open(&w);
	list(&w, &l);
	for (protocol = 0; protocol < ALL_PROTOCOLS; protocol++)
		for (kind = 0;
		     kind < all_protocols[protocol].handler()->kind_count;
		     kind++) {
			ck_assert(vpnalg_kind_counters(w.alg, index++,
						       &counters,
						       sizeof(counters)));
			ck_assert_msg(counters.opened - counters.closed ==
					      count_of(protocol, kind),
				      "%s", counters.name);
			ck_assert_msg(counters.opened > 0 ||
					      is_left_out(counters.name),
				      "no %s", counters.name);
		}
}
END_TEST

#define NO_PARENT NULL

/* Of each kind, what tells its sessions apart. */
static const struct info_row {
	const char *kind;
	uint32_t id; /* inside */
	const char *parent;
	const char *protocol;
	uint32_t inside, remote;
	uint32_t remote_port;
	uint8_t ip_protocol, flags;
	uint16_t children;
} info_rows[] = {
	{ "PPTP control connection", 40001, NO_PARENT, "PPTP", CLIENT_A,
	  SERVER, PPTP, TCP, 0, 1 },
	{ "PPTP call", 11, "PPTP control connection", "PPTP", CLIENT_A, SERVER,
	  0, GRE, 0, 0 },
	{ "PPTP server's connection", PPTP, "PPTP service", "PPTP", CLIENT_C,
	  STRANGER, 5000, TCP, 0, 0 },
	{ "PPTP service", PPTP, NO_PARENT, "PPTP", CLIENT_C, 0, 0, TCP,
	  VPNALG_INFO_SERVICE, 1 },
	{ "IKE session", 500, NO_PARENT, "IPsec", CLIENT_A, SERVER, 500, UDP,
	  0, 0 },
	{ "IKE SA", CLIENT_B, "IKE session", "IPsec", CLIENT_B, SERVER, 0x1001,
	  253, 0, 1 },
	{ "ESP outbound SA", 0xa1, "ESP host", "IPsec", CLIENT_B, SERVER, 0,
	  ESP, 0, 0 },
	{ "ESP inbound SA", 0xb2, "ESP host", "IPsec", CLIENT_C, SERVER, 0, ESP,
	  0, 0 },
	{ "ESP host", 0, "IKE session", "IPsec", CLIENT_A, SERVER, 0, ESP, 0,
	  0 },
	{ "ESP remote", 0, NO_PARENT, "IPsec", 0, SERVER, 2, ESP,
	  VPNALG_INFO_OF_REMOTE, 6 },
	{ "ESP candidates", 1, "ESP remote", "IPsec", 0, SERVER, 2, ESP,
	  VPNALG_INFO_OF_REMOTE, 1 },
	{ "ESP unclaimed SPIs", 0, "ESP remote", "IPsec", 0, SERVER, 3, ESP,
	  VPNALG_INFO_OF_REMOTE, 1 },
	{ "IPsec service", 500, NO_PARENT, "IPsec", CLIENT_C, 0, 0, UDP,
	  VPNALG_INFO_SERVICE, 0 },
	{ "L2TP flow", L2TP, NO_PARENT, "L2TP", CLIENT_A, SERVER, L2TP, UDP, 0,
	  0 },
	{ "L2TPv3 flow over IP", 0, NO_PARENT, "L2TP", CLIENT_B, SERVER,
	  0x40000, L2TP_IP, 0, 0 },
	{ "L2TP server", 0, NO_PARENT, "L2TP", 0, SERVER, 0x60000 | L2TP,
	  L2TP_IP, VPNALG_INFO_OF_REMOTE, 0 },
	{ "L2TPv3 session by ID", 0x01020304, "L2TP tunnel by ID", "L2TP",
	  CLIENT_B, SERVER, 0x30000, L2TP_IP, 0, 0 },
	{ "L2TP tunnel by ID", 0x11223344, "L2TPv3 flow over IP", "L2TP",
	  CLIENT_B, SERVER, 0x20000, L2TP_IP, 0, 1 },
	{ "GRE tunnel", 0x28, NO_PARENT, "GRE", CLIENT_A, SERVER_2, 0x10000, 0,
	  0, 0 },
	{ "GRE tunnel by remote's Key", 0x29, "GRE tunnel", "GRE", CLIENT_A,
	  SERVER_2, 0x10000, 0, 0, 0 },
	{ "TCP session", 3000, "mapping", "general", CLIENT_A, SERVER, 80, TCP,
	  0, 0 },
	{ "UDP session", 3001, "mapping", "general", CLIENT_A, ANY_ID, 53, UDP,
	  0, 0 },
	{ "ICMP query session", 3002, "mapping", "general", CLIENT_A, SERVER,
	  0, ICMP, 0, 0 },
	{ "mapping", 3001, NO_PARENT, "general", CLIENT_A, 0, 0, UDP,
	  VPNALG_INFO_MAPPING, 2 },
	{ "service", 80, NO_PARENT, "general", CLIENT_B, 0, 0, TCP,
	  VPNALG_INFO_SERVICE, 0 },
	{ "session by ports", 40004, NO_PARENT, "general", CLIENT_A, SERVER,
	  40005, SCTP, 0, 0 },
	{ "session by address", 0, NO_PARENT, "general", CLIENT_A, SERVER,
	  0x01000000, 41, 0, 0 },
};

static uint32_t address(const struct vpnalg_addr *addr)
{
	return addr->family == VPNALG_IPV4 ? get32(addr->octets) : 0;
}

static void check_ids(const struct info_row *row,
		      const struct vpnalg_session_info *info)
{
	bool of_remote = row->flags & VPNALG_INFO_OF_REMOTE;

	ck_assert_str_eq(info->protocol_name, row->protocol);
	if (row->ip_protocol != 0)
		ck_assert_uint_eq(info->ip_protocol, row->ip_protocol);
	if (!of_remote) {
		ck_assert_uint_eq(address(&info->inside), row->inside);
		ck_assert_uint_eq(info->zone, ZONE);
	}
	ck_assert_uint_eq(address(&info->outside), OUTSIDE);
	if (row->remote != ANY_ID)
		ck_assert_uint_eq(address(&info->remote), row->remote);
	ck_assert_uint_eq(info->remote_port, row->remote_port);
}

START_TEST(a_session_is_listed_with_its_ids_and_its_parent)
{
	const struct info_row *row = &info_rows[_i];
	const struct vpnalg_session_info *info, *parent;

	all_open(&w);
	list(&w, &l);
	info = listed(&l, row->kind, row->id);
	check_ids(row, info);
	ck_assert_uint_eq(info->flags, row->flags);
	ck_assert_uint_eq(info->children, row->children);
	ck_assert((info->parent != 0) == (row->parent != NULL));
	if (row->parent == NULL)
		return;
	parent = listed_number(&l, info->parent);
	ck_assert_ptr_nonnull(parent);
	ck_assert_str_eq(parent->kind_name, row->parent);
	ck_assert_uint_eq(parent->protocol, info->protocol);
	ck_assert_uint_eq(parent->zone, info->zone);
	ck_assert_uint_eq(address(&parent->inside), address(&info->inside));
}
END_TEST

START_TEST(a_session_is_listed_until_it_dies)
{
	vpnalg_time life = 300000;

	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	list(&w, &l);
	ck_assert(listed(&l, "UDP session", 3001)->expires_in == life);
	w.now += life - 1;
	list(&w, &l);
	ck_assert_uint_eq(listed(&l, "UDP session", 3001)->expires_in, 1);
	/* Its mapping lives on with it. */
	ck_assert_uint_eq(listed(&l, "mapping", 3001)->expires_in, 0);
	w.now++;
	list(&w, &l);
	ck_assert_uint_eq(listed_count(&l, "UDP session"), 0);
	/* It was not closed: who reads changes nothing. */
	ck_assert_int_gt(w.records, 0);
}
END_TEST

START_TEST(a_service_that_lasts_never_expires)
{
	all_open(&w);
	list(&w, &l);
	ck_assert(listed(&l, "service", 80)->expires_in == VPNALG_NEVER);
	ck_assert(listed(&l, "PPTP call", 11)->expires_in < 8000000);
}
END_TEST

START_TEST(an_announced_end_is_told)
{
	struct connection c = { .zone = ZONE };

	start_control(&w, &c, CLIENT_A, 40001, SERVER);
	call_out(&w, &c, 11, 22);
	list(&w, &l);
	ck_assert_uint_eq(listed(&l, "PPTP call", 11)->flags, 0);
	server_says(&w, &c, 13, 22, 0, 1);
	list(&w, &l);
	ck_assert_uint_eq(listed(&l, "PPTP call", 11)->flags,
			  VPNALG_INFO_ENDED);
}
END_TEST

START_TEST(sessions_of_the_router_are_told)
{
	struct world_options options = { .own = true, .leaves = true };
	struct bytes p;

	end();
	all_world(&w, options);
	p = udp_packet(OUTSIDE, 500, SERVER, 500, "nothing of IKE", 14);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	list(&w, &l);
	ck_assert_uint_eq(listed(&l, "IKE session", 500)->flags,
			  VPNALG_INFO_ROUTERS);
}
END_TEST

/* Each call looks at 32 places at most. */
START_TEST(a_step_is_bounded)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	uint8_t ports[12] = { 0, 0, 9, 9 };
	unsigned steps = 0, i;
	uint64_t cursor = 0;
	struct bytes p;

	end();
	all_world(&w, (struct world_options){ .units = 4000 });
	w.options.mirror = false;
	for (i = 0; i < 1000; i++) {
		put16(ports, 2000 + i);
		p = ip_packet(CLIENT_A, SERVER, SCTP, ports, sizeof(ports));
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
	w.now += 1000000; /* all are dead */
	while (vpnalg_sessions_next(w.alg, w.now, &cursor, &info) !=
	       VPNALG_SESSIONS_END)
		steps++;
	ck_assert_uint_ge(steps, 1000 / 32);
	ck_assert_uint_le(steps, 2000 / 32);
}
END_TEST

/* What stays is met once, whatever comes and goes between the steps. */
START_TEST(sessions_come_and_go_while_they_are_listed)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	unsigned met[20] = { 0 }, i, step = 0;
	uint64_t cursor = 0;
	int result;

	for (i = 0; i < 20; i++)
		udp_open(&w, CLIENT_A, (uint16_t)(3000 + i), SERVER, 53);
	while ((result = vpnalg_sessions_next(w.alg, w.now, &cursor, &info)) !=
	       VPNALG_SESSIONS_END) {
		if (step++ % 4 == 0)
			icmp_out(&w, CLIENT_B, SERVER, ECHO, (uint16_t)step);
		w.now += 1000;
		vpnalg_expire(w.alg, w.now, 8);
		if (result == VPNALG_SESSIONS_ONE &&
		    strcmp(info.kind_name, "UDP session") == 0)
			met[info.inside_id - 3000]++;
		ck_assert_uint_lt(step, 400);
	}
	for (i = 0; i < 20; i++)
		ck_assert_uint_eq(met[i], 1);
}
END_TEST

START_TEST(two_listings_do_not_disturb_each_other)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	unsigned counts[2] = { 0 }, running = 3, i;
	uint64_t cursors[2] = { 0 };
	int step;

	all_open(&w);
	list(&w, &l);
	while (running != 0)
		for (i = 0; i < 2; i++) {
			if (!(running & 1U << i))
				continue;
			step = vpnalg_sessions_next(w.alg, w.now, &cursors[i],
						    &info);
			counts[i] += step == VPNALG_SESSIONS_ONE;
			if (step == VPNALG_SESSIONS_END)
				running &= ~(1U << i);
		}
	ck_assert_uint_eq(counts[0], l.count);
	ck_assert_uint_eq(counts[1], l.count);
}
END_TEST

/* A program that was built with another version's header. */
static const struct {
	const char *what;
	size_t size;
	bool filled; /* up to the parent */
} size_rows[] = {
	{ "nothing", 0, false },
	{ "its size", sizeof(size_t), false },
	{ "an older one",
	  offsetof(struct vpnalg_session_info, parent) + sizeof(uint64_t),
	  true },
	{ "this one", sizeof(struct vpnalg_session_info), true },
	{ "a newer one", sizeof(struct vpnalg_session_info) + 16, true },
};

START_TEST(the_struct_may_be_of_another_version)
{
	struct {
		struct vpnalg_session_info info;
		uint8_t more[24];
	} given;
	const uint8_t *bytes = (const uint8_t *)&given;
	size_t size = size_rows[_i].size, i;
	uint64_t cursor = 0;

	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	memset(&given, 0xee, sizeof(given));
	given.info.size = size;
	while (vpnalg_sessions_next(w.alg, w.now, &cursor, &given.info) !=
	       VPNALG_SESSIONS_ONE)
		;
	ck_assert_uint_eq(given.info.size, size);
	ck_assert((given.info.number != 0xeeeeeeeeeeeeeeee) ==
		  size_rows[_i].filled);
	for (i = size < sizeof(size_t) ? sizeof(size_t) : size;
	     i < sizeof(given); i++)
		ck_assert_uint_eq(bytes[i], 0xee);
	for (i = sizeof(given.info); i < size; i++)
		ck_assert_uint_eq(bytes[i], 0);
}
END_TEST

Suite *sessions_suite(void)
{
	Suite *suite = suite_create("sessions");
	TCase *t = tcase_create("listing");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, every_session_is_listed_once);
	tcase_add_loop_test(t, a_session_is_listed_with_its_ids_and_its_parent,
			    0, ROWS(info_rows));
	tcase_add_test(t, a_session_is_listed_until_it_dies);
	tcase_add_test(t, a_service_that_lasts_never_expires);
	tcase_add_test(t, an_announced_end_is_told);
	tcase_add_test(t, sessions_of_the_router_are_told);
	tcase_add_test(t, a_step_is_bounded);
	tcase_add_test(t, sessions_come_and_go_while_they_are_listed);
	tcase_add_test(t, two_listings_do_not_disturb_each_other);
	tcase_add_loop_test(t, the_struct_may_be_of_another_version, 0,
			    ROWS(size_rows));
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, account_case());
	suite_add_tcase(suite, cut_case());
	suite_add_tcase(suite, translation_case());
	suite_add_tcase(suite, translation_end_case());
	suite_add_tcase(suite, translation_refused_case());
	return suite;
}
