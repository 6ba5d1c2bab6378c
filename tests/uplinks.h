/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of several uplinks: a world with two, and the first
 * packet of each kind of session. */
#ifndef TESTS_UPLINKS_H
#define TESTS_UPLINKS_H

#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_service.h"

#include <vpnalg/protocols.h>

#include <string.h>

#define OUTSIDE_3 0xcb007103U
#define OUTSIDE_4 0xcb007104U
#define OTHER 7 /* the number of the second uplink */
#define NOBODYS 9

static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2, OUTSIDE_3,
				      OUTSIDE_4 };
static const uint8_t uplinks[] = { 0, OTHER, 0, OTHER };

static struct world w;
static unsigned mapped[OTHER + 1]; /* bindings proposed for all remotes */

static inline enum vpnalg_choice note_choice(struct world *world,
					     struct vpnalg_binding *binding)
{
	(void)world;
	if (binding->remote.family == 0) {
		ck_assert_uint_le(binding->remote_port, OTHER);
		mapped[binding->remote_port]++;
	}
	return VPNALG_CHOICE_TAKE;
}

static inline void begin_with(struct world_options options)
{
	options.addresses = addresses;
	options.address_count = 4;
	options.uplinks = uplinks;
	if (options.choosing == CHOOSE_NOTHING)
		options.choose = note_choice;
	options.pool_key[0] = 1;
	options.pool_key[1] = 2;
	options.mirror = true;
	memset(mapped, 0, sizeof(mapped));
	fragment_world(&w, options);
}

static inline void begin(void)
{
	begin_with((struct world_options){ .units = 2000 });
}

static inline void end(void)
{
	world_end(&w);
}

/* Returns the uplink by which the last packet leaves. */
static inline unsigned left_by(void)
{
	return source(&w) % 2 == 0 ? OTHER : 0;
}

static inline unsigned send_by(uint8_t uplink, const struct bytes *packet)
{
	w.uplink = uplink;
	return send_packet(&w, VPNALG_OUT, packet);
}

static inline unsigned udp_by(uint8_t uplink, uint32_t host, uint16_t port,
			      uint32_t remote, uint16_t remote_port)
{
	w.uplink = uplink;
	return udp_out(&w, host, port, remote, remote_port);
}

/* A datagram from a remote. */
static inline unsigned udp_to(uint32_t remote, uint16_t remote_port,
			      uint32_t outside, uint16_t port)
{
	struct bytes p =
		udp_packet(remote, remote_port, outside, port, "pong", 4);

	return send_packet(&w, VPNALG_IN, &p);
}

/* Puts a list of the addresses in force: those of which the bit is set. */
static inline int set(unsigned bits, bool drain, const uint8_t *of)
{
	struct vpnalg_addr list[4];
	uint8_t their[4];
	struct vpnalg_address_list given = { .size = sizeof(given),
					     .addresses = list,
					     .drain = drain };
	unsigned i;

	memset(list, 0, sizeof(list));
	for (i = 0; i < 4; i++) {
		if (!(bits & 1U << i))
			continue;
		list[given.count].family = VPNALG_IPV4;
		put32(list[given.count].octets, addresses[i]);
		their[given.count++] = of != NULL ? of[i] : 0;
	}
	given.uplinks = of != NULL ? their : NULL;
	return vpnalg_set_address_list(w.alg, &given);
}

#define FIRST_ONLY 0x5
#define OTHER_ONLY 0xa

/* The first packet of each kind of session */

static inline struct bytes first_udp(uint32_t host, uint32_t remote)
{
	return udp_packet(host, 5000, remote, 53, "ping", 4);
}

static inline struct bytes first_tcp(uint32_t host, uint32_t remote)
{
	return tcp_packet(host, 5000, remote, 80, 1, 0, SYN, "", 0);
}

static inline struct bytes first_icmp(uint32_t host, uint32_t remote)
{
	return icmp_query(host, remote, ECHO, 77, 1);
}

static inline struct bytes first_pptp(uint32_t host, uint32_t remote)
{
	return tcp_packet(host, 5000, remote, PPTP, 1, 0, SYN, "", 0);
}

static inline struct bytes first_ike(uint32_t host, uint32_t remote)
{
	struct ike k = ike_of(host, remote, 1);

	return ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
}

static inline struct bytes first_nat_t(uint32_t host, uint32_t remote)
{
	struct ike k = ike_of(host, remote, 1);

	k.port = k.remote_port = NAT_T;
	return ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
}

static inline struct bytes first_esp(uint32_t host, uint32_t remote)
{
	return esp_packet(host, remote, 0x1111, 1);
}

static inline struct bytes l2tp_first(uint32_t host, uint32_t remote,
				      unsigned version, uint16_t port)
{
	struct bytes m = l2tp_control(version, 0, 0, SCCRQ);

	l2tp_avp(&m, version == 2 ? 9 : 61, version == 2 ? 2 : 4, 7);
	return l2tp_packet(host, port, remote, port, &m);
}

static inline struct bytes first_l2tp(uint32_t host, uint32_t remote)
{
	return l2tp_first(host, remote, 2, L2TP);
}

static inline struct bytes first_l2tp_ip(uint32_t host, uint32_t remote)
{
	return l2tp_first(host, remote, 3, 0);
}

static inline struct bytes first_gre(uint32_t host, uint32_t remote)
{
	static const uint8_t header[] = { 0x20, 0, 8, 0, 0, 0, 0, 5, 1, 2 };

	return ip_packet(host, remote, GRE, header, sizeof(header));
}

static inline struct bytes first_sctp(uint32_t host, uint32_t remote)
{
	static const uint8_t init[32] = {
		0x13, 0x88, 0, 80, [12] = 1, [15] = 20
	};

	return ip_packet(host, remote, 132, init, sizeof(init));
}

static inline struct bytes first_ipip(uint32_t host, uint32_t remote)
{
	return ip_packet(host, remote, 4, "abcdefghijklmnop", 16);
}

static const struct kind_row {
	const char *name;
	struct bytes (*first)(uint32_t host, uint32_t remote);
	unsigned none; /* the result where there is no address */
} rows[] = {
	{ "UDP", first_udp, VPNALG_DROP_NO_ID },
	{ "TCP", first_tcp, VPNALG_DROP_NO_ID },
	{ "ICMP", first_icmp, VPNALG_DROP_NO_ID },
	{ "PPTP", first_pptp, VPNALG_DROP_NO_ID },
	{ "IKE", first_ike, VPNALG_DROP_NO_ID },
	{ "NAT-T", first_nat_t, VPNALG_DROP_NO_ID },
	{ "ESP", first_esp, VPNALG_DROP_NO_ID },
	{ "L2TP", first_l2tp, VPNALG_DROP_NO_ID },
	{ "L2TP over IP", first_l2tp_ip, VPNALG_DROP_NO_ID },
	{ "GRE", first_gre, VPNALG_DROP_NO_ID },
	{ "SCTP", first_sctp, VPNALG_DROP_TAKEN },
	{ "IP in IP", first_ipip, VPNALG_DROP_TAKEN },
};

static inline unsigned sends(const struct kind_row *row, uint8_t uplink,
			     uint32_t host, uint32_t remote)
{
	struct bytes p = row->first(host, remote);

	return send_by(uplink, &p);
}

#endif
