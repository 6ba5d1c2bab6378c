/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP connections by their flags: how they begin, how long they live, and who
 * may end them. */
#include "general_tcp.h"

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

/* RFC 5382 REQ-5 and RFC 7857 2. The states have their own timers here, so that
 * none is taken for another. */
#define HALF_CLOSED 3000000
#define CLOSING 200000
#define RESET 220000

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
	{ "what comes in refreshes nothing", "S<YA5<D<A5",
	  ESTABLISHED - 10000 },
	{ "simultaneous open", "S<SY<YA", ESTABLISHED },
	{ "simultaneous open, SYN again", "S<SS<YA", ESTABLISHED },

	/* RST. */
	{ "refused", "S<R", RESET },
	{ "refused and tried again", "S<R2S<YA", ESTABLISHED },
	{ "RFC 7857: RST from outside", "S<YA<R", RESET },
	{ "after data that was acknowledged", "S<YA<DA<R", RESET },
	{ "RST from inside", "S<YAR", RESET },
	{ "RST from inside again", "S<YAR5R", RESET - 5000 },
	{ "and what follows it", "S<YAR5A", RESET - 5000 },
	{ "RST both ways", "S<YAR5<R", RESET - 5000 },
	{ "RFC 7857 7.1: a RST out does not prolong", "S999999R",
	  TRANSITORY - 54000 },
	{ "nor does one that answers a SYN", "S999999<SR", TRANSITORY - 54000 },
	{ "RFC 5961 3.2: RST in the window", "S<YA<r", ESTABLISHED },
	{ "and its challenge ACK", "S<YA<r1A", ESTABLISHED },
	{ "and the RST that it asks for", "S<YA<r1A<R", RESET },
	{ "RST out of the window", "S<YA<q", ESTABLISHED },
	{ "RST before what was acknowledged", "S<YA<DA<Da<R", ESTABLISHED },
	{ "RST while closing, not exact", "S<YAF<FA5<r", CLOSING - 5000 },
	{ "a forged RST, within the grace", "S<YA<R2D", RESET - 2000 },
	{ "a forged RST, later data", "S<YA<R4D", ESTABLISHED },
	{ "a RST, later acknowledgment", "S<YA<R4A", RESET - 4000 },
	{ "a RST, then a FIN", "S<YA<R4F", RESET - 4000 },
	{ "a forged RST again and again", "S<YA<R2<R2D", ESTABLISHED },
	{ "a RST does not prolong", "S999999999999999999999999<R",
	  TRANSITORY - 216000 },

	/* FIN. */
	{ "FIN from outside alone", "S<YA<F", ESTABLISHED },
	{ "FIN from outside, acknowledged", "S<YA<FA", HALF_CLOSED },
	{ "with data, acknowledged", "S<YA<GA", HALF_CLOSED },
	{ "behind data, acknowledged at once", "S<YA<D<FA", HALF_CLOSED },
	{ "again", "S<YA<F5<F", ESTABLISHED - 5000 },
	{ "a forged FIN", "S<YA<f5A", ESTABLISHED },
	{ "a forged FIN, then the true one", "S<YA<f<FA", HALF_CLOSED },
	{ "a FIN, then a forged one", "S<YA<FA<fA", HALF_CLOSED },
	{ "FIN from inside", "S<YAF", HALF_CLOSED },
	{ "FIN from inside again", "S<YAF5F", HALF_CLOSED },
	{ "half closed inside, data comes in", "S<YAF5<D", HALF_CLOSED - 5000 },
	{ "half closed inside, which acknowledges", "S<YAF5<DA", HALF_CLOSED },
	{ "half closed outside, data goes out", "S<YA<FA5D", HALF_CLOSED },
	{ "FIN both ways", "S<YAF<F", HALF_CLOSED },
	{ "FIN both ways, acknowledged", "S<YAF<FA", CLOSING },
	{ "FIN both ways, acknowledged later", "S<YAF<F9A", CLOSING },
	{ "FIN both ways, the other first", "S<YA<FAF<A", CLOSING },
	{ "FIN both ways at once", "S<YA<Faf<AA", CLOSING },
	{ "FIN both ways, sent again", "S<YAF<FA9<FA", CLOSING },
	{ "FIN before it is established", "SF", TRANSITORY },

	/* Ports used again. */
	{ "after a RST a new connection", "S<YA<R4S<YA", ESTABLISHED },
	{ "after FINs a new connection", "S<YAF<FA5S<YA", ESTABLISHED },
	{ "TIME-WAIT: after FINs a SYN alone", "S<YAF<FA5S", TRANSITORY },
	{ "and a SYN from outside, answered", "S<YAF<FA5<SY<AA", ESTABLISHED },
	{ "after FINs a SYN, and an old RST", "S<YAF<FA5S<r1S<YA",
	  ESTABLISHED },
	{ "after a RST of its own", "S<YAR5S<YA", ESTABLISHED },
	{ "a SYN in between ends nothing", "S<YAS", ESTABLISHED },
	{ "challenge ACK, RST, SYN again", "S<YA<DAS<A1R2S<YA", ESTABLISHED },
	{ "challenge ACK, RST", "S<YA<DAS<A1R", RESET },
	{ "an old SYN-ACK, RST", "S<YR", RESET },
	{ "an old SYN-ACK, RST, SYN, SYN-ACK", "S<YR1S<YA", ESTABLISHED },
	{ "an old SYN-ACK, its RST lost", "S<Y1S<YA", ESTABLISHED },
	{ "the new connection's RST", "S<YA<DAS<YA<R", RESET },
};

static void begin_with_timers(void)
{
	world_forget(&w);
	/* A RST is judged by what was acknowledged: all must be seen. */
	general_world(&w, (struct world_options){
				  .no_fast_path = true,
				  .timers = { .tcp_half_closed = HALF_CLOSED,
					      .tcp_closing = CLOSING,
					      .tcp_reset = RESET } });
}

START_TEST(rfc5382_req5_and_rfc7857_timers)
{
	const struct timer_row *row = &timer_rows[_i];

	begin_with_timers();
	dialog_play(&w, 80, row->dialog);
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
	in(RST, 0);
	check_lives(TRANSITORY);
}
END_TEST

/* By keepalives every two hours (RFC 9293 3.8.4), or by a little data. */
START_TEST(a_half_closed_connection_lives_for_days)
{
	static const char *const dialogs[] = { "S<YAF", "S<YA<FA" };
	unsigned i;

	dialog_play(&w, 80, dialogs[_i]);
	for (i = 0; i < 40; i++) {
		world_wait(&w, 7200000);
		dialog_play(&w, 80, _i == 0 ? "-<DA" : "-D<A");
	}
	check_lives(ESTABLISHED);
}
END_TEST

/* The grace is half of a short time, and three seconds at most. */
static const struct grace_row {
	uint32_t time, grace;
} grace_rows[] = { { 4000, 2000 }, { 8000, 3000 } };

START_TEST(a_connection_goes_on_if_it_is_used_after_the_grace)
{
	const struct grace_row *row = &grace_rows[_i];

	world_forget(&w);
	general_world(&w, (struct world_options){
				  .timers.tcp_transitory = row->time });
	establish();
	in(RST, 0);
	world_wait(&w, row->grace);
	out(ACK, 5);
	world_wait(&w, 1);
	out(ACK, 5);
	check_lives(ESTABLISHED);
	establish();
	in(RST, 0);
	world_wait(&w, row->grace);
	out(ACK, 5);
	check_lives(row->time - row->grace);
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
	tcase_add_loop_test(tcp, a_half_closed_connection_lives_for_days, 0,
			    2);
	tcase_add_loop_test(tcp,
			    a_connection_goes_on_if_it_is_used_after_the_grace,
			    0, ROWS(grace_rows));
	tcase_add_test(tcp, undo_is_evidence_like_any_other);
	tcase_add_test(tcp, connections_of_one_mapping_end_each_for_itself);
	return tcp;
}
