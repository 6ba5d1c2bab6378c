/* SPDX-License-Identifier: BSD-2-Clause */
/* The handler of examples/udplite.c: what an outside handler makes of the
 * public headers alone keeps the same promises. */
#include "cases.h"
#include "support.h"

#include <vpnalg/pptp.h>

#include <string.h>


const struct vpnalg_handler *udplite_handler(void);

static struct world w;

static void begin(void)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { udplite_handler, NULL },
	};

	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 2,
						 .choosing = CHOOSE_TAKE });
}

static void end(void)
{
	world_end(&w);
}

/* Over pseudo header and what is covered, whatever the checksum field holds. */
static uint16_t sum_of(const uint8_t *ip)
{
	uint32_t total = get16(ip + 2), i;
	uint32_t coverage = get16(ip + 24), sum = UDPLITE + total - 20;

	for (i = 12; i < 20; i += 2)
		sum += get16(ip + i);
	if (coverage == 0)
		coverage = total - 20;
	for (i = 20; i < 20 + coverage; i++)
		sum += i & 1 ? ip[i] : (uint32_t)ip[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static struct bytes packet(uint32_t from, uint16_t from_port, uint32_t to,
			   uint16_t to_port, uint16_t coverage)
{
	uint8_t udplite_bytes[16] = "12345678abcdefg";
	struct bytes p;
	uint16_t sum;

	put16(udplite_bytes, from_port);
	put16(udplite_bytes + 2, to_port);
	put16(udplite_bytes + 4, coverage);
	put16(udplite_bytes + 6, 0);
	p = ip_packet(from, to, UDPLITE, udplite_bytes, 15);
	sum = (uint16_t)~sum_of(p.data);
	put16(p.data + 26, sum != 0 ? sum : 0xffff);
	return p;
}

static unsigned out(uint32_t host, uint16_t port)
{
	struct bytes p = packet(host, port, SERVER, 5004, 8);

	return send_packet(&w, VPNALG_OUT, &p);
}

static const uint16_t coverages[] = { 0, 8, 9, 11, 15 };

START_TEST(a_datagram_goes_out_and_its_answer_comes_in)
{
	struct bytes p = packet(CLIENT_B, 5000, SERVER, 5004, coverages[_i]);
	uint16_t port;

	out(CLIENT_A, 5000);
	ck_assert_uint_eq(get16(l4(&w)), 5000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	port = get16(l4(&w));
	ck_assert_uint_ne(port, 5000);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(sum_of(w.bytes), 0xffff);
	p = packet(SERVER, 5004, OUTSIDE, port, coverages[_i]);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(get16(l4(&w) + 2), 5000);
	ck_assert_uint_eq(sum_of(w.bytes), 0xffff);
}
END_TEST

START_TEST(a_wrong_checksum_stays_as_wrong)
{
	struct bytes p = packet(CLIENT_A, 5000, SERVER, 5004, 8);
	uint16_t before;

	put16(p.data + 26, get16(p.data + 26) ^ 0x0100);
	before = sum_of(p.data);
	ck_assert_uint_ne(before, 0xffff);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(sum_of(w.bytes), before);
}
END_TEST

/* One of these has a checksum that comes out as 0 when it is translated. */
START_TEST(a_checksum_is_never_sent_as_zero)
{
	unsigned value, found = 0;

	for (value = 0; value < 65536; value++) {
		struct bytes p = packet(CLIENT_A, 5000, SERVER, 5004, 10);

		put16(p.data + 28, value);
		put16(p.data + 26, 0);
		put16(p.data + 26, (uint16_t)~sum_of(p.data));
		if (get16(p.data + 26) == 0)
			put16(p.data + 26, 0xffff);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_ne(get16(l4(&w) + 6), 0);
		ck_assert_uint_eq(sum_of(w.bytes), 0xffff);
		found += get16(l4(&w) + 6) == 0xffff;
	}
	ck_assert_uint_eq(found, 1);
}
END_TEST

/* Of 192.168.77.11, 198.51.100.1, 136 and 15 bytes; then 203.0.113.1. */
START_TEST(a_partial_checksum_is_the_pseudo_headers)
{
	struct bytes p = packet(CLIENT_A, 5000, SERVER, 5004, 8);

	out(CLIENT_B, 5000); /* so another port is taken */
	put16(p.data + 26, 0x3880);
	ck_assert_uint_eq(send_summed(&w, VPNALG_OUT, &p,
				      VPNALG_CHECKSUM_PARTIAL),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(l4(&w)), 5000);
	ck_assert_uint_eq(get16(l4(&w) + 6), 0x66ce);
}
END_TEST

static const struct coverage_row {
	uint16_t coverage;
	unsigned result;
} coverage_rows[] = {
	{ 1, VPNALG_DROP_MALFORMED },  { 7, VPNALG_DROP_MALFORMED },
	{ 16, VPNALG_DROP_MALFORMED }, { 65535, VPNALG_DROP_MALFORMED },
	{ 15, VPNALG_TRANSLATED },
};

START_TEST(coverage_must_fit)
{
	struct bytes p = packet(CLIENT_A, 5000, SERVER, 5004, 8);

	put16(p.data + 24, coverage_rows[_i].coverage);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  coverage_rows[_i].result);
}
END_TEST

START_TEST(what_comes_in_needs_a_session_and_its_remote_port)
{
	struct bytes p = packet(SERVER, 5004, OUTSIDE, 5000, 8);

	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	out(CLIENT_A, 5000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = packet(SERVER, 5005, OUTSIDE, 5000, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_PORT_HELD);
	p = packet(SERVER, 5004, OUTSIDE, 5001, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_GUARDED);
	p = packet(OUTSIDE, 5001, SERVER, 5004, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	/* What comes in keeps nothing. */
	world_wait(&w, 200000);
	p = packet(SERVER, 5004, OUTSIDE, 5000, 8);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	world_wait(&w, 100000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

START_TEST(fragments_do_not_leave)
{
	struct bytes p = packet(CLIENT_A, 5000, SERVER, 5004, 8);

	set_fragment(&p, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FRAGMENT);
	set_fragment(&p, 0x0002);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FRAGMENT);
}
END_TEST

START_TEST(a_datagram_is_cut_at_every_length)
{
	struct bytes p = packet(CLIENT_A, 5000, SERVER, 5004, 8), early;
	uint32_t length;

	for (length = 0; length <= p.length; length++)
		ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, length),
				  length < 20	? VPNALG_UNTOUCHED
				  : length < 28 ? VPNALG_DROP_TRUNCATED
						: VPNALG_TRANSLATED);
	for (length = 20; length <= p.length; length++) {
		early = p;
		early.length = length;
		put16(early.data + 2, length);
		set_fragment(&early, 0);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &early),
				  length < 28 ? VPNALG_DROP_MALFORMED
					      : VPNALG_TRANSLATED);
	}
}
END_TEST

/* An error quotes what its receiver has sent. */
START_TEST(an_icmp_error_gets_both_ports_right)
{
	struct bytes sent = packet(CLIENT_B, 5000, SERVER, 80, 0), seen, p;

	ck_assert_uint_eq(out(CLIENT_A, 5000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &sent),
			  VPNALG_TRANSLATED);
	seen = (struct bytes){ .length = w.length };
	memcpy(seen.data, w.bytes, w.length);
	ck_assert_uint_ne(get16(seen.data + 20), 5000);
	p = icmp_error(STRANGER, OUTSIDE, 3, &seen, seen.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_mem_eq(w.bytes + 28, sent.data, sent.length);
	put16(seen.data + 22, 81); /* it never sent there */
	p = icmp_error(STRANGER, OUTSIDE, 3, &seen, seen.length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_ICMP_ERROR);
}
END_TEST

/* A record, its two keys, a guard and its key. */
START_TEST(a_store_that_fails_costs_one_datagram)
{
	long n;

	for (n = 1; n <= 5; n++) {
		w.fail_in = n;
		ck_assert_uint_eq(out(CLIENT_A, 5000), VPNALG_DROP_STORE);
		ck_assert_int_eq(w.records, 0);
		ck_assert_int_eq(w.bindings, 0);
	}
	ck_assert_uint_eq(out(CLIENT_A, 5000), VPNALG_TRANSLATED);
}
END_TEST

Suite *udplite_suite(void)
{
	Suite *suite = suite_create("UDP-Lite");
	TCase *all = tcase_create("all");

	tcase_add_checked_fixture(all, begin, end);
	tcase_add_loop_test(all, a_datagram_goes_out_and_its_answer_comes_in,
			    0, ROWS(coverages));
	tcase_add_test(all, a_wrong_checksum_stays_as_wrong);
	tcase_add_test(all, a_checksum_is_never_sent_as_zero);
	tcase_add_test(all, a_partial_checksum_is_the_pseudo_headers);
	tcase_add_loop_test(all, coverage_must_fit, 0, ROWS(coverage_rows));
	tcase_add_test(all, what_comes_in_needs_a_session_and_its_remote_port);
	tcase_add_test(all, fragments_do_not_leave);
	tcase_add_test(all, a_datagram_is_cut_at_every_length);
	tcase_add_test(all, an_icmp_error_gets_both_ports_right);
	tcase_add_test(all, a_store_that_fails_costs_one_datagram);
	suite_add_tcase(suite, all);
	return suite;
}
