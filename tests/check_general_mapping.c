/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings are for all remotes; who may send to them is a setting; and they
 * keep out of the way of VPN sessions. */
#include "cases.h"
#include "general.h"
#include "toy.h"

#include <vpnalg/general.h>

#include <string.h>

static struct world w;

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

static void end(void)
{
	world_end(&w);
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

/* The caller is asked for mappings, and not for what hangs from them. */
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

/* VPN sessions have their ports towards one remote only, mappings towards all:
 * never is one port both to the same remote. */

static void begin_vpn(void)
{
	general_and_vpn_world(&w, (struct world_options){
					  .choosing = CHOOSE_TAKE });
}

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

/* The caller is not told of the end of a binding that it was not asked for. */
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
	tcase_add_test(mapping, rfc4787_req2_general_traffic_stays_paired);
	tcase_add_loop_test(mapping,
			    general_traffic_moves_no_paired_vpn_host, 0, 3);
	tcase_add_test(mapping, the_caller_is_asked_for_mappings_only);
	tcase_add_test(mapping, a_caller_that_refuses_costs_the_packet);
	tcase_add_loop_test(mapping,
			    the_callers_choice_is_paired_and_in_the_range, 0,
			    ROWS(choice_rows));
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
	tcase_add_test(mapping,
		       a_packet_to_a_held_port_is_not_for_the_mapping);
	tcase_add_test(
		mapping,
		no_session_gets_an_id_of_a_mapping_whatever_its_port);
	tcase_add_test(mapping,
		       a_binding_that_was_not_proposed_is_not_released);
	tcase_add_test(mapping, undo_goes_by_the_mapping_too);
	tcase_add_test(
		mapping,
		packets_count_for_their_session_and_not_for_its_mapping);
	tcase_add_test(mapping, a_vpn_session_takes_no_port_of_a_mapping);
	tcase_add_test(
		mapping,
		a_mapping_takes_no_port_of_a_vpn_session_with_its_remote);
	tcase_add_test(
		mapping,
		a_mapping_does_not_reach_where_a_vpn_session_has_its_port);
	return mapping;
}
