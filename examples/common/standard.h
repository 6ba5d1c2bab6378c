/* SPDX-License-Identifier: BSD-2-Clause */
/* Standard input, output and error, as a program finds and leaves them. */
#ifndef COMMON_STANDARD_H
#define COMMON_STANDARD_H

#include <stdbool.h>

/* Lets no file that is opened later take the place of a closed one of these, and
 * be written into; and a closed pipe be an error to be told, not a silent end.
 * False when that failed. */
bool standard_hold(void);

/* Takes and returns an exit status. A line that could not be written is an
 * error like any other, unless one was told already. */
int standard_finish(int status);

#endif
