/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about the packets of general traffic. */
#include "icmp_error_travel.h"

/* General traffic: both hosts have the same port or identifier. */

static void open_udp(void)
{
	open_ports(40000, 53);
}

static struct bytes udp_goes_out(unsigned i)
{
	return udp_packet(clients[i], 40000, SERVER, 53, pattern, LENGTH - 8);
}

static struct bytes udp_comes_in(unsigned i)
{
	return udp_packet(SERVER, 53, OUTSIDE, id[i], pattern, LENGTH - 8);
}

static struct bytes udp_without_checksum(unsigned i)
{
	struct bytes p = udp_goes_out(i);

	put16(p.data + 26, 0);
	return p;
}

/* From where nothing was ever sent to. */
static struct bytes udp_from_a_stranger(unsigned i)
{
	return udp_packet(STRANGER, 53, OUTSIDE, id[i], pattern, LENGTH - 8);
}

static void open_tcp(void)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(tcp_out(&w, clients[i], 40000, SERVER, 80,
					  SYN, 0),
				  VPNALG_TRANSLATED);
		id[i] = port_from(&w);
	}
	ck_assert_uint_ne(id[0], id[1]);
}

static struct bytes tcp_goes_out(unsigned i)
{
	return tcp_packet(clients[i], 40000, SERVER, 80, 1001, 2001, ACK,
			  pattern, LENGTH - 20);
}

static struct bytes tcp_comes_in(unsigned i)
{
	return tcp_packet(SERVER, 80, OUTSIDE, id[i], 2000, 1001, SYN | ACK,
			  pattern, LENGTH - 20);
}

static void open_query(void)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(icmp_out(&w, clients[i], SERVER, ECHO, 77),
				  VPNALG_TRANSLATED);
		id[i] = icmp_id(&w);
	}
	ck_assert_uint_ne(id[0], id[1]);
}

static struct bytes query_out(unsigned i)
{
	return icmp_query(clients[i], SERVER, ECHO, 77, 2);
}

static struct bytes query_in(unsigned i)
{
	return icmp_query(SERVER, OUTSIDE, ECHO_REPLY, id[i], 2);
}

/* Ports that stay, and a protocol by its remote. */

static struct bytes with_ports(uint8_t protocol, uint32_t from,
				uint16_t from_port, uint32_t to,
				uint16_t to_port)
{
	struct bytes p = udp_packet(from, from_port, to, to_port, pattern,
				    LENGTH - 8);

	p.data[9] = protocol;
	if (protocol == DCCP)
		p.data[24] = 4; /* its data offset */
	set_fragment(&p, 0);
	return p;
}

static struct bytes dccp_out(unsigned i)
{
	return with_ports(DCCP, clients[i], (uint16_t)(5000 + i), SERVER, 99);
}

static struct bytes dccp_in(unsigned i)
{
	return with_ports(DCCP, SERVER, 99, OUTSIDE, (uint16_t)(5000 + i));
}

static struct bytes sctp_out(unsigned i)
{
	return with_ports(SCTP, clients[i], (uint16_t)(5000 + i), SERVER, 99);
}

static struct bytes sctp_in(unsigned i)
{
	return with_ports(SCTP, SERVER, 99, OUTSIDE, (uint16_t)(5000 + i));
}

static struct bytes udplite_out(unsigned i)
{
	return with_ports(UDPLITE, clients[i], (uint16_t)(5000 + i), SERVER,
			  99);
}

static struct bytes udplite_in(unsigned i)
{
	return with_ports(UDPLITE, SERVER, 99, OUTSIDE, (uint16_t)(5000 + i));
}

static struct bytes eoip(uint32_t from, uint32_t to)
{
	static const uint8_t gre[8] = { 0x20, 1, 0x64, 0, 2, 0x28, 5, 0 };

	return longer(ip_packet(from, to, GRE, gre, sizeof(gre)));
}

static struct bytes eoip_out(unsigned i)
{
	return eoip(clients[i], i == 0 ? SERVER : SERVER_2);
}

static struct bytes eoip_in(unsigned i)
{
	return eoip(i == 0 ? SERVER : SERVER_2, OUTSIDE);
}

static struct bytes sixto4_out(unsigned i)
{
	return ip_packet(clients[i], i == 0 ? SERVER : SERVER_2, 41, pattern,
			 LENGTH);
}

static struct bytes sixto4_in(unsigned i)
{
	return ip_packet(i == 0 ? SERVER : SERVER_2, OUTSIDE, 41, pattern,
			 LENGTH);
}

static void open_nothing(void)
{
	begin_world(false);
}

static const struct row rows[] = {
	{ "UDP", open_udp, udp_goes_out, udp_comes_in, 8 },
	{ "UDP without checksum", open_udp, udp_without_checksum,
	  udp_comes_in, 8 },
	{ "UDP by mapping", open_udp, udp_goes_out, udp_from_a_stranger, 8 },
	{ "TCP", open_tcp, tcp_goes_out, tcp_comes_in, 8 },
	{ "ICMP query", open_query, query_out, query_in, 8 },
	{ "DCCP", open_nothing, dccp_out, dccp_in, 8 },
	{ "SCTP", open_nothing, sctp_out, sctp_in, 8 },
	{ "UDP-Lite", open_nothing, udplite_out, udplite_in, 8 },
	{ "EoIP", open_nothing, eoip_out, eoip_in, 8 },
	{ "IPv6 in IPv4", open_nothing, sixto4_out, sixto4_in, 8 },
};

TCase *icmp_error_general_case(void)
{
	return travel_case("general traffic", rows, ROWS(rows));
}
