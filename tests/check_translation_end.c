/* SPDX-License-Identifier: BSD-2-Clause */
/* Translations that are over: sessions end, or packets must be seen again. */
#include "translations.h"

static const struct vpnalg_session_info *session(void)
{
	const struct vpnalg_session_info *info;

	list(&w, &l);
	info = listed_number(&l, offer.number);
	ck_assert_ptr_nonnull(info);
	return info;
}

/* Packets that end sessions, or after which all packets must be seen. */

static void end_control(void)
{
	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq, RST, NULL, 0),
			  VPNALG_TRANSLATED);
}

static void another_host(void)
{
	open_sa_of(CLIENT_B, 1);
}

static void stop_tunnel(void)
{
	ck_assert_uint_eq(client_tells(&w, &tunnel, STOPCCN),
			  VPNALG_TRANSLATED);
}

static void send_fin(void)
{
	ck_assert_uint_eq(dialog_play(&w, 80, "-F"), 0);
}

static void abort_sctp(void)
{
	sctp_passes(false, 6);
}

static void begin_sctp_anew(void)
{
	sctp_passes(false, 1);
}

static void cut_all(void)
{
	struct vpnalg_session_cut cut = { .size = sizeof(cut) };

	while (vpnalg_sessions_cut(w.alg, &cut, w.now, 1000) ==
	       VPNALG_CUT_MORE)
		continue;
}

static const struct {
	unsigned row;
	void (*happens)(void);
} end_rows[] = {
	{ 0, end_control }, { 1, another_host }, { 3, stop_tunnel },
	{ 4, stop_tunnel }, { 8, send_fin },	{ 0, cut_all },
	{ 1, cut_all },	   { 2, cut_all },	{ 3, cut_all },
	{ 4, cut_all },	   { 5, cut_all },	{ 6, cut_all },
	{ 7, cut_all },	   { 8, cut_all },	{ 9, abort_sctp },
	{ 9, cut_all },	   { 9, begin_sctp_anew },
};

START_TEST(a_translation_is_over_when_packets_must_be_seen)
{
	const struct row *row = &rows[end_rows[_i].row];

	open_row(row);
	ask_row(row, VPNALG_IN);
	ck_assert_msg(report(0, 0, 0), "%s", row->what);
	end_rows[_i].happens();
	ck_assert_msg(!report(1, 100, 0), "%s", row->what);
}
END_TEST

/* A TCP connection is followed to its end by what acknowledges it, so a fast
 * path is notified at once. */
static const struct {
	const char *ends; /* a dialog */
	vpnalg_time life; /* at most, afterwards */
} tcp_rows[] = {
	{ "-F", 7440000 },
	{ "-<F", 7440000 },
	{ "-F<AR", 240000 },
	{ "-<FAF<A", 240000 },
	{ "-<q", 240000 }, /* what was acknowledged is not known */
};

START_TEST(the_end_of_a_tcp_connection_takes_it_back)
{
	struct vpnalg_translation in;
	unsigned long before;

	open_row(&rows[8]);
	ask_row(&rows[8], VPNALG_IN);
	in = offer;
	ask_row(&rows[8], VPNALG_OUT);
	before = w.events[VPNALG_EVENT_TAKEN_BACK];
	ck_assert_uint_eq(dialog_play(&w, 80, "-D<A"), 0);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_TAKEN_BACK], before);
	ck_assert(report(10, 1000, 0));
	dialog_play(&w, 80, tcp_rows[_i].ends);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_TAKEN_BACK], before + 1);
	ck_assert_uint_le(session()->expires_in, tcp_rows[_i].life);
	ck_assert(!report(0, 0, 0));
	offer = in;
	ck_assert(!report(0, 0, 0));
}
END_TEST

/* What has passed unseen is as unknown to the one that loads. */
START_TEST(a_tcp_connection_that_was_loaded_ends_as_if_it_had_stayed)
{
	static struct state saved;
	vpnalg_time now;

	open_row(&rows[8]);
	ask_row(&rows[8], VPNALG_OUT);
	ck_assert(report(10, 1000, 0));
	state_save(&w, &saved);
	now = w.now;
	end();
	begin();
	w.now = now;
	ck_assert_int_eq(state_load(&w, &saved), VPNALG_STATE_DONE);
	ck_assert_uint_eq(dialog_play(&w, 80, "-D<A"), 0);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_TAKEN_BACK], 0);
	dialog_play(&w, 80, tcp_rows[_i].ends);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_TAKEN_BACK], 1);
	list(&w, &l);
	ck_assert_uint_le(listed(&l, "TCP session", 40000)->expires_in,
			  tcp_rows[_i].life);
}
END_TEST

TCase *translation_end_case(void)
{
	TCase *t = tcase_create("translation ends");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_translation_is_over_when_packets_must_be_seen,
			    0, ROWS(end_rows));
	tcase_add_loop_test(t, the_end_of_a_tcp_connection_takes_it_back, 0,
			    ROWS(tcp_rows));
	tcase_add_loop_test(
		t, a_tcp_connection_that_was_loaded_ends_as_if_it_had_stayed, 0,
		ROWS(tcp_rows));
	return t;
}
