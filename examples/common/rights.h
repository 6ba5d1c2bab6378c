/* SPDX-License-Identifier: BSD-2-Clause */
/* What this process may do. */
#ifndef COMMON_RIGHTS_H
#define COMMON_RIGHTS_H

#include <stdbool.h>

/* Returns whether it may open packet sockets and change the firewall. */
bool rights_suffice(void);

/* Makes the process user nobody, who may only change the firewall. Returns false
 * when that failed, which was said. */
bool rights_drop(void);

#endif
