/* SPDX-License-Identifier: BSD-2-Clause */
/* The control stream of PPTP: bounds on the IDs that are read and remembered.
 */
#include "pptp_stream.h"

/* An ID whose first byte must change cannot be split. */
START_TEST(an_id_without_a_free_one_of_its_first_byte_goes_whole)
{
	struct bytes m = message(7, OWN, 1, 0);
	uint16_t id;

	begin_with(CHOOSE_FIRST_BYTE_DIFFERENT);
	id = call_out(&w, &c, OWN, PEER);
	ck_assert_uint_ne(id >> 8, OWN >> 8);
	server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
	m = message(12, OWN, 0, 0);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, 13), VPNALG_TRANSLATED);
	ck_assert_uint_eq(payload_length(&w), 12);
	ck_assert_uint_eq(client_sends(&w, &c, m.data + 12, 1),
			  VPNALG_DROP_UNACKNOWLEDGED);
	ck_assert_uint_eq(client_sends(&w, &c, m.data + 12, 4),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(&w)), id);
	world_end(&w);
}
END_TEST

/* NAT slipstreaming: only what begins with Start-Control-Connection is PPTP. */
static const struct {
	const char *what;
	unsigned first_type;
	uint32_t junk;
	bool framed;
} slip_rows[] = {
	{ "Start-Control-Connection-Request", 1, 0, true },
	{ "Start-Control-Connection-Reply", 2, 0, true },
	{ "Outgoing-Call-Request", 7, 0, false },
	{ "Echo-Request", 5, 0, false },
	{ "one byte in front", 1, 1, false },
	{ "a web page in front", 1, 100, false },
};

START_TEST(a_connection_is_pptp_only_from_its_first_byte)
{
	struct bytes first = message(slip_rows[_i].first_type, 1, 1, 0);
	struct bytes call = message(7, 99, 1, 0), m = { 0 };

	world_begin(&w, NULL);
	connect_to(&w, &c, CLIENT_A, 4000, SERVER);
	m.length = slip_rows[_i].junk;
	memset(m.data, 'G', m.length);
	m = join(&m, &first);
	client_sends(&w, &c, m.data, m.length);
	client_sends(&w, &c, call.data, call.length);
	ck_assert_msg((opened(&w, CALL) == 1) == slip_rows[_i].framed, "%s",
		      slip_rows[_i].what);
	world_end(&w);
}
END_TEST

/* Forty-eight Incoming-Call-Replies at once, which nobody sends: as many calls
 * are opened as the segment's length is worth, and the rest when it comes
 * again. */
static struct bytes many_replies(unsigned count)
{
	struct bytes all = { 0 }, m;
	unsigned i;

	for (i = 0; i < count; i++) {
		m = message(10, (uint16_t)(100 + i), (uint16_t)(200 + i), 1);
		all = join(&all, &m);
	}
	return all;
}

START_TEST(a_segment_with_many_requests_is_sent_again)
{
	struct bytes all = many_replies(48);
	uint32_t base, got = 0, more;
	unsigned segments = 0;
	uint64_t before;

	begin_with(CHOOSE_NOTHING); /* every ID is the same outside */
	base = c.client_seq;
	while (got < all.length) {
		before = opened(&w, CALL);
		ck_assert_uint_eq(client_segment(&w, &c, base + got, ACK,
						 all.data + got,
						 all.length - got),
				  VPNALG_TRANSLATED);
		more = payload_length(&w);
		ck_assert_uint_gt(more, 0);
		ck_assert_uint_le(opened(&w, CALL) - before, 14);
		got += more;
		segments++;
		/* It is cut in front of a message's first ID. */
		ck_assert(got == all.length || got % 24 == 12);
	}
	ck_assert_uint_ge(segments, 4);
	ck_assert_uint_eq(opened(&w, CALL), 48);
	for (more = 0; more < 48; more++)
		ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER,
					   (uint16_t)(200 + more)),
				  VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

/* Without its last byte in memory it cannot be cut. It passes, and the rest is
 * not read. */
START_TEST(too_many_requests_that_cannot_be_cut_end_the_reading)
{
	struct vpnalg_kind_counters counters;
	struct bytes all = many_replies(48), p;

	begin_with(CHOOSE_NOTHING);
	p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, c.client_seq, 0, ACK,
		       all.data, all.length);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, p.length - 1),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.len, p.length);
	ck_assert_uint_le(opened(&w, CALL), 14 * 2);
	vpnalg_kind_counters(w.alg, CONTROL, &counters, sizeof(counters));
	ck_assert_uint_eq(counters.unparsed, 1);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 200),
			  VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

/* Messages that real senders put together pass whole. */
START_TEST(twelve_short_messages_at_once_pass_whole)
{
	struct bytes all = { 0 }, m;
	unsigned i;

	begin_with(CHOOSE_NOTHING);
	for (i = 0; i < 12; i++) {
		m = message(12, (uint16_t)(OWN + i), 0, 0);
		all = join(&all, &m);
	}
	ck_assert_uint_eq(client_sends(&w, &c, all.data, all.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(payload_length(&w), all.length);
	world_end(&w);
}
END_TEST

TCase *stream_bounds_case(void)
{
	TCase *t = tcase_create("stream bounds");

	tcase_add_test(t,
		       an_id_without_a_free_one_of_its_first_byte_goes_whole);
	tcase_add_loop_test(t, a_connection_is_pptp_only_from_its_first_byte, 0,
			    sizeof(slip_rows) / sizeof(slip_rows[0]));
	tcase_add_test(t, a_segment_with_many_requests_is_sent_again);
	tcase_add_test(t, too_many_requests_that_cannot_be_cut_end_the_reading);
	tcase_add_test(t, twelve_short_messages_at_once_pass_whole);
	return t;
}
