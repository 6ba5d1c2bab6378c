/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet that comes in with an ID of each kind. */
#ifndef TESTS_OWN_ID_ROWS_H
#define TESTS_OWN_ID_ROWS_H

#include "cases.h"
#include "own_id.h"
#include "support_ipsec.h"
#include "support_l2tp.h"

#include <vpnalg/protocols.h>

/* Packets that come in with an ID of each kind. */

static inline struct bytes tcp_in(uint64_t id)
{
	return tcp_packet(SERVER, 443, OUTSIDE, (uint16_t)id, 1, 2, SYN | ACK,
			  NULL, 0);
}

static inline struct bytes nat_t_in(uint64_t id)
{
	return udp_packet(SERVER, NAT_T, OUTSIDE, (uint16_t)id, "datagram", 8);
}

static inline struct bytes ping_in(uint64_t id)
{
	return icmp_query(SERVER, OUTSIDE, 0, (uint16_t)id, 1);
}

static inline struct bytes esp_in(uint64_t id)
{
	return esp_packet(SERVER, OUTSIDE, (uint32_t)id, 1);
}

static inline struct bytes call_in(uint64_t id)
{
	return gre_packet(SERVER, OUTSIDE, (uint16_t)id, 1);
}

static inline struct bytes unkeyed_in(uint64_t id)
{
	const uint8_t gre[8] = { 0, 0, 8, 0, (uint8_t)id };

	return ip_packet(SERVER, OUTSIDE, GRE, gre, sizeof(gre));
}

static inline struct bytes tunnel_in(uint64_t id)
{
	struct bytes m = l2tp_data2((uint16_t)id, 1, 9);

	return l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
}

static inline struct bytes connection_in(uint64_t id)
{
	struct bytes m = l2tp_control(3, (uint32_t)id, 4, HELLO);

	return l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
}

static inline struct bytes connection_ip_in(uint64_t id)
{
	struct bytes m = l2tp_control(3, (uint32_t)id, 4, HELLO);

	return l2tp_packet(SERVER, 0, OUTSIDE, 0, &m);
}

static inline struct bytes session_in(uint64_t id)
{
	struct bytes m = l2tp_data3(true, (uint32_t)id, 7, 9);

	return l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
}

static inline struct bytes session_ip_in(uint64_t id)
{
	struct bytes m = l2tp_data3(false, (uint32_t)id, 7, 9);

	return l2tp_packet(SERVER, 0, OUTSIDE, 0, &m);
}

/* The IDs, and what a host has with the same remote: with that what comes in
 * would be the host's, or be dropped for its sake. */
static const struct row {
	const char *name;
	uint8_t kind, protocol;
	uint64_t id;
	struct bytes (*in)(uint64_t id);
	uint8_t hosts; /* IP protocol of what the host has */
} rows[] = {
	{ "TCP", VPNALG_OWN_ID_PORT, TCP, 40000, tcp_in, TCP },
	{ "UDP", VPNALG_OWN_ID_PORT, UDP, 40000, own_id_udp, UDP },
	{ "NAT-T", VPNALG_OWN_ID_PORT, UDP, 4500, nat_t_in, UDP },
	{ "a ping", VPNALG_OWN_ID_PORT, ICMP, 7777, ping_in, ICMP },
	{ "the ping 0", VPNALG_OWN_ID_PORT, ICMP, 0, ping_in, ICMP },
	{ "ESP", VPNALG_OWN_ID_ESP_SPI, 0, 0x80000100, esp_in, ESP },
	{ "IKE", VPNALG_OWN_ID_IKE_SPI, 0, 0x123456789abcdef0, own_id_ike,
	  UDP },
	{ "a call", VPNALG_OWN_ID_CALL_ID, 0, 5, call_in, TCP },
	{ "the call 0", VPNALG_OWN_ID_CALL_ID, 0, 0, call_in, TCP },
	{ "a Key", VPNALG_OWN_ID_GRE_KEY, 0, 0xfffffff7, own_id_keyed, GRE },
	{ "the Key 0", VPNALG_OWN_ID_GRE_KEY, 0, 0, own_id_keyed, GRE },
	{ "no Key", VPNALG_OWN_ID_GRE_UNKEYED, 0, 0, unkeyed_in, GRE },
	{ "L2TP", VPNALG_OWN_ID_TUNNEL_ID, 0, 60000, tunnel_in, L2TP_IP },
	{ "L2TPv3", VPNALG_OWN_ID_CONNECTION_ID, UDP, 0x80000060, connection_in,
	  L2TP_IP },
	{ "its session", VPNALG_OWN_ID_SESSION_ID, UDP, 0x80000061, session_in,
	  L2TP_IP },
	{ "L2TPv3 over IP", VPNALG_OWN_ID_CONNECTION_ID, L2TP_IP, 0x80000062,
	  connection_ip_in, L2TP_IP },
	{ "its session", VPNALG_OWN_ID_SESSION_ID, L2TP_IP, 0x80000063,
	  session_ip_in, L2TP_IP },
};

static inline struct vpnalg_own_id own_row(const struct row *row)
{
	return own_id_of(row->kind, row->protocol, row->id);
}

#endif
