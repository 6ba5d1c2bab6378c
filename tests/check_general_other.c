/* SPDX-License-Identifier: BSD-2-Clause */
/* General traffic of all protocols but TCP, UDP and ICMP: by the remote alone,
 * or by ports that stay. */
#include "cases.h"
#include "general.h"

#include <vpnalg/protocols.h>

#include <string.h>

#define IPIP 4
#define AH 51
#define SCTP 132
#define DCCP 33
#define UDPLITE 136

#define OTHER 600000
#define TRANSITORY 240000
#define ESTABLISHED 7440000

/* GRE's first four bytes. */
#define PLAIN_GRE "\x20\x00\x08\x00"
#define EOIP "\x20\x01\x64\x00"
#define PPTP_DATA "\x30\x01\x88\x0b"

static struct world w;

static void begin(void)
{
	general_world(&w, (struct world_options){ .choosing = CHOOSE_TAKE });
}

static void end(void)
{
	world_end(&w);
}

/* --- By the remote alone. */

static const struct address_row {
	const char *what;
	uint8_t protocol;
	const char *first; /* four bytes */
} address_rows[] = {
	{ "IGMP to one host", 2, "\x11\0\0\0" },
	{ "IP in IP", IPIP, "\x45\0\0\x28" },
	{ "RDP", 27, "\x12\x34\x56\x78" },
	{ "IPv6", 41, "\x60\0\0\0" },
	{ "ESP, without its handler", ESP, "\0\0\x10\x01" },
	{ "OSPF", 89, "\x02\x01\0\x2c" },
	{ "IPIP", 94, "\x12\x34\x56\x78" },
	{ "EtherIP", 97, "\x30\0\0\0" },
	{ "PIM", 103, "\x20\0\0\0" },
	{ "IPComp", 108, "\x04\0\x12\x34" },
	{ "VRRP", 112, "\x21\x01\x64\x01" },
	{ "L2TPv3, without its handler", 115, "\0\0\0\x07" },
	{ "WESP", 141, "\x32\x0c\x0c\0" },
	{ "an experiment", 253, "\x12\x34\x56\x78" },
	{ "GRE, without its handler", GRE, PLAIN_GRE },
	{ "EoIP", GRE, EOIP },
	{ "PPTP's data, without its handler", GRE, PPTP_DATA },
	{ "GRE of version 2", GRE, "\x20\x02\x08\x00" },
};

static struct bytes plain(uint32_t from, uint32_t to, uint8_t protocol,
			  const char *first)
{
	uint8_t data[24];

	memcpy(data, first, 4);
	memset(data + 4, 0x55, sizeof(data) - 4);
	return ip_packet(from, to, protocol, data, sizeof(data));
}

static unsigned plain_out(uint32_t host, uint32_t remote,
			  const struct address_row *row)
{
	struct bytes p = plain(host, remote, row->protocol, row->first);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned plain_in(uint32_t remote, const struct address_row *row)
{
	struct bytes p = plain(remote, OUTSIDE, row->protocol, row->first);

	return send_packet(&w, VPNALG_IN, &p);
}

START_TEST(a_protocol_without_ports_goes_by_its_remote)
{
	const struct address_row *row = &address_rows[_i];

	ck_assert_uint_eq(plain_in(SERVER, row), VPNALG_UNTOUCHED);
	ck_assert_msg(plain_out(CLIENT_A, SERVER, row) == VPNALG_TRANSLATED,
		      "%s: %u", row->what, w.last.result);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_mem_eq(l4(&w), row->first, 4);
	ck_assert_msg(plain_in(SERVER, row) == VPNALG_TRANSLATED, "%s in",
		      row->what);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(plain_in(SERVER_2, row), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(opened(&w, G_ADDRESS), 1);
}
END_TEST

START_TEST(a_second_host_is_refused_while_the_first_one_sends)
{
	const struct address_row *row = &address_rows[_i];

	plain_out(CLIENT_A, SERVER, row);
	ck_assert_uint_eq(plain_out(CLIENT_B, SERVER, row), VPNALG_DROP_TAKEN);
	ck_assert_uint_eq(plain_out(CLIENT_B, SERVER_2, row),
			  VPNALG_TRANSLATED);
	world_wait(&w, OTHER - 1);
	plain_in(SERVER, row); /* which keeps nothing */
	ck_assert_uint_eq(plain_out(CLIENT_B, SERVER, row), VPNALG_DROP_TAKEN);
	world_wait(&w, 1);
	ck_assert_uint_eq(plain_out(CLIENT_B, SERVER, row), VPNALG_TRANSLATED);
	ck_assert_uint_eq(plain_in(SERVER, row), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
}
END_TEST

START_TEST(what_goes_out_keeps_its_session)
{
	const struct address_row *row = &address_rows[0];

	plain_out(CLIENT_A, SERVER, row);
	world_wait(&w, OTHER - 1);
	plain_out(CLIENT_A, SERVER, row);
	world_wait(&w, OTHER - 1);
	ck_assert_uint_eq(plain_in(SERVER, row), VPNALG_TRANSLATED);
	world_wait(&w, 1);
	ck_assert_uint_eq(plain_in(SERVER, row), VPNALG_UNTOUCHED);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

START_TEST(the_time_without_ports_is_a_setting)
{
	world_forget(&w);
	general_world(&w, (struct world_options){ .timers.other = 5000 });
	plain_out(CLIENT_A, SERVER, &address_rows[0]);
	world_wait(&w, 4999);
	ck_assert_uint_eq(closed(&w, G_ADDRESS), 0);
	world_wait(&w, 1);
	ck_assert_uint_eq(closed(&w, G_ADDRESS), 1);
}
END_TEST

/* Each protocol for itself; of GRE each version, and each type of version 1. */
START_TEST(one_remote_may_have_all_of_these_protocols)
{
	size_t i;

	for (i = 0; i < ROWS(address_rows); i++)
		ck_assert_uint_eq(plain_out(CLIENT_A + (uint32_t)i % 3, SERVER,
					    &address_rows[i]),
				  VPNALG_TRANSLATED);
	ck_assert_uint_eq(opened(&w, G_ADDRESS), ROWS(address_rows));
	for (i = 0; i < ROWS(address_rows); i++) {
		plain_in(SERVER, &address_rows[i]);
		ck_assert_uint_eq(destination(&w), CLIENT_A + i % 3);
	}
}
END_TEST

/* One that nobody uses with this remote. */
START_TEST(a_second_host_gets_another_outside_address)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	const struct address_row *row = &address_rows[3];
	uint32_t first;

	world_forget(&w);
	general_world(&w, (struct world_options){ .addresses = addresses,
						  .address_count = 2 });
	plain_out(CLIENT_A, SERVER, row);
	first = source(&w);
	ck_assert_uint_eq(plain_out(CLIENT_B, SERVER, row), VPNALG_TRANSLATED);
	ck_assert_uint_ne(source(&w), first);
	ck_assert_uint_eq(plain_out(CLIENT_C, SERVER, row), VPNALG_DROP_TAKEN);
}
END_TEST

START_TEST(a_refusal_of_the_caller_is_no_other_host)
{
	world_forget(&w);
	general_world(&w,
		      (struct world_options){ .choosing = CHOOSE_REFUSE });
	ck_assert_uint_eq(plain_out(CLIENT_A, SERVER, &address_rows[0]),
			  VPNALG_DROP_REFUSED);
}
END_TEST

/* What undo has no session for. */
START_TEST(undo_opens_nothing_by_address)
{
	struct bytes p = plain(OUTSIDE, SERVER, 41, "\x60\0\0\0");

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	p = plain(SERVER, CLIENT_A, 41, "\x60\0\0\0");
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_DROP_NO_SESSION);
	ck_assert_int_eq(w.operations, 0);
}
END_TEST

/* AH cannot be translated; ICMP that is no query has no identifier. */
START_TEST(what_cannot_be_translated_does_not_leave)
{
	struct bytes p = plain(CLIENT_A, SERVER, AH, "\x06\x04\0\0");

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_DROP_AH);
	p = plain(SERVER, OUTSIDE, AH, "\x06\x04\0\0");
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = plain(CLIENT_A, SERVER, ICMP, "\x12\x34\x56\x78");
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_NO_SESSION);
}
END_TEST

/* --- Beside the handlers of VPNs. */

static void begin_beside(void)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },  { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL },  { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};

	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 5,
						 .choosing = CHOOSE_TAKE });
}

static uint64_t opened_in(const char *kind)
{
	struct vpnalg_kind_counters counters;
	size_t i;

	for (i = 0; vpnalg_kind_counters(w.alg, i, &counters,
					 sizeof(counters)); i++)
		if (strcmp(counters.name, kind) == 0)
			return counters.opened;
	ck_abort_msg("no kind %s", kind);
	return 0;
}

/* A protocol that has a handler is that handler's. */
static const struct beside_row {
	uint8_t protocol;
	const char *first;
	unsigned result;
	const char *kind; /* that is opened, or NULL */
} beside_rows[] = {
	{ GRE, PLAIN_GRE, VPNALG_TRANSLATED, "GRE tunnel" },
	{ GRE, EOIP, VPNALG_TRANSLATED, "session by address" },
	{ GRE, PPTP_DATA, VPNALG_DROP_NO_SESSION, NULL },
	{ ESP, "\0\0\x10\x01", VPNALG_TRANSLATED, "ESP outbound SA" },
	{ AH, "\x06\x04\0\0", VPNALG_DROP_AH, NULL },
	{ 41, "\x60\0\0\0", VPNALG_TRANSLATED, "session by address" },
};

START_TEST(a_protocol_with_a_handler_is_that_ones)
{
	const struct beside_row *row = &beside_rows[_i];
	struct bytes p = plain(CLIENT_A, SERVER, row->protocol, row->first);
	uint64_t before = opened_in("session by address");

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), row->result);
	if (row->kind != NULL)
		ck_assert_uint_eq(opened_in(row->kind), 1);
	else
		ck_assert_uint_eq(opened_in("session by address"), before);
}
END_TEST

/* EoIP from a server is the one host's that has it, and nothing else of GRE
 * is. */
START_TEST(eoip_takes_no_other_gre)
{
	struct bytes p = plain(CLIENT_A, SERVER, GRE, EOIP);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = plain(SERVER, OUTSIDE, GRE, EOIP);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = plain(SERVER, OUTSIDE, GRE, PLAIN_GRE);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	p = plain(SERVER, OUTSIDE, GRE, PPTP_DATA);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
}
END_TEST

/* --- By ports that stay. */

static struct bytes with_ports(uint8_t protocol, uint32_t from,
			       uint16_t from_port, uint32_t to,
			       uint16_t to_port, uint8_t type)
{
	uint8_t data[20] = { 0 };
	struct bytes p;

	put16(data, from_port);
	put16(data + 2, to_port);
	if (protocol == SCTP) {
		put32(data + 4, 0x12345678); /* verification tag */
		put32(data + 8, 0x9abcdef0); /* checksum, which nobody reads */
		data[12] = type;
		put16(data + 14, 4);
	} else if (protocol == DCCP) {
		data[4] = 5;
		data[8] = (uint8_t)(type << 1 | 1);
	}
	p = ip_packet(from, to, protocol, data, sizeof(data));
	set_transport_checksum(&p);
	return p;
}

static unsigned ports_out(uint8_t protocol, uint32_t host, uint16_t port,
			  uint16_t remote_port)
{
	struct bytes p = with_ports(protocol, host, port, SERVER, remote_port,
				    2);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned ports_in(uint8_t protocol, uint16_t remote_port, uint16_t port)
{
	struct bytes p = with_ports(protocol, SERVER, remote_port, OUTSIDE,
				    port, 2);

	return send_packet(&w, VPNALG_IN, &p);
}

static const uint8_t transports[] = { SCTP, DCCP, UDPLITE };

START_TEST(ports_tell_hosts_apart_and_stay)
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
	struct bytes p = with_ports(SCTP, CLIENT_A, 7000, SERVER, 5060, 1);

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
	struct bytes p = with_ports(row->protocol, CLIENT_A, 7000, SERVER, 80,
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
	struct bytes p = with_ports(UDPLITE, CLIENT_A, 7000, SERVER, 80, 0);

	put16(p.data + 24, coverage_rows[_i].coverage);
	set_transport_checksum(&p);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  coverage_rows[_i].result);
}
END_TEST

/* One of 0 would be 0xffff. */
START_TEST(udplite_has_a_checksum)
{
	struct bytes p = with_ports(UDPLITE, CLIENT_A, 7000, SERVER, 80, 0);

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

		p = in ? with_ports(row->protocol, SERVER, 80, OUTSIDE, 7000,
				    *type & (IN - 1))
		       : with_ports(row->protocol, CLIENT_A, 7000, SERVER, 80,
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

/* --- Cut, fragmented, quoted, and a store that fails. */

static const struct cut_row {
	const char *what;
	uint8_t protocol;
	uint8_t key;   /* from how many bytes on it is known whose it is */
	uint8_t whole; /* and from how many it is translated */
} cut_rows[] = {
	{ "SCTP", SCTP, 4, 12 },
	{ "DCCP", DCCP, 4, 12 },
	{ "UDP-Lite", UDPLITE, 4, 8 },
	{ "IPv6", 41, 0, 0 },
	{ "GRE", GRE, 4, 4 },
};

static struct bytes make(const struct cut_row *row, bool inward)
{
	uint32_t from = inward ? SERVER : CLIENT_A;
	uint32_t to = inward ? OUTSIDE : SERVER;

	if (row->protocol == GRE || row->protocol == 41)
		return plain(from, to, row->protocol, EOIP);
	return with_ports(row->protocol, from, 7000, to, 7000, 0);
}

START_TEST(other_packets_are_cut_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes out = make(row, false), in = make(row, true);
	uint32_t caplen;

	for (caplen = 0; caplen <= out.length; caplen++) {
		end();
		begin();
		send_captured(&w, VPNALG_OUT, &out, caplen);
		ck_assert_msg(w.last.result ==
				      (caplen < 20 ? VPNALG_UNTOUCHED
				       : caplen < 20U + row->whole
					       ? VPNALG_DROP_TRUNCATED
					       : VPNALG_TRANSLATED),
			      "%s out at %u", row->what, caplen);
		send_packet(&w, VPNALG_OUT, &out);
		send_captured(&w, VPNALG_IN, &in, caplen);
		ck_assert_msg(w.last.result ==
				      (caplen < 20U + row->key ||
						       caplen < 20
					       ? VPNALG_UNTOUCHED
				       : caplen < 20U + row->whole
					       ? VPNALG_DROP_TRUNCATED
					       : VPNALG_TRANSLATED),
			      "%s in at %u", row->what, caplen);
	}
}
END_TEST

START_TEST(other_packets_end_early_at_every_length)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes p;
	uint32_t length, whole = make(row, false).length;

	for (length = 20; length <= whole; length++) {
		p = make(row, false);
		p.length = length;
		put16(p.data + 2, length);
		set_fragment(&p, 0);
		ck_assert_msg(send_packet(&w, VPNALG_OUT, &p) ==
				      (length < 20U + row->whole
					       ? VPNALG_DROP_MALFORMED
					       : VPNALG_TRANSLATED),
			      "%s of %u", row->what, length);
	}
}
END_TEST

/* A later one has no ports, and GRE's no version. */
START_TEST(fragments_of_other_protocols_do_not_leave)
{
	struct bytes p = make(&cut_rows[_i], false);

	set_fragment(&p, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FRAGMENT);
	set_fragment(&p, 0x0005);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
			  VPNALG_DROP_FRAGMENT);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

START_TEST(a_store_that_fails_costs_one_packet_of_other_protocols)
{
	const struct cut_row *row = &cut_rows[_i];
	struct bytes p = make(row, false);
	long n;

	for (n = 1; n <= 3; n++) { /* a record and its two keys */
		w.fail_in = n;
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_DROP_STORE);
		ck_assert_int_eq(w.records, 0);
		ck_assert_int_eq(w.bindings, 0);
	}
	w.fail_in = 4;
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}
END_TEST

TCase *general_other_case(void)
{
	TCase *other = tcase_create("other protocols");

	tcase_add_checked_fixture(other, begin, end);
	tcase_add_loop_test(other, a_protocol_without_ports_goes_by_its_remote,
			    0, ROWS(address_rows));
	tcase_add_loop_test(other,
			    a_second_host_is_refused_while_the_first_one_sends,
			    0, ROWS(address_rows));
	tcase_add_test(other, what_goes_out_keeps_its_session);
	tcase_add_test(other, the_time_without_ports_is_a_setting);
	tcase_add_test(other, one_remote_may_have_all_of_these_protocols);
	tcase_add_test(other, a_second_host_gets_another_outside_address);
	tcase_add_test(other, a_refusal_of_the_caller_is_no_other_host);
	tcase_add_test(other, undo_opens_nothing_by_address);
	tcase_add_test(other, what_cannot_be_translated_does_not_leave);
	tcase_add_loop_test(other, ports_tell_hosts_apart_and_stay, 0,
			    ROWS(transports));
	tcase_add_test(other, of_sctp_only_the_address_changes);
	tcase_add_loop_test(other, checksums_change_by_the_difference, 0,
			    ROWS(sum_rows));
	tcase_add_loop_test(other, the_coverage_of_udplite_must_fit, 0,
			    ROWS(coverage_rows));
	tcase_add_test(other, udplite_has_a_checksum);
	tcase_add_loop_test(other, a_connection_lives_by_its_state, 0,
			    ROWS(timer_rows));
	tcase_add_loop_test(other, other_packets_are_cut_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(other, other_packets_end_early_at_every_length, 0,
			    ROWS(cut_rows));
	tcase_add_loop_test(other, fragments_of_other_protocols_do_not_leave,
			    0, ROWS(cut_rows));
	tcase_add_loop_test(
		other, a_store_that_fails_costs_one_packet_of_other_protocols,
		0, ROWS(cut_rows));
	return other;
}

TCase *general_beside_case(void)
{
	TCase *beside = tcase_create("other protocols beside VPNs");

	tcase_add_checked_fixture(beside, begin_beside, end);
	tcase_add_loop_test(beside, a_protocol_with_a_handler_is_that_ones, 0,
			    ROWS(beside_rows));
	tcase_add_test(beside, eoip_takes_no_other_gre);
	return beside;
}
