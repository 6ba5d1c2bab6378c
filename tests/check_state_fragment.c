/* SPDX-License-Identifier: BSD-2-Clause */
/* What a state has of datagrams in fragments. check_fragment.c saves and loads
 * between the fragments of every protocol. */
#include <vpnalg/pptp.h>

#include <string.h>

#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_state.h"

#define UDP_ID 0x7001
#define TCP_ID 0x7002

static struct world w, copy;
static struct state saved;

/* A datagram and a segment of CLIENT_A, and what they become. */
static struct bytes udp, udp_outside, tcp, tcp_outside;

static void send_whole(const struct bytes *whole, struct bytes *outside)
{
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, whole),
			  VPNALG_TRANSLATED);
	outside->length = w.length;
	memcpy(outside->data, w.bytes, w.length);
}

/* Their ports are others outside, as those are taken. */
static void begin_flows(struct world_options options)
{
	fragment_world(&w, options);
	udp_open(&w, CLIENT_B, 5100, SERVER, 53);
	tcp_out(&w, CLIENT_B, 5101, SERVER, 80, SYN, 0);
	udp = udp_packet(CLIENT_A, 5100, SERVER, 53, "", 0);
	grow(&udp, 3000);
	set_ip_id(&udp, UDP_ID);
	tcp = tcp_packet(CLIENT_A, 5101, SERVER, 80, 7, 0, SYN, "", 0);
	set_ip_id(&tcp, TCP_ID);
	send_whole(&udp, &udp_outside);
	send_whole(&tcp, &tcp_outside);
}

static unsigned send_part(struct world *world, const struct bytes *whole,
			  uint32_t from, uint32_t to, struct collected *out)
{
	struct bytes part = fragment_of(whole, from, to);
	unsigned result = send_packet(world, VPNALG_OUT, &part);

	if (result == VPNALG_TRANSLATED && out != NULL) {
		memcpy(out->packets[out->count].data, world->bytes,
		       world->length);
		out->packets[out->count++].length = world->length;
	}
	return result;
}

/* Users are lost with a load. */
static void take(struct world *world, struct collected *out)
{
	struct vpnalg_packet p;

	while (vpnalg_next_held(world->alg, &p)) {
		ck_assert(p.user == NULL || p.user == world);
		ck_assert_uint_lt(out->count, 64);
		memcpy(out->packets[out->count].data, p.data, p.len);
		out->packets[out->count++].length = p.len;
		out->given++;
	}
}

static void load_copy(struct vpnalg_load *load, struct world_options options)
{
	load->services = true;
	fragment_world(&copy, options);
	copy.now = w.now;
	state_load_whole(&copy, load, &saved, copy.now);
	mirror_check(&copy);
}

/* Bytes */

/* As doc/state.md describes them. */
static const uint8_t datagram_content[] = {
	0x00, 0x00,		/* place */
	0x01, 0x01, 0xff,	/* state, bits, kind */
	0x00, 0x00, 0x00,	/* nothing */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x98, 0xd1, 0x1b, /* deadline */
	0x00, 0x00, 0x00, 0x00,	/* number */
	0x00, 0x00, 0x00, 0x00,	/* length of the first fragment */
	0x00, 0x11, 0x00, 0x03, 0x00, 0x00, 0x12, 0x34, 0x00, 0x00, /* inside */
	0x00, 0x00, 0xc0, 0xa8, 0x4d, 0x0b, 0xc6, 0x33, 0x64, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* outside */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

static const uint8_t fragment_content[] = {
	0x00, 0x1c, 0x00, 0x00, /* length, from */
	0x00, 0x03, 0x00, 0x00, /* zone, direction, checksum */
	0x00, 0x00, 0x00, 0x00, /* flags, uplink, nothing */
	0x45, 0x00, 0x00, 0x1c, 0x12, 0x34, 0x00, 0x01, 0x40, 0x11,
	0x00, 0x00, 0xc0, 0xa8, 0x4d, 0x0b, 0xc6, 0x33, 0x64, 0x01,
	'f', 'r', 'a', 'g', 'm', 'e', 'n', 't',
};

static void expect_content(uint8_t type, const uint8_t *content, size_t length)
{
	unsigned number = state_first(&saved, type);
	const uint8_t *chunk = state_chunk(&saved, number);

	ck_assert_uint_eq(chunk[CHUNK_FORMAT_AT], 2);
	ck_assert_uint_eq(saved.chunks[number].length,
			  CHUNK_CONTENT + length + 4);
	ck_assert_mem_eq(chunk + CHUNK_CONTENT, content, length);
}

START_TEST(the_bytes_of_fragments_are_those_that_are_written_down)
{
	struct bytes whole = udp_packet(CLIENT_A, 5100, SERVER, 53, "fragment",
					8);
	uint8_t content[sizeof(fragment_content)];
	struct bytes part;

	fragment_world(&w, (struct world_options){ 0 });
	set_ip_id(&whole, 0x1234);
	part = fragment_of(&whole, 8, 16);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &part), VPNALG_HELD);
	state_save(&w, &saved);
	memcpy(content, fragment_content, sizeof(content));
	memcpy(content + 12 + 8, part.data + 8, 4); /* TTL to checksum */
	expect_content(DATAGRAM, datagram_content, sizeof(datagram_content));
	expect_content(FRAGMENT, content, sizeof(content));
	world_end(&w);
}
END_TEST

/* To the first versions, whose chunks are all of format 1, it is their own. */
START_TEST(a_state_without_fragments_is_of_the_first_format)
{
	unsigned i;

	fragment_world(&w, (struct world_options){ 0 });
	udp_open(&w, CLIENT_A, 5000, SERVER, 53);
	state_save(&w, &saved);
	for (i = 0; i < saved.count; i++)
		ck_assert_uint_eq(state_chunk(&saved, i)[CHUNK_FORMAT_AT], 1);
	world_end(&w);
}
END_TEST

/* Time */

static const struct age_row {
	vpnalg_time elapsed;
	unsigned given, follows;
} age_rows[] = {
	{ 0, 1, VPNALG_TRANSLATED },
	{ 14999, 1, VPNALG_TRANSLATED },
	{ 15000, 0, VPNALG_TRANSLATED },
	{ 29999, 0, VPNALG_TRANSLATED },
	{ 30000, 0, VPNALG_HELD },
};

START_TEST(fragments_grow_older_by_the_time_that_has_passed)
{
	const struct age_row *row = &age_rows[_i];
	struct vpnalg_load load = { .elapsed = row->elapsed };
	static struct collected out;

	begin_flows((struct world_options){ 0 });
	set_ip_id(&udp, 1);
	send_part(&w, &udp, 1480, 2960, NULL);
	set_ip_id(&udp, 2);
	send_part(&w, &udp, 0, 1480, NULL);
	state_save(&w, &saved);
	load_copy(&load, (struct world_options){ 0 });
	memset(&out, 0, sizeof(out));
	ck_assert_uint_eq(send_part(&copy, &udp, 1480, 2960, &out),
			  row->follows);
	set_ip_id(&udp, 1);
	send_part(&copy, &udp, 0, 1480, &out);
	take(&copy, &out);
	ck_assert_uint_eq(out.given, row->given);
	ck_assert_uint_eq(load.left_out, 0);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* Room */

static const struct vpnalg_protocol only_pptp[] = { { vpnalg_pptp, NULL } };
static const uint32_t other_address[] = { OUTSIDE_2 };

/* Of a datagram that is translated so far, and of two that hold a fragment of
 * 1,500 bytes each. Sessions that are left out count besides. */
static const struct room_row {
	const char *name;
	struct world_options options;
	bool nothing; /* there is no memory for fragments */
	unsigned left_out, loaded; /* chunks */
} room_rows[] = {
	{ "as much", { 0 }, false, 0, 7 },
	{ "a place less", { .fragments = { .datagrams = 2 } }, false, 1, 4 },
	{ "a place", { .fragments = { .datagrams = 1 } }, false, 2, 1 },
	{ "room for one", { .fragments = { .held = 1 } }, false, 1, 5 },
	{ "shorter ones", { .fragments = { .length = 1499 } }, false, 2, 3 },
	{ "none", { 0 }, true, 3, 0 },
	{ "another address",
	  { .addresses = other_address, .address_count = 1 }, false, 1, 6 },
	{ "another protocol",
	  { .protocols = only_pptp, .protocol_count = 1 }, false, 1, 6 },
};

static unsigned fragment_chunks(const struct state *state)
{
	unsigned i, count = 0;

	for (i = 0; i < state->count; i++)
		count += state->bytes[state->chunks[i].at] >= DATAGRAM;
	return count;
}

static unsigned session_chunks(const struct state *state)
{
	return state_first(state, END) - fragment_chunks(state) -
	       state_first(state, RECORD);
}

START_TEST(fragments_without_room_are_left_out)
{
	const struct room_row *row = &room_rows[_i];
	struct vpnalg_load load = { .services = true };
	struct world_options options = row->options;
	uint16_t id;

	begin_flows((struct world_options){ 0 });
	send_part(&w, &udp, 0, 1480, NULL);
	for (id = 1; id <= 2; id++) {
		set_ip_id(&udp, id);
		ck_assert_uint_eq(send_part(&w, &udp, 1480, 2960, NULL),
				  VPNALG_HELD);
	}
	state_save(&w, &saved);
	if (row->nothing) {
		options.protocols = w.options.protocols;
		options.protocol_count = w.options.protocol_count;
		world_begin(&copy, &options);
		state_load_whole(&copy, &load, &saved, copy.now);
	} else {
		load_copy(&load, options);
	}
	ck_assert_uint_eq(load.left_out - (session_chunks(&saved) -
					   load.records),
			  row->left_out);
	state_save(&copy, &saved);
	ck_assert_uint_eq(fragment_chunks(&saved), row->loaded);
	world_end(&copy);
	world_end(&w);
}
END_TEST

/* What is given up for room is the oldest, not whose place is the first. */
START_TEST(the_oldest_datagram_is_the_oldest_after_a_load)
{
	static struct collected out;
	uint16_t id;

	begin_flows((struct world_options){ .no_undo = true,
					    .fragments = { .datagrams = 3 } });
	for (id = 1; id <= 4; id++) {
		set_ip_id(&udp, id);
		send_part(&w, &udp, 1480, 2960, NULL);
	}
	if (_i == 1)
		state_reload(&w);
	set_ip_id(&udp, 5);
	send_part(&w, &udp, 1480, 2960, NULL); /* in place of the second */
	memset(&out, 0, sizeof(out));
	for (id = 3; id <= 5; id++) {
		set_ip_id(&udp, id);
		send_part(&w, &udp, 0, 1480, NULL);
		take(&w, &out);
		ck_assert_uint_eq(out.given, id - 2U);
	}
	world_end(&w);
}
END_TEST

/* A second host's datagram with the same Identification has got another one. */
START_TEST(identifications_stay_what_they_have_become)
{
	static struct collected out[2];
	struct bytes datagrams[2], part, whole;
	unsigned i;

	fragment_world(&w, (struct world_options){ 0 });
	for (i = 0; i < 2; i++) {
		datagrams[i] = udp_packet(CLIENT_A + i, 5000, SERVER, 53, "",
					  0);
		grow(&datagrams[i], 3000);
		set_ip_id(&datagrams[i], 0x5555);
		memset(&out[i], 0, sizeof(out[i]));
		out[i].between = state_reload;
	}
	for (i = 0; i < 6; i++) {
		part = fragment_of(&datagrams[i % 2], i / 2 * 1000,
				   i / 2 == 2 ? 2980 : i / 2 * 1000 + 1000);
		ck_assert_uint_eq(send_fragment(&w, VPNALG_OUT, &part,
						&out[i % 2]),
				  VPNALG_TRANSLATED);
	}
	ck_assert(put_together(&out[0], &whole));
	ck_assert(put_together(&out[1], &whole));
	ck_assert_uint_ne(get16(out[0].packets[0].data + 4),
			  get16(out[1].packets[0].data + 4));
	world_end(&w);
}
END_TEST

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

TCase *state_fragment_case(void)
{
	TCase *tcase = tcase_create("fragments saved and loaded");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase,
		       the_bytes_of_fragments_are_those_that_are_written_down);
	tcase_add_test(tcase,
		       a_state_without_fragments_is_of_the_first_format);
	tcase_add_loop_test(tcase,
			    fragments_grow_older_by_the_time_that_has_passed, 0,
			    ROWS(age_rows));
	tcase_add_loop_test(tcase, fragments_without_room_are_left_out, 0,
			    ROWS(room_rows));
	tcase_add_loop_test(tcase,
			    the_oldest_datagram_is_the_oldest_after_a_load, 0,
			    2);
	tcase_add_test(tcase, identifications_stay_what_they_have_become);
	tcase_add_test(tcase, nothing_is_held_after_a_load_that_fails);
	tcase_add_loop_test(tcase, what_changes_while_it_is_saved_does_no_harm,
			    0, 8 * ROWS(changes));
	return tcase;
}
