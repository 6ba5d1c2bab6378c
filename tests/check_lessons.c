/* SPDX-License-Identifier: BSD-2-Clause */
/* What other translators got wrong, one row each. Every row is a story told in
 * packets; the name says what must hold. */
#include "support_ipsec.h"

#include <string.h>

static struct world w;
static struct connection c, d;

#define OWN 0x1234
#define PEER 0x4321

static void begin(void)
{
	struct world_options options = { .choosing = CHOOSE_DIFFERENT };

	world_begin(&w, &options);
	c = d = (struct connection){ 0 };
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
}

static void end(void)
{
	world_end(&w);
}

static void out(struct connection *k, const struct bytes *m)
{
	ck_assert_uint_eq(client_sends(&w, k, m->data, m->length),
			  VPNALG_TRANSLATED);
}

static void in(struct connection *k, const struct bytes *m)
{
	ck_assert_uint_eq(server_sends(&w, k, m->data, m->length),
			  VPNALG_TRANSLATED);
}

static unsigned gre(enum vpnalg_direction direction, uint32_t from,
		    uint32_t to, uint16_t id)
{
	struct bytes p = gre_packet(from, to, id, 1);

	return send_packet(&w, direction, &p);
}

START_TEST(lesson_1_the_call_id_of_a_disconnect_from_outside_is_the_servers)
{
	struct bytes m = message(13, PEER, 1, 0);

	call_out(&w, &c, OWN, PEER);
	in(&c, &m);
	ck_assert(memcmp(payload(&w), m.data, m.length) == 0);
}
END_TEST

START_TEST(lesson_2_incoming_calls_are_translated_like_outgoing_ones)
{
	struct bytes m = message(9, PEER, 1, 0);
	uint16_t id;

	in(&c, &m);
	ck_assert_uint_eq(get16(payload(&w) + 12), PEER);
	m = message(10, OWN, PEER, 1);
	out(&c, &m);
	id = get16(payload(&w) + 12);
	ck_assert_uint_ne(id, OWN);
	m = message(11, id, 0, 0);
	in(&c, &m);
	ck_assert_uint_eq(get16(payload(&w) + 12), OWN);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER, OUTSIDE, id),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(lesson_3_every_message_of_a_segment_counts_and_any_may_be_split)
{
	struct bytes a = message(5, 1, 1, 0), b = message(7, OWN, 1, 0);
	struct bytes m = join(&a, &b);

	ck_assert_uint_eq(client_sends(&w, &c, m.data, 16 + 100),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(payload(&w) + 16 + 12), OWN);
	ck_assert_uint_eq(client_sends(&w, &c, m.data + 116, 68),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, CALL), 1);
}
END_TEST

START_TEST(lesson_4_call_id_0_is_an_ordinary_one)
{
	uint16_t id = call_out(&w, &c, 0, 0);

	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_A, SERVER, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER, OUTSIDE, id),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre_call_id(&w), 0);
}
END_TEST

START_TEST(lesson_5_two_calls_of_one_connection_do_not_collide)
{
	uint16_t a = call_out(&w, &c, OWN, PEER);
	uint16_t b = call_out(&w, &c, OWN + 1, PEER + 1);

	ck_assert_uint_ne(a, b);
	gre(VPNALG_IN, SERVER, OUTSIDE, a);
	ck_assert_uint_eq(gre_call_id(&w), OWN);
	gre(VPNALG_IN, SERVER, OUTSIDE, b);
	ck_assert_uint_eq(gre_call_id(&w), OWN + 1);
}
END_TEST

START_TEST(lesson_6_a_retransmitted_request_has_the_same_bytes)
{
	struct bytes m = message(7, OWN, 1, 0);
	uint8_t first[168];

	out(&c, &m);
	memcpy(first, payload(&w), 168);
	client_segment(&w, &c, c.client_seq - 168, ACK, m.data, 168);
	ck_assert(memcmp(first, payload(&w), 168) == 0);
	/* Cut anew, beginning inside the ID. */
	client_segment(&w, &c, c.client_seq - 168 + 13, ACK, m.data + 13, 40);
	ck_assert(memcmp(first + 13, payload(&w), 40) == 0);
	ck_assert_uint_eq(opened(&w, CALL), 1);
}
END_TEST

START_TEST(lesson_7_a_call_whose_disconnect_is_lost_is_freed)
{
	call_out(&w, &c, OWN, PEER);
	client_segment(&w, &c, c.client_seq, FIN | ACK, NULL, 0);
	server_segment(&w, &c, c.server_seq, FIN | ACK, NULL, 0);
	world_wait(&w, 1);
	world_wait(&w, 240001);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

START_TEST(lesson_8_gre_without_a_session_never_leaves)
{
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_A, SERVER, 77),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_B, SERVER_2, 77),
			  VPNALG_DROP_NO_SESSION);
}
END_TEST

/* The key holds the Call ID and both addresses: equal IDs of other remotes are
 * other calls. */
START_TEST(lessons_9_and_15_the_key_holds_both_addresses_and_the_id)
{
	struct world_options options = { .choosing = CHOOSE_NOTHING };

	world_end(&w);
	world_begin(&w, &options);
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	start_control(&w, &d, CLIENT_B, 4000, SERVER_2);
	ck_assert_uint_eq(call_out(&w, &c, OWN, PEER), OWN);
	ck_assert_uint_eq(call_out(&w, &d, OWN, PEER), OWN);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER, OUTSIDE, OWN),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER_2, OUTSIDE, OWN),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(gre(VPNALG_IN, STRANGER, OUTSIDE, OWN),
			  VPNALG_UNTOUCHED);
}
END_TEST

/* Lengths are in host order: all 65,536 are judged alike. */
START_TEST(lesson_10_a_length_is_a_number)
{
	struct bytes m = message(12, OWN, 0, 0), p;
	uint32_t length;

	call_out(&w, &c, OWN, PEER);
	for (length = 0; length < 65536; length += 251) {
		struct world_options options = { .choosing =
							 CHOOSE_DIFFERENT };

		put16(m.data, length);
		p = m;
		ck_assert_uint_eq(client_sends(&w, &c, p.data, 16),
				  VPNALG_TRANSLATED);
		ck_assert_msg((get16(payload(&w) + 12) != OWN) ==
				      (length >= 16),
			      "Length %u", length);
		world_end(&w);
		world_begin(&w, &options);
		start_control(&w, &c, CLIENT_A, 4000, SERVER);
		call_out(&w, &c, OWN, PEER);
	}
}
END_TEST

START_TEST(lesson_11_call_clear_request_is_translated)
{
	struct bytes m = message(12, OWN, 0, 0);
	uint16_t id = call_out(&w, &c, OWN, PEER);

	out(&c, &m);
	ck_assert_uint_eq(get16(payload(&w) + 12), id);
}
END_TEST

START_TEST(lesson_12_a_repeated_reply_shows_the_inside_id_and_refusal_frees)
{
	uint16_t id = call_out(&w, &c, OWN, PEER);
	struct bytes m = message(8, PEER, id, 1);

	server_segment(&w, &c, c.server_seq - 32, ACK, m.data, m.length);
	ck_assert_uint_eq(get16(payload(&w) + 14), OWN);
	m = message(8, PEER, id, 1);
	in(&c, &m);
	ck_assert_uint_eq(get16(payload(&w) + 14), OWN);
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	m = message(8, PEER, id, 2);
	in(&c, &m);
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	world_wait(&w, 100001);
	ck_assert_uint_eq(closed(&w, CALL), 1);
}
END_TEST

START_TEST(lesson_13_a_loss_does_not_stall_the_connection)
{
	struct bytes a = message(5, 1, 1, 0), b = message(7, OWN, 1, 0);

	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq + 16, ACK,
					 b.data, b.length),
			  VPNALG_DROP_WINDOW);
	out(&c, &a);
	out(&c, &b);
	ck_assert_uint_eq(opened(&w, CALL), 1);
	/* A Length that has not come yet is not read. */
	client_sends(&w, &c, b.data, 1);
	client_sends(&w, &c, b.data + 1, 167);
	ck_assert_uint_ne(get16(payload(&w) + 11), OWN);
}
END_TEST

START_TEST(lesson_19_a_quiet_session_does_not_expire_at_birth)
{
	world_end(&w);
	begin();
	w.now = 1000000000000;
	start_control(&w, &d, CLIENT_B, 4000, SERVER);
	call_out(&w, &d, OWN, PEER);
	world_wait(&w, 7000000);
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_B, SERVER, PEER),
			  VPNALG_TRANSLATED);
}
END_TEST

START_TEST(lesson_20_a_magic_cookie_in_a_web_page_drives_nothing)
{
	struct bytes page = { .length = 4 }, m = message(7, OWN, 1, 0);

	memcpy(page.data, "GET ", 4);
	connect_to(&w, &d, CLIENT_B, 4000, SERVER);
	out(&d, &page);
	out(&d, &m);
	ck_assert(memcmp(payload(&w), m.data, m.length) == 0);
	ck_assert_uint_eq(opened(&w, CALL), 0);
}
END_TEST

/* Whatever fails, what was taken is given back. */
START_TEST(lesson_22_a_failure_leaks_no_id)
{
	struct bytes p = tcp_packet(CLIENT_B, 4000, SERVER, PPTP, 1, 0, SYN,
				    NULL, 0);
	long records = w.records, bindings = w.bindings;

	w.fail_in = _i;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_STORE);
	ck_assert_int_eq(w.records, records);
	ck_assert_int_eq(w.bindings, bindings);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(lesson_23_icmp_errors_reach_whom_they_concern)
{
	struct bytes quoted, p;

	call_out(&w, &c, OWN, PEER);
	quoted = gre_packet(OUTSIDE, SERVER, PEER, 1);
	p = icmp_error(STRANGER, OUTSIDE, 3, &quoted, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	quoted = gre_packet(SERVER, CLIENT_A, OWN, 1);
	p = icmp_error(CLIENT_A, SERVER, 3, &quoted, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
}
END_TEST

START_TEST(lesson_24_the_router_does_not_answer_for_an_inside_host)
{
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER, OUTSIDE, 9),
			  VPNALG_DROP_GUARDED);
	ck_assert_uint_eq(gre(VPNALG_IN, SERVER_2, OUTSIDE, 9),
			  VPNALG_UNTOUCHED);
}
END_TEST

/* 2^30 bytes behind, or ahead, changes nothing. */
START_TEST(lesson_25_only_a_segment_in_the_window_moves_state)
{
	uint16_t id = call_out(&w, &c, OWN, PEER);
	struct bytes m = message(8, PEER + 1, id, 1);
	struct bytes stop = message(3, 0, 0, 0);

	server_segment(&w, &c, c.server_seq - 0x40000000, ACK, m.data,
		       m.length);
	ck_assert_uint_eq(server_segment(&w, &c, c.server_seq + 0x40000000,
					 ACK, m.data, m.length),
			  VPNALG_DROP_WINDOW);
	server_segment(&w, &c, c.server_seq - 0x40000000, ACK, stop.data,
		       stop.length);
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_A, SERVER, PEER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(gre(VPNALG_OUT, CLIENT_A, SERVER, PEER + 1),
			  VPNALG_DROP_NO_SESSION);
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	world_wait(&w, 300000);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
}
END_TEST

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
static void insist(struct esp *e)
{
	while (esp_sends(&w, e) == VPNALG_DROP_HELD)
		w.now += 200;
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
}

static void insist_on_child(struct ike *k)
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
		insist_on_child(&ka);
		insist(&esp_a);
		w.now += 20;
		ck_assert(esp_arrives(&w, &esp_a));
		insist_on_child(&kb);
		insist(&esp_b);
		w.now += 20;
		ck_assert(esp_arrives(&w, &esp_b));
		for (i = 0; i < 50; i++) {
			w.now += 20;
			insist(&esp_a);
			insist(&esp_b);
			ck_assert(esp_arrives(&w, &esp_a));
			ck_assert(esp_arrives(&w, &esp_b));
		}
		w.now += 20;
		esp_a = esp_of(CLIENT_A, SERVER, 0x1a1 + n, 0x1b1 + n);
		esp_b = esp_of(CLIENT_B, SERVER, 0x2a1 + n, 0x2b1 + n);
	}
	ck_assert_uint_eq(w.told[VPNALG_EVENT_UNPAIRED], 0);
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

static TCase *ipsec_rows(void)
{
	TCase *t = tcase_create("IPsec's rows");

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

Suite *lessons_suite(void)
{
	Suite *suite = suite_create("lessons");
	TCase *t = tcase_create("rows");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(
		t,
		lesson_1_the_call_id_of_a_disconnect_from_outside_is_the_servers);
	tcase_add_test(
		t, lesson_2_incoming_calls_are_translated_like_outgoing_ones);
	tcase_add_test(
		t,
		lesson_3_every_message_of_a_segment_counts_and_any_may_be_split);
	tcase_add_test(t, lesson_4_call_id_0_is_an_ordinary_one);
	tcase_add_test(t, lesson_5_two_calls_of_one_connection_do_not_collide);
	tcase_add_test(t, lesson_6_a_retransmitted_request_has_the_same_bytes);
	tcase_add_test(t, lesson_7_a_call_whose_disconnect_is_lost_is_freed);
	tcase_add_test(t, lesson_8_gre_without_a_session_never_leaves);
	tcase_add_test(
		t, lessons_9_and_15_the_key_holds_both_addresses_and_the_id);
	tcase_add_test(t, lesson_10_a_length_is_a_number);
	tcase_add_test(t, lesson_11_call_clear_request_is_translated);
	tcase_add_test(
		t,
		lesson_12_a_repeated_reply_shows_the_inside_id_and_refusal_frees);
	tcase_add_test(t, lesson_13_a_loss_does_not_stall_the_connection);
	tcase_add_test(t, lesson_19_a_quiet_session_does_not_expire_at_birth);
	tcase_add_test(t,
		       lesson_20_a_magic_cookie_in_a_web_page_drives_nothing);
	/* A record, two keys, the guard's record and key; here the guard is
	 * there already. */
	tcase_add_loop_test(t, lesson_22_a_failure_leaks_no_id, 1, 4);
	tcase_add_test(t, lesson_23_icmp_errors_reach_whom_they_concern);
	tcase_add_test(t,
		       lesson_24_the_router_does_not_answer_for_an_inside_host);
	tcase_add_test(t, lesson_25_only_a_segment_in_the_window_moves_state);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, ipsec_rows());
	return suite;
}
