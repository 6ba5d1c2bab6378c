/* SPDX-License-Identifier: BSD-2-Clause */
/* Translations as data. After each packet of all tests it is checked that an
 * offered translation is the one that the packet got: support_send.c. */
#include "translations.h"

static const struct vpnalg_session_info *session(void)
{
	const struct vpnalg_session_info *info;

	list(&w, &l);
	info = listed_number(&l, offer.number);
	ck_assert_ptr_nonnull(info);
	return info;
}

START_TEST(data_is_offered_both_ways)
{
	const struct row *row = &rows[_i];
	unsigned inward;

	open_row(row);
	for (inward = 0; inward < 2; inward++) {
		ask_row(row, inward ? VPNALG_IN : VPNALG_OUT);
		ck_assert_uint_eq(offer.inward, inward);
		ck_assert_uint_eq(offer.ip_protocol, row->ip_protocol);
		ck_assert_uint_eq(offer.checksum_offset, row->checksum_offset);
		ck_assert_uint_eq(offer.word_count, row->words[inward]);
		ck_assert_uint_eq(offer.zone, ZONE);
		ck_assert_uint_eq(get32(session()->inside.octets), CLIENT_A);
		ck_assert(report(0, 0, 0));
	}
}
END_TEST

START_TEST(a_report_counts_as_so_many_packets)
{
	const struct row *row = &rows[_i];
	struct vpnalg_session_info before;
	const struct vpnalg_session_info *after;
	uint64_t translated;
	unsigned inward;

	open_row(row);
	for (inward = 0; inward < 2; inward++) {
		ask_row(row, inward ? VPNALG_IN : VPNALG_OUT);
		before = *session();
		translated = dropped(&w, VPNALG_TRANSLATED);
		ck_assert(report(5000000000, 6000000000000, 0));
		after = session();
		ck_assert_uint_eq(after->packets[inward] -
					  before.packets[inward],
				  5000000000);
		ck_assert_uint_eq(after->bytes[inward] - before.bytes[inward],
				  6000000000000);
		ck_assert_uint_eq(after->packets[!inward],
				  before.packets[!inward]);
		ck_assert_uint_eq(dropped(&w, VPNALG_TRANSLATED) - translated,
				  5000000000);
	}
}
END_TEST

/* Reports of packets that go out keep a session as the packets would have, and
 * those of packets that come in do not (RFC 4787 REQ-6). */
START_TEST(reports_of_what_goes_out_keep_a_session)
{
	const struct row *row = &rows[_i];
	struct vpnalg_translation out;
	vpnalg_time life;
	unsigned i;

	open_row(row);
	ask_row(row, VPNALG_OUT);
	out = offer;
	life = session()->expires_in;
	ck_assert(life > 1000 && life != VPNALG_NEVER);
	for (i = 0; i < 40; i++) {
		world_wait(&w, life / 10);
		offer = out;
		ck_assert_msg(report(1, 100, 0), "%s", row->what);
		ask_row(row, VPNALG_IN);
		ck_assert_msg(report(1, 100, 0), "%s", row->what);
	}
	for (i = 0; i < 40; i++) {
		world_wait(&w, life / 10);
		report(1, 100, 0);
	}
	ck_assert_msg(!report(1, 100, 0), "%s", row->what);
	offer = out;
	ck_assert_msg(!report(0, 0, 0), "%s", row->what);
}
END_TEST

START_TEST(a_late_report_gives_no_more_life_than_the_packet_had)
{
	vpnalg_time fresh, late;

	open_udp();
	ask_row(&rows[7], VPNALG_OUT);
	w.now += 60000;
	ck_assert(report(1, 32, 0));
	fresh = session()->expires_in;
	w.now += 60000;
	ck_assert(report(1, 32, 20000));
	late = session()->expires_in;
	ck_assert_uint_eq(fresh - late, 20000);
	ck_assert_uint_ge(session()->idle + 256, 20000);
	ck_assert_uint_le(session()->idle, 20000 + 256);
	/* Never less than it had. */
	ck_assert(report(1, 32, 50000));
	ck_assert_uint_eq(session()->expires_in, late);
	ck_assert_uint_le(session()->idle, 20000 + 256);
}
END_TEST

static bool answered;

/* Calls of the event callback change nothing. */
static void call_back(struct world *world, const struct vpnalg_event *event)
{
	struct bytes p = udp_packet(CLIENT_A, 3001, SERVER, 53, "data", 4);
	struct vpnalg_translation again = { .size = sizeof(again) };
	struct vpnalg_packet asked = { .data = p.data, .caplen = p.length,
				       .len = p.length, .zone = ZONE };

	(void)event;
	if (offer.number == 0)
		return;
	answered = true;
	ck_assert(!vpnalg_translation_of(world->alg, &asked, world->now,
					 &again));
	ck_assert(vpnalg_translation_used(world->alg, &offer, world->now));
}

START_TEST(the_event_callback_is_told_nothing)
{
	struct bytes p;

	end();
	all_world(&w, (struct world_options){ .account = true, .passive = true,
					      .on_event = call_back,
					      .no_undo = true });
	open_udp();
	p = udp_data_out();
	ck_assert(ask(VPNALG_OUT, &p));
	offer.packets = 3;
	answered = false;
	udp_open(&w, CLIENT_B, 3001, SERVER, 53);
	ck_assert(answered);
	ck_assert_uint_eq(offer.packets, 3);
	offer.number = 0;
}
END_TEST

TCase *translation_case(void)
{
	TCase *t = tcase_create("translation");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, data_is_offered_both_ways, 0, ROWS(rows));
	tcase_add_loop_test(t, a_report_counts_as_so_many_packets, 0,
			    ROWS(rows));
	tcase_add_loop_test(t, reports_of_what_goes_out_keep_a_session, 0,
			    ROWS(rows));
	tcase_add_test(t, a_late_report_gives_no_more_life_than_the_packet_had);
	tcase_add_test(t, the_event_callback_is_told_nothing);
	return t;
}
