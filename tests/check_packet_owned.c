/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors and fragments of protocols that a handler owns: translated, or
 * dropped, so that no inside address leaves and the router's own stack does not
 * answer. And packets at odd addresses. */
#include "toy.h"
#include "cases.h"

#include <stdlib.h>
#include <string.h>

/* CLIENT_A has a call with SERVER, own ID 7 and peer's ID 9, from port 3000.
 * STRANGER is nobody's remote. */
static void talk_begin(struct world *w, struct connection *c)
{
	memset(c, 0, sizeof(*c));
	world_begin(w, &(struct world_options){ .no_undo = true });
	start_control(w, c, CLIENT_A, 3000, SERVER);
	ck_assert_uint_eq(call_out(w, c, 7, 9), 7);
	ck_assert_uint_eq(c->outside_port, 3000);
}

enum quoted { A_GRE, A_GRE_OF_NO_CALL, A_TCP, A_WEB_TCP, A_UDP, A_GRE_0 };

/* Packets between local and remote, the remote being the server. */
static struct bytes packet_of(enum quoted what, bool inward, uint32_t local,
			      uint32_t remote)
{
	uint32_t from = inward ? remote : local, to = inward ? local : remote;
	uint16_t server_port = what == A_TCP ? PPTP : 443;
	struct bytes p;

	switch (what) {
	case A_GRE:
		return gre_packet(from, to, inward ? 7 : 9, 1);
	case A_GRE_OF_NO_CALL:
		return gre_packet(from, to, 1234, 1);
	case A_GRE_0:
		p = gre_packet(from, to, 9, 1);
		p.data[21] = 0;
		return p;
	case A_UDP:
		return udp_packet(from, 3000, to, 3000, "12345678", 8);
	default:
		return tcp_packet(from, inward ? server_port : 3000, to,
				  inward ? 3000 : server_port, 1, 1, ACK, NULL,
				  0);
	}
}

static const struct error_row {
	const char *name;
	uint8_t direction; /* of the error */
	enum quoted what;
	uint32_t remote; /* of the quoted packet */
	unsigned result;
} error_rows[] = {
	{ "in, about the call", VPNALG_IN, A_GRE, SERVER, VPNALG_TRANSLATED },
	{ "in, about a call unknown to us", VPNALG_IN, A_GRE_OF_NO_CALL,
	  SERVER, VPNALG_DROP_ICMP_ERROR },
	{ "in, about other GRE to that remote", VPNALG_IN, A_GRE_0, SERVER,
	  VPNALG_DROP_ICMP_ERROR },
	{ "in, about the control connection", VPNALG_IN, A_TCP, SERVER,
	  VPNALG_TRANSLATED },
	{ "in, about the router's own GRE", VPNALG_IN, A_GRE, STRANGER,
	  VPNALG_UNTOUCHED },
	{ "in, about the router's GRE tunnel", VPNALG_IN, A_GRE_0, STRANGER,
	  VPNALG_UNTOUCHED },
	{ "in, about the router's own PPTP", VPNALG_IN, A_TCP, STRANGER,
	  VPNALG_UNTOUCHED },
	{ "in, about the web", VPNALG_IN, A_WEB_TCP, SERVER,
	  VPNALG_UNTOUCHED },
	{ "in, about UDP", VPNALG_IN, A_UDP, SERVER, VPNALG_UNTOUCHED },
	{ "out, about the call", VPNALG_OUT, A_GRE, SERVER,
	  VPNALG_TRANSLATED },
	{ "out, about no call", VPNALG_OUT, A_GRE_OF_NO_CALL, STRANGER,
	  VPNALG_DROP_ICMP_ERROR },
	{ "out, about the control connection", VPNALG_OUT, A_TCP, SERVER,
	  VPNALG_TRANSLATED },
	{ "out, about the web", VPNALG_OUT, A_WEB_TCP, SERVER,
	  VPNALG_UNTOUCHED },
	{ "out, about UDP", VPNALG_OUT, A_UDP, SERVER, VPNALG_UNTOUCHED },
};

START_TEST(an_icmp_error_goes_by_the_packet_it_quotes)
{
	const struct error_row *row = &error_rows[_i];
	bool in = row->direction == VPNALG_IN;
	uint32_t length;
	struct connection c = { 0 };
	struct bytes quote, p;
	struct world w;

	talk_begin(&w, &c);
	quote = packet_of(row->what, !in, in ? OUTSIDE : CLIENT_A,
			  row->remote);
	/* RFC 792 asks for 8 bytes behind the IP header, many send more. */
	for (length = 28; length <= quote.length; length++) {
		if (in)
			p = icmp_error(STRANGER, OUTSIDE, 11, &quote, length);
		else
			p = icmp_error(CLIENT_A, row->remote, 11, &quote,
				       length);
		ck_assert_msg(send_packet(&w, row->direction, &p) ==
				      row->result,
			      "%s: %s", row->name,
			      vpnalg_result_text(w.last.result));
	}
	world_end(&w);
}
END_TEST

/* The snap length may end inside the quote. */
START_TEST(a_cut_error_about_the_routers_own_is_not_dropped)
{
	struct connection c = { 0 };
	struct bytes quote, p;
	struct world w;
	uint32_t caplen;

	talk_begin(&w, &c);
	quote = packet_of(A_GRE, false, OUTSIDE, STRANGER);
	p = icmp_error(STRANGER, OUTSIDE, 11, &quote, quote.length);
	for (caplen = 0; caplen <= p.length; caplen++)
		ck_assert_msg(send_captured(&w, VPNALG_IN, &p, caplen) ==
				      VPNALG_UNTOUCHED, "at %u", caplen);
	world_end(&w);
}
END_TEST

static const struct fragment_row {
	const char *name;
	uint8_t direction;
	enum quoted what;
	uint32_t remote;
	unsigned first, later;
} fragment_rows[] = {
	{ "GRE of the call, out", VPNALG_OUT, A_GRE, SERVER,
	  VPNALG_DROP_FRAGMENT, VPNALG_DROP_FRAGMENT },
	{ "GRE of the call, in", VPNALG_IN, A_GRE, SERVER,
	  VPNALG_DROP_FRAGMENT, VPNALG_DROP_FRAGMENT },
	{ "GRE of no call, out", VPNALG_OUT, A_GRE_OF_NO_CALL, SERVER,
	  VPNALG_DROP_FRAGMENT, VPNALG_DROP_FRAGMENT },
	{ "GRE of no call, in", VPNALG_IN, A_GRE_OF_NO_CALL, SERVER,
	  VPNALG_DROP_GUARDED, VPNALG_DROP_FRAGMENT },
	{ "GRE to a stranger", VPNALG_OUT, A_GRE, STRANGER,
	  VPNALG_DROP_FRAGMENT, VPNALG_UNTOUCHED },
	{ "GRE from a stranger", VPNALG_IN, A_GRE, STRANGER,
	  VPNALG_UNTOUCHED, VPNALG_UNTOUCHED },
	{ "control, out", VPNALG_OUT, A_TCP, SERVER, VPNALG_DROP_FRAGMENT,
	  VPNALG_DROP_FRAGMENT },
	{ "control, in", VPNALG_IN, A_TCP, SERVER, VPNALG_DROP_FRAGMENT,
	  VPNALG_DROP_FRAGMENT },
	{ "web to a stranger", VPNALG_OUT, A_WEB_TCP, STRANGER,
	  VPNALG_UNTOUCHED, VPNALG_UNTOUCHED },
	{ "UDP", VPNALG_OUT, A_UDP, SERVER, VPNALG_UNTOUCHED,
	  VPNALG_UNTOUCHED },
};

START_TEST(a_fragment_of_ours_is_dropped)
{
	const struct fragment_row *row = &fragment_rows[_i];
	bool in = row->direction == VPNALG_IN;
	struct connection c = { 0 };
	struct world w;
	struct bytes p;

	talk_begin(&w, &c);
	p = packet_of(row->what, in, in ? OUTSIDE : CLIENT_A, row->remote);
	set_fragment(&p, 0x2000);
	ck_assert_msg(send_packet(&w, row->direction, &p) == row->first,
		      "first %s: %s", row->name,
		      vpnalg_result_text(w.last.result));
	set_fragment(&p, 0x2003);
	ck_assert_msg(send_packet(&w, row->direction, &p) == row->later,
		      "later %s: %s", row->name,
		      vpnalg_result_text(w.last.result));
	set_fragment(&p, 0x0003);
	ck_assert_msg(send_packet(&w, row->direction, &p) == row->later,
		      "last %s: %s", row->name,
		      vpnalg_result_text(w.last.result));
	world_end(&w);
}
END_TEST

/* The same packet at eight addresses gives the same bytes eight times. */
START_TEST(a_packet_may_lie_at_any_address)
{
	struct bytes m = message(12, 7, 0, 0), p;
	uint8_t expected[2048], *block = malloc(2048 + 8);
	struct connection c = { 0 };
	struct world w;
	unsigned at;

	talk_begin(&w, &c);
	p = tcp_packet(CLIENT_A, 3000, SERVER, PPTP, c.client_seq,
		       c.server_seq, ACK | PSH, m.data, m.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	memcpy(expected, w.bytes, p.length);
	for (at = 0; at < 8; at++) {
		struct vpnalg_packet packet = { .data = block + at,
						.caplen = p.length,
						.len = p.length,
						.zone = ZONE };

		memcpy(block + at, p.data, p.length);
		vpnalg_process(w.alg, &packet, 1, w.now);
		ck_assert_uint_eq(packet.result, VPNALG_TRANSLATED);
		ck_assert(memcmp(block + at, expected, p.length) == 0);
	}
	free(block);
	world_end(&w);
}
END_TEST

START_TEST(ip_options_are_stepped_over)
{
	struct connection c = { 0 };
	struct world w;
	struct bytes p;
	unsigned length;

	talk_begin(&w, &c);
	for (length = 0; length <= 40; length += 4) {
		p = gre_packet(SERVER, OUTSIDE, 7, 1);
		add_ip_options(&p, length);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(destination(&w), CLIENT_A);
		ck_assert_uint_eq(gre_call_id(&w), 7);
	}
	world_end(&w);
}
END_TEST

/* RFC 791 3.1: route and timestamp options hold addresses, and the inside
 * host's would go out in one. */
static const struct option_row {
	const char *name;
	uint8_t option[8];
	bool dropped;
} option_rows[] = {
	{ "no operation", { 1, 1, 1, 1, 1, 1, 1, 1 }, false },
	{ "end of list", { 0, 0, 0, 0, 0, 0, 0, 0 }, false },
	{ "router alert", { 148, 4, 0, 0, 1, 1, 1, 0 }, false },
	{ "record route", { 7, 7, 4, 0, 0, 0, 0, 0 }, true },
	{ "loose source route", { 131, 7, 4, 198, 51, 100, 9, 0 }, true },
	{ "strict source route", { 137, 7, 4, 198, 51, 100, 9, 0 }, true },
	{ "timestamp", { 68, 8, 5, 1, 0, 0, 0, 0 }, true },
	{ "record route behind others", { 148, 4, 0, 0, 1, 7, 3, 4 }, true },
	{ "record route behind the end", { 1, 0, 7, 6, 4, 0, 0, 0 }, false },
	{ "the last byte", { 1, 1, 1, 1, 1, 1, 1, 7 }, true },
	{ "a length of 0", { 148, 0, 7, 6, 4, 0, 0, 0 }, false },
	{ "a length of 1", { 148, 1, 7, 6, 4, 0, 0, 0 }, false },
	{ "a length beyond the header", { 148, 255, 7, 6, 4, 0, 0, 0 },
	  false },
	{ "no length", { 1, 1, 1, 1, 1, 1, 1, 148 }, false },
};

START_TEST(an_ip_option_with_addresses_does_not_pass)
{
	const struct option_row *row = &option_rows[_i];
	struct connection c = { 0 };
	struct world w;
	struct bytes p;
	unsigned other;

	talk_begin(&w, &c);
	p = gre_packet(CLIENT_A, SERVER, 9, 1);
	add_ip_options(&p, 8);
	memcpy(p.data + 20, row->option, 8);
	set_fragment(&p, 0); /* the checksum anew */
	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) ==
			      (row->dropped ? VPNALG_DROP_OPTIONS
					    : VPNALG_TRANSLATED),
		      "%s: %s", row->name,
		      vpnalg_result_text(w.last.result));
	/* Those of others are none of our business. */
	p.data[9] = ESP;
	set_fragment(&p, 0);
	other = send_packet(&w, VPNALG_OUT, &p);
	ck_assert_uint_eq(other, VPNALG_UNTOUCHED);
	world_end(&w);
}
END_TEST

TCase *packet_owned_case(void)
{
	TCase *owned = tcase_create("owned");

	tcase_add_loop_test(owned, an_icmp_error_goes_by_the_packet_it_quotes,
			    0, ROWS(error_rows));
	tcase_add_test(owned,
		       a_cut_error_about_the_routers_own_is_not_dropped);
	tcase_add_loop_test(owned, a_fragment_of_ours_is_dropped, 0,
			    ROWS(fragment_rows));
	tcase_add_test(owned, a_packet_may_lie_at_any_address);
	tcase_add_test(owned, ip_options_are_stepped_over);
	tcase_add_loop_test(owned, an_ip_option_with_addresses_does_not_pass,
			    0, ROWS(option_rows));
	return owned;
}
