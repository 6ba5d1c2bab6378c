/* SPDX-License-Identifier: BSD-2-Clause */
/* Outside addresses, as they stand on a command line. */
#ifndef NAT_ADDRESS_H
#define NAT_ADDRESS_H

#include <stddef.h>

#include <vpnalg/vpnalg.h>

/* Appends an IPv4 address to a list that has room for it. Returns NULL, or why
 * it cannot be one more. */
const char *nat_address_add(struct vpnalg_addr *list, size_t *count,
			    const char *text);

#endif
