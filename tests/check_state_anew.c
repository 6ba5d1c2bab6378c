/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts of a far gateway that begin, or begin anew, around a load: nothing of
 * their lives before is theirs. */
#include "state_ring.h"

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

TCase *state_anew_case(void)
{
	TCase *tcase = tcase_create("hosts that begin anew");

	tcase_add_test(tcase, records_that_have_ended_are_not_counted_again);
	tcase_add_test(tcase, a_host_that_begins_anew_does_not_keep_its_list);
	tcase_add_loop_test(tcase,
			    a_first_host_that_comes_while_it_is_saved_goes_on,
			    0, 30);
	return tcase;
}
