/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounds of probes: the hosts that may get a packet of an unclaimed SPI. */
#include "ipsec_bounds.h"

#define SILENT { 0, 0, 0 }
#define SENDS { 0, 1200, 0 }
#define DEAF { 0, 3000, 0 } /* neither silent nor sending */

static const struct probe_row {
	const char *name;
	struct state states[3];
	uint8_t turn, count, total;
	uint32_t first; /* so long ago */
	uint32_t probed; /* and when the SPI was probed; 0: never */
	uint32_t any_probed; /* and any SPI */
	bool likely;
	char got;
} probe_rows[] = {
	{ "silent ones in turn", { SILENT, SILENT, SILENT }, 0, 1, 1, 0, 0, 999,
	  false, 'A' },
	{ "the second", { SILENT, SILENT, SILENT }, 1, 1, 1, 0, 0, 999, false,
	  'B' },
	{ "the third", { SILENT, SILENT, SILENT }, 2, 1, 1, 0, 0, 999, false,
	  'C' },
	{ "the first again", { SILENT, SILENT, SILENT }, 3, 1, 1, 0, 0, 999,
	  false, 'A' },
	{ "one hears", { HEARS, SILENT, SILENT }, 0, 1, 1, 0, 0, 999, false,
	  'B' },
	{ "one heard before", { { 701, 0, 0 }, HEARS, HEARS }, 0, 1, 1, 1000, 0,
	  999, false, 'A' },
	{ "too early for it", { { 701, 0, 0 }, HEARS, HEARS }, 0, 1, 1, 999, 0,
	  999, false, '-' },
	{ "one has sent", { { 0, 3000, 0 }, HEARS, SILENT }, 0, 1, 1, 0, 0, 999,
	  false, 'C' },
	{ "one sent long before", { { 0, 3001, 0 }, HEARS, SILENT }, 0, 1, 1, 0,
	  0, 999, false, 'A' },
	{ "one resumed with another SA", { { 0, 9000, 3000 }, HEARS, SILENT }, 0,
	  1, 1, 0, 0, 999, false, 'C' },
	{ "all hear", { HEARS, HEARS, HEARS }, 0, 1, 1, 9000, 0, 999, false,
	  '-' },
	{ "a host is likely", { SILENT, SILENT, SILENT }, 0, 1, 1, 0, 0, 999,
	  true, '-' },
	{ "probed just before", { SILENT, SILENT, SILENT }, 0, 1, 1, 999, 999,
	  999, false, '-' },
	{ "probed before", { SILENT, SILENT, SILENT }, 0, 1, 1, 999, 1000, 999,
	  false, 'A' },
	{ "steady, probed just before", { SILENT, SILENT, SILENT }, 0, 2, 2,
	  999, 2999, 999, false, '-' },
	{ "steady, probed before", { SILENT, SILENT, SILENT }, 0, 2, 2, 999,
	  3000, 999, false, 'A' },
	{ "another may be answered", { SILENT, SILENT, SILENT }, 0, 1, 1, 0, 0,
	  150, false, '-' },
	{ "another was not answered", { SILENT, SILENT, SILENT }, 0, 1, 1, 0, 0,
	  151, false, 'A' },
	{ "round among those that send", { DEAF, SENDS, DEAF }, 0, 3, 3, 3000,
	  0, 0, false, 'B' },
	{ "round among all that are deaf", { DEAF, { 0, 1201, 0 }, HEARS }, 0,
	  3, 3, 3000, 0, 0, false, 'A' },
	{ "the round goes on", { DEAF, DEAF, HEARS }, 1, 3, 3, 3000, 3000, 0,
	  false, 'B' },
	{ "the round begins again", { DEAF, DEAF, HEARS }, 2, 3, 3, 3000, 3000,
	  0, false, 'A' },
	{ "not so soon again", { DEAF, DEAF, HEARS }, 1, 3, 3, 3000, 2999, 0,
	  false, '-' },
	{ "not yet", { DEAF, SENDS, DEAF }, 0, 3, 3, 2999, 0, 0, false, '-' },
	{ "not of so few", { DEAF, SENDS, DEAF }, 0, 2, 2, 3000, 0, 0, false,
	  '-' },
	{ "round though a host is likely", { DEAF, SENDS, DEAF }, 0, 3, 3,
	  3000, 0, 0, true, 'B' },
	{ "among all hosts", { HEARS, HEARS, HEARS }, 0, 3, 3, 3000, 0, 0,
	  false, '*' },
};

static struct ipsec_unclaimed spi_of_row(const struct probe_row *row)
{
	return (struct ipsec_unclaimed){
		.spi = 0xdd,
		.first = ago(&w, row->first),
		.count = row->count,
		.total = row->total,
		.turn = row->turn,
		.probed_at = ago(&w, row->probed),
		.flags = row->probed != 0 ? IPSEC_UNCLAIMED_PROBED : 0
	};
}

START_TEST(an_unclaimed_packet_is_given_to_some_host)
{
	const struct probe_row *row = &probe_rows[_i];
	struct ipsec_unclaimed spi;
	struct vpnalg_record *host;
	struct ipsec_blocks b;
	bool silent, owns;
	char got;

	three_await();
	set_states(row->states, &b);
	ipsec_remote_body(w.alg, ipsec_blocks_remote(&b))->probed_at =
		(uint16_t)ago(&w, row->any_probed);
	spi = spi_of_row(row);
	host = vpnalg_ipsec_probe(w.alg, &b, &spi, row->likely, &owns);
	got = name_of(host);
	ck_assert(!owns);
	if (row->got == '*')
		ck_assert_int_ne(got, '-');
	else
		ck_assert_msg(got == row->got, "%s: %c", row->name, got);
	if (got == '-')
		return;
	silent = row->any_probed != 0;
	ck_assert_uint_eq(spi.probed, vpnalg_ipsec_host_id(w.alg, host));
	ck_assert_uint_eq(spi.probed_at, ago(&w, 0));
	ck_assert_int_eq(spi.turn, row->got == '*' ? 0 : 1 + got - 'A');
	ck_assert_int_eq(spi.flags,
			 IPSEC_UNCLAIMED_PROBED |
				 (silent ? IPSEC_UNCLAIMED_AWAITING : 0));
	if (silent)
		ck_assert_uint_eq(
			ipsec_remote_body(w.alg, ipsec_blocks_remote(&b))
				->probed_at,
			(uint16_t)ago(&w, 0));
}
END_TEST

/* A new SPI is promised before it is used: a host that is promised
 * one later does not own it. */
START_TEST(a_silent_host_is_not_probed_with_an_older_spi)
{
	static const struct state silent[3] = { SILENT, HEARS, HEARS };
	struct ipsec_unclaimed spi = spi_of_row(&probe_rows[0]);
	struct ipsec_blocks b;
	bool owns;

	three_await();
	set_states(silent, &b);
	spi.first = ago(&w, 1000);
	spi.flags = IPSEC_UNCLAIMED_FRESH;
	candidate_of(&w, CLIENT_A)->since = ago(&w, 949);
	ck_assert_ptr_null(vpnalg_ipsec_probe(w.alg, &b, &spi, false, &owns));
	candidate_of(&w, CLIENT_A)->since = ago(&w, 950);
	spi.refused = candidate_of(&w, CLIENT_A)->id;
	ck_assert_ptr_null(vpnalg_ipsec_probe(w.alg, &b, &spi, false, &owns));
	spi.refused = 0;
	ck_assert_int_eq(
		name_of(vpnalg_ipsec_probe(w.alg, &b, &spi, false, &owns)),
		'A');
}
END_TEST

/* Without a place for an SPI, some host that receives nothing gets its
 * packet. */
START_TEST(any_host_that_receives_nothing_may_get_a_packet)
{
	static const struct state states[][3] = {
		{ HEARS, SILENT, HEARS },
		{ SILENT, HEARS, HEARS },
		{ HEARS, HEARS, SILENT },
		{ HEARS, HEARS, HEARS },
	};
	struct ipsec_blocks b;
	unsigned i;

	three_await();
	set_states(states[_i], &b);
	for (i = 0; i < 20; i++)
		ck_assert_int_eq(
			name_of(vpnalg_ipsec_probe_any(w.alg, &b)),
			"BAC-"[_i]);
	if (_i == 3)
		return;
	/* An empty place belongs to no host. */
	ipsec_blocks_candidate(&b, (unsigned)name_of(vpnalg_ipsec_probe_any(
					w.alg, &b)) - 'A' + 1)
		->id = 0;
	vpnalg_session_changed(w.alg, ipsec_blocks_remote(&b));
	ck_assert_ptr_null(vpnalg_ipsec_probe_any(w.alg, &b));
}
END_TEST

TCase *ipsec_probe_bounds_case(void)
{
	TCase *t = tcase_create("probe bounds");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_unclaimed_packet_is_given_to_some_host, 0,
			    ROWS(probe_rows));
	tcase_add_test(t, a_silent_host_is_not_probed_with_an_older_spi);
	tcase_add_loop_test(t, any_host_that_receives_nothing_may_get_a_packet,
			    0, 4);
	return t;
}
