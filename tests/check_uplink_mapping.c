/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings and permissions of several uplinks. */
#include "uplinks.h"

/* RFC 4787 REQ-2. */
START_TEST(a_host_is_paired_on_each_uplink)
{
	uint32_t host, paired[2];
	unsigned i;

	for (host = CLIENT_A; host < CLIENT_A + 8; host++)
		for (i = 0; i < 20; i++) {
			udp_by(i % 2 ? OTHER : 0, host, (uint16_t)(5000 + i),
			       SERVER + i % 5, 53);
			if (i < 2)
				paired[i] = source(&w);
			ck_assert_uint_eq(source(&w), paired[i % 2]);
		}
}
END_TEST

static const uint8_t filterings[] = {
	VPNALG_FILTERING_ENDPOINT_INDEPENDENT,
	VPNALG_FILTERING_ADDRESS_DEPENDENT,
	VPNALG_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
};

/* RFC 4787 REQ-1: one port of a host, one mapping on each uplink. */
START_TEST(a_port_has_one_mapping_on_each_uplink)
{
	uint32_t outside[2];
	uint16_t port[2];
	unsigned i, by;

	end();
	begin_with((struct world_options){
		.general = { .filtering = filterings[_i % 3] } });
	for (i = 0; i < 8; i++) {
		by = (i + (unsigned)_i / 3) % 2;
		ck_assert_uint_eq(udp_by(by ? OTHER : 0, CLIENT_A, 5000,
					 SERVER + i % 4,
					 (uint16_t)(53 + i / 4)),
				  VPNALG_TRANSLATED);
		if (i < 2) {
			outside[by] = source(&w);
			port[by] = port_from(&w);
		}
		ck_assert_uint_eq(source(&w), outside[by]);
		ck_assert_uint_eq(port_from(&w), port[by]);
		ck_assert_uint_eq(left_by(), by ? OTHER : 0);
	}
	ck_assert_uint_eq(mapped[0], 1);
	ck_assert_uint_eq(mapped[OTHER], 1);
	for (i = 0; i < 8; i++) {
		by = (i + (unsigned)_i / 3) % 2;
		ck_assert_uint_eq(udp_to(SERVER + i % 4,
					 (uint16_t)(53 + i / 4), outside[by],
					 port[by]),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(destination(&w), CLIENT_A);
		ck_assert_uint_eq(port_to(&w), 5000);
	}
}
END_TEST

/* A remote that is reached by both uplinks may answer to both, and from other
 * ports; who was not asked may not. */
START_TEST(a_permission_is_one_uplinks)
{
	uint32_t outside[2];
	unsigned i;

	end();
	begin_with((struct world_options){
		.general = { .filtering =
				     VPNALG_FILTERING_ADDRESS_DEPENDENT } });
	for (i = 0; i < 2; i++) {
		udp_by(i ? OTHER : 0, CLIENT_A, 5000, SERVER,
		       (uint16_t)(53 + i));
		outside[i] = source(&w);
	}
	udp_by(OTHER, CLIENT_A, 5000, SERVER_2, 53);
	for (i = 0; i < 2; i++) {
		w.uplink = i ? OTHER : 0;
		ck_assert_uint_eq(udp_to(SERVER, 99, outside[i], 5000),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(udp_to(STRANGER, 99, outside[i], 5000),
				  VPNALG_DROP_FILTERED);
		ck_assert_uint_eq(udp_to(SERVER_2, 99, outside[i], 5000),
				  i ? VPNALG_TRANSLATED : VPNALG_DROP_FILTERED);
	}
	/* Permissions go, and so do mappings that nothing hangs from. */
	world_wait(&w, 300001);
	world_wait(&w, 10);
	world_wait(&w, 10);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* A packet that has come by a mapping alone, and the host's error about it. */
START_TEST(an_error_about_what_a_mapping_let_in_leaves_by_its_uplink)
{
	struct bytes error, quoted = { 0 };
	uint32_t outside;

	if (_i == 1) /* it has the port on the first uplink, too */
		udp_by(0, CLIENT_A, 5000, SERVER_2, 53);
	udp_by(OTHER, CLIENT_A, 5000, SERVER, 53);
	outside = source(&w);
	ck_assert_uint_eq(udp_to(STRANGER, 99, outside, 5000),
			  VPNALG_TRANSLATED);
	quoted.length = w.length;
	memcpy(quoted.data, w.bytes, w.length);
	error = icmp_error(CLIENT_A, STRANGER, 3, &quoted, quoted.length);
	ck_assert_uint_eq(send_by(OTHER, &error), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), outside);
}
END_TEST

TCase *uplink_mapping_case(void)
{
	TCase *t = tcase_create("mappings of uplinks");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_host_is_paired_on_each_uplink);
	tcase_add_loop_test(t, a_port_has_one_mapping_on_each_uplink, 0, 6);
	tcase_add_test(t, a_permission_is_one_uplinks);
	tcase_add_loop_test(
		t, an_error_about_what_a_mapping_let_in_leaves_by_its_uplink, 0,
		2);
	return t;
}
