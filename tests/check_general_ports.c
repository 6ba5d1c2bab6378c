/* SPDX-License-Identifier: BSD-2-Clause */
/* The outside ports of mappings. */
#include "cases.h"
#include "general.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>

static struct world w;

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

/* One after the other, by one client; sent straight for speed. */
static unsigned fill(uint32_t host, uint16_t port)
{
	struct bytes b = udp_packet(host, port, SERVER, 53, "x", 1);
	struct vpnalg_packet p = { .data = b.data, .caplen = b.length,
				   .len = b.length, .direction = VPNALG_OUT };

	vpnalg_process(w.alg, &p, 1, w.now);
	return p.result;
}

/* All ports of one address are taken: that is said after a bounded number of
 * tries, 1 + 13 of two lookups, and what there is goes on. (The store
 * that moves its records has no room for all.) */
static const struct end_row {
	uint16_t first, last;
	bool moving;
} end_rows[] = {
	{ 11000, 11599, true },
	{ 1024, 65535, false },
};

START_TEST(the_end_of_the_ports_is_found_in_bounded_time)
{
	const struct end_row *row = &end_rows[_i];
	uint32_t port;
	long finds;

	if (getenv("VPNALG_TEST_STORE") != NULL && !row->moving)
		return;
	general_world(&w, (struct world_options){
				  .units = 160000,
				  .general.ports = { row->first, row->last } });
	for (port = row->first; port <= row->last; port++)
		if (port != 1701 && port != 1723 && port != 4500)
			ck_assert_uint_eq(fill(CLIENT_A, (uint16_t)port),
					  VPNALG_TRANSLATED);
	finds = w.finds;
	ck_assert_uint_eq(fill(CLIENT_B, 11000), VPNALG_DROP_NO_ID);
	ck_assert_int_le(w.finds - finds, 2 + 2 * 14);
	ck_assert_uint_eq(fill(CLIENT_A, 11000), VPNALG_TRANSLATED);
	world_end(&w);
}
END_TEST

/* RFC 6888 REQ-8: a port waits before another host gets it. Until then nothing
 * comes in to it, and its own host may have it again. */
static const uint8_t delayed[] = { UDP, TCP, ICMP };

static unsigned use(uint8_t protocol, uint32_t host)
{
	if (protocol == UDP)
		return udp_out(&w, host, 40000, SERVER, 53);
	if (protocol == TCP)
		return tcp_out(&w, host, 40000, SERVER, 80, SYN, 0);
	return icmp_out(&w, host, SERVER, ECHO, 40000);
}

static uint16_t outside_id(uint8_t protocol)
{
	return protocol == ICMP ? icmp_id(&w) : port_from(&w);
}

static unsigned answer(uint8_t protocol)
{
	if (protocol == UDP)
		return udp_in(&w, STRANGER, 53, 40000);
	if (protocol == TCP)
		return tcp_in(&w, STRANGER, 80, 40000, SYN, 0);
	return icmp_in(&w, STRANGER, ECHO_REPLY, 40000);
}

START_TEST(rfc6888_req8_a_port_waits_before_another_host_gets_it)
{
	static const vpnalg_time lives[] = { 300000, 240000, 60000 };
	uint8_t protocol = delayed[_i];

	general_world(&w, (struct world_options){
				  .choosing = CHOOSE_TAKE,
				  .general.reuse_delay = 120000 });
	use(protocol, CLIENT_A);
	world_wait(&w, lives[_i]); /* the session ends */
	ck_assert_uint_eq(answer(protocol), VPNALG_DROP_FILTERED);
	world_wait(&w, 119999);
	use(protocol, CLIENT_B);
	ck_assert_uint_ne(outside_id(protocol), 40000);
	use(protocol, CLIENT_A);
	ck_assert_uint_eq(outside_id(protocol), 40000);
	ck_assert_uint_eq(answer(protocol), VPNALG_TRANSLATED);
	world_wait(&w, lives[_i]);
	world_wait(&w, 120000);
	ck_assert_uint_eq(answer(protocol), VPNALG_UNTOUCHED);
	use(protocol, CLIENT_C);
	ck_assert_uint_eq(outside_id(protocol), 40000);
	world_end(&w);
}
END_TEST

/* With permissions between mapping and session, too; and without the setting
 * at once. */
START_TEST(a_port_waits_only_where_it_is_set)
{
	general_world(&w, (struct world_options){
				  .general = { .filtering = (uint8_t)_i } });
	use(UDP, CLIENT_A);
	world_wait(&w, 300000);
	world_wait(&w, 1);
	use(UDP, CLIENT_B);
	ck_assert_uint_eq(port_from(&w), 40000);
	world_forget(&w);
	general_world(&w, (struct world_options){
				  .general = { .filtering = (uint8_t)_i,
					       .reuse_delay = 120000 } });
	use(UDP, CLIENT_A);
	world_wait(&w, 300000);
	world_wait(&w, 1);
	use(UDP, CLIENT_B);
	ck_assert_uint_ne(port_from(&w), 40000);
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
	tcase_add_loop_test(ports,
			    the_end_of_the_ports_is_found_in_bounded_time, 0,
			    ROWS(end_rows));
	tcase_add_loop_test(
		ports, rfc6888_req8_a_port_waits_before_another_host_gets_it, 0,
		ROWS(delayed));
	tcase_add_loop_test(ports, a_port_waits_only_where_it_is_set, 0, 3);
	tcase_add_loop_test(ports, settings_are_checked, 0,
			    ROWS(settings_rows));
	return ports;
}
