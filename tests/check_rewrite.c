/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums by the difference, held against checksums computed anew. */
#include "toy.h"
#include "cases.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 3000 };

/* A packet under rewriting, as a handler has it. */
struct desk {
	struct bytes bytes;
	struct vpnalg_packet packet;
	struct vpnalg_parsed parsed;
	struct vpnalg_step step;
};

static void lay(struct desk *d, const struct bytes *bytes, uint8_t checksum)
{
	uint8_t *ip = d->bytes.data;
	uint32_t header = (bytes->data[0] & 15U) * 4;

	memset(d, 0, sizeof(*d));
	d->bytes = *bytes;
	d->packet.data = ip;
	d->packet.caplen = d->packet.len = bytes->length;
	d->parsed.ip = ip;
	d->parsed.l4 = ip + header;
	d->parsed.l4_len = d->parsed.l4_caplen =
		get16(bytes->data + 2) - header;
	d->parsed.local = ip + 12;
	d->parsed.remote = ip + 16;
	d->parsed.addr_len = 4;
	d->parsed.protocol = bytes->data[9];
	d->parsed.checksum = checksum;
	d->step.packet = &d->packet;
	d->step.parsed = &d->parsed;
}

static struct bytes random_packet(uint32_t *seed)
{
	uint8_t data[600];
	uint32_t length = chance(seed, sizeof(data)), i;
	uint32_t from = chance(seed, UINT32_MAX);
	uint16_t port = (uint16_t)chance(seed, 65536);
	struct bytes p;

	/* Often all zeros or all ones, where ones' complement is peculiar. */
	for (i = 0; i < length; i++)
		data[i] = (uint8_t)(chance(seed, 3) ? chance(seed, 256)
						    : chance(seed, 2) * 255);
	switch (chance(seed, 3)) {
	case 0:
		p = tcp_packet(from, port, SERVER, PPTP, chance(seed, 1 << 30),
			       1, ACK, data, length);
		break;
	case 1:
		p = udp_packet(from, port, SERVER, 9999, data, length);
		break;
	default:
		p = gre_packet(from, SERVER, port, length);
		break;
	}
	if (chance(seed, 4) == 0)
		add_ip_options(&p, 4 * chance(seed, 11));
	return p;
}

static bool is_checksum(const struct desk *d, uint32_t offset)
{
	if (d->parsed.protocol == TCP)
		return offset == 16 || offset == 17;
	return d->parsed.protocol == UDP && (offset == 6 || offset == 7);
}

static void rewrite_somehow(struct desk *d, uint32_t *seed)
{
	uint32_t offset = chance(seed, d->parsed.l4_len - 1);
	uint8_t address[4];

	switch (chance(seed, 3)) {
	case 0:
		put32(address, chance(seed, UINT32_MAX));
		vpnalg_rewrite_local(&d->step, address);
		ck_assert(memcmp(d->bytes.data + 12, address, 4) == 0);
		break;
	case 1:
		if (is_checksum(d, offset))
			break;
		vpnalg_rewrite_byte(&d->step, offset, (uint8_t)offset);
		ck_assert_uint_eq(d->parsed.l4[offset], (uint8_t)offset);
		break;
	default:
		if (is_checksum(d, offset) || is_checksum(d, offset + 1))
			break;
		vpnalg_rewrite_16(&d->step, offset, 0xfe01);
		ck_assert_uint_eq(get16(d->parsed.l4 + offset), 0xfe01);
		break;
	}
}

/* Where the checksum stands from L4 on, or 0. */
static uint32_t checksum_at(const struct desk *d)
{
	if (d->parsed.protocol == TCP)
		return 16;
	return d->parsed.protocol == UDP ? 6 : 0;
}

START_TEST(a_right_checksum_stays_right)
{
	uint32_t seed = 1, i, n;
	struct bytes p;
	struct desk d;

	for (i = 0; i < TRIES; i++) {
		p = random_packet(&seed);
		lay(&d, &p, i & 1 ? VPNALG_CHECKSUM_VERIFIED
				  : VPNALG_CHECKSUM_FULL);
		for (n = 0; n < 10; n++)
			rewrite_somehow(&d, &seed);
		ck_assert_msg(checksums_right(d.bytes.data, p.length),
			      "packet %u", i);
		ck_assert(d.parsed.protocol != UDP ||
			  get16(d.parsed.l4 + 6) != 0);
		ck_assert_uint_eq(d.packet.flags, 0);
		ck_assert_uint_eq(d.packet.len, p.length);
	}
}
END_TEST

START_TEST(a_wrong_checksum_stays_wrong_by_as_much)
{
	uint32_t seed = 2, i, n, at;
	struct bytes p;
	struct desk d;

	for (i = 0; i < TRIES; i++) {
		unsigned wrong = 1 + chance(&seed, 0xfffe), right;

		p = random_packet(&seed);
		lay(&d, &p, VPNALG_CHECKSUM_FULL);
		at = checksum_at(&d);
		if (at == 0)
			continue;
		right = get16(d.parsed.l4 + at);
		wrong = (wrong + right) % 0xffff;
		if (wrong == right % 0xffff || wrong == 0)
			continue;
		put16(d.parsed.l4 + at, wrong);
		for (n = 0; n < 10; n++)
			rewrite_somehow(&d, &seed);
		ck_assert(!checksums_right(d.bytes.data, p.length));
		/* Ones' complement is arithmetic modulo 0xffff. */
		put16(d.parsed.l4 + at,
		      (get16(d.parsed.l4 + at) + 0xffffU + right - wrong) %
			      0xffff);
		if (d.parsed.protocol != UDP || get16(d.parsed.l4 + at) != 0)
			ck_assert(checksums_right(d.bytes.data, p.length));
	}
}
END_TEST

START_TEST(a_wrong_ip_checksum_stays_wrong)
{
	struct bytes p = gre_packet(CLIENT_A, SERVER, 1, 1);
	uint8_t address[4] = { 203, 0, 113, 1 };
	unsigned right = get16(p.data + 10), wrong;
	struct desk d;

	for (wrong = 1; wrong < 0xffff; wrong++) {
		struct bytes q = p;

		put16(q.data + 10, wrong);
		lay(&d, &q, VPNALG_CHECKSUM_FULL);
		vpnalg_rewrite_local(&d.step, address);
		ck_assert_uint_eq(checksums_right(d.bytes.data, q.length),
				  wrong == right);
	}
}
END_TEST

/* RFC 1624 4: the old checksum 0xdd2f, a field that goes from 0x5555 to
 * 0x3285, and the new checksum 0x0000. */
START_TEST(the_example_of_rfc_1624_comes_out)
{
	struct bytes p = tcp_packet(CLIENT_A, 1, SERVER, PPTP, 0x55550000, 1,
				    ACK, NULL, 0);
	struct desk d;

	put16(p.data + 36, 0xdd2f);
	lay(&d, &p, VPNALG_CHECKSUM_FULL);
	vpnalg_rewrite_16(&d.step, 4, 0x3285);
	ck_assert_uint_eq(get16(d.bytes.data + 36), 0x0000);
}
END_TEST

START_TEST(what_stays_the_same_leaves_the_checksum_alone)
{
	static const unsigned fields[] = { 0x0000, 0xffff, 0x1234 };
	struct bytes p = tcp_packet(CLIENT_A, 1, SERVER, PPTP, 0, 1, ACK,
				    NULL, 0);
	uint8_t same[4];
	struct desk d;
	size_t i;

	put32(same, CLIENT_A);
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		put16(p.data + 10, fields[i]);
		put16(p.data + 36, fields[i]);
		lay(&d, &p, VPNALG_CHECKSUM_FULL);
		vpnalg_rewrite_local(&d.step, same);
		vpnalg_rewrite_byte(&d.step, 1, 1);
		vpnalg_rewrite_16(&d.step, 2, PPTP);
		ck_assert(memcmp(d.bytes.data, p.data, p.length) == 0);
	}
}
END_TEST

/* UDP (RFC 768): 0 means that there is none, and a sum that comes out as 0 is
 * sent as 0xffff. */
START_TEST(udp_without_a_checksum_gets_none)
{
	struct bytes p = toy_data(CLIENT_A, SERVER, 7);
	uint8_t address[4] = { 203, 0, 113, 1 };
	struct desk d;

	put16(p.data + 26, 0);
	lay(&d, &p, VPNALG_CHECKSUM_FULL);
	vpnalg_rewrite_local(&d.step, address);
	vpnalg_rewrite_16(&d.step, 8, 0x9999);
	ck_assert_uint_eq(get16(d.bytes.data + 26), 0);
	ck_assert_uint_eq(get16(d.bytes.data + 28), 0x9999);
	ck_assert(checksums_right(d.bytes.data, p.length));
}
END_TEST

START_TEST(udp_without_a_checksum_has_none_even_if_marked_partial)
{
	struct bytes p = toy_data(CLIENT_A, SERVER, 7);
	uint8_t address[4] = { 203, 0, 113, 1 };
	struct desk d;

	put16(p.data + 26, 0);
	lay(&d, &p, VPNALG_CHECKSUM_PARTIAL);
	vpnalg_rewrite_local(&d.step, address);
	vpnalg_rewrite_16(&d.step, 8, 0x9999);
	ck_assert_uint_eq(get16(d.bytes.data + 26), 0);
	ck_assert(memcmp(d.bytes.data + 12, address, 4) == 0);
}
END_TEST

START_TEST(udp_with_a_checksum_never_loses_it)
{
	struct bytes p = toy_data(CLIENT_A, SERVER, 7);
	unsigned value, ones = 0;
	struct desk d;

	lay(&d, &p, VPNALG_CHECKSUM_FULL);
	for (value = 0; value < 65536; value++) {
		vpnalg_rewrite_16(&d.step, 8, (uint16_t)value);
		ck_assert_uint_ne(get16(d.bytes.data + 26), 0);
		ck_assert(checksums_right(d.bytes.data, p.length));
		ones += get16(d.bytes.data + 26) == 0xffff;
	}
	ck_assert_uint_ge(ones, 1);
}
END_TEST

/* Partial: the field is the sum of the pseudo header, not complemented. */
static unsigned pseudo_sum(const struct bytes *p)
{
	uint32_t header = (p->data[0] & 15U) * 4, i;
	uint32_t sum = p->data[9] + get16(p->data + 2) - header;

	for (i = 12; i < 20; i += 2)
		sum += get16(p->data + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

START_TEST(a_partial_checksum_is_the_new_pseudo_header_sum)
{
	uint32_t seed = 3, i, n, at;
	struct bytes p;
	struct desk d;

	for (i = 0; i < TRIES; i++) {
		p = random_packet(&seed);
		lay(&d, &p, VPNALG_CHECKSUM_PARTIAL);
		at = checksum_at(&d);
		if (at == 0)
			continue;
		put16(d.parsed.l4 + at, pseudo_sum(&p));
		for (n = 0; n < 5; n++)
			rewrite_somehow(&d, &seed);
		ck_assert_uint_eq(get16(d.parsed.l4 + at),
				  pseudo_sum(&d.bytes));
	}
}
END_TEST

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

Suite *rewrite_suite(void)
{
	Suite *suite = suite_create("rewrite");
	TCase *sums = tcase_create("checksums"), *cut = tcase_create("cut");

	tcase_add_test(sums, a_right_checksum_stays_right);
	tcase_add_test(sums, a_wrong_checksum_stays_wrong_by_as_much);
	tcase_add_test(sums, a_wrong_ip_checksum_stays_wrong);
	tcase_add_test(sums, the_example_of_rfc_1624_comes_out);
	tcase_add_test(sums, what_stays_the_same_leaves_the_checksum_alone);
	tcase_add_test(sums, udp_without_a_checksum_gets_none);
	tcase_add_test(
		sums, udp_without_a_checksum_has_none_even_if_marked_partial);
	tcase_add_test(sums, udp_with_a_checksum_never_loses_it);
	tcase_add_test(sums, a_partial_checksum_is_the_new_pseudo_header_sum);
	tcase_add_test(sums, an_icmp_checksum_covers_no_address);
	tcase_add_loop_test(sums, a_checksum_must_be_in_memory_to_be_updated,
			    0, ROWS(possible_rows));
	tcase_add_test(
		sums, numbers_are_read_and_written_big_endian_at_any_address);
	tcase_add_test(cut, a_cut_segment_has_right_checksums_and_lengths);
	tcase_add_test(
		cut,
		a_cut_segment_with_a_partial_checksum_counts_its_new_length);
	tcase_add_test(cut, a_wrong_checksum_stays_wrong_in_a_cut_segment);
	tcase_add_test(cut, padding_goes_with_what_is_cut);
	tcase_add_test(cut, sixty_four_kilobytes_of_ones_can_be_cut);
	suite_add_tcase(suite, sums);
	suite_add_tcase(suite, cut);
	return suite;
}
