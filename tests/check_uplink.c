/* SPDX-License-Identifier: BSD-2-Clause */
/* Several uplinks: what a packet opens has an address of its uplink. */
#include "uplinks.h"

START_TEST(a_new_session_has_an_address_of_its_uplink)
{
	const struct kind_row *row = &rows[_i];
	unsigned i, seen = 0;

	for (i = 0; i < 32; i++) {
		ck_assert_msg(sends(row, i % 2 ? OTHER : 0, CLIENT_A + i,
				    SERVER + i) == VPNALG_TRANSLATED,
			      "%s: %s", row->name,
			      vpnalg_result_text(w.last.result));
		ck_assert_uint_eq(left_by(), i % 2 ? OTHER : 0);
		seen |= 1U << source(&w) % 4;
	}
	ck_assert_uint_eq(seen, 0xf); /* hosts are spread over all four */
}
END_TEST

START_TEST(a_session_goes_on_whatever_its_packets_say)
{
	const struct kind_row *row = &rows[_i];
	uint32_t was;
	unsigned i;

	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(sends(row, i ? OTHER : 0, CLIENT_A,
					SERVER + i),
				  VPNALG_TRANSLATED);
		was = source(&w);
		ck_assert_uint_eq(sends(row, i ? 0 : OTHER, CLIENT_A,
					SERVER + i),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(source(&w), was);
		ck_assert_uint_eq(sends(row, NOBODYS, CLIENT_A, SERVER + i),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(source(&w), was);
	}
}
END_TEST

START_TEST(an_uplink_without_addresses_opens_nothing)
{
	const struct kind_row *row = &rows[_i];

	ck_assert_uint_eq(sends(row, NOBODYS, CLIENT_A, SERVER), row->none);
	ck_assert(vpnalg_wants_prohibited(&w.last));
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(set(FIRST_ONLY, false, uplinks), 0);
	ck_assert_uint_eq(sends(row, OTHER, CLIENT_A, SERVER), row->none);
	ck_assert_uint_eq(sends(row, 0, CLIENT_A, SERVER), VPNALG_TRANSLATED);
}
END_TEST

/* A protocol by address has one host for each outside address. */
START_TEST(one_uplink_is_full_and_another_is_free)
{
	unsigned i, got = 0;

	for (i = 0; i < 8; i++) {
		if (sends(&rows[11], OTHER, CLIENT_A + i, SERVER) !=
		    VPNALG_TRANSLATED) {
			ck_assert_uint_eq(w.last.result, VPNALG_DROP_TAKEN);
			continue;
		}
		ck_assert_uint_eq(left_by(), OTHER);
		got++;
	}
	ck_assert_uint_eq(got, 2); /* spread over both */
	ck_assert_uint_eq(sends(&rows[11], 0, CLIENT_A + 7, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), 0);
}
END_TEST

START_TEST(two_vpns_of_a_host_leave_by_two_uplinks)
{
	struct ike k[2] = { ike_of(CLIENT_A, SERVER, 1),
			    ike_of(CLIENT_A, SERVER_2, 2) };
	struct esp e[2] = { esp_of(CLIENT_A, SERVER, 0x1111, 0x2222),
			    esp_of(CLIENT_A, SERVER_2, 0x3333, 0x4444) };
	unsigned i;

	for (i = 0; i < 2; i++) {
		w.uplink = i ? OTHER : 0;
		ike_begin(&w, &k[i]);
		ck_assert_uint_eq(k[i].outside % 2, i ? 0 : 1);
		ck_assert_uint_eq(esp_sends(&w, &e[i]), VPNALG_TRANSLATED);
		ck_assert_uint_eq(e[i].outside, k[i].outside);
		ck_assert(esp_arrives(&w, &e[i]));
	}
	/* The first uplink fails. */
	ck_assert_int_eq(set(OTHER_ONLY, false, uplinks), 0);
	w.uplink = OTHER;
	k[0] = ike_of(CLIENT_A, SERVER, 3);
	ike_begin(&w, &k[0]);
	e[0] = esp_of(CLIENT_A, SERVER, 0x5555, 0x6666);
	ck_assert_uint_eq(esp_sends(&w, &e[0]), VPNALG_TRANSLATED);
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(k[i].outside % 2, 0);
		ck_assert_uint_eq(e[i].outside, k[i].outside);
		ck_assert(esp_arrives(&w, &e[i]));
	}
}
END_TEST

/* Routes change between IKE and its first ESP packet. */
START_TEST(esp_has_the_address_of_its_ike)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 1);
	struct esp e = esp_of(CLIENT_A, SERVER, 0x1111, 0x2222);

	w.uplink = _i ? OTHER : 0;
	ck_assert_uint_eq(ike_out(&w, &k, IKE_SA_INIT, INITIATOR, 0),
			  VPNALG_TRANSLATED);
	w.uplink = _i ? 0 : OTHER;
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(e.outside, k.outside);
	ck_assert(esp_arrives(&w, &e));
}
END_TEST

START_TEST(children_have_the_address_of_their_parents)
{
	struct connection c = { 0 };
	struct tunnel t = { .client = CLIENT_A, .server = SERVER_2,
			    .port = L2TP, .version = 2, .own = 7,
			    .peer = 100 };

	w.uplink = _i ? OTHER : 0;
	start_control(&w, &c, CLIENT_A, 1024, SERVER);
	tunnel_requests(&w, &t);
	w.uplink = _i ? 0 : OTHER;
	call_out(&w, &c, 0x1234, 0x4321);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4321),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), c.outside);
	ck_assert_uint_eq(tunnel_is_answered(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), t.outside);
	tunnel_carries(&w, &t, 5);
	/* They are counted where their address is. */
	ck_assert_int_eq(set(_i ? FIRST_ONLY : OTHER_ONLY, false, uplinks), 0);
	world_wait(&w, 0);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* The caller has routed already, and says which address it is. */
START_TEST(a_choice_may_be_of_any_uplink)
{
	end();
	begin_with((struct world_options){ .choosing = CHOOSE_WRITE });
	w.chosen = OUTSIDE_4;
	w.chosen_id = 3000;
	ck_assert_uint_eq(sends(&rows[3], 0, CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_4);
	w.chosen_id = 3001;
	w.chosen = OUTSIDE;
	ck_assert_uint_eq(sends(&rows[3], OTHER, CLIENT_B, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
}
END_TEST

/* The store fails at each operation of a new session. */
START_TEST(memory_that_fails_leaves_nothing_on_an_uplink)
{
	const struct kind_row *row = &rows[_i];
	long n, operations;

	w.options.leaves = true; /* ESP's hosts may stay without their SA */
	for (n = 1;; n++) {
		w.fail_in = n;
		operations = w.operations;
		if (sends(row, OTHER, CLIENT_A, SERVER) == VPNALG_TRANSLATED &&
		    w.operations - operations < n)
			break;
		world_wait(&w, 4000000);
		world_wait(&w, 4000000);
		ck_assert_int_eq(w.records, 0);
		ck_assert_int_eq(w.bindings, 0);
		ck_assert_int_lt(n, 40);
	}
	w.fail_in = 0;
	ck_assert_int_gt(n, 3);
	ck_assert_uint_eq(left_by(), OTHER);
}
END_TEST

Suite *uplink_suite(void)
{
	Suite *suite = suite_create("uplinks");
	TCase *t = tcase_create("uplinks");
	const int n = ROWS(rows);

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_new_session_has_an_address_of_its_uplink, 0,
			    n);
	tcase_add_loop_test(t, a_session_goes_on_whatever_its_packets_say, 0,
			    n);
	tcase_add_loop_test(t, an_uplink_without_addresses_opens_nothing, 0,
			    n);
	tcase_add_test(t, one_uplink_is_full_and_another_is_free);
	tcase_add_test(t, two_vpns_of_a_host_leave_by_two_uplinks);
	tcase_add_loop_test(t, esp_has_the_address_of_its_ike, 0, 2);
	tcase_add_loop_test(t, children_have_the_address_of_their_parents, 0,
			    2);
	tcase_add_test(t, a_choice_may_be_of_any_uplink);
	tcase_add_loop_test(t, memory_that_fails_leaves_nothing_on_an_uplink,
			    0, n);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, uplink_mapping_case());
	suite_add_tcase(suite, uplink_service_case());
	suite_add_tcase(suite, uplink_ports_case());
	suite_add_tcase(suite, uplink_list_case());
	return suite;
}
