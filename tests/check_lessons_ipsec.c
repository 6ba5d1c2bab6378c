/* SPDX-License-Identifier: BSD-2-Clause */
/* Lessons of other translators: IPsec. */
#include "lessons.h"

/* IPsec's. */

static struct esp esp_a, esp_b;

static void begin_ipsec(void)
{
	ipsec_world(&w, (struct world_options){ .passive = true });
	esp_a = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	esp_b = esp_of(CLIENT_B, SERVER, 0xa2, 0xb2);
}

static void have_pair(struct esp *e)
{
	w.now += 5000;
	ck_assert_uint_eq(esp_sends(&w, e), VPNALG_TRANSLATED);
	w.now += 20;
	ck_assert(esp_arrives(&w, e));
}

/* What a packet costs does not grow with those that are there already. */
START_TEST(lesson_9_an_spi_is_found_at_once_among_any_number)
{
	struct world_options options = { .units = 4000, .passive = true };
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	long before, alone, among_many;
	unsigned i;

	world_end(&w);
	ipsec_world(&w, options);
	have_pair(&e);
	before = w.finds;
	ck_assert(esp_arrives(&w, &e));
	alone = w.finds - before;
	for (i = 0; i < 200; i++) {
		struct esp other = esp_of(CLIENT_B, SERVER + 1 + i, 0xaa, 0xbb);

		ck_assert_uint_eq(esp_sends(&w, &other), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &other));
	}
	before = w.finds;
	ck_assert(esp_arrives(&w, &e));
	among_many = w.finds - before;
	ck_assert_int_eq(among_many, alone);
}
END_TEST

START_TEST(lesson_15_equal_spis_of_two_remotes_do_not_cross)
{
	/* Nor does it matter what addresses look like. */
	esp_b.client = 0x0a000001;
	esp_b.server = SERVER_2;
	esp_b.out_spi = esp_a.out_spi;
	esp_b.in_spi = esp_a.in_spi;
	have_pair(&esp_a);
	have_pair(&esp_b);
	ck_assert(esp_arrives(&w, &esp_a));
	ck_assert(esp_arrives(&w, &esp_b));
}
END_TEST

START_TEST(lesson_16_an_unsolicited_packet_allocates_nothing)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct bytes p = ike_from_server(&k, IKE_SA_INIT, INITIATOR, 0);
	long records;

	ck_assert_uint_eq(esp_receives(&w, &esp_a), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.records, 0);
	have_pair(&esp_a);
	have_pair(&esp_b);
	records = w.records;
	esp_b.in_spi = 0xdead;
	esp_b.in_sequence = 0x7000000;
	ck_assert_uint_eq(esp_receives(&w, &esp_b), VPNALG_DROP_UNPAIRED);
	ck_assert_int_eq(w.records, records);
}
END_TEST

START_TEST(lesson_17_an_unknown_spi_is_for_one_host_or_none)
{
	struct esp unknown = esp_of(CLIENT_C, SERVER, 0, 0xdead);

	have_pair(&esp_a);
	have_pair(&esp_b);
	unknown.in_sequence = 0x7000000;
	for (; unknown.in_sequence < 0x7000064;) {
		w.now += 10;
		ck_assert_uint_eq(esp_receives(&w, &unknown),
				  VPNALG_DROP_UNPAIRED);
	}
	ck_assert(esp_arrives(&w, &esp_a));
	ck_assert(esp_arrives(&w, &esp_b));
}
END_TEST

/* Sends until it gets through, as a host does by itself. */
static void retry(struct esp *e)
{
	while (esp_sends(&w, e) == VPNALG_DROP_HELD)
		w.now += 200;
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
}

static void retry_child(struct ike *k)
{
	uint32_t id = k->message++;

	while (ike_out(&w, k, CREATE_CHILD_SA, INITIATOR, id) ==
	       VPNALG_DROP_HELD)
		w.now += 500;
	ck_assert_uint_eq(ike_in(&w, k, CREATE_CHILD_SA, RESPONSE, id),
			  VPNALG_TRANSLATED);
}

/* Two hosts begin together, and rekey together. */
START_TEST(lesson_18_two_hosts_of_one_server_may_start_and_rekey_together)
{
	struct ike ka = ike_of(CLIENT_A, SERVER, 0);
	struct ike kb = ike_of(CLIENT_B, SERVER, 0);
	unsigned n, i;

	world_end(&w);
	ipsec_world(&w, (struct world_options){ 0 });
	client_exchanges(&w, &ka, IKE_SA_INIT);
	client_exchanges(&w, &kb, IKE_SA_INIT);
	for (n = 0; n < 5; n++) {
		retry_child(&ka);
		retry(&esp_a);
		w.now += 20;
		ck_assert(esp_arrives(&w, &esp_a));
		retry_child(&kb);
		retry(&esp_b);
		w.now += 20;
		ck_assert(esp_arrives(&w, &esp_b));
		for (i = 0; i < 50; i++) {
			w.now += 20;
			retry(&esp_a);
			retry(&esp_b);
			ck_assert(esp_arrives(&w, &esp_a));
			ck_assert(esp_arrives(&w, &esp_b));
		}
		w.now += 20;
		esp_a = esp_of(CLIENT_A, SERVER, 0x1a1 + n, 0x1b1 + n);
		esp_b = esp_of(CLIENT_B, SERVER, 0x2a1 + n, 0x2b1 + n);
	}
	ck_assert_uint_eq(w.events[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* What is no NAT's business: the port is an ordinary one. */
START_TEST(lesson_21_port_500_is_not_pinned)
{
	struct ike ka = ike_of(CLIENT_A, SERVER, 0);
	struct ike kb = ike_of(CLIENT_B, SERVER, 0);

	ike_begin(&w, &ka);
	ike_begin(&w, &kb);
	ck_assert_uint_eq(ka.outside_port, IKE);
	ck_assert_uint_ne(kb.outside_port, IKE);
	ka.port = ka.remote_port = kb.port = kb.remote_port = NAT_T;
	client_exchanges(&w, &ka, IKE_AUTH);
	client_exchanges(&w, &kb, IKE_AUTH);
	server_exchanges(&w, &ka, INFORMATIONAL);
	server_exchanges(&w, &kb, INFORMATIONAL);
}
END_TEST

START_TEST(lesson_24_the_router_does_not_answer_esp_for_an_inside_host)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	client_exchanges(&w, &k, IKE_SA_INIT);
	ck_assert_uint_eq(esp_receives(&w, &esp_a), VPNALG_DROP_GUARDED);
	esp_b.server = SERVER_2;
	ck_assert_uint_eq(esp_receives(&w, &esp_b), VPNALG_UNTOUCHED);
}
END_TEST

TCase *ipsec_lessons_case(void)
{
	TCase *t = tcase_create("IPsec lessons");

	tcase_add_checked_fixture(t, begin_ipsec, end);
	tcase_add_test(t, lesson_9_an_spi_is_found_at_once_among_any_number);
	tcase_add_test(t, lesson_15_equal_spis_of_two_remotes_do_not_cross);
	tcase_add_test(t, lesson_16_an_unsolicited_packet_allocates_nothing);
	tcase_add_test(t, lesson_17_an_unknown_spi_is_for_one_host_or_none);
	tcase_add_test(
		t,
		lesson_18_two_hosts_of_one_server_may_start_and_rekey_together);
	tcase_add_test(t, lesson_21_port_500_is_not_pinned);
	tcase_add_test(
		t, lesson_24_the_router_does_not_answer_esp_for_an_inside_host);
	return t;
}
