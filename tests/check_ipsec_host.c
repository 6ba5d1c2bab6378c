/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts of a remote: how many there may be, and that their records go when they
 * do. */
#include "support_ipsec.h"
#include "cases.h"

static struct world w;

#define HOSTS 100

static struct esp hosts[HOSTS];

static void begin(void)
{
	unsigned i;

	ipsec_world(&w, (struct world_options){ .passive = true,
						.units = 4000 });
	for (i = 0; i < HOSTS; i++)
		hosts[i] = esp_of(CLIENT_A + i, SERVER, 0xa000 + i,
				  0xb000 + i);
}

static void end(void)
{
	world_end(&w);
}

/* One after the other, each long after the one before. */
static void come(unsigned from, unsigned to)
{
	unsigned i;

	for (i = from; i < to; i++) {
		w.now += 1000;
		ck_assert_uint_eq(esp_sends(&w, &hosts[i]),
				  VPNALG_TRANSLATED);
		w.now += 20;
		ck_assert_msg(esp_arrives(&w, &hosts[i]), "host %u", i);
	}
}

START_TEST(a_hundred_hosts_of_one_remote_have_an_spi_each)
{
	unsigned i, n;

	come(0, HOSTS);
	for (n = 0; n < 3; n++)
		for (i = 0; i < HOSTS; i++) {
			ck_assert_uint_eq(esp_sends(&w, &hosts[i]),
					  VPNALG_TRANSLATED);
			ck_assert(esp_arrives(&w, &hosts[i]));
		}
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), HOSTS);
	ck_assert_uint_eq(live(&w, KIND_ESP_IN), HOSTS);
	ck_assert_uint_eq(opened(&w, KIND_ESP_IN), HOSTS);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_PAIRED], HOSTS);
}
END_TEST

/* Whatever their number, a remote takes no more than so much. */
START_TEST(the_records_of_a_remote_are_bounded)
{
	uint64_t candidates, unknown;

	come(0, 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_REMOTE), 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_CANDIDATES), 0);
	ck_assert_uint_eq(live(&w, KIND_ESP_UNKNOWN), 0);
	come(1, 2);
	ck_assert_uint_eq(live(&w, KIND_ESP_REMOTE), 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_UNKNOWN), 1);
	come(2, 80);
	candidates = live(&w, KIND_ESP_CANDIDATES);
	unknown = live(&w, KIND_ESP_UNKNOWN);
	ck_assert_uint_gt(candidates, 4);
	ck_assert_uint_le(candidates + unknown, 20);
	come(80, HOSTS);
	ck_assert_uint_eq(live(&w, KIND_ESP_REMOTE), 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_CANDIDATES), candidates);
	ck_assert_uint_eq(live(&w, KIND_ESP_UNKNOWN), unknown);
}
END_TEST

/* All of them go, in any order, and it with the last. */
START_TEST(the_records_of_a_remote_go_with_its_last_host)
{
	come(0, 40);
	for (; w.records > 0 && w.now < 100000000; world_wait(&w, 100000))
		if (w.now < 20000000)
			esp_sends(&w, &hosts[7]);
	ck_assert_uint_eq(live(&w, KIND_ESP_REMOTE), 0);
	ck_assert_uint_eq(live(&w, KIND_ESP_CANDIDATES), 0);
	ck_assert_uint_eq(live(&w, KIND_ESP_UNKNOWN), 0);
	ck_assert_int_eq(w.records, 0);
	come(0, 20);
}
END_TEST

/* The last that is left is alone again. */
START_TEST(the_last_host_of_a_remote_is_alone)
{
	come(0, 3);
	while (live(&w, KIND_ESP_HOST) > 1) {
		ck_assert_uint_eq(esp_sends(&w, &hosts[1]),
				  VPNALG_TRANSLATED);
		world_wait(&w, 100000);
	}
	hosts[1].in_spi = 0xbeef;
	ck_assert(esp_arrives(&w, &hosts[1]));
	ck_assert_uint_eq(w.event.type, VPNALG_EVENT_PAIRED);
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_ALONE);
}
END_TEST

/* Remotes know nothing of each other. */
START_TEST(a_hundred_remotes_of_one_host_are_a_hundred_hosts)
{
	unsigned i;

	for (i = 0; i < HOSTS; i++) {
		hosts[i].client = CLIENT_A;
		hosts[i].server = SERVER + i;
		hosts[i].in_spi = 0xbb;
		hosts[i].out_spi = 0xaa;
		ck_assert_uint_eq(esp_sends(&w, &hosts[i]),
				  VPNALG_TRANSLATED);
	}
	for (i = 0; i < HOSTS; i++)
		ck_assert(esp_arrives(&w, &hosts[i]));
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), HOSTS);
}
END_TEST

/* The second of three hosts is promised an SPI, gets none, and dies; the others
 * live on. */
static void let_the_second_die(void)
{
	uint64_t until;

	come(0, 1);
	ck_assert_uint_eq(esp_sends(&w, &hosts[1]), VPNALG_TRANSLATED);
	until = w.now + 140000;
	come(2, 3);
	for (; w.now < until; w.now += 1000) {
		ck_assert(esp_arrives(&w, &hosts[0]));
		ck_assert_uint_eq(esp_sends(&w, &hosts[0]), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(&w, &hosts[2]));
		ck_assert_uint_eq(esp_sends(&w, &hosts[2]), VPNALG_TRANSLATED);
	}
}

/* Either of the two could own the SPI. */
START_TEST(a_host_that_was_closed_is_no_candidate)
{
	let_the_second_die();
	world_wait(&w, 1);
	ck_assert_uint_eq(live(&w, KIND_ESP_HOST), 2);
	hosts[2].out_spi = 0xc0de;
	hosts[2].in_spi = 0xc0df;
	hosts[2].in_sequence = 0;
	ck_assert_uint_eq(esp_sends(&w, &hosts[2]), VPNALG_TRANSLATED);
	w.now += 900;
	ck_assert(esp_arrives(&w, &hosts[0]));
	ck_assert(esp_arrives(&w, &hosts[2]));
	ck_assert_uint_eq(w.event.evidence, VPNALG_EVIDENCE_EXPECTED);
}
END_TEST

TCase *ipsec_host_case(void)
{
	TCase *t = tcase_create("hosts");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_hundred_hosts_of_one_remote_have_an_spi_each);
	tcase_add_test(t, the_records_of_a_remote_are_bounded);
	tcase_add_test(t, the_records_of_a_remote_go_with_its_last_host);
	tcase_add_test(t, the_last_host_of_a_remote_is_alone);
	tcase_add_test(t, a_host_that_was_closed_is_no_candidate);
	tcase_add_test(t, a_hundred_remotes_of_one_host_are_a_hundred_hosts);
	return t;
}
