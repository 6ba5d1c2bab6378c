/* SPDX-License-Identifier: BSD-2-Clause */
/* The form of a message. No byte behind its end is read. */
#include "support_l2tp.h"
#include "cases.h"

#include <vpnalg/l2tp.h>

#include <string.h>

static struct world w;

static void begin(void)
{
	l2tp_world(&w, (struct world_options){ 0 });
}

static void end(void)
{
	world_end(&w);
}

#define SCCRQ_2 "\xc8\x02\0\x1c\0\0\0\0\0\0\0\0" "\x80\x08\0\0\0\0\0\1"
#define SCCRQ_3 "\xc8\x03\0\x1e\0\0\0\0\0\0\0\0" "\x80\x08\0\0\0\0\0\1"

/* Translated, for a header that is none of L2TP's is another protocol's, which
 * goes by its ports. */
#define FOREIGN (0x100 | VPNALG_TRANSLATED)

static const struct {
	const char *what;
	uint32_t length, needed; /* bytes that identify it */
	const char *bytes;
	unsigned result;
} rows[] = {
	{ "SCCRQ", 28, 28, SCCRQ_2 "\x80\x08\0\0\0\x09\0\7",
	  VPNALG_TRANSLATED },
	{ "padding behind it", 30, 28, SCCRQ_2 "\x80\x08\0\0\0\x09\0\7\0\0",
	  VPNALG_TRANSLATED },
	{ "an AVP without a value behind it", 34, 34,
	  "\xc8\x02\0\x22\0\0\0\0\0\0\0\0\x80\x08\0\0\0\0\0\1"
	  "\x80\x08\0\0\0\x09\0\7\x80\x06\0\0\0\x27",
	  VPNALG_TRANSLATED },
	{ "five bytes behind it", 33, 28,
	  "\xc8\x02\0\x21\0\0\0\0\0\0\0\0\x80\x08\0\0\0\0\0\1"
	  "\x80\x08\0\0\0\x09\0\7\x80\x06\0\0\0",
	  VPNALG_DROP_MALFORMED },
	{ "of version 3", 30, 30, SCCRQ_3 "\x80\x0a\0\0\0\x3d\0\0\0\7",
	  VPNALG_TRANSLATED },
	{ "another vendor's 9", 28, 28, SCCRQ_2 "\x80\x08\0\x09\0\x09\0\7",
	  VPNALG_TRANSLATED },
	{ "longer than UDP", 27, 12, SCCRQ_2 "\x80\x08\0\0\0\x09\0", FOREIGN },
	{ "Tunnel ID 0", 28, 28, SCCRQ_2 "\x80\x08\0\0\0\x09\0\0",
	  VPNALG_DROP_MALFORMED },
	{ "a Tunnel ID of one byte", 28, 27, SCCRQ_2 "\x80\x07\0\0\0\x09\7\0",
	  VPNALG_DROP_MALFORMED },
	{ "an AVP longer than the message", 28, 26,
	  SCCRQ_2 "\x80\x09\0\0\0\x09\0\7", VPNALG_DROP_MALFORMED },
	{ "an AVP of length 5", 28, 26, SCCRQ_2 "\x80\x05\0\0\0\x09\0\7",
	  VPNALG_DROP_MALFORMED },
	{ "an AVP of length 0", 28, 26, SCCRQ_2 "\x80\x00\0\0\0\x09\0\7",
	  VPNALG_DROP_MALFORMED },
	{ "less than an AVP left", 28, 26, SCCRQ_2 "\x80\x06\0\0\0\x02\0\0",
	  VPNALG_DROP_MALFORMED },
	{ "no Message Type first", 20, 20,
	  "\xc8\x02\0\x14\0\0\0\0\0\0\0\0\x80\x08\0\0\0\x09\0\7",
	  VPNALG_DROP_MALFORMED },
	{ "a hidden Message Type", 20, 20,
	  "\xc8\x02\0\x14\0\0\0\0\0\0\0\0\xc0\x08\0\0\0\0\0\1",
	  VPNALG_DROP_MALFORMED },
	{ "two Tunnel IDs", 36, 36,
	  "\xc8\x02\0\x24\0\0\0\0\0\0\0\0\x80\x08\0\0\0\0\0\1"
	  "\x80\x08\0\0\0\x09\0\7\x80\x08\0\0\0\x09\0\7",
	  VPNALG_DROP_MALFORMED },
	{ "control without Length", 12, 12, "\x88\x02\0\x0c\0\0\0\0\0\0\0\0",
	  FOREIGN },
	{ "control without Ns", 12, 12, "\xc0\x02\0\x0c\0\0\0\0\0\0\0\0",
	  FOREIGN },
	{ "control with an offset", 12, 12, "\xca\x02\0\x0c\0\0\0\0\0\0\0\0",
	  FOREIGN },
	{ "control with priority", 12, 12, "\xc9\x02\0\x0c\0\0\0\0\0\0\0\0",
	  FOREIGN },
	{ "control of length 11", 12, 12, "\xc8\x02\0\x0b\0\0\0\0\0\0\0\0",
	  FOREIGN },
	{ "control cut short", 11, 2, "\xc8\x02\0\x0b\0\0\0\0\0\0\0", FOREIGN },
	{ "data", 6, 6, "\0\2\0\7\0\1", VPNALG_TRANSLATED },
	{ "data with Ns and Nr", 10, 6, "\x08\2\0\7\0\1\0\0\0\0",
	  VPNALG_TRANSLATED },
	{ "data with an offset", 8, 6, "\x02\2\0\7\0\1\0\0",
	  VPNALG_TRANSLATED },
	{ "data with a length", 8, 8, "\x40\2\0\x08\0\7\0\1",
	  VPNALG_TRANSLATED },
	{ "data with a priority", 6, 6, "\1\2\0\7\0\1", VPNALG_TRANSLATED },
	{ "data with a reserved bit", 6, 2, "\x20\2\0\7\0\1", FOREIGN },
	{ "data longer than its length", 10, 8, "\x40\2\0\x08\0\7\0\1\0\0",
	  VPNALG_TRANSLATED },
	{ "data whose Ns is behind its length", 12, 8,
	  "\x48\2\0\x08\0\7\0\1\0\0\0\0", FOREIGN },
	{ "data with everything", 16, 8, "\x4b\2\0\x10\0\7\0\1\0\0\0\0\0\2\0\0",
	  VPNALG_TRANSLATED },
	{ "data without a session", 5, 2, "\0\2\0\7\0", FOREIGN },
	{ "data without its Nr", 9, 6, "\x08\2\0\7\0\1\0\0\0", FOREIGN },
	{ "data without its offset", 7, 6, "\x02\2\0\7\0\1\0", FOREIGN },
	{ "data longer than UDP", 8, 8, "\x40\2\0\x09\0\7\0\1", FOREIGN },
	{ "data shorter than its header", 8, 8, "\x40\2\0\x07\0\7\0\1",
	  FOREIGN },
	{ "data of version 3", 8, 8, "\0\3\0\0\0\0\0\1", VPNALG_TRANSLATED },
	{ "data of session 0", 8, 8, "\0\3\0\0\0\0\0\0", FOREIGN },
	{ "data of version 3, short", 7, 2, "\0\3\0\0\0\0\0", FOREIGN },
	{ "L2F", 10, 2, "\0\1\0\7\0\1\0\0\0\0", FOREIGN },
	{ "nothing", 0, 0, "", FOREIGN },
	{ "one byte", 1, 0, "\0", FOREIGN },
};

START_TEST(a_message_makes_sense_or_is_dropped)
{
	struct bytes p = udp_packet(CLIENT_A, L2TP, SERVER, L2TP,
				    rows[_i].bytes, rows[_i].length);

	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) ==
			      (rows[_i].result & 0xff),
		      "%s: %s", rows[_i].what,
		      vpnalg_result_text(w.last.result));
	ck_assert_uint_eq(w.records > 0,
			  (rows[_i].result & 0xff) == VPNALG_TRANSLATED);
}
END_TEST

/* All of L2TP shares port 1701: another protocol does not. */
START_TEST(only_what_is_l2tp_shares_its_port)
{
	static const struct vpnalg_protocol sharing[] = {
		{ vpnalg_l2tp, &l2tp_port_1701 },
	};
	struct bytes p = udp_packet(CLIENT_A, 40000, SERVER, L2TP,
				    rows[_i].bytes, rows[_i].length);
	unsigned result;

	world_end(&w);
	l2tp_world(&w, (struct world_options){ .protocols = sharing,
					       .protocol_count = 1 });
	result = send_packet(&w, VPNALG_OUT, &p);
	ck_assert_msg(rows[_i].result == FOREIGN
			      ? result == VPNALG_TRANSLATED &&
					get16(l4(&w)) == 40000
			      : result != VPNALG_TRANSLATED ||
					get16(l4(&w)) == L2TP,
		      "%s: %s", rows[_i].what,
		      vpnalg_result_text(w.last.result));
}
END_TEST

/* A control message for no tunnel has no session, even if its type is not in
 * memory. */
static unsigned when_cut(uint32_t caplen, uint32_t needed, bool control)
{
	return control && caplen >= 12 && caplen < 20 && needed > 12
		       ? VPNALG_DROP_NO_SESSION
		       : VPNALG_DROP_TRUNCATED;
}

START_TEST(a_message_is_judged_as_soon_as_enough_is_in_memory)
{
	struct bytes p = udp_packet(CLIENT_A, L2TP, SERVER, L2TP,
				    rows[_i].bytes, rows[_i].length);
	uint32_t n;

	for (n = 0; n <= rows[_i].length; n++) {
		send_captured(&w, VPNALG_OUT, &p, 28 + n);
		ck_assert_msg(w.last.result ==
				      (n < rows[_i].needed
					       ? when_cut(n, rows[_i].needed,
							  p.data[28] & 0x80)
					       : rows[_i].result & 0xff),
			      "%u bytes of %s: %s", n, rows[_i].what,
			      vpnalg_result_text(w.last.result));
		world_end(&w);
		begin();
	}
}
END_TEST

static const struct {
	const char *what;
	uint32_t length, needed;
	const char *bytes;
	unsigned result;
} ip_rows[] = {
	{ "SCCRQ", 34, 34, "\0\0\0\0" SCCRQ_3 "\x80\x0a\0\0\0\x3d\0\0\0\7",
	  VPNALG_TRANSLATED },
	{ "data", 4, 4, "\0\0\0\1", VPNALG_TRANSLATED },
	{ "three bytes", 3, 0, "\0\0\1", VPNALG_DROP_MALFORMED },
	{ "zeros alone", 4, 4, "\0\0\0\0", VPNALG_DROP_MALFORMED },
	{ "no control message", 12, 6, "\0\0\0\0\0\3\0\0\0\0\0\1",
	  VPNALG_DROP_MALFORMED },
	{ "of version 2", 32, 6, "\0\0\0\0" SCCRQ_2 "\x80\x08\0\0\0\x09\0\7",
	  VPNALG_DROP_MALFORMED },
};

START_TEST(over_ip_too)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, L2TP_IP,
				   ip_rows[_i].bytes, ip_rows[_i].length);

	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) == ip_rows[_i].result,
		      "%s: %s", ip_rows[_i].what,
		      vpnalg_result_text(w.last.result));
}
END_TEST

START_TEST(the_same_holds_over_ip)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, L2TP_IP,
				   ip_rows[_i].bytes, ip_rows[_i].length);
	uint32_t n, needed = ip_rows[_i].needed;

	for (n = 0; n <= ip_rows[_i].length; n++) {
		send_captured(&w, VPNALG_OUT, &p, 20 + n);
		ck_assert_msg(w.last.result ==
				      (n < needed ? when_cut(n - 4, needed - 4,
							     n >= 4)
						  : ip_rows[_i].result),
			      "%u bytes of %s: %s", n, ip_rows[_i].what,
			      vpnalg_result_text(w.last.result));
		world_end(&w);
		begin();
	}
}
END_TEST

/* The length of UDP contradicts that of IP. */
START_TEST(udp_makes_sense_or_is_dropped)
{
	static const uint16_t lengths[] = { 0, 7, 35, 65535 };
	struct bytes p = udp_packet(CLIENT_A, L2TP, SERVER, L2TP,
				    "\0\2\0\7\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				    "\0\0\0\0\0\0", 26);

	put16(p.data + 24, lengths[_i]);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_MALFORMED);
}
END_TEST

TCase *l2tp_message_case(void)
{
	TCase *t = tcase_create("messages");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_message_makes_sense_or_is_dropped, 0,
			    ROWS(rows));
	tcase_add_loop_test(t, only_what_is_l2tp_shares_its_port, 0,
			    ROWS(rows));
	tcase_add_loop_test(
		t, a_message_is_judged_as_soon_as_enough_is_in_memory, 0,
		ROWS(rows));
	tcase_add_loop_test(t, the_same_holds_over_ip, 0, ROWS(ip_rows));
	tcase_add_loop_test(t, over_ip_too, 0, ROWS(ip_rows));
	tcase_add_loop_test(t, udp_makes_sense_or_is_dropped, 0, 4);
	return t;
}
