/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about the packets of servers inside. */
#include "icmp_error_travel.h"

static struct connection c[2];
static struct ike k[2];

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

static const struct row rows[] = {
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

TCase *icmp_error_served_case(void)
{
	return travel_case("servers inside", rows, ROWS(rows));
}
