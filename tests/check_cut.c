/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that are cut: which, whole, and with nothing left of them. */
#include "cut.h"

START_TEST(nothing_is_left_when_all_is_cut)
{
	struct vpnalg_session_cut c = { .services = true };

	all_open(&w);
	ck_assert_int_gt(w.bindings, 0);
	cut(c);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(w.keys, 0);
	ck_assert_int_eq(w.bindings, 0);
}
END_TEST

/* In one call, and at the least budget. */
static const unsigned budgets[] = { 1, 2, 17, 1000000 };

START_TEST(any_budget_leads_there)
{
	struct vpnalg_session_cut c = { .size = sizeof(c), .services = true };
	unsigned living;

	all_open(&w);
	list(&w, &before);
	living = before.count;
	while (vpnalg_sessions_cut(w.alg, &c, w.now, budgets[_i]) ==
	       VPNALG_CUT_MORE)
		;
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(w.bindings, 0);
	ck_assert_uint_le(c.closed, living);
	ck_assert_uint_gt(c.closed, living / 2);
}
END_TEST

START_TEST(services_stay_unless_they_are_meant)
{
	all_open(&w);
	cut((struct vpnalg_session_cut){ .services = false });
	list(&w, &after);
	ck_assert_uint_eq(after.count, 3);
	listed(&after, "service", 80);
	listed(&after, "PPTP service", PPTP);
	listed(&after, "IPsec service", 500);
}
END_TEST

static uint32_t address(const struct vpnalg_addr *addr)
{
	return addr->family == VPNALG_IPV4 ? get32(addr->octets) : 0;
}

/* The sessions that each cut is for, by the listing. */
struct filter {
	const char *what;
	uint32_t protocols, inside, remote;
	uint8_t inside_prefix, remote_prefix;
	uint16_t zone; /* 0: any */
};

static bool is_meant(const struct filter *f,
		     const struct vpnalg_session_info *info)
{
	uint32_t mask = f->inside_prefix
				? UINT32_MAX << (32 - f->inside_prefix)
				: UINT32_MAX;
	uint32_t far = f->remote_prefix ? UINT32_MAX << (32 - f->remote_prefix)
					: UINT32_MAX;
	bool of_remote = info->flags & VPNALG_INFO_OF_REMOTE;

	if (info->flags & VPNALG_INFO_SERVICE)
		return false;
	if (f->protocols && !(f->protocols >> info->protocol & 1))
		return false;
	if (f->zone && (of_remote || info->zone != f->zone))
		return false;
	if (f->inside && (of_remote ||
			  ((address(&info->inside) ^ f->inside) & mask)))
		return false;
	return !f->remote || (address(&info->remote) != 0 &&
			      ((address(&info->remote) ^ f->remote) & far) ==
				      0);
}

static bool belongs_to_meant(const struct filter *f,
			     const struct vpnalg_session_info *info)
{
	for (; info != NULL; info = listed_number(&before, info->parent))
		if (is_meant(f, info))
			return true;
	return false;
}

static const struct filter filters[] = {
	{ "all", 0, 0, 0, 0, 0, 0 },
	{ "PPTP", 1U << ALL_PPTP, 0, 0, 0, 0, 0 },
	{ "IPsec", 1U << ALL_IPSEC, 0, 0, 0, 0, 0 },
	{ "L2TP", 1U << ALL_L2TP, 0, 0, 0, 0, 0 },
	{ "GRE", 1U << ALL_GRE, 0, 0, 0, 0, 0 },
	{ "general", 1U << ALL_GENERAL, 0, 0, 0, 0, 0 },
	{ "two protocols", 1U << ALL_L2TP | 1U << ALL_GRE, 0, 0, 0, 0, 0 },
	{ "a host", 0, CLIENT_A, 0, 0, 0, 0 },
	{ "another host", 0, CLIENT_B, 0, 32, 0, 0 },
	{ "hosts of a prefix", 0, CLIENT_B, 0, 31, 0, 0 },
	{ "hosts of everywhere", 0, STRANGER, 0, 1, 0, 0 },
	{ "nobody", 0, STRANGER, 0, 0, 0, 0 },
	{ "a remote", 0, 0, SERVER, 0, 0, 0 },
	{ "a prefix of remotes", 0, 0, SERVER_2, 0, 30, 0 },
	{ "another zone", 0, 0, 0, 0, 0, ZONE + 1 },
	{ "the zone", 0, 0, 0, 0, 0, ZONE },
	{ "a host's IPsec with a remote", 1U << ALL_IPSEC, CLIENT_B, SERVER, 0,
	  0, ZONE },
	{ "a host's sessions with one", 1U << ALL_GENERAL, CLIENT_A, SERVER_2,
	  0, 0, 0 },
};

static struct vpnalg_session_cut cut_of(const struct filter *f)
{
	return (struct vpnalg_session_cut){
		.protocols = f->protocols,
		.zone = f->zone,
		.one_zone = f->zone != 0,
		.inside = f->inside ? addr(f->inside)
				    : (struct vpnalg_addr){ 0, { 0 } },
		.inside_prefix = f->inside_prefix,
		.remote = f->remote ? addr(f->remote)
				    : (struct vpnalg_addr){ 0, { 0 } },
		.remote_prefix = f->remote_prefix,
	};
}

/* The sessions of the cut go, and all that belong to them; all others stay, but
 * records of remotes without a host. */
START_TEST(those_that_are_meant_are_cut_and_no_others)
{
	const struct filter *f = &filters[_i];
	const struct vpnalg_session_info *info;
	unsigned i;
	bool meant;

	all_open(&w);
	list(&w, &before);
	cut(cut_of(f));
	list(&w, &after);
	for (i = 0; i < before.count; i++) {
		info = &before.infos[i];
		meant = belongs_to_meant(f, info);
		if (info->flags & VPNALG_INFO_OF_REMOTE)
			continue;
		ck_assert_msg((listed_number(&after, info->number) == NULL) ==
				      meant,
			      "%s: %s of ID %u", f->what, info->kind_name,
			      info->inside_id);
	}
	cut((struct vpnalg_session_cut){ .services = true });
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(w.bindings, 0);
}
END_TEST

/* One session by its number. */
static const struct {
	const char *kind;
	uint32_t id;
	unsigned goes; /* the number, all that belong to it included */
} number_rows[] = {
	{ "PPTP call", 11, 1 },
	{ "PPTP control connection", 40001, 2 },
	{ "PPTP server's connection", PPTP, 1 },
	{ "L2TPv3 flow over IP", 0, 3 },
	{ "L2TP tunnel by ID", 0x11223344, 2 },
	{ "L2TPv3 session by ID", 0x01020304, 1 },
	{ "GRE tunnel", 0x28, 2 },
	{ "ESP host", 0, 6 },
	{ "mapping", 3000, 2 },
	{ "mapping", 3001, 3 },
	{ "ICMP query session", 3002, 1 },
	{ "session by ports", 40004, 1 },
};

/* Returns whether a session is the one of that number, or belongs to it. */
static bool belongs_to(uint64_t number, const struct vpnalg_session_info *info)
{
	for (; info != NULL; info = listed_number(&before, info->parent))
		if (info->number == number)
			return true;
	return false;
}

START_TEST(one_session_is_cut_with_all_that_belongs_to_it)
{
	struct vpnalg_session_cut c = { 0 };
	const struct vpnalg_session_info *info;
	unsigned i, gone = 0;

	all_open(&w);
	list(&w, &before);
	c.number = listed(&before, number_rows[_i].kind, number_rows[_i].id)
			   ->number;
	cut(c);
	list(&w, &after);
	for (i = 0; i < before.count; i++) {
		info = &before.infos[i];
		ck_assert_msg((listed_number(&after, info->number) == NULL) ==
				      belongs_to(c.number, info),
			      "%s of ID %u", info->kind_name, info->inside_id);
		gone += belongs_to(c.number, info);
	}
	ck_assert_uint_eq(gone, number_rows[_i].goes);
}
END_TEST

/* A host's IKE session goes with its SAs; those of others stay. */
START_TEST(ipsec_is_cut_host_by_host)
{
	struct vpnalg_session_cut c = { 0 };
	unsigned i, pairs;

	all_open(&w);
	for (i = 0; i < 6; i++) {
		list(&w, &before);
		ck_assert_uint_eq(listed_count(&before, "IKE session"), 6 - i);
		ck_assert_uint_eq(listed_count(&before, "IKE SA"), 6 - i);
		ck_assert_uint_eq(listed_count(&before, "ESP host"), 6 - i);
		pairs = 6 - i + /* one host has two */
			listed_count(&before, "ESP host's older SAs");
		ck_assert_uint_eq(listed_count(&before, "ESP inbound SA"),
				  pairs);
		ck_assert_uint_eq(listed_count(&before, "ESP outbound SA"),
				  pairs);
		c.number = listed(&before, "IKE session", ANY_ID)->number;
		cut(c);
	}
	list(&w, &after);
	ck_assert_uint_eq(listed_count(&after, "IKE SA"), 0);
	ck_assert_uint_eq(listed_count(&after, "ESP host's older SAs"), 0);
	ck_assert_uint_eq(listed_count(&after, "ESP remote"), 0);
}
END_TEST

TCase *cut_case(void)
{
	TCase *t = tcase_create("cut");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, nothing_is_left_when_all_is_cut);
	tcase_add_loop_test(t, any_budget_leads_there, 0, ROWS(budgets));
	tcase_add_test(t, services_stay_unless_they_are_meant);
	tcase_add_loop_test(t, those_that_are_meant_are_cut_and_no_others, 0,
			    ROWS(filters));
	tcase_add_loop_test(t, one_session_is_cut_with_all_that_belongs_to_it,
			    0, ROWS(number_rows));
	tcase_add_test(t, ipsec_is_cut_host_by_host);
	return t;
}
