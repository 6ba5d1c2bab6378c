/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of policies: what opens a session of each protocol. */
#ifndef TESTS_POLICY_WORLD_H
#define TESTS_POLICY_WORLD_H

#include "cases.h"
#include "general.h"
#include "policy.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_service.h"

#include <vpnalg/policy.h>
#include <vpnalg/protocols.h>

#include <string.h>

static struct world w;
static struct vpnalg_rule rules[4];
static struct vpnalg_policy policy;

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL },
	{ vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL },
	{ vpnalg_general, NULL },
};

/* --- What opens a session of each protocol. */

static inline struct bytes open_pptp(uint32_t host, uint32_t remote)
{
	return tcp_packet(host, 40000, remote, 1723, 1, 0, 0x02, NULL, 0);
}

static inline struct bytes open_ike(uint32_t host, uint32_t remote)
{
	struct ike k = ike_of(host, remote, host & 0xff);

	return ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
}

static inline struct bytes open_nat_t(uint32_t host, uint32_t remote)
{
	struct ike k = ike_of(host, remote, host & 0xff);

	k.port = k.remote_port = NAT_T;
	return ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
}

static inline struct bytes open_esp(uint32_t host, uint32_t remote)
{
	return esp_packet(host, remote, 0x1000 + (host & 0xff), 1);
}

static inline struct bytes open_l2tp(uint32_t host, uint32_t remote)
{
	struct bytes m = l2tp_control(2, 0, 0, SCCRQ);

	l2tp_avp(&m, 9, 2, 7 + (host & 0xff));
	return l2tp_packet(host, L2TP, remote, L2TP, &m);
}

static inline struct bytes open_l2tp_ip(uint32_t host, uint32_t remote)
{
	struct bytes m = l2tp_control(3, 0, 0, SCCRQ);

	l2tp_avp(&m, 61, 4, 7 + (host & 0xff));
	return l2tp_packet(host, 0, remote, 0, &m);
}

static inline struct bytes open_gre(uint32_t host, uint32_t remote)
{
	uint8_t header[12] = { 0x20, 0, 8, 0, 0, 0, 0, (uint8_t)host };

	return ip_packet(host, remote, GRE, header, sizeof(header));
}

static inline struct bytes open_tcp(uint32_t host, uint32_t remote)
{
	return tcp_packet(host, 40001, remote, 443, 1, 0, 0x02, NULL, 0);
}

static inline struct bytes open_udp(uint32_t host, uint32_t remote)
{
	return udp_packet(host, 40002, remote, 53, "q", 1);
}

static inline struct bytes open_icmp(uint32_t host, uint32_t remote)
{
	return icmp_query(host, remote, 8, 77, 1);
}

static inline struct bytes open_sctp(uint32_t host, uint32_t remote)
{
	uint8_t init[32] = { 0x9c, 0x43, 0, 80, [12] = 1, [15] = 20 };

	init[1] = (uint8_t)host;
	return ip_packet(host, remote, SCTP, init, sizeof(init));
}

static inline struct bytes open_6in4(uint32_t host, uint32_t remote)
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

static inline void begin_with(bool counts)
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

static inline void begin(void)
{
	begin_with(false);
}

static inline void end(void)
{
	world_end(&w);
}

static inline void set(size_t rule_count)
{
	policy.rule_count = rule_count;
	ck_assert_int_eq(vpnalg_set_policy(w.alg, &policy, w.now), 0);
}

static inline unsigned try(const struct opener *opener, uint32_t host,
			   uint32_t remote)
{
	struct bytes p = opener->packet(host, remote);

	return send_packet(&w, VPNALG_OUT, &p);
}

static inline void prefix(struct vpnalg_addr *address, uint32_t value)
{
	address->family = VPNALG_IPV4;
	put32(address->octets, value);
}

static inline void by_inside(struct vpnalg_rule *rule,
			     const struct opener *opener)
{
	(void)opener;
	prefix(&rule->inside, CLIENT_A);
	rule->inside_length = 32;
}

static inline void by_remote(struct vpnalg_rule *rule,
			     const struct opener *opener)
{
	(void)opener;
	prefix(&rule->remote, SERVER & ~1U);
	rule->remote_length = 31;
}

#endif
