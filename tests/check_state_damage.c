/* SPDX-License-Identifier: BSD-2-Clause */
/* States that are damaged, cut, foreign, or lie. */
#include <string.h>

#include "cases.h"
#include "fragments.h"
#include "support_state.h"

static struct world w, copy;
static struct state saved, changed;

static void begin(void)
{
	state_world(&w, (struct world_options){ .holds = true });
	state_hold(&w);
	state_save(&w, &saved);
	changed = saved;
	all_world(&copy, (struct world_options){ .choosing = CHOOSE_TAKE,
						 .holds = true });
}

static void end(void)
{
	state_world_end(&copy);
	state_world_end(&w);
}

/* Returns how many chunks of a state are about fragments. */
static unsigned held_of(struct world *world)
{
	static struct state state;
	unsigned i, count = 0;

	state_save(world, &state);
	for (i = 0; i < state.count; i++)
		count += state_chunk(&state, i)[CHUNK_TYPE] >= DATAGRAM;
	return count;
}

static void expect_nothing(void)
{
	ck_assert_int_eq(copy.records, 0);
	ck_assert_int_eq(copy.keys, 0);
	ck_assert_int_eq(copy.bindings, 0);
	ck_assert_uint_eq(held_of(&copy), 0);
}

static int load(const uint8_t *bytes, uint32_t length)
{
	struct vpnalg_load loading = { .services = true };
	int result = state_load_part(&copy, &loading, bytes, length);
	int end_result = vpnalg_load_end(copy.alg, &loading, copy.now);

	ck_assert(result >= 0 || result == end_result);
	return end_result;
}

#define FLIP_PARTS 16

START_TEST(a_byte_that_was_changed_anywhere_is_found)
{
	uint32_t i;

	for (i = (uint32_t)_i; i < saved.length; i += FLIP_PARTS) {
		changed.bytes[i] ^= (uint8_t)(1U << i % 8);
		if (load(changed.bytes, saved.length) >= 0)
			ck_abort_msg("byte %u", i);
		expect_nothing();
		changed.bytes[i] = saved.bytes[i];
	}
	ck_assert_int_eq(load(changed.bytes, saved.length), VPNALG_STATE_DONE);
}
END_TEST

START_TEST(a_state_that_is_cut_anywhere_is_found)
{
	uint32_t i;

	for (i = (uint32_t)_i; i < saved.length; i += FLIP_PARTS) {
		if (load(saved.bytes, i) != VPNALG_STATE_CUT)
			ck_abort_msg("%u bytes", i);
		expect_nothing();
	}
}
END_TEST

/* Chunks are taken as they come, one byte or all. */
START_TEST(a_state_may_come_in_any_pieces)
{
	struct vpnalg_load loading = { .size = sizeof(loading),
				       .services = true };
	static const uint32_t steps[] = { 1, 7, 100, 1000 };
	uint32_t at = 0, have = 0;
	size_t used;
	int result = VPNALG_STATE_MORE;

	while (result == VPNALG_STATE_MORE) {
		have += steps[_i];
		if (at + have > saved.length)
			have = saved.length - at;
		result = vpnalg_load_next(copy.alg, &loading,
					  saved.bytes + at, have, &used);
		at += (uint32_t)used;
		have -= (uint32_t)used;
	}
	ck_assert_int_eq(result, VPNALG_STATE_DONE);
	ck_assert_uint_eq(at, saved.length);
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &loading, copy.now),
			 VPNALG_STATE_DONE);
	ck_assert_int_eq(copy.records, w.records);
	/* It is over. */
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &loading, copy.now),
			 VPNALG_STATE_INVALID);
	ck_assert_int_eq(vpnalg_load_next(copy.alg, &loading, saved.bytes, 1,
					  &used),
			 VPNALG_STATE_INVALID);
	ck_assert_int_eq(copy.records, w.records);
}
END_TEST

/* Order */

static void put_chunk(const struct state *from, unsigned number)
{
	memcpy(changed.bytes + changed.length,
	       from->bytes + from->chunks[number].at,
	       from->chunks[number].length);
	changed.length += from->chunks[number].length;
}

/* Writes a chunk in place of each of one type, or again. */
static void rearrange(int order)
{
	unsigned first = state_first(&saved, RECORD), i;

	changed.length = 0;
	for (i = 0; i < saved.count; i++) {
		if (order == 0 && i == first) /* turned round */
			put_chunk(&saved, i + 1), put_chunk(&saved, i++);
		else if (order == 1 && i == first) /* gone */
			continue;
		else if (order == 2 && i == first) /* twice */
			put_chunk(&saved, i), put_chunk(&saved, i);
		else if (order == 3 && i == 0) /* no header */
			continue;
		else if (order == 4 && i == 1) /* a kind less */
			continue;
		else if (order == 5 && i == first) /* the end too early */
			put_chunk(&saved, saved.count - 1);
		else if (order == 6 && i == first) /* a header again */
			put_chunk(&saved, 0);
		else if (order == 7 && i == saved.count - 2) /* the last gone */
			continue;
		else if (order == 8 && i == saved.count - 1) /* more after */
			put_chunk(&saved, i), put_chunk(&saved, i);
		else
			put_chunk(&saved, i);
	}
}

static const int order_results[] = {
	VPNALG_STATE_ORDER, VPNALG_STATE_ORDER, VPNALG_STATE_ORDER,
	VPNALG_STATE_FOREIGN, VPNALG_STATE_ORDER, VPNALG_STATE_ORDER,
	VPNALG_STATE_ORDER, VPNALG_STATE_ORDER,
};

START_TEST(chunks_out_of_order_are_found)
{
	rearrange(_i);
	ck_assert_int_eq(load(changed.bytes, changed.length),
			 order_results[_i]);
	expect_nothing();
}
END_TEST

/* Lies, with a right checksum. */

enum where {
	IN_HEADER, IN_KIND, IN_RECORD, IN_END, IN_DATAGRAM, IN_FRAGMENT
};

static const struct lie_row {
	const char *name;
	enum where where;
	unsigned at; /* from the chunk on */
	uint8_t value;
	int result;
} lie_rows[] = {
	{ "another magic", IN_HEADER, CHUNK_CONTENT, 'V',
	  VPNALG_STATE_FOREIGN },
	{ "another type", IN_HEADER, CHUNK_TYPE, RECORD,
	  VPNALG_STATE_FOREIGN },
	{ "a newer format", IN_HEADER, CHUNK_FORMAT_AT, 2,
	  VPNALG_STATE_VERSION },
	{ "format 0", IN_HEADER, CHUNK_FORMAT_AT, 0, VPNALG_STATE_VERSION },
	{ "a clock at its end", IN_HEADER, CHUNK_CONTENT + 8, 0xff,
	  VPNALG_STATE_UNSOUND },
	{ "longer keys", IN_HEADER, CHUNK_CONTENT + 24, 44,
	  VPNALG_STATE_VERSION },
	{ "more kinds than there can be", IN_HEADER, CHUNK_CONTENT + 26, 255,
	  VPNALG_STATE_UNSOUND },
	{ "a kind more than there is", IN_HEADER, CHUNK_CONTENT + 27, 200,
	  VPNALG_STATE_ORDER },
	{ "a kind less", IN_HEADER, CHUNK_CONTENT + 27, 3,
	  VPNALG_STATE_ORDER },
	{ "another kind's place", IN_KIND, CHUNK_CONTENT, 1,
	  VPNALG_STATE_UNSOUND },
	{ "more slots", IN_KIND, CHUNK_CONTENT + 1, 3, VPNALG_STATE_VERSION },
	{ "a shorter body", IN_KIND, CHUNK_CONTENT + 2, 3,
	  VPNALG_STATE_VERSION },
	{ "a name behind the end", IN_KIND, CHUNK_CONTENT + 3, 255,
	  VPNALG_STATE_UNSOUND },
	{ "another kind", IN_KIND, CHUNK_CONTENT + 9, 'X',
	  VPNALG_STATE_VERSION },
	{ "a newer chunk", IN_RECORD, CHUNK_FORMAT_AT, 2,
	  VPNALG_STATE_VERSION },
	{ "of another state", IN_RECORD, CHUNK_STATE, 7,
	  VPNALG_STATE_FOREIGN },
	{ "another number", IN_RECORD, CHUNK_NUMBER, 7, VPNALG_STATE_ORDER },
	{ "an unknown type", IN_RECORD, CHUNK_TYPE, 9, VPNALG_STATE_ORDER },
	{ "a flag of the engine's", IN_RECORD, CHUNK_CONTENT + 1, 0x10,
	  VPNALG_STATE_UNSOUND },
	{ "a key without a slot", IN_RECORD, CHUNK_CONTENT + 2, 0x80,
	  VPNALG_STATE_UNSOUND },
	{ "an unknown bit", IN_RECORD, CHUNK_CONTENT + 3, 0x80,
	  VPNALG_STATE_UNSOUND },
	{ "an account that is not there", IN_RECORD, CHUNK_CONTENT + 3, 2,
	  VPNALG_STATE_UNSOUND },
	{ "a role of the engine's", IN_RECORD, CHUNK_CONTENT + RECORD_KEYS, 8,
	  VPNALG_STATE_UNSOUND },
	{ "an outside key inside", IN_RECORD, CHUNK_CONTENT + RECORD_KEYS, 1,
	  VPNALG_STATE_UNSOUND },
	{ "an inside key outside", IN_RECORD,
	  CHUNK_CONTENT + RECORD_KEYS + 20, 0, VPNALG_STATE_UNSOUND },
	{ "another count", IN_END, CHUNK_CONTENT + 7, 0, VPNALG_STATE_ORDER },
	{ "a datagram of the first format", IN_DATAGRAM, CHUNK_FORMAT_AT, 1,
	  VPNALG_STATE_VERSION },
	{ "a newer datagram", IN_DATAGRAM, CHUNK_FORMAT_AT, 3,
	  VPNALG_STATE_VERSION },
	{ "an unknown type of that format", IN_DATAGRAM, CHUNK_TYPE, 7,
	  VPNALG_STATE_VERSION },
	{ "a datagram that is none", IN_DATAGRAM, CHUNK_CONTENT + 2, 0,
	  VPNALG_STATE_UNSOUND },
	{ "a datagram's unknown state", IN_DATAGRAM, CHUNK_CONTENT + 2, 7,
	  VPNALG_STATE_UNSOUND },
	{ "a datagram's unknown bit", IN_DATAGRAM, CHUNK_CONTENT + 3, 8,
	  VPNALG_STATE_UNSOUND },
	{ "a datagram of a kind that there is not", IN_DATAGRAM,
	  CHUNK_CONTENT + 4, 200, VPNALG_STATE_UNSOUND },
	{ "a translated datagram of nobody's", IN_DATAGRAM, CHUNK_CONTENT + 4,
	  255, VPNALG_STATE_UNSOUND },
	{ "a datagram's outside key inside", IN_DATAGRAM, CHUNK_CONTENT + 24, 1,
	  VPNALG_STATE_UNSOUND },
	{ "a datagram's inside key outside", IN_DATAGRAM, CHUNK_CONTENT + 44, 0,
	  VPNALG_STATE_UNSOUND },
	{ "a datagram of all remotes", IN_DATAGRAM, CHUNK_CONTENT + 44, 0x81,
	  VPNALG_STATE_UNSOUND },
	{ "a fragment longer than it is", IN_FRAGMENT, CHUNK_CONTENT, 0,
	  VPNALG_STATE_UNSOUND },
	{ "a fragment without its beginning", IN_FRAGMENT, CHUNK_CONTENT + 3,
	  1, VPNALG_STATE_ORDER },
	{ "a fragment of another zone", IN_FRAGMENT, CHUNK_CONTENT + 5, 9,
	  VPNALG_STATE_UNSOUND },
	{ "a fragment of another direction", IN_FRAGMENT, CHUNK_CONTENT + 6, 1,
	  VPNALG_STATE_UNSOUND },
	{ "a fragment of no direction", IN_FRAGMENT, CHUNK_CONTENT + 6, 4,
	  VPNALG_STATE_UNSOUND },
	{ "a fragment's unknown flag", IN_FRAGMENT, CHUNK_CONTENT + 8, 1,
	  VPNALG_STATE_UNSOUND },
	{ "a fragment that is no packet", IN_FRAGMENT, CHUNK_CONTENT + 12, 0x65,
	  VPNALG_STATE_UNSOUND },
	{ "a fragment of another length", IN_FRAGMENT, CHUNK_CONTENT + 15, 1,
	  VPNALG_STATE_UNSOUND },
	{ "a fragment of another datagram", IN_FRAGMENT, CHUNK_CONTENT + 17, 1,
	  VPNALG_STATE_UNSOUND },
	{ "a fragment behind the end of all", IN_FRAGMENT, CHUNK_CONTENT + 18,
	  0x3f, VPNALG_STATE_UNSOUND },
	{ "a fragment of another host's", IN_FRAGMENT, CHUNK_CONTENT + 27, 1,
	  VPNALG_STATE_UNSOUND },
};

START_TEST(lies_are_found)
{
	static const uint8_t types[] = { HEADER, KIND,     RECORD,
					 END,    DATAGRAM, FRAGMENT };
	const struct lie_row *row = &lie_rows[_i];
	unsigned number = state_first(&saved, types[row->where]);

	state_chunk(&changed, number)[row->at] = row->value;
	state_sum(&changed, number);
	ck_assert_int_eq(load(changed.bytes, changed.length), row->result);
	expect_nothing();
}
END_TEST

/* Whatever the library's own bytes in a record say, nothing is read or written
 * that is not the record's, by whatever packet. The sessions may be such that
 * they never end. */
static void play(struct world *world)
{
	static const uint32_t from[] = { CLIENT_A, CLIENT_B, CLIENT_C };
	static const uint8_t protocols[] = { TCP, UDP, GRE, ESP, 115, 1 };
	static const uint16_t ports[] = { 1723, 500, 4500, 1701, 53, 3001 };
	uint8_t payload[64] = { 0 };
	unsigned i, k, m;

	for (i = 0; i < 3; i++)
		for (k = 0; k < sizeof(protocols); k++)
			for (m = 0; m < 6; m++) {
				struct bytes out, in;

				put16(payload, ports[m]);
				put16(payload + 2, ports[m]);
				payload[12] = 0x50;
				payload[13] = ACK;
				out = ip_packet(from[i], SERVER, protocols[k],
						payload, sizeof(payload));
				in = ip_packet(SERVER, OUTSIDE, protocols[k],
					       payload, sizeof(payload));
				send_packet(world, VPNALG_OUT, &out);
				send_packet(world, VPNALG_IN, &in);
				world->now += 700;
			}
	vpnalg_expire(world->alg, world->now + 10000000, 100000);
}

/* Of each record every byte behind the keys, so that its body lies. */
START_TEST(a_body_that_lies_harms_nobody)
{
	static const uint8_t values[] = { 0xff, 0x80, 0x01, 0x00 };
	struct vpnalg_load loading;
	struct world victim;
	unsigned number, at, end_at;

	for (number = state_first(&saved, RECORD) + (unsigned)_i / 4;
	     number + 1 < saved.count; number += 8) {
		end_at = saved.chunks[number].length - 4;
		for (at = CHUNK_CONTENT + RECORD_KEYS + 40; at < end_at; at++)
			state_chunk(&changed, number)[at] ^= values[_i % 4];
		state_chunk(&changed, number)[CHUNK_CONTENT + 5] ^= 3;
		state_sum(&changed, number);
	}
	loading = (struct vpnalg_load){ .services = true };
	all_world(&victim, (struct world_options){ .no_undo = true,
						   .leaves = true });
	victim.now = w.now;
	state_load_part(&victim, &loading, changed.bytes, changed.length);
	if (vpnalg_load_end(victim.alg, &loading, victim.now) == 0)
		play(&victim);
	world_forget(&victim);
}
END_TEST

#define KINDS_MAX 64

/* Finds the first record of each kind, 0 where there is none. Returns how many
 * kinds there are. */
static unsigned first_records(unsigned firsts[KINDS_MAX])
{
	unsigned kinds = state_first(&saved, RECORD) - 1, number, place;

	ck_assert_uint_le(kinds, KINDS_MAX);
	memset(firsts, 0, KINDS_MAX * sizeof(firsts[0]));
	for (number = saved.count; number-- > 0;) {
		place = state_chunk(&saved, number)[CHUNK_CONTENT];
		if (state_chunk(&saved, number)[CHUNK_TYPE] == RECORD)
			firsts[place] = number;
	}
	return kinds;
}

/* Returns how many key slots sessions of a place have. */
static unsigned slots_of(unsigned place)
{
	return state_chunk(&saved, 1 + place)[CHUNK_CONTENT + 1];
}

static void swap_keys(unsigned a, unsigned b, unsigned slots)
{
	uint8_t *x = state_chunk(&changed, a) + CHUNK_CONTENT;
	uint8_t *y = state_chunk(&changed, b) + CHUNK_CONTENT;
	unsigned end = RECORD_KEYS + slots * VPNALG_KEY_IPV4, i;
	uint8_t byte;

	for (i = 2; i < end; i++) {
		byte = x[i];
		if (i > 2 && i < RECORD_KEYS)
			continue;
		x[i] = y[i];
		y[i] = byte;
	}
	state_sum(&changed, a);
	state_sum(&changed, b);
}

/* Returns whether the changed state is refused. If it is not, packets of all
 * kinds come: they must stay within the records that they find. */
static bool is_refused(void)
{
	struct vpnalg_load loading = { .services = true };
	struct world victim;
	bool loads;

	all_world(&victim, (struct world_options){ .no_undo = true,
						   .leaves = true });
	victim.now = w.now;
	state_load_part(&victim, &loading, changed.bytes, changed.length);
	loads = vpnalg_load_end(victim.alg, &loading, victim.now) == 0;
	if (loads)
		play(&victim);
	world_forget(&victim);
	return !loads;
}

/* Sessions of two kinds have each other's keys: what finds the one by its key
 * would take the other's body for its own. Of each kind at most two later ones
 * have keys of the same form. Their bodies are equal, or none is read before
 * the kind was looked at. */
START_TEST(keys_of_another_kind_are_found)
{
	unsigned firsts[KINDS_MAX], a = (unsigned)_i, b, loaded = 0;
	unsigned kinds = first_records(firsts);

	for (b = a + 1; b < kinds; b++) {
		if (firsts[a] == 0 || firsts[b] == 0 ||
		    slots_of(a) != slots_of(b))
			continue;
		changed = saved;
		swap_keys(firsts[a], firsts[b], slots_of(a));
		loaded += !is_refused();
	}
	ck_assert_uint_le(loaded, 2);
}
END_TEST

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

START_TEST(a_translator_that_is_not_new_loads_nothing)
{
	struct bytes p = udp_packet(CLIENT_A, 5, SERVER, 53, "x", 1);
	long records;

	if (_i == 0)
		p = udp_packet(SERVER, 53, OUTSIDE, 5, "x", 1);
	send_packet(&copy, _i == 0 ? VPNALG_IN : VPNALG_OUT, &p);
	records = copy.records;
	ck_assert_int_eq(load(saved.bytes, saved.length),
			 VPNALG_STATE_NOT_EMPTY);
	ck_assert_int_eq(copy.records, records);
}
END_TEST

START_TEST(two_sessions_with_one_key_are_one)
{
	unsigned first = state_first(&saved, RECORD);
	struct vpnalg_load loading = { .services = true, .loose = true };

	changed.length = saved.chunks[first].at;
	put_chunk(&saved, first);
	put_chunk(&saved, first);
	ck_assert_int_eq(state_load_part(&copy, &loading, changed.bytes,
					 changed.length),
			 VPNALG_STATE_MORE);
	ck_assert_int_eq(vpnalg_load_end(copy.alg, &loading, copy.now),
			 VPNALG_STATE_DONE);
	ck_assert_uint_eq(loading.records, 1);
	ck_assert_uint_eq(loading.left_out, 1);
}
END_TEST

TCase *state_damage_case(void)
{
	TCase *tcase = tcase_create("damaged and forged states");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_loop_test(tcase, a_byte_that_was_changed_anywhere_is_found, 0,
			    FLIP_PARTS);
	tcase_add_loop_test(tcase, a_state_that_is_cut_anywhere_is_found, 0,
			    FLIP_PARTS);
	tcase_add_loop_test(tcase, a_state_may_come_in_any_pieces, 0, 4);
	tcase_add_loop_test(tcase, chunks_out_of_order_are_found, 0,
			    ROWS(order_results));
	tcase_add_loop_test(tcase, lies_are_found, 0, ROWS(lie_rows));
	tcase_add_loop_test(tcase, a_body_that_lies_harms_nobody, 0, 32);
	tcase_add_loop_test(tcase, keys_of_another_kind_are_found, 0,
			    KINDS_MAX);
	tcase_add_loop_test(tcase, fragments_that_lie_harm_nobody, 0, FORGED);
	tcase_add_test(tcase, fragments_without_their_end_are_left_alone);
	tcase_add_loop_test(tcase, a_translator_that_is_not_new_loads_nothing,
			    0, 2);
	tcase_add_test(tcase, two_sessions_with_one_key_are_one);
	return tcase;
}
