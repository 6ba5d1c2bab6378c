/* SPDX-License-Identifier: BSD-2-Clause */
/* Results, counters and time. */
#include "process.h"

/* Time running back counts as the last time: nothing lives again. */
START_TEST(time_does_not_run_back)
{
	struct world w;
	struct bytes p;

	toy_world(&w, (struct world_options){ .now = 1000000,
					      .no_undo = true });
	toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	p = toy_data(CLIENT_A, SERVER, 9);
	w.now = 0;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert(vpnalg_session_now(w.alg) == 1000000);
	w.now = 1000000 + TOY_DATA_LIFE - 1;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	w.now += TOY_DATA_LIFE;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_NO_SESSION);
	w.now = 1000000;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_NO_SESSION);
	w.now = 2000000;
	world_end(&w);
}
END_TEST

/* A caller need not clear the results of a packet that it uses again. */
START_TEST(results_are_set_whatever_was_there)
{
	static const struct {
		uint32_t to;
		unsigned result;
	} cases[] = { { SERVER, VPNALG_TRANSLATED },
		      { SERVER_2, VPNALG_DROP_NO_SESSION },
		      { OUTSIDE, VPNALG_UNTOUCHED } };
	struct connection c = { 0 };
	struct world w;
	size_t i;

	talk_begin(&w, &c);
	for (i = 0; i < 3; i++) {
		struct bytes b = gre_packet(CLIENT_A, cases[i].to, 9, 1);
		struct vpnalg_packet p = { .data = b.data,
					   .caplen = b.length,
					   .len = b.length,
					   .zone = ZONE,
					   .user = &b,
					   .flags = 0xff,
					   .result = 0xff };

		vpnalg_process(w.alg, &p, 1, w.now);
		ck_assert_uint_eq(p.result, cases[i].result);
		ck_assert_uint_eq(p.flags, 0);
		ck_assert_uint_eq(p.len, b.length);
		ck_assert_ptr_eq(p.data, b.data);
		ck_assert_ptr_eq(p.user, &b);
	}
	world_end(&w);
}
END_TEST

START_TEST(no_packets_are_no_work)
{
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	vpnalg_process(w.alg, NULL, 0, 77);
	ck_assert(vpnalg_session_now(w.alg) == 77);
	world_end(&w);
}
END_TEST

/* Counters: every packet in one result, and those of a kind at its kind. */
START_TEST(counters_add_up)
{
	struct vpnalg_kind_counters call, control;
	struct vpnalg_counters all;
	struct connection c = { 0 };
	struct world w;
	struct bytes p;

	talk_begin(&w, &c);
	vpnalg_counters(w.alg, &all, sizeof(all));
	ck_assert_uint_eq(all.results[VPNALG_TRANSLATED], 9);
	p = gre_packet(CLIENT_A, SERVER, 9, 1);
	send_packet(&w, VPNALG_OUT, &p);
	send_packet(&w, VPNALG_OUT, &p);
	p = gre_packet(SERVER, OUTSIDE, 7, 1);
	send_packet(&w, VPNALG_IN, &p);
	p = gre_packet(CLIENT_A, SERVER, 8, 1);
	send_packet(&w, VPNALG_OUT, &p);
	p = gre_packet(SERVER, CLIENT_A, 7, 1);
	send_packet(&w, VPNALG_IN_UNDO, &p);
	ck_assert(vpnalg_kind_counters(w.alg, CALL, &call, sizeof(call)));
	ck_assert_str_eq(call.name, "PPTP call");
	ck_assert_uint_eq(call.translated[0], 2);
	ck_assert_uint_eq(call.translated[1], 2);
	ck_assert_uint_eq(call.dropped[0], 1);
	ck_assert_uint_eq(call.dropped[1], 0);
	ck_assert_uint_eq(call.opened, 1);
	ck_assert(vpnalg_kind_counters(w.alg, CONTROL, &control,
				       sizeof(control)));
	ck_assert_str_eq(control.name, "PPTP control connection");
	ck_assert_uint_eq(control.translated[0], 4);
	ck_assert_uint_eq(control.translated[1], 3);
	ck_assert(!vpnalg_kind_counters(w.alg, 6, &call, sizeof(call)));
	vpnalg_counters(w.alg, &all, sizeof(all));
	ck_assert_uint_eq(all.results[VPNALG_TRANSLATED], 13);
	ck_assert_uint_eq(all.results[VPNALG_DROP_NO_SESSION], 1);
	world_end(&w);
}
END_TEST

/* A handler can do all that a built-in one does: checksums included. */
START_TEST(udp_without_a_checksum_is_translated_without_one)
{
	struct world w;
	struct bytes p;
	uint16_t id;

	toy_world(&w, (struct world_options){ .choosing = CHOOSE_DIFFERENT });
	id = toy_call(&w, CLIENT_A, 5000, SERVER, 7, 9);
	p = toy_data(SERVER, OUTSIDE, id);
	put16(p.data + 26, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(w.bytes + 26), 0);
	ck_assert_uint_eq(get16(w.bytes + 28), 7);
	p.data[26] = 0x12; /* a wrong one stays wrong */
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert(!checksums_right(w.bytes, w.length));
	world_end(&w);
}
END_TEST

TCase *process_result_case(void)
{
	TCase *t = tcase_create("results");

	tcase_add_test(t, time_does_not_run_back);
	tcase_add_test(t, results_are_set_whatever_was_there);
	tcase_add_test(t, no_packets_are_no_work);
	tcase_add_test(t, counters_add_up);
	tcase_add_test(t, udp_without_a_checksum_is_translated_without_one);
	return t;
}
