/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that fails at any point costs the packet at hand and nothing else;
 * and one that is mirrored elsewhere hears of every change. */
#include "session_fail.h"

static void open_world(struct world *w, const struct open_row *row)
{
	static const struct vpnalg_protocol protocols[] = {
		{ toy_handler, NULL }, { spy_handler, NULL },
	};
	struct world_options options = { .addresses = two_addresses,
					 .address_count = row->addresses,
					 .protocols = protocols,
					 .protocol_count = 2,
					 .choosing = CHOOSE_TAKE };

	world_begin(w, &options);
	memset(&toy_log, 0, sizeof(toy_log));
}

START_TEST(a_session_that_cannot_be_opened_leaves_nothing)
{
	const struct open_row *row = &open_rows[_i];
	size_t kind = row->handler * 2U + row->kind;
	struct world w;
	long n;

	open_world(&w, row);
	for (n = 1; n <= row->operations; n++) {
		w.fail_in = n;
		ck_assert_msg(try_open(&w, row) == VPNALG_DROP_STORE,
			      "%s: %ld", row->name, n);
		ck_assert_int_eq(w.fail_in, 0);
		ck_assert_int_eq(w.records, 0);
		ck_assert_int_eq(w.bindings, 0);
		ck_assert_uint_eq(opened(&w, kind), 0);
		ck_assert_uint_eq(closed(&w, kind), 0);
		ck_assert_uint_eq(refused(&w, kind), (uint64_t)n);
		ck_assert_int_eq(toy_log.closed, 0);
	}
	w.operations = 0;
	ck_assert_uint_eq(try_open(&w, row), VPNALG_TRANSLATED);
	ck_assert_int_eq(w.operations, row->operations);
	ck_assert_uint_eq(opened(&w, kind), 1);
	world_end(&w);
}
END_TEST

/* A second session of the same host needs no more guard nor pair. */
START_TEST(guards_and_pairs_are_counted_not_repeated)
{
	struct world w;

	toy_world(&w, (struct world_options){ .addresses = two_addresses,
					      .address_count = 2 });
	toy_say(&w, CLIENT_A, 5000, SERVER, TOY_HELLO, 0, 0);
	ck_assert_int_eq(w.records, 4);
	toy_say(&w, CLIENT_A, 5001, SERVER, TOY_HELLO, 0, 0);
	ck_assert_int_eq(w.records, 5);
	toy_say(&w, CLIENT_A, 5001, SERVER_2, TOY_HELLO, 0, 0);
	ck_assert_int_eq(w.records, 9);
	world_end(&w);
}
END_TEST

/* A whole conversation, and its nth operation fails: the packet is dropped, is
 * sent again and all goes on. */
static void retry(struct world *w, const struct bytes *p, unsigned *drops)
{
	if (send_packet(w, VPNALG_OUT, p) == VPNALG_TRANSLATED)
		return;
	ck_assert_uint_eq(w->last.result, VPNALG_DROP_STORE);
	++*drops;
	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, p), VPNALG_TRANSLATED);
}

static void talk(struct world *w, uint32_t host, unsigned *drops)
{
	static const char said[] = { TOY_HELLO, TOY_OPEN, TOY_ATTACH,
				     TOY_DETACH, TOY_ATTACH };
	struct bytes p;
	uint16_t id;
	size_t i;

	for (i = 0; i < sizeof(said); i++) {
		p = toy_control(host, 5000, SERVER, TOY_CONTROL_PORT, said[i],
				7, 9);
		retry(w, &p, drops);
	}
	id = get16(l4(w) + 10);
	p = toy_data(host, SERVER, 9);
	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = toy_data(SERVER, source(w), id);
	ck_assert_uint_eq(send_packet(w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(w), host);
}

START_TEST(a_store_that_fails_costs_one_packet)
{
	unsigned drops = 1;
	struct world w;
	long n;

	for (n = 1; drops == 1; n++) {
		drops = 0;
		toy_world(&w, (struct world_options){
				      .addresses = two_addresses,
				      .address_count = (size_t)_i,
				      .choosing = CHOOSE_DIFFERENT });
		w.fail_in = n;
		talk(&w, CLIENT_A, &drops);
		talk(&w, CLIENT_B, &drops);
		ck_assert_uint_le(drops, 1);
		ck_assert_uint_eq(opened(&w, TOY_DATA), 2);
		world_end(&w);
	}
	ck_assert_int_ge(n, 20);
}
END_TEST

START_TEST(a_key_that_cannot_be_given_changes_nothing)
{
	uint8_t keys;
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	toy_say(&w, CLIENT_A, 5000, SERVER, TOY_OPEN, 7, 0);
	tuple = (struct vpnalg_tuple){
		.role = VPNALG_OUTSIDE_OWN, .space = TOY_SPACE, .id = 7,
		.local = (const uint8_t *)"\xcb\x00\x71\x01",
		.remote = (const uint8_t *)"\xc6\x33\x64\x01"
	};
	record = vpnalg_session_peek(w.alg, &tuple);
	ck_assert_ptr_nonnull(record);
	keys = record->keys;
	tuple.role = VPNALG_OUTSIDE_PEER;
	w.fail_in = 1;
	ck_assert(!vpnalg_session_link(w.alg, record, &tuple));
	ck_assert_uint_eq(record->keys, keys);
	ck_assert_ptr_null(vpnalg_session_peek(w.alg, &tuple));
	ck_assert(vpnalg_session_link(w.alg, record, &tuple));
	world_end(&w);
}
END_TEST

TCase *session_fail_case(void)
{
	TCase *fail = tcase_create("failing store");

	tcase_add_loop_test(fail,
			    a_session_that_cannot_be_opened_leaves_nothing, 0,
			    ROWS(open_rows));
	tcase_add_test(fail, guards_and_pairs_are_counted_not_repeated);
	tcase_add_loop_test(fail, a_store_that_fails_costs_one_packet, 1, 3);
	tcase_add_test(fail, a_key_that_cannot_be_given_changes_nothing);
	return fail;
}
