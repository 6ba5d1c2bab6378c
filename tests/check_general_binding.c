/* SPDX-License-Identifier: BSD-2-Clause */
/* Bindings of mappings: pairing, and the choose callback. */
#include "general_mapping.h"

/* RFC 4787 REQ-2: whatever the remote, and whatever VPN sessions do there. */
START_TEST(rfc4787_req2_general_traffic_stays_paired)
{
	static const uint32_t pool[] = { OUTSIDE, OUTSIDE_2, 0xcb007103,
					 0xcb007104 };
	uint32_t paired, i, host, others = 0, first = 0, pairings = 0;

	general_and_vpn_world(&w, (struct world_options){
					  .addresses = pool,
					  .address_count = 4,
					  .pool_key = { 7, 8 },
					  .choosing = CHOOSE_TAKE });
	for (host = CLIENT_A; host < CLIENT_A + 8; host++) {
		udp_open(&w, host, 40000, SERVER, 53);
		paired = source(&w);
		first = first == 0 ? paired : first;
		pairings += paired != first;
		for (i = 0; i < 5; i++) {
			/* All crowd at one VPN server, so some are moved. */
			toy_say(&w, host, 5000, SERVER, TOY_HELLO, 0, 0);
			others += source(&w) != paired;
			udp_open(&w, host, 40000, SERVER + i, 53);
			ck_assert_uint_eq(source(&w), paired);
			udp_open(&w, host, (uint16_t)(41000 + i), SERVER, 53);
			ck_assert_uint_eq(source(&w), paired);
		}
	}
	ck_assert_uint_gt(others, 0);
	ck_assert_uint_gt(pairings, 0); /* not all in one place */
	end();
}
END_TEST

/* Nor does it take the room of VPN hosts there: whoever is alone with a VPN
 * server has its paired address, however many others browse there. */
START_TEST(general_traffic_moves_no_paired_vpn_host)
{
	static const uint32_t pool[] = { OUTSIDE, OUTSIDE_2 };
	uint32_t host, paired;

	general_and_vpn_world(&w, (struct world_options){
					  .addresses = pool,
					  .address_count = 2,
					  .pool_key = { 7, 8 },
					  .general.filtering = (uint8_t)_i });
	for (host = CLIENT_A; host < CLIENT_A + 8; host++) {
		udp_open(&w, host, 40000, SERVER + host, 53);
		udp_open(&w, host, 40000, SERVER + host, 54);
		tcp_out(&w, host, 40000, SERVER + host, 80, SYN, 0);
		icmp_out(&w, host, SERVER + host, ECHO, 1);
		paired = source(&w);
		toy_say(&w, host, 5000, SERVER + host, TOY_HELLO, 0, 0);
		ck_assert_uint_eq(source(&w), paired);
		/* And so is the next one. */
		icmp_out(&w, host + 8, SERVER, ECHO, 1);
		paired = source(&w);
		udp_open(&w, host, 40001, STRANGER + host, 53);
		tcp_out(&w, host, 40001, STRANGER + host, 80, SYN, 0);
		icmp_out(&w, host, STRANGER + host, ECHO, 1);
		toy_say(&w, host + 8, 5000, STRANGER + host, TOY_HELLO, 0, 0);
		ck_assert_uint_eq(source(&w), paired);
	}
	end();
}
END_TEST

/* The caller is asked for mappings, and not for the sessions under them. */
static unsigned asked, told;

static enum vpnalg_choice choose_once(struct world *world,
				      struct vpnalg_binding *binding)
{
	(void)world;
	asked++;
	ck_assert_uint_eq(binding->protocol, UDP);
	ck_assert_uint_eq(binding->remote.family, 0);
	ck_assert_uint_eq(get32(binding->remote.octets), 0);
	ck_assert_uint_eq(binding->remote_port, 0);
	ck_assert_uint_eq(binding->inside_id, 40000);
	ck_assert_uint_eq(get32(binding->inside.octets), CLIENT_A);
	ck_assert_uint_eq(get32(binding->outside.octets), OUTSIDE);
	return VPNALG_CHOICE_TAKE;
}

static void released(struct world *world, const struct vpnalg_binding *binding)
{
	(void)world;
	told++;
	ck_assert_uint_eq(binding->remote.family, 0);
	ck_assert_uint_eq(binding->outside_id, 40000);
}

START_TEST(the_caller_is_asked_for_mappings_only)
{
	asked = told = 0;
	general_world(&w, (struct world_options){
				  .choose = choose_once,
				  .released = released,
				  .general = { .filtering = 1 } });
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	udp_open(&w, CLIENT_A, 40000, SERVER_2, 53);
	ck_assert_uint_eq(asked, 1);
	world_wait(&w, 300000);
	world_wait(&w, 1);
	world_wait(&w, 1);
	ck_assert_uint_eq(told, 1);
	end();
}
END_TEST

START_TEST(a_caller_that_refuses_costs_the_packet)
{
	general_world(&w, (struct world_options){ .choosing = CHOOSE_REFUSE });
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 40000, SERVER, 53),
			  VPNALG_DROP_REFUSED);
	ck_assert_int_eq(w.records, 0);
	end();
}
END_TEST

/* The address and port that the caller chooses must be the paired one and in
 * the range. */
static const struct choice_row {
	uint32_t address, id;
	unsigned result;
} choice_rows[] = {
	{ OUTSIDE, 5000, VPNALG_TRANSLATED },
	{ OUTSIDE, 4999, VPNALG_DROP_REFUSED },
	{ OUTSIDE, 6000, VPNALG_TRANSLATED },
	{ OUTSIDE, 6001, VPNALG_DROP_REFUSED },
	{ OUTSIDE_2, 5000, VPNALG_DROP_REFUSED },
	{ STRANGER, 5000, VPNALG_DROP_REFUSED },
};

START_TEST(the_callers_choice_is_paired_and_in_the_range)
{
	static const uint32_t two[] = { OUTSIDE, OUTSIDE_2 };
	const struct choice_row *row = &choice_rows[_i];
	/* With this key CLIENT_A is paired with OUTSIDE. */
	struct world_options options = { .addresses = two,
					 .address_count = 2,
					 .pool_key = { 5, 1 },
					 .choosing = CHOOSE_WRITE,
					 .general.ports = { 5000, 6000 } };

	general_world(&w, options);
	w.chosen = OUTSIDE;
	w.chosen_id = 5500;
	if (udp_out(&w, CLIENT_A, 40000, SERVER, 53) != VPNALG_TRANSLATED)
		ck_abort_msg("not paired with OUTSIDE");
	w.chosen = row->address;
	w.chosen_id = row->id;
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 40001, SERVER, 53),
			  row->result);
	if (row->result == VPNALG_TRANSLATED)
		ck_assert_uint_eq(port_from(&w), row->id);
	end();
}
END_TEST

/* The caller is not notified of the end of a binding that it was not asked for.
 */
START_TEST(a_binding_that_was_not_proposed_is_not_released)
{
	static const uint8_t host[] = { 192, 168, 77, 12 };
	static const uint8_t remote[] = { 198, 51, 100, 9 };
	struct vpnalg_opening opening = { .space = TOY_SPACE,
					  .inside = host,
					  .remote = remote,
					  .id = 7,
					  .peer = true,
					  .lifetime = 1000 };
	struct vpnalg_record *record;
	struct vpnalg_step step;
	long n;

	begin_vpn();
	step = toy_step(&w);
	step.handler = 1;
	for (n = 1; n <= 5; n++) {
		w.fail_in = n;
		ck_assert_uint_eq(vpnalg_session_open(&step, &opening,
						      &record),
				  VPNALG_DROP_STORE);
		ck_assert_int_eq(w.bindings, 0);
	}
	ck_assert_uint_eq(vpnalg_session_open(&step, &opening, &record),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

TCase *general_binding_case(void)
{
	TCase *t = tcase_create("mappings and bindings");

	tcase_add_test(t, rfc4787_req2_general_traffic_stays_paired);
	tcase_add_loop_test(t, general_traffic_moves_no_paired_vpn_host, 0, 3);
	tcase_add_test(t, the_caller_is_asked_for_mappings_only);
	tcase_add_test(t, a_caller_that_refuses_costs_the_packet);
	tcase_add_loop_test(t, the_callers_choice_is_paired_and_in_the_range, 0,
			    ROWS(choice_rows));
	tcase_add_test(t, a_binding_that_was_not_proposed_is_not_released);
	return t;
}
