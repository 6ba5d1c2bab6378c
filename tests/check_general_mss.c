/* SPDX-License-Identifier: BSD-2-Clause */
/* The MSS of general traffic's TCP, and of PPTP's, lowered. */
#include "cases.h"
#include "general.h"
#include "support_service.h"

#include <string.h>

#define MAX 1360

static struct world w;

static void begin_with(uint16_t mss)
{
	general_world(&w, (struct world_options){ .general.mss = mss,
						  .no_undo = true });
}

static void begin(void)
{
	begin_with(MAX);
}

static void end(void)
{
	world_end(&w);
}

/* With options, whose length is a multiple of four. */
static struct bytes segment(uint32_t from, uint16_t from_port, uint32_t to,
			    uint16_t to_port, uint8_t flags,
			    const uint8_t *options, uint32_t length)
{
	struct bytes p = tcp_packet(from, from_port, to, to_port, 1000, 2000,
				    flags, options, length);
	uint8_t *tcp = p.data + 20;
	uint32_t sum = 0, i;

	tcp[12] = (uint8_t)((20 + length) / 4 << 4);
	put16(tcp + 16, 0);
	for (i = 12; i < p.length; i += 2)
		sum += get16(p.data + i);
	sum += TCP + p.length - 20;
	sum = (sum & 0xffff) + (sum >> 16);
	put16(tcp + 16, ~(sum + (sum >> 16)) & 0xffff);
	return p;
}

static struct bytes out(uint8_t flags, const uint8_t *options, uint32_t length)
{
	return segment(CLIENT_A, 40000, SERVER, 80, flags, options, length);
}

static struct bytes in(uint8_t flags, const uint8_t *options, uint32_t length)
{
	return segment(SERVER, 80, OUTSIDE, 40000, flags, options, length);
}

/* Options, and what becomes of them: nothing, or 1360 at that offset. */
static const struct option_row {
	const char *what;
	uint8_t options[12];
	uint8_t length, at;
} option_rows[] = {
	{ "an MSS of 1460", { 2, 4, 5, 0xb4 }, 4, 2 },
	{ "of 65535", { 2, 4, 0xff, 0xff }, 4, 2 },
	{ "of 1361", { 2, 4, 5, 0x51 }, 4, 2 },
	{ "of 1360", { 2, 4, 5, 0x50 }, 4, 0 },
	{ "of 536", { 2, 4, 2, 0x18 }, 4, 0 },
	{ "of 0", { 2, 4, 0, 0 }, 4, 0 },
	{ "behind no operation: odd", { 1, 2, 4, 5, 0xb4, 1, 1, 1 }, 8, 3 },
	{ "behind two of these", { 1, 1, 2, 4, 5, 0xb4, 1, 1 }, 8, 4 },
	{ "behind a window scale: odd",
	  { 3, 3, 7, 2, 4, 5, 0xb4, 0 }, 8, 5 },
	{ "behind an unknown option", { 253, 4, 2, 4, 2, 4, 5, 0xb4 }, 8, 6 },
	{ "two: the first one holds",
	  { 2, 4, 5, 0xb4, 2, 4, 5, 0xb4 }, 8, 2 },
	{ "behind the end", { 0, 2, 4, 5, 0xb4, 0, 0, 0 }, 8, 0 },
	{ "too short", { 2, 3, 5, 0xb4 }, 4, 0 },
	{ "too long", { 2, 5, 5, 0xb4, 5, 0xb4, 0, 0 }, 8, 0 },
	{ "of length 0", { 2, 0, 5, 0xb4 }, 4, 0 },
	{ "of length 1", { 2, 1, 5, 0xb4 }, 4, 0 },
	{ "behind an option of length 0", { 3, 0, 2, 4, 5, 0xb4, 0, 0 }, 8, 0 },
	{ "behind one that ends too late",
	  { 3, 9, 2, 4, 5, 0xb4, 0, 0 }, 8, 0 },
	{ "cut off behind its kind", { 1, 1, 1, 2 }, 4, 0 },
	{ "cut off behind its length", { 1, 1, 2, 4 }, 4, 0 },
	{ "cut off in its value", { 1, 2, 4, 5 }, 4, 0 },
	{ "its last bytes are the last", { 1, 1, 1, 1, 2, 4, 5, 0xb4 }, 8, 6 },
	{ "no options", { 0 }, 0, 0 },
};

static void check_options(const struct option_row *row, const char *way)
{
	struct bytes expected = { .length = row->length };

	memcpy(expected.data, row->options, row->length);
	if (row->at > 0)
		put16(expected.data + row->at, MAX);
	ck_assert_msg(memcmp(l4(&w) + 20, expected.data, row->length) == 0,
		      "%s, %s", row->what, way);
	ck_assert_msg(checksums_right(w.bytes, w.length), "%s, %s", row->what,
		      way);
}

START_TEST(a_syn_has_no_greater_mss_in_either_direction)
{
	const struct option_row *row = &option_rows[_i];
	struct bytes p = out(SYN, row->options, row->length);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	check_options(row, "out");
	p = in(SYN | ACK, row->options, row->length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	check_options(row, "in");
	/* By its mapping alone. */
	p = segment(STRANGER, 9, OUTSIDE, 40000, SYN, row->options,
		    row->length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	check_options(row, "in by a mapping");
	ck_assert_int_eq(w.last.len, p.length);
}
END_TEST

/* Nothing but a SYN announces one. */
START_TEST(no_other_segment_is_changed)
{
	static const uint8_t flags[] = { ACK, FIN | ACK, RST | ACK, PSH | ACK };
	struct bytes p = out(SYN, option_rows[0].options, 4);
	size_t i;

	send_packet(&w, VPNALG_OUT, &p);
	for (i = 0; i < sizeof(flags); i++) {
		p = out(flags[i], option_rows[0].options, 4);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(get16(l4(&w) + 22), 1460);
	}
}
END_TEST

/* Of 192.168.77.11, 198.51.100.1, 6 and 24 bytes; then 203.0.113.1. */
START_TEST(a_partial_checksum_has_no_options_in_it)
{
	struct bytes p = out(SYN, option_rows[0].options, 4);

	put16(p.data + 36, 0x3807);
	ck_assert_uint_eq(send_summed(&w, VPNALG_OUT, &p,
				      VPNALG_CHECKSUM_PARTIAL),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 22), MAX);
	ck_assert_uint_eq(get16(l4(&w) + 16), 0x6655);
}
END_TEST

START_TEST(options_that_are_not_in_memory_are_truncated)
{
	struct bytes p = out(SYN, option_rows[0].options, 4);

	send_captured(&w, VPNALG_OUT, &p, p.length - 1);
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_TRUNCATED);
	ck_assert_int_eq(w.records, 0);
	p = out(SYN, option_rows[0].options, 4);
	send_packet(&w, VPNALG_OUT, &p);
	p = out(ACK, option_rows[0].options, 4);
	send_captured(&w, VPNALG_OUT, &p, p.length - 1);
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
}
END_TEST

START_TEST(undo_leaves_an_mss_as_it_is)
{
	struct bytes p = out(SYN, option_rows[0].options, 4);

	send_packet(&w, VPNALG_OUT, &p);
	p = segment(OUTSIDE, 40000, SERVER, 80, SYN, option_rows[0].options,
		    4);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 22), 1460);
}
END_TEST

START_TEST(without_the_setting_no_mss_is_changed)
{
	struct bytes p = out(SYN, option_rows[1].options, 4);

	world_forget(&w);
	begin_with(0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 22), 65535);
	send_captured(&w, VPNALG_OUT, &p, 40); /* its options are not read */
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
}
END_TEST

/* PPTP's control connections: of a client inside, or of a server inside, whose
 * handshake passes by its service. */
static void begin_pptp(bool served)
{
	world_forget(&w);
	general_and_vpn_world(
		&w, (struct world_options){ .choosing = CHOOSE_TAKE,
					    .general.mss = MAX,
					    .no_undo = true });
	if (served)
		service_add(&w, TCP, PPTP, CLIENT_A, PPTP);
}

static struct bytes pptp(bool served, bool inward, uint8_t flags,
			 const uint8_t *options, uint32_t length)
{
	uint16_t own = served ? PPTP : 40000, other = served ? 40000 : PPTP;

	return inward ? segment(SERVER, other, OUTSIDE, own, flags, options,
				length)
		      : segment(CLIENT_A, own, SERVER, other, flags, options,
				length);
}

START_TEST(a_syn_of_pptp_has_no_greater_mss_in_either_direction)
{
	const struct option_row *row = &option_rows[_i / 2];
	bool served = _i & 1, inward;
	struct bytes p;
	unsigned i;

	begin_pptp(served);
	for (i = 0; i < 2; i++) {
		inward = served ? i == 0 : i == 1;
		p = pptp(served, inward, i == 0 ? SYN : SYN | ACK, row->options,
			 row->length);
		ck_assert_uint_eq(send_packet(&w, inward ? VPNALG_IN
							 : VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		check_options(row, inward ? "in" : "out");
	}
	p = pptp(served, served, ACK, option_rows[0].options, 4);
	put32(p.data + 24, 1001); /* which makes it the third segment */
	put32(p.data + 28, 1001);
	send_packet(&w, served ? VPNALG_IN : VPNALG_OUT, &p);
	ck_assert_uint_eq(w.last.result, VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 22), 1460);
	service_remove(&w, TCP, PPTP, CLIENT_A, PPTP);
}
END_TEST

START_TEST(options_of_pptp_that_are_not_in_memory_are_truncated)
{
	struct bytes p = pptp(_i, _i, SYN, option_rows[0].options, 4);

	begin_pptp(_i);
	send_captured(&w, _i ? VPNALG_IN : VPNALG_OUT, &p, p.length - 1);
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_TRUNCATED);
	ck_assert_int_eq(w.records, _i);
	service_remove(&w, TCP, PPTP, CLIENT_A, PPTP);
}
END_TEST

TCase *general_mss_case(void)
{
	TCase *mss = tcase_create("MSS");

	tcase_add_checked_fixture(mss, begin, end);
	tcase_add_loop_test(mss, a_syn_has_no_greater_mss_in_either_direction,
			    0, ROWS(option_rows));
	tcase_add_test(mss, no_other_segment_is_changed);
	tcase_add_test(mss, a_partial_checksum_has_no_options_in_it);
	tcase_add_test(mss, options_that_are_not_in_memory_are_truncated);
	tcase_add_test(mss, undo_leaves_an_mss_as_it_is);
	tcase_add_test(mss, without_the_setting_no_mss_is_changed);
	tcase_add_loop_test(
		mss, a_syn_of_pptp_has_no_greater_mss_in_either_direction, 0,
		2 * ROWS(option_rows));
	tcase_add_loop_test(
		mss, options_of_pptp_that_are_not_in_memory_are_truncated, 0,
		2);
	return mss;
}
