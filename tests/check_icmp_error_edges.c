/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors that are broken, cut, forged or of no use, and those that can be
 * two hosts'. */
#include "cases.h"
#include "general.h"
#include "support_ipsec.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

#define ROUTER 0xc0000209U        /* 192.0.2.9, on the way to the server */
#define INSIDE_ROUTER 0xc0a84d01U /* 192.168.77.1 */

static struct world w;
static uint16_t port; /* outside, of the session below */

/* CLIENT_A has a call with SERVER, own ID 7 and peer's ID 9, and CLIENT_B sends
 * UDP from port 40000 to its port 53, as CLIENT_A did before. */
static void begin_with(struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },	  { vpnalg_ipsec, NULL },
		{ vpnalg_gre, NULL },	  { vpnalg_general, NULL },
	};
	struct connection c = { 0 };

	options.protocols = protocols;
	options.protocol_count = 4;
	options.passive = true;
	world_begin(&w, &options);
	start_control(&w, &c, CLIENT_A, 3000, SERVER);
	ck_assert_uint_eq(call_out(&w, &c, 7, 9), 7);
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	port = udp_open(&w, CLIENT_B, 40000, SERVER, 53);
	ck_assert_uint_ne(port, 40000);
}

static void begin(void)
{
	begin_with((struct world_options){ .units = 0 });
}

static void end(void)
{
	world_end(&w);
}

/* What has gone out, as seen outside, and what has come in, as seen inside. */
static struct bytes gone(void)
{
	return udp_packet(OUTSIDE, port, SERVER, 53, "abcdefgh", 8);
}

static struct bytes come(void)
{
	return udp_packet(SERVER, 53, CLIENT_B, 40000, "abcdefgh", 8);
}

static struct bytes error_in(void)
{
	struct bytes quote = gone();

	return icmp_error(ROUTER, OUTSIDE, 3, &quote, quote.length);
}

static struct bytes error_out(void)
{
	struct bytes quote = come();

	return icmp_error(CLIENT_B, SERVER, 3, &quote, quote.length);
}

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

static void break_checksum(struct bytes *p)
{
	p->data[23] ^= 1;
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

static void quote_anew(struct bytes *p, struct bytes quote)
{
	bool in = get32(p->data + 12) == ROUTER;

	*p = icmp_error(in ? ROUTER : CLIENT_B, in ? OUTSIDE : SERVER, 3,
			&quote, quote.length);
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

static void options(struct bytes *p)
{
	add_ip_options(p, 40);
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

/* An error about the error that the other side has sent about a packet. */
static void quote_an_error_in(struct bytes *p)
{
	struct bytes inner = udp_packet(SERVER, 53, OUTSIDE, port, "abc", 3);

	quote_anew(p, icmp_error(OUTSIDE, SERVER, 3, &inner, 28));
}

static void quote_an_error_out(struct bytes *p)
{
	struct bytes inner = udp_packet(CLIENT_B, 40000, SERVER, 53, "abc", 3);

	quote_anew(p, icmp_error(ROUTER, CLIENT_B, 3, &inner, 28));
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

START_TEST(an_error_about_an_error_is_dropped)
{
	struct bytes p = error_in();

	quote_an_error_in(&p);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_ICMP_ERROR);
	p = error_out();
	quote_an_error_out(&p);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_ICMP_ERROR);
	/* Of the router's own. */
	p = udp_packet(STRANGER, 5, OUTSIDE, 6, "abc", 3);
	p = icmp_error(OUTSIDE, STRANGER, 3, &p, 28);
	p = icmp_error(ROUTER, OUTSIDE, 3, &p, p.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* The quoted checksum is none of ours: wrong it stays, and by as much. */
START_TEST(a_quoted_checksum_keeps_its_fault)
{
	struct bytes p, quote;
	unsigned fault;

	for (fault = 0; fault < 2; fault++) {
		p = error_in();
		p.data[28 + 27] ^= (uint8_t)fault;
		set_icmp_checksum(&p);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		quote = (struct bytes){ .length = w.length - 28 };
		memcpy(quote.data, w.bytes + 28, quote.length);
		ck_assert(checksums_right(quote.data, quote.length) ==
			  (fault == 0));
	}
}
END_TEST

/* Its checksum cannot be looked at, nor is its tail needed: what is in memory
 * comes out as of the whole, and a fault stays a fault. */
START_TEST(of_an_error_only_the_head_need_be_in_memory)
{
	struct bytes whole = error_in(), p = whole, head;
	uint32_t caplen;

	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &whole),
			  VPNALG_TRANSLATED);
	memcpy(p.data, w.bytes, p.length);
	for (caplen = 0; caplen < whole.length; caplen++) {
		send_captured(&w, VPNALG_IN, &whole, caplen);
		ck_assert_msg((w.last.result == VPNALG_TRANSLATED) ==
				      (caplen >= 56),
			      "%u: %s", caplen,
			      vpnalg_result_text(w.last.result));
		if (caplen >= 56)
			ck_assert_mem_eq(w.bytes, p.data, caplen);
		if (caplen < 56 && caplen >= 52) /* the ports are there */
			ck_assert_uint_eq(w.last.result,
					  VPNALG_DROP_QUOTE_SHORT);
	}
	head = whole;
	break_checksum(&head);
	ck_assert_uint_eq(send_captured(&w, VPNALG_IN, &head, 56),
			  VPNALG_TRANSLATED);
	memcpy(head.data, w.bytes, 56);
	ck_assert(!checksums_right(head.data, head.length));
}
END_TEST

/* Of TCP the checksum stands behind the least that is quoted: it is not there,
 * or must be in memory. */
START_TEST(a_tcp_checksum_is_quoted_or_not)
{
	struct bytes quote, p;
	uint32_t length, caplen;

	tcp_out(&w, CLIENT_B, 41000, SERVER, 80, SYN, 0);
	quote = tcp_packet(OUTSIDE, port_from(&w), SERVER, 80, 1001, 0, SYN,
			   NULL, 0);
	for (length = 28; length <= 40; length++) {
		p = icmp_error(ROUTER, OUTSIDE, 11, &quote, length);
		for (caplen = 56; caplen <= p.length; caplen++) {
			send_captured(&w, VPNALG_IN, &p, caplen);
			ck_assert_msg(w.last.result ==
					      (length >= 38 && caplen < 66
						       ? VPNALG_DROP_TRUNCATED
						       : VPNALG_TRANSLATED),
				      "%u of %u: %s", caplen, length,
				      vpnalg_result_text(w.last.result));
		}
	}
}
END_TEST

/* The IP header promises more than came. */
START_TEST(an_error_that_is_longer_than_its_packet_is_malformed)
{
	struct bytes p = error_in();

	p.length -= 4;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_MALFORMED);
}
END_TEST

/* Where a server gives two calls, or two hosts choose one SPI of the server's,
 * nobody knows whose the quoted packet is. */
START_TEST(an_error_about_a_shared_id_is_dropped)
{
	struct bytes quote = gre_packet(OUTSIDE, SERVER, 9, 1), p;
	struct esp a = esp_of(CLIENT_A, SERVER, 0x1111, 0x2222);
	struct esp b = esp_of(CLIENT_B, SERVER, 0x1111, 0x3333);
	struct connection c = { 0 };

	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	start_control(&w, &c, CLIENT_B, 3000, SERVER);
	call_out(&w, &c, 8, 9);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_AMBIGUOUS);
	esp_sends(&w, &a);
	quote = esp_packet(OUTSIDE, SERVER, 0x1111, 1);
	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	esp_sends(&w, &b);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_AMBIGUOUS);
}
END_TEST

/* The Key lies beyond the quote, and one host alone has GRE with that
 * remote. */
START_TEST(a_lone_host_needs_no_id)
{
	static const uint8_t gre[12] = { 0xa0, 0, 8, 0, 1, 2, 0, 0,
					 0,    0, 0, 5 };
	struct bytes out = ip_packet(CLIENT_A, SERVER_2, GRE, gre, 12), p;
	struct bytes quote = ip_packet(OUTSIDE, SERVER_2, GRE, gre, 12);

	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	quote = ip_packet(SERVER_2, CLIENT_A, GRE, gre, 12);
	out = icmp_error(CLIENT_A, SERVER_2, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	out = ip_packet(CLIENT_B, SERVER_2, GRE, gre, 12);
	out.data[31] = 6;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_QUOTE_SHORT);
}
END_TEST

/* A host that moves on does not hear of what another has sent. */
START_TEST(an_error_about_a_dead_session_is_not_translated)
{
	struct bytes p = error_in();

	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.now += 290000;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.now += 10000; /* 5 minutes: the errors have not kept it */
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* A mapping without a session towards the quoted remote and port has sent
 * nothing there, be it permitted to send to the mapping. */
static const struct never_sent_row {
	uint8_t filtering;
	uint32_t to;
	uint16_t to_port;
} never_sent_rows[] = {
	{ VPNALG_FILTERING_ENDPOINT_INDEPENDENT, STRANGER, 53 },
	{ VPNALG_FILTERING_ENDPOINT_INDEPENDENT, SERVER, 54 },
	{ VPNALG_FILTERING_ADDRESS_DEPENDENT, STRANGER, 53 },
	{ VPNALG_FILTERING_ADDRESS_DEPENDENT, SERVER, 54 },
	{ VPNALG_FILTERING_ADDRESS_DEPENDENT, SERVER, 1701 },
	{ VPNALG_FILTERING_ADDRESS_AND_PORT_DEPENDENT, SERVER, 54 },
};

START_TEST(an_error_about_what_was_never_sent_stays_outside)
{
	const struct never_sent_row *row = &never_sent_rows[_i];
	struct bytes quote, p;

	world_end(&w);
	begin_with((struct world_options){
		.general = { .filtering = row->filtering } });
	quote = udp_packet(OUTSIDE, port, row->to, row->to_port, "abc", 3);
	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_UNTOUCHED,
		      "%d: %s", _i, vpnalg_result_text(w.last.result));
}
END_TEST

/* Inside hosts with equal addresses in two zones. */
START_TEST(an_error_gets_the_zone_of_its_session)
{
	struct bytes p = udp_packet(CLIENT_B, 40000, SERVER, 53, "abc", 3);
	uint16_t other;

	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, ZONE + 1),
			  VPNALG_TRANSLATED);
	other = port_from(&w);
	ck_assert_uint_ne(other, port);
	p = udp_packet(OUTSIDE, other, SERVER, 53, "abc", 3);
	p = icmp_error(ROUTER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, ZONE + 1);
	p = error_out();
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, ZONE + 1),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(w.bytes + 28 + 22), other);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, ZONE + 2),
			  VPNALG_DROP_ICMP_ERROR);
}
END_TEST

/* A forged error changes no more than a true one: the connection goes on. */
START_TEST(an_error_ends_nothing)
{
	struct bytes quote, p;
	uint16_t outside;

	tcp_out(&w, CLIENT_B, 41000, SERVER, 80, SYN, 0);
	outside = port_from(&w);
	tcp_in(&w, SERVER, 80, outside, SYN | ACK, 0);
	tcp_out(&w, CLIENT_B, 41000, SERVER, 80, ACK, 0);
	quote = tcp_packet(OUTSIDE, outside, SERVER, 80, 1001, 0, ACK, NULL,
			   0);
	p = icmp_error(ROUTER, OUTSIDE, 3, &quote, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.now += 7000000;
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, outside, ACK, 8),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
}
END_TEST

/* RFC 5508 REQ-8. */
START_TEST(a_session_that_could_not_be_opened_is_to_be_told)
{
	static const bool told[VPNALG_RESULTS] = {
		[VPNALG_DROP_NO_ID] = true,
		[VPNALG_DROP_STORE] = true,
		[VPNALG_DROP_TAKEN] = true,
		[VPNALG_DROP_REFUSED] = true,
		[VPNALG_DROP_DENIED] = true,
		[VPNALG_DROP_LIMIT] = true,
	};
	struct bytes p = udp_packet(CLIENT_A, 42000, SERVER, 53, "abc", 3);
	unsigned direction, result;

	for (direction = 0; direction < 4; direction++)
		for (result = 0; result < 256; result++) {
			struct vpnalg_packet packet = {
				.direction = (uint8_t)direction,
				.result = (uint8_t)result
			};

			ck_assert(vpnalg_wants_prohibited(&packet) ==
				  (direction == VPNALG_OUT &&
				   result < VPNALG_RESULTS && told[result]));
		}
	w.fail_in = 1;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_STORE);
	ck_assert(vpnalg_wants_prohibited(&w.last));
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

/* An error is counted with what it quotes. */
START_TEST(an_error_is_counted_with_what_it_quotes)
{
	struct vpnalg_kind_counters before, after;
	struct bytes p = error_in();
	size_t i;

	for (i = 0; vpnalg_kind_counters(w.alg, i, &before, sizeof(before));
	     i++)
		if (strcmp(before.name, "UDP session") == 0)
			break;
	w.options.no_undo = true;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	break_checksum(&p);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_CHECKSUM);
	vpnalg_kind_counters(w.alg, i, &after, sizeof(after));
	ck_assert_uint_eq(after.translated[0], before.translated[0] + 1);
	ck_assert_uint_eq(after.dropped[0], before.dropped[0] + 1);
}
END_TEST

static void add_tests(TCase *edges)
{
	tcase_add_test(edges, an_error_about_an_error_is_dropped);
	tcase_add_test(edges, a_quoted_checksum_keeps_its_fault);
	tcase_add_test(edges, of_an_error_only_the_head_need_be_in_memory);
	tcase_add_test(edges, a_tcp_checksum_is_quoted_or_not);
	tcase_add_test(edges,
		       an_error_that_is_longer_than_its_packet_is_malformed);
	tcase_add_test(edges, an_error_about_a_shared_id_is_dropped);
	tcase_add_test(edges, a_lone_host_needs_no_id);
	tcase_add_test(edges, an_error_about_a_dead_session_is_not_translated);
	tcase_add_loop_test(edges,
			    an_error_about_what_was_never_sent_stays_outside, 0,
			    ROWS(never_sent_rows));
	tcase_add_test(edges, an_error_gets_the_zone_of_its_session);
	tcase_add_test(edges, an_error_ends_nothing);
	tcase_add_test(edges, a_session_that_could_not_be_opened_is_to_be_told);
	tcase_add_test(edges, an_error_is_counted_with_what_it_quotes);
}

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

TCase *icmp_error_edges_case(void)
{
	TCase *edges = tcase_create("edges");

	tcase_add_checked_fixture(edges, begin, end);
	add_tests(edges);
	return edges;
}
