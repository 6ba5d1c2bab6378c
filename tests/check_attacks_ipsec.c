/* SPDX-License-Identifier: BSD-2-Clause */
/* Forged packets of IPsec. */
#include "attacks.h"

/* IPsec's. */

static void begin_ipsec(void)
{
	ipsec_world(&w, (struct world_options){ .passive = true,
						.no_undo = true });
}

static void go_on(struct esp *e, unsigned times)
{
	for (; times > 0; times--) {
		w.now += 20;
		ck_assert_uint_eq(esp_sends(&w, e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, e));
	}
}

/* One who sees the packets repeats them, or makes up numbers for SPIs that he
 * has seen: the window is the receiver's business (RFC 4303 3.4.3). */
START_TEST(a_replay_of_esp_moves_nothing)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb), forged;
	unsigned i;

	go_on(&e, 50);
	forged = e;
	forged.in_sequence = 0;
	for (i = 0; i < 1000; i++)
		ck_assert(esp_arrives(&w, &forged));
	go_on(&e, 50);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 1);
}
END_TEST

/* An attacker in the server's name is first with a low SPI while a host is
 * expected; the server's own comes a moment later. */
START_TEST(a_forged_spi_costs_a_host_alone_nothing)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct esp forged = esp_of(CLIENT_A, SERVER, 0, 0xdead);
	unsigned i;

	ike_begin(&w, &k);
	for (i = 0; i < 6; i++, forged.in_spi++)
		esp_receives(&w, &forged);
	go_on(&e, 100);
	ck_assert_uint_le(live(&w, KIND_ESP_IN), 4);
}
END_TEST

/* An attacker in the server's name makes up SPIs and goes on with them, until
 * they look like any other. */
START_TEST(forged_spis_that_go_on_keep_no_rekey_out)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct esp forged = esp_of(CLIENT_A, SERVER, 0, 0);
	struct esp new = esp_of(CLIENT_A, SERVER, 0xac, 0xbd);
	unsigned i;

	ike_begin(&w, &k);
	go_on(&e, 50);
	for (i = 0; i < 600; i++) {
		forged.in_spi = 0xdead + i / 100;
		esp_receives(&w, &forged);
		go_on(&e, 1);
	}
	client_exchanges(&w, &k, CREATE_CHILD_SA);
	for (i = 0; i < 50; i++) {
		go_on(&e, 1);
		go_on(&new, 1);
	}
	go_on(&new, 1000);
	ck_assert_uint_le(live(&w, KIND_ESP_IN), 4);
}
END_TEST

/* An inside host sends with SPI after SPI: that is its own affair. */
START_TEST(one_hosts_spis_do_not_harm_anothers)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct esp mad = esp_of(CLIENT_B, SERVER, 0x1000, 0);
	unsigned i;

	go_on(&e, 50);
	for (i = 0; i < 1000; i++, mad.out_spi++)
		esp_sends(&w, &mad);
	ck_assert_uint_ge(dropped(&w, VPNALG_DROP_STORE), 1);
	go_on(&e, 50);
}
END_TEST

/* SPIs of IKE that are all the same, or nothing. */
START_TEST(spis_of_0_are_no_key)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0), other = k;

	memset(k.spi, 0, sizeof(k.spi));
	memset(other.spi, 0, sizeof(other.spi));
	other.client = CLIENT_B;
	client_exchanges(&w, &k, IKE_SA_INIT);
	client_exchanges(&w, &other, IKE_SA_INIT);
	ck_assert_uint_eq(opened(&w, KIND_IKE_SA), 0);
	client_exchanges(&w, &k, INFORMATIONAL);
	client_exchanges(&w, &other, INFORMATIONAL);
}
END_TEST

/* A forged answer to port 500 lets a host speak from there: the next answer to
 * its own port takes it back. */
START_TEST(a_forged_answer_to_port_500_is_taken_back)
{
	struct ike ka = ike_of(CLIENT_A, SERVER, 0);
	struct ike kb = ike_of(CLIENT_B, SERVER, 0);
	uint16_t port;

	ike_begin(&w, &ka);
	ike_begin(&w, &kb);
	port = kb.outside_port;
	kb.fixed_port = true;
	ck_assert_uint_eq(ike_in(&w, &kb, INFORMATIONAL, 0, 1),
			  VPNALG_TRANSLATED);
	kb.fixed_port = false;
	kb.outside_port = port;
	ck_assert_uint_eq(ike_in(&w, &kb, INFORMATIONAL, 0, 2),
			  VPNALG_TRANSLATED);
	client_exchanges(&w, &kb, INFORMATIONAL);
	ck_assert_uint_eq(kb.outside_port, port);
	server_exchanges(&w, &ka, INFORMATIONAL);
}
END_TEST

TCase *ipsec_attacks_case(void)
{
	TCase *t = tcase_create("IPsec attacks");

	tcase_add_checked_fixture(t, begin_ipsec, end);
	tcase_add_test(t, a_replay_of_esp_moves_nothing);
	tcase_add_test(t, a_forged_spi_costs_a_host_alone_nothing);
	tcase_add_test(t, forged_spis_that_go_on_keep_no_rekey_out);
	tcase_add_test(t, one_hosts_spis_do_not_harm_anothers);
	tcase_add_test(t, spis_of_0_are_no_key);
	tcase_add_test(t, a_forged_answer_to_port_500_is_taken_back);
	return t;
}
