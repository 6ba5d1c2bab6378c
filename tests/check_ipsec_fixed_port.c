/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers with a fixed port: they answer to port 500 whatever port a message
 * came from, or do not answer other ports at all. The initiator SPI tells
 * several hosts apart. */
#include "ipsec_fixed_port.h"

START_TEST(five_hosts_complete_with_a_server_that_answers_to_port_500)
{
	all_begin(2);
	all_exchange(CREATE_CHILD_SA, true);
	all_exchange(INFORMATIONAL, true);
	all_exchange(CREATE_CHILD_SA, false);
	all_exchange(INFORMATIONAL, false);
	ck_assert_uint_eq(opened(&w, KIND_IKE), HOSTS);
	ck_assert_uint_eq(opened(&w, KIND_IKE_SA), HOSTS);
	/* After the answer messages go out from port 500. */
	ck_assert_uint_eq(k[4].outside_port, IKE);
}
END_TEST

/* Only all of it may not be 0 (RFC 7296 3.1). */
static const struct {
	const char *what;
	uint32_t high, low; /* of the initiator SPI; a host's number is added */
	bool high_differs, low_differs;
} halves[] = {
	{ "the first half", 7, 7, true, false },
	{ "the second half", 7, 7, false, true },
	{ "the first half, the other is 0", 7, 0, true, false },
	{ "the second half, the other is 0", 0, 7, false, true },
	{ "equal halves", 7, 7, true, true },
};

START_TEST(hosts_are_distinguished_by_either_half_of_their_spis)
{
	unsigned i, n;

	for (i = 0; i < HOSTS; i++) {
		k[i].spi[0][0] = halves[_i].high +
				 (halves[_i].high_differs ? i : 0);
		k[i].spi[0][1] = halves[_i].low +
				 (halves[_i].low_differs ? i : 0);
	}
	all_begin(2);
	for (n = 0; n < 5; n++) { /* each has one, however often it is used */
		all_exchange(INFORMATIONAL, true);
		all_exchange(INFORMATIONAL, false);
	}
	ck_assert_uint_eq(opened(&w, KIND_IKE_SA), HOSTS);
	ck_assert_uint_eq(live(&w, KIND_IKE_SA), HOSTS);
	/* A message counts for its session, whatever it was found by. */
	for (n = KIND_IKE_SA; n < KINDS; n++) {
		struct vpnalg_kind_counters counters;

		vpnalg_kind_counters(w.alg, n, &counters, sizeof(counters));
		ck_assert_uint_eq(counters.translated[0] +
					  counters.translated[1], 0);
	}
	/* They end with their sessions. */
	world_wait(&w, 400000);
	world_wait(&w, 1);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

START_TEST(an_sa_that_is_used_often_evicts_no_other)
{
	struct ike sa[4];
	unsigned i, n;

	all_begin(2);
	for (i = 0; i < 4; i++) {
		sa[i] = k[1];
		sa[i].spi[0][_i] = 0x2000 + i;
		for (n = 0; n < 6; n++)
			client_exchanges(&w, &sa[i], INFORMATIONAL);
	}
	for (n = 0; n < 3; n++)
		for (i = 0; i < 4; i++)
			server_exchanges(&w, &sa[i], INFORMATIONAL);
	ck_assert_uint_eq(live(&w, KIND_IKE_SA), HOSTS - 1 + 4);
	ck_assert_uint_eq(opened(&w, KIND_IKE_SA), HOSTS + 4);
}
END_TEST

START_TEST(five_hosts_of_version_1_complete_as_well)
{
	all_begin(1);
	all_exchange(QUICK_MODE, true);
	all_exchange(INFORMATIONAL_1, true);
	all_exchange(QUICK_MODE, false);
	all_exchange(INFORMATIONAL_1, false);
	ck_assert_uint_eq(opened(&w, KIND_IKE_SA), HOSTS);
}
END_TEST

/* All send before the first is answered. */
START_TEST(first_messages_of_five_hosts_may_cross)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++)
		ck_assert_uint_eq(ike_out(&w, &k[i], IKE_SA_INIT, INITIATOR,
					  0),
				  VPNALG_TRANSLATED);
	for (i = HOSTS; i-- > 0;)
		ck_assert_uint_eq(ike_in(&w, &k[i], IKE_SA_INIT, RESPONSE, 0),
				  VPNALG_TRANSLATED);
	all_exchange(IKE_AUTH, true);
}
END_TEST

/* The same packets, seen on the other side. */
START_TEST(a_message_found_by_its_spi_can_be_undone)
{
	struct bytes p;
	unsigned i;

	all_begin(2);
	for (i = 0; i < HOSTS; i++) {
		struct bytes want =
			ike_from_client(&k[i], INFORMATIONAL, INITIATOR, 9);

		p = want;
		send_packet(&w, VPNALG_OUT, &p);
		memcpy(p.data, w.bytes, p.length);
		ck_assert_uint_eq(get16(p.data + 20), IKE);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
				  VPNALG_TRANSLATED);
		ck_assert_mem_eq(w.bytes, want.data, want.length);
	}
}
END_TEST

/* A server that answers messages from port 500 only. */
static unsigned send_until_answered(struct ike *ike)
{
	unsigned tries;

	for (tries = 1; tries < 20; tries++) {
		ck_assert_uint_eq(ike_out(&w, ike, IKE_SA_INIT, INITIATOR, 0),
				  VPNALG_TRANSLATED);
		w.now += 500U << (tries < 6 ? tries : 6);
		if (ike->outside_port == IKE)
			break;
	}
	return tries;
}

START_TEST(five_hosts_complete_with_a_server_that_is_deaf_to_other_ports)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++) {
		/* Three without an answer; the next ones go out from port
		 * 500. */
		ck_assert_uint_eq(send_until_answered(&k[i]), i == 0 ? 1 : 4);
		ike_begin(&w, &k[i]);
		ck_assert_uint_eq(k[i].outside_port, IKE);
	}
	all_exchange(CREATE_CHILD_SA, true);
	all_exchange(INFORMATIONAL, false);
}
END_TEST

/* A server that does answer other ports keeps them. */
START_TEST(a_server_that_answers_has_no_fixed_port)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		k[i].fixed_port = false;
		ike_begin(&w, &k[i]);
	}
	for (i = 0; i < 8; i++)
		ike_out(&w, &k[1], IKE_SA_INIT, INITIATOR, 0);
	ck_assert_uint_ne(k[1].outside_port, IKE);
	server_exchanges(&w, &k[1], INFORMATIONAL);
}
END_TEST

TCase *ipsec_fixed_port_case(void)
{
	TCase *t = tcase_create("port 500 only");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(
		t, five_hosts_complete_with_a_server_that_answers_to_port_500);
	tcase_add_test(t, five_hosts_of_version_1_complete_as_well);
	tcase_add_loop_test(
		t, hosts_are_distinguished_by_either_half_of_their_spis, 0,
		ROWS(halves));
	tcase_add_loop_test(t, an_sa_that_is_used_often_evicts_no_other, 0,
			    2);
	tcase_add_test(t, first_messages_of_five_hosts_may_cross);
	tcase_add_test(t, a_message_found_by_its_spi_can_be_undone);
	tcase_add_test(
		t,
		five_hosts_complete_with_a_server_that_is_deaf_to_other_ports);
	tcase_add_test(
		t, a_server_that_answers_has_no_fixed_port);
	return t;
}
