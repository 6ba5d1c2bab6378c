/* SPDX-License-Identifier: BSD-2-Clause */
/* The hosts of a far gateway are linked to a ring, by which its new SPIs go from
 * one to the next. Whichever of them are not loaded, the others are a ring. */
#include <vpnalg/ipsec.h>

#include <string.h>

#include "cases.h"
#include "support_ipsec.h"
#include "support_state.h"

static struct world w, copy;
static struct state saved;

/* What a chunk says of a host, a remote and its candidates: doc/state.md, and
 * the kinds' layouts. */
enum {
	HOST_ID = 20 + 4, /* in the second key */
	HOST_NEXT = 40 + 16,
	HOST_PREVIOUS = 40 + 20,
	REMOTE_CANDIDATES = 40 + 32,
	REMOTE_TURN = 40 + 32 + 3 * 32,
	REMOTE_BLOCKS = REMOTE_TURN + 4 + 2,
	CANDIDATE = 32
};

struct host {
	uint32_t id, next, previous;
};

static struct ring {
	struct host hosts[16];
	unsigned count;
	uint32_t turn, candidates[3];
	uint8_t blocks[2]; /* of candidates, of unclaimed SPIs */
} ring;

/* Returns the number that the state has for a kind. */
static uint8_t kind_of(struct state *state, const char *name)
{
	size_t length = strlen(name);
	const uint8_t *chunk;
	unsigned i;

	for (i = state_first(state, KIND); i < state->count; i++) {
		chunk = state_chunk(state, i) + CHUNK_CONTENT;
		if (chunk[3 + 1 + chunk[3]] == length &&
		    memcmp(chunk + 3 + 1 + chunk[3] + 1, name, length) == 0)
			return chunk[0];
	}
	ck_abort_msg("no kind %s", name);
	return 0;
}

static void read_host(const uint8_t *from)
{
	ck_assert_uint_lt(ring.count, 16);
	ring.hosts[ring.count++] = (struct host){
		get32(from + HOST_ID), get32(from + HOST_NEXT),
		get32(from + HOST_PREVIOUS) };
}

static void read_remote(const uint8_t *from)
{
	unsigned i;

	ring.turn = get32(from + REMOTE_TURN);
	memcpy(ring.blocks, from + REMOTE_BLOCKS, sizeof(ring.blocks));
	for (i = 0; i < 3; i++)
		ring.candidates[i] = get32(from + REMOTE_CANDIDATES +
					   i * CANDIDATE);
}

static void read_ring(struct world *world)
{
	static struct state state;
	uint8_t host, remote;
	const uint8_t *chunk;
	unsigned i;

	state_save(world, &state);
	host = kind_of(&state, "ESP host");
	remote = kind_of(&state, "ESP remote");
	ring = (struct ring){ .count = 0 };
	for (i = 0; i < state.count; i++) {
		chunk = state_chunk(&state, i);
		if (chunk[CHUNK_TYPE] != RECORD)
			continue;
		if (chunk[CHUNK_CONTENT] == host)
			read_host(chunk + CHUNK_CONTENT + RECORD_KEYS);
		if (chunk[CHUNK_CONTENT] == remote)
			read_remote(chunk + CHUNK_CONTENT + RECORD_KEYS);
	}
}

static const struct host *find(uint32_t id)
{
	unsigned i;

	for (i = 0; i < ring.count; i++)
		if (ring.hosts[i].id == id)
			return &ring.hosts[i];
	return NULL;
}

/* From the turn on, each host leads to the next, and the last to the first. No
 * candidate is a host that is not there. */
static void expect_ring(struct world *world, unsigned count)
{
	const struct host *host, *next;
	unsigned i;

	read_ring(world);
	ck_assert_uint_eq(ring.count, count);
	if (count == 0)
		return;
	host = find(ring.turn);
	ck_assert_ptr_nonnull(host);
	for (i = 0; i < count; i++, host = next) {
		ck_assert(i == 0 || host->id != ring.turn);
		next = find(host->next);
		ck_assert_ptr_nonnull(next);
		ck_assert_uint_eq(next->previous, host->id);
	}
	ck_assert_uint_eq(host->id, ring.turn);
	for (i = 0; i < 3; i++)
		ck_assert(ring.candidates[i] == 0 ||
			  find(ring.candidates[i]) != NULL);
}

/* Hosts */

static const struct vpnalg_protocol ipsec[] = { { vpnalg_ipsec, NULL } };

static void ring_world(struct world *world, struct world_options options)
{
	options.protocols = ipsec;
	options.protocol_count = 1;
	options.leaves = true;
	options.mirror = true;
	world_begin(world, &options);
}

static const uint32_t addresses[] = { CLIENT_A, CLIENT_B, CLIENT_C, OUTSIDE };

static struct esp sa_of(unsigned host)
{
	return esp_of(addresses[host], SERVER, 0xa0 + host, 0xb0 + host);
}

/* The hosts begin with that one; each has an SA in both directions but the last,
 * which waits for its own. */
static void open_hosts(unsigned first, unsigned count)
{
	struct esp sa;
	unsigned i;

	for (i = 0; i < count; i++) {
		sa = sa_of((first + i) % count);
		esp_sends(&w, &sa);
		w.now += 20;
		if (i + 1 < count)
			esp_receives(&w, &sa);
		w.now += 20000;
	}
}

static void load_copy(struct vpnalg_load *load, struct world_options options)
{
	ring_world(&copy, options);
	copy.now = w.now;
	load->services = true;
	state_load_whole(&copy, load, &saved, copy.now);
}

/* Each host that sends still gets a new SPI when it alone has none. */
static void expect_life(unsigned host)
{
	struct esp sa = sa_of(host);

	esp_sends(&copy, &sa);
	copy.now += 20000;
	sa.in_spi = 0xc0;
	sa.out_spi = 0xd0;
	sa.out_sequence = sa.in_sequence = 0;
	esp_sends(&copy, &sa);
	copy.now += 20;
	ck_assert(esp_arrives(&copy, &sa));
}

START_TEST(the_routers_own_host_leaves_no_gap)
{
	unsigned first = (unsigned)_i % 4, others = 1 + (unsigned)_i / 4 * 2;
	struct vpnalg_load load = { 0 };
	struct esp router;

	ring_world(&w, (struct world_options){ .own = true });
	if (others == 3) {
		open_hosts(first, 4);
	} else {
		router = sa_of(3);
		if (first % 2 == 0)
			open_hosts(0, 1);
		esp_sends(&w, &router);
		if (first / 2 == 0)
			esp_receives(&w, &router);
		w.now += 20000;
		if (first % 2 == 1)
			open_hosts(0, 1);
	}
	expect_ring(&w, others + 1);
	state_save(&w, &saved);
	load_copy(&load, (struct world_options){ 0 });
	ck_assert_uint_ge(load.left_out, 1);
	expect_ring(&copy, others);
	expect_life(others - 1);
	world_end(&copy);
	world_end(&w);
}
END_TEST

static uint32_t refused_host;

static enum vpnalg_choice refuse_host(struct world *world,
				      struct vpnalg_binding *binding)
{
	(void)world;
	return get32(binding->inside.octets) == refused_host
		       ? VPNALG_CHOICE_REFUSE
		       : VPNALG_CHOICE_TAKE;
}

START_TEST(a_refused_host_leaves_no_gap)
{
	struct vpnalg_load load = { 0 };

	ring_world(&w, (struct world_options){ 0 });
	open_hosts((unsigned)_i / 3, 3);
	state_save(&w, &saved);
	refused_host = addresses[_i % 3];
	load_copy(&load, (struct world_options){ .choose = refuse_host });
	expect_ring(&copy, 2);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* Takes the nth session of a kind out of what was saved. */
static void leave_out(const char *name, unsigned nth)
{
	uint8_t kind = kind_of(&saved, name);
	unsigned i, count = 0;
	uint32_t length;

	for (i = state_first(&saved, RECORD); i < saved.count; i++)
		if (state_chunk(&saved, i)[CHUNK_TYPE] == RECORD &&
		    state_chunk(&saved, i)[CHUNK_CONTENT] == kind &&
		    count++ == nth)
			break;
	ck_assert_uint_lt(i, saved.count);
	length = saved.chunks[i].length;
	memmove(state_chunk(&saved, i), state_chunk(&saved, i) + length,
		saved.length - saved.chunks[i].at - length);
	saved.length -= length;
}

/* A mirror lacks whatever was not written yet. */
START_TEST(a_host_that_was_not_saved_leaves_no_gap)
{
	struct vpnalg_load load = { .loose = true };

	ring_world(&w, (struct world_options){ 0 });
	open_hosts((unsigned)_i / 3, 3);
	state_save(&w, &saved);
	leave_out("ESP host", (unsigned)_i % 3);
	load_copy(&load, (struct world_options){ 0 });
	expect_ring(&copy, 2);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* Its hosts open it again with their next SAs. */
START_TEST(a_remote_that_was_not_saved_is_there_again)
{
	struct vpnalg_load load = { .loose = true };

	ring_world(&w, (struct world_options){ 0 });
	open_hosts(0, 2);
	state_save(&w, &saved);
	leave_out("ESP remote", 0);
	load_copy(&load, (struct world_options){ 0 });
	expect_life((unsigned)_i);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* While it is saved a host comes, and all of another one's ends. */
static void change(bool comes)
{
	struct vpnalg_session_cut cut = {
		.size = sizeof(cut),
		.inside = { .family = VPNALG_IPV4 },
	};
	struct esp sa = sa_of(2);

	if (comes) {
		esp_sends(&w, &sa);
		return;
	}
	put32(cut.inside.octets, CLIENT_A);
	while (vpnalg_sessions_cut(w.alg, &cut, w.now, 1000) ==
	       VPNALG_CUT_MORE)
		;
}

START_TEST(what_comes_or_goes_while_it_is_saved_leaves_no_gap)
{
	struct vpnalg_save save = { .size = sizeof(save) };
	struct vpnalg_load load = { 0 };
	unsigned records = 0;
	bool done = false;

	ring_world(&w, (struct world_options){ 0 });
	open_hosts(0, 2);
	saved.length = saved.count = 0;
	while (state_step(&w, &save, &saved) == VPNALG_STATE_MORE) {
		records += state_chunk(&saved, saved.count - 1)[CHUNK_TYPE] ==
			   RECORD;
		if (done || records <= (unsigned)_i / 2)
			continue;
		change(_i % 2);
		done = true;
	}
	load_copy(&load, (struct world_options){ 0 });
	read_ring(&copy);
	expect_ring(&copy, ring.count);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* All hosts of a remote die, and are removed one by one. Returns whether records
 * are left that the remote had for several hosts. */
static bool end_hosts(void)
{
	w.now += 100000000;
	while (live(&w, KIND_ESP_HOST) > 0)
		vpnalg_expire(w.alg, w.now, 1);
	return live(&w, KIND_ESP_UNKNOWN) > 0;
}

/* A host begins anew before these records are removed, too. */
START_TEST(records_that_have_ended_are_not_counted_again)
{
	struct vpnalg_load load = { 0 };
	struct esp sa = sa_of(0);
	unsigned left = 0, i;

	for (i = 0; i < 16 && left == 0; i++) {
		ring_world(&w, (struct world_options){ .hash_key = { (uint8_t)i } });
		open_hosts(0, 3);
		left = end_hosts();
		esp_sends(&w, &sa);
		read_ring(&w);
		ck_assert_uint_eq(ring.count, 1);
		ck_assert_uint_eq(ring.blocks[1], 0);
		state_save(&w, &saved);
		load_copy(&load, (struct world_options){ 0 });
		read_ring(&copy);
		ck_assert_uint_eq(ring.blocks[0], 1);
		ck_assert_uint_eq(ring.blocks[1], 0);
		world_end(&copy);
		world_end(&w);
	}
	ck_assert_uint_ne(left, 0);
}
END_TEST

/* Appends the first record of a kind in a state to another one, before its end.
 */
static void append(struct state *to, struct state *from, const char *name)
{
	uint8_t kind = kind_of(from, name);
	unsigned i = state_first(from, RECORD);

	while (state_chunk(from, i)[CHUNK_CONTENT] != kind)
		i++;
	to->length = to->chunks[state_first(to, END)].at;
	memcpy(to->bytes + to->length, state_chunk(from, i),
	       from->chunks[i].length);
	to->length += from->chunks[i].length;
}

/* A host has a list of its SAs. After that is saved the host ends and begins
 * anew, and only then is it saved. */
START_TEST(a_host_that_begins_anew_does_not_keep_its_list)
{
	static struct state before;
	struct vpnalg_load load = { .loose = true, .services = true };
	struct esp sa = sa_of(0), newer = esp_of(CLIENT_A, SERVER, 0xd0, 0xe0);

	ring_world(&w, (struct world_options){ 0 });
	open_hosts(0, 2);
	esp_sends(&w, &newer);
	w.now += 1000;
	sa.out_sequence++;
	esp_sends(&w, &sa);
	state_save(&w, &before);
	change(false);
	esp_sends(&w, &sa);
	state_save(&w, &saved);
	append(&saved, &before, "ESP host's older SAs");
	ring_world(&copy, (struct world_options){ 0 });
	copy.now = w.now;
	ck_assert_int_eq(state_load_part(&copy, &load, saved.bytes,
					 saved.length),
			 VPNALG_STATE_MORE);
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &load, copy.now),
			 VPNALG_STATE_DONE);
	world_wait(&copy, 1000);
	ck_assert_uint_eq(live(&copy, KIND_ESP_HOST), 2);
	ck_assert_uint_eq(live(&copy, KIND_ESP_SA_LIST), 0);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* Whatever of the first host of a remote is in the state, its next SPI is its
 * own. */
START_TEST(a_first_host_that_comes_while_it_is_saved_goes_on)
{
	struct vpnalg_save save = { .size = sizeof(save) };
	struct vpnalg_load load = { 0 };
	struct esp other = esp_of(CLIENT_A, SERVER_2, 0xa, 0xb);
	int result;
	unsigned i = 0;

	ring_world(&w, (struct world_options){ 0 });
	esp_sends(&w, &other);
	esp_receives(&w, &other);
	saved.length = saved.count = 0;
	do {
		if (i++ == (unsigned)_i)
			change(true);
		result = state_step(&w, &save, &saved);
	} while (result == VPNALG_STATE_MORE);
	load_copy(&load, (struct world_options){ 0 });
	expect_life(2);
	world_end(&copy);
	world_end(&w);
}
END_TEST

TCase *state_ring_case(void)
{
	TCase *tcase = tcase_create("rings that are loaded");

	tcase_add_loop_test(tcase, the_routers_own_host_leaves_no_gap, 0, 8);
	tcase_add_loop_test(tcase, a_refused_host_leaves_no_gap, 0, 9);
	tcase_add_loop_test(tcase, a_host_that_was_not_saved_leaves_no_gap, 0,
			    9);
	tcase_add_loop_test(
		tcase, a_remote_that_was_not_saved_is_there_again, 0, 2);
	tcase_add_loop_test(
		tcase, what_comes_or_goes_while_it_is_saved_leaves_no_gap, 0,
		20);
	tcase_add_test(tcase, records_that_have_ended_are_not_counted_again);
	tcase_add_test(tcase, a_host_that_begins_anew_does_not_keep_its_list);
	tcase_add_loop_test(tcase,
			    a_first_host_that_comes_while_it_is_saved_goes_on,
			    0, 30);
	return tcase;
}
