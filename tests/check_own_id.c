/* SPDX-License-Identifier: BSD-2-Clause */
/* IDs of the router's own that its owner has listed: what comes in with them
 * is left alone, for as long as they are listed. */
#include "cases.h"
#include "own_id.h"
#include "support_ipsec.h"
#include "support_l2tp.h"

#include <vpnalg/protocols.h>

static struct world w;

/* What comes in with an ID of each kind. */

static struct bytes tcp_in(uint64_t id)
{
	return tcp_packet(SERVER, 443, OUTSIDE, (uint16_t)id, 1, 2, SYN | ACK,
			  NULL, 0);
}

static struct bytes nat_t_in(uint64_t id)
{
	return udp_packet(SERVER, NAT_T, OUTSIDE, (uint16_t)id, "datagram", 8);
}

static struct bytes ping_in(uint64_t id)
{
	return icmp_query(SERVER, OUTSIDE, 0, (uint16_t)id, 1);
}

static struct bytes esp_in(uint64_t id)
{
	return esp_packet(SERVER, OUTSIDE, (uint32_t)id, 1);
}

static struct bytes call_in(uint64_t id)
{
	return gre_packet(SERVER, OUTSIDE, (uint16_t)id, 1);
}

static struct bytes unkeyed_in(uint64_t id)
{
	const uint8_t gre[8] = { 0, 0, 8, 0, (uint8_t)id };

	return ip_packet(SERVER, OUTSIDE, GRE, gre, sizeof(gre));
}

static struct bytes tunnel_in(uint64_t id)
{
	struct bytes m = l2tp_data2((uint16_t)id, 1, 9);

	return l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
}

static struct bytes connection_in(uint64_t id)
{
	struct bytes m = l2tp_control(3, (uint32_t)id, 4, HELLO);

	return l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
}

static struct bytes connection_ip_in(uint64_t id)
{
	struct bytes m = l2tp_control(3, (uint32_t)id, 4, HELLO);

	return l2tp_packet(SERVER, 0, OUTSIDE, 0, &m);
}

static struct bytes session_in(uint64_t id)
{
	struct bytes m = l2tp_data3(true, (uint32_t)id, 7, 9);

	return l2tp_packet(SERVER, L2TP, OUTSIDE, L2TP, &m);
}

static struct bytes session_ip_in(uint64_t id)
{
	struct bytes m = l2tp_data3(false, (uint32_t)id, 7, 9);

	return l2tp_packet(SERVER, 0, OUTSIDE, 0, &m);
}

/* The IDs, and what a host has with the same remote: with that what comes in
 * would be the host's, or be dropped for its sake. */
static const struct row {
	const char *name;
	uint8_t kind, protocol;
	uint64_t id;
	struct bytes (*in)(uint64_t id);
	uint8_t hosts; /* IP protocol of what the host has */
} rows[] = {
	{ "TCP", VPNALG_OWN_ID_PORT, TCP, 40000, tcp_in, TCP },
	{ "UDP", VPNALG_OWN_ID_PORT, UDP, 40000, own_id_udp, UDP },
	{ "NAT-T", VPNALG_OWN_ID_PORT, UDP, 4500, nat_t_in, UDP },
	{ "a ping", VPNALG_OWN_ID_PORT, ICMP, 7777, ping_in, ICMP },
	{ "the ping 0", VPNALG_OWN_ID_PORT, ICMP, 0, ping_in, ICMP },
	{ "ESP", VPNALG_OWN_ID_ESP_SPI, 0, 0x80000100, esp_in, ESP },
	{ "IKE", VPNALG_OWN_ID_IKE_SPI, 0, 0x123456789abcdef0, own_id_ike,
	  UDP },
	{ "a call", VPNALG_OWN_ID_CALL_ID, 0, 5, call_in, TCP },
	{ "the call 0", VPNALG_OWN_ID_CALL_ID, 0, 0, call_in, TCP },
	{ "a Key", VPNALG_OWN_ID_GRE_KEY, 0, 0xfffffff7, own_id_keyed, GRE },
	{ "the Key 0", VPNALG_OWN_ID_GRE_KEY, 0, 0, own_id_keyed, GRE },
	{ "no Key", VPNALG_OWN_ID_GRE_UNKEYED, 0, 0, unkeyed_in, GRE },
	{ "L2TP", VPNALG_OWN_ID_TUNNEL_ID, 0, 60000, tunnel_in, L2TP_IP },
	{ "L2TPv3", VPNALG_OWN_ID_CONNECTION_ID, UDP, 0x80000060, connection_in,
	  L2TP_IP },
	{ "its session", VPNALG_OWN_ID_SESSION_ID, UDP, 0x80000061, session_in,
	  L2TP_IP },
	{ "L2TPv3 over IP", VPNALG_OWN_ID_CONNECTION_ID, L2TP_IP, 0x80000062,
	  connection_ip_in, L2TP_IP },
	{ "its session", VPNALG_OWN_ID_SESSION_ID, L2TP_IP, 0x80000063,
	  session_ip_in, L2TP_IP },
};

static struct vpnalg_own_id own_row(const struct row *row)
{
	return own_id_of(row->kind, row->protocol, row->id);
}

static unsigned comes_in(const struct row *row, uint64_t id)
{
	struct bytes p = row->in(id);

	return send_packet(&w, VPNALG_IN, &p);
}

/* A host's VPN with the same remote. */
static void host_sends(const struct row *row)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 9);
	struct bytes p = udp_packet(CLIENT_A, 4000, SERVER, 5060, "d", 1);
	struct esp e = esp_of(CLIENT_A, SERVER, 0x901, 0x101);
	struct connection c = { 0 };

	if (row->hosts == ESP) {
		esp_sends(&w, &e);
	} else if (row->kind == VPNALG_OWN_ID_IKE_SPI) {
		ike_begin(&w, &k);
	} else if (row->hosts == TCP) {
		start_control(&w, &c, CLIENT_A, 4000, SERVER);
	} else if (row->hosts == GRE) {
		p = own_id_keyed(8);
		put32(p.data + 12, CLIENT_A);
		put32(p.data + 16, SERVER);
		p = ip_packet(CLIENT_A, SERVER, GRE, p.data + 20, 12);
		send_packet(&w, VPNALG_OUT, &p);
	} else if (row->hosts == L2TP_IP) {
		struct bytes m = l2tp_data3(false, 99, 7, 9);

		p = l2tp_packet(CLIENT_A, 0, SERVER, 0, &m);
		send_packet(&w, VPNALG_OUT, &p);
	} else {
		send_packet(&w, VPNALG_OUT, &p);
	}
}

START_TEST(what_comes_in_with_a_listed_id_is_left_alone)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);
	unsigned i;

	own_id_world(&w);
	ck_assert_msg(own_id_add(&w, &own) == VPNALG_OWN_ID_DONE, "%s",
		      row->name);
	ck_assert_uint_eq(comes_in(row, row->id), VPNALG_UNTOUCHED);
	for (i = 0; i < 3; i++) {
		host_sends(row);
		w.now += MINUTE / 3;
		ck_assert_msg(comes_in(row, row->id) == VPNALG_UNTOUCHED,
			      "%s: %s", row->name,
			      vpnalg_result_text(w.last.result));
	}
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

START_TEST(a_listed_id_takes_records_and_gives_them_back)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);

	own_id_world(&w);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_ge(w.records, 1);
	ck_assert_int_le(w.records, 2);
	ck_assert_int_eq(w.bindings, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_UNKNOWN);
	world_end(&w);
}
END_TEST

START_TEST(a_listed_id_is_forgotten_when_its_time_is_over)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);

	own_id_world(&w);
	own.lifetime = MINUTE;
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	world_wait(&w, MINUTE - 1);
	ck_assert_int_ge(w.records, 1);
	ck_assert_int_eq(own_id_add(&w, &own),
			 VPNALG_OWN_ID_DONE); /* renewed */
	world_wait(&w, MINUTE - 1);
	ck_assert_int_ge(w.records, 1);
	world_wait(&w, 1);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_UNKNOWN);
	world_end(&w);
}
END_TEST

/* Without a sweep: the first packet that meets it. */
START_TEST(a_packet_ends_what_is_over)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);
	unsigned result;

	own_id_world(&w);
	own.lifetime = MINUTE;
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	w.now += MINUTE;
	result = comes_in(row, row->id);
	ck_assert_msg(result != VPNALG_DROP_FAULT, "%s", row->name);
	if (row->kind != VPNALG_OWN_ID_PORT)
		ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

/* For ever is as long as the clock runs. */
START_TEST(a_listed_id_without_a_lifetime_stays)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);

	own_id_world(&w);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	world_wait(&w, (vpnalg_time)1 << 50);
	ck_assert_uint_eq(comes_in(row, row->id), VPNALG_UNTOUCHED);
	ck_assert_int_ge(w.records, 1);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

START_TEST(a_store_that_fails_lists_nothing)
{
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);
	long fail;
	int result;

	for (fail = 1;; fail++) {
		own_id_world(&w);
		w.fail_in = fail;
		result = own_id_add(&w, &own);
		if (result == VPNALG_OWN_ID_DONE)
			break;
		w.fail_in = 0;
		ck_assert_msg(result == VPNALG_OWN_ID_NO_ROOM, "%s", row->name);
		ck_assert_int_eq(w.records, 0);
		ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
		ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
		world_end(&w);
	}
	ck_assert_int_ge(fail, 2);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

/* Addresses */

START_TEST(a_listed_id_goes_with_its_address)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct vpnalg_own_id own = own_row(&rows[_i]);
	struct vpnalg_addr left = address_of(OUTSIDE_2);

	own_id_world_with(&w, (struct world_options){ .addresses = addresses,
					   .address_count = 2 });
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(vpnalg_set_addresses(w.alg, &left, 1, false), 0);
	world_wait(&w, 1);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_INVALID);
	world_end(&w);
}
END_TEST

/* Fragments of what is listed, ESP's among them, are not held. */
START_TEST(fragments_with_a_listed_id_are_left_alone)
{
	struct vpnalg_own_id own = own_row(&rows[_i]);
	struct bytes p = rows[_i].in(rows[_i].id);

	own_id_world_with(&w, (struct world_options){ .holds = true });
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	p.length = 20 + (p.length - 20 + 7) / 8 * 8;
	put16(p.data + 2, p.length);
	set_fragment(&p, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	set_fragment(&p, 0x0003);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

/* Other translators of the same store */

START_TEST(who_takes_the_store_over_lists_again)
{
	struct vpnalg_own_id own = own_row(&rows[_i]);

	own_id_world_with(&w, (struct world_options){ .hash_key = { 1, 2 } });
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(world_take_over(&w, 0), 0);
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_UNKNOWN);
	world_end(&w);
}
END_TEST

/* What makes no sense */

static const struct invalid_row {
	const char *name;
	uint8_t kind, protocol;
	uint64_t id;
	uint32_t outside, remote;
	int result;
} invalid_rows[] = {
	{ "no kind", 0, 0, 1, OUTSIDE, SERVER, VPNALG_OWN_ID_INVALID },
	{ "a later kind", 10, 0, 1, OUTSIDE, SERVER, VPNALG_OWN_ID_INVALID },
	{ "an inside address", VPNALG_OWN_ID_ESP_SPI, 0, 9, CLIENT_A, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "no address", VPNALG_OWN_ID_ESP_SPI, 0, 9, 0, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "no remote", VPNALG_OWN_ID_ESP_SPI, 0, 9, OUTSIDE, 0,
	  VPNALG_OWN_ID_INVALID },
	{ "itself", VPNALG_OWN_ID_ESP_SPI, 0, 9, OUTSIDE, OUTSIDE,
	  VPNALG_OWN_ID_INVALID },
	{ "multicast", VPNALG_OWN_ID_ESP_SPI, 0, 9, OUTSIDE, 0xe0000001,
	  VPNALG_OWN_ID_INVALID },
	{ "multicast", VPNALG_OWN_ID_PORT, UDP, 9, OUTSIDE, 0xe0000001,
	  VPNALG_OWN_ID_INVALID },
	{ "a protocol that is not asked for", VPNALG_OWN_ID_ESP_SPI, ESP, 9,
	  OUTSIDE, SERVER, VPNALG_OWN_ID_INVALID },
	{ "L2TPv3 without one", VPNALG_OWN_ID_SESSION_ID, 0, 9, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "a port of ESP", VPNALG_OWN_ID_PORT, ESP, 9, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "port 0", VPNALG_OWN_ID_PORT, UDP, 0, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "port 65536", VPNALG_OWN_ID_PORT, UDP, 65536, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "SPI 0", VPNALG_OWN_ID_ESP_SPI, 0, 0, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "an SPI of 33 bits", VPNALG_OWN_ID_ESP_SPI, 0, 0x100000001, OUTSIDE,
	  SERVER, VPNALG_OWN_ID_INVALID },
	{ "IKE's 0", VPNALG_OWN_ID_IKE_SPI, 0, 0, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "a Call ID of 17 bits", VPNALG_OWN_ID_CALL_ID, 0, 65536, OUTSIDE,
	  SERVER, VPNALG_OWN_ID_INVALID },
	{ "an ID without a Key", VPNALG_OWN_ID_GRE_UNKEYED, 0, 1, OUTSIDE,
	  SERVER, VPNALG_OWN_ID_INVALID },
	{ "Tunnel ID 0", VPNALG_OWN_ID_TUNNEL_ID, 0, 0, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "a Session ID 0", VPNALG_OWN_ID_SESSION_ID, L2TP_IP, 0, OUTSIDE,
	  SERVER, VPNALG_OWN_ID_INVALID },
};

START_TEST(what_makes_no_sense_is_not_listed)
{
	const struct invalid_row *row = &invalid_rows[_i];
	struct vpnalg_own_id own = own_id_of(row->kind, row->protocol, row->id);

	own_id_world(&w);
	own.outside = address_of(row->outside);
	own.remote = address_of(row->remote);
	ck_assert_msg(own_id_add(&w, &own) == row->result, "%s", row->name);
	ck_assert_msg(own_id_drop(&w, &own) == row->result, "%s", row->name);
	ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

START_TEST(a_struct_of_another_version_is_not_read)
{
	struct vpnalg_own_id own = own_row(&rows[0]);

	own_id_world(&w);
	own.size--;
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	own.size = 0;
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_INVALID);
	ck_assert_int_eq(vpnalg_own_id_add(w.alg, NULL, w.now),
			 VPNALG_OWN_ID_INVALID);
	ck_assert_int_eq(vpnalg_own_id_remove(w.alg, NULL, w.now),
			 VPNALG_OWN_ID_INVALID);
	world_end(&w);
}
END_TEST

/* Ports are the engine's, all else needs who reads it. */
START_TEST(an_id_that_no_protocol_reads_need_not_be_listed)
{
	static const struct vpnalg_protocol general[] = {
		{ vpnalg_general, NULL },
	};
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);

	own_id_world_with(&w, (struct world_options){ .protocols = general,
					   .protocol_count = 1 });
	ck_assert_msg(own_id_add(&w, &own) == (row->kind == VPNALG_OWN_ID_PORT
					    ? VPNALG_OWN_ID_DONE
					    : VPNALG_OWN_ID_NO_HANDLER),
		      "%s", row->name);
	own_id_drop(&w, &own);
	world_end(&w);
}
END_TEST

START_TEST(without_the_setting_nothing_is_listed)
{
	struct vpnalg_own_id own = own_row(&rows[0]);

	world_begin(&w, &(struct world_options){ .units = 0 });
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_INVALID);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_INVALID);
	world_end(&w);
}
END_TEST

static void add_rows(TCase *all)
{
	tcase_add_loop_test(all, what_comes_in_with_a_listed_id_is_left_alone,
			    0, ROWS(rows));
	tcase_add_loop_test(all, a_listed_id_takes_records_and_gives_them_back,
			    0, ROWS(rows));
	tcase_add_loop_test(all, a_listed_id_is_forgotten_when_its_time_is_over,
			    0, ROWS(rows));
	tcase_add_loop_test(all, a_packet_ends_what_is_over, 0, ROWS(rows));
	tcase_add_loop_test(all, a_listed_id_without_a_lifetime_stays, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, a_store_that_fails_lists_nothing, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, a_listed_id_goes_with_its_address, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, fragments_with_a_listed_id_are_left_alone, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, who_takes_the_store_over_lists_again, 0,
			    ROWS(rows));
	tcase_add_loop_test(all,
			    an_id_that_no_protocol_reads_need_not_be_listed, 0,
			    ROWS(rows));
	tcase_add_loop_test(all, what_makes_no_sense_is_not_listed, 0,
			    ROWS(invalid_rows));
}

TCase *own_id_case(void)
{
	TCase *all = tcase_create("listed IDs");

	add_rows(all);
	tcase_add_test(all, a_struct_of_another_version_is_not_read);
	tcase_add_test(all, without_the_setting_nothing_is_listed);
	return all;
}
