/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions that open, change and close while they are saved, and mirrors. */
#include "state_pair.h"

static struct state again;

/* While packets go on */

static void cut_all(struct world *world)
{
	struct vpnalg_session_cut cut = { .size = sizeof(cut),
					  .services = true };

	while (vpnalg_sessions_cut(world->alg, &cut, world->now, 1000) ==
	       VPNALG_CUT_MORE)
		;
}

/* What opens and ends while it is saved does no harm: whatever is loaded ends
 * by itself. */
static void save_disturbed(unsigned step, bool opens)
{
	struct vpnalg_save save = { .size = sizeof(save) };
	struct vpnalg_load load = { .services = true };
	unsigned i = 0;

	state_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
	saved.length = saved.count = 0;
	while (state_step(&w, &save, &saved) == VPNALG_STATE_MORE) {
		if (i++ != step)
			continue;
		cut_all(&w);
		if (opens)
			all_open(&w);
	}
	all_world(&copy, (struct world_options){ .choosing = CHOOSE_TAKE });
	copy.now = w.now;
	state_load_whole(&copy, &load, &saved, copy.now);
	state_world_end(&copy);
	state_world_end(&w);
}

START_TEST(what_is_cut_while_it_is_saved_does_no_harm)
{
	save_disturbed((unsigned)_i * 3, false);
}
END_TEST

START_TEST(what_opens_while_it_is_saved_does_no_harm)
{
	save_disturbed((unsigned)_i * 3, true);
}
END_TEST

/* Mirrors */

/* Without numbers and without an end, in the order of the store. */
START_TEST(a_mirror_of_single_sessions_is_loaded)
{
	struct vpnalg_save save = { .size = sizeof(save), .state = 9 };
	struct vpnalg_load load = { .services = true, .loose = true };
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0;
	uint8_t chunk[VPNALG_STATE_CHUNK_MAX];
	size_t length;

	state_world(&w, (struct world_options){ 0 });
	state_save(&w, &again);
	saved.length = saved.count = 0;
	do
		state_step(&w, &save, &saved);
	while (saved.bytes[saved.chunks[saved.count - 1].at] != RECORD);
	saved.length = saved.chunks[--saved.count].at;
	for (; w.inner.next(w.inner.context, &cursor, &record); record = NULL) {
		length = record == NULL ? 0
					: vpnalg_save_record(
						  w.alg, &save, record, chunk,
						  sizeof(chunk));
		memcpy(saved.bytes + saved.length, chunk, length);
		saved.length += (uint32_t)length;
	}
	all_world(&copy, (struct world_options){ 0 });
	copy.now = w.now;
	ck_assert_int_eq(state_load_part(&copy, &load, saved.bytes,
					 saved.length),
			 VPNALG_STATE_MORE);
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &load, copy.now),
			 VPNALG_STATE_DONE);
	state_save(&copy, &saved);
	state_compare(&saved, &again);
	state_world_end(&copy);
	state_world_end(&w);
}
END_TEST

TCase *state_during_case(void)
{
	TCase *t = tcase_create("while it is saved");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, what_is_cut_while_it_is_saved_does_no_harm, 0,
			    40);
	tcase_add_loop_test(t, what_opens_while_it_is_saved_does_no_harm, 0,
			    40);
	tcase_add_test(t, a_mirror_of_single_sessions_is_loaded);
	return t;
}
