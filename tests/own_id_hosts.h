/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of listed IDs and hosts. */
#ifndef TESTS_OWN_ID_HOSTS_H
#define TESTS_OWN_ID_HOSTS_H

#include "cases.h"
#include "own_id.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_state.h"

static struct world w;

/* What is not given out */

/* What a host sends that has the ID itself. */
static const struct request {
	const char *name;
	uint8_t protocol;
	uint16_t id, remote_port;
	uint32_t remote; /* listed: 0 for all */
	bool other; /* the host sends to another remote, and gets another ID */
} requests[] = {
	{ "TCP", TCP, 40000, 443, SERVER, true },
	{ "TCP, all remotes", TCP, 40000, 443, 0, true },
	{ "PPTP", TCP, 40000, PPTP, SERVER, true },
	{ "UDP", UDP, 40000, 5060, SERVER, true },
	{ "L2TP", UDP, 40000, L2TP, SERVER, true },
	{ "IKE", UDP, 500, 500, SERVER, false },
	{ "IKE, all remotes", UDP, 500, 500, 0, true },
	{ "NAT-T", UDP, 4500, 4500, SERVER, false },
	{ "ping", ICMP, 7777, 0, SERVER, true },
};

static inline uint16_t id_from(const struct request *r, uint32_t host,
			       uint32_t remote)
{
	struct bytes p =
		r->protocol == TCP
			? tcp_packet(host, r->id, remote, r->remote_port,
				     1, 0, SYN, NULL, 0)
		: r->protocol == ICMP
			? icmp_query(host, remote, 8, r->id, 1)
			: udp_packet(host, r->id, remote, r->remote_port,
				     "datagram", 8);

	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) == VPNALG_TRANSLATED,
		      "%s: %s", r->name, vpnalg_result_text(w.last.result));
	return get16(l4(&w) + (r->protocol == ICMP ? 4 : 0));
}

#endif
