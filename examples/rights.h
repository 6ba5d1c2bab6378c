/* SPDX-License-Identifier: BSD-2-Clause */
/* What this process may do. */
#ifndef GW_RIGHTS_H
#define GW_RIGHTS_H

#include <stdbool.h>

/* May it open packet sockets and change the firewall? */
bool rights_suffice(void);

/* Becomes nobody, who may change the firewall still, and nothing else. False
 * when that failed, which was said. */
bool rights_drop(void);

#endif
