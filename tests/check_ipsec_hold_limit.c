/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts and messages that are not held back, and limits on holding. */
#include "ipsec_hold.h"

/* Three times, and again after its SPI has come, would be six. */
START_TEST(a_host_that_has_its_spi_is_not_held)
{
	ike_begin(&w, &kb);
	w.now += 20000;
	ike_begin(&w, &ka);
	send_and_hear(&a);
	w.now += 60000;
	client_exchanges(&w, &kb, CREATE_CHILD_SA);
	ck_assert(esp_arrives(&w, &b));
	w.now += 20000;
	client_exchanges(&w, &ka, CREATE_CHILD_SA);
	a = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
}
END_TEST

/* The remote's first packet decides. */
START_TEST(a_host_that_has_got_its_spi_holds_no_other_back)
{
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &a));
	w.now += 1;
	ck_assert_uint_le(send_until(&b, 1), 3);
	ck_assert(esp_arrives(&w, &b));
}
END_TEST

START_TEST(no_host_is_held_where_that_is_switched_off)
{
	world_end(&w);
	begin_with(true);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ike_begin(&w, &ka);
	ike_begin(&w, &kb);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_HELD], 0);
}
END_TEST

START_TEST(no_host_is_held_for_a_host_of_another_remote)
{
	b.server = SERVER_2;
	kb.server = SERVER_2;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ike_begin(&w, &ka);
	ike_begin(&w, &kb);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_HELD], 0);
}
END_TEST

/* Packets of SAs that are there already are never held. */
START_TEST(only_beginnings_are_held)
{
	unsigned i;

	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &b));
	w.now += 60000;
	ike_begin(&w, &ka);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	for (i = 0; i < 10; i++)
		ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	client_exchanges(&w, &kb, IKE_SA_INIT);
	client_exchanges(&w, &kb, INFORMATIONAL);
}
END_TEST

/* NAT-T is told apart by its port. */
START_TEST(nat_t_is_not_held)
{
	kb.port = kb.remote_port = NAT_T;
	ike_begin(&w, &ka);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ike_begin(&w, &kb);
	client_exchanges(&w, &kb, CREATE_CHILD_SA);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_HELD], 0);
}
END_TEST

/* IKE repeats its messages by itself: three times at most, and it gets through
 * within the time in which it gives up. */
static const struct request_row {
	uint8_t version, exchange;
} request_rows[] = {
	{ 1, QUICK_MODE }, { 2, IKE_AUTH }, { 2, CREATE_CHILD_SA },
};

START_TEST(a_message_that_requests_an_sa_may_be_held)
{
	const struct request_row *row = &request_rows[_i];
	uint8_t flags = row->version == 2 ? INITIATOR : 0;
	unsigned held = 0;

	ka.version = kb.version = row->version;
	ck_assert_uint_eq(ike_out(&w, &ka, row->exchange, flags, 1),
			  VPNALG_TRANSLATED);
	w.now += 5;
	for (; ike_out(&w, &kb, row->exchange, flags, 1) == VPNALG_DROP_HELD;
	     held++)
		w.now += 100;
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
	ck_assert_uint_ge(held, 1);
	ck_assert_uint_le(held, 3);
	/* A message that has got through is not held when it is repeated. */
	ck_assert_uint_eq(ike_out(&w, &kb, row->exchange, flags, 1),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_out(&w, &ka, row->exchange, flags, 1),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(no_message_is_held_for_ever)
{
	static const uint32_t steps[] = { 1, 100, 1000, 4000, 9000 };
	vpnalg_time began;
	uint32_t i, id;

	ike_begin(&w, &ka);
	w.now += 20000;
	ike_begin(&w, &kb);
	w.now += 20000;
	began = w.now;
	/* The other one repeats its request again and again. */
	for (i = 0; i < 100; i++) {
		ike_out(&w, &ka, CREATE_CHILD_SA, INITIATOR, 10 + i);
		id = 10;
		if (ike_out(&w, &kb, CREATE_CHILD_SA, INITIATOR, id) ==
		    VPNALG_TRANSLATED)
			break;
		w.now += steps[_i];
	}
	ck_assert_uint_le(i, 3);
	ck_assert_uint_le(w.now - began, 10000 + steps[_i]);
}
END_TEST

/* A packet that is shown in its other form has got through already. */
START_TEST(undo_is_never_held)
{
	struct bytes p = esp_packet(OUTSIDE, SERVER, 0xa1, 1);

	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_DROP_HELD);
	p = esp_packet(OUTSIDE, SERVER, 0xa2, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
}
END_TEST

START_TEST(undo_of_a_message_is_never_held)
{
	struct bytes m = ike_message(&kb, CREATE_CHILD_SA, INITIATOR, 1), p;

	client_exchanges(&w, &ka, IKE_SA_INIT);
	client_exchanges(&w, &kb, IKE_SA_INIT);
	p = udp_packet(OUTSIDE, kb.outside_port, SERVER, IKE, m.data,
		       m.length);
	ck_assert_uint_eq(ike_out(&w, &ka, CREATE_CHILD_SA, INITIATOR, 1),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ike_out(&w, &kb, CREATE_CHILD_SA, INITIATOR, 1),
			  VPNALG_DROP_HELD);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), CLIENT_B);
}
END_TEST

TCase *ipsec_hold_limit_case(void)
{
	TCase *t = tcase_create("not held");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_host_that_has_its_spi_is_not_held);
	tcase_add_test(t, a_host_that_has_got_its_spi_holds_no_other_back);
	tcase_add_test(t, no_host_is_held_where_that_is_switched_off);
	tcase_add_test(t, no_host_is_held_for_a_host_of_another_remote);
	tcase_add_test(t, only_beginnings_are_held);
	tcase_add_test(t, nat_t_is_not_held);
	tcase_add_loop_test(t, a_message_that_requests_an_sa_may_be_held, 0,
			    ROWS(request_rows));
	tcase_add_loop_test(t, no_message_is_held_for_ever, 0, 5);
	tcase_add_test(t, undo_is_never_held);
	tcase_add_test(t, undo_of_a_message_is_never_held);
	return t;
}
