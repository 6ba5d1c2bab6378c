/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors about fragments. */
#include "fragment_error.h"

static const uint32_t lengths[] = { 20 + 8, 20 + 108, 500 };

START_TEST(an_error_about_any_fragment_reaches_its_host)
{
	unsigned host = _i & 1, part = _i >> 1 & 1;
	uint32_t length = lengths[_i >> 2];
	const struct bytes *sent = &inside[host][part];
	struct bytes error, got;

	send_all();
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &outside[host][part],
			   length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	got = last();
	ck_assert_uint_eq(source(&w), ROUTER);
	ck_assert_uint_eq(destination(&w), host ? CLIENT_B : CLIENT_A);
	ck_assert(checksums_right(got.data, got.length));
	/* The quote is what the host has sent, its checksums included. */
	ck_assert_int_eq(memcmp(got.data + 28, sent->data, length), 0);
}
END_TEST

START_TEST(a_hosts_error_about_a_fragment_leaves_in_its_outside_form)
{
	struct bytes whole, parts[2], form[2], error, got;
	struct collected out = { 0 };
	unsigned i;

	send_all();
	whole = udp_packet(SERVER, 53, OUTSIDE, get16(outside[1][0].data + 20),
			   "pong", 4);
	grow(&whole, 2000);
	set_ip_id(&whole, 99);
	for (i = 0; i < 2; i++) {
		parts[i] = fragment_of(&whole, i * 1480, i ? 1980 : 1480);
		ck_assert_uint_eq(send_fragment(&w, VPNALG_IN, &parts[i], &out),
				  VPNALG_TRANSLATED);
		form[i] = out.packets[i];
	}
	for (i = 0; i < 2; i++) {
		error = icmp_error(CLIENT_B, SERVER, TIME_EXCEEDED, &form[i],
				   128);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error),
				  VPNALG_TRANSLATED);
		got = last();
		ck_assert_uint_eq(source(&w), OUTSIDE);
		ck_assert_uint_eq(destination(&w), SERVER);
		ck_assert(checksums_right(got.data, got.length));
		ck_assert_int_eq(memcmp(got.data + 28, parts[i].data, 128), 0);
	}
}
END_TEST

/* It counts for the kind of the session, as the datagram does. */
START_TEST(an_error_about_what_was_put_together_counts_for_its_kind)
{
	struct bytes whole = tcp_packet(CLIENT_A, 5000, SERVER, 80, 7, 0, SYN,
					"", 0);
	struct bytes parts[2] = { fragment_of(&whole, 0, 8),
				  fragment_of(&whole, 8, 20) };
	struct vpnalg_kind_counters counters;
	struct collected out = { 0 };
	struct bytes error;

	send_fragment(&w, VPNALG_OUT, &parts[0], &out);
	send_fragment(&w, VPNALG_OUT, &parts[1], &out);
	ck_assert_uint_eq(out.count, 2);
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &out.packets[1], 32);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert(vpnalg_kind_counters(w.alg, 0, &counters, sizeof(counters)));
	ck_assert_uint_eq(counters.translated[VPNALG_OUT], 0); /* PPTP's */
}
END_TEST

/* What a quote lacks, or has too much of. */
static void no_datagram(struct bytes *quote)
{
	set_ip_id(quote, 12345);
}

static void wrong_checksum(struct bytes *quote)
{
	quote->data[10] ^= 1;
}

static void wrong_remote(struct bytes *quote)
{
	put32(quote->data + 16, SERVER_2);
	set_fragment(quote, get16(quote->data + 6));
}

static const struct {
	const char *what;
	void (*change)(struct bytes *quote);
	unsigned result;
} unknown_quotes[] = {
	{ "of no datagram", no_datagram, VPNALG_UNTOUCHED },
	{ "wrong checksum", wrong_checksum, VPNALG_DROP_CHECKSUM },
	{ "to another remote", wrong_remote, VPNALG_UNTOUCHED },
};

START_TEST(an_error_about_a_fragment_that_nobody_sent_is_not_translated)
{
	struct bytes quote, error;
	unsigned result;

	send_all();
	quote = outside[1][1];
	unknown_quotes[_i].change(&quote);
	error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &quote, 128);
	result = send_packet(&w, VPNALG_IN, &error);
	ck_assert_msg(result == unknown_quotes[_i].result, "%s: %s",
		      unknown_quotes[_i].what, vpnalg_result_text(result));
}
END_TEST

START_TEST(an_error_is_never_held)
{
	struct bytes quote, error;
	uint32_t length;

	send_all();
	for (length = 20; length < 48; length++) {
		quote = outside[0][0];
		error = icmp_error(ROUTER, OUTSIDE, UNREACHABLE, &quote,
				   length);
		ck_assert_uint_ne(send_packet(&w, VPNALG_IN, &error),
				  VPNALG_HELD);
	}
}
END_TEST

TCase *fragment_error_case(void)
{
	TCase *t = tcase_create("errors");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_error_about_any_fragment_reaches_its_host, 0,
			    4 * ROWS(lengths));
	tcase_add_test(
		t, a_hosts_error_about_a_fragment_leaves_in_its_outside_form);
	tcase_add_test(
		t, an_error_about_what_was_put_together_counts_for_its_kind);
	tcase_add_loop_test(
		t, an_error_about_a_fragment_that_nobody_sent_is_not_translated,
		0, ROWS(unknown_quotes));
	tcase_add_test(t, an_error_is_never_held);
	return t;
}
