/* SPDX-License-Identifier: BSD-2-Clause */
/* The control messages in their stream, however TCP cuts it. */
#include "pptp_stream.h"

/* The field that holds the inside host's ID (RFC 2637 2.1 to 2.15). */
enum field { NO, FIRST, SECOND };

static const struct {
	unsigned type;
	enum field out, in;
} message_rows[] = {
	{ 1, NO, NO },	   { 2, NO, NO },      { 3, NO, NO },
	{ 4, NO, NO },	   { 5, NO, NO },      { 6, NO, NO },
	{ 7, FIRST, NO },  { 8, FIRST, SECOND }, { 9, FIRST, NO },
	{ 10, FIRST, SECOND }, { 11, NO, FIRST }, { 12, FIRST, NO },
	{ 13, FIRST, NO }, { 14, NO, FIRST },  { 15, NO, FIRST },
};

#define MESSAGE_ROWS ((int)(sizeof(message_rows) / sizeof(message_rows[0])))

/* Returns what must come out of a message with the given IDs. */
static struct bytes expected(const struct bytes *m, enum field field,
			     uint16_t id)
{
	struct bytes e = *m;

	if (field != NO)
		put16(e.data + (field == FIRST ? 12 : 14), id);
	return e;
}

static struct bytes message_out(int row)
{
	enum field f = message_rows[row].out;

	return message(message_rows[row].type, f == FIRST ? OWN : PEER, PEER,
		       1);
}

static struct bytes message_in(int row)
{
	enum field f = message_rows[row].in;

	return message(message_rows[row].type,
		       f == FIRST ? outside_id : PEER,
		       f == SECOND ? outside_id : PEER, 1);
}

START_TEST(every_message_out)
{
	struct bytes m = message_out(_i);
	struct bytes e = expected(&m, message_rows[_i].out, outside_id);

	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert(memcmp(payload(&w), e.data, e.length) == 0);
	/* And again, from the start of the message. */
	client_segment(&w, &c, c.client_seq - m.length, ACK, m.data, m.length);
	ck_assert(memcmp(payload(&w), e.data, e.length) == 0);
}
END_TEST

START_TEST(every_message_in)
{
	struct bytes m = message_in(_i);
	struct bytes e = expected(&m, message_rows[_i].in, OWN);

	ck_assert_uint_eq(server_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert(memcmp(payload(&w), e.data, e.length) == 0);
	server_segment(&w, &c, c.server_seq - m.length, ACK, m.data, m.length);
	ck_assert(memcmp(payload(&w), e.data, e.length) == 0);
}
END_TEST

/* Sends a message in pieces, any of which may be cut short and sent again as a
 * merging sender would, and checks each byte that comes out. */
static void send_pieces(bool out, const struct bytes *m, const struct bytes *e,
			const uint32_t *ends, unsigned count)
{
	uint32_t base = out ? c.client_seq : c.server_seq, from = 0;
	unsigned i, tries = 0;

	for (i = 0; i < count; i++) {
		while (from < ends[i]) {
			unsigned r = (out ? client_segment : server_segment)(
				&w, &c, base + from, ACK | PSH, m->data + from,
				ends[i] - from);
			uint32_t length = payload_length(&w);

			ck_assert_uint_eq(r, VPNALG_TRANSLATED);
			ck_assert(memcmp(payload(&w), e->data + from, length)
				  == 0);
			from += length;
			ck_assert_uint_lt(++tries, 10);
		}
	}
	/* The pieces are sent again as a whole. */
	(out ? client_segment : server_segment)(&w, &c, base, ACK, m->data,
						m->length);
	ck_assert(memcmp(payload(&w), e->data, e->length) == 0);
	*(out ? &c.client_seq : &c.server_seq) = base + m->length;
}

/* RFC 2637 messages cut at every byte: two segments, and three of which the
 * middle one is a single byte. */
static void check_cuts(int row, bool out)
{
	struct bytes m = out ? message_out(row) : message_in(row);
	enum field f = out ? message_rows[row].out : message_rows[row].in;
	struct bytes e = expected(&m, f, out ? outside_id : OWN);
	uint32_t at;

	for (at = 1; at < m.length; at++) {
		uint32_t two[] = { at, m.length };
		uint32_t three[] = { at, at + 1, m.length };

		send_pieces(out, &m, &e, two, 2);
		client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
		server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
		send_pieces(out, &m, &e, three, 3);
		client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
		server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
	}
}

START_TEST(every_message_out_cut_at_every_byte)
{
	check_cuts(_i, true);
}
END_TEST

START_TEST(every_message_in_cut_at_every_byte)
{
	check_cuts(_i, false);
}
END_TEST

/* Three segments at every pair of places around the IDs. */
START_TEST(a_message_cut_twice_anywhere_around_its_ids)
{
	struct bytes m = message(7, OWN, PEER, 0);
	struct bytes e = expected(&m, FIRST, outside_id);
	uint32_t a, b;

	for (a = 1; a < 20; a++)
		for (b = a; b < 20; b++) {
			uint32_t ends[] = { a, b, m.length };

			send_pieces(true, &m, &e, ends, 3);
			server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
		}
}
END_TEST

START_TEST(three_messages_in_one_segment)
{
	struct bytes a = message(5, 1, 1, 0), b = message(7, 50, 1, 0),
		     d = message(12, OWN, 0, 0);
	struct bytes m = join(&a, &b), e;

	m = join(&m, &d);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.flags, 0);
	e = m;
	ck_assert_uint_ne(get16(payload(&w) + 16 + 12), 50);
	memcpy(e.data + 16 + 12, payload(&w) + 16 + 12, 2);
	put16(e.data + 16 + 168 + 12, outside_id);
	ck_assert(memcmp(payload(&w), e.data, e.length) == 0);
	ck_assert_uint_eq(opened(&w, CALL), 2);
}
END_TEST

/* Two changed IDs are remembered until they are acknowledged. */
START_TEST(more_ids_than_can_be_remembered_are_sent_again)
{
	struct bytes a = message(7, 50, 1, 0), b = message(7, 51, 1, 0),
		     d = message(7, 52, 1, 0);
	struct bytes m = join(&a, &b);
	uint32_t before = c.client_seq;
	uint64_t calls = opened(&w, CALL);

	m = join(&m, &d);
	ck_assert_uint_eq(client_segment(&w, &c, before, ACK | PSH | FIN,
					 m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.flags, VPNALG_PACKET_CUT);
	ck_assert_uint_eq(payload_length(&w), 168 * 2 + 12);
	ck_assert_uint_eq(l4(&w)[13], ACK);
	ck_assert_uint_eq(w.last.len, get16(w.bytes + 2));
	ck_assert(checksums_right(w.bytes, w.length));
	/* No byte of it can pass before the server has acknowledged. */
	c.client_seq = before + 168 * 2 + 12;
	ck_assert_uint_eq(client_sends(&w, &c, d.data + 12, d.length - 12),
			  VPNALG_DROP_UNACKNOWLEDGED);
	ck_assert_uint_eq(opened(&w, CALL), calls + 2);
	server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
	ck_assert_uint_eq(client_sends(&w, &c, d.data + 12, d.length - 12),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, CALL), calls + 3);
}
END_TEST

START_TEST(a_segment_that_cannot_be_cut_is_dropped)
{
	struct bytes a = message(7, 50, 1, 0), b = message(7, 51, 1, 0),
		     d = message(7, 52, 1, 0);
	struct bytes m = join(&a, &b), p;

	m = join(&m, &d);
	w.options.leaves = true; /* a call that waits for its request again */
	p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, c.client_seq,
		       c.server_seq, ACK, m.data, m.length);
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, p.length - 1),
			  VPNALG_DROP_TRUNCATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

/* A segment whose end is not in memory is dropped where the store fails, for it
 * cannot be cut; the call that its message has opened is not kept. */
START_TEST(a_dropped_segment_leaves_no_call)
{
	struct bytes m = message(10, 50, PEER + 1, 0), p;
	long records = w.records;

	p = tcp_packet(CLIENT_A, 4000, SERVER, PPTP, c.client_seq,
		       c.server_seq, ACK, m.data, m.length);
	w.fail_in = _i; /* a call's record and its four keys */
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, 40 + 16),
			  VPNALG_DROP_TRUNCATED);
	ck_assert_int_eq(w.records, records);
	w.fail_in = 0;
	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, 40 + 16),
			  VPNALG_TRANSLATED);
	ck_assert_int_eq(w.records, records + 1);
}
END_TEST

Suite *stream_suite(void)
{
	Suite *suite = suite_create("pptp_stream");
	TCase *t = tcase_create("with a call");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, begin_call, end);
	tcase_add_loop_test(t, every_message_out, 0, MESSAGE_ROWS);
	tcase_add_loop_test(t, every_message_in, 0, MESSAGE_ROWS);
	tcase_add_loop_test(t, every_message_out_cut_at_every_byte, 0,
			    MESSAGE_ROWS);
	tcase_add_loop_test(t, every_message_in_cut_at_every_byte, 0,
			    MESSAGE_ROWS);
	tcase_add_test(t, a_message_cut_twice_anywhere_around_its_ids);
	tcase_add_test(t, three_messages_in_one_segment);
	tcase_add_test(t, more_ids_than_can_be_remembered_are_sent_again);
	tcase_add_test(t, a_segment_that_cannot_be_cut_is_dropped);
	tcase_add_loop_test(t, a_dropped_segment_leaves_no_call, 1, 6);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, stream_bounds_case());
	suite_add_tcase(suite, stream_order_case());
	return suite;
}
