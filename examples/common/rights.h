/* SPDX-License-Identifier: BSD-2-Clause */
/* Privileges of this process. */
#ifndef COMMON_RIGHTS_H
#define COMMON_RIGHTS_H

#include <stdbool.h>

/* Returns whether the process may open packet sockets and change the
 * firewall. */
bool rights_suffice(void);

/* Makes the process run as nobody, with the right to change the firewall and
 * no other. Returns false with a message if that failed. */
bool rights_drop(void);

#endif
