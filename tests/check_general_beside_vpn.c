/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings beside VPN sessions, which have their ports towards one remote only.
 */
#include "general_mapping.h"

START_TEST(a_vpn_session_takes_no_port_of_a_mapping)
{
	struct connection c = { .zone = 0 };

	begin_vpn();
	tcp_out(&w, CLIENT_A, 40000, SERVER_2, 80, SYN, 0);
	ck_assert_uint_eq(port_from(&w), 40000);
	connect_to(&w, &c, CLIENT_B, 40000, SERVER);
	ck_assert_uint_ne(c.outside_port, 40000);
	/* Neither was forgotten. */
	ck_assert_uint_eq(tcp_in(&w, SERVER_2, 80, 40000, SYN | ACK, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	end();
}
END_TEST

START_TEST(a_mapping_takes_no_port_of_a_vpn_session_with_its_remote)
{
	struct connection c = { .zone = 0 };

	begin_vpn();
	connect_to(&w, &c, CLIENT_B, 40000, SERVER);
	ck_assert_uint_eq(c.outside_port, 40000);
	tcp_out(&w, CLIENT_A, 40000, SERVER, 80, SYN, 0);
	ck_assert_uint_ne(port_from(&w), 40000);
	end();
}
END_TEST

/* It may have the port towards others, and then not use it there. */
START_TEST(a_mapping_does_not_reach_where_a_vpn_session_has_its_port)
{
	struct connection c = { .zone = 0 };

	begin_vpn();
	connect_to(&w, &c, CLIENT_B, 40000, SERVER);
	ck_assert_uint_eq(c.outside_port, 40000);
	tcp_out(&w, CLIENT_A, 40000, SERVER_2, 80, SYN, 0);
	ck_assert_uint_eq(port_from(&w), 40000);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 80, SYN, 0),
			  VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(tcp_in(&w, SERVER, 80, 40000, SYN, 0),
			  VPNALG_DROP_PORT_HELD);
	/* Until that one has ended. */
	world_wait(&w, 240000);
	tcp_out(&w, CLIENT_A, 40000, SERVER_2, 80, SYN, 0);
	world_wait(&w, 7440000 - 240000);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 80, SYN, 0),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* Not all that comes in to a VPN session's port is claimed by its handler; the
 * mapping does not get the rest. */
START_TEST(a_packet_to_a_held_port_is_not_for_the_mapping)
{
	struct bytes p = udp_packet(SERVER, TOY_DATA_PORT, OUTSIDE, 40000,
				    "abc", 3);

	general_and_vpn_world(&w, (struct world_options){ .no_undo = true });
	ck_assert_uint_eq(toy_say(&w, CLIENT_B, 40000, SERVER, TOY_HELLO, 0,
				  0), 40000);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 40000, SERVER_2, 53), 40000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_PORT_HELD);
	p = udp_packet(SERVER_2, TOY_DATA_PORT, OUTSIDE, 40000, "abc", 3);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	end();
}
END_TEST

/* The engine keeps out of a mapping's ID whatever else the key has. */
START_TEST(no_session_gets_an_id_of_a_mapping_whatever_its_port)
{
	static const uint8_t host[] = { 192, 168, 77, 12 };
	static const uint8_t remote[] = { 198, 51, 100, 9 };
	struct vpnalg_opening opening = { .space = UDP,
					  .inside = host,
					  .remote = remote,
					  .id = 40000,
					  .inside_port = 7,
					  .outside_port = 7,
					  .keep = true,
					  .lifetime = 1000 };
	struct vpnalg_record *record;
	struct vpnalg_step step;

	begin_vpn();
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	step = toy_step(&w);
	step.handler = 1;
	ck_assert_uint_eq(vpnalg_session_open(&step, &opening, &record),
			  VPNALG_DROP_NO_ID);
	opening.id = 40001;
	ck_assert_uint_eq(vpnalg_session_open(&step, &opening, &record),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

TCase *general_beside_vpn_case(void)
{
	TCase *t = tcase_create("mappings beside VPNs");

	tcase_add_test(t, a_packet_to_a_held_port_is_not_for_the_mapping);
	tcase_add_test(t, no_session_gets_an_id_of_a_mapping_whatever_its_port);
	tcase_add_test(t, a_vpn_session_takes_no_port_of_a_mapping);
	tcase_add_test(
		t, a_mapping_takes_no_port_of_a_vpn_session_with_its_remote);
	tcase_add_test(
		t, a_mapping_does_not_reach_where_a_vpn_session_has_its_port);
	return t;
}
