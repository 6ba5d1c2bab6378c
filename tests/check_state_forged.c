/* SPDX-License-Identifier: BSD-2-Clause */
/* States that lie, with right checksums. */
#include "state_damage.h"

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

/* Of each record every byte behind the keys, so that its body lies. */
START_TEST(a_body_that_lies_harms_nobody)
{
	static const uint8_t values[] = { 0xff, 0x80, 0x01, 0x00 };
	unsigned number, at, end_at;

	for (number = state_first(&saved, RECORD) + (unsigned)_i / 4;
	     number + 1 < saved.count; number += 8) {
		end_at = saved.chunks[number].length - 4;
		for (at = CHUNK_CONTENT + RECORD_KEYS + 40; at < end_at; at++)
			state_chunk(&changed, number)[at] ^= values[_i % 4];
		state_chunk(&changed, number)[CHUNK_CONTENT + 5] ^= 3;
		state_sum(&changed, number);
	}
	is_refused();
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

TCase *state_forged_case(void)
{
	TCase *t = tcase_create("forged states");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, lies_are_found, 0, ROWS(lie_rows));
	tcase_add_loop_test(t, a_body_that_lies_harms_nobody, 0, 32);
	tcase_add_loop_test(t, keys_of_another_kind_are_found, 0, KINDS_MAX);
	tcase_add_test(t, two_sessions_with_one_key_are_one);
	return t;
}
