/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that fails at any point of a conversation costs the packet at hand,
 * and nothing else. */
#include "support_ipsec.h"
#include "cases.h"

static struct world w;

#define HOSTS 3

/* Each has an IKE SA with a server that answers to port 500, one over NAT-T,
 * and a pair of ESP SAs that is rekeyed. */
static struct host {
	struct ike ike, nat_t;
	struct esp esp;
} hosts[HOSTS];

static unsigned lost;

static void begin(size_t addresses)
{
	static const uint32_t pool[] = { OUTSIDE, OUTSIDE_2 };
	uint32_t i;

	ipsec_world(&w, (struct world_options){ .addresses = pool,
						.address_count = addresses,
						.choosing = CHOOSE_TAKE,
						.no_undo = true,
						.passive = true });
	lost = 0;
	for (i = 0; i < HOSTS; i++) {
		hosts[i] = (struct host){
			.ike = ike_of(CLIENT_A + i, SERVER, 0),
			.nat_t = ike_of(CLIENT_A + i, SERVER, 0),
			.esp = esp_of(CLIENT_A + i, SERVER, 0xa0 + i,
				      0xb0 + i),
		};
		hosts[i].ike.fixed_port = true;
		hosts[i].nat_t.port = hosts[i].nat_t.remote_port = NAT_T;
	}
}

/* Returns whether the packet got to its destination. */
static bool went_out(unsigned result)
{
	return result == VPNALG_TRANSLATED && destination(&w) == SERVER;
}

static bool came_in(unsigned result, uint32_t client)
{
	return result == VPNALG_TRANSLATED && destination(&w) == client;
}

static bool ike_gets_out(struct ike *k, uint8_t exchange)
{
	return went_out(ike_out(&w, k, exchange, INITIATOR, k->message));
}

static bool ike_gets_in(struct ike *k, uint8_t exchange)
{
	struct bytes p = ike_from_server(k, exchange, RESPONSE, k->message);

	return came_in(send_packet(&w, VPNALG_IN, &p), k->client);
}

static bool esp_gets_out(struct esp *e)
{
	bool went = went_out(esp_sends(&w, e));

	e->out_sequence -= !went;
	return went;
}

static bool esp_gets_in(struct esp *e)
{
	bool came = came_in(esp_receives(&w, e), e->client);

	e->in_sequence -= !came;
	return came;
}

/* Request and answer; a request without one is repeated. */
static void exchange(struct ike *k, uint8_t type)
{
	unsigned tries;

	for (tries = 0; tries < 3; tries++) {
		if (ike_gets_out(k, type) && ike_gets_in(k, type))
			break;
		lost++;
		w.now += 500;
	}
	ck_assert_uint_lt(tries, 3);
	if (k->spi[1][0] == 0)
		k->spi[1][0] = k->client;
	k->message++;
}

static void ping(struct esp *e)
{
	unsigned tries;

	for (tries = 0; tries < 3; tries++) {
		if (esp_gets_out(e) && esp_gets_in(e))
			break;
		lost++;
		w.now += 100;
	}
	ck_assert_uint_lt(tries, 3);
}

static void begin_host(struct host *h)
{
	w.now += 5000;
	exchange(&h->ike, IKE_SA_INIT);
	exchange(&h->ike, IKE_AUTH);
	exchange(&h->nat_t, IKE_AUTH);
	w.now += 10;
	ping(&h->esp);
}

static void rekey_host(struct host *h)
{
	w.now += 5000;
	exchange(&h->ike, CREATE_CHILD_SA);
	h->esp.in_spi += 0x100;
	h->esp.out_spi += 0x100;
	h->esp.in_sequence = h->esp.out_sequence = 0;
	w.now += 10;
	ping(&h->esp);
}

static void talk(void)
{
	unsigned i, n;

	for (i = 0; i < HOSTS; i++)
		begin_host(&hosts[i]);
	for (n = 0; n < 2; n++)
		for (i = 0; i < HOSTS; i++)
			rekey_host(&hosts[i]);
	for (i = 0; i < HOSTS; i++) {
		exchange(&hosts[i].ike, INFORMATIONAL);
		exchange(&hosts[i].nat_t, INFORMATIONAL);
		ping(&hosts[i].esp);
	}
}

START_TEST(a_whole_conversation_loses_no_more_than_one_packet)
{
	long operations, n;

	begin((size_t)_i);
	talk();
	ck_assert_uint_eq(lost, 0);
	operations = w.operations;
	ck_assert_int_ge(operations, 60);
	world_end(&w);
	for (n = 1; n <= operations; n++) {
		begin((size_t)_i);
		w.fail_in = n;
		talk();
		ck_assert_msg(lost <= 1, "operation %ld: %u lost", n, lost);
		ck_assert_int_eq(w.fail_in, 0);
		world_end(&w);
	}
}
END_TEST

/* The server may send first. A message that promises an SPI while the store has
 * no room to note it is dropped, and sent again. */
START_TEST(a_message_that_gets_through_has_promised_its_spi)
{
	unsigned result;
	struct host *h = &hosts[0];
	long n, operations = 1;

	for (n = 0; n <= operations; n++) {
		begin((size_t)_i);
		exchange(&h->ike, IKE_SA_INIT);
		w.operations = 0;
		w.fail_in = n;
		result = ike_out(&w, &h->ike, IKE_AUTH, INITIATOR, 1);
		if (n == 0)
			operations = w.operations;
		ck_assert_uint_eq(result, n > 0 ? VPNALG_DROP_STORE
						: VPNALG_TRANSLATED);
		w.fail_in = 0;
		if (n > 0)
			result = ike_out(&w, &h->ike, IKE_AUTH, INITIATOR, 1);
		ck_assert_uint_eq(result, VPNALG_TRANSLATED);
		ck_assert_msg(esp_gets_in(&h->esp), "operation %ld", n);
		world_end(&w);
	}
	ck_assert_int_ge(operations, 4);
}
END_TEST

START_TEST(a_first_message_without_room_leaves_nothing_behind)
{
	struct host *h = &hosts[0];
	long n, operations = 1, failed = 0;

	for (n = 0; n <= operations; n++) {
		begin((size_t)_i);
		w.fail_in = n;
		if (ike_out(&w, &h->ike, IKE_AUTH, INITIATOR, 1) ==
		    VPNALG_DROP_STORE) {
			ck_assert_int_eq(w.records, 0);
			failed++;
		}
		if (n == 0)
			operations = w.operations;
		world_end(&w);
	}
	ck_assert_int_ge(failed, 8);
}
END_TEST

/* Undo shows the packet that was sent, and opens nothing. */
START_TEST(undo_makes_no_host_of_a_message)
{
	struct host *h = &hosts[0];
	struct ike seen;
	struct bytes p;

	begin((size_t)_i);
	exchange(&h->ike, IKE_SA_INIT);
	seen = h->ike;
	seen.client = h->ike.outside;
	seen.port = h->ike.outside_port;
	p = ike_from_client(&seen, IKE_AUTH, INITIATOR, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), h->ike.client);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 0);
	world_end(&w);
}
END_TEST

/* A store without room for all: no host that is there loses anything, nothing
 * leaks, and the rest get in when the first have gone. */
START_TEST(a_store_that_is_full_keeps_what_it_has)
{
	struct esp e[40], *last = &e[39];
	unsigned i, in = 0;

	ipsec_world(&w, (struct world_options){ .units = (uint32_t)_i,
						.no_undo = true,
						.passive = true,
						.leaves = true });
	for (i = 0; i < 40; i++) {
		e[i] = esp_of(CLIENT_A + i, SERVER, 0xa0 + i, 0xb0 + i);
		w.now += 1000;
		if (esp_sends(&w, &e[i]) == VPNALG_TRANSLATED && in == i)
			in += esp_arrives(&w, &e[i]);
	}
	ck_assert_uint_lt(in, 40);
	for (i = 0; i < in; i++) {
		ck_assert_uint_eq(esp_sends(&w, &e[i]), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &e[i]));
	}
	ck_assert_uint_ge(dropped(&w, VPNALG_DROP_STORE), 1);
	world_wait(&w, 4000000);
	world_wait(&w, 1);
	ck_assert_uint_eq(esp_sends(&w, last), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, last));
	world_end(&w);
}
END_TEST

/* The fifth host needs another block of candidates, and one of unclaimed SPIs:
 * there may be room for the first alone. */
START_TEST(what_a_host_without_room_has_changed_is_notified)
{
	struct esp e;
	uint32_t i;

	ipsec_world(&w, (struct world_options){ .mirror = true,
						.leaves = true,
						.passive = true });
	for (i = 0; i < 5; i++) {
		e = esp_of(CLIENT_A + i, SERVER, 0xa0 + i, 0xb0 + i);
		w.fail_in = i == 4 ? _i : 0;
		esp_sends(&w, &e);
	}
	w.fail_in = 0;
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

TCase *ipsec_fail_case(void)
{
	TCase *t = tcase_create("failing store");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(
		t, a_whole_conversation_loses_no_more_than_one_packet, 1, 3);
	tcase_add_loop_test(
		t, a_message_that_gets_through_has_promised_its_spi, 1, 3);
	tcase_add_loop_test(
		t, a_first_message_without_room_leaves_nothing_behind, 1,
		3);
	tcase_add_loop_test(t, undo_makes_no_host_of_a_message, 1, 3);
	tcase_add_loop_test(t, a_store_that_is_full_keeps_what_it_has, 40, 60);
	tcase_add_loop_test(t, what_a_host_without_room_has_changed_is_notified,
			    1, 12);
	return t;
}
