/* SPDX-License-Identifier: BSD-2-Clause */
/* Translations as data. Whether what is told of a packet is what becomes of it
 * is looked at after each packet of all tests: support.c. */
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
static struct vpnalg_translation told;

static void begin(void)
{
	all_world(&w, (struct world_options){ .account = true,
					      .passive = true });
	told = (struct vpnalg_translation){ .size = sizeof(told) };
}

static void end(void)
{
	world_end(&w);
}

/* Asks about a packet as it comes. */
static bool ask(enum vpnalg_direction direction, const struct bytes *packet)
{
	struct bytes copy = *packet;
	struct vpnalg_packet p = { .data = copy.data,
				   .caplen = copy.length,
				   .len = copy.length,
				   .direction = (uint8_t)direction };
	bool offered;

	if (direction == VPNALG_OUT)
		p.zone = ZONE;
	offered = vpnalg_translation_of(w.alg, &p, w.now, &told);
	ck_assert_mem_eq(copy.data, packet->data, packet->length);
	return offered;
}

static bool report(uint64_t packets, uint64_t bytes, vpnalg_time idle)
{
	bool holds;

	told.packets = packets;
	told.bytes = bytes;
	told.idle = idle;
	holds = vpnalg_translation_used(w.alg, &told, w.now);
	ck_assert(told.packets == 0 && told.bytes == 0 && told.idle == 0);
	return holds;
}

/* Sessions that data has gone through, both ways */

static struct connection c;

static void open_call(void)
{
	c = (struct connection){ .zone = ZONE };
	start_control(&w, &c, CLIENT_A, 40001, SERVER);
	call_out(&w, &c, 11, 22);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 22),
			  VPNALG_TRANSLATED);
}

static void open_sa_of(uint32_t host, uint32_t number)
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

static void open_sa(void)
{
	open_sa_of(CLIENT_A, 0);
}

static void open_nat_t(void)
{
	udp_open(&w, CLIENT_A, 4500, SERVER, 4500);
}

static void open_udp(void)
{
	uint16_t port = udp_open(&w, CLIENT_A, 3001, SERVER, 53);

	ck_assert_uint_eq(udp_in(&w, SERVER, 53, port), VPNALG_TRANSLATED);
}

static void open_tcp(void)
{
	ck_assert_uint_eq(dialog_play(&w, 80, "S<YAD<A"), 0);
}

static void open_gre(void)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, GRE,
				   "\x20\0\x08\0\0\0\0\x28", 8);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = ip_packet(SERVER, OUTSIDE, GRE, "\x20\0\x08\0\0\0\0\x28", 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
}

/* A packet of SCTP (RFC 9260 3): its first chunk is of that type. */
static struct bytes sctp(bool inward, uint8_t type)
{
	const uint16_t ports[] = { 40005, 5060 };
	uint8_t bytes[16] = { [4] = 1, 2, 3, 4, 9, 8, 7, 6, type, 0, 0, 4 };

	put16(bytes, ports[inward]);
	put16(bytes + 2, ports[!inward]);
	return inward ? ip_packet(SERVER, OUTSIDE, 132, bytes, sizeof(bytes))
		      : ip_packet(CLIENT_A, SERVER, 132, bytes, sizeof(bytes));
}

static void sctp_passes(bool inward, uint8_t type)
{
	struct bytes p = sctp(inward, type);

	ck_assert_uint_eq(send_packet(&w, inward ? VPNALG_IN : VPNALG_OUT, &p),
			  VPNALG_TRANSLATED);
}

/* INIT, INIT ACK, COOKIE ECHO */
static void open_sctp(void)
{
	sctp_passes(false, 1);
	sctp_passes(true, 2);
	sctp_passes(false, 10);
}

static void open_half_sctp(void)
{
	sctp_passes(false, 1);
	sctp_passes(true, 2);
}

static struct tunnel tunnel;

static void open_tunnel(bool fixed_port, unsigned version)
{
	tunnel = (struct tunnel){ .client = CLIENT_A, .server = SERVER,
				  .port = L2TP, .version = (uint8_t)version,
				  .own = 5, .peer = 7, .session = 0x01020304,
				  .peer_session = 0x0a0b0c00,
				  .fixed_port = fixed_port };
	if (version == 3)
		tunnel.port = 0;
	tunnel_begin(&w, &tunnel);
	if (version == 3)
		tunnel_calls(&w, &tunnel);
	tunnel_carries(&w, &tunnel, 1);
}

static void open_l2tp(void)
{
	open_tunnel(false, 2);
}

static void open_shared_l2tp(void)
{
	struct tunnel other = { .client = CLIENT_B, .server = SERVER,
				.port = L2TP, .version = 2, .own = 5,
				.peer = 8, .fixed_port = true };

	tunnel_begin(&w, &other);
	open_tunnel(true, 2);
}

static void open_l2tp_3(void)
{
	open_tunnel(false, 3);
}

/* Their data */

static struct bytes esp_out(void)
{
	return esp_packet(CLIENT_A, SERVER, 0xa0, 100);
}

static struct bytes esp_in(void)
{
	return esp_packet(SERVER, OUTSIDE, 0xb0, 100);
}

static struct bytes call_data_out(void)
{
	return gre_packet(CLIENT_A, SERVER, 22, 9);
}

static struct bytes call_data_in(void)
{
	return gre_packet(SERVER, OUTSIDE, 11, 9);
}

static struct bytes nat_t_out(void)
{
	return udp_packet(CLIENT_A, 4500, SERVER, 4500, "data", 4);
}

static struct bytes nat_t_in(void)
{
	return udp_packet(SERVER, 4500, OUTSIDE, 4500, "data", 4);
}

static struct bytes udp_data_out(void)
{
	return udp_packet(CLIENT_A, 3001, SERVER, 53, "data", 4);
}

static struct bytes udp_data_in(void)
{
	list(&w, &l);
	return udp_packet(SERVER, 53, OUTSIDE,
			  (uint16_t)listed(&l, "UDP session", 3001)->outside_id,
			  "data", 4);
}

static struct bytes tcp_data_out(void)
{
	return tcp_packet(CLIENT_A, 40000, SERVER, 80, 100, 100, ACK, "data",
			  4);
}

static struct bytes tcp_data_in(void)
{
	list(&w, &l);
	return tcp_packet(
		SERVER, 80, OUTSIDE,
		(uint16_t)listed(&l, "TCP session", 40000)->outside_id, 100,
		100, ACK, "data", 4);
}

static struct bytes gre_data_out(void)
{
	return ip_packet(CLIENT_A, SERVER, GRE, "\x20\0\x08\0\0\0\0\x28", 8);
}

static struct bytes gre_data_in(void)
{
	return ip_packet(SERVER, OUTSIDE, GRE, "\x20\0\x08\0\0\0\0\x28", 8);
}

static struct bytes sctp_data_out(void)
{
	return sctp(false, 0);
}

static struct bytes sctp_data_in(void)
{
	return sctp(true, 0);
}

static struct bytes sctp_init(void)
{
	return sctp(false, 1);
}

static struct bytes sctp_abort(void)
{
	return sctp(false, 6);
}

static struct bytes l2tp_data_out(void)
{
	struct bytes m = tunnel.version == 2
				 ? l2tp_data2((uint16_t)tunnel.peer, 1, 2)
				 : l2tp_data3(false, tunnel.peer_session, 0, 2);

	return l2tp_packet(CLIENT_A, tunnel.port, SERVER, L2TP, &m);
}

static struct bytes l2tp_data_in(void)
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
static void open_row(const struct row *row)
{
	struct bytes p;

	row->open();
	p = row->out();
	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) == VPNALG_TRANSLATED,
		      "%s", row->what);
	p = row->in();
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_TRANSLATED,
		      "%s", row->what);
}

static void ask_row(const struct row *row, enum vpnalg_direction direction)
{
	struct bytes p = direction == VPNALG_OUT ? row->out() : row->in();

	ck_assert_msg(ask(direction, &p), "%s", row->what);
}

static const struct vpnalg_session_info *session(void)
{
	const struct vpnalg_session_info *info;

	list(&w, &l);
	info = listed_number(&l, told.number);
	ck_assert_ptr_nonnull(info);
	return info;
}

START_TEST(data_is_offered_both_ways)
{
	const struct row *row = &rows[_i];
	unsigned inward;

	open_row(row);
	for (inward = 0; inward < 2; inward++) {
		ask_row(row, inward ? VPNALG_IN : VPNALG_OUT);
		ck_assert_uint_eq(told.inward, inward);
		ck_assert_uint_eq(told.ip_protocol, row->ip_protocol);
		ck_assert_uint_eq(told.checksum_offset, row->checksum_offset);
		ck_assert_uint_eq(told.word_count, row->words[inward]);
		ck_assert_uint_eq(told.zone, ZONE);
		ck_assert_uint_eq(get32(session()->inside.octets), CLIENT_A);
		ck_assert(report(0, 0, 0));
	}
}
END_TEST

START_TEST(a_report_counts_as_so_many_packets)
{
	const struct row *row = &rows[_i];
	struct vpnalg_session_info before;
	const struct vpnalg_session_info *after;
	uint64_t translated;
	unsigned inward;

	open_row(row);
	for (inward = 0; inward < 2; inward++) {
		ask_row(row, inward ? VPNALG_IN : VPNALG_OUT);
		before = *session();
		translated = dropped(&w, VPNALG_TRANSLATED);
		ck_assert(report(5000000000, 6000000000000, 0));
		after = session();
		ck_assert_uint_eq(after->packets[inward] -
					  before.packets[inward],
				  5000000000);
		ck_assert_uint_eq(after->bytes[inward] - before.bytes[inward],
				  6000000000000);
		ck_assert_uint_eq(after->packets[!inward],
				  before.packets[!inward]);
		ck_assert_uint_eq(dropped(&w, VPNALG_TRANSLATED) - translated,
				  5000000000);
	}
}
END_TEST

/* Reports of packets that go out keep a session as the packets would have, and
 * those of packets that come in do not (RFC 4787 REQ-6). */
START_TEST(reports_of_what_goes_out_keep_a_session)
{
	const struct row *row = &rows[_i];
	struct vpnalg_translation out;
	vpnalg_time life;
	unsigned i;

	open_row(row);
	ask_row(row, VPNALG_OUT);
	out = told;
	life = session()->expires_in;
	ck_assert(life > 1000 && life != VPNALG_NEVER);
	for (i = 0; i < 40; i++) {
		world_wait(&w, life / 10);
		told = out;
		ck_assert_msg(report(1, 100, 0), "%s", row->what);
		ask_row(row, VPNALG_IN);
		ck_assert_msg(report(1, 100, 0), "%s", row->what);
	}
	for (i = 0; i < 40; i++) {
		world_wait(&w, life / 10);
		report(1, 100, 0);
	}
	ck_assert_msg(!report(1, 100, 0), "%s", row->what);
	told = out;
	ck_assert_msg(!report(0, 0, 0), "%s", row->what);
}
END_TEST

START_TEST(a_late_report_gives_no_more_life_than_the_packet_had)
{
	vpnalg_time fresh, late;

	open_udp();
	ask_row(&rows[7], VPNALG_OUT);
	w.now += 60000;
	ck_assert(report(1, 32, 0));
	fresh = session()->expires_in;
	w.now += 60000;
	ck_assert(report(1, 32, 20000));
	late = session()->expires_in;
	ck_assert_uint_eq(fresh - late, 20000);
	ck_assert_uint_ge(session()->idle + 256, 20000);
	ck_assert_uint_le(session()->idle, 20000 + 256);
	/* Never less than it had. */
	ck_assert(report(1, 32, 50000));
	ck_assert_uint_eq(session()->expires_in, late);
	ck_assert_uint_le(session()->idle, 20000 + 256);
}
END_TEST

/* What ends sessions, or makes that their packets must be seen. */

static void end_control(void)
{
	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq, RST, NULL, 0),
			  VPNALG_TRANSLATED);
}

static void another_host(void)
{
	open_sa_of(CLIENT_B, 1);
}

static void stop_tunnel(void)
{
	ck_assert_uint_eq(client_tells(&w, &tunnel, STOPCCN),
			  VPNALG_TRANSLATED);
}

static void send_fin(void)
{
	ck_assert_uint_eq(dialog_play(&w, 80, "-F"), 0);
}

static void abort_sctp(void)
{
	sctp_passes(false, 6);
}

static void begin_sctp_anew(void)
{
	sctp_passes(false, 1);
}

static void cut_all(void)
{
	struct vpnalg_session_cut cut = { .size = sizeof(cut) };

	while (vpnalg_sessions_cut(w.alg, &cut, w.now, 1000) ==
	       VPNALG_CUT_MORE)
		continue;
}

static const struct {
	unsigned row;
	void (*happens)(void);
} end_rows[] = {
	{ 0, end_control }, { 1, another_host }, { 3, stop_tunnel },
	{ 4, stop_tunnel }, { 8, send_fin },	{ 0, cut_all },
	{ 1, cut_all },	   { 2, cut_all },	{ 3, cut_all },
	{ 4, cut_all },	   { 5, cut_all },	{ 6, cut_all },
	{ 7, cut_all },	   { 8, cut_all },	{ 9, abort_sctp },
	{ 9, cut_all },	   { 9, begin_sctp_anew },
};

START_TEST(a_translation_is_over_when_packets_must_be_seen)
{
	const struct row *row = &rows[end_rows[_i].row];

	open_row(row);
	ask_row(row, VPNALG_IN);
	ck_assert_msg(report(0, 0, 0), "%s", row->what);
	end_rows[_i].happens();
	ck_assert_msg(!report(1, 100, 0), "%s", row->what);
}
END_TEST

/* A TCP connection is followed to its end by what acknowledges it, so a fast
 * path is told at once. */
static const struct {
	const char *ends; /* a dialog */
	vpnalg_time life; /* at most, afterwards */
} tcp_rows[] = {
	{ "-F", 7440000 },
	{ "-<F", 7440000 },
	{ "-F<AR", 240000 },
	{ "-<FAF<A", 240000 },
	{ "-<q", 240000 }, /* what was acknowledged is not known */
};

START_TEST(the_end_of_a_tcp_connection_takes_it_back)
{
	struct vpnalg_translation in;
	unsigned long before;

	open_row(&rows[8]);
	ask_row(&rows[8], VPNALG_IN);
	in = told;
	ask_row(&rows[8], VPNALG_OUT);
	before = w.told[VPNALG_EVENT_TAKEN_BACK];
	ck_assert_uint_eq(dialog_play(&w, 80, "-D<A"), 0);
	ck_assert_uint_eq(w.told[VPNALG_EVENT_TAKEN_BACK], before);
	ck_assert(report(10, 1000, 0));
	dialog_play(&w, 80, tcp_rows[_i].ends);
	ck_assert_uint_eq(w.told[VPNALG_EVENT_TAKEN_BACK], before + 1);
	ck_assert_uint_le(session()->expires_in, tcp_rows[_i].life);
	ck_assert(!report(0, 0, 0));
	told = in;
	ck_assert(!report(0, 0, 0));
}
END_TEST

/* What has passed unseen is as unknown to the one that loads. */
START_TEST(a_tcp_connection_that_was_loaded_ends_as_if_it_had_stayed)
{
	static struct state saved;
	vpnalg_time now;

	open_row(&rows[8]);
	ask_row(&rows[8], VPNALG_OUT);
	ck_assert(report(10, 1000, 0));
	state_save(&w, &saved);
	now = w.now;
	end();
	begin();
	w.now = now;
	ck_assert_int_eq(state_load(&w, &saved), VPNALG_STATE_DONE);
	ck_assert_uint_eq(dialog_play(&w, 80, "-D<A"), 0);
	ck_assert_uint_eq(w.told[VPNALG_EVENT_TAKEN_BACK], 0);
	dialog_play(&w, 80, tcp_rows[_i].ends);
	ck_assert_uint_eq(w.told[VPNALG_EVENT_TAKEN_BACK], 1);
	list(&w, &l);
	ck_assert_uint_le(listed(&l, "TCP session", 40000)->expires_in,
			  tcp_rows[_i].life);
}
END_TEST

/* Packets that are not offered */

static struct bytes syn(void)
{
	return tcp_packet(CLIENT_A, 40000, SERVER, 80, 1, 0, SYN, NULL, 0);
}

static struct bytes fin(void)
{
	return tcp_packet(CLIENT_A, 40000, SERVER, 80, 100, 100, FIN | ACK,
			  NULL, 0);
}

static struct bytes rst(void)
{
	return tcp_packet(CLIENT_A, 40000, SERVER, 80, 100, 100, RST, NULL, 0);
}

static struct bytes unknown_host(void)
{
	return udp_packet(CLIENT_C, 3001, SERVER, 53, "data", 4);
}

static struct bytes ike_data(void)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	return ike_from_client(&k, INFORMATIONAL, INITIATOR, 9);
}

static struct bytes hello(void)
{
	struct bytes m = l2tp_control(2, tunnel.peer, 3, HELLO);

	return l2tp_packet(CLIENT_A, tunnel.port, SERVER, L2TP, &m);
}

static struct bytes another_tunnel(void)
{
	struct bytes m = l2tp_data2(999, 1, 2);

	return l2tp_packet(CLIENT_A, tunnel.port, SERVER, L2TP, &m);
}

static struct bytes control(void)
{
	return tcp_packet(CLIENT_A, 40001, SERVER, PPTP, 500, 500, ACK, NULL,
			  0);
}

static struct bytes with_options(void)
{
	struct bytes p = udp_data_out();

	add_ip_options(&p, 4);
	return p;
}

static struct bytes first_fragment(void)
{
	struct bytes p = udp_data_out();

	set_fragment(&p, 0x2000);
	return p;
}

static struct bytes half(void)
{
	struct bytes p = udp_data_out();

	p.length = 22;
	return p;
}

/* It has more bytes than its IP header says. */
static struct bytes half_said(void)
{
	struct bytes p = udp_data_out();

	put16(p.data + 2, 27);
	return p;
}

static struct bytes nothing(void)
{
	return (struct bytes){ .length = 0 };
}

static void open_query(void)
{
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 7),
			  VPNALG_TRANSLATED);
}

static struct bytes query(void)
{
	return icmp_query(CLIENT_A, SERVER, ECHO, 7, 2);
}

static void open_unanswered(void)
{
	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
}

static void open_two_sas(void)
{
	open_sa();
	another_host();
}

/* Data over IP to a session that nothing was heard of. */
static struct bytes unmanaged(uint32_t client, uint32_t session)
{
	struct bytes m = l2tp_data3(false, session, 0, 2);

	return l2tp_packet(client, 0, SERVER, 0, &m);
}

static struct bytes unmanaged_data(void)
{
	return unmanaged(CLIENT_A, 0x21);
}

static void open_unmanaged(void)
{
	struct bytes m = l2tp_data3(false, 0x77, 0, 2);
	struct bytes out[] = { unmanaged(CLIENT_A, 0x21),
			       unmanaged(CLIENT_A, 0x22),
			       unmanaged(CLIENT_B, 0x23) };
	struct bytes in = l2tp_packet(SERVER, 0, OUTSIDE, 0, &m);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out[0]),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out[1]),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in),
			  VPNALG_TRANSLATED);
	ck_assert(ask(VPNALG_OUT, &out[0]));
	w.now += 70000; /* then another host has what comes for no session */
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out[2]),
			  VPNALG_TRANSLATED);
}

static const struct {
	const char *what;
	void (*open)(void);
	struct bytes (*packet)(void);
} refusal_rows[] = {
	{ "SYN", open_tcp, syn },
	{ "FIN", open_tcp, fin },
	{ "RST", open_tcp, rst },
	{ "a host without sessions", open_udp, unknown_host },
	{ "IKE", open_sa, ike_data },
	{ "L2TP control", open_l2tp, hello },
	{ "L2TP control by ID", open_shared_l2tp, hello },
	{ "data of a tunnel that nothing was sent to", open_l2tp,
	  another_tunnel },
	{ "data by a claim beside another host", open_unmanaged,
	  unmanaged_data },
	{ "PPTP control", open_call, control },
	{ "IP options", open_udp, with_options },
	{ "a fragment", open_udp, first_fragment },
	{ "half a header", open_udp, half },
	{ "half a header and more", open_udp, half_said },
	{ "no packet", open_udp, nothing },
	{ "a query", open_query, query },
	{ "SCTP's INIT", open_sctp, sctp_init },
	{ "SCTP's ABORT", open_sctp, sctp_abort },
	{ "SCTP before it is established", open_half_sctp, sctp_data_out },
	{ "UDP without an answer", open_unanswered, udp_data_out },
	{ "ESP of one of several hosts", open_two_sas, esp_out },
};

START_TEST(what_the_library_must_see_is_not_offered)
{
	struct bytes p;

	refusal_rows[_i].open();
	p = refusal_rows[_i].packet();
	ck_assert_msg(!ask(VPNALG_OUT, &p), "%s", refusal_rows[_i].what);
	ck_assert(!report(1, 1, 0));
}
END_TEST

START_TEST(what_is_to_be_undone_is_not_offered)
{
	struct bytes p;

	open_udp();
	p = udp_data_out();
	ck_assert(!ask(VPNALG_IN_UNDO, &p));
	p = udp_packet(SERVER, 53, CLIENT_A, 3001, "data", 4);
	ck_assert(!ask(VPNALG_IN_UNDO, &p));
}
END_TEST

START_TEST(a_struct_of_another_version_is_refused)
{
	struct bytes p;

	open_udp();
	p = udp_data_out();
	told.size = sizeof(told) - 1;
	ck_assert(!ask(VPNALG_OUT, &p));
	told.size = sizeof(told) + 8;
	ck_assert(ask(VPNALG_OUT, &p));
}
END_TEST

static bool answered;

/* What the event callback calls changes nothing. */
static void call_back(struct world *world, const struct vpnalg_event *event)
{
	struct bytes p = udp_packet(CLIENT_A, 3001, SERVER, 53, "data", 4);
	struct vpnalg_translation again = { .size = sizeof(again) };
	struct vpnalg_packet asked = { .data = p.data, .caplen = p.length,
				       .len = p.length, .zone = ZONE };

	(void)event;
	if (told.number == 0)
		return;
	answered = true;
	ck_assert(!vpnalg_translation_of(world->alg, &asked, world->now,
					 &again));
	ck_assert(vpnalg_translation_used(world->alg, &told, world->now));
}

START_TEST(the_event_callback_is_told_nothing)
{
	struct bytes p;

	end();
	all_world(&w, (struct world_options){ .account = true, .passive = true,
					      .told = call_back,
					      .no_undo = true });
	open_udp();
	p = udp_data_out();
	ck_assert(ask(VPNALG_OUT, &p));
	told.packets = 3;
	answered = false;
	udp_open(&w, CLIENT_B, 3001, SERVER, 53);
	ck_assert(answered);
	ck_assert_uint_eq(told.packets, 3);
	told.number = 0;
}
END_TEST

TCase *translation_case(void)
{
	TCase *t = tcase_create("translation");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, data_is_offered_both_ways, 0, ROWS(rows));
	tcase_add_loop_test(t, a_report_counts_as_so_many_packets, 0,
			    ROWS(rows));
	tcase_add_loop_test(t, reports_of_what_goes_out_keep_a_session, 0,
			    ROWS(rows));
	tcase_add_test(t, a_late_report_gives_no_more_life_than_the_packet_had);
	tcase_add_loop_test(t, a_translation_is_over_when_packets_must_be_seen,
			    0, ROWS(end_rows));
	tcase_add_loop_test(t, the_end_of_a_tcp_connection_takes_it_back, 0,
			    ROWS(tcp_rows));
	tcase_add_loop_test(
		t, a_tcp_connection_that_was_loaded_ends_as_if_it_had_stayed,
		0, ROWS(tcp_rows));
	tcase_add_loop_test(t, what_the_library_must_see_is_not_offered, 0,
			    ROWS(refusal_rows));
	tcase_add_test(t, what_is_to_be_undone_is_not_offered);
	tcase_add_test(t, a_struct_of_another_version_is_refused);
	tcase_add_test(t, the_event_callback_is_told_nothing);
	return t;
}
