/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports of general traffic that run out, or wait before they are used again. */
#include "general_ports.h"

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

TCase *general_reuse_case(void)
{
	TCase *t = tcase_create("reuse of ports");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, the_end_of_the_ports_is_found_in_bounded_time, 0,
			    ROWS(end_rows));
	tcase_add_loop_test(
		t, rfc6888_req8_a_port_waits_before_another_host_gets_it, 0,
		ROWS(delayed));
	tcase_add_loop_test(t, a_port_waits_only_where_it_is_set, 0, 3);
	return t;
}
