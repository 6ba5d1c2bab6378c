/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks and sets of ports on several uplinks. */
#include "uplinks.h"

/* Ports */

#define LENGTH 64

static unsigned block_of(void)
{
	return port_from(&w) / LENGTH;
}

START_TEST(a_host_has_a_block_on_each_uplink)
{
	unsigned i, block[2];
	uint32_t outside[2];

	end();
	begin_with((struct world_options){
		.port_blocks = { .length = LENGTH } });
	for (i = 0; i < 20; i++) {
		ck_assert_uint_eq(udp_by(i % 2 ? OTHER : 0, CLIENT_A,
					 (uint16_t)(5000 + i), SERVER, 53),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(left_by(), i % 2 ? OTHER : 0);
		if (i < 2) {
			block[i] = block_of();
			outside[i] = source(&w);
		}
		ck_assert_uint_eq(block_of(), block[i % 2]);
		ck_assert_uint_eq(source(&w), outside[i % 2]);
	}
	ck_assert_uint_eq(w.events[VPNALG_EVENT_BLOCK_ALLOTTED], 2);
	ck_assert_int_eq(set(OTHER_ONLY, false, uplinks), 0);
	world_wait(&w, 0);
	ck_assert_uint_eq(w.events[VPNALG_EVENT_BLOCK_FREED], 1);
	udp_by(OTHER, CLIENT_A, 6000, SERVER, 53);
	ck_assert_uint_eq(block_of(), block[1]);
}
END_TEST

/* A host without anything goes elsewhere for a block, on its uplink. */
START_TEST(a_block_is_from_another_address_of_the_uplink)
{
	uint32_t host;
	unsigned got = 0;

	end();
	begin_with((struct world_options){
		.port_blocks = { .length = LENGTH,
				 .ports = { 1024, 1024 + LENGTH - 1 } } });
	for (host = CLIENT_A; host < CLIENT_A + 6; host++) {
		if (udp_by(OTHER, host, 5000, SERVER, 53) == VPNALG_TRANSLATED)
			got++;
		else
			ck_assert_uint_eq(w.last.result, VPNALG_DROP_NO_ID);
		ck_assert(w.last.result != VPNALG_TRANSLATED ||
			  left_by() == OTHER);
	}
	ck_assert_uint_eq(got, 2);
}
END_TEST

/* RFC 7422: of the addresses of each uplink in their order. */
START_TEST(blocks_are_computed_on_each_uplink)
{
	struct vpnalg_port_blocks blocks = { .length = 16384,
					     .zone = ZONE,
					     .inside.family = VPNALG_IPV4,
					     .prefix_length = 30 };
	unsigned host, by;

	put32(blocks.inside.octets, 0x0a000000);
	end();
	begin_with((struct world_options){ .port_blocks = blocks });
	for (host = 0; host < 4; host++)
		for (by = 0; by < 2; by++) {
			ck_assert_uint_eq(udp_by(by ? OTHER : 0,
						 0x0a000000 + host, 5000,
						 SERVER + by, 53),
					  VPNALG_TRANSLATED);
			ck_assert_uint_eq(source(&w),
					  OUTSIDE + by + (host / 3) * 2);
			ck_assert_uint_eq(port_from(&w) / 16384,
					  1 + host % 3);
		}
}
END_TEST

START_TEST(a_port_set_holds_on_each_uplink)
{
	unsigned i;

	end();
	begin_with((struct world_options){
		.port_set = { .offset = 4, .length = 4, .psid = 5 } });
	for (i = 0; i < 16; i++) {
		ck_assert_uint_eq(udp_by(i % 2 ? OTHER : 0, CLIENT_A,
					 (uint16_t)(5000 + i), SERVER, 53),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(left_by(), i % 2 ? OTHER : 0);
		ck_assert_uint_eq(port_from(&w) >> 8 & 0xf, 5);
	}
}
END_TEST

/* The addresses of the smallest uplink must suffice. */
START_TEST(computed_blocks_suffice_on_each_uplink)
{
	static const uint8_t uneven[] = { 0, 0, 0, OTHER };
	struct vpnalg_addr list[4] = { { 0 } };
	struct vpnalg_protocol protocol = { vpnalg_general, NULL };
	struct vpnalg_store store = { .size = sizeof(store) };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.protocols = &protocol,
		.protocol_count = 1,
		.addresses = list,
		.address_count = 4,
		.store = &store,
		.random = (uint32_t (*)(void *))1,
		.port_blocks = { .length = 16384,
				 .inside.family = VPNALG_IPV4,
				 .prefix_length = 30 },
	};

	config.uplinks = uplinks;
	ck_assert_uint_ne(vpnalg_size(&config), 0);
	config.uplinks = uneven;
	ck_assert_uint_eq(vpnalg_size(&config), 0);
}
END_TEST

TCase *uplink_ports_case(void)
{
	TCase *t = tcase_create("ports of uplinks");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_host_has_a_block_on_each_uplink);
	tcase_add_test(t, a_block_is_from_another_address_of_the_uplink);
	tcase_add_test(t, blocks_are_computed_on_each_uplink);
	tcase_add_test(t, a_port_set_holds_on_each_uplink);
	tcase_add_test(t, computed_blocks_suffice_on_each_uplink);
	return t;
}
