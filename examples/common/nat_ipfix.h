/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator's events as IPFIX (RFC 7011, RFC 8158): --ipfix. doc/events.md
 * has the elements. */
#ifndef COMMON_NAT_IPFIX_H
#define COMMON_NAT_IPFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#include "child.h"

struct nat_ipfix {
	struct child child; /* which exports, so that no packet waits for it */
	uint8_t *bytes;     /* what it has not taken yet: */
	size_t first, length;
	unsigned templates_every; /* by UDP, in seconds */
	uint64_t lost;      /* records for which there was no room */
	bool destinations;  /* with remotes (RFC 6888 REQ-12) */
	bool captured;      /* time is a capture's, and nothing is lost */
	bool failed;        /* which was said */
};

/* The default of --ipfix-templates, in seconds (RFC 7011 8.4). */
#define NAT_IPFIX_TEMPLATES_EVERY 600

/* read() of --ipfix: HOST:PORT, or tcp:HOST:PORT; where is a const char *. */
const char *nat_ipfix_name(void *where, const char *value);

/* Begins to export to that collector; NULL: to none. Returns false when that
 * failed, which was said. */
bool nat_ipfix_open(struct nat_ipfix *ipfix, const char *name);

void nat_ipfix_tell(struct nat_ipfix *ipfix, const struct vpnalg_event *event);

/* Hands over pending records. */
void nat_ipfix_flush(struct nat_ipfix *ipfix);

/* Waits until all is sent, for some seconds at most. */
void nat_ipfix_close(struct nat_ipfix *ipfix);

#endif
