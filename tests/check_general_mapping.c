/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings are for all remotes; the senders that may use them are a setting;
 * and they have no conflicts with VPN sessions. */
#include "general_mapping.h"

static void begin_with(unsigned filtering)
{
	general_world(&w, (struct world_options){
				  .choosing = CHOOSE_TAKE,
				  .general = { .filtering =
						       (uint8_t)filtering } });
}

static void begin(void)
{
	begin_with(VPNALG_FILTERING_ENDPOINT_INDEPENDENT);
}

/* RFC 4787 REQ-1, as STUN finds it out (RFC 5780 4.3): one inside endpoint,
 * three remotes, one outside port; and one mapping. */
START_TEST(rfc4787_req1_one_endpoint_has_one_port_towards_three_remotes)
{
	uint16_t port;

	begin();
	udp_open(&w, CLIENT_B, 40000, SERVER, 3478); /* so it is another */
	port = udp_open(&w, CLIENT_A, 40000, SERVER, 3478);
	ck_assert_uint_ne(port, 40000);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 40000, SERVER_2, 3478), port);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 40000, SERVER, 3479), port);
	ck_assert_uint_eq(opened(&w, G_MAPPING), 2);
	ck_assert_uint_eq(opened(&w, G_UDP), 4);
	ck_assert_uint_ne(udp_open(&w, CLIENT_A, 40001, SERVER, 3478), port);
	end();
}
END_TEST

/* RFC 5382 REQ-1: the same for TCP, whose ports are others than UDP's. */
START_TEST(rfc5382_req1_one_endpoint_has_one_port_towards_three_remotes)
{
	uint16_t port;

	begin();
	udp_open(&w, CLIENT_A, 40000, SERVER, 80);
	tcp_out(&w, CLIENT_B, 40000, SERVER, 80, SYN, 0);
	ck_assert_uint_eq(port_from(&w), 40000);
	tcp_out(&w, CLIENT_A, 40000, SERVER, 80, SYN, 0);
	port = port_from(&w);
	ck_assert_uint_ne(port, 40000);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER_2, 80, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), port);
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 443, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), port);
	end();
}
END_TEST

/* RFC 4787 REQ-8 and RFC 5382 REQ-3: who gets through to a mapping that has
 * sent to SERVER, port 53 (and to port 80 by TCP). */
static const struct filter_row {
	const char *what;
	unsigned filtering;
	uint32_t remote;
	uint16_t port;
	unsigned udp, syn;
} filter_rows[] = {
	{ "EI, the same", 0, SERVER, 53, VPNALG_TRANSLATED,
	  VPNALG_TRANSLATED },
	{ "EI, another port", 0, SERVER, 54, VPNALG_TRANSLATED,
	  VPNALG_TRANSLATED },
	{ "EI, another address", 0, STRANGER, 53, VPNALG_TRANSLATED,
	  VPNALG_TRANSLATED },
	{ "AD, the same", 1, SERVER, 53, VPNALG_TRANSLATED,
	  VPNALG_TRANSLATED },
	{ "AD, another port", 1, SERVER, 54, VPNALG_TRANSLATED,
	  VPNALG_TRANSLATED },
	{ "AD, another address", 1, STRANGER, 53, VPNALG_DROP_FILTERED,
	  VPNALG_DROP_FILTERED },
	{ "APD, the same", 2, SERVER, 53, VPNALG_TRANSLATED,
	  VPNALG_TRANSLATED },
	{ "APD, another port", 2, SERVER, 54, VPNALG_DROP_FILTERED,
	  VPNALG_DROP_FILTERED },
	{ "APD, another address", 2, STRANGER, 53, VPNALG_DROP_FILTERED,
	  VPNALG_DROP_FILTERED },
};

START_TEST(rfc4787_req8_filtering_is_as_set)
{
	const struct filter_row *row = &filter_rows[_i];
	long records;

	begin_with(row->filtering);
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	tcp_out(&w, CLIENT_A, 40000, SERVER, 53, SYN, 0);
	records = w.records;
	ck_assert_msg(udp_in(&w, row->remote, row->port, 40000) == row->udp,
		      "%s: %u", row->what, w.last.result);
	ck_assert_msg(tcp_in(&w, row->remote, row->port, 40000, SYN, 0) ==
			      row->syn, "%s: %u", row->what, w.last.result);
	if (row->syn == VPNALG_TRANSLATED) {
		ck_assert_uint_eq(destination(&w), CLIENT_A);
		ck_assert_uint_eq(port_to(&w), 40000);
	}
	/* No packet from outside opens a session. */
	ck_assert_int_eq(w.records, records);
	end();
}
END_TEST

/* A packet that comes in opens nothing, but its answer does; then it is a
 * session. */
START_TEST(the_answer_to_a_stranger_opens_a_session)
{
	long records;

	begin();
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	records = w.records;
	ck_assert_uint_eq(udp_in(&w, STRANGER, 999, 40000), VPNALG_TRANSLATED);
	ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(udp_open(&w, CLIENT_A, 40000, STRANGER, 999), 40000);
	ck_assert_int_eq(w.records, records + 1);
	end();
}
END_TEST

/* A segment that is no SYN belongs to a connection or to nobody. */
START_TEST(a_mapping_takes_no_segment_but_a_syn)
{
	begin();
	tcp_out(&w, CLIENT_A, 40000, SERVER, 80, SYN, 0);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 80, 40000, SYN | ACK, 0),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 80, 40000, ACK, 5),
			  VPNALG_DROP_FILTERED);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 80, 40000, RST, 0),
			  VPNALG_DROP_FILTERED);
	ck_assert_uint_eq(tcp_in(&w, STRANGER, 80, 40000, FIN | ACK, 0),
			  VPNALG_DROP_FILTERED);
	end();
}
END_TEST

/* An echo reply has no port: by address is by address and port. */
static const struct ping_row {
	unsigned filtering;
	unsigned other;
} ping_rows[] = {
	{ 0, VPNALG_TRANSLATED },
	{ 1, VPNALG_DROP_FILTERED },
	{ 2, VPNALG_DROP_FILTERED },
};

START_TEST(rfc5508_replies_are_filtered_as_set)
{
	begin_with(ping_rows[_i].filtering);
	icmp_out(&w, CLIENT_A, SERVER, ECHO, 7000);
	ck_assert_uint_eq(icmp_in(&w, SERVER, ECHO_REPLY, 7000),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(icmp_in(&w, STRANGER, ECHO_REPLY, 7000),
			  ping_rows[_i].other);
	ck_assert_uint_eq(opened(&w, G_PERMISSION), 0);
	end();
}
END_TEST

/* A permission lives while there is a session of its address, a mapping while
 * there is one at all. */
START_TEST(parents_live_as_long_as_their_children)
{
	begin_with(VPNALG_FILTERING_ADDRESS_DEPENDENT);
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	world_wait(&w, 200000);
	udp_open(&w, CLIENT_A, 40000, SERVER, 54);
	udp_open(&w, CLIENT_A, 40000, SERVER_2, 53);
	ck_assert_uint_eq(opened(&w, G_PERMISSION), 2);
	world_wait(&w, 200000);
	ck_assert_uint_eq(closed(&w, G_UDP), 1);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 40000), VPNALG_TRANSLATED);
	udp_open(&w, CLIENT_A, 40000, SERVER_2, 53);
	world_wait(&w, 200000);
	world_wait(&w, 1000);
	ck_assert_uint_eq(closed(&w, G_PERMISSION), 1);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 40000),
			  VPNALG_DROP_FILTERED);
	ck_assert_uint_eq(udp_in(&w, SERVER_2, 99, 40000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(closed(&w, G_MAPPING), 0);
	end();
}
END_TEST

/* Undo needs no session where the mapping says it all; what could not have come
 * in is not taken back. */
START_TEST(undo_goes_by_the_mapping_too)
{
	struct bytes out = udp_packet(OUTSIDE, 41000, STRANGER, 53, "abc", 3);
	struct bytes in = udp_packet(STRANGER, 53, CLIENT_A, 41000, "abc", 3);
	unsigned filtering;

	for (filtering = 0; filtering < 3; filtering++) {
		begin_with(filtering);
		udp_open(&w, CLIENT_A, 41000, SERVER, 53);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &out),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(source(&w), CLIENT_A);
		ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &in),
				  filtering == 0 ? VPNALG_TRANSLATED
						 : VPNALG_DROP_FILTERED);
		ck_assert_uint_eq(opened(&w, G_UDP), 1);
		end();
	}
}
END_TEST

/* A packet counts for the session that it opens. */
START_TEST(packets_count_for_their_session_and_not_for_its_mapping)
{
	struct vpnalg_kind_counters counters;

	general_world(&w, (struct world_options){ .no_undo = true });
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	udp_open(&w, CLIENT_A, 40000, SERVER_2, 53);
	udp_open(&w, CLIENT_A, 40000, SERVER_2, 53);
	vpnalg_kind_counters(w.alg, G_UDP, &counters, sizeof(counters));
	ck_assert_uint_eq(counters.translated[0], 3);
	/* A packet without a session counts for the mapping. */
	udp_in(&w, STRANGER, 53, 40000);
	vpnalg_kind_counters(w.alg, G_MAPPING, &counters, sizeof(counters));
	ck_assert_uint_eq(counters.translated[0], 0);
	ck_assert_uint_eq(counters.translated[1], 1);
	end();
}
END_TEST

/* More sessions than a mapping can count are refused, and it lives on. */
START_TEST(a_mapping_that_cannot_count_its_sessions_takes_no_more)
{
	struct vpnalg_tuple tuple = {
		.role = VPNALG_OUTSIDE_OWN, .space = UDP, .id = 40000,
		.local = (const uint8_t *)"\xcb\x00\x71\x01",
		.remote = NULL /* a mapping's key */
	};
	struct vpnalg_record *mapping;

	begin();
	udp_open(&w, CLIENT_A, 40000, SERVER, 53);
	mapping = vpnalg_session_peek(w.alg, &tuple);
	ck_assert_ptr_nonnull(mapping);
	ck_assert_uint_eq(mapping->children, 1);
	mapping->children = 65534;
	udp_open(&w, CLIENT_A, 40000, SERVER, 54);
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 40000, SERVER, 55),
			  VPNALG_DROP_STORE);
	ck_assert_uint_eq(udp_in(&w, SERVER, 53, 40000), VPNALG_TRANSLATED);
	mapping = vpnalg_session_peek(w.alg, &tuple);
	mapping->children = 2;
	end();
}
END_TEST

static void add_ports(TCase *mapping)
{
	tcase_add_test(
		mapping,
		rfc4787_req1_one_endpoint_has_one_port_towards_three_remotes);
	tcase_add_test(
		mapping,
		rfc5382_req1_one_endpoint_has_one_port_towards_three_remotes);
}

TCase *general_mapping_case(void)
{
	TCase *mapping = tcase_create("mappings");

	add_ports(mapping);
	tcase_add_loop_test(mapping, rfc4787_req8_filtering_is_as_set, 0,
			    ROWS(filter_rows));
	tcase_add_loop_test(mapping, rfc5508_replies_are_filtered_as_set, 0,
			    ROWS(ping_rows));
	tcase_add_test(mapping, the_answer_to_a_stranger_opens_a_session);
	tcase_add_test(mapping, a_mapping_takes_no_segment_but_a_syn);
	tcase_add_test(mapping, parents_live_as_long_as_their_children);
	tcase_add_test(
		mapping,
		a_mapping_that_cannot_count_its_sessions_takes_no_more);
	tcase_add_test(mapping, undo_goes_by_the_mapping_too);
	tcase_add_test(
		mapping,
		packets_count_for_their_session_and_not_for_its_mapping);
	return mapping;
}
