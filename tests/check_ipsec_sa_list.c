/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts that send with several SAs: an SPI may answer any of them. */
#include "ipsec_flow.h"
#include "support_sessions.h"

#define SAS_MAX 20

static struct esp more[2][SAS_MAX];

/* Each of the two hosts begins that many more SAs, one after the other, and
 * goes on with its first one. */
static void begin_more(unsigned count)
{
	unsigned host, i;

	for (i = 0; i < count; i++)
		for (host = 0; host < 2; host++) {
			struct esp *e = &more[host][i];

			*e = esp_of(CLIENT_A + host, SERVER,
				    0x100 * (host + 1) + i,
				    0x1000 * (host + 1) + i);
			ck_assert_uint_eq(esp_sends(&w, e), VPNALG_TRANSLATED);
			w.now += 10;
			ck_assert(esp_arrives(&w, e));
			w.now += 3000;
			ck_assert_uint_eq(esp_sends(&w, host == 0 ? &a : &b),
					  VPNALG_TRANSLATED);
		}
}

static const struct ipsec_sa_list *list_of(uint32_t client)
{
	struct vpnalg_record *list =
		ipsec_host_list(w.alg, host_of(&w, client));

	return list != NULL ? vpnalg_session_body(w.alg, list) : NULL;
}

/* Returns how many SAs the list of a host has, which are in front. */
static unsigned listed_sas(uint32_t client)
{
	const struct ipsec_sa_list *list = list_of(client);
	unsigned i = 0, count;

	while (list != NULL && i < IPSEC_SA_LIST && list->spis[i] != 0)
		i++;
	for (count = i; list != NULL && i < IPSEC_SA_LIST; i++)
		ck_assert_uint_eq(list->spis[i], 0);
	return count;
}

static bool is_listed(uint32_t client, uint32_t spi)
{
	const struct ipsec_sa_list *list = list_of(client);
	unsigned i;

	for (i = 0; list != NULL && i < IPSEC_SA_LIST; i++)
		if (list->spis[i] == spi)
			return true;
	return false;
}

/* Two hosts have each other's first SPIs, and newer SAs of their own. */
static const struct older_row {
	unsigned newer;
	uint32_t gaps[2], ms;
} older_rows[] = {
	{ 1, { 100, 110 }, 6000 },
	{ 5, { 100, 110 }, 8000 },
	{ 5, { 1100, 900 }, 20000 },
	{ 16, { 100, 110 }, 12000 },
};

START_TEST(an_spi_goes_to_the_host_whose_older_sa_it_answers)
{
	const struct older_row *row = &older_rows[_i];
	struct flow flows[2] = {
		{ .esp = &a, .gap = row->gaps[0], .delay = 61, .part = 6 },
		{ .esp = &b, .gap = row->gaps[1], .delay = 43, .part = 5 },
	};

	exchange();
	begin_more(row->newer);
	run(flows, 2, row->ms);
	ck_assert_uint_eq(flows[0].lost, 0);
	ck_assert_uint_eq(flows[1].lost, 0);
}
END_TEST

/* Each of three SPIs of a host answers an SA of another one, which goes on with
 * all of them. */
START_TEST(several_spis_of_a_host_are_compared_at_once)
{
	struct flow flows[3] = {
		{ .esp = &b, .gap = 100, .delay = 61, .part = 6 },
		{ .esp = &more[1][0], .gap = 110, .delay = 43, .part = 5 },
		{ .esp = &more[1][1], .gap = 120, .delay = 52, .part = 4 },
	};
	uint32_t spi;
	unsigned i;

	exchange();
	begin_more(2);
	for (i = 0; i < 2; i++) {
		spi = more[0][i].in_spi;
		more[0][i].in_spi = more[1][i].in_spi;
		more[1][i].in_spi = spi;
	}
	run(flows, 3, 6000);
	for (i = 0; i < 3; i++)
		ck_assert_msg(flows[i].lost == 0, "%u lost %u in a row", i,
			      flows[i].lost);
}
END_TEST

START_TEST(an_older_sa_that_goes_on_is_listed)
{
	come();
	ck_assert_ptr_null(list_of(CLIENT_A));
	begin_more(1);
	ck_assert_uint_eq(listed_sas(CLIENT_A), 1);
	ck_assert(is_listed(CLIENT_A, a.out_spi));
	ck_assert_uint_eq(listed_sas(CLIENT_B), 1);
	begin_more(1);
	ck_assert_uint_eq(listed_sas(CLIENT_A), 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_SA_LIST), 2);
}
END_TEST

/* The last packets of an SA that is replaced are late. */
START_TEST(an_sa_that_was_replaced_is_not_listed)
{
	struct esp newer = esp_of(CLIENT_A, SERVER, 0xa3, 0xb3);

	come();
	ck_assert_uint_eq(esp_sends(&w, &newer), VPNALG_TRANSLATED);
	w.now += 50;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_ptr_null(list_of(CLIENT_A));
	ck_assert_uint_eq(live(&w, KIND_ESP_SA_LIST), 0);
}
END_TEST

/* B's SPI answers nobody: it is compared with all SAs of A. */
START_TEST(a_silent_sa_is_taken_off_the_list)
{
	struct flow flows[2] = {
		{ .esp = &b, .gap = 100, .delay = 43, .part = 5,
		  .listens = true },
		{ .esp = &more[0][0], .gap = 110, .delay = 300, .part = 5 },
	};
	unsigned i;

	come();
	begin_more(3);
	for (i = 0; i < 2; i++)
		ck_assert_uint_eq(esp_sends(&w, &more[0][i]),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(listed_sas(CLIENT_A), 3);
	run(flows, 2, 6000);
	ck_assert_uint_eq(listed_sas(CLIENT_A), 1);
	ck_assert(is_listed(CLIENT_A, more[0][0].out_spi));
	w.now += 1000;
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_uint_eq(listed_sas(CLIENT_A), 2);
}
END_TEST

START_TEST(an_sa_that_ends_is_taken_off_the_list)
{
	struct vpnalg_session_cut cut = { .size = sizeof(cut) };
	static struct listing l;
	unsigned i;

	come();
	begin_more(3);
	for (i = 0; i < 2; i++)
		ck_assert_uint_eq(esp_sends(&w, &more[0][i]),
				  VPNALG_TRANSLATED);
	list(&w, &l);
	cut.number = listed(&l, "ESP outbound SA", a.out_spi)->number;
	while (vpnalg_sessions_cut(w.alg, &cut, w.now, 1000) == VPNALG_CUT_MORE)
		;
	ck_assert_uint_eq(listed_sas(CLIENT_A), 2);
	ck_assert(!is_listed(CLIENT_A, a.out_spi));
}
END_TEST

/* The list has room for some of the SAs; all go on. */
START_TEST(a_full_list_takes_no_more)
{
	unsigned i;

	come();
	begin_more(SAS_MAX);
	for (i = 0; i + 1 < SAS_MAX; i++)
		ck_assert_uint_eq(esp_sends(&w, &more[0][i]),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(listed_sas(CLIENT_A), IPSEC_SA_LIST);
	ck_assert_uint_eq(esp_sends(&w, &more[0][SAS_MAX - 2]),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(listed_sas(CLIENT_A), IPSEC_SA_LIST);
}
END_TEST

START_TEST(a_list_ends_with_its_host)
{
	come();
	begin_more(1);
	ck_assert_uint_eq(live(&w, KIND_ESP_SA_LIST), 2);
	world_wait(&w, 48 * 3600000);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 0);
	ck_assert_uint_eq(live(&w, KIND_ESP_SA_LIST), 0);
}
END_TEST

TCase *ipsec_sa_list_case(void)
{
	TCase *t = tcase_create("SA list");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, an_spi_goes_to_the_host_whose_older_sa_it_answers,
			    0, ROWS(older_rows));
	tcase_add_test(t, several_spis_of_a_host_are_compared_at_once);
	tcase_add_test(t, an_older_sa_that_goes_on_is_listed);
	tcase_add_test(t, an_sa_that_was_replaced_is_not_listed);
	tcase_add_test(t, a_silent_sa_is_taken_off_the_list);
	tcase_add_test(t, an_sa_that_ends_is_taken_off_the_list);
	tcase_add_test(t, a_full_list_takes_no_more);
	tcase_add_test(t, a_list_ends_with_its_host);
	return t;
}
