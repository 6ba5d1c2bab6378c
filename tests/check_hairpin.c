/* SPDX-License-Identifier: BSD-2-Clause */
/* Hairpins (RFC 4787 REQ-9, RFC 5382 REQ-8): an inside host reaches another
 * through an outside address. */
#include "cases.h"
#include "general.h"
#include "support_service.h"

#include <vpnalg/general.h>
#include <vpnalg/pptp.h>

#include <string.h>

static struct world w;

static void begin_with(unsigned filtering)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };

	general_and_vpn_world(
		&w, (struct world_options){
			    .addresses = addresses,
			    .address_count = 2,
			    .choosing = CHOOSE_TAKE,
			    .general = { .filtering = (uint8_t)filtering } });
}

static void begin(void)
{
	begin_with(VPNALG_FILTERING_ENDPOINT_INDEPENDENT);
}

static void end(void)
{
	service_remove(&w, TCP, 8080, CLIENT_B, 80);
	service_remove(&w, UDP, 5060, CLIENT_B, 5060);
	world_end(&w);
}

/* Gives the last packet in again, as its flag asks for. */
static unsigned turn_round(void)
{
	struct bytes p = { .length = w.length };
	unsigned result;

	ck_assert_uint_eq(w.last.flags, VPNALG_PACKET_HAIRPIN);
	memcpy(p.data, w.bytes, w.length);
	w.options.turned = VPNALG_PACKET_HAIRPIN;
	result = send_packet(&w, VPNALG_IN, &p);
	w.options.turned = 0;
	return result;
}

/* A datagram to an outside address and port, which must be turned round; the
 * result. */
static unsigned across(uint32_t host, uint16_t port, uint32_t outside,
		       uint16_t outside_port)
{
	ck_assert_uint_eq(udp_out(&w, host, port, outside, outside_port),
			  VPNALG_TRANSLATED);
	return turn_round();
}

/* The receiver sees the sender's outside address and port, and its answer
 * crosses the other way. */
START_TEST(rfc4787_req9_two_hosts_reach_each_other_by_outside_addresses)
{
	uint32_t outside_a, outside_b;
	uint16_t port_a, port_b;

	begin();
	port_b = udp_open(&w, CLIENT_B, 4000, SERVER, 3478);
	outside_b = source(&w);
	port_a = udp_open(&w, CLIENT_A, 4000, SERVER, 3478);
	outside_a = source(&w);
	ck_assert_uint_eq(across(CLIENT_A, 4000, outside_b, port_b),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(w.last.flags, VPNALG_PACKET_HAIRPIN);
	ck_assert_uint_eq(w.last.zone, ZONE);
	ck_assert_uint_eq(source(&w), outside_a);
	ck_assert_uint_eq(port_from(&w), port_a);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(port_to(&w), 4000);
	ck_assert_uint_eq(across(CLIENT_B, 4000, outside_a, port_a),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), outside_b);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	end();
}
END_TEST

/* As a host finds out whether its NAT can do it (RFC 5780 4.4). */
START_TEST(a_host_reaches_itself)
{
	uint16_t port;

	begin();
	port = udp_open(&w, CLIENT_A, 4000, SERVER, 3478);
	ck_assert_uint_eq(across(CLIENT_A, 4001, source(&w), port),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(port_to(&w), 4000);
	end();
}
END_TEST

START_TEST(a_hairpin_is_filtered_as_any_other_packet)
{
	uint32_t outside_a, outside_b;

	begin_with(VPNALG_FILTERING_ADDRESS_AND_PORT_DEPENDENT);
	udp_open(&w, CLIENT_B, 4000, SERVER, 3478);
	outside_b = source(&w);
	ck_assert_uint_eq(across(CLIENT_A, 4001, outside_b, 4000),
			  VPNALG_DROP_FILTERED);
	udp_open(&w, CLIENT_A, 4001, SERVER, 3478);
	outside_a = source(&w);
	across(CLIENT_B, 4000, outside_a, 4001);
	ck_assert_uint_eq(across(CLIENT_A, 4001, outside_b, 4000),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* RFC 5382 REQ-8: a client inside of a server inside. */
START_TEST(rfc5382_req8_a_client_inside_reaches_a_service_inside)
{
	uint32_t outside;

	begin();
	service_add(&w, TCP, 8080, CLIENT_B, 80);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 4000, OUTSIDE, 8080, SYN, 0),
			  VPNALG_TRANSLATED);
	outside = source(&w);
	ck_assert_uint_eq(turn_round(), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(port_to(&w), 80);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_B, 80, outside, 4000, SYN | ACK,
				  0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), 8080);
	ck_assert_uint_eq(turn_round(), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	end();
}
END_TEST

/* What is for the router itself stays untouched and opens nothing. */
static const struct router_row {
	const char *what;
	uint8_t protocol;
	uint16_t port;
} router_rows[] = {
	{ "a port that nobody has", UDP, 53 },
	{ "the port of another protocol", TCP, 5060 },
	{ "a VPN's port", UDP, 500 },
	{ "PPTP", TCP, PPTP },
	{ "GRE", GRE, 0 },
	{ "ESP", ESP, 0 },
	{ "a ping", ICMP, 0 },
};

static struct bytes to_router(const struct router_row *row)
{
	switch (row->protocol) {
	case TCP:
		return tcp_packet(CLIENT_A, 4000, OUTSIDE, row->port, 1, 0,
				  SYN, NULL, 0);
	case UDP:
		return udp_packet(CLIENT_A, 4000, OUTSIDE, row->port, "x", 1);
	case GRE:
		return gre_packet(CLIENT_A, OUTSIDE, 1, 1);
	case ICMP:
		return icmp_query(CLIENT_A, OUTSIDE, ECHO, 1, 1);
	default:
		return ip_packet(CLIENT_A, OUTSIDE, row->protocol,
				 "12345678901234567890", 20);
	}
}

START_TEST(a_packet_to_the_router_itself_is_untouched)
{
	struct bytes p = to_router(&router_rows[_i]);
	long records;

	begin();
	service_add(&w, UDP, 5060, CLIENT_B, 5060);
	udp_open(&w, CLIENT_A, 4000, SERVER, 53); /* a mapping of the sender */
	records = w.records;
	ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) == VPNALG_UNTOUCHED,
		      "%s: %s", router_rows[_i].what,
		      vpnalg_result_text(w.last.result));
	ck_assert_uint_eq(w.last.flags, 0);
	ck_assert_int_eq(w.records, records);
	end();
}
END_TEST

/* An outside address as the source of what comes in is forged. */
START_TEST(only_what_is_marked_comes_from_an_outside_address)
{
	struct bytes p;
	uint32_t outside, other;

	begin();
	udp_open(&w, CLIENT_A, 4000, SERVER, 53);
	outside = source(&w);
	other = outside == OUTSIDE ? OUTSIDE_2 : OUTSIDE;
	p = udp_packet(other, 1, outside, 4000, "x", 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	w.options.turned = VPNALG_PACKET_HAIRPIN;
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	w.options.turned = 0;
	end();
}
END_TEST

/* The flag means nothing where a remote is a far host. */
START_TEST(a_mark_on_another_packet_is_not_read)
{
	begin();
	w.options.turned = VPNALG_PACKET_HAIRPIN;
	udp_open(&w, CLIENT_A, 4000, SERVER, 53);
	ck_assert_uint_eq(w.last.flags, 0);
	w.options.turned = 0;
	end();
}
END_TEST

/* It is not taken for the router's then. */
START_TEST(a_stores_wrong_answer_costs_a_hairpin)
{
	struct bytes p;

	begin();
	service_add(&w, UDP, 5060, CLIENT_B, 5060);
	p = udp_packet(CLIENT_A, 4000, OUTSIDE, 5060, "x", 1);
	ck_assert_uint_eq(send_misplaced(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FAULT);
	ck_assert_uint_eq(across(CLIENT_A, 4000, OUTSIDE, 5060),
			  VPNALG_TRANSLATED);
	end();
}
END_TEST

/* RFC 5508 REQ-7: the receiver's error reaches the sender. */
START_TEST(an_icmp_error_about_a_hairpin_is_turned_round_too)
{
	struct bytes quoted, error;
	uint32_t outside;

	begin();
	service_add(&w, UDP, 5060, CLIENT_B, 5060);
	udp_out(&w, CLIENT_A, 4000, OUTSIDE, 5060);
	outside = source(&w);
	ck_assert_uint_eq(turn_round(), VPNALG_TRANSLATED);
	quoted = udp_packet(outside, 4000, CLIENT_B, 5060, "ping", 4);
	error = icmp_error(CLIENT_B, outside, 3, &quoted, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(turn_round(), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	end();
}
END_TEST

TCase *hairpin_case(void)
{
	TCase *hairpins = tcase_create("hairpins");

	tcase_add_test(
		hairpins,
		rfc4787_req9_two_hosts_reach_each_other_by_outside_addresses);
	tcase_add_test(hairpins, a_host_reaches_itself);
	tcase_add_test(hairpins, a_hairpin_is_filtered_as_any_other_packet);
	tcase_add_test(
		hairpins,
		rfc5382_req8_a_client_inside_reaches_a_service_inside);
	tcase_add_loop_test(hairpins,
			    a_packet_to_the_router_itself_is_untouched, 0,
			    ROWS(router_rows));
	tcase_add_test(hairpins,
		       only_what_is_marked_comes_from_an_outside_address);
	tcase_add_test(hairpins, a_mark_on_another_packet_is_not_read);
	tcase_add_test(hairpins, a_stores_wrong_answer_costs_a_hairpin);
	tcase_add_test(hairpins,
		       an_icmp_error_about_a_hairpin_is_turned_round_too);
	return hairpins;
}
