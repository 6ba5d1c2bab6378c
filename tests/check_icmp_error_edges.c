/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors that are broken, cut or forged, each with its reason. */
#include "icmp_error_edges.h"

/* Changes of an error that came in about UDP, or of its quote; the ICMP
 * checksum is right afterwards but where the row says so. */
static void nothing(struct bytes *p)
{
	(void)p;
}

static void set_type(struct bytes *p, uint8_t type)
{
	p->data[20] = type;
	set_icmp_checksum(p);
}

static void redirect(struct bytes *p)
{
	set_type(p, 5);
}

static void reply(struct bytes *p)
{
	set_type(p, 0);
}

static void break_code(struct bytes *p)
{
	p->data[21] ^= 1;
}

static void set_checksum_to(struct bytes *p, unsigned value)
{
	put16(p->data + 22, value);
}

static void zero_checksum(struct bytes *p)
{
	set_checksum_to(p, 0);
}

static void break_quoted_checksum(struct bytes *p)
{
	p->data[28 + 11] ^= 1;
	set_icmp_checksum(p);
}

static void break_quoted_ttl(struct bytes *p)
{
	p->data[28 + 8]--;
	set_icmp_checksum(p);
}

static void break_quoted_udp(struct bytes *p)
{
	p->data[28 + 27] ^= 1;
	set_icmp_checksum(p);
}

static struct bytes quoted(const struct bytes *p)
{
	struct bytes quote = { .length = p->length - 28 };

	memcpy(quote.data, p->data + 28, quote.length);
	return quote;
}

static void quote_fragment(struct bytes *p, uint16_t field)
{
	struct bytes quote = quoted(p);

	set_fragment(&quote, field);
	quote_anew(p, quote);
}

static void first_fragment(struct bytes *p)
{
	quote_fragment(p, 0x2000);
}

static void later_fragment(struct bytes *p)
{
	quote_fragment(p, 0x2010);
}

static void quote_options(struct bytes *p)
{
	struct bytes quote = quoted(p);

	add_ip_options(&quote, 40);
	quote_anew(p, quote);
}

static void quote_route(struct bytes *p)
{
	struct bytes quote = quoted(p);

	add_ip_options(&quote, 8);
	memcpy(quote.data + 20, "\x07\x07\x04", 3);
	set_fragment(&quote, 0);
	quote_anew(p, quote);
}

static void route(struct bytes *p)
{
	add_ip_options(p, 8);
	memcpy(p->data + 20, "\x07\x07\x04", 3);
	set_fragment(p, 0);
}

static void be_first_fragment(struct bytes *p)
{
	set_fragment(p, 0x2000);
}

static void set_outer(struct bytes *p, unsigned at, uint32_t address)
{
	put32(p->data + at, address);
	set_fragment(p, 0);
}

static void from_the_router_inside(struct bytes *p)
{
	set_outer(p, 12, INSIDE_ROUTER);
}

static void from_the_gateway_itself(struct bytes *p)
{
	set_outer(p, 12, OUTSIDE);
}

static void from_nobody(struct bytes *p)
{
	set_outer(p, 12, 0xe0000001);
}

static void to_another_host(struct bytes *p)
{
	set_outer(p, 16, STRANGER);
}

/* RFC 4884: an extension behind the quote, which is padded with zeros. */
static void extend(struct bytes *p)
{
	memset(p->data + p->length, 0, 128);
	p->length = 28 + 128;
	memcpy(p->data + p->length, "\x20\0\0\0\0\x0c\1\1abcdefgh", 16);
	p->length += 16;
	p->data[25] = 32; /* words of the quote */
	put16(p->data + 2, p->length);
	set_fragment(p, 0);
	set_icmp_checksum(p);
}

/* Of a packet that was never sent. */
static void quote_another_port(struct bytes *p)
{
	struct bytes quote = quoted(p);

	quote.data[20] ^= 0x10;
	quote.data[22] ^= 0x10;
	quote_anew(p, quote);
}

static const struct row {
	const char *name;
	void (*change)(struct bytes *p);
	unsigned in, out; /* the results; 1 is VPNALG_UNTOUCHED */
	bool no_undo;
} rows[] = {
	{ "as it is", nothing, 0, 0, false },
	{ "a redirect", redirect, 1, VPNALG_DROP_ICMP_ERROR, false },
	{ "an echo reply", reply, 1, VPNALG_DROP_NO_SESSION, false },
	{ "wrong checksum", break_checksum, VPNALG_DROP_CHECKSUM,
	  VPNALG_DROP_CHECKSUM, false },
	{ "another code than summed", break_code, VPNALG_DROP_CHECKSUM,
	  VPNALG_DROP_CHECKSUM, false },
	{ "no checksum", zero_checksum, VPNALG_DROP_CHECKSUM,
	  VPNALG_DROP_CHECKSUM, false },
	{ "wrong quoted checksum", break_quoted_checksum, VPNALG_DROP_CHECKSUM,
	  VPNALG_DROP_CHECKSUM, false },
	{ "another quoted TTL", break_quoted_ttl, VPNALG_DROP_CHECKSUM,
	  VPNALG_DROP_CHECKSUM, false },
	{ "wrong quoted UDP checksum", break_quoted_udp, 0, 0, false },
	{ "about a first fragment", first_fragment, 0, 0, false },
	{ "about a later fragment", later_fragment, 1, VPNALG_DROP_FRAGMENT,
	  false },
	{ "quoted options", quote_options, 0, 0, false },
	{ "a quoted route", quote_route, VPNALG_DROP_OPTIONS,
	  VPNALG_DROP_OPTIONS, false },
	{ "options", options, 0, 0, false },
	{ "a route", route, VPNALG_DROP_OPTIONS, VPNALG_DROP_OPTIONS, false },
	{ "a first fragment", be_first_fragment, VPNALG_DROP_FRAGMENT,
	  VPNALG_DROP_FRAGMENT, false },
	{ "to another than the quoted sender", to_another_host,
	  VPNALG_DROP_MALFORMED, VPNALG_DROP_MALFORMED, false },
	{ "from a group", from_nobody, VPNALG_DROP_MALFORMED, 0, true },
	{ "from a router inside", from_the_router_inside, 0, 0, true },
	{ "from the gateway itself", from_the_gateway_itself, 0, 0, true },
	{ "extended", extend, 0, 0, false },
	{ "about another port", quote_another_port, 1, VPNALG_DROP_ICMP_ERROR,
	  false },
};

/* What has come out, judged by all that is known of it. */
static void check_out(const struct row *row)
{
	ck_assert_msg(source(&w) == OUTSIDE && destination(&w) == SERVER,
		      "%s: addresses", row->name);
}

static void send_changed(const struct row *row, bool inward, unsigned result)
{
	struct bytes p = inward ? error_in() : error_out();

	row->change(&p);
	ck_assert_msg(send_packet(&w, inward ? VPNALG_IN : VPNALG_OUT, &p) ==
			      result,
		      "%s %s: %s", row->name, inward ? "in" : "out",
		      vpnalg_result_text(w.last.result));
	if (result != VPNALG_TRANSLATED)
		return;
	if (inward)
		ck_assert_msg(destination(&w) == CLIENT_B, "%s", row->name);
	else
		check_out(row);
}

START_TEST(an_error_passes_or_is_dropped_with_a_reason)
{
	const struct row *row = &rows[_i];

	begin_with((struct world_options){ .no_undo = row->no_undo });
	send_changed(row, true, row->in);
	send_changed(row, false, row->out);
	world_end(&w);
}
END_TEST

/* Promise 11: what a handler makes of a quote costs that error. */
static unsigned answer;
static bool forgets;

static enum vpnalg_result quote_wrongly(struct vpnalg_step *step)
{
	if (forgets)
		step->record = NULL;
	return (enum vpnalg_result)answer;
}

static const struct vpnalg_handler *wrong_handler(void)
{
	static struct vpnalg_handler wrong;

	wrong = *vpnalg_general();
	wrong.quote = quote_wrongly;
	return &wrong;
}

static const struct wrong_row {
	const char *name;
	unsigned answer;
	bool forgets;
	unsigned in, out;
} wrong_rows[] = {
	{ "translated, and the address is the old one", 0, false,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "translated, for no session", 0, true, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "untouched", 1, false, VPNALG_UNTOUCHED, VPNALG_DROP_ICMP_ERROR },
	{ "held", 2, false, VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "a reason", VPNALG_DROP_AMBIGUOUS, false, VPNALG_DROP_AMBIGUOUS,
	  VPNALG_DROP_AMBIGUOUS },
	{ "no reason", VPNALG_RESULTS, false, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "a reason of its own, of which it has none", 128, false,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "out of range", 255, false, VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
};

START_TEST(a_handler_that_quotes_wrongly_costs_the_error)
{
	static const struct vpnalg_protocol protocols[] = {
		{ wrong_handler, NULL },
	};
	const struct wrong_row *row = &wrong_rows[_i];
	struct bytes p;

	answer = row->answer;
	forgets = row->forgets;
	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 1 });
	port = udp_open(&w, CLIENT_B, 40000, SERVER, 53);
	p = error_in();
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == row->in, "%s: %s",
		      row->name, vpnalg_result_text(w.last.result));
	p = error_out();
	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) == row->out, "%s: %s",
		      row->name, vpnalg_result_text(w.last.result));
	world_end(&w);
}
END_TEST

TCase *icmp_error_rows_case(void)
{
	TCase *tcase = tcase_create("rows");

	tcase_add_loop_test(tcase, an_error_passes_or_is_dropped_with_a_reason,
			    0, ROWS(rows));
	tcase_add_loop_test(tcase,
			    a_handler_that_quotes_wrongly_costs_the_error, 0,
			    ROWS(wrong_rows));
	return tcase;
}
