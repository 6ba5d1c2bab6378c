/* SPDX-License-Identifier: BSD-2-Clause */
/* Zones: inside networks with equal addresses, ports and IDs. */
#include "toy.h"
#include "cases.h"

#include <string.h>

/* From the same host and port to the same server in each zone. */
static const uint16_t zones[] = { 0, 1, 2, 0x100, 0xffff };
enum { ZONES = sizeof(zones) / sizeof(zones[0]) };

static uint16_t say(struct world *w, uint16_t zone, char op, uint16_t own,
		    uint16_t peer)
{
	struct bytes p = toy_control(CLIENT_A, 5000, SERVER, TOY_CONTROL_PORT,
				     op, own, peer);

	ck_assert_uint_eq(send_in_zone(w, VPNALG_OUT, &p, zone),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w->last.zone, zone);
	return get16(l4(w));
}

START_TEST(equal_hosts_in_two_zones_never_meet)
{
	uint16_t ports[ZONES], ids[ZONES];
	struct world w;
	struct bytes p;
	size_t i, k;

	toy_world(&w, (struct world_options){ 0 });
	for (i = 0; i < ZONES; i++) {
		ports[i] = say(&w, zones[i], TOY_OPEN, 7, 0);
		ids[i] = get16(l4(&w) + 10);
		for (k = 0; k < i; k++) {
			ck_assert_uint_ne(ports[i], ports[k]);
			ck_assert_uint_ne(ids[i], ids[k]);
		}
		say(&w, zones[i], TOY_ATTACH, 7, (uint16_t)(90 + i));
	}
	for (i = 0; i < ZONES; i++) {
		p = toy_control(SERVER, TOY_CONTROL_PORT, OUTSIDE, ports[i],
				'x', 0, 0);
		ck_assert_uint_eq(send_in_zone(&w, VPNALG_IN, &p, 0x7777),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(w.last.zone, zones[i]);
		ck_assert_uint_eq(get16(l4(&w) + 2), 5000);
		p = toy_data(SERVER, OUTSIDE, ids[i]);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(w.last.zone, zones[i]);
		ck_assert_uint_eq(get16(l4(&w) + 8), 7);
	}
	ck_assert_uint_eq(opened(&w, TOY_CONTROL), ZONES);
	world_end(&w);
}
END_TEST

START_TEST(a_key_of_one_zone_does_not_lead_out_of_another)
{
	struct world w;
	struct bytes p;

	toy_world(&w, (struct world_options){ 0 });
	say(&w, 1, TOY_OPEN, 7, 0);
	say(&w, 1, TOY_ATTACH, 7, 9);
	p = toy_data(CLIENT_A, SERVER, 9);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 1),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 0),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT, &p, 2),
			  VPNALG_DROP_NO_SESSION);
	world_end(&w);
}
END_TEST

/* The library sets the zone of whatever was in its outside form. */
START_TEST(undo_sets_the_zone_too)
{
	struct world w;
	struct bytes p;

	toy_world(&w, (struct world_options){ 0 });
	say(&w, 3, TOY_OPEN, 7, 0);
	say(&w, 3, TOY_ATTACH, 7, 9);
	p = toy_data(OUTSIDE, SERVER, 9);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_OUT_UNDO, &p, 8),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 3);
	p = toy_data(SERVER, CLIENT_A, 7);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_IN_UNDO, &p, 3),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.zone, 3);
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_IN_UNDO, &p, 8),
			  VPNALG_DROP_NO_SESSION);
	world_end(&w);
}
END_TEST

/* What is not translated keeps the zone it came with. */
START_TEST(an_untouched_packet_keeps_its_zone)
{
	struct bytes p = toy_data(STRANGER, OUTSIDE, 9);
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	ck_assert_uint_eq(send_in_zone(&w, VPNALG_IN, &p, 8),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(w.last.zone, 8);
	world_end(&w);
}
END_TEST

START_TEST(pptp_clients_of_two_zones_share_a_server)
{
	struct connection c[2] = { { .zone = 1 }, { .zone = 2 } };
	uint16_t ids[2];
	struct world w;
	struct bytes p;
	unsigned i;

	world_begin(&w, NULL);
	for (i = 0; i < 2; i++) {
		start_control(&w, &c[i], CLIENT_A, 3000, SERVER);
		ids[i] = call_out(&w, &c[i], 7, (uint16_t)(9 + i));
	}
	ck_assert_uint_ne(c[0].outside_port, c[1].outside_port);
	ck_assert_uint_ne(ids[0], ids[1]);
	for (i = 0; i < 2; i++) {
		p = gre_packet(SERVER, OUTSIDE, ids[i], 1);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(w.last.zone, i + 1);
		ck_assert_uint_eq(destination(&w), CLIENT_A);
		ck_assert_uint_eq(gre_call_id(&w), 7);
	}
	world_end(&w);
}
END_TEST

TCase *session_zone_case(void)
{
	TCase *zone = tcase_create("zones");

	tcase_add_test(zone, equal_hosts_in_two_zones_never_meet);
	tcase_add_test(zone, a_key_of_one_zone_does_not_lead_out_of_another);
	tcase_add_test(zone, undo_sets_the_zone_too);
	tcase_add_test(zone, an_untouched_packet_keeps_its_zone);
	tcase_add_test(zone, pptp_clients_of_two_zones_share_a_server);
	return zone;
}
