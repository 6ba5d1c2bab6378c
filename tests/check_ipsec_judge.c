/* SPDX-License-Identifier: BSD-2-Clause */
/* The owner of a new inbound SPI, where any sound rule must find it, and where
 * none can. A conversation goes on in steps; every host has its own rhythm. */
#include "ipsec_judge.h"

static void check_evidence(unsigned host, enum vpnalg_evidence evidence)
{
	ck_assert_uint_eq(actors[host].evidence, evidence);
}

/* The sole one of whom a new SPI can be. */
START_TEST(the_only_host_that_has_rekeyed_gets_the_new_spi)
{
	struct actor *actor = &actors[_i % HOSTS];

	all_come();
	if (_i / HOSTS == 0)
		client_exchanges(&w, &actor->ike, CREATE_CHILD_SA);
	else
		server_exchanges(&w, &actor->ike, CREATE_CHILD_SA);
	let_pass(3);
	turn(actor);
	let_pass(1000);
	check_right(0, 1);
	check_right(1, 1);
	check_right(2, 1);
	check_evidence((unsigned)_i % HOSTS, VPNALG_EVIDENCE_EXPECTED);
}
END_TEST

/* The others keep their old SAs. */
START_TEST(a_host_that_comes_to_others_gets_its_spi)
{
	come(0);
	come(1);
	come(2);
	check_right(0, 0);
	check_right(1, 0);
	check_right(2, 0);
	check_evidence(0, VPNALG_EVIDENCE_ALONE);
	check_evidence(1, VPNALG_EVIDENCE_CONNECTED);
	check_evidence(2, VPNALG_EVIDENCE_CONNECTED);
}
END_TEST

/* Both have requested an SA. The one's old SPI stops as the new one begins, the
 * other's goes on. */
START_TEST(the_host_whose_old_spi_stopped_gets_the_new_one)
{
	struct actor *one = &actors[_i], *other = &actors[(_i + 1) % HOSTS];

	all_come();
	client_exchanges(&w, &one->ike, CREATE_CHILD_SA);
	let_pass(200);
	client_exchanges(&w, &other->ike, CREATE_CHILD_SA);
	let_pass(3);
	turn(one);
	let_pass(500);
	turn(other);
	let_pass(500);
	check_right(0, 10);
	check_right(1, 10);
	check_right(2, 10);
	ck_assert(one->evidence == VPNALG_EVIDENCE_CONTINUED ||
		  one->evidence == VPNALG_EVIDENCE_EXPECTED);
	check_evidence(((unsigned)_i + 1) % HOSTS, VPNALG_EVIDENCE_EXPECTED);
}
END_TEST

/* All are silent and all have requested an SA; one begins to send, and is
 * answered. */
START_TEST(the_host_that_resumed_gets_the_answer)
{
	struct actor *actor = &actors[_i];
	unsigned i;

	all_come();
	for (i = 0; i < HOSTS; i++)
		actors[i].in_every = actors[i].out_every = 0;
	let_pass(1000);
	for (i = 0; i < HOSTS; i++) {
		client_exchanges(&w, &actors[i].ike, CREATE_CHILD_SA);
		let_pass(300);
	}
	turn(actor);
	ck_assert_uint_eq(esp_sends(&w, &actor->esp), VPNALG_TRANSLATED);
	let_pass(5);
	actor->in_every = actor->out_every = 10;
	let_pass(500);
	check_right((unsigned)_i, 10);
	check_evidence((unsigned)_i, VPNALG_EVIDENCE_RESUMED);
}
END_TEST

/* Two hosts that are alike in all, and two SPIs that begin at one time: any
 * answer would be a guess. */
START_TEST(an_spi_without_evidence_is_not_guessed)
{
	struct esp *x = &actors[0].esp, *y = &actors[1].esp;

	world_end(&w);
	ipsec_world(&w, (struct world_options){ .no_undo = true,
						.passive = true });
	ck_assert_uint_eq(esp_sends(&w, x), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, y), VPNALG_TRANSLATED);
	w.now += 30;
	ck_assert_uint_eq(esp_receives(&w, x), VPNALG_DROP_UNPAIRED);
	ck_assert_uint_eq(esp_receives(&w, y), VPNALG_DROP_UNPAIRED);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), 0);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], 0);
}
END_TEST

/* An SPI that no host has requested stays unclaimed, however often it comes. */
START_TEST(a_new_spi_out_of_nowhere_takes_nothing_from_any_host)
{
	struct bytes p;
	unsigned i;

	all_come();
	for (i = 0; i < 300; i++) {
		p = esp_packet(SERVER, OUTSIDE, 0xdead, i + 100000);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_DROP_UNPAIRED);
		let_pass(1);
	}
	check_right(0, 0);
	check_right(1, 0);
	check_right(2, 0);
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), HOSTS);
}
END_TEST

/* A packet is for one host or for none. */
START_TEST(no_packet_reaches_two_hosts)
{
	uint64_t before;
	struct bytes p;
	unsigned i;

	all_come();
	before = dropped(&w, VPNALG_TRANSLATED) +
		 dropped(&w, VPNALG_DROP_UNPAIRED);
	for (i = 0; i < 100; i++) {
		p = esp_packet(SERVER, OUTSIDE, 0x5000 + i, 1);
		send_packet(&w, VPNALG_IN, &p);
	}
	ck_assert_uint_eq(dropped(&w, VPNALG_TRANSLATED) +
				  dropped(&w, VPNALG_DROP_UNPAIRED),
			  before + 100);
}
END_TEST

TCase *ipsec_judge_case(void)
{
	TCase *t = tcase_create("judge");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t,
			    the_only_host_that_has_rekeyed_gets_the_new_spi, 0,
			    2 * HOSTS);
	tcase_add_test(t, a_host_that_comes_to_others_gets_its_spi);
	tcase_add_loop_test(t, the_host_whose_old_spi_stopped_gets_the_new_one,
			    0, HOSTS);
	tcase_add_loop_test(t, the_host_that_resumed_gets_the_answer, 0, HOSTS);
	tcase_add_test(t, an_spi_without_evidence_is_not_guessed);
	tcase_add_test(t, a_new_spi_out_of_nowhere_takes_nothing_from_any_host);
	tcase_add_test(t, no_packet_reaches_two_hosts);
	return t;
}
