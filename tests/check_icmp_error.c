/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about the packets of every protocol, in both directions: the
 * quote must be, byte for byte, what the host that gets it has sent. */
#include "cases.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_service.h"

#include <vpnalg/protocols.h>

#include <string.h>

#define ROUTER 0xc0000209U        /* 192.0.2.9, on the way to the server */
#define INSIDE_ROUTER 0xc0a84d01U /* 192.168.77.1 */

#define LENGTH 560                /* of most packets, behind the IP header */

static struct world w;
static struct connection c[2];
static struct ike k[2];
static struct tunnel t[2];
static struct esp e[2];
static uint16_t id[2];
static const uint32_t clients[2] = { CLIENT_A, CLIENT_B };
static uint8_t pattern[1024];

static void begin_world(bool port_1701)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },	  { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL },	  { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 5,
					 .passive = true };
	unsigned i;

	options.l2tp.port_1701 = port_1701;
	options.general.filtering = VPNALG_FILTERING_ENDPOINT_INDEPENDENT;
	world_begin(&w, &options);
	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(0x40 + i % 61);
}

static struct bytes last(void)
{
	struct bytes p = { .length = w.length };

	memcpy(p.data, w.bytes, w.length);
	return p;
}

/* As long as most are. The protocol has no checksum. */
static struct bytes longer(struct bytes p)
{
	uint32_t more = 20 + LENGTH - p.length;

	memcpy(p.data + p.length, pattern, more);
	p.length += more;
	put16(p.data + 2, p.length);
	set_fragment(&p, 0); /* the checksum anew */
	return p;
}

/* PPTP: both hosts have the same port, and the same Call ID. */

static void connect(void)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++)
		connect_to(&w, &c[i], clients[i], 3000, SERVER);
}

static struct bytes connection_out(unsigned i)
{
	return tcp_packet(clients[i], 3000, SERVER, PPTP, c[i].client_seq,
			  c[i].server_seq, ACK, pattern, LENGTH - 20);
}

static struct bytes connection_in(unsigned i)
{
	return tcp_packet(SERVER, PPTP, OUTSIDE, c[i].outside_port,
			  c[i].server_seq, c[i].client_seq, ACK, pattern,
			  LENGTH - 20);
}

static void call(void)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		start_control(&w, &c[i], clients[i], 3000, SERVER);
		id[i] = call_out(&w, &c[i], 7, (uint16_t)(90 + i));
	}
	ck_assert_uint_ne(id[0], id[1]);
}

static struct bytes call_data_out(unsigned i)
{
	return longer(gre_packet(clients[i], SERVER, (uint16_t)(90 + i), 1));
}

static struct bytes call_data_in(unsigned i)
{
	return longer(gre_packet(SERVER, OUTSIDE, id[i], 1));
}

/* IPsec. */

static void pair(void)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		e[i] = esp_of(clients[i], SERVER, 0x1000 + i, 0x2000 + i);
		ck_assert_uint_eq(esp_sends(&w, &e[i]), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e[i]));
		w.now += 20000;
	}
}

static struct bytes esp_out(unsigned i)
{
	return longer(esp_packet(clients[i], SERVER, e[i].out_spi, 9));
}

static struct bytes esp_in(unsigned i)
{
	return longer(esp_packet(SERVER, OUTSIDE, e[i].in_spi, 9));
}

static void exchange(bool fixed_port)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		k[i] = ike_of(clients[i], SERVER, 0);
		k[i].fixed_port = fixed_port;
		ike_begin(&w, &k[i]);
	}
	ck_assert_uint_eq(k[0].outside_port, IKE);
	ck_assert(fixed_port == (k[1].outside_port == IKE));
}

static void exchange_by_port(void)
{
	exchange(false);
}

static void exchange_by_spi(void)
{
	exchange(true);
}

static struct bytes ike_goes_out(unsigned i)
{
	return ike_from_client(&k[i], INFORMATIONAL, INITIATOR, 9);
}

static struct bytes ike_comes_in(unsigned i)
{
	return ike_from_server(&k[i], INFORMATIONAL, RESPONSE, 9);
}

static struct bytes nat_t_out(unsigned i)
{
	return udp_packet(clients[i], NAT_T, SERVER, NAT_T, pattern,
			  LENGTH - 8);
}

/* UDP from a port that both hosts have. */
static void open_ports(uint16_t port, uint16_t remote_port)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++)
		id[i] = udp_open(&w, clients[i], port, SERVER, remote_port);
	ck_assert_uint_ne(id[0], id[1]);
}

static void open_nat_t(void)
{
	open_ports(NAT_T, NAT_T);
}

static struct bytes nat_t_in(unsigned i)
{
	return udp_packet(SERVER, NAT_T, OUTSIDE, id[i], pattern, LENGTH - 8);
}

/* L2TP: both hosts have port 1701, or none, and the same IDs. */

static void tunnel(uint8_t version, uint16_t port, bool fixed_port)
{
	unsigned i;

	begin_world(fixed_port);
	for (i = 0; i < 2; i++) {
		t[i] = (struct tunnel){ .client = clients[i],
					.server = SERVER,
					.port = port,
					.version = version,
					.fixed_port = fixed_port,
					.own = 0x77,
					.peer = 0x90 + i,
					.session = 0x55,
					.peer_session = 0x60 + i };
		tunnel_begin(&w, &t[i]);
		if (version == 3 && fixed_port)
			tunnel_calls(&w, &t[i]);
	}
}

static void tunnel_by_port(void)
{
	tunnel(2, L2TP, false);
}

static void tunnel_by_id(void)
{
	tunnel(2, L2TP, true);
}

static void tunnel_3(void)
{
	tunnel(3, L2TP, true);
}

static void tunnel_3_over_ip(void)
{
	tunnel(3, 0, true);
}

static struct bytes l2tp_out(unsigned i, struct bytes m)
{
	return l2tp_packet(clients[i], t[i].port, SERVER, t[i].port, &m);
}

static struct bytes l2tp_in(unsigned i, struct bytes m)
{
	uint16_t port = t[i].fixed_port ? t[i].port : t[i].outside_port;

	return l2tp_packet(SERVER, t[i].port, OUTSIDE, port, &m);
}

static struct bytes padded(struct bytes m)
{
	l2tp_bytes(&m, pattern, LENGTH - 8 - m.length);
	return m;
}

static struct bytes data_2_out(unsigned i)
{
	return l2tp_out(i, padded(l2tp_data2((uint16_t)t[i].peer, 5, 1)));
}

static struct bytes data_2_in(unsigned i)
{
	return l2tp_in(i, padded(l2tp_data2((uint16_t)t[i].outside_own, 5,
					    1)));
}

static struct bytes data_3_out(unsigned i)
{
	return l2tp_out(i, padded(l2tp_data3(t[i].port != 0,
					     t[i].peer_session, 0xc00c1e00,
					     1)));
}

static struct bytes data_3_in(unsigned i)
{
	return l2tp_in(i, padded(l2tp_data3(t[i].port != 0,
					    t[i].outside_session, 0xc00c1e00,
					    1)));
}

static struct bytes hello_out(unsigned i)
{
	return l2tp_out(i, l2tp_control(t[i].version, t[i].peer, 3, HELLO));
}

static struct bytes hello_in(unsigned i)
{
	return l2tp_in(i, l2tp_control(t[i].version, t[i].outside_own, 3,
				       HELLO));
}

/* GRE, with a Key of each host's, and with one behind a checksum. */

static struct bytes gre_0(uint32_t from, uint32_t to, unsigned i)
{
	uint8_t gre[8] = { 0x20, 0, 8, 0, 0, 0, 0, (uint8_t)(5 + i) };

	return longer(ip_packet(from, to, GRE, gre, sizeof(gre)));
}

static struct bytes gre_0_out(unsigned i)
{
	return gre_0(clients[i], SERVER, i);
}

static struct bytes gre_0_in(unsigned i)
{
	return gre_0(SERVER, OUTSIDE, i);
}

static struct bytes gre_1(uint32_t from, uint32_t to, unsigned i)
{
	uint8_t gre[12] = { 0xa0, 0, 8, 0, 1, 2, 0, 0, 0, 0, 0,
			    (uint8_t)(5 + i) };

	return longer(ip_packet(from, to, GRE, gre, sizeof(gre)));
}

static struct bytes gre_1_out(unsigned i)
{
	return gre_1(clients[i], SERVER, i);
}

static struct bytes gre_1_in(unsigned i)
{
	return gre_1(SERVER, OUTSIDE, i);
}

static void open_gre(void)
{
	struct bytes p;
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++) {
		p = gre_0_out(i);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
}

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

/* Servers inside. Both hosts have the server's port, of which the second one's
 * is the next one outside, and one client outside, whose ports differ. */

#define CLIENT_PORT 40000

static void serve(uint8_t protocol, uint16_t port)
{
	unsigned i;

	for (i = 0; i < 2; i++)
		service_add(&w, protocol, (uint16_t)(port + i), clients[i],
			    port);
}

static void remove_services(void)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		service_remove(&w, TCP, (uint16_t)(PPTP + i), clients[i],
			       PPTP);
		service_remove(&w, UDP, (uint16_t)(IKE + i), clients[i], IKE);
		service_remove(&w, UDP, (uint16_t)(NAT_T + i), clients[i],
			       NAT_T);
		service_remove(&w, UDP, (uint16_t)(L2TP + i), clients[i],
			       L2TP);
	}
}

static void end(void)
{
	remove_services();
	world_end(&w);
}

static struct bytes served_tcp_out(unsigned i, uint8_t flags,
				   const void *data, uint32_t length)
{
	return tcp_packet(clients[i], PPTP, SERVER,
			  (uint16_t)(CLIENT_PORT + i), c[i].server_seq,
			  c[i].client_seq, flags, data, length);
}

static struct bytes served_tcp_in(unsigned i, uint8_t flags, const void *data,
				  uint32_t length)
{
	return tcp_packet(SERVER, (uint16_t)(CLIENT_PORT + i), OUTSIDE,
			  (uint16_t)(PPTP + i), c[i].client_seq,
			  flags & ACK ? c[i].server_seq : 0, flags, data,
			  length);
}

static void served_says(unsigned i, bool inward, uint8_t flags,
			const struct bytes *m)
{
	struct bytes p = inward ? served_tcp_in(i, flags, m->data, m->length)
				: served_tcp_out(i, flags, m->data, m->length);

	ck_assert_uint_eq(send_packet(&w, inward ? VPNALG_IN : VPNALG_OUT, &p),
			  VPNALG_TRANSLATED);
	*(inward ? &c[i].client_seq : &c[i].server_seq) +=
		m->length + !!(flags & SYN);
}

static void serve_connections(void)
{
	static const struct bytes none;
	unsigned i;

	begin_world(false);
	serve(TCP, PPTP);
	for (i = 0; i < 2; i++) {
		c[i].client_seq = 1000;
		c[i].server_seq = 2000;
		served_says(i, true, SYN, &none);
		served_says(i, false, SYN | ACK, &none);
		served_says(i, true, ACK, &none);
	}
}

/* The handshake passes by the service, without a session. */
static void serve_handshakes(void)
{
	begin_world(false);
	serve(TCP, PPTP);
}

static struct bytes served_syn_out(unsigned i)
{
	return served_tcp_out(i, SYN | ACK, NULL, 0);
}

static struct bytes served_syn_in(unsigned i)
{
	return served_tcp_in(i, SYN, NULL, 0);
}

static struct bytes served_connection_out(unsigned i)
{
	return served_tcp_out(i, ACK, pattern, LENGTH - 20);
}

static struct bytes served_connection_in(unsigned i)
{
	return served_tcp_in(i, ACK, pattern, LENGTH - 20);
}

/* Both servers give their call the same ID. A call is answered by what comes
 * in. */
static void serve_calls(void)
{
	struct bytes m, p;
	unsigned i, type;

	serve_connections();
	for (i = 0; i < 2; i++)
		for (type = 1; type <= 8; type += type == 2 ? 5 : 1) {
			m = message(type, type == 8 ? 70 : (uint16_t)(90 + i),
				    (uint16_t)(90 + i), 1);
			served_says(i, type % 2, PSH | ACK, &m);
			id[i] = get16(payload(&w) + 12);
		}
	ck_assert_uint_ne(id[0], id[1]);
	for (i = 0; i < 2; i++) {
		p = call_data_in(i);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
	}
}

static void serve_ike(void)
{
	begin_world(false);
	serve(UDP, IKE);
}

/* The SAs of both servers with their client: encrypted answers make them known
 * as hosts with ESP. */
static void serve_esp(void)
{
	struct bytes p;
	unsigned i;

	serve_ike();
	for (i = 0; i < 2; i++) {
		k[i] = ike_of(clients[i], SERVER, 0);
		k[i].spi[0][1] = 0x1111 + i;
		k[i].spi[1][0] = 0x5e17e1;
		p = ike_message(&k[i], IKE_AUTH, RESPONSE, 1);
		p.data[16] = 46; /* encrypted */
		p = udp_packet(clients[i], IKE, SERVER,
			       (uint16_t)(CLIENT_PORT + i), p.data, p.length);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		e[i] = esp_of(clients[i], SERVER, 0x1000 + i, 0x2000 + i);
		ck_assert_uint_eq(esp_sends(&w, &e[i]), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e[i]));
		w.now += 20000;
	}
}

static struct bytes served_udp_out(unsigned i, uint16_t port,
				   const struct bytes *m)
{
	return udp_packet(clients[i], port, SERVER,
			  (uint16_t)(CLIENT_PORT + i), m->data, m->length);
}

static struct bytes served_udp_in(unsigned i, uint16_t port,
				  const struct bytes *m)
{
	return udp_packet(SERVER, (uint16_t)(CLIENT_PORT + i), OUTSIDE,
			  (uint16_t)(port + i), m->data, m->length);
}

static struct bytes served_ike(unsigned i)
{
	struct ike of = ike_of(clients[i], SERVER, 0);

	of.spi[0][1] = 0x1111 + i;
	of.spi[1][0] = 0x5e17e1;
	return ike_message(&of, INFORMATIONAL, 0, 9);
}

static struct bytes served_ike_out(unsigned i)
{
	struct bytes m = served_ike(i);

	return served_udp_out(i, IKE, &m);
}

static struct bytes served_ike_in(unsigned i)
{
	struct bytes m = served_ike(i);

	return served_udp_in(i, IKE, &m);
}

static void serve_nat_t(void)
{
	begin_world(false);
	serve(UDP, NAT_T);
}

static struct bytes served_nat_t_out(unsigned i)
{
	struct bytes m = padded((struct bytes){ .length = 0 });

	return served_udp_out(i, NAT_T, &m);
}

static struct bytes served_nat_t_in(unsigned i)
{
	struct bytes m = padded((struct bytes){ .length = 0 });

	return served_udp_in(i, NAT_T, &m);
}

static void serve_l2tp(void)
{
	begin_world(false);
	serve(UDP, L2TP);
}

static struct bytes served_data_out(unsigned i)
{
	struct bytes m = padded(l2tp_data2(0x90, 5, 1));

	return served_udp_out(i, L2TP, &m);
}

static struct bytes served_data_in(unsigned i)
{
	struct bytes m = padded(l2tp_data2(0x77, 5, 1));

	return served_udp_in(i, L2TP, &m);
}

static struct bytes served_hello_out(unsigned i)
{
	struct bytes m = l2tp_control(2, 0x90, 3, HELLO);

	return served_udp_out(i, L2TP, &m);
}

static struct bytes served_hello_in(unsigned i)
{
	struct bytes m = l2tp_control(2, 0x77, 3, HELLO);

	return served_udp_in(i, L2TP, &m);
}

static const struct row {
	const char *name;
	void (*begin)(void);
	/* Packets of the one host or the other, as its side sees them. */
	struct bytes (*out)(unsigned i);
	struct bytes (*in)(unsigned i);
	/* How many bytes behind the IP header must be quoted. */
	uint32_t needed;
} rows[] = {
	{ "PPTP control", connect, connection_out, connection_in, 8 },
	{ "PPTP data", call, call_data_out, call_data_in, 8 },
	{ "ESP", pair, esp_out, esp_in, 8 },
	{ "IKE by port", exchange_by_port, ike_goes_out, ike_comes_in, 8 },
	{ "IKE by SPI", exchange_by_spi, ike_goes_out, ike_comes_in, 16 },
	{ "NAT-T", open_nat_t, nat_t_out, nat_t_in, 8 },
	{ "L2TP data by port", tunnel_by_port, data_2_out, data_2_in, 8 },
	{ "L2TP control by port", tunnel_by_port, hello_out, hello_in, 8 },
	{ "L2TP data by ID", tunnel_by_id, data_2_out, data_2_in, 12 },
	{ "L2TP control by ID", tunnel_by_id, hello_out, hello_in, 14 },
	{ "L2TPv3 data", tunnel_3, data_3_out, data_3_in, 16 },
	{ "L2TPv3 control", tunnel_3, hello_out, hello_in, 16 },
	{ "L2TPv3 data over IP", tunnel_3_over_ip, data_3_out, data_3_in, 8 },
	{ "L2TPv3 control over IP", tunnel_3_over_ip, hello_out, hello_in,
	  12 },
	{ "GRE", open_gre, gre_0_out, gre_0_in, 8 },
	{ "GRE with checksum", open_gre, gre_1_out, gre_1_in, 12 },
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
	{ "PPTP handshake, served", serve_handshakes, served_syn_out,
	  served_syn_in, 8 },
	{ "PPTP control, served", serve_connections, served_connection_out,
	  served_connection_in, 8 },
	{ "PPTP data, served", serve_calls, call_data_out, call_data_in, 8 },
	{ "IKE, served", serve_ike, served_ike_out, served_ike_in, 8 },
	{ "NAT-T, served", serve_nat_t, served_nat_t_out, served_nat_t_in,
	  8 },
	{ "ESP, served", serve_esp, esp_out, esp_in, 8 },
	{ "L2TP data, served", serve_l2tp, served_data_out, served_data_in,
	  8 },
	{ "L2TP control, served", serve_l2tp, served_hello_out,
	  served_hello_in, 8 },
};

/* Type and code, and what stands behind the checksum: an MTU, a pointer. */
static const struct kind {
	uint8_t type, code;
	uint32_t rest;
} kinds[] = {
	{ 3, 0, 0 },	{ 3, 1, 0 },  { 3, 2, 0 },	{ 3, 3, 0 },
	{ 3, 4, 1400 }, { 3, 5, 0 },  { 3, 6, 0 },	{ 3, 7, 0 },
	{ 3, 8, 0 },	{ 3, 9, 0 },  { 3, 10, 0 },	{ 3, 11, 0 },
	{ 3, 12, 0 },	{ 3, 13, 0 }, { 3, 14, 0 },	{ 3, 15, 0 },
	{ 4, 0, 0 },	{ 11, 0, 0 }, { 11, 1, 0 },	{ 12, 0, 5U << 24 },
	{ 12, 1, 0 },	{ 12, 2, 0 }, { 3, 4, 0x00200240 },
};

static struct bytes error_of(uint32_t from, uint32_t to,
			     const struct kind *kind,
			     const struct bytes *quoted, uint32_t length)
{
	struct bytes p = icmp_error(from, to, kind->type, quoted, length);

	p.data[21] = kind->code;
	put32(p.data + 24, kind->rest);
	set_icmp_checksum(&p);
	return p;
}

/* The quote is what its sender knows, but for a checksum of 0xffff that may
 * have become 0, and for half a checksum of TCP. */
static void check_quote(const char *name, const struct bytes *known,
			uint32_t length)
{
	const uint8_t *quote = w.bytes + 28;
	uint32_t i;

	if (known->data[9] == TCP && length == 37)
		length = 36;
	for (i = 0; i < length; i++) {
		if (quote[i] == 0 && known->data[i] == 0xff &&
		    i + 1 < length && quote[i + 1] == 0 &&
		    known->data[i + 1] == 0xff)
			i++;
		else
			ck_assert_msg(quote[i] == known->data[i],
				      "%s, %u bytes: byte %u", name, length,
				      i);
	}
}

/* The packet as it came out; what goes in must get through. */
static struct bytes pass(const char *name, enum vpnalg_direction direction,
			 struct bytes p)
{
	ck_assert_msg(send_packet(&w, direction, &p) == VPNALG_TRANSLATED,
		      "%s %s: %s", name, direction == VPNALG_OUT ? "out" : "in",
		      vpnalg_result_text(w.last.result));
	return last();
}

/* What all sessions are, deadlines included. */
static uint64_t all_records(void)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0, sum = 0, hash;
	uint32_t i;

	while (w.inner.next(w.inner.context, &cursor, &record)) {
		if (record == NULL)
			continue;
		hash = 14695981039346656037U;
		for (i = 0; i < record->units * (uint32_t)VPNALG_UNIT; i++)
			hash = (hash ^ ((uint8_t *)record)[i]) * 1099511628211U;
		sum += hash;
		record = NULL;
	}
	return sum;
}

/* Both forms of a packet that has travelled, and where its errors go. */
struct travelled {
	struct bytes inside, outside;
	uint32_t client, server;
	bool inward;
};

/* Sends an error that quotes so many bytes; the result. */
static unsigned complain(const struct travelled *p, const struct kind *kind,
			 uint32_t length)
{
	struct bytes error =
		p->inward ? error_of(p->client, p->server, kind, &p->inside,
				     length)
			  : error_of(ROUTER, OUTSIDE, kind, &p->outside,
				     length);

	return send_packet(&w, p->inward ? VPNALG_OUT : VPNALG_IN, &error);
}

static void check_arrival(const char *name, const struct travelled *p,
			  const struct kind *kind, uint32_t length)
{
	ck_assert_msg(checksums_right(w.bytes, w.length), "%s: checksum",
		      name);
	ck_assert_uint_eq(source(&w), p->inward ? OUTSIDE : ROUTER);
	ck_assert_uint_eq(destination(&w), p->inward ? p->server : p->client);
	ck_assert_uint_eq(w.bytes[20], kind->type);
	ck_assert_uint_eq(w.bytes[21], kind->code);
	ck_assert_uint_eq(get32(w.bytes + 24), kind->rest);
	check_quote(name, p->inward ? &p->outside : &p->inside, length);
	if (!p->inward)
		ck_assert_uint_eq(w.last.zone, ZONE);
}

static void check_errors(const struct row *row, const struct travelled *p)
{
	static const uint32_t lengths[] = { 8, 20, 108, 528 };
	uint32_t most = p->inside.length - 20, length, i;
	unsigned n, result;

	for (length = 0; length <= 40 && length <= most; length++) {
		result = complain(p, &kinds[4], 20 + length);
		if (p->inward && result == VPNALG_DROP_ICMP_ERROR)
			result = VPNALG_DROP_QUOTE_SHORT; /* as good inside */
		ck_assert_msg(length >= 8 && length < row->needed
				      ? result == VPNALG_DROP_QUOTE_SHORT
				      : (result == VPNALG_TRANSLATED) ==
						(length >= row->needed),
			      "%s %s, %u bytes: %s", row->name,
			      p->inward ? "in" : "out", length,
			      vpnalg_result_text(result));
		if (result == VPNALG_TRANSLATED)
			check_arrival(row->name, p, &kinds[4], 20 + length);
	}
	for (n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++)
		for (i = 0; i < 4; i++) {
			length = lengths[i] < most ? lengths[i] : most;
			if (length < row->needed)
				continue;
			ck_assert_uint_eq(complain(p, &kinds[n], 20 + length),
					  VPNALG_TRANSLATED);
			check_arrival(row->name, p, &kinds[n], 20 + length);
		}
}

static void travel(const struct row *row, unsigned host, bool inward,
		   struct travelled *p)
{
	p->inward = inward;
	p->client = clients[host];
	if (inward) {
		p->outside = row->in(host);
		p->inside = pass(row->name, VPNALG_IN, p->outside);
		p->server = source(&w);
	} else {
		p->inside = row->out(host);
		p->outside = pass(row->name, VPNALG_OUT, p->inside);
		p->server = destination(&w);
	}
}

START_TEST(an_error_quotes_what_its_receiver_has_sent)
{
	const struct row *row = &rows[_i];
	struct travelled there[2], back[2];
	uint64_t before;
	unsigned i;

	row->begin();
	for (i = 0; i < 2; i++) {
		travel(row, i, false, &there[i]);
		travel(row, i, true, &back[i]);
	}
	w.now += 777;
	before = all_records();
	for (i = 0; i < 2; i++) {
		check_errors(row, &there[i]);
		check_errors(row, &back[i]);
	}
	ck_assert_msg(all_records() == before, "%s: a session has changed",
		      row->name);
	end();
}
END_TEST

/* The first host is silent until all of its sessions are gone, among them the
 * one that has the port which the other host shares. */
START_TEST(an_error_has_a_reason_when_the_other_host_has_gone)
{
	const struct row *row = &rows[_i];
	struct travelled there;
	unsigned i;

	row->begin();
	for (i = 0; i < 40; i++) {
		pass(row->name, VPNALG_OUT, row->out(1));
		world_wait(&w, 200000);
	}
	travel(row, 1, false, &there);
	check_errors(row, &there);
	end();
}
END_TEST

Suite *icmp_error_suite(void)
{
	Suite *suite = suite_create("ICMP errors");
	TCase *tcase = tcase_create("protocols");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, an_error_quotes_what_its_receiver_has_sent,
			    0, ROWS(rows));
	tcase_add_loop_test(tcase,
			    an_error_has_a_reason_when_the_other_host_has_gone,
			    0, ROWS(rows));
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, icmp_error_rows_case());
	suite_add_tcase(suite, icmp_error_edges_case());
	return suite;
}
