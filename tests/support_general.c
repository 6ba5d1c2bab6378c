/* SPDX-License-Identifier: BSD-2-Clause */
/* General traffic: TCP, UDP and ICMP queries of nobody in particular. */
#include "general.h"

#include <vpnalg/general.h>
#include <vpnalg/pptp.h>

#include "toy.h"

void general_world(struct world *w, struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_general, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 1;
	world_begin(w, &options);
}

void general_and_vpn_world(struct world *w, struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { toy_handler, NULL },
		{ vpnalg_general, NULL },
	};

	options.protocols = protocols;
	options.protocol_count = 3;
	world_begin(w, &options);
}

unsigned udp_out(struct world *w, uint32_t host, uint16_t port,
		 uint32_t remote, uint16_t remote_port)
{
	struct bytes p = udp_packet(host, port, remote, remote_port, "ping", 4);

	return send_packet(w, VPNALG_OUT, &p);
}

unsigned udp_in(struct world *w, uint32_t remote, uint16_t remote_port,
		uint16_t outside_port)
{
	struct bytes p = udp_packet(remote, remote_port, OUTSIDE, outside_port,
				    "pong", 4);

	return send_packet(w, VPNALG_IN, &p);
}

uint16_t udp_open(struct world *w, uint32_t host, uint16_t port,
		  uint32_t remote, uint16_t remote_port)
{
	ck_assert_uint_eq(udp_out(w, host, port, remote, remote_port),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(w), remote);
	ck_assert_uint_eq(port_to(w), remote_port);
	return port_from(w);
}

unsigned tcp_out(struct world *w, uint32_t host, uint16_t port,
		 uint32_t remote, uint16_t remote_port, uint8_t flags,
		 unsigned data)
{
	struct bytes p = tcp_packet(host, port, remote, remote_port, 1000,
				    2000, flags, "abcdefgh", data);

	return send_packet(w, VPNALG_OUT, &p);
}

unsigned tcp_in(struct world *w, uint32_t remote, uint16_t remote_port,
		uint16_t outside_port, uint8_t flags, unsigned data)
{
	struct bytes p = tcp_packet(remote, remote_port, OUTSIDE, outside_port,
				    2000, 1000, flags, "hgfedcba", data);

	return send_packet(w, VPNALG_IN, &p);
}

unsigned icmp_out(struct world *w, uint32_t host, uint32_t remote,
		  uint8_t type, uint16_t id)
{
	struct bytes p = icmp_query(host, remote, type, id, 1);

	return send_packet(w, VPNALG_OUT, &p);
}

unsigned icmp_in(struct world *w, uint32_t remote, uint8_t type, uint16_t id)
{
	struct bytes p = icmp_query(remote, OUTSIDE, type, id, 1);

	return send_packet(w, VPNALG_IN, &p);
}

uint16_t port_from(const struct world *w)
{
	return get16(l4(w));
}

uint16_t port_to(const struct world *w)
{
	return get16(l4(w) + 2);
}

uint16_t icmp_id(const struct world *w)
{
	return get16(l4(w) + 4);
}
