/* SPDX-License-Identifier: BSD-2-Clause */
/* Further ports of servers: vpnalg_config.extra_ports. All else is tested with
 * them, too: other_ports.sh. Other ports are standard ones and 7 here. */
#include "cases.h"
#include "general.h"
#include "support_ports.h"

#include <vpnalg/protocols.h>

#include <string.h>

static struct world w;

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_general, NULL },
};

static void begin(void)
{
	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 4,
						 .leaves = true,
						 .other_ports = true });
}

static void end(void)
{
	world_end(&w);
}

/* Settings */

static uint32_t no_random(void *context)
{
	(void)context;
	return 4;
}

static const char *error_of(const struct vpnalg_extra_port *ports, size_t count,
			    size_t *index)
{
	const struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_store store = { .size = sizeof(store) };
	const struct vpnalg_config config = { .size = sizeof(config),
					      .protocols = protocols,
					      .protocol_count = 3,
					      .addresses = &outside,
					      .address_count = 1,
					      .store = &store,
					      .random = no_random,
					      .extra_ports = ports,
					      .extra_port_count = count };

	return vpnalg_config_error(&config, index);
}

static const struct fault_row {
	struct vpnalg_extra_port port;
	const char *text; /* NULL: it is right */
} fault_rows[] = {
	{ { vpnalg_pptp, TCP, 1724, 1723 }, NULL },
	{ { vpnalg_ipsec, UDP, 501, 500 }, NULL },
	{ { vpnalg_ipsec, UDP, 65535, 4500 }, NULL },
	{ { vpnalg_l2tp, UDP, 1, 1701 }, NULL },
	{ { NULL, TCP, 1724, 1723 },
	  "extra_ports: a handler that is none of the protocols" },
	{ { vpnalg_gre, TCP, 1724, 1723 },
	  "extra_ports: a handler that is none of the protocols" },
	{ { vpnalg_pptp, UDP, 1724, 1723 },
	  "extra_ports: standard is no server port of the handler" },
	{ { vpnalg_pptp, TCP, 1724, 1724 },
	  "extra_ports: standard is no server port of the handler" },
	{ { vpnalg_l2tp, UDP, 1702, 500 },
	  "extra_ports: standard is no server port of the handler" },
	{ { vpnalg_pptp, TCP, 0, 1723 }, "extra_ports: port 0" },
	{ { vpnalg_pptp, TCP, 1723, 1723 },
	  "extra_ports: a server port of some handler" },
	{ { vpnalg_l2tp, UDP, 4500, 1701 },
	  "extra_ports: a server port of some handler" },
};

START_TEST(a_wrong_port_is_named)
{
	const struct fault_row *row = &fault_rows[_i];
	const struct vpnalg_extra_port ports[] = {
		{ vpnalg_l2tp, UDP, 7777, 1701 }, row->port
	};
	const char *text;
	size_t index = 9;

	text = error_of(ports, 2, &index);
	if (row->text == NULL) {
		ck_assert_ptr_null(text);
		return;
	}
	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, row->text);
	ck_assert_uint_eq(index, 1);
}
END_TEST

START_TEST(a_list_that_is_wrong_as_a_whole_is_refused)
{
	struct vpnalg_extra_port ports[17];
	size_t i, index;

	for (i = 0; i < 17; i++)
		ports[i] = (struct vpnalg_extra_port){
			vpnalg_pptp, TCP, (uint16_t)(2000 + i), 1723
		};
	ck_assert_ptr_null(error_of(ports, 16, &index));
	ck_assert_str_eq(error_of(ports, 17, &index),
			 "extra_ports: more than 16");
	ck_assert_str_eq(error_of(NULL, 1, &index), "extra_ports: none");
	ports[3].port = 2000;
	ck_assert_str_eq(error_of(ports, 4, &index),
			 "extra_ports: this one stands there twice");
	ck_assert_uint_eq(index, 3);
	ports[3] = (struct vpnalg_extra_port){ vpnalg_l2tp, UDP, 2000, 1701 };
	ck_assert_ptr_null(error_of(ports, 4, &index));
}
END_TEST

START_TEST(they_cost_what_the_manual_says)
{
	const struct vpnalg_extra_port port = { vpnalg_pptp, TCP, 1724, 1723 };
	const struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_store store = { .size = sizeof(store) };
	struct vpnalg_config config = { .size = sizeof(config),
					.protocols = protocols,
					.protocol_count = 3,
					.addresses = &outside,
					.address_count = 1,
					.store = &store,
					.random = no_random };
	size_t without = vpnalg_size(&config);

	config.extra_ports = &port;
	config.extra_port_count = 1;
	ck_assert_uint_gt(vpnalg_size(&config), without);
	ck_assert_uint_le(vpnalg_size(&config),
			  without + VPNALG_EXTRA_PORTS_BYTES);
}
END_TEST

/* Packets */

/* As they come, whatever ports worlds have otherwise. */
static unsigned process(uint8_t direction, struct bytes *p)
{
	struct vpnalg_packet packet = { .data = p->data,
					.caplen = p->length,
					.len = p->length,
					.direction = direction,
					.zone = direction == VPNALG_OUT ? ZONE
									: 0 };

	vpnalg_ports_begin(w.alg, &packet, 1);
	vpnalg_process(w.alg, &packet, 1, w.now);
	vpnalg_ports_end(w.alg, &packet, 1);
	ck_assert_uint_eq(packet.reserved[0], 0);
	return packet.result;
}

static const struct port_row {
	uint8_t protocol;
	uint16_t port;
	const char *kind; /* of the session that is opened */
} port_rows[] = {
	{ TCP, 1723, "PPTP control connection" },
	{ TCP, 1730, "PPTP control connection" },
	{ TCP, 1731, "TCP session" },
	{ UDP, 500, "IKE session" },
	{ UDP, 507, "IKE session" },
	{ UDP, 4500, "IKE session" },
	{ UDP, 4507, "IKE session" },
	{ UDP, 1730, "UDP session" },
	{ UDP, 1701, "L2TP flow" },
	{ UDP, 1708, "L2TP flow" },
	{ TCP, 1708, "TCP session" },
};

static uint64_t opened_of(const char *name)
{
	struct vpnalg_kind_counters kind;
	size_t i;

	for (i = 0; vpnalg_kind_counters(w.alg, i, &kind, sizeof(kind)); i++)
		if (strcmp(kind.name, name) == 0)
			return kind.opened;
	return 0;
}

START_TEST(standard_ports_and_others_are_both_the_protocols)
{
	const struct port_row *row = &port_rows[_i];
	struct bytes p;

	if (row->protocol == TCP)
		p = tcp_packet(CLIENT_A, 2000, SERVER, row->port, 1, 0, SYN, "",
			       0);
	else
		p = udp_packet(CLIENT_A, 2000, SERVER, row->port,
			       "\310\2\0\24", 4);
	ck_assert_uint_eq(process(VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened_of(row->kind), 1);
	ck_assert_uint_eq(get16(p.data + 22), row->port);
	ck_assert_uint_eq(get32(p.data + 12), OUTSIDE);
	ck_assert(checksums_right(p.data, p.length));
}
END_TEST

/* A checksum of 0xffff would become 0 and back, but for what is kept of it. */
START_TEST(an_error_that_is_not_translated_stays_as_it_is)
{
	struct bytes quoted = udp_packet(OUTSIDE, 2000, SERVER, 507, "x", 1);
	struct bytes p = icmp_error(SERVER, OUTSIDE, 3, &quoted, 28), before;

	put16(p.data + 22, 0xffff);
	before = p;
	ck_assert_uint_ne(process(VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_mem_eq(p.data, before.data, p.length);
}
END_TEST

START_TEST(a_burst_of_both_gives_the_same_as_one_by_one)
{
	enum { N = 40 };
	struct vpnalg_packet packets[N];
	static struct bytes bytes[N], alone[N];
	unsigned i;

	for (i = 0; i < N; i++) {
		bytes[i] =
			udp_packet(CLIENT_A, (uint16_t)(2000 + i / 2), SERVER,
				   i % 2 ? 4507 : 4500, "\0\0\0\1", 4);
		packets[i] = (struct vpnalg_packet){ .data = bytes[i].data,
						     .caplen = bytes[i].length,
						     .len = bytes[i].length,
						     .zone = ZONE };
		alone[i] = bytes[i];
	}
	vpnalg_ports_begin(w.alg, packets, N);
	vpnalg_process(w.alg, packets, N, w.now);
	vpnalg_ports_end(w.alg, packets, N);
	for (i = 0; i < N; i++) {
		ck_assert_uint_eq(packets[i].result, VPNALG_TRANSLATED);
		ck_assert_uint_eq(process(VPNALG_OUT, &alone[i]),
				  VPNALG_TRANSLATED);
		ck_assert_mem_eq(alone[i].data, bytes[i].data,
				 bytes[i].length);
		ck_assert_uint_eq(get16(bytes[i].data + 22),
				  i % 2 ? 4507 : 4500);
	}
}
END_TEST

/* Services and steering */

START_TEST(a_service_at_another_inside_port_is_the_protocols)
{
	struct vpnalg_service service = {
		.size = sizeof(service),
		.protocol = TCP,
		.zone = ZONE,
		.outside_port = 9000,
		.inside_port = 1730,
		.outside = { VPNALG_IPV4, { 203, 0, 113, 1 } },
		.inside = { VPNALG_IPV4, { 192, 168, 77, 11 } },
	};

	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now),
			 VPNALG_SERVICE_DONE);
	ck_assert_uint_eq(opened_of("PPTP service"), 1);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &service, w.now),
			 VPNALG_SERVICE_DONE);
	service.inside_port = 1731;
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now),
			 VPNALG_SERVICE_DONE);
	ck_assert_uint_eq(opened_of("PPTP service"), 1);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &service, w.now),
			 VPNALG_SERVICE_DONE);
}
END_TEST

/* General traffic goes by its host, what has a server's port by its remote. */
START_TEST(packets_of_other_ports_are_steered_by_their_remote)
{
	static const struct vpnalg_ports ranges[] = { { 1024, 30000 },
						      { 30001, 65535 } };
	const struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	const struct vpnalg_extra_port port = { vpnalg_l2tp, UDP, 1708, 1701 };
	struct vpnalg_steer steer = { .size = sizeof(steer),
				      .key = { 1, 2 },
				      .addresses = &outside,
				      .address_count = 1,
				      .general = ranges,
				      .general_count = 2,
				      .protocols = protocols,
				      .protocol_count = 3,
				      .extra_ports = &port,
				      .extra_port_count = 1 };
	unsigned host, moved[2] = { 0, 0 };
	bool fragment;

	for (host = 0; host < 64; host++) {
		struct bytes p = udp_packet(CLIENT_A + host, 2000, SERVER, 1708,
					    "x", 1);
		struct vpnalg_packet packet = { .data = p.data,
						.caplen = p.length,
						.len = p.length };

		steer.extra_port_count = 1;
		moved[0] += vpnalg_steer(&steer, &packet, 2, &fragment);
		steer.extra_port_count = 0;
		moved[1] += vpnalg_steer(&steer, &packet, 2, &fragment);
	}
	ck_assert(moved[0] == 0 || moved[0] == 64);
	ck_assert(moved[1] > 0 && moved[1] < 64);
}
END_TEST

TCase *extra_port_case(void)
{
	TCase *t = tcase_create("extra ports");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_wrong_port_is_named, 0, ROWS(fault_rows));
	tcase_add_test(t, a_list_that_is_wrong_as_a_whole_is_refused);
	tcase_add_test(t, they_cost_what_the_manual_says);
	tcase_add_loop_test(t, standard_ports_and_others_are_both_the_protocols,
			    0, ROWS(port_rows));
	tcase_add_test(t, an_error_that_is_not_translated_stays_as_it_is);
	tcase_add_test(t, a_burst_of_both_gives_the_same_as_one_by_one);
	tcase_add_test(t, a_service_at_another_inside_port_is_the_protocols);
	tcase_add_test(t, packets_of_other_ports_are_steered_by_their_remote);
	return t;
}
