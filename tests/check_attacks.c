/* SPDX-License-Identifier: BSD-2-Clause */
/* Attacks and failures that the handlers of PPTP and IPsec must withstand. */
#include "attacks.h"

/* The reply is cut where the store fails, comes again from before that place,
 * and fails again: once the store is well, it passes. */
START_TEST(a_store_that_fails_twice_at_one_id_does_not_stall_the_stream)
{
	struct bytes request = message(7, OWN, 1, 0), reply;
	uint32_t base = c.server_seq;
	uint16_t id;

	client_sends(&w, &c, request.data, request.length);
	id = get16(payload(&w) + 12);
	reply = message(8, PEER, id, 1);
	for (w.fail_in = 1; c.server_seq == base; w.fail_in = 1)
		server_segment(&w, &c, base, ACK, reply.data, reply.length),
			c.server_seq += payload_length(&w);
	w.fail_in = 1;
	server_segment(&w, &c, base, ACK, reply.data, reply.length);
	w.fail_in = 0;
	acknowledge_all();
	server_segment(&w, &c, base, ACK, reply.data, reply.length);
	ck_assert_uint_eq(payload_length(&w), reply.length);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_store_that_stays_full_stops_a_call_and_not_the_connection)
{
	struct bytes request = message(7, OWN + 1, 1, 0);
	int tries;

	call_out(&w, &c, OWN, PEER);
	acknowledge_all();
	client_sends(&w, &c, request.data, 12);
	for (tries = 0; tries < 3; tries++) {
		w.fail_in = 1;
		ck_assert_uint_eq(client_sends(&w, &c, request.data + 12, 156),
				  VPNALG_DROP_STORE);
	}
	w.fail_in = 1;
	ck_assert_uint_eq(client_sends(&w, &c, request.data + 12, 156),
			  VPNALG_TRANSLATED);
	out(6, 1, 1, 1);
	ck_assert_uint_eq(opened(&w, CALL), 1);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
}
END_TEST

/* The caller chooses an ID of another first byte after the first has passed. */
START_TEST(a_chosen_id_does_not_give_a_byte_two_values)
{
	struct world_options options = { .choosing = CHOOSE_WRITE };
	struct bytes m = message(7, OWN, 1, 0);
	uint8_t seen[2];

	world_end(&w);
	world_begin(&w, &options);
	w.chosen = OUTSIDE;
	w.chosen_id = 4000;
	start_control(&w, &c, CLIENT_A, 4000, SERVER);
	w.chosen_id = 0x1299;
	ck_assert_uint_eq(client_sends(&w, &c, m.data, 13), VPNALG_TRANSLATED);
	ck_assert_uint_eq(payload_length(&w), 13);
	seen[0] = payload(&w)[12];
	w.chosen_id = 0x4321;
	ck_assert_uint_eq(client_sends(&w, &c, m.data + 13, 155),
			  VPNALG_TRANSLATED);
	seen[1] = payload(&w)[0];
	client_segment(&w, &c, c.client_seq - 168, ACK, m.data, 168);
	ck_assert(memcmp(payload(&w) + 12, seen, 2) == 0);
	ck_assert_uint_eq(get16(seen), OWN); /* the call was not to be had */
	ck_assert_int_eq(w.bindings, 1);
}
END_TEST

/* A client that was switched off and on, and begins from the same port. The new
 * sequence numbers may lie ahead or behind. */
START_TEST(a_host_that_comes_back_is_believed_when_the_remote_answers)
{
	static const uint32_t isns[] = { 0x10000000, 0x90000000, 0, 6000 };
	struct bytes m = message(1, 0, 0, 0);

	call_out(&w, &c, OWN, PEER);
	w.now += 600000;
	c.client_seq = isns[_i];
	c.server_seq += 0x22222222;
	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq++, SYN, NULL, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(server_segment(&w, &c, c.server_seq++, SYN | ACK,
					 NULL, 0),
			  VPNALG_TRANSLATED);
	acknowledge_all();
	client_sends(&w, &c, m.data, m.length);
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
	in(2, 0, 0, 0);
	ck_assert_uint_ne(call_out(&w, &c, OWN + 1, PEER + 1), OWN + 1);
	ck_assert_uint_eq(gre_out(PEER + 1), VPNALG_TRANSLATED);
}
END_TEST

START_TEST(a_syn_is_forgotten_when_the_old_connection_goes_on)
{
	struct bytes m = message(5, 1, 1, 0);

	client_segment(&w, &c, 0x10000000, SYN, NULL, 0);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	c.client_seq = 0x10000001;
	server_segment(&w, &c, 99, SYN | ACK, NULL, 0);
	ck_assert_uint_eq(client_segment(&w, &c, 0x10000001, ACK, m.data, 16),
			  VPNALG_DROP_WINDOW);
}
END_TEST

START_TEST(a_syn_that_nobody_answers_does_not_keep_a_connection)
{
	world_wait(&w, 7000000);
	client_segment(&w, &c, 77, SYN, NULL, 0);
	world_wait(&w, 440000);
	ck_assert_uint_eq(closed(&w, CONTROL), 1);
}
END_TEST

/* RFC 5961 5.2: blind data has no acknowledgment, or a wrong one. */
START_TEST(blind_data_from_outside_moves_nothing)
{
	static const struct {
		uint8_t flags;
		uint32_t behind; /* of what the client has sent */
	} rows[] = { { 0, 0 }, { PSH, 0 }, { ACK, 1U << 20 },
		     { ACK, 0xffffffff }, { ACK, 1U << 31 } };
	uint8_t junk[1400];
	struct bytes p;

	memset(junk, 0xee, sizeof(junk));
	p = tcp_packet(SERVER, PPTP, OUTSIDE, 4000, c.server_seq - 700,
		       c.client_seq - rows[_i].behind, rows[_i].flags, junk,
		       sizeof(junk));
	put16(p.data + 22, c.outside_port);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_DROP_WINDOW);
	call_out(&w, &c, OWN, PEER);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
}
END_TEST

/* A FIN is taken back; then no acknowledgment beyond the stream counts. */
START_TEST(a_forged_fin_leaves_no_wrong_acknowledgment)
{
	struct bytes m = message(5, 1, 1, 0);

	server_segment(&w, &c, c.server_seq, FIN | ACK, NULL, 0);
	c.server_seq++;
	client_segment(&w, &c, c.client_seq, ACK, NULL, 0);
	c.server_seq--;
	w.now += 60000;
	client_sends(&w, &c, m.data, m.length);
	in(6, 1, 1, 1);
	call_out(&w, &c, OWN, PEER);
	in(8, PEER, get16(payload(&w) + 14) == OWN ? 0x7777 : 0, 1);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
}
END_TEST

/* RFC 791 3.1: options in which addresses are written down. */
START_TEST(options_that_hold_addresses_do_not_go_out)
{
	static const struct {
		uint8_t option[8];
		unsigned result;
	} rows[] = {
		{ { 7, 7, 4, 192, 168, 77, 11, 0 }, VPNALG_DROP_OPTIONS },
		{ { 68, 8, 5, 1, 192, 168, 77, 11 }, VPNALG_DROP_OPTIONS },
		{ { 131, 7, 4, 192, 168, 77, 11, 0 }, VPNALG_DROP_OPTIONS },
		{ { 137, 7, 4, 192, 168, 77, 11, 0 }, VPNALG_DROP_OPTIONS },
		{ { 1, 1, 1, 7, 3, 4, 0, 0 }, VPNALG_DROP_OPTIONS },
		{ { 148, 4, 0, 0, 7, 3, 4, 0 }, VPNALG_DROP_OPTIONS },
		{ { 148, 4, 0, 0, 0, 7, 3, 4 }, VPNALG_TRANSLATED },
		{ { 148, 4, 0, 0, 1, 1, 1, 1 }, VPNALG_TRANSLATED },
		{ { 148, 0, 7, 3, 4, 0, 0, 0 }, VPNALG_TRANSLATED },
		{ { 1, 1, 1, 1, 1, 1, 1, 148 }, VPNALG_TRANSLATED },
	};
	struct bytes p = gre_packet(CLIENT_A, SERVER, PEER, 1);

	call_out(&w, &c, OWN, PEER);
	add_ip_options(&p, 8);
	memcpy(p.data + 20, rows[_i].option, 8);
	set_fragment(&p, 0); /* makes the checksum anew */
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), rows[_i].result);
}
END_TEST

/* Plain TCP on port 1723 loses a segment and goes on. */
START_TEST(a_gap_does_not_matter_where_nothing_is_read)
{
	struct connection d = { 0 };
	char text[100];

	memset(text, 'x', sizeof(text));
	connect_to(&w, &d, CLIENT_B, 4000, SERVER);
	ck_assert_uint_eq(client_sends(&w, &d, text, sizeof(text)),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_segment(&w, &d, d.client_seq + 100, ACK, text,
					 sizeof(text)),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_segment(&w, &d, d.client_seq + 10000000, ACK,
					 text, sizeof(text)),
			  VPNALG_DROP_WINDOW);
}
END_TEST

/* The last call goes, and the connection it kept is not gone at once. */
START_TEST(a_connection_does_not_die_in_the_midst_of_its_own_packet)
{
	struct bytes m = message(14, 0, 0, 0);
	uint16_t id = call_out(&w, &c, OWN, PEER);

	world_wait(&w, 7000000);
	ck_assert_uint_eq(gre_out(PEER), VPNALG_TRANSLATED);
	w.now += 8500000; /* both are past their time, and unswept */
	put16(m.data + 12, id);
	ck_assert_uint_eq(server_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq, ACK, NULL, 0),
			  VPNALG_TRANSLATED);
}
END_TEST

Suite *attacks_suite(void)
{
	Suite *suite = suite_create("attacks");
	TCase *t = tcase_create("rows");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(
		t,
		a_store_that_fails_twice_at_one_id_does_not_stall_the_stream);
	tcase_add_test(
		t, a_store_that_stays_full_stops_a_call_and_not_the_connection);
	tcase_add_test(t, a_chosen_id_does_not_give_a_byte_two_values);
	tcase_add_loop_test(
		t, a_host_that_comes_back_is_believed_when_the_remote_answers,
		0, 4);
	tcase_add_test(t, a_syn_is_forgotten_when_the_old_connection_goes_on);
	tcase_add_test(t, a_syn_that_nobody_answers_does_not_keep_a_connection);
	tcase_add_loop_test(t, blind_data_from_outside_moves_nothing, 0, 5);
	tcase_add_test(t, a_forged_fin_leaves_no_wrong_acknowledgment);
	tcase_add_loop_test(t, options_that_hold_addresses_do_not_go_out, 0,
			    10);
	tcase_add_test(t, a_gap_does_not_matter_where_nothing_is_read);
	tcase_add_test(
		t, a_connection_does_not_die_in_the_midst_of_its_own_packet);
	suite_add_tcase(suite, t);
	suite_add_tcase(suite, ipsec_attacks_case());
	suite_add_tcase(suite, call_attacks_case());
	return suite;
}
