/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums by the difference, held against checksums computed anew. */
#include "rewrite_desk.h"

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

/* Returns the offset of the checksum from L4 on, or 0. */
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

/* Address and port that are right already change no byte, whatever the checksum
 * is: TCP and UDP, with a whole checksum and a partial one. */
START_TEST(ends_that_stay_change_nothing)
{
	static struct {
		struct vpnalg_record head;
		uint8_t keys[2][VPNALG_KEY_IPV4];
	} record;
	struct bytes p = _i % 2 == 0
				 ? udp_packet(CLIENT_A, 1024, SERVER, 53, "?", 1)
				 : tcp_packet(CLIENT_A, 1024, SERVER, 80, 1, 1,
					      ACK, "?", 1);
	const uint32_t id = 1024;
	unsigned sum;
	struct desk d;

	memcpy(record.keys[VPNALG_INSIDE_OWN] + 4, &id, sizeof(id));
	memcpy(record.keys[VPNALG_INSIDE_OWN] + 12, p.data + 12, 4);
	for (sum = 0; sum <= 0xffff; sum++) {
		lay(&d, &p, _i / 2 == 0 ? VPNALG_CHECKSUM_FULL
					: VPNALG_CHECKSUM_PARTIAL);
		put16(d.parsed.l4 + checksum_at(&d), sum);
		put16(p.data + 20 + checksum_at(&d), sum);
		d.step.record = &record.head;
		vpnalg_rewrite_ends(&d.step);
		ck_assert_mem_eq(d.bytes.data, p.data, p.length);
	}
}
END_TEST

Suite *rewrite_suite(void)
{
	Suite *suite = suite_create("rewrite");
	TCase *sums = tcase_create("checksums");

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
	tcase_add_loop_test(sums, ends_that_stay_change_nothing, 0, 4);
	suite_add_tcase(suite, sums);
	suite_add_tcase(suite, rewrite_cut_case());
	return suite;
}
