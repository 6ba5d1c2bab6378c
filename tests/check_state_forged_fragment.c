/* SPDX-License-Identifier: BSD-2-Clause */
/* States of which the datagrams and fragments lie, with right checksums. */
#include "state_damage.h"

/* What completes the datagrams of state_hold(), and what is held of them. */
static void play_fragments(struct world *world)
{
	struct bytes udp = udp_packet(CLIENT_A, 5100, SERVER, 53, "", 0);
	struct bytes tcp = tcp_packet(CLIENT_A, 5101, SERVER, 80, 7, 0, SYN,
				      "", 0);
	struct vpnalg_packet p;
	struct bytes part;
	unsigned i;

	grow(&udp, 3000);
	for (i = 0; i < 6; i++) {
		part = i % 3 == 2 ? fragment_of(&tcp, i < 3 ? 0 : 8,
						i < 3 ? 8 : 20)
				  : fragment_of(&udp, i < 3 ? 0 : 1480,
						i < 3 ? 1480 : 2960);
		set_ip_id(&part, (uint16_t)(0x7001 + i % 3));
		send_packet(world, VPNALG_OUT, &part);
		while (vpnalg_next_held(world->alg, &p))
			ck_assert_uint_eq(p.len, p.caplen);
	}
	world->now += 60000;
	vpnalg_expire(world->alg, world->now, 1000);
}

static void load_forged(void)
{
	struct vpnalg_load loading = { .services = true };
	struct world victim;

	all_world(&victim, (struct world_options){ .no_undo = true,
						   .leaves = true,
						   .holds = true });
	victim.now = w.now;
	state_load_part(&victim, &loading, changed.bytes, changed.length);
	if (vpnalg_load_end(victim.alg, &loading, victim.now) == 0)
		play_fragments(&victim);
	world_forget(&victim);
}

/* Each byte of a datagram, and of what stands before and in the first headers
 * of a fragment. */
#define FORGED 76

START_TEST(fragments_that_lie_harm_nobody)
{
	static const uint8_t values[] = { 0xff, 0x80, 0x01 };
	unsigned number, at = CHUNK_CONTENT + (unsigned)_i, i;

	for (number = state_first(&saved, DATAGRAM); number < saved.count;
	     number++)
		for (i = 0; i < sizeof(values); i++) {
			if (at + 4 >= saved.chunks[number].length)
				break;
			state_chunk(&changed, number)[at] ^= values[i];
			state_sum(&changed, number);
			load_forged();
			state_chunk(&changed, number)[at] ^= values[i];
			state_sum(&changed, number);
		}
}
END_TEST

/* A fragment may end anywhere, and its datagram may come anew. */
START_TEST(fragments_without_their_end_are_left_alone)
{
	unsigned first = state_first(&saved, DATAGRAM), i;
	struct vpnalg_load loading = { .services = true };

	changed.length = saved.chunks[first].at;
	for (i = first; i < saved.count; i++)
		if (i != first + 3) /* the second part of the first one */
			put_chunk(&saved, i);
	loading.loose = true;
	ck_assert_int_eq(state_load_part(&copy, &loading, changed.bytes,
					 changed.length),
			 VPNALG_STATE_DONE);
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &loading, copy.now),
			 VPNALG_STATE_DONE);
	ck_assert_uint_eq(loading.left_out, 0);
	ck_assert_uint_eq(held_of(&copy), saved.count - first - 3);
}
END_TEST

TCase *state_forged_fragment_case(void)
{
	TCase *t = tcase_create("forged fragments");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, fragments_that_lie_harm_nobody, 0, FORGED);
	tcase_add_test(t, fragments_without_their_end_are_left_alone);
	return t;
}
