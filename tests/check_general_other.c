/* SPDX-License-Identifier: BSD-2-Clause */
/* General traffic of all protocols but TCP, UDP and ICMP: by the remote alone,
 * or by ports that stay. */
#include "general_other.h"

#define IPIP 4
#define AH 51

#define OTHER 600000

/* GRE's first four bytes. */
#define PLAIN_GRE "\x20\x00\x08\x00"
#define PPTP_DATA "\x30\x01\x88\x0b"

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
