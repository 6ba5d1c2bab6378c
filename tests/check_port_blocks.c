/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of ports (RFC 6888 4, RFC 7422): a host's ports are from one block, of
 * which one event tells. */
#include "port_blocks.h"
#define BLOCKS 63 /* of an address: 1024 to 65535 */

/* Whatever port the host has, and however many: all are from its block, each
 * once, but for those of servers (1701 or 4500); and then there are no more. */
START_TEST(all_ports_of_a_host_are_from_one_block)
{
	static bool used[65536];
	unsigned i, k, first = 0;

	begin();
	memset(used, 0, sizeof(used));
	for (i = 0; i < LENGTH - (w.other_ports ? 2 : 1); i++) {
		/* A packet has a few tries; the next one goes on. */
		for (k = 0; k < LENGTH &&
			    open_udp(HOST(1), (uint16_t)(2000 + i * 7)) !=
				    VPNALG_TRANSLATED;
		     k++)
			continue;
		ck_assert_msg(k < LENGTH, "port %u", i);
		first = i == 0 ? block() : first;
		ck_assert_uint_eq(block(), first);
		ck_assert(!used[port_from(&w)]);
		used[port_from(&w)] = true;
	}
	for (k = 0; k < LENGTH; k++)
		if (open_udp(HOST(1), (uint16_t)(30000 + k)) ==
		    VPNALG_TRANSLATED)
			ck_assert_uint_eq(block(), first);
	ck_assert_uint_eq(w.last.result, VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(open_udp(HOST(2), 60001), VPNALG_TRANSLATED);
	ck_assert_uint_ne(block(), first);
	ck_assert_uint_eq(allotted, 2);
	end();
}
END_TEST

/* The same block for what goes by ports, whoever carries it. */
START_TEST(vpns_and_queries_have_ports_of_the_block_too)
{
	struct connection c = { 0 };
	struct bytes p;
	unsigned first;

	begin();
	ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
	first = block();
	ck_assert_uint_eq(last_event.type, VPNALG_EVENT_BLOCK_ALLOTTED);
	ck_assert_uint_eq(last_event.session.outside_id, first * LENGTH);
	ck_assert_uint_eq(get32(last_event.session.inside.octets), HOST(1));
	ck_assert_uint_eq(get32(last_event.session.outside.octets), OUTSIDE);
	start_control(&w, &c, HOST(1), 1024, SERVER);
	ck_assert_uint_eq(c.outside_port / LENGTH, first);
	p = udp_packet(HOST(1), 500, SERVER, 500, "", 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(block(), first);
	p = udp_packet(HOST(1), 1701, SERVER, 1701, "", 0);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(block(), first);
	p = icmp_query(HOST(1), SERVER, 8, 77, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(get16(l4(&w) + 4) / LENGTH, first);
	ck_assert_uint_eq(allotted, 1);
	end();
}
END_TEST

/* As many hosts as blocks, each with its own; the next one only when a host has
 * gone, with all its sessions. */
START_TEST(a_block_is_given_back_with_the_last_session)
{
	bool used[BLOCKS + 1] = { false };
	unsigned i, k, gone = 0;

	begin();
	for (i = 0; i < BLOCKS; i++) {
		ck_assert_msg(open_udp(HOST(i), 5000) == VPNALG_TRANSLATED,
			      "host %u", i);
		ck_assert(!used[block()]);
		used[block()] = true;
		gone = i == 7 ? block() : gone;
	}
	ck_assert_uint_eq(open_udp(HOST(100), 5000), VPNALG_DROP_NO_ID);
	for (k = 0; k < 4; k++) {
		world_wait(&w, 150000);
		for (i = 0; i < BLOCKS; i++)
			if (i != 7)
				ck_assert_uint_eq(open_udp(HOST(i), 5000),
						  VPNALG_TRANSLATED);
		ck_assert_uint_eq(freed, k >= 2);
	}
	ck_assert_uint_eq(freed, 1);
	ck_assert_uint_eq(last_event.session.outside_id, gone * LENGTH);
	ck_assert_uint_eq(get32(last_event.session.inside.octets), HOST(7));
	w.now += 10000; /* a full range is not looked through before */
	ck_assert_uint_eq(open_udp(HOST(100), 5000), VPNALG_TRANSLATED);
	ck_assert_uint_eq(block(), gone);
	end();
}
END_TEST

/* A second address takes the hosts for whom the first has no block, whatever
 * their paired address would be; and all that a host has is at one address. */
START_TEST(blocks_of_all_addresses_are_used)
{
	unsigned i, k, translated = 0;
	uint32_t outside;

	begin_with((struct vpnalg_port_blocks){ .length = LENGTH }, 2);
	for (i = 0; i < 2 * BLOCKS; i++) {
		for (k = 0; k < 4 && open_udp(HOST(i), 5000) !=
					     VPNALG_TRANSLATED;
		     k++)
			w.now += 10000; /* a full range is looked at again */
		ck_assert_msg(w.last.result == VPNALG_TRANSLATED, "host %u", i);
		translated++;
		outside = source(&w);
		ck_assert_uint_eq(udp_out(&w, HOST(i), 500, SERVER_2, 500),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(source(&w), outside);
	}
	ck_assert_uint_eq(translated, 2 * BLOCKS);
	ck_assert_uint_eq(allotted, 2 * BLOCKS);
	end();
}
END_TEST

/* Nothing is left behind where the store fails at any step. */
START_TEST(a_block_that_cannot_be_noted_is_not_taken)
{
	struct bytes p = ip_packet(HOST(1), SERVER, 41, "\x60", 1);
	unsigned fail;

	for (fail = 1; fail < 40; fail++) {
		begin();
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
		w.fail_in = fail;
		open_udp(HOST(1), 5000);
		w.fail_in = 0;
		ck_assert_uint_eq(allotted, freed + (w.records > 2));
		ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
		ck_assert_uint_eq(allotted, freed + 1);
		end();
	}
}
END_TEST

/* What the callback chooses must be from the block, too. */
START_TEST(a_chosen_port_is_of_the_block)
{
	unsigned first, i;
	struct bytes p;

	begin();
	ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
	first = block();
	w.options.choosing = CHOOSE_WRITE;
	w.chosen = OUTSIDE;
	w.chosen_id = first * LENGTH + 9;
	ck_assert_uint_eq(open_udp(HOST(1), 5001), VPNALG_TRANSLATED);
	ck_assert_uint_eq(port_from(&w), first * LENGTH + 9);
	w.chosen_id = (first == 5 ? 6 : 5) * LENGTH + 9;
	ck_assert_uint_eq(open_udp(HOST(1), 5002), VPNALG_DROP_REFUSED);
	end();
	begin_with((struct vpnalg_port_blocks){ .length = LENGTH }, 2);
	ck_assert_uint_eq(open_udp(HOST(1), 5000), VPNALG_TRANSLATED);
	w.options.choosing = CHOOSE_WRITE;
	w.chosen_id = block() * LENGTH + 9;
	for (i = 0; i < 2; i++) {
		w.chosen = i == 0 ? source(&w) ^ OUTSIDE ^ OUTSIDE_2 : w.chosen;
		p = udp_packet(HOST(1), 500, SERVER, 500, "", 0);
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  i == 0 ? VPNALG_DROP_REFUSED
					 : VPNALG_TRANSLATED);
		w.chosen ^= OUTSIDE ^ OUTSIDE_2;
	}
	end();
}
END_TEST

/* Computed: RFC 7422 2.1's order, without a record or an event. */
START_TEST(blocks_are_computed_for_the_hosts_of_a_prefix)
{
	static const struct {
		uint32_t host, outside;
		unsigned block;
	} rows[] = {
		{ HOST(0), OUTSIDE, 1 },	    { HOST(1), OUTSIDE, 2 },
		{ HOST(62), OUTSIDE, 63 },	    { HOST(63), OUTSIDE_2, 1 },
	};
	struct vpnalg_port_blocks blocks = { .length = LENGTH,
					     .inside = { VPNALG_IPV4,
							 { 10, 0, 0, 0 } },
					     .zone = ZONE,
					     .prefix_length = 26 };
	long records;
	unsigned i;

	begin_with(blocks, 2);
	for (i = 0; i < 4; i++) {
		ck_assert_msg(open_udp(rows[i].host, 5000) ==
				      VPNALG_TRANSLATED,
			      "host %u", i);
		ck_assert_uint_eq(source(&w), rows[i].outside);
		ck_assert_uint_eq(block(), rows[i].block);
	}
	records = w.records;
	ck_assert_uint_eq(open_udp(HOST(64), 5000), VPNALG_DROP_NO_ID);
	ck_assert_uint_eq(open_udp(CLIENT_A, 5000), VPNALG_DROP_NO_ID);
	ck_assert_int_eq(w.records, records);
	ck_assert_uint_eq(allotted, 0);
	end();
}
END_TEST

TCase *port_blocks_case(void)
{
	TCase *t = tcase_create("port blocks");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, all_ports_of_a_host_are_from_one_block);
	tcase_add_test(t, vpns_and_queries_have_ports_of_the_block_too);
	tcase_add_test(t, a_block_is_given_back_with_the_last_session);
	tcase_add_test(t, blocks_of_all_addresses_are_used);
	tcase_add_test(t, a_block_that_cannot_be_noted_is_not_taken);
	tcase_add_test(t, a_chosen_port_is_of_the_block);
	tcase_add_test(t, blocks_are_computed_for_the_hosts_of_a_prefix);
	return t;
}
