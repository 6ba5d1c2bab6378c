/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums of ICMP errors and of what they quote; errors that are cut or about
 * errors. */
#include "icmp_error_edges.h"

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

TCase *icmp_error_length_case(void)
{
	TCase *t = tcase_create("checksums and lengths");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, an_error_about_an_error_is_dropped);
	tcase_add_test(t, a_quoted_checksum_keeps_its_fault);
	tcase_add_test(t, of_an_error_only_the_head_need_be_in_memory);
	tcase_add_test(t, a_tcp_checksum_is_quoted_or_not);
	tcase_add_test(t, an_error_that_is_longer_than_its_packet_is_malformed);
	return t;
}
