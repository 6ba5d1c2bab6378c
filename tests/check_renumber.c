/* SPDX-License-Identifier: BSD-2-Clause */
/* Outside addresses that come and go under traffic. */
#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"

#include <string.h>

#define THIRD 0xcb007103U

static struct world w;
static unsigned released;

static void note_release(struct world *world,
			 const struct vpnalg_binding *binding)
{
	(void)world;
	(void)binding;
	released++;
}

static void begin(void)
{
	static const uint32_t one[] = { OUTSIDE };

	released = 0;
	fragment_world(&w, (struct world_options){
				   .addresses = one,
				   .address_count = 1,
				   .address_max = 4,
				   .pool_key = { 1, 2 },
				   .choosing = CHOOSE_TAKE,
				   .released = note_release,
				   .mirror = true });
}

static void end(void)
{
	world_end(&w);
}

static int set(uint32_t first, uint32_t second, bool drain)
{
	static uint32_t own[4], before[4];
	size_t before_count = w.options.address_count;
	struct vpnalg_addr list[2] = { { .family = VPNALG_IPV4 },
				       { .family = VPNALG_IPV4 } };
	size_t count = second != 0 ? 2 : 1, i;
	int result;

	put32(list[0].octets, first);
	put32(list[1].octets, second);
	result = vpnalg_set_addresses(w.alg, list, count, drain);
	if (result != 0)
		return result;
	/* What the world holds the packets to. */
	memcpy(before, w.options.addresses, before_count * sizeof(before[0]));
	own[0] = first;
	own[1] = second;
	for (i = 0; drain && i < before_count; i++)
		if (before[i] != first && before[i] != second)
			own[count++] = before[i];
	w.options.addresses = own;
	w.options.address_count = count;
	return 0;
}

static bool has(uint32_t address)
{
	struct vpnalg_addr a = { .family = VPNALG_IPV4 };

	put32(a.octets, address);
	return vpnalg_has_address(w.alg, &a);
}

static uint32_t udp_from(uint32_t host, uint16_t port, uint32_t remote)
{
	ck_assert_uint_eq(udp_out(&w, host, port, remote, 53),
			  VPNALG_TRANSLATED);
	return source(&w);
}

/* Everything that a client may have: it comes back by itself with the next
 * packet that opens it. */
static void begin_all(struct connection *c, struct esp *e, struct tunnel *t)
{
	memset(c, 0, sizeof(*c));
	*t = (struct tunnel){ .client = CLIENT_A, .server = SERVER_2,
			      .port = L2TP, .version = 2, .own = 7,
			      .peer = 100 };
	start_control(&w, c, CLIENT_A, 1024, SERVER);
	call_out(&w, c, 0x1234, 0x4321);
	*e = esp_of(CLIENT_A, SERVER, 0x1111, 0x2222);
	ck_assert_uint_eq(esp_sends(&w, e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, e));
	tunnel_begin(&w, t);
	udp_from(CLIENT_A, 5000, SERVER);
}

START_TEST(sessions_of_an_address_that_has_gone_are_over)
{
	struct connection c = { 0 };
	struct tunnel t;
	struct esp e;

	begin_all(&c, &e, &t);
	ck_assert_int_eq(set(OUTSIDE_2, 0, false), 0);
	ck_assert(!has(OUTSIDE));
	ck_assert(has(OUTSIDE_2));
	if (_i == 1)
		world_wait(&w, 0);
	/* From outside nothing is ours any more. */
	ck_assert_uint_eq(send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 0x1234),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 5000), VPNALG_UNTOUCHED);
	/* From inside all is anew. */
	ck_assert_uint_eq(udp_from(CLIENT_A, 5000, SERVER), OUTSIDE_2);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4321),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(client_segment(&w, &c, c.client_seq, ACK, "", 0),
			  VPNALG_DROP_NO_CONNECTION);
	start_control(&w, &c, CLIENT_A, 1024, SERVER);
	call_out(&w, &c, 0x1234, 0x4321);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4321),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	tunnel_begin(&w, &t);
	ck_assert_uint_eq(t.outside, OUTSIDE_2);
	tunnel_carries(&w, &t, 5);
}
END_TEST

START_TEST(sessions_of_an_address_that_stays_go_on)
{
	struct connection c = { 0 };
	struct tunnel t;
	struct esp e;

	begin_all(&c, &e, &t);
	ck_assert_int_eq(set(OUTSIDE, OUTSIDE_2, _i == 1), 0);
	world_wait(&w, 0);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4321),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(udp_from(CLIENT_A, 5000, SERVER), OUTSIDE);
	ck_assert(esp_arrives(&w, &e));
	tunnel_carries(&w, &t, 5);
	ck_assert_uint_eq(released, 0);
}
END_TEST

/* RFC 4787 REQ-2. */
START_TEST(a_host_stays_at_its_address_when_others_are_added)
{
	uint32_t host, moved = 0;

	for (host = 0; host < 16; host++)
		udp_from(CLIENT_A + host, 5000, SERVER);
	ck_assert_int_eq(set(OUTSIDE, OUTSIDE_2, false), 0);
	for (host = 0; host < 16; host++)
		ck_assert_uint_eq(udp_from(CLIENT_A + host, 5001, SERVER_2),
				  OUTSIDE);
	world_wait(&w, 400000);
	world_wait(&w, 1); /* mappings go after their sessions */
	ck_assert_int_eq(w.records, 0);
	for (host = 0; host < 16; host++)
		moved += udp_from(CLIENT_A + host, 5001, SERVER) == OUTSIDE_2;
	ck_assert_uint_gt(moved, 3);
	ck_assert_uint_lt(moved, 13);
}
END_TEST

START_TEST(a_drained_address_goes_with_its_last_session)
{
	struct connection c = { 0 };
	struct tunnel t;
	struct esp e;
	unsigned i;

	begin_all(&c, &e, &t);
	ck_assert_int_eq(set(OUTSIDE_2, 0, true), 0);
	world_wait(&w, 0);
	ck_assert(has(OUTSIDE));
	ck_assert_uint_eq(released, 0);
	/* What is there goes on, calls of its connections included, */
	ck_assert_uint_eq(udp_from(CLIENT_A, 5000, SERVER), OUTSIDE);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 5000), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	tunnel_carries(&w, &t, 5);
	call_out(&w, &c, 0x1235, 0x4322);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4322),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	/* and what is new does not get it. */
	ck_assert_uint_eq(udp_from(CLIENT_B, 5000, SERVER), OUTSIDE_2);
	ck_assert_uint_eq(udp_from(CLIENT_A, 5001, SERVER), OUTSIDE_2);
	world_wait(&w, 3700000);
	ck_assert(has(OUTSIDE)); /* PPTP's connection lives for two hours */
	for (i = 0; i < 5; i++)
		world_wait(&w, 3800000);
	ck_assert(!has(OUTSIDE));
	ck_assert(has(OUTSIDE_2));
}
END_TEST

START_TEST(an_address_that_comes_back_is_in_use_again)
{
	udp_from(CLIENT_A, 5000, SERVER);
	ck_assert_int_eq(set(OUTSIDE_2, 0, true), 0);
	ck_assert_int_eq(set(OUTSIDE, 0, _i == 1), 0);
	ck_assert_uint_eq(udp_from(CLIENT_A, 5000, SERVER), OUTSIDE);
	ck_assert_uint_eq(udp_from(CLIENT_B, 5000, SERVER), OUTSIDE);
	ck_assert_uint_eq(has(OUTSIDE_2), _i == 1);
	world_wait(&w, 0);
	ck_assert(!has(OUTSIDE_2));
	ck_assert_uint_eq(released, 0);
}
END_TEST

static const struct {
	const char *what;
	uint32_t first, second;
	bool drain;
	int result;
} lists[] = {
	{ "none", 0, 0, false, VPNALG_ERROR_ADDRESS },
	{ "twice", OUTSIDE, OUTSIDE, false, VPNALG_ERROR_ADDRESS },
	{ "multicast", 0xe0000001, 0, false, VPNALG_ERROR_ADDRESS },
	{ "loopback", OUTSIDE, 0x7f000001, true, VPNALG_ERROR_ADDRESS },
	{ "more than there is room for", THIRD, THIRD + 1, true,
	  VPNALG_ERROR_MEMORY },
	{ "as many as there is room for", THIRD, 0, true, 0 },
};

START_TEST(an_impossible_list_changes_nothing)
{
	ck_assert_int_eq(set(OUTSIDE_2, THIRD + 2, true), 0);
	udp_from(CLIENT_A, 5000, SERVER);
	ck_assert_msg(set(lists[_i].first, lists[_i].second, lists[_i].drain) ==
			      lists[_i].result,
		      "%s", lists[_i].what);
	ck_assert(has(OUTSIDE));
	ck_assert(has(OUTSIDE_2));
	ck_assert(has(THIRD + 2));
	ck_assert_uint_eq(has(THIRD), lists[_i].result == 0);
}
END_TEST

/* Fragments do not follow a first one to an address that has gone. */
START_TEST(fragments_do_not_leave_from_an_address_that_has_gone)
{
	struct bytes whole = udp_packet(CLIENT_A, 5000, SERVER, 53, "ping", 4);
	struct bytes part;

	grow(&whole, 2000);
	part = fragment_of(&whole, 0, 1480);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &part),
			  VPNALG_TRANSLATED);
	ck_assert_int_eq(set(OUTSIDE_2, 0, false), 0);
	part = fragment_of(&whole, 1480, 1980);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &part), VPNALG_HELD);
}
END_TEST

/* Nothing is left behind, and each choice is released once (world_end() counts
 * them). While old sessions are still being closed a change is refused; all are
 * closed by and by, and it is made. */
START_TEST(a_thousand_changes_leave_nothing_behind)
{
	unsigned i, changed = 0, busy = 0;
	struct connection c = { 0 };
	struct tunnel t;
	struct esp e;
	int result;

	for (i = 0; changed < 1000; i++) {
		if (i % 16 == 0)
			begin_all(&c, &e, &t);
		udp_from(CLIENT_A + i % 7, 5000, SERVER);
		result = set(OUTSIDE + i % 3,
			     i % 2 ? OUTSIDE + (i + 1) % 3 : 0, i % 5 == 0);
		ck_assert(result == 0 || result == VPNALG_ERROR_BUSY);
		changed += result == 0;
		busy += result == VPNALG_ERROR_BUSY;
		if (result != 0 || i % 11 == 0)
			vpnalg_expire(w.alg, w.now, 3);
		if (i % 23 == 0)
			world_wait(&w, 1000);
		ck_assert_uint_lt(i, 20000);
	}
	ck_assert_uint_gt(busy, 100);
}
END_TEST

/* An address that has gone and comes back does not bring its sessions back, of
 * which some may be closed and some not. */
START_TEST(no_address_is_added_while_sessions_of_another_are_being_closed)
{
	udp_from(CLIENT_A, 5000, SERVER);
	ck_assert_int_eq(set(OUTSIDE_2, THIRD, false), 0);
	ck_assert_int_eq(set(OUTSIDE, 0, _i == 1), VPNALG_ERROR_BUSY);
	ck_assert(has(OUTSIDE_2) && has(THIRD) && !has(OUTSIDE));
	ck_assert_int_eq(set(THIRD, 0, _i == 1), 0); /* none is added */
	world_wait(&w, 0);
	ck_assert_int_eq(set(OUTSIDE, 0, _i == 1), 0);
	ck_assert_uint_eq(released, 1);
}
END_TEST

/* A call costs nothing that grows with the sessions, and packets of living ones
 * pay nothing once a round is through. */
START_TEST(a_change_looks_at_no_session)
{
	long finds;
	unsigned i;

	for (i = 0; i < 50; i++)
		udp_from(CLIENT_A + i, 5000, SERVER);
	finds = w.finds;
	ck_assert_int_eq(set(OUTSIDE_2, 0, false), 0);
	ck_assert_int_eq(w.finds - finds, 0);
	ck_assert_uint_eq(released, 0);
	while (vpnalg_expire(w.alg, w.now, 4) <= w.now)
		;
	ck_assert_uint_eq(released, 50);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

Suite *renumber_suite(void)
{
	Suite *suite = suite_create("renumber");
	TCase *t = tcase_create("addresses");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, sessions_of_an_address_that_has_gone_are_over,
			    0, 2);
	tcase_add_loop_test(t, sessions_of_an_address_that_stays_go_on, 0, 2);
	tcase_add_test(t, a_host_stays_at_its_address_when_others_are_added);
	tcase_add_test(t, a_drained_address_goes_with_its_last_session);
	tcase_add_loop_test(t, an_address_that_comes_back_is_in_use_again, 0,
			    2);
	tcase_add_loop_test(t, an_impossible_list_changes_nothing, 0,
			    ROWS(lists));
	tcase_add_test(t, fragments_do_not_leave_from_an_address_that_has_gone);
	tcase_add_test(t, a_thousand_changes_leave_nothing_behind);
	tcase_add_loop_test(
		t,
		no_address_is_added_while_sessions_of_another_are_being_closed,
		0, 2);
	tcase_add_test(t, a_change_looks_at_no_session);
	suite_add_tcase(suite, t);
	return suite;
}
