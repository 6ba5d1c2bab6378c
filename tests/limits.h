/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of limits and of what gives way. */
#ifndef TESTS_LIMITS_H
#define TESTS_LIMITS_H

#include "cases.h"
#include "general.h"
#include "policy.h"
#include "support_ipsec.h"
#include "support_l2tp.h"

#include <vpnalg/policy.h>
#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

static struct world w;
static struct vpnalg_limit limits[4];
static struct vpnalg_rule rules[2];
static struct vpnalg_policy policy;

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL },
	{ vpnalg_ipsec, NULL },
	{ vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL },
	{ vpnalg_general, NULL },
};
enum { PPTP_PLACE, IPSEC_PLACE, L2TP_PLACE, GRE_PLACE, GENERAL_PLACE };

static inline void begin_with(struct world_options options)
{
	options.protocols = protocols;
	options.protocol_count = ROWS(protocols);
	options.choosing = CHOOSE_TAKE;
	options.count_hosts = options.count_remotes = true;
	options.mirror = true;
	world_begin(&w, &options);
	memset(limits, 0, sizeof(limits));
	memset(rules, 0, sizeof(rules));
	policy = (struct vpnalg_policy){ .size = sizeof(policy),
					 .limits = limits,
					 .rules = rules };
}

static inline void begin(void)
{
	begin_with((struct world_options){ .units = 2000 });
}

static inline void end(void)
{
	world_end(&w);
}

static inline void set(void)
{
	ck_assert_int_eq(vpnalg_set_policy(w.alg, &policy, w.now), 0);
}

static inline unsigned dns(uint32_t host, uint16_t port, uint32_t remote)
{
	return udp_out(&w, host, port, remote, 53);
}

static inline unsigned syn(uint32_t host, uint16_t port, uint32_t remote)
{
	struct bytes p = tcp_packet(host, port, remote, 1723, 1, 0, 0x02, NULL,
				    0);

	return send_packet(&w, VPNALG_OUT, &p);
}

static inline struct vpnalg_use use_of(enum vpnalg_per per, uint32_t address)
{
	struct vpnalg_use use = { .size = sizeof(use) };
	struct vpnalg_addr addr = { .family = VPNALG_IPV4 };

	put32(addr.octets, address);
	ck_assert(vpnalg_policy_use(w.alg, per, ZONE, &addr, &use));
	return use;
}

#endif
