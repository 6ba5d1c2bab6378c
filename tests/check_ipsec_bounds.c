/* SPDX-License-Identifier: BSD-2-Clause */
/* Holding back, probing, and unclaimed SPIs, each at its bounds. The test sets
 * times in the records themselves. */
#include "ipsec_bounds.h"

/* B is promised another SPI, which does not come. */
static void b_awaits(void)
{
	struct esp next = esp_of(CLIENT_B, SERVER, 0xc1, 0xd1);

	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	w.now += 20000;
}

/* B requested an SA, received, resumed and was released so long ago; 0: never.
 * Whether A is held when it sends with a new SPI, or by IKE. */
static const struct way_row {
	const char *name;
	uint32_t requested, received, resumed, released;
	bool initial, holds_spi, holds_message;
} way_rows[] = {
	{ "nothing is awaited", 9000, 9000, 0, 0, false, false, false },
	{ "its request is new", 1499, 999, 0, 0, false, false, true },
	{ "its request is old", 1500, 999, 0, 0, false, false, false },
	{ "it is idle", 1499, 1000, 0, 0, false, false, false },
	{ "its first one is to come", 1499, 1000, 0, 0, true, false, true },
	{ "it resumed", 9000, 9000, 399, 0, false, true, true },
	{ "it resumed before", 9000, 9000, 400, 0, false, false, false },
	{ "it was held back", 9000, 9000, 0, 399, false, true, true },
	{ "it was held back before", 9000, 9000, 0, 400, false, false, false },
};

static void set_flag(uint32_t client, uint16_t flag, bool set)
{
	host_body(&w, client)->flags &= (uint16_t)~flag;
	if (set)
		host_body(&w, client)->flags |= flag;
}

static void set_way(const struct way_row *row)
{
	struct ipsec_host *h = host_body(&w, CLIENT_B);

	h->requested = ago(&w, row->requested);
	h->resumed = ago(&w, row->resumed);
	h->out_since = ago(&w, row->released != 0 ? row->released : 100);
	set_flag(CLIENT_B, IPSEC_HOST_RESUMED, row->resumed != 0);
	set_flag(CLIENT_B, IPSEC_HOST_RELEASED, row->released != 0);
	set_flag(CLIENT_B, IPSEC_HOST_INITIAL, row->initial);
	inbound_of(&w, CLIENT_B, 0)->seen = ago(&w, row->received);
	touched(&w, CLIENT_B);
}

START_TEST(a_host_that_could_be_answered_for_another_is_held)
{
	const struct way_row *row = &way_rows[_i];
	struct esp next = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	come(0);
	come(1);
	b_awaits();
	set_way(row);
	ck_assert_msg((esp_sends(&w, &next) == VPNALG_DROP_HELD) ==
			      row->holds_spi,
		      "%s: SPI", row->name);
	ck_assert_int_eq(!!(host_body(&w, CLIENT_A)->flags & IPSEC_HOST_HELD),
			 row->holds_spi);
	host_body(&w, CLIENT_A)->held = 0;
	set_flag(CLIENT_A, IPSEC_HOST_HELD, true);
	touched(&w, CLIENT_A);
	ck_assert_msg((ike_out(&w, &k, CREATE_CHILD_SA, INITIATOR, 5) ==
		       VPNALG_DROP_HELD) == row->holds_message,
		      "%s: message", row->name);
	ck_assert(!(host_body(&w, CLIENT_A)->flags & IPSEC_HOST_HELD));
}
END_TEST

/* How often A was held back, for this request or another, since so long. */
static const struct held_row {
	uint8_t held;
	bool other;
	uint32_t since;
	bool message, holds;
	uint8_t new_held;
} held_rows[] = {
	{ 0, true, 0, false, true, 1 },
	{ 0, false, 90000, false, true, 1 },
	{ 2, false, 3000, false, true, 3 },
	{ 2, false, 3001, false, false, 2 },
	{ 3, false, 0, false, false, 3 },
	{ 2, true, 3000, false, true, 3 },
	{ 2, true, 3001, false, true, 1 },
	{ 3, true, 3000, false, false, 3 },
	{ 3, true, 3001, false, true, 1 },
	{ 2, false, 10000, true, true, 3 },
	{ 2, false, 10001, true, false, 2 },
	{ 3, false, 0, true, false, 3 },
	{ 3, true, 10000, true, false, 3 },
	{ 3, true, 10001, true, true, 1 },
};

START_TEST(no_host_is_held_too_often_or_too_long)
{
	const struct held_row *row = &held_rows[_i];
	struct esp next = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct ipsec_host *h;
	uint32_t request, since;
	unsigned result;

	come(0);
	come(1);
	b_awaits();
	set_way(&way_rows[5]);
	/* The request is known once it was held back. */
	result = row->message
			 ? ike_out(&w, &k, CREATE_CHILD_SA, INITIATOR, 5)
			 : esp_sends(&w, &next);
	ck_assert_uint_eq(result, VPNALG_DROP_HELD);
	h = host_body(&w, CLIENT_A);
	request = h->held_for;
	ck_assert_uint_eq(h->held_since, ago(&w, 0));
	ck_assert_uint_eq(h->held, 1);
	h->held = row->held;
	h->held_for = row->other ? ~request : request;
	h->held_since = since = ago(&w, row->since);
	touched(&w, CLIENT_A);
	result = row->message
			 ? ike_out(&w, &k, CREATE_CHILD_SA, INITIATOR, 5)
			 : esp_sends(&w, &next);
	ck_assert_int_eq(result == VPNALG_DROP_HELD, row->holds);
	if (!row->holds)
		return;
	h = host_body(&w, CLIENT_A);
	ck_assert_uint_eq(h->held, row->new_held);
	ck_assert_uint_eq(h->held_since,
			  row->new_held == 1 ? ago(&w, 0) : since);
	ck_assert_int_eq(h->held_for == request,
			 !row->other || row->new_held == 1);
}
END_TEST

/* Questions about a host's records. */
START_TEST(a_host_knows_when_it_received_and_sent)
{
	struct esp next = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct vpnalg_record *a;
	struct ipsec_host *h;
	bool ever;

	come(0);
	ck_assert(vpnalg_ipsec_host_has_inbound(w.alg, host_of(&w, CLIENT_A)));
	ck_assert_uint_eq(esp_sends(&w, &next), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &next));
	a = host_of(&w, CLIENT_A);
	h = host_body(&w, CLIENT_A);
	inbound_of(&w, CLIENT_A, 0)->seen = 100;
	inbound_of(&w, CLIENT_A, 1)->seen = 50;
	ck_assert(vpnalg_ipsec_host_hears(w.alg, a, 99));
	ck_assert(!vpnalg_ipsec_host_hears(w.alg, a, 100));
	inbound_of(&w, CLIENT_A, 1)->seen = 200;
	ck_assert(vpnalg_ipsec_host_hears(w.alg, a, 199));
	ck_assert(!vpnalg_ipsec_host_hears(w.alg, a, 200));
	/* Several SAs. */
	h->out_since = ago(&w, 9000);
	h->older_sent = ago(&w, 9000 - 50);
	ck_assert(!vpnalg_ipsec_host_has_several(w.alg, a));
	h->older_sent++;
	ck_assert(vpnalg_ipsec_host_has_several(w.alg, a));
	h->out_since = ago(&w, 20000);
	h->older_sent = ago(&w, 9999);
	ck_assert(vpnalg_ipsec_host_has_several(w.alg, a));
	h->older_sent--;
	ck_assert(!vpnalg_ipsec_host_has_several(w.alg, a));
	/* When it sent. */
	outbound_of(&w, CLIENT_A)->seen = 300;
	h->resumed = 301;
	ck_assert_uint_eq(vpnalg_ipsec_host_sent(w.alg, a, &ever), 301);
	ck_assert(ever);
	h->resumed = 299;
	ck_assert_uint_eq(vpnalg_ipsec_host_sent(w.alg, a, &ever), 300);
	h->resumed = 301;
	set_flag(CLIENT_A, IPSEC_HOST_RESUMED, false);
	ck_assert_uint_eq(vpnalg_ipsec_host_sent(w.alg, a, &ever), 300);
	/* One SA less, and none. */
	touched(&w, CLIENT_A);
	vpnalg_session_close(w.alg, vpnalg_ipsec_host_inbound(w.alg, a, 0));
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->inbound, 1);
	ck_assert(vpnalg_ipsec_host_has_inbound(w.alg, a));
	vpnalg_session_close(w.alg, vpnalg_ipsec_host_inbound(w.alg, a, 1));
	ck_assert_uint_eq(host_body(&w, CLIENT_A)->inbound, 0);
	ck_assert(!vpnalg_ipsec_host_has_inbound(w.alg, a));
	ck_assert(!vpnalg_ipsec_host_hears(w.alg, a, 0));
	vpnalg_session_close(w.alg, vpnalg_ipsec_host_outbound(w.alg, a));
	vpnalg_ipsec_host_sent(w.alg, a, &ever);
	ck_assert(!ever);
}
END_TEST

TCase *ipsec_bounds_case(void)
{
	TCase *t = tcase_create("bounds");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t,
			    a_host_that_could_be_answered_for_another_is_held,
			    0, ROWS(way_rows));
	tcase_add_loop_test(t, no_host_is_held_too_often_or_too_long, 0,
			    ROWS(held_rows));
	tcase_add_test(t, a_host_knows_when_it_received_and_sent);
	return t;
}
