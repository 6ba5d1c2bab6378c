/* SPDX-License-Identifier: BSD-2-Clause */
/* A million packets with unknown SPIs, half of them in the name of a server in
 * use: no pair in use is lost, the records stay within their bound, and the
 * last packet costs as much as the first. */
#include "support_ipsec.h"
#include "cases.h"

#include <string.h>

#define PACKETS 1000000U
#define PART (PACKETS / 10)
#define HOSTS 3

static struct world w;
static struct esp hosts[HOSTS];
static uint32_t seed;

static uint32_t roll(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	return seed ^= seed << 5;
}

/* With sequence numbers as a new SA has them, or any. */
static const struct flood_row {
	unsigned count;
	bool low;
} flood_rows[] = {
	{ 1, true }, { 1, false }, { 3, true }, { 3, false },
};

static void begin(const struct flood_row *row)
{
	unsigned i, n;

	seed = 2463534242U;
	ipsec_world(&w, (struct world_options){ .no_undo = true,
						.passive = true });
	for (i = 0; i < row->count; i++) {
		hosts[i] = esp_of(CLIENT_A + i, SERVER, 0xa0 + i, 0xb0 + i);
		w.now += 5000;
		for (n = 0; n < 50; n++) {
			w.now += 20;
			ck_assert_uint_eq(esp_sends(&w, &hosts[i]),
					  VPNALG_TRANSLATED);
			ck_assert(esp_arrives(&w, &hosts[i]));
		}
	}
}

/* Without send_packet(), which takes longer than the library. */
static void flood(const struct flood_row *row, unsigned count)
{
	struct bytes from_server = esp_packet(SERVER, OUTSIDE, 1, 1);
	struct bytes from_stranger = esp_packet(STRANGER, OUTSIDE, 1, 1);
	struct vpnalg_packet packet;
	uint8_t bytes[60];
	unsigned touched = 0;

	for (; count > 0; count--) {
		memcpy(bytes,
		       count & 1 ? from_server.data : from_stranger.data,
		       sizeof(bytes));
		put32(bytes + 20, roll() | 0x10000);
		put32(bytes + 24, row->low ? 1 + roll() % 100 : roll());
		packet = (struct vpnalg_packet){ .data = bytes,
						 .caplen = sizeof(bytes),
						 .len = sizeof(bytes),
						 .direction = VPNALG_IN };
		vpnalg_process(w.alg, &packet, 1, w.now);
		touched += !(count & 1) && packet.result != VPNALG_UNTOUCHED;
	}
	ck_assert_uint_eq(touched, 0);
	world_between_calls(&w);
}

/* The hosts that are there go on. */
static void check_pairs(const struct flood_row *row)
{
	unsigned i;

	for (i = 0; i < row->count; i++) {
		ck_assert_uint_eq(esp_sends(&w, &hosts[i]), VPNALG_TRANSLATED);
		ck_assert_msg(esp_arrives(&w, &hosts[i]), "host %u", i);
	}
}

START_TEST(a_flood_of_forged_spis_takes_nothing_from_any_host)
{
	const struct flood_row *row = &flood_rows[_i];
	long first = 0, finds, records;
	unsigned part;

	begin(row);
	records = w.records;
	for (part = 0; part < PACKETS / PART; part++) {
		w.now += 100;
		finds = w.finds;
		flood(row, PART);
		finds = w.finds - finds;
		first = part == 0 ? finds : first;
		/* Three more unconfirmed SPIs of each host at most. */
		ck_assert_int_le(w.records, records + 3 * (long)row->count);
		ck_assert_msg(finds <= first + first / 50,
			      "%ld finds in part %u, %ld in the first", finds,
			      part, first);
		check_pairs(row);
	}
}
END_TEST

/* While the flood goes on a host rekeys, and another comes. */
START_TEST(a_flood_does_not_keep_a_lone_host_from_rekeying)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	unsigned i, lost = 0;

	begin(&flood_rows[_i]);
	ike_begin(&w, &k);
	client_exchanges(&w, &k, CREATE_CHILD_SA);
	hosts[0].in_spi = 0x3;
	hosts[0].out_spi = 0x4;
	hosts[0].in_sequence = 0;
	for (i = 0; i < 100; i++) {
		w.now += 20;
		flood(&flood_rows[_i], 20);
		ck_assert_uint_eq(esp_sends(&w, &hosts[0]),
				  VPNALG_TRANSLATED);
		lost += !esp_arrives(&w, &hosts[0]);
	}
	ck_assert_uint_eq(lost, 0);
}
END_TEST

/* A flood that fills the store as far as it can, in vain. */
START_TEST(a_flood_over_ike_opens_nothing)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct bytes p;
	long records;
	unsigned i;

	begin(&flood_rows[2]);
	ike_begin(&w, &k);
	records = w.records;
	for (i = 0; i < 20000; i++) {
		k.spi[0][0] = roll();
		k.spi[0][1] = roll();
		p = ike_from_server(&k, (uint8_t)(32 + roll() % 6),
				    (uint8_t)roll(), roll());
		send_packet(&w, VPNALG_IN, &p);
	}
	ck_assert_int_eq(w.records, records);
	check_pairs(&flood_rows[2]);
}
END_TEST

static void end(void)
{
	world_end(&w);
}

TCase *ipsec_flood_case(void)
{
	TCase *t = tcase_create("flood");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, NULL, end);
	tcase_add_loop_test(
		t, a_flood_of_forged_spis_takes_nothing_from_any_host, 0,
		ROWS(flood_rows));
	tcase_add_loop_test(
		t, a_flood_does_not_keep_a_lone_host_from_rekeying, 0, 2);
	tcase_add_test(t, a_flood_over_ike_opens_nothing);
	return t;
}
