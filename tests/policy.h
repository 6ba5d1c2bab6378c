/* SPDX-License-Identifier: BSD-2-Clause */
/* The suite of policies, in two files. */
#ifndef TESTS_POLICY_H
#define TESTS_POLICY_H

#include <check.h>

TCase *limits_case(void); /* check_limits.c */

#endif
