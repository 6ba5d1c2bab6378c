/* SPDX-License-Identifier: BSD-2-Clause */
/* The listing of sessions. */
#include "listing.h"

/* Returns the number of listed sessions of a kind, by the places of both. */
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
	{ "ESP host's older SAs", ANY_ID, "ESP host", "IPsec", 0, SERVER, 4, ESP,
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

START_TEST(an_announced_end_is_listed)
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

START_TEST(sessions_of_the_router_are_listed_as_such)
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
	tcase_add_test(t, an_announced_end_is_listed);
	tcase_add_test(t, sessions_of_the_router_are_listed_as_such);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, account_case());
	suite_add_tcase(suite, cut_case());
	suite_add_tcase(suite, cut_during_case());
	suite_add_tcase(suite, translation_case());
	suite_add_tcase(suite, translation_end_case());
	suite_add_tcase(suite, translation_refused_case());
	suite_add_tcase(suite, sessions_step_case());
	return suite;
}
