/* SPDX-License-Identifier: BSD-2-Clause */
/* IDs of the router's own that its owner has listed: what comes in with them
 * is left alone, for as long as they are listed. */
#include "own_id_rows.h"

static struct world w;

static unsigned comes_in(const struct row *row, uint64_t id)
{
	struct bytes p = row->in(id);

	return send_packet(&w, VPNALG_IN, &p);
}

/* A host's VPN with the same remote. */
static void host_sends(const struct row *row)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 9);
	struct bytes p = udp_packet(CLIENT_A, 4000, SERVER, 5060, "d", 1);
	struct esp e = esp_of(CLIENT_A, SERVER, 0x901, 0x101);
	struct connection c = { 0 };

	if (row->hosts == ESP) {
		esp_sends(&w, &e);
	} else if (row->kind == VPNALG_OWN_ID_IKE_SPI) {
		ike_begin(&w, &k);
	} else if (row->hosts == TCP) {
		start_control(&w, &c, CLIENT_A, 4000, SERVER);
	} else if (row->hosts == GRE) {
		p = own_id_keyed(8);
		put32(p.data + 12, CLIENT_A);
		put32(p.data + 16, SERVER);
		p = ip_packet(CLIENT_A, SERVER, GRE, p.data + 20, 12);
		send_packet(&w, VPNALG_OUT, &p);
	} else if (row->hosts == L2TP_IP) {
		struct bytes m = l2tp_data3(false, 99, 7, 9);

		p = l2tp_packet(CLIENT_A, 0, SERVER, 0, &m);
		send_packet(&w, VPNALG_OUT, &p);
	} else {
		send_packet(&w, VPNALG_OUT, &p);
	}
}

START_TEST(what_comes_in_with_a_listed_id_is_left_alone)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);
	unsigned i;

	own_id_world(&w);
	ck_assert_msg(own_id_add(&w, &own) == VPNALG_OWN_ID_DONE, "%s",
		      row->name);
	ck_assert_uint_eq(comes_in(row, row->id), VPNALG_UNTOUCHED);
	for (i = 0; i < 3; i++) {
		host_sends(row);
		w.now += MINUTE / 3;
		ck_assert_msg(comes_in(row, row->id) == VPNALG_UNTOUCHED,
			      "%s: %s", row->name,
			      vpnalg_result_text(w.last.result));
	}
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

START_TEST(a_listed_id_takes_records_and_gives_them_back)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);

	own_id_world(&w);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_ge(w.records, 1);
	ck_assert_int_le(w.records, 2);
	ck_assert_int_eq(w.bindings, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_UNKNOWN);
	world_end(&w);
}
END_TEST

START_TEST(a_listed_id_is_forgotten_when_its_time_is_over)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);

	own_id_world(&w);
	own.lifetime = MINUTE;
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	world_wait(&w, MINUTE - 1);
	ck_assert_int_ge(w.records, 1);
	ck_assert_int_eq(own_id_add(&w, &own),
			 VPNALG_OWN_ID_DONE); /* renewed */
	world_wait(&w, MINUTE - 1);
	ck_assert_int_ge(w.records, 1);
	world_wait(&w, 1);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_UNKNOWN);
	world_end(&w);
}
END_TEST

/* Without a sweep: the first packet that meets it. */
START_TEST(a_packet_ends_what_is_over)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);
	unsigned result;

	own_id_world(&w);
	own.lifetime = MINUTE;
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	w.now += MINUTE;
	result = comes_in(row, row->id);
	ck_assert_msg(result != VPNALG_DROP_FAULT, "%s", row->name);
	if (row->kind != VPNALG_OWN_ID_PORT)
		ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

/* For ever is as long as the clock runs. */
START_TEST(a_listed_id_without_a_lifetime_stays)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);

	own_id_world(&w);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	world_wait(&w, (vpnalg_time)1 << 50);
	ck_assert_uint_eq(comes_in(row, row->id), VPNALG_UNTOUCHED);
	ck_assert_int_ge(w.records, 1);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

START_TEST(a_store_that_fails_lists_nothing)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);
	long fail;
	int result;

	for (fail = 1;; fail++) {
		own_id_world(&w);
		w.fail_in = fail;
		result = own_id_add(&w, &own);
		if (result == VPNALG_OWN_ID_DONE)
			break;
		w.fail_in = 0;
		ck_assert_msg(result == VPNALG_OWN_ID_NO_ROOM, "%s", row->name);
		ck_assert_int_eq(w.records, 0);
		ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
		ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
		world_end(&w);
	}
	ck_assert_int_ge(fail, 2);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

/* Addresses */

START_TEST(a_listed_id_goes_with_its_address)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct vpnalg_own_id own = own_row(&rows[_i]);
	struct vpnalg_addr left = address_of(OUTSIDE_2);

	own_id_world_with(&w, (struct world_options){ .addresses = addresses,
					   .address_count = 2 });
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(vpnalg_set_addresses(w.alg, &left, 1, false), 0);
	world_wait(&w, 1);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_INVALID);
	world_end(&w);
}
END_TEST

/* Fragments of what is listed, ESP's among them, are not held. */
START_TEST(fragments_with_a_listed_id_are_left_alone)
{
	struct vpnalg_own_id own = own_row(&rows[_i]);
	struct bytes p = rows[_i].in(rows[_i].id);

	own_id_world_with(&w, (struct world_options){ .holds = true });
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	p.length = 20 + (p.length - 20 + 7) / 8 * 8;
	put16(p.data + 2, p.length);
	set_fragment(&p, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	set_fragment(&p, 0x0003);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

/* Other translators of the same store */

START_TEST(who_takes_the_store_over_lists_again)
{
	struct vpnalg_own_id own = own_row(&rows[_i]);

	own_id_world_with(&w, (struct world_options){ .hash_key = { 1, 2 } });
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(world_take_over(&w, 0), 0);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_UNKNOWN);
	world_end(&w);
}
END_TEST

static void add_rows(TCase *all)
{
	tcase_add_loop_test(all, what_comes_in_with_a_listed_id_is_left_alone,
			    0, ROWS(rows));
	tcase_add_loop_test(all, a_listed_id_takes_records_and_gives_them_back,
			    0, ROWS(rows));
	tcase_add_loop_test(all, a_listed_id_is_forgotten_when_its_time_is_over,
			    0, ROWS(rows));
	tcase_add_loop_test(all, a_packet_ends_what_is_over, 0, ROWS(rows));
	tcase_add_loop_test(all, a_listed_id_without_a_lifetime_stays, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, a_store_that_fails_lists_nothing, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, a_listed_id_goes_with_its_address, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, fragments_with_a_listed_id_are_left_alone, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, who_takes_the_store_over_lists_again, 0,
			    ROWS(rows));
}

TCase *own_id_case(void)
{
	TCase *all = tcase_create("listed IDs");

	add_rows(all);
	return all;
}
