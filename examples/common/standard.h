/* SPDX-License-Identifier: BSD-2-Clause */
/* Standard input, output and error, as a program finds and leaves them. */
#ifndef COMMON_STANDARD_H
#define COMMON_STANDARD_H

#include <stdbool.h>

/* Opens those that are closed, so that no other file takes their place and is
 * written into; and makes a closed pipe an error instead of a silent end.
 * Returns false when that failed. */
bool standard_hold(void);

/* Takes and returns an exit status. A line that could not be written is an
 * error, which is said unless there was another. */
int standard_finish(int status);

#endif
