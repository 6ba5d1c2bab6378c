/* SPDX-License-Identifier: BSD-2-Clause */
/* The owner of a new inbound SPI, where any sound rule must find it, and where
 * none can. A conversation goes on in steps; every host has its own rhythm. */
#include "support_ipsec.h"
#include "cases.h"

#define HOSTS 3
#define STEP_MS 10

static struct world w;

/* A host, and its part in the test. */
static struct actor {
	struct esp esp;
	struct ike ike;
	uint32_t in_every, out_every; /* steps; 0: nothing */
	unsigned right, wrong, lost; /* the results of its packets */
	uint8_t evidence; /* by which it has got its last SPI */
} actors[HOSTS];
static unsigned step;

static void heard(struct world *world, const struct vpnalg_event *event)
{
	unsigned host = get32(event->session.inside.octets) - CLIENT_A;

	(void)world;
	if (event->type == VPNALG_EVENT_PAIRED && host < HOSTS)
		actors[host].evidence = event->evidence;
}

static void check_evidence(unsigned host, enum vpnalg_evidence evidence)
{
	ck_assert_uint_eq(actors[host].evidence, evidence);
}

static void begin(void)
{
	uint32_t i;

	ipsec_world(&w, (struct world_options){ .no_undo = true,
						.heard = heard });
	step = 0;
	for (i = 0; i < HOSTS; i++)
		actors[i] = (struct actor){
			.esp = esp_of(CLIENT_A + i, SERVER, 0xa0 + i,
				      0xb0 + i),
			.ike = ike_of(CLIENT_A + i, SERVER, 0),
		};
}

static void end(void)
{
	world_end(&w);
}

static void receive(struct actor *actor)
{
	if (esp_receives(&w, &actor->esp) != VPNALG_TRANSLATED)
		actor->lost++;
	else if (destination(&w) == actor->esp.client)
		actor->right++;
	else
		actor->wrong++;
}

static void let_pass(unsigned steps)
{
	unsigned i;

	for (; steps > 0; steps--) {
		step++;
		w.now += STEP_MS;
		for (i = 0; i < HOSTS; i++) {
			struct actor *actor = &actors[i];

			if (actor->out_every && step % actor->out_every == i)
				esp_sends(&w, &actor->esp);
			if (actor->in_every && step % actor->in_every == i)
				receive(actor);
		}
	}
}

static void forget_counts(void)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++)
		actors[i].right = actors[i].wrong = actors[i].lost = 0;
}

/* Sets up a host with IKE and steady traffic, long after the one before. */
static void come(unsigned host)
{
	struct actor *actor = &actors[host];

	let_pass(500);
	ike_begin(&w, &actor->ike);
	let_pass(2);
	ck_assert_uint_eq(esp_sends(&w, &actor->esp), VPNALG_TRANSLATED);
	let_pass(2);
	actor->in_every = actor->out_every = 10;
	let_pass(500);
	ck_assert_uint_eq(actor->wrong, 0);
	ck_assert_uint_ge(actor->right, 40);
	forget_counts();
}

static void all_come(void)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++)
		come(i);
}

/* Both ends turn to new SPIs at once. */
static void turn(struct actor *actor)
{
	actor->esp.in_spi += 0x1000;
	actor->esp.out_spi += 0x1000;
	actor->esp.in_sequence = actor->esp.out_sequence = 0;
}

static void check_right(unsigned host, unsigned lost)
{
	const struct actor *actor = &actors[host];

	ck_assert_msg(actor->wrong == 0, "host %u: %u wrong", host,
		      actor->wrong);
	ck_assert_msg(actor->lost <= lost, "host %u: %u of %u lost", host,
		      actor->lost, actor->lost + actor->right);
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
	ck_assert_uint_eq(w.told[VPNALG_EVENT_PAIRED], 0);
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

/* The server restarts and has forgotten everything; so all begin anew. */
START_TEST(hosts_that_begin_anew_one_after_the_other_find_their_spis)
{
	unsigned i;

	all_come();
	for (i = 0; i < HOSTS; i++) {
		struct actor *actor = &actors[i];

		actor->in_every = actor->out_every = 0;
		let_pass(300);
		actor->ike = ike_of(actor->esp.client, SERVER, 7);
		ike_begin(&w, &actor->ike);
		turn(actor);
		let_pass(2);
		ck_assert_uint_eq(esp_sends(&w, &actor->esp),
				  VPNALG_TRANSLATED);
		actor->in_every = actor->out_every = 10;
		let_pass(300);
	}
	check_right(0, 5);
	check_right(1, 5);
	check_right(2, 5);
}
END_TEST

/* Receives in its rhythm; nothing is sent. */
static void stream(struct esp *e, unsigned count)
{
	for (; count > 0; count--) {
		w.now += 100;
		ck_assert(esp_arrives(&w, e));
	}
}

/* Host 2 receives all the time; the keys of all three change. */
static void all_change_keys(const unsigned *order)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++) {
		ike_begin(&w, &actors[i].ike);
		ck_assert_uint_eq(esp_sends(&w, &actors[i].esp),
				  VPNALG_TRANSLATED);
		w.now += 11;
		ck_assert(esp_arrives(&w, &actors[i].esp));
		w.now += 20000;
	}
	stream(&actors[2].esp, 100);
	for (i = 0; i < HOSTS; i++) {
		client_exchanges(&w, &actors[order[i]].ike, CREATE_CHILD_SA);
		stream(&actors[2].esp, order[i] == 2 ? 16 : 4);
	}
	for (i = 0; i < 2; i++)
		actors[i].esp = esp_of(CLIENT_A + i, SERVER, 0xa8 + i,
				       0xb8 + i);
}

static const unsigned orders[][HOSTS] = {
	{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
	{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
};

/* One host begins, one is held for it, and the SPI of the third changes in its
 * rhythm: it is not for the one that is only likelier than the one that is
 * held. */
START_TEST(a_held_host_hides_no_third_one)
{
	struct esp next = esp_of(CLIENT_C, SERVER, 0xaa, 0xba);
	unsigned i;

	all_change_keys(orders[_i]);
	w.now += 74;
	ck_assert_uint_eq(esp_sends(&w, &actors[1].esp), VPNALG_TRANSLATED);
	w.now += 10;
	ck_assert_uint_eq(esp_sends(&w, &actors[0].esp), VPNALG_DROP_HELD);
	w.now += 20;
	for (i = 0; i < 6; i++, w.now += 100)
		if (esp_receives(&w, &next) == VPNALG_TRANSLATED)
			ck_assert_uint_eq(destination(&w), CLIENT_C);
}
END_TEST

/* Both SPIs begin: the answer to the one, and the remote's first packet to the
 * one that is held. */
START_TEST(two_hosts_that_fit_the_same_two_spis_stay_undecided)
{
	unsigned i, j;

	all_change_keys(orders[0]);
	w.now += 10;
	ck_assert_uint_eq(esp_sends(&w, &actors[1].esp), VPNALG_TRANSLATED);
	w.now += 10;
	ck_assert_uint_eq(esp_sends(&w, &actors[0].esp), VPNALG_DROP_HELD);
	w.now += 10;
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 2; j++, w.now += 10) {
			struct esp *e = &actors[j == (unsigned)_i].esp;

			if (esp_receives(&w, e) == VPNALG_TRANSLATED)
				ck_assert_uint_eq(destination(&w), e->client);
		}
		w.now += 50;
		if (i == 0)
			ck_assert(esp_arrives(&w, &actors[2].esp));
		w.now += 30;
	}
}
END_TEST

/* The keys of two hosts change, the remote stops for a moment and goes on to
 * both with the new SPIs, a few packets each, and awaits an answer: neither SPI
 * has followed the other. */
START_TEST(two_that_begin_and_pause_together_do_not_follow_each_other)
{
	struct esp next[2] = { esp_of(CLIENT_A, SERVER, 0xa8, 0xb8),
			       esp_of(CLIENT_B, SERVER, 0xa9, 0xb9) };
	unsigned i, j;

	for (i = 0; i < 2; i++) {
		ike_begin(&w, &actors[i].ike);
		ck_assert_uint_eq(esp_sends(&w, &actors[i].esp),
				  VPNALG_TRANSLATED);
		w.now += 11;
		ck_assert(esp_arrives(&w, &actors[i].esp));
		w.now += 20000;
	}
	client_exchanges(&w, &actors[0].ike, CREATE_CHILD_SA);
	w.now += 1080;
	client_exchanges(&w, &actors[1].ike, CREATE_CHILD_SA);
	w.now += 110;
	for (i = 0; i < 2; i++, w.now += 5)
		for (j = 0; j < 10; j++)
			ck_assert_uint_eq(esp_receives(&w, &next[i]),
					  VPNALG_DROP_UNPAIRED);
	w.now += 220;
	for (i = 0; i < 2; i++)
		ck_assert_uint_eq(esp_receives(&w, &next[i]),
				  VPNALG_DROP_UNPAIRED);
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
	tcase_add_loop_test(t, a_held_host_hides_no_third_one, 0, ROWS(orders));
	tcase_add_loop_test(
		t, two_hosts_that_fit_the_same_two_spis_stay_undecided, 0, 2);
	tcase_add_test(
		t, two_that_begin_and_pause_together_do_not_follow_each_other);
	tcase_add_test(
		t, hosts_that_begin_anew_one_after_the_other_find_their_spis);
	return t;
}
