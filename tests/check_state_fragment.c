/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments that are saved and loaded. */
#include "state_fragment.h"

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
	return tcase;
}
