/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments that come and go while they are saved, or are not loaded. */
#include "state_fragment.h"

/* Failing */

START_TEST(nothing_is_held_after_a_load_that_fails)
{
	struct vpnalg_load load = { 0 };

	begin_flows((struct world_options){ .fragments = { .datagrams = 3,
							   .held = 3 } });
	send_part(&w, &udp, 0, 1480, NULL);
	send_part(&w, &tcp, 0, 8, NULL);
	set_ip_id(&udp, 1);
	send_part(&w, &udp, 1480, 2960, NULL);
	state_save(&w, &saved);
	fragment_world(&copy, w.options);
	copy.now = w.now;
	ck_assert_int_eq(state_load_part(&copy, &load, saved.bytes,
					 saved.length - 30),
			 VPNALG_STATE_MORE);
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &load, copy.now),
			 VPNALG_STATE_CUT);
	ck_assert_uint_eq(vpnalg_expire(copy.alg, copy.now, 1000),
			  VPNALG_NEVER);
	ck_assert_int_eq(state_load(&copy, &saved), VPNALG_STATE_DONE);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* While packets go on */

static void first_comes(void)
{
	send_part(&w, &udp, 0, 1480, NULL);
}

static void first_comes_and_all_is_taken(void)
{
	struct vpnalg_packet p;

	first_comes();
	while (vpnalg_next_held(w.alg, &p))
		;
}

static void another_comes(void)
{
	send_part(&w, &udp, 1000, 1480, NULL);
}

static void the_segment_is_complete(void)
{
	send_part(&w, &tcp, 8, 20, NULL);
}

static void the_segment_is_taken(void)
{
	struct vpnalg_packet p;

	the_segment_is_complete();
	while (vpnalg_next_held(w.alg, &p))
		;
}

/* The places go to others, of the same host and Identification. */
static struct bytes other;

static void others_come(void)
{
	other = udp;
	memset(other.data + 28, 0x77, other.length - 28);
	world_wait(&w, 31000);
	send_part(&w, &other, 1480, 2960, NULL);
	set_ip_id(&other, 9);
	send_part(&w, &other, 1480, 2960, NULL);
}

static void (*const changes[])(void) = {
	first_comes,
	first_comes_and_all_is_taken,
	another_comes,
	the_segment_is_complete,
	the_segment_is_taken,
	others_come,
};

/* Saves, and lets something happen after so many chunks about fragments. */
static void save_disturbed(unsigned after, void (*change)(void))
{
	struct vpnalg_save save = { .size = sizeof(save), .stamp = 77 };
	bool done = false;

	saved.length = saved.count = 0;
	while (state_step(&w, &save, &saved) == VPNALG_STATE_MORE) {
		world_between_calls(&w);
		if (done || fragment_chunks(&saved) < after)
			continue;
		change();
		done = true;
	}
}

/* Each packet is what a fragment of one of the two has become, or of another one
 * that followed; and all of both is there. */
static void expect_parts(const struct collected *out)
{
	static bool has[2][4200];
	const struct bytes *got, *whole;
	uint32_t from, i;
	bool is_tcp;

	memset(has, 0, sizeof(has));
	for (i = 0; i < out->count; i++) {
		got = &out->packets[i];
		is_tcp = got->data[9] == TCP;
		whole = is_tcp ? &tcp_outside : &udp_outside;
		from = (get16(got->data + 6) & 0x1fffU) * 8;
		ck_assert_uint_eq(get32(got->data + 12), OUTSIDE);
		ck_assert(checksums_right(got->data, 20));
		ck_assert_uint_le(from + got->length, whole->length);
		if (from > 0 && got->data[20] == 0x77)
			whole = &other;
		ck_assert_mem_eq(got->data + 20, whole->data + 20 + from,
				 got->length - 20);
		memset(has[is_tcp] + from, true, got->length - 20);
	}
	for (i = 0; i < udp.length - 20; i++)
		ck_assert(has[false][i]);
	for (i = 0; i < tcp.length - 20; i++)
		ck_assert(has[true][i]);
}

static void send_all(struct world *world, const struct bytes *whole,
		     const uint32_t *cuts, struct collected *out)
{
	for (; cuts[1] != 0; cuts++) {
		send_part(world, whole, cuts[0], cuts[1], out);
		take(world, out);
	}
}

/* What is loaded after that is of no datagram's beginning with the end of
 * another one, and nothing that has been translated is so again. */
START_TEST(what_changes_while_it_is_saved_does_no_harm)
{
	static const uint32_t tcp_cuts[] = { 0, 8, 20, 0 };
	static const uint32_t udp_cuts[] = { 0, 1480, 2960, 2980, 0 };
	struct vpnalg_load load = { 0 };
	static struct collected out;

	begin_flows((struct world_options){ 0 });
	send_part(&w, &tcp, 0, 8, NULL);
	send_part(&w, &udp, 2960, 2980, NULL);
	send_part(&w, &udp, 1480, 2960, NULL);
	other = udp;
	save_disturbed((unsigned)_i % 8, changes[_i / 8]);
	load_copy(&load, (struct world_options){ 0 });
	ck_assert_uint_eq(load.left_out, 0);
	memset(&out, 0, sizeof(out));
	take(&copy, &out);
	send_all(&copy, &tcp, tcp_cuts, &out);
	send_all(&copy, &udp, udp_cuts, &out);
	expect_parts(&out);
	world_wait(&copy, 31000);
	world_end(&copy);
	world_end(&w);
}
END_TEST

TCase *state_fragment_during_case(void)
{
	TCase *t = tcase_create("fragments while they are saved");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, nothing_is_held_after_a_load_that_fails);
	tcase_add_loop_test(t, what_changes_while_it_is_saved_does_no_harm, 0,
			    8 * ROWS(changes));
	return t;
}
