/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets cut at every length, as a snap length, a short read or a liar does.
 * The block that holds a packet ends where the packet does, so the sanitizer
 * sees the first byte read behind it. */
#include "toy.h"
#include "cases.h"

#include <string.h>

/* The sessions of all packets below: a PPTP call and a toy one. */
struct talk {
	struct world w;
	struct connection c;
	uint16_t call;      /* the outside Call ID of 7; the server's is 9 */
	uint16_t toy_port;  /* what stands for port 5000 outside */
	uint16_t toy_id;    /* what stands for ID 3 outside; peer's is 4 */
};

static void talk_begin(struct talk *t)
{
	memset(t, 0, sizeof(*t));
	mixed_world(&t->w, (struct world_options){ .no_undo = true });
	start_control(&t->w, &t->c, CLIENT_A, 3000, SERVER);
	t->call = call_out(&t->w, &t->c, 7, 9);
	t->toy_port = toy_say(&t->w, CLIENT_A, 5000, SERVER, TOY_HELLO, 0, 0);
	t->toy_id = toy_call(&t->w, CLIENT_A, 5000, SERVER, 3, 4);
}

static struct bytes tcp_out(const struct talk *t, uint16_t port, uint8_t flags,
			    const struct bytes *data)
{
	return tcp_packet(CLIENT_A, port, SERVER, PPTP, t->c.client_seq,
			  t->c.server_seq, flags, data->data, data->length);
}

static struct bytes gre_out(const struct talk *t)
{
	(void)t;
	return gre_packet(CLIENT_A, SERVER, 9, 1);
}

static struct bytes gre_in(const struct talk *t)
{
	return gre_packet(SERVER, OUTSIDE, t->call, 1);
}

static struct bytes syn_out(const struct talk *t)
{
	struct bytes nothing = { .length = 0 };

	return tcp_out(t, 3001, SYN, &nothing);
}

static struct bytes data_out(const struct talk *t)
{
	struct bytes m = message(7, 8, 1, 0);

	return tcp_out(t, 3000, ACK | PSH, &m);
}

static struct bytes data_in(const struct talk *t)
{
	struct bytes m = message(13, 9, 0, 0);

	return tcp_packet(SERVER, PPTP, OUTSIDE, t->c.outside_port,
			  t->c.server_seq, t->c.client_seq, ACK | PSH, m.data,
			  m.length);
}

static struct bytes options_out(const struct talk *t)
{
	struct bytes p = data_out(t);

	add_ip_options(&p, 40);
	return p;
}

static struct bytes toy_out(const struct talk *t)
{
	(void)t;
	return toy_control(CLIENT_A, 5000, SERVER, 9999, TOY_OPEN, 77, 0);
}

static struct bytes toy_in(const struct talk *t)
{
	return toy_control(SERVER, 9999, OUTSIDE, t->toy_port, 'x', 0, 0);
}

static struct bytes toy_data_in(const struct talk *t)
{
	return toy_data(SERVER, OUTSIDE, t->toy_id);
}

static struct bytes error_out(const struct talk *t)
{
	struct bytes quote = gre_packet(SERVER, CLIENT_A, 7, 1);

	(void)t;
	return icmp_error(CLIENT_A, SERVER, 3, &quote, quote.length);
}

static struct bytes error_in(const struct talk *t)
{
	struct bytes quote = gre_packet(OUTSIDE, SERVER, 9, 1);

	(void)t;
	return icmp_error(STRANGER, OUTSIDE, 3, &quote, quote.length);
}

static struct bytes first_fragment(const struct talk *t)
{
	struct bytes p = gre_out(t);

	set_fragment(&p, 0x2000);
	return p;
}

static struct bytes later_fragment(const struct talk *t)
{
	struct bytes p = data_in(t);

	set_fragment(&p, 0x0002);
	return p;
}

/* From how many bytes on it is translated; 0: never. Of data as many as hold
 * the headers: of a message that is cut the rest goes by unparsed. */
static const struct cut_row {
	const char *name;
	struct bytes (*make)(const struct talk *t);
	uint8_t direction;
	uint32_t whole_from;
	/* What a whole one is, when never translated; of an ICMP error what it
	 * is without 8 bytes of the quoted packet. */
	unsigned otherwise;
} cut_rows[] = {
	{ "GRE out", gre_out, VPNALG_OUT, 28, 0 },
	{ "GRE in", gre_in, VPNALG_IN, 28, 0 },
	{ "SYN", syn_out, VPNALG_OUT, 40, 0 },
	{ "data out", data_out, VPNALG_OUT, 40, 0 },
	{ "data in", data_in, VPNALG_IN, 40, 0 },
	{ "data out, IP options", options_out, VPNALG_OUT, 80, 0 },
	{ "toy out", toy_out, VPNALG_OUT, 34, 0 },
	{ "toy in", toy_in, VPNALG_IN, 34, 0 },
	{ "toy data in", toy_data_in, VPNALG_IN, 30, 0 },
	{ "ICMP error out", error_out, VPNALG_OUT, 56,
	  VPNALG_DROP_QUOTE_SHORT },
	{ "ICMP error in", error_in, VPNALG_IN, 56, VPNALG_DROP_QUOTE_SHORT },
	{ "first fragment", first_fragment, VPNALG_OUT, 0,
	  VPNALG_DROP_FRAGMENT },
	{ "later fragment", later_fragment, VPNALG_IN, 0,
	  VPNALG_DROP_FRAGMENT },
};

/* A snap length: the packet is longer than what is in memory. */
START_TEST(a_packet_is_cut_at_every_caplen)
{
	const struct cut_row *row = &cut_rows[_i];
	uint32_t caplen = 0, whole;
	unsigned result;

	do {
		struct talk t;
		struct bytes p;

		talk_begin(&t);
		p = row->make(&t);
		whole = p.length;
		result = send_captured(&t.w, row->direction, &p, caplen);
		ck_assert_msg((result == VPNALG_TRANSLATED) ==
				      (row->whole_from > 0 &&
				       caplen >= row->whole_from),
			      "%s at %u: %s", row->name, caplen,
			      vpnalg_result_text(result));
		/* The quoted IP header ends at 48, GRE's version at 50. */
		if (row->whole_from == 56 && caplen >= 50 && caplen < 56)
			ck_assert_uint_eq(result, row->otherwise);
		world_end(&t.w);
	} while (caplen++ < whole);
	if (row->whole_from == 0)
		ck_assert_uint_eq(result, row->otherwise);
}
END_TEST

/* What is cut off a packet that a handler owns must not pass with its inside
 * address: only where not even the IP header is whole nobody can know. */
START_TEST(a_packet_that_is_ours_does_not_pass_because_it_is_cut)
{
	const struct cut_row *row = &cut_rows[_i];
	uint32_t caplen;

	if (row->direction != VPNALG_OUT || row->whole_from == 0 ||
	    row->otherwise != 0)
		return;
	for (caplen = row->whole_from - 1; caplen >= 24; caplen--) {
		struct talk t;
		struct bytes p;

		talk_begin(&t);
		p = row->make(&t);
		if (caplen < (p.data[0] & 15U) * 4 + 4) {
			world_end(&t.w);
			return;
		}
		ck_assert_uint_eq(send_captured(&t.w, VPNALG_OUT, &p, caplen),
				  VPNALG_DROP_TRUNCATED);
		world_end(&t.w);
	}
}
END_TEST

/* A liar: the IP header speaks of more than there is. */
START_TEST(a_packet_that_is_shorter_than_it_says_is_not_translated)
{
	const struct cut_row *row = &cut_rows[_i];
	uint32_t length, whole;

	for (length = 0, whole = 1; length < whole; length++) {
		struct talk t;
		struct bytes p;
		unsigned result;

		talk_begin(&t);
		p = row->make(&t);
		whole = p.length;
		p.length = length;
		result = send_captured(&t.w, row->direction, &p, length);
		ck_assert_msg(result == VPNALG_UNTOUCHED ||
				      result >= VPNALG_DROP_FIRST,
			      "%s at %u", row->name, length);
		if (row->whole_from > 0 && length >= row->whole_from)
			ck_assert_uint_eq(result, VPNALG_DROP_MALFORMED);
		world_end(&t.w);
	}
}
END_TEST

static void shorten(struct bytes *p, uint32_t length)
{
	p->length = length;
	put16(p->data + 2, length);
	set_fragment(p, get16(p->data + 6)); /* the checksum anew */
}

/* Honestly short: the IP header knows. The checksums behind it are wrong then,
 * which is no reason but for ICMP errors; wrong they stay. */
START_TEST(a_packet_that_ends_early_is_translated_whole_or_not)
{
	const struct cut_row *row = &cut_rows[_i];
	uint32_t length, whole;

	for (length = 20, whole = 21; length < whole; length++) {
		struct talk t;
		struct bytes p;
		unsigned result;

		talk_begin(&t);
		p = row->make(&t);
		whole = p.length;
		if (length < (p.data[0] & 15U) * 4) {
			world_end(&t.w);
			continue;
		}
		shorten(&p, length);
		if (p.data[9] == ICMP && length >= 24)
			set_icmp_checksum(&p);
		result = send_packet(&t.w, row->direction, &p);
		ck_assert_msg((result == VPNALG_TRANSLATED) ==
				      (row->whole_from > 0 &&
				       length >= row->whole_from),
			      "%s of %u: %s", row->name, length,
			      vpnalg_result_text(result));
		world_end(&t.w);
	}
}
END_TEST

TCase *packet_cut_case(void)
{
	TCase *cut = tcase_create("cut");

	tcase_set_timeout(cut, 60);
	tcase_add_loop_test(cut, a_packet_is_cut_at_every_caplen, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(
		cut, a_packet_that_is_ours_does_not_pass_because_it_is_cut, 0,
		ROWS(cut_rows));
	tcase_add_loop_test(
		cut,
		a_packet_that_is_shorter_than_it_says_is_not_translated, 0,
		ROWS(cut_rows));
	tcase_add_loop_test(cut,
			    a_packet_that_ends_early_is_translated_whole_or_not,
			    0, ROWS(cut_rows));
	return cut;
}
