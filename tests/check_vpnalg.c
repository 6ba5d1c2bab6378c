/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs all suites. */
#include "support.h"

#include <stdlib.h>

int main(void)
{
	Suite *(*const suites[])(void) = {
		packet_suite,     rewrite_suite, key_suite,      table_suite,
		icmp_error_suite, session_suite, choose_suite,   process_suite,
		expire_suite,     steer_suite,   init_suite,     pptp_suite,
		control_suite,    stream_suite,  call_suite,     model_suite,
		lessons_suite,    attacks_suite, gre_suite,      l2tp_suite,
		general_suite,    udplite_suite, own_suite,      own_vpn_suite,
		ipsec_suite,      fault_suite,   fragment_suite, renumber_suite,
		uplink_suite,     service_suite, sessions_suite, state_suite,
		events_suite,     policy_suite,
	};
	SRunner *runner = srunner_create(NULL);
	size_t i;
	int failed;

	for (i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
