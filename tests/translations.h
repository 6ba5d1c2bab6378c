/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of translations: sessions of each kind, and their data.
 */
#ifndef TESTS_TRANSLATIONS_H
#define TESTS_TRANSLATIONS_H

#include "support_sessions.h"

#include <string.h>

#include "cases.h"
#include "dialog.h"
#include "fast_path.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_state.h"

static struct world w;
static struct listing l;
static struct vpnalg_translation offer;

static inline void begin(void)
{
	all_world(&w,
		  (struct world_options){ .account = true, .passive = true });
	offer = (struct vpnalg_translation){ .size = sizeof(offer) };
}

static inline void end(void)
{
	world_end(&w);
}

/* Asks about a packet as it comes. */
static inline bool ask(enum vpnalg_direction direction,
		       const struct bytes *packet)
{
	struct bytes copy = *packet;
	struct vpnalg_packet p = { .data = copy.data,
				   .caplen = copy.length,
				   .len = copy.length,
				   .direction = (uint8_t)direction };
	bool offered;

	if (direction == VPNALG_OUT)
		p.zone = ZONE;
	offered = vpnalg_translation_of(w.alg, &p, w.now, &offer);
	ck_assert_mem_eq(copy.data, packet->data, packet->length);
	return offered;
}

static inline bool report(uint64_t packets, uint64_t bytes, vpnalg_time idle)
{
	bool holds;

	offer.packets = packets;
	offer.bytes = bytes;
	offer.idle = idle;
	holds = vpnalg_translation_used(w.alg, &offer, w.now);
	ck_assert(offer.packets == 0 && offer.bytes == 0 && offer.idle == 0);
	return holds;
}

/* Sessions that data has gone through, both ways */

static struct connection c;

static inline void open_call(void)
{
	c = (struct connection){ .zone = ZONE };
	start_control(&w, &c, CLIENT_A, 40001, SERVER);
	call_out(&w, &c, 11, 22);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 22),
			  VPNALG_TRANSLATED);
}

static inline void open_sa_of(uint32_t host, uint32_t number)
{
	struct ike k = ike_of(host, SERVER, number);
	struct esp e = esp_of(host, SERVER, 0xa0 + number, 0xb0 + number);
	unsigned i;

	ike_begin(&w, &k);
	for (i = 0; i < 40; i++) {
		w.now += 50;
		ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e));
	}
}

static inline void open_sa(void)
{
	open_sa_of(CLIENT_A, 0);
}

static inline void open_nat_t(void)
{
	udp_open(&w, CLIENT_A, 4500, SERVER, 4500);
}

static inline void open_udp(void)
{
	uint16_t port = udp_open(&w, CLIENT_A, 3001, SERVER, 53);

	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_TRANSLATED);
}

static inline void open_tcp(void)
{
	ck_assert_uint_eq(dialog_play(&w, 80, "S<YAD<A"), 0);
}

static inline void open_gre(void)
{
	struct bytes p =
		ip_packet(CLIENT_A, SERVER, GRE, "\x20\0\x08\0\0\0\0\x28", 8);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = ip_packet(SERVER, OUTSIDE, GRE, "\x20\0\x08\0\0\0\0\x28", 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
}

/* A packet of SCTP (RFC 9260 3): its first chunk is of that type. */
static inline struct bytes sctp(bool inward, uint8_t type)
{
	const uint16_t ports[] = { 40005, 5060 };
	uint8_t bytes[16] = { [4] = 1, 2, 3, 4, 9, 8, 7, 6, type, 0, 0, 4 };

	put16(bytes, ports[inward]);
	put16(bytes + 2, ports[!inward]);
	return inward ? ip_packet(SERVER, OUTSIDE, 132, bytes, sizeof(bytes))
		      : ip_packet(CLIENT_A, SERVER, 132, bytes, sizeof(bytes));
}

static inline void sctp_passes(bool inward, uint8_t type)
{
	struct bytes p = sctp(inward, type);

	ck_assert_uint_eq(send_packet(&w, inward ? VPNALG_IN : VPNALG_OUT, &p),
			  VPNALG_TRANSLATED);
}

/* INIT, INIT ACK, COOKIE ECHO */
static inline void open_sctp(void)
{
	sctp_passes(false, 1);
	sctp_passes(true, 2);
	sctp_passes(false, 10);
}

static struct tunnel tunnel;

static inline void open_tunnel(bool fixed_port, unsigned version)
{
	tunnel = (struct tunnel){ .client = CLIENT_A,
				  .server = SERVER,
				  .port = L2TP,
				  .version = (uint8_t)version,
				  .own = 5,
				  .peer = 7,
				  .session = 0x01020304,
				  .peer_session = 0x0a0b0c00,
				  .fixed_port = fixed_port };
	if (version == 3)
		tunnel.port = 0;
	tunnel_begin(&w, &tunnel);
	if (version == 3)
		tunnel_calls(&w, &tunnel);
	tunnel_carries(&w, &tunnel, 1);
}

static inline void open_l2tp(void)
{
	open_tunnel(false, 2);
}

static inline void open_shared_l2tp(void)
{
	struct tunnel other = { .client = CLIENT_B,
				.server = SERVER,
				.port = L2TP,
				.version = 2,
				.own = 5,
				.peer = 8,
				.fixed_port = true };

	tunnel_begin(&w, &other);
	open_tunnel(true, 2);
}

static inline void open_l2tp_3(void)
{
	open_tunnel(false, 3);
}

/* Their data */

static inline struct bytes esp_out(void)
{
	return esp_packet(CLIENT_A, SERVER, 0xa0, 100);
}

static inline struct bytes esp_in(void)
{
	return esp_packet(SERVER, OUTSIDE, 0xb0, 100);
}

static inline struct bytes call_data_out(void)
{
	return gre_packet(CLIENT_A, SERVER, 22, 9);
}

static inline struct bytes call_data_in(void)
{
	return gre_packet(SERVER, OUTSIDE, 11, 9);
}

static inline struct bytes nat_t_out(void)
{
	return udp_packet(CLIENT_A, 4500, SERVER, 4500, "data", 4);
}

static inline struct bytes nat_t_in(void)
{
	return udp_packet(SERVER, 4500, OUTSIDE, 4500, "data", 4);
}

static inline struct bytes udp_data_out(void)
{
	return udp_packet(CLIENT_A, 3001, SERVER, 53, "data", 4);
}

static inline struct bytes udp_data_in(void)
{
	list(&w, &l);
	return udp_packet(SERVER, 53, OUTSIDE,
			  (uint16_t)listed(&l, "UDP session", 3001)->outside_id,
			  "data", 4);
}

static inline struct bytes tcp_data_out(void)
{
	return tcp_packet(CLIENT_A, 40000, SERVER, 80, 100, 100, ACK, "data",
			  4);
}

static inline struct bytes tcp_data_in(void)
{
	list(&w, &l);
	return tcp_packet(
		SERVER, 80, OUTSIDE,
		(uint16_t)listed(&l, "TCP session", 40000)->outside_id, 100,
		100, ACK, "data", 4);
}

static inline struct bytes gre_data_out(void)
{
	return ip_packet(CLIENT_A, SERVER, GRE, "\x20\0\x08\0\0\0\0\x28", 8);
}

static inline struct bytes gre_data_in(void)
{
	return ip_packet(SERVER, OUTSIDE, GRE, "\x20\0\x08\0\0\0\0\x28", 8);
}

static inline struct bytes sctp_data_out(void)
{
	return sctp(false, 0);
}

static inline struct bytes sctp_data_in(void)
{
	return sctp(true, 0);
}

static inline struct bytes l2tp_data_out(void)
{
	struct bytes m = tunnel.version == 2
				 ? l2tp_data2((uint16_t)tunnel.peer, 1, 2)
				 : l2tp_data3(false, tunnel.peer_session, 0, 2);

	return l2tp_packet(CLIENT_A, tunnel.port, SERVER, L2TP, &m);
}

static inline struct bytes l2tp_data_in(void)
{
	struct bytes m =
		tunnel.version == 2
			? l2tp_data2((uint16_t)tunnel.outside_own, 1, 2)
			: l2tp_data3(false, tunnel.outside_session, 0, 2);

	return l2tp_packet(SERVER, tunnel.port == 0 ? 0 : L2TP, OUTSIDE,
			   tunnel.outside_port, &m);
}

static const struct row {
	const char *what;
	void (*open)(void);
	struct bytes (*out)(void), (*in)(void);
	unsigned words[2]; /* out, in */
	uint8_t ip_protocol, checksum_offset;
} rows[] = {
	{ "PPTP call", open_call, call_data_out, call_data_in, { 2, 2 }, GRE,
	  0 },
	{ "ESP", open_sa, esp_out, esp_in, { 1, 1 }, ESP, 0 },
	{ "NAT-T", open_nat_t, nat_t_out, nat_t_in, { 1, 1 }, UDP, 6 },
	{ "L2TP", open_l2tp, l2tp_data_out, l2tp_data_in, { 3, 3 }, UDP, 6 },
	{ "L2TP by ID", open_shared_l2tp, l2tp_data_out, l2tp_data_in,
	  { 3, 3 }, UDP, 6 },
	{ "L2TPv3 over IP", open_l2tp_3, l2tp_data_out, l2tp_data_in, { 1, 1 },
	  L2TP_IP, 0 },
	{ "GRE", open_gre, gre_data_out, gre_data_in, { 2, 2 }, GRE, 0 },
	{ "UDP", open_udp, udp_data_out, udp_data_in, { 1, 1 }, UDP, 6 },
	{ "TCP", open_tcp, tcp_data_out, tcp_data_in, { 2, 2 }, TCP, 16 },
	{ "SCTP", open_sctp, sctp_data_out, sctp_data_in, { 2, 2 }, 132, 0 },
};

/* Opens the row's session, and has data go through it both ways. */
static inline void open_row(const struct row *row)
{
	struct bytes p;

	row->open();
	p = row->out();
	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) == VPNALG_TRANSLATED,
		      "%s", row->what);
	p = row->in();
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_TRANSLATED, "%s",
		      row->what);
}

static inline void ask_row(const struct row *row,
			   enum vpnalg_direction direction)
{
	struct bytes p = direction == VPNALG_OUT ? row->out() : row->in();

	ck_assert_msg(ask(direction, &p), "%s", row->what);
}

#endif
