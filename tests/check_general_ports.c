/* SPDX-License-Identifier: BSD-2-Clause */
/* The outside ports of mappings. */
#include "general_ports.h"

static void begin_with(uint16_t first, uint16_t last)
{
	general_world(&w, (struct world_options){
				  .choosing = CHOOSE_TAKE,
				  .units = 3000,
				  .general.ports = { first, last } });
}

/* RFC 4787 3.1: the inside port where that is possible. */
static const struct keep_row {
	uint16_t first, last, port;
	bool kept;
} keep_rows[] = {
	{ 0, 0, 1024, true },	  { 0, 0, 65535, true },
	{ 0, 0, 1023, false },	  { 0, 0, 1, false },
	{ 1, 65535, 2, true },	  { 1, 65535, 1023, true },
	{ 1, 65535, 0, false },	  { 5000, 6000, 4999, false },
	{ 5000, 6000, 5000, true }, { 5000, 6000, 6000, true },
	{ 5000, 6000, 6001, false },
	/* These stand for something else. */
	{ 1, 65535, 1, false },	  { 1, 65535, 53, false },
	{ 1, 65535, 123, false }, { 1, 65535, 443, false },
	/* No handler here has servers at these. */
	{ 1, 65535, 500, true },  { 0, 0, 1701, true },
	{ 0, 0, 4500, true },
};

START_TEST(an_inside_port_in_the_range_is_kept)
{
	const struct keep_row *row = &keep_rows[_i];
	uint16_t first = row->first ? row->first : 1024;
	uint16_t last = row->last ? row->last : 65535, port;

	begin_with(row->first, row->last);
	port = udp_open(&w, CLIENT_A, row->port, SERVER, 53);
	ck_assert_int_eq(port == row->port, row->kept);
	ck_assert_uint_ge(port, first);
	ck_assert_uint_le(port, last);
	/* An ICMP identifier is no port: none is reserved. */
	icmp_out(&w, CLIENT_A, SERVER, ECHO, row->port);
	ck_assert_int_eq(icmp_id(&w) == row->port,
			 row->port >= first && row->port <= last);
	world_end(&w);
}
END_TEST

/* RFC 4787 REQ-3a and REQ-4: even ports stay even, those below 1024 stay there
 * where the range reaches there. */
static const struct class_row {
	uint16_t first, last, port, least, greatest;
} class_rows[] = {
	{ 1, 65535, 40000, 1024, 65535 }, { 1, 65535, 40001, 1024, 65535 },
	{ 1, 65535, 600, 1, 1023 },	  { 1, 65535, 601, 1, 1023 },
	{ 1024, 65535, 40001, 1024, 65535 },
	{ 5001, 6000, 5500, 5001, 6000 }, { 5001, 6000, 5501, 5001, 6000 },
	{ 900, 2000, 950, 900, 1023 },	  { 900, 2000, 1500, 1024, 2000 },
	{ 1, 65535, 1024, 1024, 65535 },  { 1, 65535, 1023, 1, 1023 },
};

START_TEST(rfc4787_req3a_and_req4_range_and_parity_are_kept)
{
	const struct class_row *row = &class_rows[_i];
	uint32_t host;
	uint16_t port;

	begin_with(row->first, row->last);
	for (host = CLIENT_A; host < CLIENT_A + 40; host++) {
		port = udp_open(&w, host, row->port, SERVER, 53);
		ck_assert_uint_eq(port & 1, row->port & 1);
		ck_assert_uint_ge(port, row->least);
		ck_assert_uint_le(port, row->greatest);
	}
	world_end(&w);
}
END_TEST

/* Ranges that begin just below 1024, or have one port. */
START_TEST(rfc4787_req3a_what_there_is_of_a_range_is_used)
{
	static const struct {
		uint16_t first, last, port;
		unsigned count;
		uint16_t least, greatest;
	} ranges[] = {
		{ 1010, 1031, 1031, 4, 1025, 1031 },
		{ 1010, 1031, 1030, 4, 1024, 1030 },
		{ 1010, 1031, 1011, 7, 1011, 1023 },
		{ 5001, 5001, 40000, 1, 5001, 5001 },
		{ 5001, 5001, 40001, 1, 5001, 5001 },
		{ 5000, 5002, 40001, 1, 5001, 5001 },
	};
	unsigned i;
	uint16_t port;

	begin_with(ranges[_i].first, ranges[_i].last);
	for (i = 0; i < ranges[_i].count; i++) {
		port = udp_open(&w, CLIENT_A + i, ranges[_i].port, SERVER, 53);
		ck_assert_uint_ge(port, ranges[_i].least);
		ck_assert_uint_le(port, ranges[_i].greatest);
	}
	world_end(&w);
}
END_TEST

/* If no such port is free any other port will do. Each is used: the last ones
 * after the host has tried a few times. */
START_TEST(a_range_is_used_up_to_its_last_port)
{
	bool used[101] = { false };
	unsigned i, again = 0;
	uint16_t port;

	begin_with(5000, 5100);
	for (i = 0; i < 101; i++) {
		while (udp_out(&w, CLIENT_A + i, 6000, SERVER, 53) ==
		       VPNALG_DROP_NO_ID)
			ck_assert_uint_le(++again, 40);
		port = get16(l4(&w));
		ck_assert_uint_ge(port, 5000);
		ck_assert_uint_le(port, 5100);
		ck_assert(!used[port - 5000]);
		used[port - 5000] = true;
	}
	ck_assert_uint_eq(udp_out(&w, CLIENT_A + i, 6000, SERVER, 53),
			  VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(refused(&w, G_MAPPING), again + 1);
	/* TCP has ports of its own. */
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 6000, SERVER, 53, SYN, 0),
			  VPNALG_TRANSLATED);
	/* And they come back. */
	world_wait(&w, 300000);
	world_wait(&w, 1);
	udp_open(&w, CLIENT_A + i, 6000, SERVER, 53);
	world_end(&w);
}
END_TEST

/* Beside the handlers of the VPNs. */
static void begin_with_vpns(uint16_t first, uint16_t last)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL }, { vpnalg_general, NULL },
	};

	world_begin(&w, &(struct world_options){
				.protocols = protocols,
				.protocol_count = 4,
				.choosing = CHOOSE_TAKE,
				.units = 3000,
				.general.ports = { first, last } });
}

/* The ports of servers, and the same ports of another protocol. */
static const struct server_row {
	uint8_t protocol;
	uint16_t port;
	bool kept;
} server_rows[] = {
	{ TCP, 1723, false }, { UDP, 1723, true },  { UDP, 500, false },
	{ TCP, 500, true },   { UDP, 4500, false }, { TCP, 4500, true },
	{ UDP, 1701, false }, { TCP, 1701, true },
};

START_TEST(a_servers_port_is_left_to_its_handler)
{
	const struct server_row *row = &server_rows[_i];
	unsigned result;

	begin_with_vpns(1, 65535);
	result = row->protocol == TCP
			 ? tcp_out(&w, CLIENT_A, row->port, SERVER, 80, SYN, 0)
			 : udp_out(&w, CLIENT_A, row->port, SERVER, 53);
	ck_assert_uint_eq(result, VPNALG_TRANSLATED);
	ck_assert_int_eq(port_from(&w) == row->port, row->kept);
	world_end(&w);
}
END_TEST

START_TEST(the_ports_of_vpns_are_never_drawn)
{
	begin_with_vpns(1700, 1702);
	ck_assert_uint_ne(udp_open(&w, CLIENT_A, 6000, SERVER, 53), 1701);
	ck_assert_uint_ne(udp_open(&w, CLIENT_B, 6000, SERVER, 53), 1701);
	ck_assert_uint_eq(udp_out(&w, CLIENT_C, 6000, SERVER, 53),
			  VPNALG_DROP_NO_ID);
	icmp_out(&w, CLIENT_A, SERVER, ECHO, 9);
	icmp_out(&w, CLIENT_B, SERVER, ECHO, 9);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_C, SERVER, ECHO, 9),
			  VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

/* Settings that make no sense. */
static const struct settings_row {
	uint16_t first, last;
	uint8_t filtering;
	bool usable;
	uint16_t mss;
} settings_rows[] = {
	{ 0, 0, 0, true, 0 },	{ 1, 1, 2, true, 0 },
	{ 2, 1, 0, false, 0 },	{ 0, 1, 0, false, 0 },
	{ 1, 0, 0, false, 0 },	{ 0, 0, 3, false, 0 },
	{ 65535, 65535, 1, true, 0 },
	{ 0, 0, 0, false, 535 }, { 0, 0, 0, true, 536 },
	{ 0, 0, 0, true, 65535 },
};

static uint32_t four(void *context)
{
	(void)context;
	return 4;
}

START_TEST(settings_are_checked)
{
	const struct settings_row *row = &settings_rows[_i];
	const struct vpnalg_general_settings settings = {
		.size = sizeof(settings),
		.ports = { row->first, row->last },
		.filtering = row->filtering,
		.mss = row->mss,
	};
	const struct vpnalg_protocol protocols[] = {
		{ vpnalg_general, &settings },
	};
	struct vpnalg_addr address = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.protocols = protocols,
		.protocol_count = 1,
		.addresses = &address,
		.address_count = 1,
	};

	begin_with(0, 0);
	config.store = &w.store;
	config.random = four;
	ck_assert_int_eq(vpnalg_size(&config) > 0, row->usable);
	world_end(&w);
}
END_TEST

TCase *general_ports_case(void)
{
	TCase *ports = tcase_create("ports");

	tcase_set_timeout(ports, 60);
	tcase_add_loop_test(ports, an_inside_port_in_the_range_is_kept, 0,
			    ROWS(keep_rows));
	tcase_add_loop_test(ports,
			    rfc4787_req3a_and_req4_range_and_parity_are_kept,
			    0, ROWS(class_rows));
	tcase_add_loop_test(
		ports, rfc4787_req3a_what_there_is_of_a_range_is_used, 0, 6);
	tcase_add_test(ports, a_range_is_used_up_to_its_last_port);
	tcase_add_loop_test(ports, a_servers_port_is_left_to_its_handler, 0,
			    ROWS(server_rows));
	tcase_add_test(ports, the_ports_of_vpns_are_never_drawn);
	tcase_add_loop_test(ports, settings_are_checked, 0,
			    ROWS(settings_rows));
	return ports;
}
