/* SPDX-License-Identifier: BSD-2-Clause */
/* What this process may do. */
#ifndef COMMON_RIGHTS_H
#define COMMON_RIGHTS_H

#include <stdbool.h>

/* May it open packet sockets and change the firewall? */
bool rights_suffice(void);

/* Becomes nobody, who may change the firewall still, and nothing else. False,
 * with errno, when that failed. */
bool rights_drop(void);

#endif
