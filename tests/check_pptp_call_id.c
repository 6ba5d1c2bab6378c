/* SPDX-License-Identifier: BSD-2-Clause */
/* Call IDs in messages: which messages are read, which IDs stand outside, and
 * which peer's IDs lead to a call. Undo is left out where it would repair what
 * the packet did not do. */
#include "pptp_call_id.h"

/* Messages */

/* RFC 2637 2.1 to 2.15, and a type of which only the header is known. What is
 * shorter by a byte is no PPTP, and nothing behind it is read. */
START_TEST(a_message_of_its_least_length_is_framed_and_no_shorter_one)
{
	unsigned type = (unsigned)_i / 2 + 1, missing = (unsigned)_i % 2;
	struct bytes m = message(type < 16 ? type : 5, 0x77, 1, 1);
	struct bytes clear = message(12, OWN, 0, 0);
	uint16_t id = call_out(&w, &c, OWN, PEER);

	if (type == 16) {
		put16(m.data + 8, type);
		m.length = 12;
	}
	m.length -= missing;
	put16(m.data, m.length);
	server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
	clear = join(&m, &clear);
	client_sends(&w, &c, clear.data, clear.length);
	ck_assert_uint_eq(payload_length(&w), clear.length);
	ck_assert_uint_eq(get16(payload(&w) + m.length + 12),
			  missing ? OWN : id);
}
END_TEST

START_TEST(a_short_message_does_not_begin_a_pptp_connection)
{
	struct bytes m = message(5, 1, 1, 0), start = message(1, 0, 0, 0);
	struct bytes call = message(7, OWN, 1, 0);

	m.length = 15;
	put16(m.data, m.length);
	m = join(&m, &start);
	connect_to(&w, &d, CLIENT_B, 4000, SERVER);
	client_sends(&w, &d, m.data, m.length);
	client_sends(&w, &d, call.data, call.length);
	ck_assert_uint_eq(opened(&w, CALL), 0);
}
END_TEST

/* Both bytes of the type count: 0x0107 is no Outgoing-Call-Request, and what
 * follows is read on. */
static const uint16_t strange_types[] = { 0x0107, 0x010a, 0xff07, 16, 255 };

START_TEST(a_type_that_is_none_opens_nothing)
{
	struct bytes m = message(7, OWN, 1, 0),
		     next = message(7, OWN + 1, 1, 0);

	put16(m.data + 8, strange_types[_i]);
	m = join(&m, &next);
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(payload(&w) + 12), OWN);
	ck_assert_uint_eq(opened(&w, CALL), 1);
}
END_TEST

/* An ID is remembered until its second byte is acknowledged, and no longer. */
START_TEST(a_place_is_free_when_both_bytes_are_acknowledged)
{
	struct bytes m[4], all;
	uint32_t base = c.client_seq;
	unsigned i;

	for (i = 0; i < 4; i++)
		m[i] = message(10, (uint16_t)(OWN + i), (uint16_t)(PEER + i),
			       1);
	all = join(&m[0], &m[1]);
	client_sends(&w, &c, all.data, 24 + 14); /* up to the second ID */
	ck_assert_uint_eq(payload_length(&w), 24 + 14);
	server_segment(&w, &c, c.server_seq, ACK, NULL, 0);
	ck_assert_uint_eq(c.client_seq, base + 24 + 14);
	all = join(&m[1], &m[2]);
	all = join(&all, &m[3]);
	client_sends(&w, &c, all.data + 14, all.length - 14);
	ck_assert_uint_eq(payload_length(&w), all.length - 14);
	ck_assert_uint_eq(opened(&w, CALL), 4);
}
END_TEST

/* Outside IDs */

/* 65535 calls are the most that a connection counts. */
START_TEST(a_call_too_many_does_not_name_that_of_another_host)
{
	uint16_t id = call_out(&w, &c, OWN, PEER);
	struct bytes m = message(7, id, 1, 0);

	start_control(&w, &d, CLIENT_B, 4000, SERVER);
	inside_record(&w, CLIENT_B, TCP, 4000, PPTP)->children = UINT16_MAX;
	ck_assert_uint_eq(client_sends(&w, &d, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(payload(&w) + 12), id);
	ck_assert_uint_eq(opened(&w, CALL), 1);
	inside_record(&w, CLIENT_B, TCP, 4000, PPTP)->children = 0;
}
END_TEST

static enum vpnalg_choice refuse_calls_of_b(struct world *world,
					    struct vpnalg_binding *binding)
{
	(void)world;
	if (binding->protocol != GRE)
		return VPNALG_CHOICE_TAKE;
	if (get32(binding->inside.octets) == CLIENT_B)
		return VPNALG_CHOICE_REFUSE;
	return binding->outside_id == OWN ? VPNALG_CHOICE_NEXT
					  : VPNALG_CHOICE_TAKE;
}

START_TEST(a_refused_call_does_not_name_that_of_another_host)
{
	struct bytes m;
	uint16_t id;

	begin_anew((struct world_options){ .choose = refuse_calls_of_b });
	id = call_out(&w, &c, OWN, PEER);
	m = message(7, id, 1, 0);
	start_control(&w, &d, CLIENT_B, 4001, SERVER);
	ck_assert_uint_eq(client_sends(&w, &d, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(get16(payload(&w) + 12), id);
	ck_assert_uint_eq(refused(&w, CALL), 1);
	ck_assert_uint_eq(opened(&w, CALL), 1);
}
END_TEST

/* All IDs of one first byte are the other host's, and that byte has passed. */
START_TEST(an_id_of_no_call_that_can_be_no_other_does_not_pass)
{
	struct bytes m = message(12, OWN, 0, 0);
	unsigned i;

	begin_anew((struct world_options){ .units = 2000 });
	for (i = 0; i < 256; i++)
		out(7, (uint16_t)((OWN & 0xff00) + i), 1, 0);
	start_control(&w, &d, CLIENT_B, 4001, SERVER);
	ck_assert_uint_eq(client_sends(&w, &d, m.data, 13),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(payload_length(&w), 13);
	ck_assert_uint_eq(client_sends(&w, &d, m.data + 13, 3),
			  VPNALG_DROP_NO_ID);
	world_wait(&w, 60000); /* and they are free again */
	ck_assert_uint_eq(client_sends(&w, &d, m.data + 13, 3),
			  VPNALG_TRANSLATED);
}
END_TEST

/* The IDs that are proposed for a call when none will do. */
static uint32_t offers[2000];
static unsigned offer_count;

static enum vpnalg_choice take_no_call(struct world *world,
				       struct vpnalg_binding *binding)
{
	(void)world;
	if (binding->protocol != GRE)
		return VPNALG_CHOICE_TAKE;
	offers[offer_count++] = binding->outside_id;
	return VPNALG_CHOICE_NEXT;
}

START_TEST(call_ids_are_proposed_of_the_same_first_byte_then_all_around)
{
	struct bytes m = message(7, OWN, 1, 0);
	bool near[256] = { false };
	unsigned i, sent, distinct = 0, far = 0;

	begin_anew((struct world_options){ .choose = take_no_call });
	for (sent = 0; sent < 256 / 3; sent++) {
		/* The bytes before the ID go by. */
		if (sent % 4 == 0)
			client_sends(&w, &c, m.data, 12);
		offer_count = 0;
		/* Three times TCP has to send the rest again. */
		ck_assert_uint_eq(client_sends(&w, &c, m.data + 12,
					       m.length - 12),
				  sent % 4 < 3 ? VPNALG_DROP_NO_ID
					       : VPNALG_TRANSLATED);
		ck_assert_uint_eq(offers[0], OWN);
		ck_assert_uint_ge(offer_count, 1 + 5);
		ck_assert_uint_le(offer_count, 1 + 13);
		for (i = 0; i < offer_count && offers[i] >> 8 == OWN >> 8; i++)
			near[offers[i] & 255] = true;
		for (; i < offer_count; i++)
			far += offers[i] >> 8 != OWN >> 8;
	}
	for (i = 0; i < 256; i++)
		distinct += near[i];
	ck_assert_uint_eq(distinct, 256); /* none is left out */
	ck_assert_uint_ge(far, 250);
	ck_assert_uint_eq(opened(&w, CALL), 0);
}
END_TEST

static enum vpnalg_choice take_a_late_one(struct world *world,
					  struct vpnalg_binding *binding)
{
	(void)world;
	if (binding->protocol != GRE || offer_count++ >= 30)
		return VPNALG_CHOICE_TAKE;
	return VPNALG_CHOICE_NEXT;
}

/* One packet is not enough to find a free ID, as most are taken. When TCP sends
 * the request again the search goes on, and the call is not lost. */
START_TEST(a_request_sent_again_goes_on_to_look_for_an_id)
{
	struct bytes m = message(7, OWN, 1, 0);

	offer_count = 0;
	begin_anew((struct world_options){ .choose = take_a_late_one });
	ck_assert_uint_eq(client_sends(&w, &c, m.data, m.length),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(payload_length(&w), 12); /* cut before the ID */
	ck_assert_uint_eq(client_sends(&w, &c, m.data + 12, m.length - 12),
			  VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(client_sends(&w, &c, m.data + 12, m.length - 12),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, CALL), 1);
}
END_TEST

TCase *pptp_call_id_case(void)
{
	TCase *t = tcase_create("call IDs");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(
		t, a_message_of_its_least_length_is_framed_and_no_shorter_one,
		0, 32);
	tcase_add_test(t, a_short_message_does_not_begin_a_pptp_connection);
	tcase_add_loop_test(t, a_type_that_is_none_opens_nothing,
			    0, ROWS(strange_types));
	tcase_add_test(t, a_place_is_free_when_both_bytes_are_acknowledged);
	tcase_add_test(t, a_call_too_many_does_not_name_that_of_another_host);
	tcase_add_test(t, a_refused_call_does_not_name_that_of_another_host);
	tcase_add_test(t, an_id_of_no_call_that_can_be_no_other_does_not_pass);
	tcase_add_test(
		t,
		call_ids_are_proposed_of_the_same_first_byte_then_all_around);
	tcase_add_test(t, a_request_sent_again_goes_on_to_look_for_an_id);
	return t;
}
