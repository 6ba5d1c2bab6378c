/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec packets cut at every length, in all four directions. The block that
 * holds a packet ends where the packet does, so the sanitizer sees the first
 * byte read behind it. */
#include "support_ipsec.h"
#include "cases.h"

#include <string.h>

static struct world w;

/* All packets below belong to a host with IKE, NAT-T and ESP. A second host
 * makes its SPIs ambiguous. */
static void begin(void)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);

	ipsec_world(&w, (struct world_options){ .no_undo = true,
						.passive = true });
	k.port = 40001;
	client_exchanges(&w, &k, IKE_SA_INIT);
	k.port = 40003;
	k.remote_port = NAT_T;
	client_exchanges(&w, &k, IKE_SA_INIT);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
	e = esp_of(CLIENT_B, SERVER, 0xab, 0xbc);
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, &e));
}

static void end(void)
{
	world_end(&w);
}

enum what { ON_500, ON_4500, ESP_IN_UDP, KEEPALIVE, PLAIN_ESP, NEW_ESP,
	    PLAIN_AH };

static struct bytes udp_payload(enum what what)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	if (what == ESP_IN_UDP)
		return (struct bytes){ .data = { 1, 2, 3, 4, 0, 0, 0, 9 },
				       .length = 40 };
	if (what == KEEPALIVE)
		return (struct bytes){ .data = { 0xff }, .length = 1 };
	k.remote_port = what == ON_500 ? IKE : NAT_T;
	return ike_message(&k, IKE_AUTH, INITIATOR, 1);
}

static uint32_t spi_of(enum what what, bool inward)
{
	if (what == NEW_ESP)
		return 0xee;
	return inward ? 0xbb : 0xaa;
}

static struct bytes packet(enum what what, uint8_t direction)
{
	bool inward = direction & VPNALG_IN;
	bool outside = direction == VPNALG_IN ||
		       direction == VPNALG_OUT_UNDO;
	uint32_t local = outside ? OUTSIDE : CLIENT_A;
	uint32_t from = inward ? SERVER : local, to = inward ? local : SERVER;
	uint16_t port = what == ON_500 ? 40001 : 40003;
	uint16_t remote_port = what == ON_500 ? IKE : NAT_T;
	struct bytes m;

	if (what == PLAIN_AH)
		return ah_packet(from, to, 0xa4, 1);
	if (what == PLAIN_ESP || what == NEW_ESP)
		return esp_packet(from, to, spi_of(what, inward), 9);
	m = udp_payload(what);
	return udp_packet(from, inward ? remote_port : port, to,
			  inward ? port : remote_port, m.data, m.length);
}

/* The packet is translated from so many bytes on, 0: never. Below that, and
 * from where it can be nothing else, it has this result. */
static const struct cut_row {
	const char *name;
	enum what what;
	uint8_t direction;
	uint32_t whole_from, ours_from;
	uint8_t otherwise;
} cut_rows[] = {
#define FOUR_WAYS(name, what, whole, ours, otherwise)                    \
	{ name " out", what, VPNALG_OUT, whole, ours, otherwise },       \
	{ name " in", what, VPNALG_IN, whole, ours, otherwise },         \
	{ name " out, undone", what, VPNALG_OUT_UNDO, whole, ours,       \
	  otherwise },                                                   \
	{ name " in, undone", what, VPNALG_IN_UNDO, whole, ours, otherwise }
	FOUR_WAYS("IKE", ON_500, 28, 24, VPNALG_DROP_TRUNCATED),
	FOUR_WAYS("IKE on 4500", ON_4500, 28, 24, VPNALG_DROP_TRUNCATED),
	FOUR_WAYS("ESP in UDP", ESP_IN_UDP, 28, 24, VPNALG_DROP_TRUNCATED),
	FOUR_WAYS("keepalive", KEEPALIVE, 28, 24, VPNALG_DROP_TRUNCATED),
	FOUR_WAYS("ESP", PLAIN_ESP, 28, 20, VPNALG_DROP_TRUNCATED),
	{ "ESP of a new SPI", NEW_ESP, VPNALG_OUT, 28, 20,
	  VPNALG_DROP_TRUNCATED },
	{ "ESP of an unknown SPI in", NEW_ESP, VPNALG_IN, 0, 28,
	  VPNALG_DROP_UNPAIRED },
	FOUR_WAYS("AH", PLAIN_AH, 0, 20, VPNALG_DROP_AH),
};

static void check(const struct cut_row *row, uint32_t length, unsigned result)
{
	if (row->whole_from > 0 && length >= row->whole_from)
		ck_assert_msg(result == VPNALG_TRANSLATED, "%s at %u: %s",
			      row->name, length, vpnalg_result_text(result));
	else if (length >= row->ours_from)
		ck_assert_msg(result == row->otherwise, "%s at %u: %s",
			      row->name, length, vpnalg_result_text(result));
	else
		ck_assert_msg(result != VPNALG_TRANSLATED, "%s at %u",
			      row->name, length);
}

/* A snap length: the packet is longer than its part in memory. */
START_TEST(a_packet_is_cut_at_every_caplen)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes p = packet(row->what, row->direction);
	uint32_t caplen;

	for (caplen = 0; caplen <= p.length; caplen++) {
		check(row, caplen,
		      send_captured(&w, row->direction, &p, caplen));
		end();
		begin();
	}
}
END_TEST

/* The IP header speaks of more than there is. */
START_TEST(a_packet_that_is_shorter_than_it_says_is_not_translated)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes p = packet(row->what, row->direction);
	uint32_t whole = p.length;

	for (p.length = 0; p.length < whole; p.length++) {
		unsigned result = send_packet(&w, row->direction, &p);

		ck_assert_msg(result != VPNALG_TRANSLATED, "%s at %u",
			      row->name, p.length);
		if (row->whole_from > 0 && p.length >= row->whole_from)
			ck_assert_uint_eq(result, VPNALG_DROP_MALFORMED);
		end();
		begin();
	}
}
END_TEST

/* The IP header is whole. The bytes behind it are cut, and their checksum is
 * wrong. */
START_TEST(a_packet_that_ends_early_is_translated_whole_or_not)
{
	const struct cut_row *row = &cut_rows[_i];
	struct cut_row honest = *row;
	struct bytes p = packet(row->what, row->direction);
	uint32_t whole = p.length;

	if (row->otherwise == VPNALG_DROP_TRUNCATED)
		honest.otherwise = VPNALG_DROP_MALFORMED;
	for (p.length = 20; p.length <= whole; p.length++) {
		put16(p.data + 2, p.length);
		set_fragment(&p, 0); /* makes the checksum anew */
		check(&honest, p.length,
		      send_packet(&w, row->direction, &p));
		end();
		begin();
	}
}
END_TEST

/* A message of which the SPI is there and no more, to and from port 500. */
START_TEST(a_cut_ike_header_says_nothing)
{
	struct ike k = ike_of(CLIENT_C, SERVER, 0);
	struct bytes p = ike_from_client(&k, IKE_AUTH, INITIATOR, 1);
	uint32_t caplen = 28 + (uint32_t)_i;

	ck_assert_uint_eq(send_captured(&w, VPNALG_OUT, &p, caplen),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, KIND_ESP_HOST), _i >= 28 ? 3 : 2);
	ck_assert_uint_eq(opened(&w, KIND_IKE_SA), _i >= 28);
	p = ike_from_server(&k, IKE_AUTH, RESPONSE, 1);
	ck_assert_uint_eq(send_captured(&w, VPNALG_IN, &p, caplen),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_C);
}
END_TEST

TCase *ipsec_cut_case(void)
{
	TCase *t = tcase_create("cut");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_packet_is_cut_at_every_caplen, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(
		t, a_packet_that_is_shorter_than_it_says_is_not_translated, 0,
		ROWS(cut_rows));
	tcase_add_loop_test(t,
			    a_packet_that_ends_early_is_translated_whole_or_not,
			    0, ROWS(cut_rows));
	tcase_add_loop_test(t, a_cut_ike_header_says_nothing, 0, 45);
	return t;
}
