/* SPDX-License-Identifier: BSD-2-Clause */
/* The parser's results, as handlers get them. */
#include "toy.h"
#include "cases.h"

#include <string.h>

static const struct vpnalg_protocol spies[] = { { spy_handler, NULL } };
static const struct world_options with_spy = { .protocols = spies,
					       .protocol_count = 1 };

/* Gives a packet of len bytes, of which caplen are in memory, to the spy. */
static bool shown(struct world *w, enum vpnalg_direction direction,
		  struct bytes *packet, uint32_t caplen, uint32_t len)
{
	packet->length = len;
	spied_count = 0;
	memset(&spied, 0, sizeof(spied));
	ck_assert_uint_eq(send_captured(w, direction, packet, caplen),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_le(spied_count, 1);
	return spied_count == 1;
}

static const struct header_row {
	const char *name;
	uint8_t first;                    /* version and IHL */
	uint16_t total;                   /* total length */
	uint32_t caplen, len;             /* of the packet */
	bool shown;                       /* to protocols, and then: */
	uint32_t l4_off, l4_len, l4_caplen;
	bool overlong;
} header_rows[] = {
	{ "plain", 0x45, 40, 40, 40, true, 20, 20, 20, false },
	{ "no payload", 0x45, 20, 20, 20, true, 20, 0, 0, false },
	{ "IHL 0", 0x40, 40, 40, 40, .shown = false },
	{ "IHL 4", 0x44, 40, 40, 40, .shown = false },
	{ "IHL 6", 0x46, 40, 40, 40, true, 24, 16, 16, false },
	{ "IHL 15", 0x4f, 80, 80, 80, true, 60, 20, 20, false },
	{ "IHL 15, nothing more", 0x4f, 60, 60, 60, true, 60, 0, 0, false },
	{ "IHL 15, cut in it", 0x4f, 80, 59, 80, .shown = false },
	{ "total 0", 0x45, 0, 40, 40, .shown = false },
	{ "total 19", 0x45, 19, 40, 40, .shown = false },
	{ "total below IHL", 0x46, 23, 40, 40, .shown = false },
	{ "Ethernet padding", 0x45, 28, 46, 46, true, 20, 8, 8, false },
	{ "total over len", 0x45, 41, 40, 40, true, 20, 21, 20, true },
	{ "total 65535", 0x45, 65535, 40, 40, true, 20, 65515, 20, true },
	{ "total over caplen", 0x45, 41, 40, 41, true, 20, 21, 20, false },
	{ "cut behind IP", 0x45, 40, 20, 40, true, 20, 20, 0, false },
	{ "cut in IP", 0x45, 40, 19, 40, .shown = false },
	{ "one byte", 0x45, 40, 1, 40, .shown = false },
	{ "no byte", 0x45, 40, 0, 40, .shown = false },
	{ "empty", 0x45, 40, 0, 0, .shown = false },
	{ "caplen over len", 0x45, 40, 50, 40, true, 20, 20, 20, false },
	{ "version 6", 0x65, 40, 40, 40, .shown = false },
	{ "version 5", 0x55, 40, 40, 40, .shown = false },
	{ "version 0", 0x05, 40, 40, 40, .shown = false },
	{ "version 15", 0xf5, 40, 40, 40, .shown = false },
};

START_TEST(the_header_says_where_everything_lies)
{
	const struct header_row *row = &header_rows[_i];
	struct bytes p = ip_packet(CLIENT_A, SERVER, 99, "", 0);
	struct world w;

	world_begin(&w, &with_spy);
	p.data[0] = row->first;
	put16(p.data + 2, row->total);
	ck_assert_msg(shown(&w, VPNALG_OUT, &p, row->caplen, row->len) ==
			      row->shown, "%s", row->name);
	if (row->shown) {
		ck_assert_uint_eq((size_t)(spied.l4 - spied.ip), row->l4_off);
		ck_assert_uint_eq(spied.l4_len, row->l4_len);
		ck_assert_uint_eq(spied.l4_caplen, row->l4_caplen);
		ck_assert_uint_eq(spied.overlong, row->overlong);
		ck_assert_uint_eq(spied.protocol, 99);
		ck_assert_uint_eq(spied.addr_len, 4);
		ck_assert(!spied.quoted);
	}
	world_end(&w);
}
END_TEST

static const struct fragment_row {
	uint16_t field;
	enum vpnalg_fragment fragment;
} fragment_rows[] = {
	{ 0x0000, VPNALG_FRAGMENT_NONE },
	{ 0x4000, VPNALG_FRAGMENT_NONE },  /* do not fragment */
	{ 0x8000, VPNALG_FRAGMENT_NONE },  /* reserved */
	{ 0x2000, VPNALG_FRAGMENT_FIRST },
	{ 0x6000, VPNALG_FRAGMENT_FIRST },
	{ 0x2001, VPNALG_FRAGMENT_LATER },
	{ 0x0001, VPNALG_FRAGMENT_LATER }, /* the last one */
	{ 0x1fff, VPNALG_FRAGMENT_LATER },
	{ 0xffff, VPNALG_FRAGMENT_LATER },
};

START_TEST(fragments_are_distinguished_from_whole_packets)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, 99, "data", 4);
	struct world w;

	world_begin(&w, &with_spy);
	set_fragment(&p, fragment_rows[_i].field);
	ck_assert(shown(&w, VPNALG_OUT, &p, 24, 24));
	ck_assert_uint_eq(spied.fragment, fragment_rows[_i].fragment);
	world_end(&w);
}
END_TEST

/* Who is local, by direction; and what is no business of a translator. */
static const struct way_row {
	const char *name;
	uint8_t direction;
	uint32_t from, to;
	bool shown;
	bool inward, inside, undo;
} way_rows[] = {
	{ "out", VPNALG_OUT, CLIENT_A, SERVER, true, false, true, false },
	{ "in", VPNALG_IN, SERVER, OUTSIDE, true, true, false, false },
	{ "out, undone", VPNALG_OUT_UNDO, OUTSIDE, SERVER, true, false, false,
	  true },
	{ "in, undone", VPNALG_IN_UNDO, SERVER, CLIENT_A, true, true, true,
	  true },
	/* Only to be counted. */
	{ "from the router", VPNALG_OUT, OUTSIDE, SERVER, true, false, true,
	  false },
	/* It may be a hairpin. */
	{ "to the router", VPNALG_OUT, CLIENT_A, OUTSIDE, true, false, true,
	  false },
	{ "routed in", VPNALG_IN, SERVER, CLIENT_A, .shown = false },
	{ "to another", VPNALG_IN, SERVER, OUTSIDE_2, .shown = false },
	{ "from an inside host", VPNALG_OUT_UNDO, CLIENT_A, SERVER,
	  .shown = false },
	{ "to the outside address", VPNALG_IN_UNDO, SERVER, OUTSIDE, true,
	  true, true, true },
	{ "from the outside address", VPNALG_IN_UNDO, OUTSIDE, CLIENT_A,
	  .shown = false },
};

START_TEST(the_direction_says_which_address_is_local)
{
	const struct way_row *row = &way_rows[_i];
	struct bytes p = ip_packet(row->from, row->to, 99, "data", 4);
	struct world w;

	world_begin(&w, &with_spy);
	ck_assert_msg(shown(&w, row->direction, &p, 24, 24) == row->shown,
		      "%s", row->name);
	if (row->shown) {
		ck_assert_uint_eq(spied.inward, row->inward);
		ck_assert_uint_eq(spied.inside, row->inside);
		ck_assert_uint_eq(spied.undo, row->undo);
		ck_assert_int_eq((int)(spied.local - spied.ip),
				 row->inward ? 16 : 12);
		ck_assert_int_eq((int)(spied.remote - spied.ip),
				 row->inward ? 12 : 16);
	}
	world_end(&w);
}
END_TEST

START_TEST(zone_and_checksum_state_are_the_callers)
{
	struct bytes b = ip_packet(CLIENT_A, SERVER, 99, "data", 4);
	struct vpnalg_packet p = { .data = b.data, .caplen = 24, .len = 24,
				   .checksum = VPNALG_CHECKSUM_PARTIAL,
				   .zone = 65535 };
	struct world w;

	world_begin(&w, &with_spy);
	vpnalg_process(w.alg, &p, 1, 0);
	ck_assert_uint_eq(spied.zone, 65535);
	ck_assert_uint_eq(spied.checksum, VPNALG_CHECKSUM_PARTIAL);
	world_end(&w);
}
END_TEST

/* ICMP errors: what handlers see is the quoted packet, the other way; of one
 * without all of the quoted IP header, the packet of ICMP. */
static const struct error_row {
	const char *name;
	uint8_t type;
	uint32_t caplen;  /* of the error: 28 to the quote, 48 to its L4 */
	bool shown, quoted;
	uint32_t l4_caplen;
} error_rows[] = {
	{ "unreachable", 3, 56, true, true, 8 },
	{ "source quench", 4, 56, true, true, 8 },
	{ "redirect", 5, 56, true, true, 8 },
	{ "time exceeded", 11, 56, true, true, 8 },
	{ "parameter problem", 12, 56, true, true, 8 },
	{ "echo reply", 0, 56, true, false, 36 },
	{ "echo", 8, 56, true, false, 36 },
	{ "timestamp", 13, 56, true, false, 36 },
	{ "no ICMP in memory", 3, 20, true, false, 0 },
	{ "the type only", 3, 21, true, false, 1 },
	{ "no quote", 3, 28, true, false, 8 },
	{ "cut in the quoted IP", 3, 47, true, false, 27 },
	{ "cut behind the quoted IP", 3, 48, true, true, 0 },
	{ "cut in the quoted L4", 3, 55, true, true, 7 },
};

static void check_quote(const struct error_row *row)
{
	if (row->quoted) {
		ck_assert_uint_eq(spied.protocol, 99);
		ck_assert(spied.inward && spied.inside && !spied.undo);
		ck_assert_uint_eq(spied.l4_len, 400);
		ck_assert(!spied.overlong);
	} else {
		ck_assert_uint_eq(spied.protocol, 1);
		ck_assert(!spied.inward);
	}
	ck_assert_uint_eq(spied.l4_caplen, row->l4_caplen);
}

/* An inside host complains of what has come in. */
START_TEST(an_icmp_error_is_known_by_what_it_quotes)
{
	const struct error_row *row = &error_rows[_i];
	static const uint8_t data[400];
	struct bytes quote = ip_packet(SERVER, CLIENT_A, 99, data, 400), p;
	struct world w;

	p = icmp_error(CLIENT_A, SERVER, row->type, &quote, 28);
	world_begin(&w, &with_spy);
	ck_assert_msg(shown(&w, VPNALG_OUT, &p, row->caplen, 56) ==
			      row->shown, "%s", row->name);
	if (row->shown) {
		ck_assert_msg(spied.quoted == row->quoted, "%s", row->name);
		check_quote(row);
	}
	world_end(&w);
}
END_TEST

START_TEST(an_error_from_outside_quotes_what_went_out)
{
	struct bytes quote = ip_packet(OUTSIDE, SERVER, 99, "datadata", 8), p;
	struct world w;

	p = icmp_error(STRANGER, OUTSIDE, 3, &quote, 28);
	world_begin(&w, &with_spy);
	ck_assert(shown(&w, VPNALG_IN, &p, 56, 56));
	ck_assert(spied.quoted && !spied.inward && !spied.inside);
	ck_assert_uint_eq((size_t)(spied.local - spied.ip), 12);
	world_end(&w);
}
END_TEST

/* Only the error itself is to be undone; its quote stands there in the form of
 * that side, as any other. */
START_TEST(an_error_that_is_undone_quotes_a_packet_that_came)
{
	struct bytes quote = ip_packet(SERVER, OUTSIDE, 99, "datadata", 8), p;
	struct world w;

	p = icmp_error(OUTSIDE, SERVER, 3, &quote, 28);
	world_begin(&w, &with_spy);
	ck_assert(shown(&w, VPNALG_OUT_UNDO, &p, 56, 56));
	ck_assert(spied.quoted && spied.inward && !spied.inside);
	ck_assert(!spied.undo);
	world_end(&w);
}
END_TEST

/* A router on the way may quote a packet of others by mistake. */
static const struct bad_quote_row {
	const char *name;
	unsigned at;
	uint8_t value;
	uint16_t fragment; /* of the error itself */
	bool shown, quoted;
} bad_quote_rows[] = {
	{ "not our address", 12, 0x12, 0, false, false },
	{ "version 6 quoted", 0, 0x65, 0, true, false },
	{ "quoted IHL 4", 0, 0x44, 0, true, false },
	{ "quoted options beyond the end", 0, 0x4f, 0, true, false },
	{ "quoted total 16", 3, 16, 0, true, false },
	{ "a quoted error", 9, 1, 0, true, true },
	{ "the error is a first fragment", 8, 64, 0x2000, true, true },
	{ "the error is a later fragment", 8, 64, 0x0010, true, false },
};

START_TEST(a_quote_is_not_trusted)
{
	const struct bad_quote_row *row = &bad_quote_rows[_i];
	struct bytes quote = ip_packet(OUTSIDE, SERVER, 99, "datadata", 8), p;
	struct world w;

	quote.data[row->at] = row->value;
	p = icmp_error(STRANGER, OUTSIDE, 3, &quote, 28);
	set_fragment(&p, row->fragment);
	world_begin(&w, &with_spy);
	ck_assert_msg(shown(&w, VPNALG_IN, &p, 56, 56) == row->shown, "%s",
		      row->name);
	if (row->shown)
		ck_assert_msg(spied.quoted == row->quoted, "%s", row->name);
	world_end(&w);
}
END_TEST

Suite *packet_suite(void)
{
	Suite *suite = suite_create("packet");
	TCase *parse = tcase_create("parse");

	tcase_add_loop_test(parse, the_header_says_where_everything_lies, 0,
			    ROWS(header_rows));
	tcase_add_loop_test(parse,
			    fragments_are_distinguished_from_whole_packets, 0,
			    ROWS(fragment_rows));
	tcase_add_loop_test(parse, the_direction_says_which_address_is_local,
			    0, ROWS(way_rows));
	tcase_add_test(parse, zone_and_checksum_state_are_the_callers);
	tcase_add_loop_test(parse, an_icmp_error_is_known_by_what_it_quotes,
			    0, ROWS(error_rows));
	tcase_add_test(parse, an_error_from_outside_quotes_what_went_out);
	tcase_add_test(parse,
		       an_error_that_is_undone_quotes_a_packet_that_came);
	tcase_add_loop_test(parse, a_quote_is_not_trusted, 0,
			    ROWS(bad_quote_rows));
	suite_add_tcase(suite, parse);
	suite_add_tcase(suite, packet_cut_case());
	suite_add_tcase(suite, packet_owned_case());
	return suite;
}
