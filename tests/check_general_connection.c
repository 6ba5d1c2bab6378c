/* SPDX-License-Identifier: BSD-2-Clause */
/* SCTP, DCCP and UDP-Lite: ports that stay, checksums, and the life of a
 * connection. */
#include "general_other.h"
#define TRANSITORY 240000
#define ESTABLISHED 7440000

static unsigned ports_out(uint8_t protocol, uint32_t host, uint16_t port,
			  uint16_t remote_port)
{
	struct bytes p = transport_packet(protocol, host, port, SERVER, remote_port,
				    2);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned ports_in(uint8_t protocol, uint16_t remote_port, uint16_t port)
{
	struct bytes p = transport_packet(protocol, SERVER, remote_port, OUTSIDE,
				    port, 2);

	return send_packet(&w, VPNALG_IN, &p);
}

static const uint8_t transports[] = { SCTP, DCCP, UDPLITE };

START_TEST(ports_distinguish_hosts_and_stay)
{
	uint8_t protocol = transports[_i];

	ck_assert_uint_eq(ports_in(protocol, 5060, 7000), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(ports_out(protocol, CLIENT_A, 7000, 5060),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(port_from(&w), 7000);
	ck_assert_uint_eq(ports_out(protocol, CLIENT_B, 7001, 5060),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), 7001);
	/* The same port towards another port of the remote. */
	ck_assert_uint_eq(ports_out(protocol, CLIENT_B, 7000, 5061),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(ports_out(protocol, CLIENT_B, 7000, 5060),
			  VPNALG_DROP_TAKEN);
	ck_assert_uint_eq(ports_in(protocol, 5060, 7000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(port_to(&w), 7000);
	ck_assert_uint_eq(ports_in(protocol, 5060, 7001), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(ports_in(protocol, 5061, 7000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(ports_in(protocol, 5062, 7000), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(opened(&w, G_PORTS), 3);
}
END_TEST

/* The bytes of SCTP's CRC32c stay, and so do all others. */
START_TEST(of_sctp_only_the_address_changes)
{
	struct bytes p = transport_packet(SCTP, CLIENT_A, 7000, SERVER, 5060, 1);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_mem_eq(l4(&w), p.data + 20, p.length - 20);
}
END_TEST

/* With checksums that are wrong, partial, or 0 in the end. */
static const struct sum_row {
	uint8_t protocol, checksum;
	uint16_t before, after;
} sum_rows[] = {
	/* 192.168.77.11 becomes 203.0.113.1: 0x10db3 gives way to 0x13c02. */
	{ UDPLITE, VPNALG_CHECKSUM_FULL, 0x1234, 0xe3e5 },
	{ DCCP, VPNALG_CHECKSUM_FULL, 0x1234, 0xe3e5 },
	{ UDPLITE, VPNALG_CHECKSUM_VERIFIED, 0x1234, 0xe3e5 },
	{ UDPLITE, VPNALG_CHECKSUM_FULL, 0x2e4e, 0xffff },
	{ DCCP, VPNALG_CHECKSUM_FULL, 0x2e4e, 0x0000 },
	{ UDPLITE, VPNALG_CHECKSUM_PARTIAL, 0x3880, 0x66ce },
	{ DCCP, VPNALG_CHECKSUM_PARTIAL, 0x3880, 0x66ce },
};

START_TEST(checksums_change_by_the_difference)
{
	const struct sum_row *row = &sum_rows[_i];
	struct bytes p = transport_packet(row->protocol, CLIENT_A, 7000, SERVER, 80,
				    0);

	put16(p.data + 26, row->before);
	ck_assert_uint_eq(send_summed(&w, VPNALG_OUT, &p, row->checksum),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 6), row->after);
}
END_TEST

/* RFC 3828 3.1: 0, or from 8 to the length. */
static const struct coverage_row {
	uint16_t coverage;
	unsigned result;
} coverage_rows[] = {
	{ 0, VPNALG_TRANSLATED },      { 1, VPNALG_DROP_MALFORMED },
	{ 7, VPNALG_DROP_MALFORMED },  { 8, VPNALG_TRANSLATED },
	{ 9, VPNALG_TRANSLATED },      { 20, VPNALG_TRANSLATED },
	{ 21, VPNALG_DROP_MALFORMED }, { 4660, VPNALG_DROP_MALFORMED },
};

START_TEST(the_coverage_of_udplite_must_fit)
{
	struct bytes p = transport_packet(UDPLITE, CLIENT_A, 7000, SERVER, 80, 0);

	put16(p.data + 24, coverage_rows[_i].coverage);
	set_transport_checksum(&p);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  coverage_rows[_i].result);
}
END_TEST

/* One of 0 would be 0xffff. */
START_TEST(udplite_has_a_checksum)
{
	struct bytes p = transport_packet(UDPLITE, CLIENT_A, 7000, SERVER, 80, 0);

	put16(p.data + 26, 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_MALFORMED);
}
END_TEST

/* --- How long a connection lives. */

enum { SCTP_INIT = 1, SCTP_DATA = 0, SCTP_ABORT = 6, SCTP_SHUTDOWN_ACK = 8,
       SCTP_SHUTDOWN_COMPLETE = 14 };
enum { DCCP_REQUEST = 0, DCCP_DATA = 2, DCCP_CLOSE = 6, DCCP_RESET = 7 };

/* Types out, or in with IN added; NONE ends the row. */
#define IN 0x40
#define NONE 0xff

static const struct timer_row {
	const char *what;
	uint8_t protocol;
	uint8_t types[8];
	vpnalg_time left;
} timer_rows[] = {
	{ "INIT", SCTP, { SCTP_INIT, NONE }, TRANSITORY },
	{ "INIT, answered", SCTP, { SCTP_INIT, IN | 2, NONE }, TRANSITORY },
	{ "set up", SCTP, { SCTP_INIT, IN | 2, 10, NONE }, ESTABLISHED },
	{ "data unanswered", SCTP, { SCTP_DATA, SCTP_DATA, NONE }, TRANSITORY },
	{ "aborted", SCTP, { 1, IN | 2, 10, SCTP_ABORT, NONE }, TRANSITORY },
	{ "shut down from outside", SCTP,
	  { 1, IN | 2, 10, IN | 7, SCTP_SHUTDOWN_ACK, NONE }, TRANSITORY },
	{ "shut down from inside", SCTP,
	  { 1, IN | 2, 10, 7, IN | 8, SCTP_SHUTDOWN_COMPLETE, NONE },
	  TRANSITORY },
	{ "aborted from outside, or forged", SCTP,
	  { 1, IN | 2, 10, IN | SCTP_ABORT, NONE }, ESTABLISHED },
	{ "restarted", SCTP, { 1, IN | 2, 10, SCTP_INIT, NONE }, TRANSITORY },
	{ "a chunk of type 22 is none of type 6", SCTP,
	  { 1, IN | 2, 10, 22, NONE }, ESTABLISHED },
	{ "Request", DCCP, { DCCP_REQUEST, NONE }, TRANSITORY },
	{ "set up", DCCP, { DCCP_REQUEST, IN | 1, 3, NONE }, ESTABLISHED },
	{ "closed", DCCP, { 0, IN | 1, 3, DCCP_CLOSE, NONE }, TRANSITORY },
	{ "reset", DCCP, { 0, IN | 1, 3, DCCP_RESET, NONE }, TRANSITORY },
	{ "reset from outside, or forged", DCCP,
	  { 0, IN | 1, 3, IN | DCCP_RESET, NONE }, ESTABLISHED },
	{ "UDP-Lite has no connection", UDPLITE, { 0, IN | 0, 0, NONE },
	  300000 },
};

START_TEST(a_connection_lives_by_its_state)
{
	const struct timer_row *row = &timer_rows[_i];
	const uint8_t *type;
	struct bytes p;

	for (type = row->types; *type != NONE; type++) {
		bool in = *type & IN;

		p = in ? transport_packet(row->protocol, SERVER, 80, OUTSIDE, 7000,
				    *type & (IN - 1))
		       : transport_packet(row->protocol, CLIENT_A, 7000, SERVER, 80,
				    *type);
		ck_assert_uint_eq(send_packet(&w, in ? VPNALG_IN : VPNALG_OUT,
					      &p), VPNALG_TRANSLATED);
	}
	world_wait(&w, row->left - 1);
	ck_assert_msg(closed(&w, G_PORTS) == 0, "%s: ended before", row->what);
	world_wait(&w, 1);
	ck_assert_msg(closed(&w, G_PORTS) == 1, "%s: lives on", row->what);
}
END_TEST

TCase *general_connection_case(void)
{
	TCase *t = tcase_create("general connections");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, ports_distinguish_hosts_and_stay, 0,
			    ROWS(transports));
	tcase_add_test(t, of_sctp_only_the_address_changes);
	tcase_add_loop_test(t, checksums_change_by_the_difference, 0,
			    ROWS(sum_rows));
	tcase_add_loop_test(t, the_coverage_of_udplite_must_fit, 0,
			    ROWS(coverage_rows));
	tcase_add_test(t, udplite_has_a_checksum);
	tcase_add_loop_test(t, a_connection_lives_by_its_state, 0,
			    ROWS(timer_rows));
	return t;
}
