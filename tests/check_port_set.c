/* SPDX-License-Identifier: BSD-2-Clause */
/* Outside ports from a set (RFC 7597 5.1): general traffic's, VPNs' and Call
 * IDs. */
#include "cases.h"
#include "general.h"

#include <vpnalg/protocols.h>

#include <string.h>

static struct world w;

static void begin_with(struct vpnalg_port_set set)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
		{ vpnalg_general, NULL },
	};

	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 3,
						 .choosing = CHOOSE_TAKE,
						 .units = 20000,
						 .no_undo = true,
						 .port_set = set });
}

/* The set as RFC 7597 5.1 has it: A, then the PSID, then the rest. */
static bool is_member(const struct vpnalg_port_set *set, unsigned port)
{
	unsigned a = port >> (16 - set->offset);
	unsigned rest = 16U - set->offset - set->length;

	return port < 65536 && (set->offset == 0 || a != 0) &&
	       (port >> rest & ((1U << set->length) - 1)) == set->psid;
}

static unsigned count_members(const struct vpnalg_port_set *set)
{
	unsigned port, count = 0;

	for (port = 1024; port < 65536; port++) /* general traffic's */
		count += is_member(set, port);
	return count;
}

static const struct vpnalg_port_set sets[] = {
	{ 6, 8, 0x34 }, /* RFC 7597's example: 4 ports in each of 63 blocks */
	{ 6, 8, 0 },	 { 6, 8, 255 },	  { 6, 10, 0x155 }, { 6, 10, 0x2aa },
	{ 0, 8, 0x34 },	 { 0, 8, 255 },	  { 4, 6, 63 },	    { 1, 1, 1 },
	{ 10, 6, 5 },
};

static unsigned open_udp(uint32_t host, uint16_t port)
{
	return udp_out(&w, host, port, SERVER, 443);
}

/* All of the set's ports are found, each once, and no other. */
START_TEST(the_ports_of_a_set_are_used_up_and_no_others)
{
	const struct vpnalg_port_set *set = &sets[_i];
	static bool seen[65536];
	unsigned members = count_members(set), found = 0, tries, port;

	if (members > 1100)
		members = 1100; /* as many as the store has room for */
	memset(seen, 0, sizeof(seen));
	begin_with(*set);
	for (tries = 0; tries < 40 * members + 200 && found < members;
	     tries++) {
		if (open_udp(CLIENT_A, (uint16_t)(2000 + found)) !=
		    VPNALG_TRANSLATED)
			continue;
		port = port_from(&w);
		ck_assert_msg(is_member(set, port), "%u", port);
		ck_assert(!seen[port]);
		seen[port] = true;
		found++;
	}
	ck_assert_uint_eq(found, members);
	if (members < 1100)
		ck_assert_uint_eq(open_udp(CLIENT_B, 60000), VPNALG_DROP_NO_ID);
	world_end(&w);
}
END_TEST

/* A host's own port is kept where it is in the set, and parity is. */
START_TEST(a_port_of_the_set_is_kept_and_parity_too)
{
	const struct vpnalg_port_set *set = &sets[0];
	unsigned port;

	begin_with(*set);
	for (port = 1024; port < 3072; port++) {
		ck_assert_uint_eq(open_udp(CLIENT_A + port % 64,
					   (uint16_t)port), VPNALG_TRANSLATED);
		if (is_member(set, port))
			ck_assert_uint_eq(port_from(&w), port);
		else if (port < 1100) /* while there are such */
			ck_assert_uint_eq(port_from(&w) & 1, port & 1);
		world_wait(&w, 300000);
		world_wait(&w, 1);
	}
	world_end(&w);
}
END_TEST

/* Whatever the protocol. */
START_TEST(identifiers_call_ids_and_ports_of_vpns_are_in_the_set)
{
	const struct vpnalg_port_set *set = &sets[_i];
	struct connection c = { 0 };

	begin_with(*set);
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 7777),
			  VPNALG_TRANSLATED);
	ck_assert(is_member(set, icmp_id(&w)));
	ck_assert_uint_eq(tcp_out(&w, CLIENT_A, 40000, SERVER, 80, SYN, 0),
			  VPNALG_TRANSLATED);
	ck_assert(is_member(set, port_from(&w)));
	ck_assert_uint_eq(open_udp(CLIENT_A, 500), VPNALG_TRANSLATED);
	ck_assert(is_member(set, port_from(&w)));
	ck_assert_uint_eq(udp_out(&w, CLIENT_A, 500, SERVER, 500),
			  VPNALG_TRANSLATED);
	ck_assert(is_member(set, port_from(&w)));
	start_control(&w, &c, CLIENT_A, 1025, SERVER);
	ck_assert(is_member(set, c.outside_port));
	ck_assert(is_member(set, call_out(&w, &c, 0x4242, 9)));
	ck_assert(is_member(set, call_out(&w, &c, 0xfffe, 10)));
	world_end(&w);
}
END_TEST

/* The caller's own choice, too. */
START_TEST(the_caller_chooses_from_the_set)
{
	world_begin(&w, NULL);
	world_forget(&w);
	begin_with(sets[0]);
	w.options.choosing = CHOOSE_WRITE;
	w.chosen = OUTSIDE;
	w.chosen_id = 0x04d0; /* A 1, PSID 0x34, 0 */
	ck_assert_uint_eq(open_udp(CLIENT_A, 40000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), 0x04d0);
	w.chosen_id = 0x04d4;
	ck_assert_uint_eq(open_udp(CLIENT_A, 40001), VPNALG_DROP_REFUSED);
	world_end(&w);
}
END_TEST

static const struct set_row {
	struct vpnalg_port_set set;
	bool usable;
} set_rows[] = {
	{ { 0, 0, 0 }, true },	  { { 6, 8, 255 }, true },
	{ { 6, 8, 256 }, false }, { { 6, 10, 0 }, true },
	{ { 6, 11, 0 }, false },  { { 0, 16, 65535 }, true },
	{ { 15, 1, 1 }, true },	  { { 16, 0, 0 }, false },
	{ { 16, 1, 0 }, false },  { { 0, 17, 0 }, false },
	{ { 6, 0, 1 }, false },	  { { 255, 255, 0 }, false },
};

static uint32_t four(void *context)
{
	(void)context;
	return 4;
}

START_TEST(a_set_must_be_possible)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_general, NULL },
	};
	struct vpnalg_addr address = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_store store = { .size = sizeof(store) };
	const struct vpnalg_config config = {
		.size = sizeof(config),
		.protocols = protocols,
		.protocol_count = 1,
		.addresses = &address,
		.address_count = 1,
		.store = &store,
		.random = four,
		.port_set = set_rows[_i].set,
	};

	ck_assert_int_eq(vpnalg_size(&config) > 0, set_rows[_i].usable);
}
END_TEST

TCase *port_set_case(void)
{
	TCase *t = tcase_create("port sets");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, the_ports_of_a_set_are_used_up_and_no_others, 0,
			    ROWS(sets));
	tcase_add_test(t, a_port_of_the_set_is_kept_and_parity_too);
	tcase_add_loop_test(
		t, identifiers_call_ids_and_ports_of_vpns_are_in_the_set, 0,
		ROWS(sets));
	tcase_add_test(t, the_caller_chooses_from_the_set);
	tcase_add_loop_test(t, a_set_must_be_possible, 0, ROWS(set_rows));
	return t;
}
