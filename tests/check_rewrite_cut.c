/* SPDX-License-Identifier: BSD-2-Clause */
/* Segments that are cut, and checksums that are not in memory. */
#include "rewrite_desk.h"

/* Cut */

static void check_cut(const struct desk *d, uint32_t l4_len)
{
	uint32_t header = (uint32_t)(d->parsed.l4 - d->parsed.ip);

	ck_assert_uint_eq(get16(d->bytes.data + 2), header + l4_len);
	ck_assert_uint_eq(d->packet.len, header + l4_len);
	ck_assert_uint_eq(d->packet.caplen, header + l4_len);
	ck_assert_uint_eq(d->packet.flags, VPNALG_PACKET_CUT);
}

START_TEST(a_cut_segment_has_right_checksums_and_lengths)
{
	uint32_t seed = 4, i, l4_len;
	struct bytes p;
	struct desk d;

	for (i = 0; i < TRIES; i++) {
		p = random_packet(&seed);
		if (p.data[9] != TCP)
			continue;
		lay(&d, &p, VPNALG_CHECKSUM_FULL);
		if (d.parsed.l4_len == 20)
			continue;
		l4_len = 20 + chance(&seed, d.parsed.l4_len - 20);
		vpnalg_rewrite_cut(&d.step, l4_len);
		check_cut(&d, l4_len);
		ck_assert(checksums_right(d.bytes.data, d.packet.len));
	}
}
END_TEST

START_TEST(a_cut_segment_with_a_partial_checksum_counts_its_new_length)
{
	struct bytes m = message(7, 1, 2, 0);
	struct bytes p = tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 1, 1, ACK,
				    m.data, m.length);
	uint8_t address[4] = { 203, 0, 113, 1 };
	uint32_t l4_len;
	struct desk d;

	for (l4_len = 20; l4_len < 20 + m.length; l4_len++) {
		put16(p.data + 36, pseudo_sum(&p));
		lay(&d, &p, VPNALG_CHECKSUM_PARTIAL);
		vpnalg_rewrite_cut(&d.step, l4_len);
		vpnalg_rewrite_local(&d.step, address);
		check_cut(&d, l4_len);
		d.bytes.length = d.packet.len;
		ck_assert_uint_eq(get16(d.bytes.data + 36),
				  pseudo_sum(&d.bytes));
	}
}
END_TEST

START_TEST(a_wrong_checksum_stays_wrong_in_a_cut_segment)
{
	struct bytes m = message(7, 1, 2, 0);
	struct bytes p = tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 1, 1, ACK,
				    m.data, m.length);
	struct desk d;

	p.data[36] ^= 1;
	lay(&d, &p, VPNALG_CHECKSUM_FULL);
	vpnalg_rewrite_cut(&d.step, 33);
	ck_assert(!checksums_right(d.bytes.data, d.packet.len));
}
END_TEST

START_TEST(padding_goes_with_what_is_cut)
{
	struct bytes p = tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 1, 1, ACK,
				    "abcd", 4);
	struct desk d;

	p.length += 2; /* behind the IP packet */
	lay(&d, &p, VPNALG_CHECKSUM_FULL);
	vpnalg_rewrite_cut(&d.step, 21);
	check_cut(&d, 21);
	ck_assert(checksums_right(d.bytes.data, d.packet.len));
}
END_TEST

/* The longest packet there is: no sum may run over. */
START_TEST(sixty_four_kilobytes_of_ones_can_be_cut)
{
	enum { LENGTH = 65535 };
	struct bytes head = tcp_packet(CLIENT_A, 1, SERVER, PPTP, 1, 1, ACK,
				       NULL, 0);
	uint8_t *block = malloc(LENGTH);
	struct desk d;

	memset(block, 0xff, LENGTH);
	memcpy(block, head.data, 40);
	put16(block + 2, LENGTH);
	lay(&d, &head, VPNALG_CHECKSUM_FULL);
	d.parsed.ip = block;
	d.parsed.l4 = block + 20;
	d.parsed.local = block + 12;
	d.parsed.l4_len = d.parsed.l4_caplen = LENGTH - 20;
	put16(block + 10, 0);
	put16(block + 36, 0);
	vpnalg_rewrite_cut(&d.step, 20);
	ck_assert_uint_eq(get16(block + 2), 40);
	/* The tail is ones and one byte 0xff00 at its end: its sum is 0xff00,
	 * and the length falls by 65495. */
	ck_assert_uint_eq(get16(block + 36),
			  (0xff00U + 65495) % 0xffff);
	free(block);
}
END_TEST

/* RFC 792: no address is in the checksum. */
START_TEST(an_icmp_checksum_covers_no_address)
{
	struct bytes p = icmp_query(CLIENT_A, SERVER, 8, 0x1234, 1);
	uint8_t address[4];
	struct desk d;

	lay(&d, &p, VPNALG_CHECKSUM_FULL);
	put32(address, OUTSIDE);
	vpnalg_rewrite_local(&d.step, address);
	ck_assert_uint_eq(get16(d.parsed.l4 + 2), get16(p.data + 22));
	ck_assert(checksums_right(d.bytes.data, p.length));
	vpnalg_rewrite_16(&d.step, 4, 0x4321);
	ck_assert_uint_ne(get16(d.parsed.l4 + 2), get16(p.data + 22));
	ck_assert(checksums_right(d.bytes.data, p.length));
}
END_TEST

/* What may be asked of a packet that is not all in memory. */
static const struct possible_row {
	uint8_t protocol;
	uint32_t l4_caplen;
	bool possible;
} possible_rows[] = {
	{ TCP, 17, false }, { TCP, 18, true }, { TCP, 0, false },
	{ UDP, 7, false },  { UDP, 8, true },  { UDP, 0, false },
	{ GRE, 0, true },   { ESP, 0, true },  { 115, 0, true },
	{ ICMP, 3, false }, { ICMP, 4, true }, { ICMP, 0, false },
};

START_TEST(a_checksum_must_be_in_memory_to_be_updated)
{
	const struct possible_row *row = &possible_rows[_i];
	struct vpnalg_parsed parsed = { .protocol = row->protocol,
				      .l4_len = 100,
				      .l4_caplen = row->l4_caplen };

	ck_assert_uint_eq(vpnalg_rewrite_possible(&parsed), row->possible);
}
END_TEST

START_TEST(numbers_are_read_and_written_big_endian_at_any_address)
{
	uint8_t bytes[8] = { 0, 0x81, 0x92, 0xa3, 0xb4, 0 };

	ck_assert_uint_eq(vpnalg_get16(bytes + 1), 0x8192);
	ck_assert_uint_eq(vpnalg_get16(bytes + 2), 0x92a3);
	ck_assert_uint_eq(vpnalg_get32(bytes + 1), 0x8192a3b4);
	vpnalg_put16(bytes + 3, 0x1fedc);
	ck_assert_uint_eq(bytes[3], 0xfe);
	ck_assert_uint_eq(bytes[4], 0xdc);
	ck_assert_uint_eq(bytes[5], 0);
}
END_TEST

TCase *rewrite_cut_case(void)
{
	TCase *t = tcase_create("cut segments");

	tcase_add_test(t, an_icmp_checksum_covers_no_address);
	tcase_add_loop_test(t, a_checksum_must_be_in_memory_to_be_updated, 0,
			    ROWS(possible_rows));
	tcase_add_test(t,
		       numbers_are_read_and_written_big_endian_at_any_address);
	tcase_add_test(t, a_cut_segment_has_right_checksums_and_lengths);
	tcase_add_test(
		t, a_cut_segment_with_a_partial_checksum_counts_its_new_length);
	tcase_add_test(t, a_wrong_checksum_stays_wrong_in_a_cut_segment);
	tcase_add_test(t, padding_goes_with_what_is_cut);
	tcase_add_test(t, sixty_four_kilobytes_of_ones_can_be_cut);
	return t;
}
