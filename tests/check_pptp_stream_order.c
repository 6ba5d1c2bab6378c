/* SPDX-License-Identifier: BSD-2-Clause */
/* The control stream of PPTP: gaps, repetitions, malformed messages and snap
 * lengths. */
#include "pptp_stream.h"

/* Messages that end the framing. Each row changes one byte of an Echo-Request
 * that stands before an Outgoing-Call-Request. */
static const struct {
	const char *what;
	unsigned offset, value;
	bool framed;
} header_rows[] = {
	{ "as it should be", 1, 16, true },
	{ "Length 11", 1, 11, false },
	{ "Length 0", 1, 0, false },
	{ "Length shorter than the message", 1, 15, false },
	{ "management message", 3, 2, false },
	{ "message type 257", 2, 1, false },
	{ "wrong magic", 4, 0x1b, false },
	{ "wrong magic at its end", 7, 0x4e, false },
	{ "unknown type 0", 9, 0, true },
	{ "unknown type 16", 9, 16, true },
	{ "unknown type 261", 8, 1, true },
	{ "reserved bytes set", 10, 1, true },
};

START_TEST(a_malformed_message_ends_the_framing_and_not_the_calls)
{
	struct bytes echo = message(5, 1, 1, 0), m = message(7, 99, 1, 0), p;

	echo.data[header_rows[_i].offset] = (uint8_t)header_rows[_i].value;
	m = join(&echo, &m);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_msg((memcmp(payload(&w), m.data, m.length) != 0) ==
			      header_rows[_i].framed,
		      "%s", header_rows[_i].what);
	ck_assert_uint_eq(opened(&w, CALL), 1 + header_rows[_i].framed);
	p = gre_packet(SERVER, OUTSIDE, outside_id, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_longer_message_than_the_rfc_has_is_framed)
{
	struct bytes m = message(12, OWN, 0, 0), next = message(12, OWN, 0, 0);

	m.length = 20;
	put16(m.data, 20);
	m = join(&m, &next);
	client_sends(&w, &c, m.data, m.length);
	ck_assert_uint_eq(get16(payload(&w) + 12), outside_id);
	ck_assert_uint_eq(get16(payload(&w) + 20 + 12), outside_id);
}
END_TEST

/* A snap length: opaque bytes may be missing, a header or an ID may not. */
static const struct {
	uint32_t seen; /* bytes of the message in memory */
	bool opens, next_opens;
} snap_rows[] = {
	{ 0, false, false },  { 1, false, false }, { 11, false, false },
	{ 12, false, false }, { 13, false, false }, { 14, true, true },
	{ 20, true, true },   { 168, true, true },
};

START_TEST(bytes_behind_the_snap_length)
{
	struct bytes m = message(7, 99, 1, 0), p;
	unsigned before = (unsigned)opened(&w, CALL);

	p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, c.client_seq,
		       c.server_seq, ACK, m.data, m.length);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p,
					40 + snap_rows[_i].seen),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, CALL), before + snap_rows[_i].opens);
	c.client_seq += m.length;
	m = message(7, 98, 1, 0);
	client_sends(&w, &c, m.data, m.length);
	ck_assert_uint_eq(opened(&w, CALL), before + snap_rows[_i].opens +
						    snap_rows[_i].next_opens);
}
END_TEST

START_TEST(a_remembered_id_behind_the_snap_length_is_not_let_through)
{
	struct bytes m = message(12, OWN, 0, 0), p;

	client_sends(&w, &c, m.data, m.length);
	p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, c.client_seq - 16,
		       c.server_seq, ACK, m.data, m.length);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, 40 + 13),
			  VPNALG_DROP_TRUNCATED);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, 40 + 14),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(an_id_of_no_call_passes)
{
	struct bytes m = message(12, 0x7777, 0, 0);

	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert(memcmp(payload(&w), m.data, m.length) == 0);
	m = message(14, 0x7777, 0, 0);
	ck_assert_uint_eq(server_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert(memcmp(payload(&w), m.data, m.length) == 0);
}
END_TEST

START_TEST(an_id_of_no_call_never_names_the_call_of_another_host)
{
	struct connection d = { 0 };
	struct bytes m = message(12, outside_id, 0, 0);

	start_control(&w, &d, CLIENT_B, 4000, SERVER);
	ck_assert_uint_eq(client_sends(&w, &d, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(payload(&w) + 12), outside_id);
	ck_assert_uint_eq(payload(&w)[12], outside_id >> 8);
}
END_TEST

START_TEST(the_call_of_another_host_is_not_touched_from_outside)
{
	struct connection d = { 0 };
	struct bytes m = message(14, outside_id, 0, 0);

	start_control(&w, &d, CLIENT_B, 4000, SERVER);
	ck_assert_uint_eq(server_sends(&w, &d, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(&w) + 12), outside_id);
}
END_TEST

/* RFC 9293: a segment ahead is dropped; what it skipped comes; and it again. */
START_TEST(a_segment_behind_a_gap_waits_for_what_is_missing)
{
	struct bytes a = message(7, 50, 1, 0), b = message(12, OWN, 0, 0);
	uint32_t base = c.client_seq;

	ck_assert_uint_eq(client_segment(&w, &c, base + a.length, ACK, b.data,
					 b.length),
			  VPNALG_DROP_WINDOW);
	ck_assert_uint_eq(client_segment(&w, &c, base, ACK, a.data, a.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_segment(&w, &c, base + a.length, ACK, b.data,
					 b.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(&w) + 12), outside_id);
}
END_TEST

/* A sender repeats what it has sent. Another value could not be taken back by
 * undo, for a byte of the stream has one value on each side. */
START_TEST(a_repeated_id_with_another_value_is_dropped)
{
	static const struct {
		bool out;
		uint16_t id;
		unsigned result;
	} rows[] = {
		{ true, OWN, VPNALG_TRANSLATED },
		{ true, OWN + 1, VPNALG_DROP_WINDOW },
		{ true, OWN + 0x100, VPNALG_DROP_WINDOW },
		{ false, 0, VPNALG_TRANSLATED },
		{ false, OWN, VPNALG_DROP_WINDOW },
	};
	unsigned type = rows[_i].out ? 7 : 15;
	uint16_t id = rows[_i].id ? rows[_i].id : outside_id;
	struct bytes m = message(type, rows[_i].out ? OWN : outside_id, 1, 0);

	if (rows[_i].out)
		client_sends(&w, &c, m.data, m.length);
	else
		server_sends(&w, &c, m.data, m.length);
	m = message(type, id, 1, 0);
	if (rows[_i].out)
		client_segment(&w, &c, c.client_seq - m.length, ACK, m.data,
			       m.length);
	else
		server_segment(&w, &c, c.server_seq - m.length, ACK, m.data,
			       m.length);
	ck_assert_uint_eq(w.last.result, rows[_i].result);
}
END_TEST

/* Sequence numbers go round: what was rewritten at a position is not written
 * there again four gigabytes later. */
START_TEST(a_remembered_position_does_not_come_again_after_the_wrap)
{
	struct bytes m = message(5, 1, 1, 0);
	uint32_t sent;
	static uint8_t skip[1400];
	struct bytes p;

	/* The stream is not read any more. Large segments, of which only the
	 * head is in memory, take the cursor round. */
	m.data[4] = 0;
	client_sends(&w, &c, m.data, m.length);
	for (sent = 0; sent < 70000; sent++) {
		p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, c.client_seq, 0,
			       0, skip, 1);
		put16(p.data + 2, 65535);
		p.length = 41;
		{
			struct vpnalg_packet q = { .data = p.data,
						   .caplen = 41,
						   .len = 65535,
						   .zone = ZONE };

			vpnalg_process(w.alg, &q, 1, w.now);
			ck_assert_uint_eq(q.result, VPNALG_TRANSLATED);
		}
		c.client_seq += 65535 - 40;
	}
	p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, c.client_seq, 0, 0, skip,
		       1400);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert(memcmp(payload(&w), skip, 1400) == 0);
}
END_TEST

TCase *stream_order_case(void)
{
	TCase *t = tcase_create("stream order");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, begin_call, end);
	tcase_add_loop_test(
		t, a_malformed_message_ends_the_framing_and_not_the_calls, 0,
		sizeof(header_rows) / sizeof(header_rows[0]));
	tcase_add_test(t, a_longer_message_than_the_rfc_has_is_framed);
	tcase_add_loop_test(t, bytes_behind_the_snap_length, 0,
			    sizeof(snap_rows) / sizeof(snap_rows[0]));
	tcase_add_test(
		t, a_remembered_id_behind_the_snap_length_is_not_let_through);
	tcase_add_test(t, an_id_of_no_call_passes);
	tcase_add_test(t,
		       an_id_of_no_call_never_names_the_call_of_another_host);
	tcase_add_test(t, the_call_of_another_host_is_not_touched_from_outside);
	tcase_add_test(t, a_segment_behind_a_gap_waits_for_what_is_missing);
	tcase_add_test(
		t, a_remembered_position_does_not_come_again_after_the_wrap);
	tcase_add_loop_test(t, a_repeated_id_with_another_value_is_dropped, 0,
			    5);
	return t;
}
