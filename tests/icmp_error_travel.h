/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests that have errors about packets of all protocols travel. */
#ifndef TESTS_ICMP_ERROR_TRAVEL_H
#define TESTS_ICMP_ERROR_TRAVEL_H

#include "icmp_error.h"

static const struct row *travelling; /* the rows of the file */

START_TEST(an_error_quotes_what_its_receiver_has_sent)
{
	judge(&travelling[_i]);
}
END_TEST

START_TEST(an_error_has_a_reason_when_the_other_host_has_gone)
{
	judge_left(&travelling[_i]);
}
END_TEST

static inline TCase *travel_case(const char *name, const struct row *rows,
				 int count)
{
	TCase *tcase = tcase_create(name);

	travelling = rows;
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, an_error_quotes_what_its_receiver_has_sent,
			    0, count);
	tcase_add_loop_test(tcase,
			    an_error_has_a_reason_when_the_other_host_has_gone,
			    0, count);
	return tcase;
}

#endif
