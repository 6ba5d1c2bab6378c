/* SPDX-License-Identifier: BSD-2-Clause */
/* The choice among several translators: packets that belong together go to the
 * same one. */
#include "toy.h"
#include "cases.h"

#include <stdlib.h>
#include <string.h>

static struct vpnalg_addr addresses[] = {
	{ VPNALG_IPV4, { 203, 0, 113, 1 } },
	{ VPNALG_IPV4, { 203, 0, 113, 2 } },
};

static const struct vpnalg_steer settings = { .size = sizeof(settings),
					      .key = { 1, 2 },
					      .addresses = addresses,
					      .address_count = 2 };

/* The first caplen bytes, in a block of just that size. */
static uint32_t steer_cut(const struct vpnalg_steer *s, unsigned direction,
			  const struct bytes *p, uint32_t caplen, uint32_t n)
{
	uint8_t *block = malloc(caplen + 1U);
	struct vpnalg_packet packet = { .data = block + 1,
					.caplen = caplen,
					.len = p->length,
					.direction = (uint8_t)direction };
	bool fragment;
	uint32_t at;

	memcpy(block + 1, p->data, caplen);
	at = vpnalg_steer(s, &packet, n, &fragment);
	ck_assert(!fragment);
	ck_assert_uint_lt(at, n);
	ck_assert_mem_eq(block + 1, p->data, caplen);
	free(block);
	return at;
}

static uint32_t steer(unsigned direction, struct bytes p, uint32_t n)
{
	return steer_cut(&settings, direction, &p, p.length, n);
}

/* All packets of one host's talk with a remote, in both directions and forms.
 * The inside address differs from remote to remote, which must not matter. */
static void check_talk(uint32_t remote, uint32_t n)
{
	uint32_t host = CLIENT_A + remote % 50;
	struct bytes out = tcp_packet(host, 3000, remote, PPTP, 1, 0, SYN,
				      NULL, 0);
	struct bytes gre_in = gre_packet(remote, OUTSIDE, 7, 1);
	struct bytes gre_out = gre_packet(OUTSIDE, remote, 7, 1), fragment;
	uint32_t at = steer(VPNALG_OUT, out, n);

	ck_assert_uint_eq(steer(VPNALG_IN,
				tcp_packet(remote, PPTP, OUTSIDE_2, 99, 1, 0,
					   SYN | ACK, NULL, 0), n), at);
	ck_assert_uint_eq(steer(VPNALG_OUT, gre_packet(host, remote, 9, 1), n),
			  at);
	ck_assert_uint_eq(steer(VPNALG_IN, gre_in, n), at);
	ck_assert_uint_eq(steer(VPNALG_OUT_UNDO, gre_out, n), at);
	ck_assert_uint_eq(steer(VPNALG_IN_UNDO,
				gre_packet(remote, host, 9, 1), n), at);
	/* Errors, from whomever, go by what they quote. */
	ck_assert_uint_eq(steer(VPNALG_IN, icmp_error(STRANGER, OUTSIDE, 3,
						      &gre_out, 28), n), at);
	gre_in = gre_packet(remote, host, 7, 1);
	ck_assert_uint_eq(steer(VPNALG_OUT, icmp_error(host, STRANGER, 3,
						       &gre_in, 28), n), at);
	fragment = out;
	set_fragment(&fragment, 0x0005);
	ck_assert_uint_eq(steer(VPNALG_OUT, fragment, n), at);
}

START_TEST(all_that_belongs_together_meets)
{
	uint32_t n, i;

	for (n = 1; n <= 64; n++)
		for (i = 0; i < 50; i++)
			check_talk(SERVER + i * 0x01010101, n);
}
END_TEST

START_TEST(remotes_are_spread_evenly)
{
	uint32_t n, i;

	for (n = 1; n <= 64; n++) {
		unsigned count[64] = { 0 };

		for (i = 0; i < n * 100; i++)
			count[steer(VPNALG_OUT,
				    gre_packet(CLIENT_A, SERVER + i, 9, 1),
				    n)]++;
		for (i = 0; i < n; i++) {
			ck_assert_uint_ge(count[i], 50);
			ck_assert_uint_le(count[i], 150);
		}
	}
}
END_TEST

START_TEST(inside_hosts_do_not_matter_and_the_key_does)
{
	struct vpnalg_steer other = settings;
	unsigned i, differ = 0;
	struct bytes p;

	other.key[1] = 3;
	for (i = 0; i < 100; i++) {
		p = gre_packet(CLIENT_A + i, SERVER, 9, 1);
		ck_assert_uint_eq(steer(VPNALG_OUT, p, 64), 3);
		p = gre_packet(CLIENT_A, SERVER + i, 9, 1);
		differ += steer(VPNALG_OUT, p, 64) !=
			  steer_cut(&other, VPNALG_OUT, &p, p.length, 64);
	}
	ck_assert_uint_ge(differ, 90);
}
END_TEST

/* Equal wherever packets are steered, on machines of any byte order. */
static const struct literal_row {
	uint32_t remote, n, at;
} literal_rows[] = {
	{ SERVER, 2, 0 },      { SERVER, 7, 0 },
	{ SERVER_2, 64, 58 },   { STRANGER, 1000, 794 },
	{ 0, 64, 16 },          { UINT32_MAX, 64, 39 },
	{ SERVER, UINT32_MAX, 233005942U },
};

START_TEST(the_same_remote_goes_the_same_way_on_every_machine)
{
	const struct literal_row *row = &literal_rows[_i];

	ck_assert_uint_eq(steer(VPNALG_OUT, gre_packet(CLIENT_A, row->remote,
						       9, 1), row->n),
			  row->at);
}
END_TEST

/* Both ends of a hairpin meet, and hairpins of all outside addresses. */
START_TEST(all_outside_addresses_count_as_one_remote)
{
	uint32_t n, at;

	for (n = 1; n <= 64; n++) {
		at = steer(VPNALG_OUT, gre_packet(CLIENT_A, OUTSIDE, 9, 1),
			   n);
		ck_assert_uint_eq(steer(VPNALG_OUT, gre_packet(CLIENT_B,
							       OUTSIDE_2, 9,
							       1), n), at);
		ck_assert_uint_eq(steer(VPNALG_IN, gre_packet(OUTSIDE_2,
							      OUTSIDE, 9, 1),
					n), at);
	}
}
END_TEST

START_TEST(without_outside_addresses_every_remote_is_one)
{
	struct vpnalg_steer bare = { .size = sizeof(bare), .key = { 1, 2 } };
	unsigned i, differ = 0;

	for (i = 0; i < 20; i++) {
		struct bytes p = gre_packet(CLIENT_A, OUTSIDE + i, 9, 1);

		differ += steer_cut(&bare, VPNALG_OUT, &p, p.length, 64) !=
			  steer(VPNALG_OUT, p, 64);
	}
	ck_assert_uint_ge(differ, 1);
	ck_assert_uint_le(differ, 2);
}
END_TEST

/* Not IPv4, or not enough of it. */
static const struct other_row {
	const char *name;
	uint8_t first;
	uint32_t caplen;
} other_rows[] = {
	{ "version 6", 0x65, 36 }, { "version 0", 0x05, 36 },
	{ "IHL 4", 0x44, 36 },     { "nothing", 0x45, 0 },
	{ "one byte", 0x45, 1 },   { "19 bytes", 0x45, 19 },
	{ "IHL 15", 0x4f, 36 },
};

START_TEST(what_is_not_ipv4_goes_to_the_first)
{
	const struct other_row *row = &other_rows[_i];
	uint32_t n, i;

	for (n = 1; n <= 64; n++)
		for (i = 0; i < 20; i++) {
			struct bytes p = gre_packet(CLIENT_A, SERVER + i, 9,
						    1);

			p.data[0] = row->first;
			ck_assert_msg(steer_cut(&settings, VPNALG_OUT, &p,
						row->caplen, n) == 0,
				      "%s", row->name);
		}
}
END_TEST

/* Once the IP header is whole, what is cut off does not matter; an ICMP error
 * goes by who sent it until its quote is. */
START_TEST(a_cut_packet_goes_where_the_whole_one_goes)
{
	struct bytes gre = gre_packet(CLIENT_A, SERVER, 9, 1), quote, error;
	uint32_t caplen, at = steer(VPNALG_OUT, gre, 64);

	for (caplen = 20; caplen <= gre.length; caplen++)
		ck_assert_uint_eq(steer_cut(&settings, VPNALG_OUT, &gre,
					    caplen, 64), at);
	quote = gre_packet(OUTSIDE, SERVER, 9, 1);
	error = icmp_error(STRANGER, OUTSIDE, 3, &quote, 28);
	for (caplen = 0; caplen <= error.length; caplen++) {
		uint32_t got = steer_cut(&settings, VPNALG_IN, &error, caplen,
					 64);

		if (caplen >= 48)
			ck_assert_uint_eq(got, at);
		else
			ck_assert_uint_eq(got, caplen < 20 ? 0
							   : 50);
	}
}
END_TEST

Suite *steer_suite(void)
{
	Suite *suite = suite_create("steer");
	TCase *where = tcase_create("where");

	tcase_set_timeout(where, 60);
	tcase_add_test(where, all_that_belongs_together_meets);
	tcase_add_test(where, remotes_are_spread_evenly);
	tcase_add_test(where, inside_hosts_do_not_matter_and_the_key_does);
	tcase_add_loop_test(
		where, the_same_remote_goes_the_same_way_on_every_machine, 0,
		ROWS(literal_rows));
	tcase_add_test(where, all_outside_addresses_count_as_one_remote);
	tcase_add_test(where, without_outside_addresses_every_remote_is_one);
	tcase_add_loop_test(where, what_is_not_ipv4_goes_to_the_first, 0,
			    ROWS(other_rows));
	tcase_add_test(where, a_cut_packet_goes_where_the_whole_one_goes);
	suite_add_tcase(suite, where);
	suite_add_tcase(suite, steer_general_case());
	return suite;
}
