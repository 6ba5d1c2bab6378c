/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the suites of those parts of vpnalg-gw that take no network. */
#include "gateway.h"

#include <stdlib.h>
#include <string.h>

#include "../examples/common/say.h"

const char program[] = "check_gateway";

uint32_t get(const uint8_t *p, size_t length)
{
	uint32_t value = 0;

	for (size_t i = 0; i < length; i++)
		value = value << 8 | p[i];
	return value;
}

void put(uint8_t *p, size_t length, uint32_t value)
{
	while (length--) {
		p[length] = (uint8_t)value;
		value >>= 8;
	}
}

bool sum_is_right(const uint8_t *data, size_t length)
{
	uint32_t rest = 0;
	bool zero = true;

	for (size_t i = 0; i < length; i++) {
		rest = (rest * 256 + data[i]) % 65535;
		zero = zero && !data[i];
	}
	if (length % 2)
		rest = rest * 256 % 65535;
	return !zero && !rest;
}

bool l4_sum_is_right(const uint8_t *ip)
{
	static uint8_t all[12 + 65536];
	size_t header = (ip[0] & 15u) * 4u;
	size_t length = get(ip + 2, 2) - header;

	memcpy(all, ip + 12, 8);
	put(all + 8, 2, ip[9]);
	put(all + 10, 2, (uint32_t)length);
	memcpy(all + 12, ip + header, length);
	return sum_is_right(all, 12 + length);
}

int main(void)
{
	SRunner *runner = srunner_create(NULL);
	int failed;

	srunner_add_suite(runner, gw_answer_suite());
	srunner_add_suite(runner, gw_fragment_suite());
	srunner_add_suite(runner, gw_held_suite());
	srunner_add_suite(runner, gw_impair_suite());
	srunner_add_suite(runner, gw_ipfix_suite());
	srunner_add_suite(runner, gw_metrics_suite());
	srunner_add_suite(runner, gw_mirror_suite());
	srunner_add_suite(runner, gw_port_suite());
	srunner_add_suite(runner, gw_served_suite());
	srunner_add_suite(runner, gw_whole_suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
