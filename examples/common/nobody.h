/* SPDX-License-Identifier: BSD-2-Clause */
/* The user whom a process becomes that needs no more than it has. */
#ifndef COMMON_NOBODY_H
#define COMMON_NOBODY_H

#include <grp.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#define NOBODY 65534

/* Becomes the user nobody. A user other than root, which was given the
 * capabilities, stays as it is. Returns false with errno. */
static inline bool become_nobody(void)
{
	return geteuid() != 0 ||
	       (!setgroups(0, NULL) && !setresgid(NOBODY, NOBODY, NOBODY) &&
		!setresuid(NOBODY, NOBODY, NOBODY));
}

#endif
