/* SPDX-License-Identifier: BSD-2-Clause */
/* The outside addresses of the gateway, which follow those of this host. */
#ifndef GW_ADDRESS_H
#define GW_ADDRESS_H

#include <stdbool.h>

#include <vpnalg/vpnalg.h>

#include "address_list.h"
#include "options.h"

struct addresses {
	const struct options *options;
	int fd;       /* tells of changes */
	bool changed; /* there was one that is not dealt with */
	struct address_list now; /* those in use */
};

/* Finds the addresses. Returns false when that failed, or one is missing, which
 * was said. */
bool addresses_open(struct addresses *addresses, const struct options *options);

/* Gives a translator the new addresses if they have changed. Returns true if it
 * has them now; false too while sessions of others are being removed. */
bool addresses_follow(struct addresses *addresses, struct vpnalg *translator);

void addresses_close(struct addresses *addresses);

#endif
