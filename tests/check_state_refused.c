/* SPDX-License-Identifier: BSD-2-Clause */
/* The choose callback refuses sessions while a state is loaded: what belongs to
 * them goes with them, whichever comes first. */
#include <string.h>

#include "cases.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_state.h"

#define TCP_SYN 0x02

static struct world w, copy;
static struct state saved;

/* What the callback refuses. */
static uint8_t refused_protocol;
static uint32_t refused_id;

static enum vpnalg_choice refuse_one(struct world *world,
				     struct vpnalg_binding *binding)
{
	(void)world;
	return binding->protocol == refused_protocol &&
			       (refused_id == ANY_ID ||
				binding->inside_id == refused_id)
		       ? VPNALG_CHOICE_REFUSE
		       : VPNALG_CHOICE_TAKE;
}

/* Two sessions of one host's, and one that another host has. */
static void udp(uint32_t host)
{
	udp_open(&w, host, 5000, SERVER, 53);
	udp_open(&w, host, 5000, SERVER_2, 53);
}

static void tcp(uint32_t host)
{
	ck_assert_uint_eq(tcp_out(&w, host, 5000, SERVER, 80, TCP_SYN, 0),
			  VPNALG_TRANSLATED);
	tcp_out(&w, host, 5000, SERVER_2, 80, TCP_SYN, 0);
}

static void icmp(uint32_t host)
{
	ck_assert_uint_eq(icmp_out(&w, host, SERVER, ECHO, 5000),
			  VPNALG_TRANSLATED);
	icmp_out(&w, host, SERVER_2, ECHO, 5000);
}

static const struct row {
	const char *kind;
	uint8_t protocol;
	void (*open)(uint32_t host);
} rows[] = {
	{ "UDP session", UDP, udp },
	{ "TCP session", TCP, tcp },
	{ "ICMP query session", ICMP, icmp },
};

/* Copies the state with its sessions in the opposite order. */
static void turn_round(struct state *state)
{
	static struct state old;
	unsigned first = state_first(state, RECORD);
	unsigned last = state_first(state, END), i;
	uint32_t at = state->chunks[first].at, length;

	old = *state;
	for (i = last; i-- > first; at += length) {
		length = old.chunks[i].length;
		memcpy(state->bytes + at, state_chunk(&old, i), length);
	}
}

/* Loads all that was saved into the copy. */
static void load_copy(struct vpnalg_load *load)
{
	copy.now = w.now;
	state_load_whole(&copy, load, &saved, copy.now);
	mirror_check(&copy);
}

static void load_refusing(struct vpnalg_load *load, uint8_t protocol,
			  uint32_t id)
{
	refused_protocol = protocol;
	refused_id = id;
	all_world(&copy, (struct world_options){ .choose = refuse_one });
	load_copy(load);
}

static unsigned listed_in(struct world *world, const char *kind)
{
	static struct listing l;

	list(world, &l);
	return listed_count(&l, kind);
}

/* Each row in both orders. */
START_TEST(the_sessions_of_a_refused_mapping_go_with_it)
{
	const struct row *row = &rows[_i / 2];
	struct vpnalg_load load = { .services = true, .loose = true };

	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	row->open(CLIENT_A);
	udp_open(&w, CLIENT_B, 6000, SERVER, 53);
	state_save(&w, &saved);
	if (_i % 2 != 0)
		turn_round(&saved);
	load_refusing(&load, row->protocol, 5000);
	ck_assert_uint_eq(load.left_out, 3);
	ck_assert_uint_eq(listed_in(&copy, "mapping"), 1);
	ck_assert_uint_eq(listed_in(&copy, row->kind), row->protocol == UDP);
	ck_assert_int_eq(copy.bindings, 1);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* Of a world in which everything is in use: what is refused, what belongs to
 * it, and how many of these are somebody else's. */
static const struct family {
	const char *kind;
	uint8_t protocol;
	uint32_t id;
	unsigned left;
} families[] = {
	{ "L2TP tunnel by ID", UDP, 1701, 1 },
	{ "PPTP call", TCP, ANY_ID, 0 },
	{ "ESP outbound SA", ESP, ANY_ID, 0 },
	{ "ESP inbound SA", ESP, ANY_ID, 0 },
	{ "GRE tunnel by remote's Key", GRE, 40, 0 },
};

START_TEST(all_that_belongs_to_a_refused_session_goes_with_it)
{
	const struct family *row = &families[_i / 2];
	struct vpnalg_load load = { .services = true, .loose = true };
	unsigned before;

	state_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	state_save(&w, &saved);
	before = listed_in(&w, row->kind);
	if (_i % 2 != 0)
		turn_round(&saved);
	load_refusing(&load, row->protocol, row->id);
	ck_assert_uint_gt(before, row->left);
	ck_assert_uint_eq(listed_in(&copy, row->kind), row->left);
	ck_assert_int_lt(copy.bindings, w.bindings);
	state_world_end(&copy);
	state_world_end(&w);
}
END_TEST

/* Two hosts of one remote, of which one is refused: the other is alone with it
 * then, whoever's turn it was, and gets its next SPI. */
START_TEST(a_refused_host_is_no_candidate)
{
	static const uint32_t hosts[] = { CLIENT_A, CLIENT_B };
	struct esp one = esp_of(CLIENT_A, SERVER, 0xa0, 0xb0);
	struct esp two = esp_of(CLIENT_B, SERVER, 0xa1, 0xb1), *left;
	struct vpnalg_load load = { .services = true };

	all_world(&w, (struct world_options){ .leaves = true });
	esp_sends(&w, &one);
	ck_assert(esp_arrives(&w, &one));
	w.now += 20000;
	esp_sends(&w, &two);
	esp_receives(&w, &two);
	state_save(&w, &saved);
	world_end(&w);
	state_refused_host = hosts[_i];
	left = _i == 0 ? &two : &one;
	all_world(&copy, (struct world_options){ .choose = state_refuse_host,
						 .leaves = true });
	load_copy(&load);
	copy.now += 20000;
	esp_sends(&copy, left);
	left->in_spi = 0xc0;
	left->in_sequence = 0;
	ck_assert(esp_arrives(&copy, left));
	world_end(&copy);
}
END_TEST

/* The port is another host's from now on, and nothing of the first one's is in
 * its way. */
START_TEST(a_refused_port_is_free)
{
	struct vpnalg_load load = { .services = true };
	uint16_t port;

	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	udp(CLIENT_A);
	state_save(&w, &saved);
	load_refusing(&load, UDP, 5000);
	refused_protocol = 0;
	port = udp_open(&copy, CLIENT_B, 5000, SERVER, 53);
	ck_assert_uint_eq(port, 5000);
	ck_assert_uint_eq(udp_in(&copy, SERVER, 53, port), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get32(copy.bytes + 16), CLIENT_B);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* What a service has opened outlives it, and has no parent: it is not taken for
 * one that was refused. */
START_TEST(what_a_removed_service_has_opened_is_loaded)
{
	struct vpnalg_load load = { .services = true };

	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	all_open(&w);
	all_close(&w);
	udp(CLIENT_A);
	state_save(&w, &saved);
	load_refusing(&load, UDP, 5000);
	ck_assert_uint_eq(load.left_out, 3);
	ck_assert_uint_eq(listed_in(&copy, "PPTP service"), 0);
	ck_assert_uint_eq(listed_in(&copy, "PPTP server's connection"), 1);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* Adds the sessions of another state in front of its own. */
static void put_before(struct state *state, const struct state *other)
{
	static struct state old;
	unsigned first = state_first(state, RECORD), i;
	uint32_t at = state->chunks[first].at;

	old = *state;
	state->length = at;
	for (i = state_first(other, RECORD); i + 1 < other->count; i++) {
		memcpy(state->bytes + state->length,
		       other->bytes + other->chunks[i].at,
		       other->chunks[i].length);
		state->length += other->chunks[i].length;
	}
	memcpy(state->bytes + state->length, old.bytes + at, old.length - at);
	state->length += old.length - at;
}

/* What a host had when saving began has ended, and another host has got its
 * port by the time that this one is saved: all is that one's. */
START_TEST(a_port_that_another_host_has_got_is_that_ones)
{
	static struct state before;
	struct vpnalg_load load = { .services = true, .loose = true };
	struct vpnalg_session_cut cut = { .size = sizeof(cut) };

	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	udp(CLIENT_A);
	state_save(&w, &before);
	while (vpnalg_sessions_cut(w.alg, &cut, w.now, 1000) == VPNALG_CUT_MORE)
		;
	world_wait(&w, 300000);
	ck_assert_uint_eq(udp_open(&w, CLIENT_B, 5000, STRANGER, 53), 5000);
	state_save(&w, &saved);
	put_before(&saved, &before);
	refused_protocol = 0;
	all_world(&copy, (struct world_options){ .choose = refuse_one });
	load_copy(&load);
	ck_assert_uint_eq(load.left_out, 3);
	ck_assert_uint_eq(listed_in(&copy, "mapping"), 1);
	ck_assert_uint_eq(listed_in(&copy, "UDP session"), 1);
	ck_assert_uint_ne(udp_open(&copy, CLIENT_A, 5000, SERVER, 53), 5000);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* A load that fails gives back what was taken for it, and nothing else. */
START_TEST(a_refusal_leaves_nothing_of_a_load_that_fails)
{
	struct vpnalg_load load = { .services = true };
	int result;

	all_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	udp(CLIENT_A);
	udp_open(&w, CLIENT_B, 6000, SERVER, 53);
	state_save(&w, &saved);
	refused_protocol = UDP;
	refused_id = 5000;
	all_world(&copy, (struct world_options){ .choose = refuse_one });
	copy.now = w.now;
	result = state_load_part(&copy, &load, saved.bytes, saved.length - 1);
	ck_assert_int_eq(result, VPNALG_STATE_MORE);
	result = vpnalg_load_end(copy.alg, &load, copy.now);
	ck_assert_int_eq(result, VPNALG_STATE_CUT);
	ck_assert_int_eq(copy.records, 0);
	ck_assert_int_eq(copy.keys, 0);
	ck_assert_int_eq(copy.bindings, 0);
	world_end(&copy);
	world_end(&w);
}
END_TEST

TCase *state_refused_case(void)
{
	TCase *tcase = tcase_create("refused while loading");

	tcase_add_loop_test(tcase,
			    the_sessions_of_a_refused_mapping_go_with_it, 0,
			    2 * ROWS(rows));
	tcase_add_loop_test(tcase,
			    all_that_belongs_to_a_refused_session_goes_with_it,
			    0, 2 * ROWS(families));
	tcase_add_loop_test(tcase, a_refused_host_is_no_candidate, 0, 2);
	tcase_add_test(tcase, a_port_that_another_host_has_got_is_that_ones);
	tcase_add_test(tcase, a_refused_port_is_free);
	tcase_add_test(tcase, what_a_removed_service_has_opened_is_loaded);
	tcase_add_test(tcase, a_refusal_leaves_nothing_of_a_load_that_fails);
	return tcase;
}
