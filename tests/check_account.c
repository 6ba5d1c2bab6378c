/* SPDX-License-Identifier: BSD-2-Clause */
/* The accounts of sessions: times, packets and bytes. */
#include <string.h>

#include "engine/account.h"

#include "cases.h"
#include "general.h"
#include "support_service.h"
#include "support_sessions.h"

static struct world w;
static struct listing l;

static void begin_with(struct world_options options)
{
	options.account = true;
	options.choosing = CHOOSE_TAKE;
	all_world(&w, options);
}

static void begin(void)
{
	begin_with((struct world_options){ .no_undo = true });
}

static void end(void)
{
	all_close(&w);
	world_end(&w);
}

static const struct vpnalg_session_info *account(const char *kind, uint32_t id)
{
	const struct vpnalg_session_info *info;

	list(&w, &l);
	info = listed(&l, kind, id);
	ck_assert(info->flags & VPNALG_INFO_ACCOUNT);
	return info;
}

static void check(const char *kind, uint32_t id, uint64_t out,
		  uint64_t out_bytes, uint64_t in, uint64_t in_bytes)
{
	const struct vpnalg_session_info *info = account(kind, id);

	ck_assert_uint_eq(info->packets[0], out);
	ck_assert_uint_eq(info->bytes[0], out_bytes);
	ck_assert_uint_eq(info->packets[1], in);
	ck_assert_uint_eq(info->bytes[1], in_bytes);
}

/* What is kept of a remote has no account; a mapping has one that stays at 0,
 * as its sessions have theirs. */
START_TEST(all_sessions_keep_account)
{
	unsigned i;

	all_open(&w);
	list(&w, &l);
	for (i = 0; i < l.count; i++) {
		const struct vpnalg_session_info *info = &l.infos[i];

		ck_assert_msg(!(info->flags & VPNALG_INFO_ACCOUNT) ==
				      !!(info->flags & VPNALG_INFO_OF_REMOTE),
			      "%s", info->kind_name);
		ck_assert(info->idle <= info->age);
	}
}
END_TEST

START_TEST(no_session_keeps_account_unless_it_is_asked_for)
{
	unsigned i;

	end();
	all_world(&w, (struct world_options){ .no_undo = true });
	all_open(&w);
	w.now += 5000;
	list(&w, &l);
	for (i = 0; i < l.count; i++) {
		ck_assert(!(l.infos[i].flags & VPNALG_INFO_ACCOUNT));
		ck_assert(l.infos[i].age == 0 && l.infos[i].idle == 0);
		ck_assert(l.infos[i].packets[0] == 0);
	}
}
END_TEST

/* Packets and their bytes after all_open(). */
static const struct {
	const char *kind;
	uint32_t id;
	uint64_t out, out_bytes, in, in_bytes;
} rows[] = {
	/* SYN and ACK, requests of 156 and 168 bytes; SYN-ACK, replies of 156
	 * and 32 bytes. */
	{ "PPTP control connection", 40001, 4, 4 * 40 + 156 + 168, 3,
	  3 * 40 + 156 + 32 },
	{ "PPTP call", 11, 1, 36, 0, 0 },
	{ "IKE session", 500, 2, 2 * (20 + 8 + 44), 2, 2 * (20 + 8 + 44) },
	{ "ESP outbound SA", 0xa0, 2, 2 * 60, 0, 0 },
	{ "ESP inbound SA", 0xb5, 0, 0, 1, 60 },
	{ "ESP host", 0, 0, 0, 0, 0 },
	{ "GRE tunnel", 0x28, 1, 28, 0, 0 },
	{ "GRE tunnel by remote's Key", 0x29, 0, 0, 1, 28 },
	{ "UDP session", 3001, 1, 32, 0, 0 },
	{ "mapping", 3001, 0, 0, 0, 0 },
	{ "ICMP query session", 3002, 1, 48, 0, 0 },
	{ "session by ports", 40004, 1, 32, 0, 0 },
	{ "session by address", 0, 1, 21, 0, 0 },
	{ "service", 80, 0, 0, 0, 0 },
	/* SYN in, SYN-ACK out; the ACK opens the connection. */
	{ "PPTP service", PPTP, 1, 40, 1, 40 },
	{ "PPTP server's connection", PPTP, 0, 0, 1, 40 },
};

START_TEST(packets_and_bytes_are_counted_each_way)
{
	all_open(&w);
	check(rows[_i].kind, rows[_i].id, rows[_i].out, rows[_i].out_bytes,
	      rows[_i].in, rows[_i].in_bytes);
}
END_TEST

/* By the way it travels, not by the form that it is given in. */
START_TEST(what_is_undone_counts_as_it_travels)
{
	struct bytes p;
	uint16_t port = udp_open(&w, CLIENT_A, 3001, SERVER, 53);

	p = udp_packet(OUTSIDE, port, SERVER, 53, "12345", 5);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	check("UDP session", 3001, 2, 32 + 33, 0, 0);
	p = udp_packet(SERVER, 53, CLIENT_A, 3001, "1234567", 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_TRANSLATED);
	check("UDP session", 3001, 2, 32 + 33, 1, 35);
}
END_TEST

START_TEST(a_burst_counts_as_its_packets_do)
{
	struct vpnalg_packet packets[70];
	struct bytes data[70];
	uint64_t bytes = 0;
	unsigned i;

	for (i = 0; i < 70; i++) {
		data[i] = udp_packet(CLIENT_A, (uint16_t)(3000 + i % 7),
				     SERVER, 53, "0123456789", i % 11);
		packets[i] = (struct vpnalg_packet){ .data = data[i].data,
						     .caplen = data[i].length,
						     .len = data[i].length,
						     .zone = ZONE };
		bytes += i % 7 == 3 ? data[i].length : 0;
	}
	vpnalg_process(w.alg, packets, 70, w.now);
	check("UDP session", 3003, 10, bytes, 0, 0);
}
END_TEST

START_TEST(a_cut_segment_counts_as_it_is_sent_on)
{
	struct connection c = { .zone = ZONE };
	struct bytes m, both;

	start_control(&w, &c, CLIENT_A, 40001, SERVER);
	w.options.choosing = CHOOSE_DIFFERENT;
	/* Two requests in one segment, and room in the store for none. */
	m = message(7, 11, 1, 0);
	both = join(&m, &m);
	client_segment(&w, &c, c.client_seq, PSH | ACK, both.data,
		       both.length);
	if (w.last.result == VPNALG_TRANSLATED)
		ck_assert_uint_eq(account("PPTP control connection", 40001)
					  ->bytes[0],
				  3 * 40 + 156 + w.last.len);
}
END_TEST

/* What is dropped, an error about a packet, and a fragment behind the first. */
START_TEST(nothing_else_counts)
{
	uint16_t port = udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	struct bytes p, error;

	p = udp_packet(OUTSIDE, port, SERVER, 53, "ping", 4);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	p = ip_packet(CLIENT_A, SERVER, UDP, "\x0b\xb9\0\x35", 4);
	ck_assert_uint_ge(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_FIRST);
	check("UDP session", 3001, 1, 32, 0, 0);
}
END_TEST

START_TEST(a_fragmented_datagram_counts_by_its_first_fragment)
{
	struct bytes first, later;
	char data[64] = { 0 };

	end();
	begin_with((struct world_options){ .no_undo = true, .holds = true });
	first = udp_packet(CLIENT_A, 3001, SERVER, 53, data, 56);
	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	put16(first.data + 24, 8 + 56 + 8); /* of the whole datagram */
	put16(first.data + 26, 0);
	set_fragment(&first, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &first),
			  VPNALG_TRANSLATED);
	later = ip_packet(CLIENT_A, SERVER, UDP, data, 8);
	set_fragment(&later, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &later),
			  VPNALG_TRANSLATED);
	check("UDP session", 3001, 2, 32 + first.length, 0, 0);
}
END_TEST

START_TEST(times_are_those_of_the_opening_and_of_the_last_packet)
{
	const struct vpnalg_session_info *info;
	uint16_t port = udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	unsigned i;

	for (i = 1; i <= 40; i++) {
		w.now += 123;
		udp_in(&w, SERVER, 53, port);
		w.now += 7;
		info = account("UDP session", 3001);
		ck_assert_uint_lt(info->idle, 7 + 256);
		ck_assert_uint_le(info->age, i * 130 + 256);
		ck_assert_uint_ge(info->age + 256, i * 130);
	}
	w.now += 100000;
	info = account("UDP session", 3001);
	ck_assert_uint_le(info->idle, 100007 + 256);
	ck_assert_uint_ge(info->idle + 256, 100007);
}
END_TEST

/* Fifty days and more: beyond 32 bits of milliseconds. */
START_TEST(an_age_of_years_is_right)
{
	const vpnalg_time year = (vpnalg_time)365 * 86400000;
	const struct vpnalg_session_info *info;

	service_add(&w, TCP, 8080, CLIENT_B, 80);
	w.now += 3 * year;
	info = account("service", 80);
	ck_assert(info->age <= 3 * year + 256 && info->age + 256 >= 3 * year);
	ck_assert(info->idle == info->age);
}
END_TEST

static struct account *account_in_store(uint32_t id)
{
	struct vpnalg_record *record =
		inside_record(&w, CLIENT_A, UDP, (uint16_t)id, 53);

	ck_assert_ptr_nonnull(record);
	return vpnalg_account_of(w.alg, record);
}

/* Counters just before a carry, and what they are a packet of 32 bytes later.
 * Of the third number 12 bits are the packets', 20 the bytes'. */
static const struct {
	struct account_counts counts;
	uint64_t packets, bytes;
} wrap_rows[] = {
	{ { 0xfffffffe, 0, 0 }, 0xffffffff, 32 },
	{ { 0xffffffff, 0, 0 }, 0x100000000, 32 },
	{ { 0xffffffff, 0xffffffff, 0xfffffffe }, 0xfff00000000,
	  0x1f },
	{ { 0, 0xffffffdf, 0 }, 1, 0xffffffff },
	{ { 0, 0xffffffe0, 0 }, 1, 0x100000000 },
	{ { 0, 0xffffffff, 0x1fff }, 0xfff00000001, 0x20000001f },
	{ { 0xffffffff, 5, 0xfff }, 0, 37 },
	{ { 5, 0xffffffff, 0xfffff000 }, 6, 31 },
	{ { 0xffffffff, 0xffffffff, 0xffffffff }, 0, 31 },
};

START_TEST(counters_carry_and_wrap)
{
	const struct vpnalg_session_info *info;

	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	account_in_store(3001)->directions[0] =
		wrap_rows[_i].counts;
	vpnalg_session_changed(w.alg,
			       inside_record(&w, CLIENT_A, UDP, 3001, 53));
	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	info = account("UDP session", 3001);
	ck_assert(info->packets[0] == wrap_rows[_i].packets);
	ck_assert(info->bytes[0] == wrap_rows[_i].bytes);
	ck_assert_uint_eq(info->packets[1], 0);
	ck_assert_uint_eq(info->bytes[1], 0);
}
END_TEST

/* What the router sends and gets stays as it is, and counts all the same. */
START_TEST(the_router_keeps_account_of_its_own_sessions)
{
	struct bytes p;

	end();
	begin_with((struct world_options){ .own = true, .leaves = true });
	p = udp_packet(OUTSIDE, 500, SERVER, 500, "nothing of IKE", 14);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = udp_packet(SERVER, 500, OUTSIDE, 500, "nothing", 7);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	check("IKE session", 500, 2, 84, 1, 35);
}
END_TEST

TCase *account_case(void)
{
	TCase *t = tcase_create("account");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, all_sessions_keep_account);
	tcase_add_test(t, no_session_keeps_account_unless_it_is_asked_for);
	tcase_add_loop_test(t, packets_and_bytes_are_counted_each_way, 0,
			    ROWS(rows));
	tcase_add_test(t, what_is_undone_counts_as_it_travels);
	tcase_add_test(t, a_burst_counts_as_its_packets_do);
	tcase_add_test(t, a_cut_segment_counts_as_it_is_sent_on);
	tcase_add_test(t, nothing_else_counts);
	tcase_add_test(t, a_fragmented_datagram_counts_by_its_first_fragment);
	tcase_add_test(t,
		       times_are_those_of_the_opening_and_of_the_last_packet);
	tcase_add_test(t, an_age_of_years_is_right);
	tcase_add_loop_test(t, counters_carry_and_wrap, 0, ROWS(wrap_rows));
	tcase_add_test(t, the_router_keeps_account_of_its_own_sessions);
	return t;
}
