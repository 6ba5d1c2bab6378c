/* SPDX-License-Identifier: BSD-2-Clause */
/* The hosts of a far gateway are linked to a ring, by which its new SPIs go from
 * one to the next. Whichever of them are not loaded, the others are a ring. */
#include "state_ring.h"

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

START_TEST(a_refused_host_leaves_no_gap)
{
	struct vpnalg_load load = { 0 };

	ring_world(&w, (struct world_options){ 0 });
	open_hosts((unsigned)_i / 3, 3);
	state_save(&w, &saved);
	state_refused_host = addresses[_i % 3];
	load_copy(&load, (struct world_options){ .choose = state_refuse_host });
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
	return tcase;
}
