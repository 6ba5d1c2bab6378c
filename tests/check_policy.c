/* SPDX-License-Identifier: BSD-2-Clause */
/* Which sessions a policy lets be opened, and cuts. */
#include "cases.h"
#include "general.h"
#include "policy.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_service.h"

#include <vpnalg/policy.h>
#include <vpnalg/protocols.h>

#include <string.h>

#define OTHER_ZONE 7

static struct world w;
static struct vpnalg_rule rules[4];
static struct vpnalg_policy policy;

const struct vpnalg_handler *udplite_handler(void);

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL },
	{ vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL },
	{ vpnalg_general, NULL },
};

/* --- What opens a session of each protocol. */

static struct bytes open_pptp(uint32_t host, uint32_t remote)
{
	return tcp_packet(host, 40000, remote, 1723, 1, 0, 0x02, NULL, 0);
}

static struct bytes open_ike(uint32_t host, uint32_t remote)
{
	struct ike k = ike_of(host, remote, host & 0xff);

	return ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
}

static struct bytes open_nat_t(uint32_t host, uint32_t remote)
{
	struct ike k = ike_of(host, remote, host & 0xff);

	k.port = k.remote_port = NAT_T;
	return ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
}

static struct bytes open_esp(uint32_t host, uint32_t remote)
{
	return esp_packet(host, remote, 0x1000 + (host & 0xff), 1);
}

static struct bytes open_l2tp(uint32_t host, uint32_t remote)
{
	struct bytes m = l2tp_control(2, 0, 0, SCCRQ);

	l2tp_avp(&m, 9, 2, 7 + (host & 0xff));
	return l2tp_packet(host, L2TP, remote, L2TP, &m);
}

static struct bytes open_l2tp_ip(uint32_t host, uint32_t remote)
{
	struct bytes m = l2tp_control(3, 0, 0, SCCRQ);

	l2tp_avp(&m, 61, 4, 7 + (host & 0xff));
	return l2tp_packet(host, 0, remote, 0, &m);
}

static struct bytes open_gre(uint32_t host, uint32_t remote)
{
	uint8_t header[12] = { 0x20, 0, 8, 0, 0, 0, 0, (uint8_t)host };

	return ip_packet(host, remote, GRE, header, sizeof(header));
}

static struct bytes open_tcp(uint32_t host, uint32_t remote)
{
	return tcp_packet(host, 40001, remote, 443, 1, 0, 0x02, NULL, 0);
}

static struct bytes open_udp(uint32_t host, uint32_t remote)
{
	return udp_packet(host, 40002, remote, 53, "q", 1);
}

static struct bytes open_icmp(uint32_t host, uint32_t remote)
{
	return icmp_query(host, remote, 8, 77, 1);
}

static struct bytes open_sctp(uint32_t host, uint32_t remote)
{
	uint8_t init[32] = { 0x9c, 0x43, 0, 80, [12] = 1, [15] = 20 };

	init[1] = (uint8_t)host;
	return ip_packet(host, remote, SCTP, init, sizeof(init));
}

static struct bytes open_6in4(uint32_t host, uint32_t remote)
{
	uint8_t header[40] = { 0x60 };

	return ip_packet(host, remote, 41, header, sizeof(header));
}

static const struct opener {
	const char *what;
	struct bytes (*packet)(uint32_t host, uint32_t remote);
	vpnalg_handler_function *handler;
	uint8_t ip_protocol;
	uint16_t port;
} openers[] = {
	{ "PPTP", open_pptp, vpnalg_pptp, TCP, 1723 },
	{ "IKE", open_ike, vpnalg_ipsec, UDP, 500 },
	{ "NAT-T", open_nat_t, vpnalg_ipsec, UDP, 4500 },
	{ "ESP", open_esp, vpnalg_ipsec, ESP, 0 },
	{ "L2TP", open_l2tp, vpnalg_l2tp, UDP, 1701 },
	{ "L2TPv3 over IP", open_l2tp_ip, vpnalg_l2tp, L2TP_IP, 0 },
	{ "GRE", open_gre, vpnalg_gre, GRE, 0 },
	{ "TCP", open_tcp, vpnalg_general, TCP, 443 },
	{ "UDP", open_udp, vpnalg_general, UDP, 53 },
	{ "ICMP", open_icmp, vpnalg_general, 1, 0 },
	{ "SCTP", open_sctp, vpnalg_general, SCTP, 0 },
	{ "IPv6 in IPv4", open_6in4, vpnalg_general, 41, 0 },
};
#define OPENERS (sizeof(openers) / sizeof(openers[0]))

/* --- The worlds. */

static void begin_with(bool counts)
{
	struct world_options options = { .protocols = protocols,
					 .protocol_count = ROWS(protocols),
					 .choosing = CHOOSE_TAKE,
					 .units = 2000,
					 .count_hosts = counts,
					 .count_remotes = counts,
					 .mirror = true };

	world_begin(&w, &options);
	memset(rules, 0, sizeof(rules));
	policy = (struct vpnalg_policy){ .size = sizeof(policy),
					 .rules = rules };
}

static void begin(void)
{
	begin_with(false);
}

static void end(void)
{
	world_end(&w);
}

static void set(size_t rule_count)
{
	policy.rule_count = rule_count;
	ck_assert_int_eq(vpnalg_set_policy(w.alg, &policy, w.now), 0);
}

static unsigned try(const struct opener *opener, uint32_t host,
		    uint32_t remote)
{
	struct bytes p = opener->packet(host, remote);

	return send_packet(&w, VPNALG_OUT, &p);
}

static void prefix(struct vpnalg_addr *address, uint32_t value)
{
	address->family = VPNALG_IPV4;
	put32(address->octets, value);
}

/* --- Rules. */

static void by_handler(struct vpnalg_rule *rule, const struct opener *opener)
{
	rule->handler = opener->handler;
}

static void by_ip_protocol(struct vpnalg_rule *rule,
			   const struct opener *opener)
{
	rule->ip_protocol = opener->ip_protocol;
}

static void by_port(struct vpnalg_rule *rule, const struct opener *opener)
{
	rule->handler = opener->handler;
	rule->ip_protocol = opener->ip_protocol;
	rule->remote_port = opener->port;
}

static void by_inside(struct vpnalg_rule *rule, const struct opener *opener)
{
	(void)opener;
	prefix(&rule->inside, CLIENT_A);
	rule->inside_length = 32;
}

static void by_inside_prefix(struct vpnalg_rule *rule,
			     const struct opener *opener)
{
	(void)opener;
	prefix(&rule->inside, CLIENT_A & ~3U);
	rule->inside_length = 30;
}

static void by_remote(struct vpnalg_rule *rule, const struct opener *opener)
{
	(void)opener;
	prefix(&rule->remote, SERVER & ~1U);
	rule->remote_length = 31;
}

static void by_zone(struct vpnalg_rule *rule, const struct opener *opener)
{
	(void)opener;
	rule->in_zone = true;
	rule->zone = ZONE;
}

static void all(struct vpnalg_rule *rule, const struct opener *opener)
{
	(void)rule;
	(void)opener;
}

/* Whom a rule does not concern: another host, another remote, or nobody. */
static const struct form {
	const char *what;
	void (*make)(struct vpnalg_rule *rule, const struct opener *opener);
	uint32_t other_host, other_remote;
} forms[] = {
	{ "handler", by_handler, 0, 0 },
	{ "IP protocol", by_ip_protocol, 0, 0 },
	{ "port", by_port, 0, 0 },
	{ "inside host", by_inside, CLIENT_B, SERVER_2 },
	{ "inside prefix", by_inside_prefix, CLIENT_B, SERVER_2 },
	{ "remote prefix", by_remote, CLIENT_A, SERVER_2 },
	{ "zone", by_zone, 0, 0 },
	{ "all", all, 0, 0 },
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* Opens and is refused, for each protocol and form of a rule. A living session
 * goes on when it is drained, and ends when it is cut. */
START_TEST(a_rule_shuts_and_opens_a_protocol)
{
	const struct opener *opener = &openers[(unsigned)_i / FORMS];
	const struct form *form = &forms[(unsigned)_i % FORMS];
	long records;

	begin();
	records = w.records;
	form->make(&rules[0], opener);
	set(1);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_DROP_DENIED);
	ck_assert(vpnalg_wants_prohibited(&w.last));
	ck_assert_int_eq(w.records, records);
	if (form->other_host != 0)
		ck_assert_uint_eq(try(opener, form->other_host,
				      form->other_remote),
				  VPNALG_TRANSLATED);
	set(0);
	world_wait(&w, 5000);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	set(1);
	world_wait(&w, 5000);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	policy.cut = true;
	set(1);
	world_wait(&w, 0);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_DROP_DENIED);
	if (form->other_host != 0)
		ck_assert_uint_eq(try(opener, form->other_host,
				      form->other_remote),
				  VPNALG_TRANSLATED);
	end();
}
END_TEST

START_TEST(a_rule_for_a_zone_concerns_no_other)
{
	const struct opener *opener = &openers[_i];
	struct bytes p = opener->packet(CLIENT_A, SERVER);
	struct vpnalg_packet packet = { .data = p.data,
					.caplen = p.length,
					.len = p.length,
					.direction = VPNALG_OUT,
					.zone = ZONE + 1 };

	begin();
	by_zone(&rules[0], opener);
	set(1);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_DROP_DENIED);
	vpnalg_process(w.alg, &packet, 1, w.now);
	ck_assert_uint_eq(packet.result, VPNALG_TRANSLATED);
	end();
}
END_TEST

/* A switch is for its protocol alone. */
START_TEST(a_switch_concerns_no_other_protocol)
{
	const struct opener *opener = &openers[_i];
	unsigned i;

	begin();
	rules[0].handler = opener->handler;
	set(1);
	for (i = 0; i < OPENERS; i++) {
		world_wait(&w, 11000); /* nobody is held back for another */
		ck_assert_msg(try(&openers[i], CLIENT_A, SERVER_2) ==
				      (openers[i].handler == opener->handler
					       ? VPNALG_DROP_DENIED
					       : VPNALG_TRANSLATED),
			      "%s: %s", opener->what, openers[i].what);
	}
	end();
}
END_TEST

/* Returns how many IDs a limit without a bound counts for a host or remote. */
static uint32_t ids_of(const struct vpnalg_limit *limit, uint32_t address)
{
	struct vpnalg_use use = { .size = sizeof(use) };
	struct vpnalg_addr addr = { .family = VPNALG_IPV4 };
	size_t i = 0;

	while (protocols[i].handler != limit->handler)
		i++;
	put32(addr.octets, address);
	ck_assert(vpnalg_policy_use(w.alg, limit->per, ZONE, &addr, &use));
	return use.ids_by_protocol[i];
}

/* What exceeds a limit is not opened, what is there goes on, and without the
 * limit it opens; of the same protocol, and no other: in all, of each host, and
 * of each remote; of all sessions, and of those with an ID. */
START_TEST(a_limit_shuts_and_opens_a_protocol)
{
	const struct opener *opener = &openers[_i % (int)OPENERS];
	struct vpnalg_limit limit = { .handler = opener->handler,
				      .per = (uint8_t)(_i / (int)OPENERS % 3),
				      .ids = _i / (int)OPENERS >= 3 };
	bool counts;
	size_t i;

	begin_with(true);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	counts = !limit.ids || ids_of(&limit, limit.per == VPNALG_PER_REMOTE
						      ? SERVER
						      : CLIENT_A) > 0;
	/* L2TPv3 over IP has its ID with a child: others' limits are not its. */
	if (opener->ip_protocol == L2TP_IP && limit.per != VPNALG_PER_HOST)
		counts = !limit.ids;
	policy.limits = &limit;
	policy.limit_count = 1;
	set(0);
	ck_assert_uint_eq(try(opener, CLIENT_B, SERVER_2),
			  counts ? VPNALG_DROP_LIMIT : VPNALG_TRANSLATED);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	for (i = 0; i < OPENERS; i++)
		if (openers[i].handler != opener->handler)
			ck_assert_uint_eq(try(&openers[i], CLIENT_C, SERVER_2),
					  VPNALG_TRANSLATED);
	policy.limit_count = 0;
	set(0);
	ck_assert_uint_eq(try(opener, CLIENT_B, SERVER_2), VPNALG_TRANSLATED);
	end();
}
END_TEST

/* AH does not survive a translation, whatever the rules say of it. */
START_TEST(ah_is_dropped_with_and_without_its_switch)
{
	const struct vpnalg_rule rule = { .action = (uint8_t)_i,
					  .handler = vpnalg_ipsec,
					  .ip_protocol = 51 };
	struct bytes p = ip_packet(CLIENT_A, SERVER, 51, "\x06\x04\0\0\0\0\0\1",
				   8);

	begin_with(false);
	policy.rules = &rule;
	policy.rule_count = 1;
	set(0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_AH);
	ck_assert_uint_eq(try(&openers[1], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* A host that has opened as much as it may at once waits with the next one, and
 * what it has goes on; another host does not wait. */
START_TEST(a_host_opens_each_protocol_no_faster_than_it_may)
{
	const struct opener *opener = &openers[_i];
	unsigned i;

	begin_with(true);
	policy.host_rate = 1;
	policy.host_burst = 2;
	set(0);
	for (i = 0; try(opener, CLIENT_A, SERVER_2 + i) == VPNALG_TRANSLATED;)
		i++;
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_LIMIT);
	ck_assert_uint_ge(i, 1);
	ck_assert_uint_le(i, 2);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER_2), VPNALG_TRANSLATED);
	ck_assert_uint_eq(try(opener, CLIENT_B, SERVER), VPNALG_TRANSLATED);
	world_wait(&w, 2000);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER_2 + i),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

START_TEST(the_first_rule_that_matches_decides)
{
	begin();
	by_inside(&rules[0], NULL);
	rules[0].action = VPNALG_RULE_ALLOW;
	rules[1].handler = vpnalg_general;
	rules[1].action = VPNALG_RULE_PRIORITY;
	set(3);
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(try(&openers[0], CLIENT_B, SERVER),
			  VPNALG_DROP_DENIED);
	ck_assert_uint_eq(try(&openers[8], CLIENT_B, SERVER),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* A mapping is for all remotes, and rules may concern one of them. */
START_TEST(a_remote_is_denied_though_the_port_has_a_mapping)
{
	begin();
	by_remote(&rules[0], NULL);
	set(1);
	udp_open(&w, CLIENT_A, 42000, SERVER_2, 53);
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 42000, SERVER, 53),
			  VPNALG_DROP_DENIED);
	rules[0].remote.family = 0;
	rules[0].remote_length = 0;
	rules[0].remote_port = 53;
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 42000, SERVER_2, 54),
			  VPNALG_TRANSLATED);
	/* Cut: what may not be goes, the mapping of the rest stays. */
	policy.cut = true;
	set(1);
	world_wait(&w, 0);
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 42000, SERVER_2, 54),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 42000, SERVER_2, 53),
			  VPNALG_DROP_DENIED);
	end();
}
END_TEST

/* --- What belongs to a session that is there. */

START_TEST(a_call_of_a_connection_that_is_drained_is_opened)
{
	struct connection c = { 0 };
	uint16_t outside;

	begin();
	start_control(&w, &c, CLIENT_A, 40000, SERVER);
	rules[0].handler = vpnalg_pptp;
	set(1);
	outside = call_out(&w, &c, 5, 9);
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	/* And ends with it. */
	policy.cut = true;
	set(1);
	world_wait(&w, 0);
	ck_assert_uint_ne(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, outside),
			  VPNALG_TRANSLATED);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(w.bindings, 0);
	end();
}
END_TEST

START_TEST(a_rekey_of_a_vpn_that_is_drained_goes_through)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 1);
	struct esp e = esp_of(CLIENT_A, SERVER, 0x1001, 0x2001);

	begin();
	ike_begin(&w, &k);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_receives(&w, &e), VPNALG_TRANSLATED);
	rules[0].handler = vpnalg_ipsec;
	set(1);
	client_exchanges(&w, &k, CREATE_CHILD_SA);
	e = esp_of(CLIENT_A, SERVER, 0x1002, 0x2002);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_receives(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	end();
}
END_TEST

/* --- Services. */

START_TEST(a_service_of_plain_ports_is_its_owners)
{
	struct bytes p = udp_packet(SERVER, 5000, OUTSIDE, 7000, "hi", 2);

	begin();
	service_add(&w, UDP, 7000, CLIENT_A, 7000);
	policy.cut = true;
	set(1); /* all are denied */
	world_wait(&w, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(try(&openers[8], CLIENT_A, SERVER),
			  VPNALG_DROP_DENIED);
	service_remove(&w, UDP, 7000, CLIENT_A, 7000);
	end();
}
END_TEST

START_TEST(a_remote_that_is_denied_gets_no_call_of_a_server_inside)
{
	struct bytes p = tcp_packet(SERVER, 5000, OUTSIDE, 1723, 1, 1, 0x10,
				    NULL, 0);
	struct bytes q = tcp_packet(SERVER_2, 5000, OUTSIDE, 1723, 1, 1, 0x10,
				    NULL, 0);

	begin();
	service_add(&w, TCP, 1723, CLIENT_A, 1723);
	by_remote(&rules[0], NULL);
	set(1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_DROP_DENIED);
	ck_assert(!vpnalg_wants_prohibited(&w.last));
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &q), VPNALG_TRANSLATED);
	service_remove(&w, TCP, 1723, CLIENT_A, 1723);
	end();
}
END_TEST

/* --- What switches itself off. */

START_TEST(a_protocol_that_is_not_used_switches_itself_off)
{
	const struct vpnalg_quiet quiets[] = { { vpnalg_pptp, 3600000 } };

	begin();
	policy.quiets = quiets;
	policy.quiet_count = 1;
	set(0);
	world_wait(&w, 3599999);
	ck_assert(!vpnalg_is_quiet(w.alg, 0));
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	/* While it has a session it is used. */
	world_wait(&w, 200000);
	ck_assert_uint_eq(try(&openers[0], CLIENT_B, SERVER),
			  VPNALG_TRANSLATED);
	world_wait(&w, 300000); /* both end */
	world_wait(&w, 3599999);
	ck_assert(!vpnalg_is_quiet(w.alg, 0));
	world_wait(&w, 1);
	ck_assert(vpnalg_is_quiet(w.alg, 0));
	ck_assert(!vpnalg_is_quiet(w.alg, 1));
	ck_assert(!vpnalg_is_quiet(w.alg, 99));
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_DROP_DENIED);
	ck_assert_uint_eq(try(&openers[1], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	set(0);
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* Each protocol, and no other; what uses it keeps it on. */
START_TEST(any_protocol_that_is_not_used_switches_itself_off)
{
	const struct opener *opener = &openers[_i];
	const struct vpnalg_quiet quiet = { opener->handler, 86400000 };
	unsigned i;

	begin();
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	policy.quiets = &quiet;
	policy.quiet_count = 1;
	set(0);
	for (i = 0; i < 100; i++) {
		world_wait(&w, 2000000);
		ck_assert_uint_eq(try(opener, CLIENT_A, SERVER),
				  VPNALG_TRANSLATED);
	}
	for (i = 0; i < 200; i++)
		world_wait(&w, 1000000);
	for (i = 0; i < ROWS(protocols); i++)
		ck_assert_int_eq(vpnalg_is_quiet(w.alg, i),
				 protocols[i].handler == opener->handler);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_DROP_DENIED);
	for (i = 0; i < OPENERS; i++)
		if (openers[i].handler != opener->handler)
			ck_assert_uint_eq(try(&openers[i], CLIENT_C, SERVER_2),
					  VPNALG_TRANSLATED);
	set(0);
	ck_assert_uint_eq(try(opener, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	end();
}
END_TEST

/* --- What is no policy. */

static const struct wrong {
	const char *text;
	struct vpnalg_policy policy;
	struct vpnalg_rule rule;
	struct vpnalg_limit limit;
	struct vpnalg_quiet quiet;
} wrongs[] = {
	{ "size: a struct of another version", .policy = { .size = 4 } },
	{ "rules: more than 128, or none there",
	  .policy = { .rule_count = VPNALG_RULES_MAX + 1 } },
	{ "rules: no enum vpnalg_rule_action", .policy = { .rule_count = 1 },
	  .rule = { .action = 3 } },
	{ "rules: the handler is none of the protocols",
	  .policy = { .rule_count = 1 },
	  .rule = { .handler = udplite_handler } },
	{ "rules: inside is no IPv4 prefix", .policy = { .rule_count = 1 },
	  .rule = { .inside_length = 8 } },
	{ "rules: inside is no IPv4 prefix", .policy = { .rule_count = 1 },
	  .rule = { .inside_length = 33, .inside = { .family = 4 } } },
	{ "rules: remote is no IPv4 prefix", .policy = { .rule_count = 1 },
	  .rule = { .remote_length = 8, .remote = { .family = 6 } } },
	{ "limits: more than 32, or none there",
	  .policy = { .limit_count = VPNALG_LIMITS_MAX + 1 } },
	{ "limits: no enum vpnalg_per", .policy = { .limit_count = 1 },
	  .limit = { .per = 3 } },
	{ "limits: the handler is none of the protocols",
	  .policy = { .limit_count = 1 },
	  .limit = { .handler = udplite_handler } },
	{ "limits: per host, but hosts are not counted",
	  .policy = { .limit_count = 1 }, .limit = { .per = VPNALG_PER_HOST } },
	{ "limits: per remote, but remotes are not counted",
	  .policy = { .limit_count = 1 },
	  .limit = { .per = VPNALG_PER_REMOTE } },
	{ "quiets: more than 15, or none there",
	  .policy = { .quiet_count = VPNALG_QUIETS_MAX + 1 } },
	{ "quiets: the handler is none of the protocols",
	  .policy = { .quiet_count = 1 }, .quiet = { NULL, 1 } },
	{ "quiets: no time", .policy = { .quiet_count = 1 },
	  .quiet = { vpnalg_pptp, 0 } },
	{ "host_rate: more than 1000000", .policy = { .host_rate = 1000001 } },
	{ "host_rate: hosts are not counted", .policy = { .host_rate = 1 } },
	{ "host_burst: without host_rate", .policy = { .host_burst = 1 } },
	{ "store_units: fewer than are kept back",
	  .policy = { .store_units = 10,
		      .vpn_units = 6,
		      .priority_units = 5 } },
};

/* The last policy holds on, and a wrong one is no setting either. */
START_TEST(a_policy_that_cannot_be_is_refused)
{
	const struct wrong *row = &wrongs[_i];
	struct vpnalg_policy p = row->policy;
	size_t index = 9;

	begin();
	set(1);
	if (p.size == 0)
		p.size = sizeof(p);
	p.rules = &row->rule;
	p.limits = &row->limit;
	p.quiets = &row->quiet;
	ck_assert_int_eq(vpnalg_set_policy(w.alg, &p, w.now),
			 VPNALG_ERROR_CONFIG);
	ck_assert_str_eq(vpnalg_policy_error(w.alg, &p, &index), row->text);
	ck_assert_uint_eq(index, 0);
	ck_assert_str_eq(vpnalg_policy_error(w.alg, &p, NULL), row->text);
	ck_assert_uint_eq(try(&openers[8], CLIENT_A, SERVER),
			  VPNALG_DROP_DENIED);
	ck_assert_int_eq(vpnalg_set_policy(w.alg, NULL, w.now), 0);
	ck_assert_uint_eq(try(&openers[8], CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

START_TEST(the_place_of_what_is_wrong_is_told)
{
	const struct vpnalg_limit limits[] = { { .most = 1 }, { .per = 9 } };
	size_t index;

	begin();
	rules[2].action = 9;
	policy.rule_count = 3;
	ck_assert_ptr_nonnull(vpnalg_policy_error(w.alg, &policy, &index));
	ck_assert_uint_eq(index, 2);
	policy.rule_count = 2;
	policy.limits = limits;
	policy.limit_count = 2;
	ck_assert_ptr_nonnull(vpnalg_policy_error(w.alg, &policy, &index));
	ck_assert_uint_eq(index, 1);
	policy.limit_count = 1;
	ck_assert_ptr_null(vpnalg_policy_error(w.alg, &policy, &index));
	end();
}
END_TEST

/* The policy holds from the first packet. */
START_TEST(a_translator_begins_with_its_policy)
{
	struct world_options options = { .protocols = protocols,
					 .protocol_count = ROWS(protocols),
					 .policy = &policy };

	memset(rules, 0, sizeof(rules));
	policy = (struct vpnalg_policy){ .size = sizeof(policy),
					 .rules = rules,
					 .rule_count = 1 };
	world_begin(&w, &options);
	ck_assert_uint_eq(try(&openers[0], CLIENT_A, SERVER),
			  VPNALG_DROP_DENIED);
	end();
}
END_TEST

static uint32_t no_random(void *context)
{
	(void)context;
	return 4;
}

START_TEST(a_wrong_policy_is_a_wrong_setting)
{
	const struct vpnalg_policy bad = { .size = sizeof(bad),
					   .host_rate = 1 };
	const struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_config config = { .size = sizeof(config),
					.protocols = protocols,
					.protocol_count = 1,
					.addresses = &outside,
					.address_count = 1,
					.policy = &bad };
	uint64_t memory[4096];
	struct vpnalg *alg;

	begin();
	config.store = &w.store;
	config.random = no_random;
	ck_assert_str_eq(vpnalg_config_error(&config, NULL),
			 "host_rate: hosts are not counted");
	ck_assert_uint_eq(vpnalg_size(&config), 0);
	ck_assert_int_eq(vpnalg_init(&alg, memory, sizeof(memory), &config),
			 VPNALG_ERROR_CONFIG);
	end();
}
END_TEST

Suite *policy_suite(void)
{
	Suite *suite = suite_create("policy");
	TCase *tc = tcase_create("rules");

	tcase_add_loop_test(tc, a_rule_shuts_and_opens_a_protocol, 0,
			    (int)(OPENERS * FORMS));
	tcase_add_loop_test(tc, a_rule_for_a_zone_concerns_no_other, 0,
			    (int)OPENERS);
	tcase_add_loop_test(tc, a_switch_concerns_no_other_protocol, 0,
			    (int)OPENERS);
	tcase_add_loop_test(tc, ah_is_dropped_with_and_without_its_switch,
			    VPNALG_RULE_ALLOW, VPNALG_RULE_PRIORITY + 1);
	tcase_add_loop_test(tc, a_limit_shuts_and_opens_a_protocol, 0,
			    6 * (int)OPENERS);
	tcase_add_loop_test(tc, a_host_opens_each_protocol_no_faster_than_it_may,
			    0, (int)OPENERS);
	tcase_add_test(tc, the_first_rule_that_matches_decides);
	tcase_add_test(tc, a_remote_is_denied_though_the_port_has_a_mapping);
	tcase_add_test(tc, a_call_of_a_connection_that_is_drained_is_opened);
	tcase_add_test(tc, a_rekey_of_a_vpn_that_is_drained_goes_through);
	tcase_add_test(tc, a_service_of_plain_ports_is_its_owners);
	tcase_add_test(tc,
		       a_remote_that_is_denied_gets_no_call_of_a_server_inside);
	tcase_add_test(tc, a_protocol_that_is_not_used_switches_itself_off);
	tcase_add_loop_test(tc,
			    any_protocol_that_is_not_used_switches_itself_off, 0,
			    (int)OPENERS);
	tcase_add_loop_test(tc, a_policy_that_cannot_be_is_refused, 0,
			    ROWS(wrongs));
	tcase_add_test(tc, the_place_of_what_is_wrong_is_told);
	tcase_add_test(tc, a_translator_begins_with_its_policy);
	tcase_add_test(tc, a_wrong_policy_is_a_wrong_setting);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, limits_case());
	return suite;
}
