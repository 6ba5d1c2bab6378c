/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP by the book: what befalls connections in the field, in general traffic
 * and in PPTP's control connections. Linux' conntrack and other NATs hold their
 * code to most of these cases. */
#include "cases.h"
#include "dialog.h"
#include "general.h"

#define TRANSITORY 240000
#define ESTABLISHED 7440000

static struct world w;

/* PPTP, then general traffic: port 1723 is PPTP's. The data is none of PPTP's,
 * which makes a control connection plain TCP. */
static void begin(void)
{
	general_and_vpn_world(&w,
			      (struct world_options){ .choosing = CHOOSE_TAKE,
						      .no_fast_path = true });
}

static void end(void)
{
	world_end(&w);
}

/* A dialog, and how long its session lives then. Of PPTP also how many segments
 * are dropped: it follows the sequence numbers. */
static const struct book_row {
	const char *what, *dialog;
	vpnalg_time general, pptp;
	unsigned dropped;
} book_rows[] = {
	/* RFC 5961 3.2: a RST counts at the next byte alone. */
	{ "a RST of the next byte", "S<YA<DA<R", TRANSITORY, TRANSITORY, 0 },
	{ "a RST in the window", "S<YA<DA<r", ESTABLISHED, ESTABLISHED, 0 },
	{ "a RST out of the window", "S<YA<DA<q", ESTABLISHED, ESTABLISHED,
	  0 },
	{ "four of these, then the true one", "S<YA<DA<r<q<r<q<R", TRANSITORY,
	  TRANSITORY, 0 },
	{ "challenge ACK, and the true RST", "S<YA<r1A<R", TRANSITORY,
	  TRANSITORY, 0 },
	{ "a RST that answers data", "S<YAD<R", TRANSITORY, TRANSITORY, 0 },
	{ "an inexact RST while it closes", "S<YA<FAR5<r", TRANSITORY - 5000,
	  TRANSITORY - 5000, 0 },

	/* RFC 5961 4: a SYN in a connection is answered by an ACK. */
	{ "a SYN, and the challenge ACK", "S<YA<DAN<c", ESTABLISHED,
	  ESTABLISHED, 0 },
	{ "and the RST that answers it", "S<YA<DAN<cxN<YA", ESTABLISHED,
	  ESTABLISHED, 0 },
	{ "a SYN that the remote accepts", "S<YA<DAN<YA", ESTABLISHED,
	  ESTABLISHED, 0 },

	/* The ports of a connection that has ended. */
	{ "a SYN in TIME-WAIT", "S<YAF<FA2N", TRANSITORY, TRANSITORY, 0 },
	{ "and its SYN-ACK", "S<YAF<FA2N<YA", ESTABLISHED, ESTABLISHED, 0 },
	{ "a SYN after a RST", "S<YA<R2N<YA", ESTABLISHED, ESTABLISHED, 0 },
	{ "a SYN after its own RST", "S<YAR2N<YA", ESTABLISHED, ESTABLISHED,
	  0 },

	/* What is left of an earlier connection, which the translator has not
	 * seen. */
	{ "an old SYN-ACK", "S<o", TRANSITORY, TRANSITORY, 0 },
	{ "an old SYN-ACK, then the true one", "S<o1S<YA", ESTABLISHED,
	  ESTABLISHED, 0 },
	{ "an old SYN-ACK, and its RST", "S<ox1N<YA", ESTABLISHED, ESTABLISHED,
	  0 },
	{ "a challenge ACK to the first SYN", "S<cx1N<YA", ESTABLISHED,
	  ESTABLISHED, 0 },

	/* The beginning. */
	{ "a SYN again and again", "S1S2S4S8S", TRANSITORY, TRANSITORY, 0 },
	{ "both at once, and a SYN-ACK", "S<ST<TA<DA", ESTABLISHED,
	  ESTABLISHED, 0 },
	{ "both at once, and a bare ACK", "S<ST<A<DA", ESTABLISHED, ESTABLISHED,
	  0 },
	{ "both at once, and data at once", "S<ST<DA", ESTABLISHED, ESTABLISHED,
	  0 },
	{ "both at once, and a forged ACK", "S<ST<c", TRANSITORY, TRANSITORY,
	  0 },
	{ "refused", "S<R", TRANSITORY, TRANSITORY, 0 },

	/* The end. */
	{ "FIN both ways", "S<YAF<FA", TRANSITORY, TRANSITORY, 0 },
	{ "FIN both ways, the first one again", "S<YAF<AV<FA", TRANSITORY,
	  TRANSITORY, 0 },
	{ "FIN both ways, both again", "S<YAFV<F<VA<VA", TRANSITORY,
	  TRANSITORY, 0 },
	{ "a FIN of the host's", "S<YAF<A", ESTABLISHED, ESTABLISHED, 0 },
	{ "and again", "S<YAFV2V<A", ESTABLISHED, ESTABLISHED, 0 },
	{ "and data of the remote's", "S<YAF<A9<DA<DA", ESTABLISHED,
	  ESTABLISHED, 0 },
	{ "a forged FIN", "S<YA<f9A", ESTABLISHED, ESTABLISHED, 1 },
};

/* Returns the lifetime of the session from now on. */
static void check_left(const struct book_row *row, size_t kind,
		       vpnalg_time left)
{
	world_wait(&w, left - 1);
	ck_assert_msg(closed(&w, kind) == 0, "%s: ended before", row->what);
	world_wait(&w, 1);
	ck_assert_msg(closed(&w, kind) == 1, "%s: lives on", row->what);
}

START_TEST(general_traffic_does_as_the_book_says)
{
	const struct book_row *row = &book_rows[_i];
	enum { BEFORE = VPN_KINDS };

	ck_assert_uint_eq(dialog_play(&w, 80, row->dialog), 0);
	check_left(row, BEFORE + G_TCP, row->general);
}
END_TEST

START_TEST(a_control_connection_does_as_the_book_says)
{
	const struct book_row *row = &book_rows[_i];

	ck_assert_msg(dialog_play(&w, PPTP, row->dialog) == row->dropped,
		      "%s: dropped", row->what);
	check_left(row, CONTROL, row->pptp);
}
END_TEST

TCase *tcp_book_case(void)
{
	TCase *book = tcase_create("TCP by the book");

	tcase_add_checked_fixture(book, begin, end);
	tcase_add_loop_test(book, general_traffic_does_as_the_book_says, 0,
			    ROWS(book_rows));
	tcase_add_loop_test(book, a_control_connection_does_as_the_book_says, 0,
			    ROWS(book_rows));
	return book;
}
