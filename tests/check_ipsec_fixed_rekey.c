/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers with a fixed port: IKE SAs that are rekeyed. */
#include "ipsec_fixed_port.h"

/* RFC 7296 2.18: new SPIs are exchanged in encrypted messages. */
static void rekey(struct ike *ike)
{
	ike->spi[0][0] ^= 0x5a5a5a5a;
	ike->spi[0][1]++;
	ike->spi[1][0]++;
	ike->message = 0;
}

START_TEST(a_rekeyed_sa_is_learned_from_its_first_packet_out)
{
	unsigned i;

	all_begin(2);
	for (i = 0; i < HOSTS; i++) {
		client_exchanges(&w, &k[i], CREATE_CHILD_SA);
		rekey(&k[i]);
		client_exchanges(&w, &k[i], INFORMATIONAL);
	}
	all_exchange(INFORMATIONAL, false);
}
END_TEST

START_TEST(the_first_packet_of_a_rekeyed_sa_may_come_from_outside)
{
	struct ike *host = &k[_i];

	all_begin(2);
	w.now += 60000;
	client_exchanges(&w, host, CREATE_CHILD_SA);
	rekey(host);
	server_exchanges(&w, host, INFORMATIONAL);
	ck_assert_uint_eq(opened(&w, KIND_IKE), HOSTS);
	all_exchange(INFORMATIONAL, false);
}
END_TEST

/* Of one session at most four are known. */
START_TEST(the_sa_that_was_used_least_recently_is_forgotten)
{
	struct ike sa[5];
	unsigned i;

	all_begin(2);
	for (i = 0; i < 5; i++) {
		sa[i] = k[1];
		sa[i].spi[0][1] = 0x2000 + i;
		client_exchanges(&w, &sa[i], INFORMATIONAL);
		if (i == 3) /* and so the second is not the oldest */
			client_exchanges(&w, &sa[0], INFORMATIONAL);
	}
	ck_assert_uint_eq(live(&w, KIND_IKE_SA), HOSTS - 1 + 4);
	for (i = 0; i < 5; i++) {
		struct bytes p = ike_from_server(&sa[i], INFORMATIONAL, 0, 9);
		bool found;

		send_packet(&w, VPNALG_IN, &p);
		found = w.last.result == VPNALG_TRANSLATED &&
			destination(&w) == k[1].client;
		ck_assert_msg(found == (i != 1), "SA %u", i);
	}
}
END_TEST

/* SPIs do not outlive their session. */
START_TEST(the_sas_of_a_session_end_with_it)
{
	all_begin(2);
	world_wait(&w, 400000);
	world_wait(&w, 1);
	ck_assert_uint_eq(live(&w, KIND_IKE), 0);
	ck_assert_uint_eq(live(&w, KIND_IKE_SA), 0);
	ck_assert_int_eq(w.records, 0);
	all_begin(2);
}
END_TEST

/* The first host with an SPI keeps it; the other one still has its port. */
START_TEST(an_spi_of_another_host_is_not_taken_from_it)
{
	struct ike thief = k[1];

	ike_begin(&w, &k[0]);
	memcpy(thief.spi, k[0].spi, sizeof(thief.spi));
	thief.fixed_port = false;
	ike_out(&w, &thief, INFORMATIONAL, INITIATOR, 5);
	server_exchanges(&w, &k[0], INFORMATIONAL);
	ck_assert_uint_eq(ike_in(&w, &thief, INFORMATIONAL, RESPONSE, 5),
			  VPNALG_TRANSLATED);
	server_exchanges(&w, &k[0], INFORMATIONAL);
}
END_TEST

/* Only with both ports 500: elsewhere the bytes may be anything. */
START_TEST(spis_count_on_port_500_only)
{
	struct ike n = k[0];
	struct bytes p;

	all_begin(2);
	n.fixed_port = false;
	n.port = n.remote_port = NAT_T;
	client_exchanges(&w, &n, INFORMATIONAL);
	p = udp_packet(SERVER, NAT_T, OUTSIDE, NAT_T, "\xc0\xa8\x4d\x0c\x00"
		       "\x00\x10\x00 what looks like another's", 32);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
}
END_TEST

TCase *ipsec_fixed_rekey_case(void)
{
	TCase *t = tcase_create("fixed port rekeys");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_rekeyed_sa_is_learned_from_its_first_packet_out);
	tcase_add_loop_test(
		t, the_first_packet_of_a_rekeyed_sa_may_come_from_outside, 0,
		HOSTS);
	tcase_add_test(t, the_sa_that_was_used_least_recently_is_forgotten);
	tcase_add_test(t, the_sas_of_a_session_end_with_it);
	tcase_add_test(t, an_spi_of_another_host_is_not_taken_from_it);
	tcase_add_test(t, spis_count_on_port_500_only);
	return t;
}
