/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports of services of SCTP, DCCP and UDP-Lite that sessions have, too. */
#include "service_transport.h"

/* Ports of sessions stay, so another one is not looked for. */
START_TEST(a_host_gets_no_port_of_a_service)
{
	const struct row *row = &rows[_i];

	begin(row);
	ck_assert_uint_eq(out(row, CLIENT_B, PORT, SERVER, 999),
			  VPNALG_DROP_TAKEN);
	ck_assert_uint_eq(out(row, CLIENT_B, PORT + 1, SERVER, 999),
			  VPNALG_TRANSLATED);
	end(row);
}
END_TEST

/* A session keeps its ports: nothing of the service looks like what is that
 * session's, on either side. */
START_TEST(another_hosts_session_keeps_its_ports_from_a_service)
{
	const struct row *row = &rows[_i];

	begin_without();
	ck_assert_uint_eq(out(row, CLIENT_B, PORT, SERVER, 999),
			  VPNALG_TRANSLATED);
	service_add(&w, row->protocol, PORT, CLIENT_A, row->inside);
	ck_assert_uint_eq(in(row, SERVER, 999), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(out(row, CLIENT_A, row->inside, SERVER, 999),
			  VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(in(row, SERVER, 998), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	end(row);
}
END_TEST

START_TEST(a_servers_own_session_keeps_its_ports_from_its_service)
{
	const struct row *row = &rows[_i];
	bool same = row->inside == PORT;

	begin_without();
	ck_assert_uint_eq(out(row, CLIENT_A, row->inside, SERVER, 999),
			  VPNALG_TRANSLATED);
	service_add(&w, row->protocol, PORT, CLIENT_A, row->inside);
	ck_assert_uint_eq(in(row, SERVER, 999),
			  same ? VPNALG_TRANSLATED : VPNALG_DROP_PORT_HELD);
	ck_assert_uint_eq(out(row, CLIENT_A, row->inside, SERVER, 999),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), row->inside);
	ck_assert_uint_eq(in(row, SERVER, 998), VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_to(&w), row->inside);
	end(row);
}
END_TEST

START_TEST(an_error_is_about_a_session_before_a_service)
{
	const struct row *row = &rows[_i];
	struct bytes p = transport_packet(row->protocol, SERVER, 999, CLIENT_A,
					  row->inside, 2);
	struct bytes error = icmp_error(CLIENT_A, SERVER, 3, &p, 28);

	begin_without();
	out(row, CLIENT_B, PORT, SERVER, 999);
	service_add(&w, row->protocol, PORT, CLIENT_A, row->inside);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error),
			  VPNALG_DROP_AMBIGUOUS);
	p = transport_packet(row->protocol, OUTSIDE, PORT, SERVER, 999, 2);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	end(row);
}
END_TEST

TCase *transport_service_held_case(void)
{
	TCase *t = tcase_create("held ports of SCTP, DCCP, UDP-Lite");

	tcase_add_loop_test(t, a_host_gets_no_port_of_a_service, 0, ROWS(rows));
	tcase_add_loop_test(
		t, another_hosts_session_keeps_its_ports_from_a_service, 0,
		ROWS(rows));
	tcase_add_loop_test(
		t, a_servers_own_session_keeps_its_ports_from_its_service, 0,
		ROWS(rows));
	tcase_add_loop_test(t, an_error_is_about_a_session_before_a_service, 0,
			    ROWS(rows));
	return t;
}
