/* SPDX-License-Identifier: BSD-2-Clause */
/* Wrong answers of a handler, a callback or a store of the caller's: each costs
 * the packet at hand, never memory safety, and no packet passes untranslated.
 */
#include "faults.h"

static void close_again(struct vpnalg *translator,
			struct vpnalg_record *record)
{
	vpnalg_session_close(translator, record);
}

static void open_another(struct vpnalg *translator,
			 struct vpnalg_record *record)
{
	static const uint8_t inside[] = { 192, 168, 77, 99 },
			     remote[] = { 192, 0, 2, 99 };
	struct vpnalg_step step = { .translator = translator };
	struct vpnalg_opening opening = { .space = UDP,
					  .inside = inside,
					  .remote = remote,
					  .keep = true,
					  .lifetime = 1000 };
	struct vpnalg_record *another;

	(void)record;
	ck_assert_uint_eq(vpnalg_session_open(&step, &opening, &another),
			  VPNALG_DROP_FAULT);
}

/* What a handler that has given up its old bytes leaves is not looked at. */
static bool may_have_changed(void)
{
	return row->translate == set_kind_9 && row->kind == 0;
}

START_TEST(a_handlers_wrong_answer_costs_its_packet)
{
	struct bytes out = udp_packet(CLIENT_A, 4001, SERVER, 53, "q", 1);
	struct bytes in = udp_packet(SERVER, 53, OUTSIDE, 4000, "a", 1);
	unsigned result;

	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
	row = &handler_rows[_i];
	spied_count = 0;
	result = may_have_changed() ? send_raw(VPNALG_OUT, out)
				    : send_packet(&w, VPNALG_OUT, &out);
	ck_assert_msg(result == row->out, "%s: %s", row->name,
		      vpnalg_result_text(result));
	ck_assert_msg(result == VPNALG_TRANSLATED || spied_count == 0,
		      "%s: another handler was asked", row->name);
	if (row->in != VPNALG_TRANSLATED) {
		result = may_have_changed() ? send_raw(VPNALG_IN, in)
					    : send_packet(&w, VPNALG_IN, &in);
		ck_assert_msg(result == row->in, "%s, in: %s", row->name,
			      vpnalg_result_text(result));
	}
	/* Nothing but the packet was lost. */
	row = &handler_rows[0];
	ck_assert_uint_eq(send_out(4002), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_in(4002), VPNALG_TRANSLATED);
}
END_TEST

/* The sweep and the end of a session ask the handler, too. */
START_TEST(a_handler_that_closes_while_it_is_told_does_no_harm)
{
	static void (*const ends[])(struct vpnalg *, struct vpnalg_record *) = {
		close_again, open_another
	};

	wrong.closed = ends[_i];
	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_out(4001), VPNALG_TRANSLATED);
	world_wait(&w, 60000);
	ck_assert_uint_eq(closed(&w, 0), 2);
	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_handler_that_closes_what_the_sweep_meets_does_no_harm)
{
	wrong.swept = close_again;
	ck_assert_uint_eq(send_out(4000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_out(4001), VPNALG_TRANSLATED);
	/* Nothing is left that could end. */
	ck_assert_uint_eq(vpnalg_expire(w.alg, w.now, 1000), VPNALG_NEVER);
	ck_assert_uint_eq(closed(&w, 0), 2);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

static void close_4001(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &tuple);
	if (tuple.id == 4001)
		return;
	tuple.id = 4001;
	record = vpnalg_session_find(translator, &tuple);
	if (record != NULL)
		vpnalg_session_close(translator, record);
}

/* The one that is met is still there, and its end is to be seen to. */
START_TEST(a_sweep_goes_on_with_a_session_whose_handler_closes_another)
{
	wrong.swept = close_4001;
	ck_assert_uint_eq(send_out(_i == 0 ? 4000 : 4001), VPNALG_TRANSLATED);
	w.now += 1;
	ck_assert_uint_eq(send_out(_i == 0 ? 4001 : 4000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(vpnalg_expire(w.alg, w.now, 1000),
			  BEGINNING + 60000);
	ck_assert_uint_eq(closed(&w, 0), 1);
}
END_TEST

Suite *fault_suite(void)
{
	Suite *suite = suite_create("fault");
	TCase *handler = tcase_create("handler");

	tcase_add_checked_fixture(handler, begin, end);
	tcase_add_loop_test(handler, a_handlers_wrong_answer_costs_its_packet,
			    0, ROWS(handler_rows));
	tcase_add_loop_test(
		handler, a_handler_that_closes_while_it_is_told_does_no_harm,
		0, 2);
	tcase_add_test(handler,
		       a_handler_that_closes_what_the_sweep_meets_does_no_harm);
	tcase_add_loop_test(
		handler,
		a_sweep_goes_on_with_a_session_whose_handler_closes_another, 0,
		2);
	suite_add_tcase(suite, handler);
	suite_add_tcase(suite, fault_store_case());
	return suite;
}
