/* SPDX-License-Identifier: BSD-2-Clause */
/* The suite of policies, in two files. */
#ifndef TESTS_POLICY_H
#define TESTS_POLICY_H

#include <check.h>

TCase *limits_case(void);      /* check_limits.c */
TCase *limits_room_case(void); /* check_limits_room.c */
TCase *policy_life_case(void);    /* check_policy_life.c */
TCase *policy_refused_case(void); /* check_policy_refused.c */

#endif
