/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing is for ever: a host that goes on using its tunnel, and is answered,
 * receives its packets again, whatever came before. */
#include "support_ipsec.h"
#include "cases.h"

/* The time that an answer takes, ms. */
#define ANSWER 2

static struct world w;
static struct esp a, b;

static void begin(void)
{
	/* Undo would count every packet twice. */
	ipsec_world(&w, (struct world_options){ .no_undo = true });
	a = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	b = esp_of(CLIENT_B, SERVER, 0xa2, 0xb2);
}

static void end(void)
{
	world_end(&w);
}

/* The host sends, and the server answers; returns whether the host receives the
 * answer. */
static bool is_answered(struct esp *e)
{
	bool arrives;

	if (esp_sends(&w, e) != VPNALG_TRANSLATED)
		return false;
	w.now += ANSWER;
	e->outside = OUTSIDE;
	arrives = esp_arrives(&w, e);
	w.now += 100;
	return arrives;
}

/* Both hosts send in turn, each once in so many milliseconds. Returns how long
 * it takes until both receive all of their answers. */
static uint64_t time_to_heal(uint32_t gap, unsigned times)
{
	uint64_t began = w.now, healed = w.now;
	unsigned i;

	for (i = 0; i < times; i++) {
		bool a_hears = is_answered(&a), b_hears = is_answered(&b);

		if (!a_hears || !b_hears)
			healed = w.now + gap;
		w.now += gap - 2 * (100 + ANSWER);
	}
	return healed - began;
}

/* The router has restarted, and its SAs live on: how the hosts go on. */
static const struct restart_row {
	uint32_t gap, sequence, most;
} restart_rows[] = {
	{ 500, 100000, 10000 },	  { 750, 100000, 3000 },
	{ 1000, 100000, 3000 },	  { 1000, 5000, 3000 },
	{ 1000, 100, 3000 },	  { 5000, 100000, 15000 },
	{ 30000, 100000, 60000 },
};

START_TEST(slow_flows_find_their_hosts_after_a_restart)
{
	const struct restart_row *row = &restart_rows[_i];

	a.in_sequence = a.out_sequence = row->sequence;
	b.in_sequence = b.out_sequence = row->sequence + 777;
	ck_assert_uint_le(time_to_heal(row->gap, 20), row->most);
}
END_TEST

/* A gets three packets and is silent for so long; B is there all the time. */
static const uint32_t quiet_rows[] = { 100000, 150000, 200000, 1000000,
				       4000000 };

START_TEST(a_quiet_host_receives_with_its_first_packet_within_an_hour)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct ike l = ike_of(CLIENT_B, SERVER, 1);
	uint64_t until;
	unsigned i;

	ike_begin(&w, &k);
	w.now += 5000;
	ike_begin(&w, &l);
	w.now += 5000;
	for (i = 0; i < 3; i++) {
		is_answered(&a);
		w.now += 900;
	}
	until = w.now + quiet_rows[_i];
	while (w.now < until) {
		is_answered(&b);
		w.now += 900;
	}
	/* Three packets each way have confirmed its pair. */
	ck_assert(is_answered(&a) || quiet_rows[_i] > 3600000);
	w.now += 900;
	for (i = 0; i < 10; i++) {
		ck_assert(is_answered(&a));
		w.now += 450;
		ck_assert(is_answered(&b));
		w.now += 450;
	}
}
END_TEST

/* Eight child SAs of one host beside another host, all of them busy at once. */
START_TEST(no_child_sa_is_taken_for_the_one_that_follows_another)
{
	struct esp many[8];
	unsigned i, round;

	ck_assert(is_answered(&b));
	for (i = 0; i < ROWS(many); i++)
		many[i] = esp_of(CLIENT_A, SERVER, 0xc0 + i, 0xd0 + i);
	for (i = 0; i < ROWS(many); i++) {
		/* Those that have begun go on while the next one begins. */
		for (round = 0; round < 2 * (i + 1); round++) {
			struct esp *e = &many[round % (i + 1)];

			ck_assert_uint_eq(esp_sends(&w, e), VPNALG_TRANSLATED);
			w.now += ANSWER;
			ck_assert(esp_arrives(&w, e));
			w.now += 20;
		}
		ck_assert(is_answered(&b));
	}
	ck_assert_uint_eq(w.told[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* They begin one after the other, and one of them alone goes on. */
START_TEST(any_child_sa_that_goes_on_shows_that_there_are_several)
{
	struct esp many[8];
	unsigned i, round;

	ck_assert(is_answered(&b));
	for (i = 0; i < ROWS(many); i++) {
		many[i] = esp_of(CLIENT_A, SERVER, 0xc0 + i, 0xd0 + i);
		ck_assert_uint_eq(esp_sends(&w, &many[i]), VPNALG_TRANSLATED);
		w.now += ANSWER;
		ck_assert(esp_arrives(&w, &many[i]));
		w.now += 15;
	}
	for (round = 0; round < 20; round++)
		ck_assert(is_answered(&many[_i]));
	for (i = 0; i < ROWS(many); i++)
		ck_assert(is_answered(&many[i]));
	ck_assert_uint_eq(w.told[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* B is there all the time. A has an SA, and begins with a second one. While the
 * first packet of that is being answered A begins with three more, and uses the
 * first one again. */
START_TEST(sas_that_begin_at_once_do_not_end_each_others_pairs)
{
	struct esp many[4];
	unsigned i, round;

	is_answered(&a);
	w.now += 5000;
	for (i = 0; i < 10; i++)
		ck_assert(is_answered(&b));
	for (i = 0; i < ROWS(many); i++)
		many[i] = esp_of(CLIENT_A, SERVER, 0xc0 + i, 0xd0 + i);
	ck_assert(is_answered(&many[0]));
	for (i = 1; i < ROWS(many); i++)
		ck_assert_uint_eq(esp_sends(&w, &many[i]), VPNALG_TRANSLATED);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	w.now += ANSWER;
	ck_assert(esp_arrives(&w, &a));
	for (i = 1; i < ROWS(many); i++)
		ck_assert(esp_arrives(&w, &many[i]));
	for (round = 0; round < 5; round++) {
		ck_assert(is_answered(&b));
		for (i = 0; i < ROWS(many); i++)
			ck_assert(is_answered(&many[i]));
	}
	ck_assert_uint_eq(w.told[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* A has three SAs, and the server answers with the second one so late that
 * nothing shows whose its packets are, but that A has sent with one SA more
 * than it receives with. */
START_TEST(a_host_that_lacks_an_inbound_sa_gets_the_spi_that_is_left)
{
	struct esp late = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct esp third = esp_of(CLIENT_A, SERVER, 0xc1, 0xd1);
	unsigned i, lost = 0;

	for (i = 0; i < 10; i++) {
		ck_assert(is_answered(&b));
		ck_assert(is_answered(&a));
	}
	ck_assert_uint_eq(esp_sends(&w, &late), VPNALG_TRANSLATED);
	for (i = 0; i < 10; i++) {
		ck_assert(is_answered(&b));
		ck_assert(is_answered(&a));
	}
	ck_assert(is_answered(&third));
	late.outside = OUTSIDE;
	for (i = 0; i < 60; i++) {
		ck_assert(is_answered(&b));
		ck_assert(is_answered(&a));
		ck_assert(is_answered(&third));
		lost = esp_arrives(&w, &late) ? 0 : lost + 1;
	}
	/* 300 ms a round: after three seconds it is its own. */
	ck_assert_uint_eq(lost, 0);
	ck_assert_uint_eq(w.told[VPNALG_EVENT_PAIRED], 4);
	ck_assert_uint_eq(w.told[VPNALG_EVENT_UNPAIRED], 0);
}
END_TEST

/* A sends with two SAs and receives with two, until the server falls silent.
 * Then an SPI comes that was in use before: it is a third host's. */
START_TEST(a_host_that_has_all_its_sas_gets_no_spi_that_is_left)
{
	struct esp second = esp_of(CLIENT_A, SERVER, 0xc0, 0xd0);
	struct esp unknown = esp_of(CLIENT_C, SERVER, 0, 0xc0de);
	unsigned i;

	unknown.in_sequence = 5000;
	for (i = 0; i < 10; i++) {
		ck_assert(is_answered(&b));
		ck_assert(is_answered(&a));
		ck_assert(is_answered(&second));
	}
	for (i = 0; i < 100; i++) {
		ck_assert(is_answered(&b));
		esp_sends(&w, &a);
		w.now += 50;
		esp_sends(&w, &second);
		if (i > 50)
			esp_receives(&w, &unknown);
		w.now += 50;
	}
	ck_assert_uint_eq(w.told[VPNALG_EVENT_PAIRED], 3);
}
END_TEST

/* After a restart the server has something for B before B sends: A is alone
 * then, and gets it. */
START_TEST(a_pair_of_a_lone_host_is_taken_back_once_its_owner_comes)
{
	unsigned i;

	a.in_sequence = a.out_sequence = 5000;
	b.in_sequence = b.out_sequence = 6000;
	b.outside = OUTSIDE;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	esp_receives(&w, &b);
	w.now += 500;
	for (i = 0; i < 3; i++) {
		is_answered(&a);
		w.now += 900;
	}
	ck_assert_uint_le(time_to_heal(1000, 20), 30000);
}
END_TEST

/* An SPI was promised to B, which has died since; the store was not swept. A
 * receives all the time, so only B awaits an SPI: an unclaimed one goes
 * round. */
START_TEST(a_packet_for_a_dead_host_goes_to_a_living_one)
{
	struct esp unknown = esp_of(CLIENT_A, SERVER, 0, 0xc0de);
	unsigned i, got = 0;

	ck_assert(is_answered(&a));
	w.now += 5000;
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	for (i = 0; i < 150; i++, w.now += 900) {
		ck_assert(is_answered(&a));
		if (i >= 140)
			got += esp_receives(&w, &unknown) == VPNALG_TRANSLATED;
	}
	ck_assert_uint_gt(got, 0);
}
END_TEST

/* The server sends to both at once and without a pause, and both send without
 * one: nothing tells the SPIs apart, so each host gets some of its packets. */
START_TEST(hosts_that_cannot_be_told_apart_get_some_packets)
{
	unsigned got_a = 0, got_b = 0, i;

	a.in_sequence = a.out_sequence = 100000;
	b.in_sequence = b.out_sequence = 100000;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_ne(esp_sends(&w, &b), VPNALG_UNTOUCHED);
	b.outside = OUTSIDE;
	for (i = 0; i < 1500; i++) {
		w.now += 10;
		esp_sends(&w, &a);
		esp_sends(&w, &b);
		w.now += 10;
		got_a += esp_arrives(&w, &a);
		got_b += esp_arrives(&w, &b);
	}
	ck_assert_uint_gt(got_a, 0);
	ck_assert_uint_gt(got_b, 0);
}
END_TEST

/* Many hosts have sent their first packet, and await an answer, so that they
 * fill all places for candidates. One that sends and receives nothing gets a
 * place all the same, since the places go round. */
static const unsigned crowd_rows[] = { 10, 27, 60, 120 };

START_TEST(a_crowd_of_candidates_shuts_no_host_out)
{
	unsigned i, deaf = 0;

	a.in_sequence = a.out_sequence = 100000;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	for (i = 0; i < crowd_rows[_i]; i++) {
		struct esp e = esp_of(CLIENT_C + i, SERVER, 0x1000 + i, 0);

		do
			w.now += 100;
		while (esp_sends(&w, &e) == VPNALG_DROP_HELD);
	}
	for (i = 0; i < 60; i++) {
		deaf = is_answered(&a) ? 0 : deaf + 1;
		w.now += 900;
	}
	ck_assert_uint_eq(deaf, 0);
}
END_TEST

TCase *ipsec_heal_case(void)
{
	TCase *t = tcase_create("healing");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, slow_flows_find_their_hosts_after_a_restart, 0,
			    ROWS(restart_rows));
	tcase_add_loop_test(
		t, a_quiet_host_receives_with_its_first_packet_within_an_hour,
		0, ROWS(quiet_rows));
	tcase_add_test(t,
		       no_child_sa_is_taken_for_the_one_that_follows_another);
	tcase_add_loop_test(
		t, any_child_sa_that_goes_on_shows_that_there_are_several, 0,
		8);
	tcase_add_test(t, sas_that_begin_at_once_do_not_end_each_others_pairs);
	tcase_add_test(
		t, a_host_that_lacks_an_inbound_sa_gets_the_spi_that_is_left);
	tcase_add_test(t,
		       a_host_that_has_all_its_sas_gets_no_spi_that_is_left);
	tcase_add_test(
		t, a_pair_of_a_lone_host_is_taken_back_once_its_owner_comes);
	tcase_add_test(t, a_packet_for_a_dead_host_goes_to_a_living_one);
	tcase_add_test(t, hosts_that_cannot_be_told_apart_get_some_packets);
	tcase_add_loop_test(t, a_crowd_of_candidates_shuts_no_host_out, 0,
			    ROWS(crowd_rows));
	return t;
}
