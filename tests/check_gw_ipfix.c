/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/common/ipfix_event.c: what a record has of each event. The captures
 * of pcap_ipfix.py have no blocks of ports, no used up addresses, and nothing
 * of the router's own. */
#include "gateway.h"

#include <vpnalg/sessions.h>

#include "../examples/common/ipfix_event.h"

#define IPV4(a, b, c, d) { .family = VPNALG_IPV4, .octets = { a, b, c, d } }

#define HOST IPV4(192, 168, 77, 11)
#define OUTSIDE IPV4(203, 0, 113, 1)
#define REMOTE IPV4(203, 0, 113, 10)

enum {
	ENDS = IPFIX_SOURCE | IPFIX_POST_SOURCE | IPFIX_PROTOCOL,
	PORTS = IPFIX_SOURCE_PORT | IPFIX_POST_PORT
};

static const struct vpnalg_session_info session = { .number = 1 };
static const struct vpnalg_session_info mapping = {
	.number = 1, .flags = VPNALG_INFO_MAPPING
};
static const struct vpnalg_session_info routers = {
	.number = 1, .flags = VPNALG_INFO_ROUTERS
};
static const struct vpnalg_session_info account = {
	.number = 1, .flags = VPNALG_INFO_ACCOUNT, .age = 900, .idle = 100,
	.packets = { 1, 2 }, .bytes = { 3, 4 }
};

/* An event, and what its record has; 0: there is none. */
static const struct {
	struct vpnalg_event event;
	uint32_t has;
	uint8_t nat_event;
} rows[] = {
	{ { .type = VPNALG_EVENT_OPENED, .nat_event = 4, .info = &session,
	    .session = { 17, 0, HOST, OUTSIDE, REMOTE, 1, 2, 500, NULL } },
	  ENDS | PORTS | IPFIX_DESTINATION | IPFIX_DESTINATION_PORT, 4 },
	{ { .type = VPNALG_EVENT_OPENED, .nat_event = 4, .info = &session,
	    .protocol_name = "PPTP",
	    .session = { 47, 0, HOST, OUTSIDE, REMOTE, 1, 2, 99, NULL } },
	  ENDS | PORTS | IPFIX_DESTINATION, 4 },
	{ { .type = VPNALG_EVENT_OPENED, .nat_event = 4, .info = &session,
	    .protocol_name = "GRE",
	    .session = { 47, 0, HOST, OUTSIDE, REMOTE, 70000, 70000, 0,
			 NULL } },
	  ENDS | IPFIX_DESTINATION, 4 },
	{ { .type = VPNALG_EVENT_OPENED, .nat_event = 4, .info = &session,
	    .session = { 50, 0, HOST, OUTSIDE, REMOTE, 70000, 70000, 0,
			 NULL } },
	  ENDS | IPFIX_SPI | IPFIX_DESTINATION, 4 },
	{ { .type = VPNALG_EVENT_OPENED, .nat_event = 4, .info = &session,
	    .session = { 253, 0, HOST, OUTSIDE, REMOTE, 1, 1, 0, NULL } },
	  IPFIX_SOURCE | IPFIX_POST_SOURCE | IPFIX_DESTINATION, 4 },
	{ { .type = VPNALG_EVENT_CHANGED, .info = &session,
	    .session = { 17, 0, HOST, OUTSIDE, { 0 }, 1, 2, 0, NULL } },
	  ENDS | PORTS, 4 },
	{ { .type = VPNALG_EVENT_CHANGED, .info = &mapping,
	    .session = { 17, 0, HOST, OUTSIDE, { 0 }, 1, 2, 0, NULL } },
	  ENDS | PORTS, 8 },
	{ { .type = VPNALG_EVENT_CHANGED, .info = &routers,
	    .session = { 17, 0, OUTSIDE, OUTSIDE, { 0 }, 1, 2, 0, NULL } },
	  0, 0 },
	{ { .type = VPNALG_EVENT_CLOSED, .nat_event = 5, .info = &account,
	    .why = VPNALG_CLOSE_CUT, .kind_name = "UDP session",
	    .session = { 17, 0, HOST, OUTSIDE, { 0 }, 1, 2, 0, NULL } },
	  ENDS | PORTS | IPFIX_ACCOUNT | IPFIX_END | IPFIX_NAME, 5 },
	{ { .type = VPNALG_EVENT_BLOCK_ALLOTTED, .nat_event = 16,
	    .session = { 0, 0, HOST, OUTSIDE, { 0 }, 64, 1024, 0, NULL } },
	  IPFIX_SOURCE | IPFIX_POST_SOURCE | IPFIX_BLOCK, 16 },
	{ { .type = VPNALG_EVENT_BLOCK_FREED, .nat_event = 17,
	    .session = { 0, 0, HOST, OUTSIDE, { 0 }, 64, 1024, 0, NULL } },
	  IPFIX_SOURCE | IPFIX_POST_SOURCE | IPFIX_BLOCK, 17 },
	{ { .type = VPNALG_EVENT_EXHAUSTED, .nat_event = 12,
	    .session = { 17, 0, HOST, { 0 }, REMOTE, 1, 0, 500, NULL } },
	  IPFIX_SOURCE | IPFIX_PROTOCOL | IPFIX_SOURCE_PORT |
		  IPFIX_DESTINATION | IPFIX_DESTINATION_PORT, 12 },
	{ { .type = VPNALG_EVENT_LIMIT, .nat_event = 13, .nat_quota = 3,
	    .most = 7,
	    .session = { 50, 0, HOST, { 0 }, { 0 }, 0, 0, 0, NULL } },
	  IPFIX_SOURCE | IPFIX_PROTOCOL | IPFIX_QUOTA | IPFIX_MAX_PER_HOST,
	  13 },
	{ { .type = VPNALG_EVENT_REFUSED,
	    .session = { 17, 0, HOST, { 0 }, REMOTE, 1, 0, 500, NULL } }, 0,
	  0 },
	{ { .type = VPNALG_EVENT_SUPPRESSED, .count = 7 }, 0, 0 },
};

START_TEST(a_record_has_what_its_event_has)
{
	struct ipfix_record record;
	bool there = ipfix_event(&rows[_i].event, true, true, &record);

	ck_assert_int_eq(there, rows[_i].nat_event != 0);
	ck_assert_uint_eq(record.has, rows[_i].has);
	ck_assert_uint_eq(record.fields.event, rows[_i].nat_event);
}
END_TEST

START_TEST(remotes_are_not_exported_unless_requested)
{
	struct ipfix_record record;

	ipfix_event(&rows[_i].event, false, true, &record);
	ck_assert_uint_eq(record.has,
			  rows[_i].has & ~(uint32_t)(IPFIX_DESTINATION |
						     IPFIX_DESTINATION_PORT));
	ck_assert_uint_eq(record.fields.destination, 0);
	ck_assert_uint_eq(record.fields.destination_port, 0);
}
END_TEST

START_TEST(a_block_has_its_first_and_last_port)
{
	const struct vpnalg_event event = {
		.nat_event = 16,
		.session = { 0, 0, HOST, OUTSIDE, { 0 }, 64, 65472, 0, NULL },
	};
	struct ipfix_record record;

	ck_assert(ipfix_event(&event, false, true, &record));
	ck_assert_uint_eq(record.fields.source, 0xc0a84d0b);
	ck_assert_uint_eq(record.fields.post_source, 0xcb007101);
	ck_assert_uint_eq(record.fields.block_first, 65472);
	ck_assert_uint_eq(record.fields.block_last, 65535);
}
END_TEST

START_TEST(an_end_has_the_account)
{
	const struct vpnalg_event event = { .type = VPNALG_EVENT_CLOSED,
					    .nat_event = 5,
					    .time = 5000,
					    .why = VPNALG_CLOSE_GAVE_WAY,
					    .info = &account };
	struct ipfix_record record;

	ck_assert(ipfix_event(&event, false, true, &record));
	ck_assert_uint_eq(record.fields.time, 5000);
	ck_assert_uint_eq(record.fields.start, 4100);
	ck_assert_uint_eq(record.fields.end, 4900);
	ck_assert_uint_eq(record.fields.packets, 1);
	ck_assert_uint_eq(record.fields.reverse_packets, 2);
	ck_assert_uint_eq(record.fields.octets, 3);
	ck_assert_uint_eq(record.fields.reverse_octets, 4);
	ck_assert_uint_eq(record.fields.end_reason, 5);
}
END_TEST

Suite *gw_ipfix_suite(void)
{
	Suite *suite = suite_create("gw ipfix");
	TCase *tests = tcase_create("ipfix");
	const int count = sizeof(rows) / sizeof(rows[0]);

	tcase_add_loop_test(tests, a_record_has_what_its_event_has, 0, count);
	tcase_add_loop_test(tests, remotes_are_not_exported_unless_requested, 0,
			    count);
	tcase_add_test(tests, a_block_has_its_first_and_last_port);
	tcase_add_test(tests, an_end_has_the_account);
	suite_add_tcase(suite, tests);
	return suite;
}
