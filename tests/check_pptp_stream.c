/* SPDX-License-Identifier: BSD-2-Clause */
/* The control messages in their stream, however TCP cuts it. */
#include "support.h"

#include <string.h>

static struct world w;
static struct connection c;
static uint16_t outside_id; /* of the call that begin_call() opens */

#define OWN 0x1234  /* the inside host's Call ID */
#define PEER 0x4321 /* the server's */

static void begin_with(enum choosing choosing)
{
	struct world_options options = { .choosing = choosing };

	world_begin(&w, &options);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
}

/* Every ID differs outside. */
static void begin(void)
{
	begin_with(CHOOSE_DIFFERENT);
}

static void begin_call(void)
{
	begin();
	outside_id = call_out(&w, &c, OWN, PEER);
	ck_assert_uint_ne(outside_id, OWN);
	ck_assert_uint_eq(outside_id >> 8, OWN >> 8);
	/* The client acknowledges all, and the server too. */
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
}

static void end(void)
{
	world_end(&w);
}

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

Suite *stream_suite(void)
{
	Suite *suite = suite_create("pptp_stream");
	TCase *t = tcase_create("with a call"), *u = tcase_create("alone");

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
	suite_add_tcase(suite, t);
	tcase_add_test(u,
		       an_id_without_a_free_one_of_its_first_byte_goes_whole);
	tcase_add_loop_test(u, a_connection_is_pptp_only_from_its_first_byte, 0,
			    sizeof(slip_rows) / sizeof(slip_rows[0]));
	tcase_add_test(u, a_segment_with_many_requests_is_sent_again);
	tcase_add_test(
		u, too_many_requests_that_cannot_be_cut_end_the_reading);
	tcase_add_test(u, twelve_short_messages_at_once_pass_whole);
	suite_add_tcase(suite, u);
	return suite;
}
