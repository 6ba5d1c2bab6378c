/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of IPsec that are left alone, or do not pass. */
#include "ipsec.h"

static uint64_t untouched(size_t kind, bool inward)
{
	struct vpnalg_kind_counters counters;

	ck_assert(vpnalg_kind_counters(w.alg, kind, &counters,
				       sizeof(counters)));
	return counters.untouched[inward];
}

static uint64_t kind_dropped(size_t kind, bool inward)
{
	struct vpnalg_kind_counters counters;

	ck_assert(vpnalg_kind_counters(w.alg, kind, &counters,
				       sizeof(counters)));
	return counters.dropped[inward];
}

/* The sessions of an inside host with the remote when a packet comes in that no
 * session takes. */
enum had { HAD_NOTHING, HAD_IKE, HAD_NAT_T, HAD_ESP };

static void have(enum had had)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);

	if (had == HAD_NAT_T)
		k.port = k.remote_port = NAT_T;
	if (had == HAD_IKE || had == HAD_NAT_T)
		client_exchanges(&w, &k, IKE_SA_INIT);
	if (had != HAD_ESP)
		return;
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	e = esp_of(CLIENT_B, SERVER, 0xac, 0xbd);
	esp_sends(&w, &e);
}

static const struct unclaimed_row {
	const char *name;
	enum had had;
	uint32_t from, to;
	uint8_t protocol;
	unsigned result, other; /* or */
} unclaimed_rows[] = {
	{ "ESP for the router itself", HAD_NOTHING, SERVER, OUTSIDE, ESP,
	  VPNALG_UNTOUCHED, VPNALG_UNTOUCHED },
	{ "AH for the router itself", HAD_NOTHING, SERVER, OUTSIDE, AH,
	  VPNALG_UNTOUCHED, VPNALG_UNTOUCHED },
	{ "ESP while a host has IKE there", HAD_IKE, SERVER, OUTSIDE, ESP,
	  VPNALG_DROP_GUARDED, VPNALG_DROP_UNPAIRED },
	{ "AH while a host has IKE there", HAD_IKE, SERVER, OUTSIDE, AH,
	  VPNALG_DROP_AH, VPNALG_DROP_AH },
	{ "ESP while a host has NAT-T there", HAD_NAT_T, SERVER, OUTSIDE, ESP,
	  VPNALG_DROP_GUARDED, VPNALG_DROP_UNPAIRED },
	{ "ESP while two hosts have ESP there", HAD_ESP, SERVER, OUTSIDE, ESP,
	  VPNALG_DROP_GUARDED, VPNALG_DROP_UNPAIRED },
	{ "AH while hosts have ESP there", HAD_ESP, SERVER, OUTSIDE, AH,
	  VPNALG_DROP_AH, VPNALG_DROP_AH },
	{ "ESP from elsewhere", HAD_ESP, STRANGER, OUTSIDE, ESP,
	  VPNALG_UNTOUCHED, VPNALG_UNTOUCHED },
	{ "AH from elsewhere", HAD_ESP, STRANGER, OUTSIDE, AH,
	  VPNALG_UNTOUCHED, VPNALG_UNTOUCHED },
	{ "ESP to an address that is not ours", HAD_ESP, SERVER, OUTSIDE_2,
	  ESP, VPNALG_UNTOUCHED, VPNALG_UNTOUCHED },
};

/* A high sequence number: it was in use before. */
START_TEST(the_router_answers_for_no_inside_host)
{
	const struct unclaimed_row *row = &unclaimed_rows[_i];
	struct bytes p = row->protocol == ESP
				 ? esp_packet(row->from, row->to, 0xee, 99999)
				 : ah_packet(row->from, row->to, 0xee, 99999);
	unsigned result;

	have(row->had);
	result = send_packet(&w, VPNALG_IN, &p);
	ck_assert_msg(result == row->result || result == row->other, "%s: %s",
		      row->name, vpnalg_result_text(result));
}
END_TEST

/* AH, RFC 4302: its check covers the addresses. */
static const struct ah_row {
	uint32_t from, to;
	uint8_t direction;
	unsigned result;
} ah_rows[] = {
	{ CLIENT_A, SERVER, VPNALG_OUT, VPNALG_DROP_AH },
	{ SERVER, CLIENT_A, VPNALG_IN_UNDO, VPNALG_DROP_AH },
	{ OUTSIDE, SERVER, VPNALG_OUT, VPNALG_UNTOUCHED },
	{ SERVER, OUTSIDE, VPNALG_IN, VPNALG_UNTOUCHED },
};

START_TEST(ah_is_dropped_where_it_would_be_changed_and_counted_either_way)
{
	const struct ah_row *row = &ah_rows[_i];
	struct bytes p = ah_packet(row->from, row->to, 0xa4, 1);
	bool inward = row->direction & VPNALG_IN;

	ck_assert_uint_eq(send_packet(&w, row->direction, &p), row->result);
	ck_assert_uint_eq(kind_dropped(KIND_AH, inward),
			  row->result == VPNALG_DROP_AH);
	ck_assert_uint_eq(untouched(KIND_AH, inward),
			  row->result == VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* ESP within AH, or a fragment of either, is no better. */
START_TEST(fragments_do_not_pass_with_an_inside_address)
{
	static const struct {
		uint8_t protocol;
		uint16_t field;
		unsigned result;
	} rows[] = {
		{ ESP, 0x2000, VPNALG_DROP_FRAGMENT },
		{ ESP, 0x0003, VPNALG_DROP_FRAGMENT },
		{ ESP, 0x2003, VPNALG_DROP_FRAGMENT },
		{ AH, 0x2000, VPNALG_DROP_AH },
		{ AH, 0x0003, VPNALG_DROP_AH },
	};
	struct bytes p;

	have(HAD_ESP);
	p = rows[_i].protocol == ESP ? esp_packet(CLIENT_A, SERVER, 0xaa, 9)
				     : ah_packet(CLIENT_A, SERVER, 0xaa, 9);
	set_fragment(&p, rows[_i].field);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), rows[_i].result);
	p = rows[_i].protocol == ESP ? esp_packet(SERVER, OUTSIDE, 0xbb, 9)
				     : ah_packet(SERVER, OUTSIDE, 0xbb, 9);
	set_fragment(&p, rows[_i].field);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), rows[_i].result);
	put32(p.data + 12, STRANGER);
	set_fragment(&p, rows[_i].field);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* The router's own VPN beside those of its hosts. */
START_TEST(a_host_that_uses_the_outside_address_itself_is_left_alone)
{
	struct ike k = ike_of(OUTSIDE, SERVER, 0);
	struct bytes p = ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(untouched(KIND_IKE, false), 1);
	p = ike_from_server(&k, IKE_SA_INIT, RESPONSE, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = esp_packet(OUTSIDE, SERVER, 0xaa, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(untouched(KIND_ESP_OUT, false), 1);
	p = esp_packet(SERVER, OUTSIDE, 0xbb, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* Packets that came in their other form, and belong to nothing. */
START_TEST(undo_opens_nothing)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct bytes p;

	p = esp_packet(OUTSIDE, SERVER, 0xaa, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = esp_packet(SERVER, CLIENT_A, 0xbb, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = ike_from_server(&k, IKE_SA_INIT, RESPONSE, 0);
	put32(p.data + 16, CLIENT_A);
	set_fragment(&p, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
	put32(p.data + 12, OUTSIDE);
	set_fragment(&p, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

TCase *ipsec_untouched_case(void)
{
	TCase *t = tcase_create("left alone");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, the_router_answers_for_no_inside_host, 0,
			    ROWS(unclaimed_rows));
	tcase_add_loop_test(
		t,
		ah_is_dropped_where_it_would_be_changed_and_counted_either_way,
		0, ROWS(ah_rows));
	tcase_add_loop_test(t, fragments_do_not_pass_with_an_inside_address, 0,
			    5);
	tcase_add_test(
		t, a_host_that_uses_the_outside_address_itself_is_left_alone);
	tcase_add_test(t, undo_opens_nothing);
	return t;
}
