/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP connections by their flags: how they begin, how long they live, and who
 * may end them. */
#include "cases.h"
#include "general.h"

#include <string.h>

#define TRANSITORY 240000
#define ESTABLISHED 7440000

static struct world w;

static void begin(void)
{
	general_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

static void end(void)
{
	world_end(&w);
}

static void out(uint8_t flags, unsigned data)
{
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 80, flags,
				  data), VPNALG_TRANSLATED);
}

static void in(uint8_t flags, unsigned data)
{
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 40000, flags, data),
			  VPNALG_TRANSLATED);
}

static void establish(void)
{
	out(SYN, 0);
	in(SYN | ACK, 0);
	out(ACK, 0);
}

/* That the session lives for so long from now on, and no longer. */
static void check_lives(vpnalg_time ms)
{
	uint64_t before = closed(&w, G_TCP);

	world_wait(&w, ms - 1);
	ck_assert_msg(closed(&w, G_TCP) == before, "it has ended before");
	world_wait(&w, 1);
	ck_assert_msg(closed(&w, G_TCP) == before + 1, "it lives on");
}

/* A dialog: letters are segments out, or in after '<'. */
static uint8_t flags_of(char letter)
{
	switch (letter) {
	case 'S':
		return SYN;
	case 'Y':
		return SYN | ACK;
	case 'F':
		return FIN | ACK;
	case 'R':
		return RST;
	default:
		return ACK; /* 'A', and 'D' with data */
	}
}

static void play(const char *dialog)
{
	bool inward = false;

	for (; *dialog != '\0'; dialog++) {
		if (*dialog == '<') {
			inward = true;
			continue;
		}
		if (*dialog >= '0' && *dialog <= '9') { /* seconds pass */
			world_wait(&w, (vpnalg_time)(*dialog - '0') * 1000);
			continue;
		}
		if (inward)
			in(flags_of(*dialog), *dialog == 'D' ? 5 : 0);
		else
			out(flags_of(*dialog), *dialog == 'D' ? 5 : 0);
		inward = false;
	}
}

/* RFC 5382 REQ-5 and RFC 7857 2. */
static const struct timer_row {
	const char *what, *dialog;
	vpnalg_time left;
} timer_rows[] = {
	{ "SYN", "S", TRANSITORY },
	{ "SYN again", "S5S", TRANSITORY },
	{ "answered, not acknowledged", "S<Y", TRANSITORY },
	{ "acknowledged, not answered", "SA", TRANSITORY },
	{ "REQ-5: established", "S<YA", ESTABLISHED },
	{ "data", "S<YAD<D", ESTABLISHED },
	{ "what comes in refreshes nothing", "S<YA5<D<A5", ESTABLISHED - 10000 },
	{ "simultaneous open", "S<SY<YA", ESTABLISHED },
	{ "simultaneous open, SYN again", "S<SS<YA", ESTABLISHED },
	{ "refused", "S<R", TRANSITORY },
	{ "refused and tried again", "S<R2S<YA", ESTABLISHED },
	{ "RFC 7857: RST from outside", "S<YA<R", TRANSITORY },
	{ "RST from inside", "S<YAR", TRANSITORY },
	{ "RST from inside again", "S<YAR5R", TRANSITORY - 5000 },
	{ "FIN from outside", "S<YA<F", TRANSITORY },
	{ "FIN from outside, acknowledged", "S<YA<FA", TRANSITORY },
	{ "FIN from inside", "S<YAF", TRANSITORY },
	{ "half closed inside, data comes in", "S<YAF5<D", TRANSITORY - 5000 },
	{ "half closed inside, which acknowledges", "S<YAF5<DA", TRANSITORY },
	{ "FIN both ways", "S<YAF<FA", TRANSITORY },
	{ "FIN both ways, acknowledged later", "S<YAF<F2A", TRANSITORY },
	{ "FIN both ways, the other first", "S<YA<FAF<A", TRANSITORY },
	{ "FIN from outside again", "S<YA<F5<F", TRANSITORY - 5000 },
	{ "a forged FIN, within the grace", "S<YA<F2D", TRANSITORY - 2000 },
	{ "a forged FIN, as the grace ends", "S<YA<F3D", TRANSITORY - 3000 },
	{ "a forged FIN, later data", "S<YA<F4D", ESTABLISHED },
	{ "a forged FIN, later acknowledgment", "S<YA<F4A", ESTABLISHED },
	{ "a forged RST, within the grace", "S<YA<R2D", TRANSITORY - 2000 },
	{ "a forged RST, later data", "S<YA<R4D", ESTABLISHED },
	{ "a RST, later acknowledgment", "S<YA<R4A", TRANSITORY - 4000 },
	{ "a forged FIN and RST, later data", "S<YA<F<R4D", ESTABLISHED },
	{ "a forged RST again and again", "S<YA<R2<R2D", ESTABLISHED },
	{ "after a RST a new connection", "S<YA<R4S<YA", ESTABLISHED },
	{ "after FINs a new connection", "S<YAF<FA5S<YA", ESTABLISHED },
	{ "after FINs a SYN alone", "S<YAF<FA5S", TRANSITORY },
	{ "after a RST of its own", "S<YAR5S<YA", ESTABLISHED },
	{ "a SYN in between ends nothing", "S<YAS", ESTABLISHED },
	{ "a RST does not prolong", "S9<R", TRANSITORY - 9000 },
};

START_TEST(rfc5382_req5_and_rfc7857_timers)
{
	const struct timer_row *row = &timer_rows[_i];

	play(row->dialog);
	world_wait(&w, row->left - 1);
	ck_assert_msg(closed(&w, G_TCP) == 0, "%s: ended before", row->what);
	world_wait(&w, 1);
	ck_assert_msg(closed(&w, G_TCP) == 1, "%s: lives on", row->what);
}
END_TEST

/* A forged end after an end that was taken back starts anew. */
START_TEST(an_end_may_be_announced_again)
{
	establish();
	in(RST, 0);
	world_wait(&w, 4000);
	out(ACK, 5);
	in(FIN | ACK, 0);
	check_lives(TRANSITORY);
}
END_TEST

/* If the time is short the grace is half of it. */
START_TEST(the_grace_is_no_longer_than_half_the_time)
{
	world_forget(&w);
	general_world(&w, (struct world_options){
				  .timers.tcp_transitory = 4000 });
	establish();
	in(RST, 0);
	world_wait(&w, 1999);
	out(ACK, 5);
	world_wait(&w, 2);
	out(ACK, 5);
	check_lives(ESTABLISHED);
	establish();
	in(RST, 0);
	world_wait(&w, 1999);
	out(ACK, 5);
	check_lives(2001);
}
END_TEST

/* Nor is it any longer than three seconds. */
START_TEST(the_grace_is_no_longer_than_three_seconds)
{
	world_forget(&w);
	general_world(&w, (struct world_options){
				  .timers.tcp_transitory = 8000 });
	establish();
	in(RST, 0);
	world_wait(&w, 3000);
	out(ACK, 5);
	world_wait(&w, 1);
	out(ACK, 5);
	check_lives(ESTABLISHED);
}
END_TEST

/* RFC 5382 REQ-2: an inside host that listens on a mapped port is reached, and
 * its answer opens the session. */
START_TEST(rfc5382_req2_a_syn_from_outside_is_answered)
{
	out(SYN, 0);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 999, 40000, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, STRANGER, 999,
				  SYN | ACK, 0), VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), 40000);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 999, 40000, ACK, 5),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, STRANGER, 999, ACK, 5),
			  VPNALG_TRANSLATED);
	world_wait(&w, TRANSITORY);
	ck_assert_uint_eq(closed(&w, G_TCP), 1); /* that with SERVER */
	check_lives(ESTABLISHED - TRANSITORY);
}
END_TEST

/* RFC 5382 REQ-4: what is not answered by the inside host, is by nobody. */
START_TEST(rfc5382_req4_an_unsolicited_syn_is_not_answered)
{
	world_forget(&w);
	general_world(&w, (struct world_options){ .general.filtering = 2 });
	out(SYN, 0);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 999, 40000, SYN, 0),
			  VPNALG_DROP_FILTERED);
	/* And when the inside host opens it too, it is open. */
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, STRANGER, 999, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 999, 40000, SYN, 0),
			  VPNALG_TRANSLATED);
}
END_TEST

/* Without a connection nothing but a SYN goes out. */
static const struct begin_row {
	uint8_t flags;
	unsigned alone, mapped;
} begin_rows[] = {
	{ SYN, VPNALG_TRANSLATED, VPNALG_TRANSLATED },
	{ SYN | PSH, VPNALG_TRANSLATED, VPNALG_TRANSLATED },
	{ SYN | ACK, VPNALG_DROP_NO_CONNECTION, VPNALG_TRANSLATED },
	{ ACK, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ FIN | ACK, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ RST, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ RST | ACK, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ 0, VPNALG_DROP_NO_CONNECTION, VPNALG_DROP_NO_CONNECTION },
	{ SYN | FIN, VPNALG_DROP_MALFORMED, VPNALG_DROP_MALFORMED },
	{ SYN | RST, VPNALG_DROP_MALFORMED, VPNALG_DROP_MALFORMED },
};

START_TEST(a_connection_begins_with_a_syn)
{
	const struct begin_row *row = &begin_rows[_i];

	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 80, row->flags,
				  0), row->alone);
	ck_assert_uint_eq(opened(&w, G_TCP),
			  row->alone == VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, G_MAPPING), opened(&w, G_TCP));
	tcp_out(&w, CLIENT_A, 40000, SERVER, 81, SYN, 0);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 82, row->flags,
				  0), row->mapped);
}
END_TEST

/* RFC 9293 3.1: the header is at least 20 bytes, and within the segment. */
START_TEST(a_header_length_must_fit)
{
	struct bytes p = tcp_packet(CLIENT_A, 40000, SERVER, 80, 1, 0, SYN,
				    "abcd", 4);
	unsigned words;

	for (words = 0; words < 16; words++) {
		p.data[32] = (uint8_t)(words << 4);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  words == 5 || words == 6
					  ? VPNALG_TRANSLATED
					  : VPNALG_DROP_MALFORMED);
	}
}
END_TEST

/* Undo runs the same states, and nothing happens twice. */
START_TEST(undo_is_evidence_like_any_other)
{
	struct bytes p = tcp_packet(OUTSIDE, 40000, SERVER, 80, 1, 1, ACK,
				    NULL, 0);

	out(SYN, 0);
	in(SYN | ACK, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	check_lives(ESTABLISHED);
}
END_TEST

/* A session with another remote port is another connection. */
START_TEST(connections_of_one_mapping_end_each_for_itself)
{
	establish();
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 81, SYN, 0),
			  VPNALG_TRANSLATED);
	check_lives(TRANSITORY);
	ck_assert_uint_eq(closed(&w, G_MAPPING), 0);
	check_lives(ESTABLISHED - TRANSITORY);
}
END_TEST

TCase *general_tcp_case(void)
{
	TCase *tcp = tcase_create("TCP");

	tcase_add_checked_fixture(tcp, begin, end);
	tcase_add_loop_test(tcp, rfc5382_req5_and_rfc7857_timers, 0,
			    ROWS(timer_rows));
	tcase_add_test(tcp, an_end_may_be_announced_again);
	tcase_add_test(tcp, the_grace_is_no_longer_than_half_the_time);
	tcase_add_test(tcp, the_grace_is_no_longer_than_three_seconds);
	tcase_add_test(tcp, rfc5382_req2_a_syn_from_outside_is_answered);
	tcase_add_test(tcp, rfc5382_req4_an_unsolicited_syn_is_not_answered);
	tcase_add_loop_test(tcp, a_connection_begins_with_a_syn, 0,
			    ROWS(begin_rows));
	tcase_add_test(tcp, a_header_length_must_fit);
	tcase_add_test(tcp, undo_is_evidence_like_any_other);
	tcase_add_test(tcp, connections_of_one_mapping_end_each_for_itself);
	return tcp;
}
