/* SPDX-License-Identifier: BSD-2-Clause */
/* A process that exports events by IPFIX (RFC 7011), with the templates of
 * RFC 8158. libfixbuf may wait for the collector; the translator must not. */
#ifndef COMMON_IPFIX_EXPORT_H
#define COMMON_IPFIX_EXPORT_H

#include <stdbool.h>

#define IPFIX_HOST_MAX 256
#define IPFIX_PORT_MAX 32

struct ipfix_collector {
	char host[IPFIX_HOST_MAX], port[IPFIX_PORT_MAX];
	bool tcp;  /* else UDP */
	bool once; /* one that is gone is not tried again */
	unsigned templates_every; /* by UDP, in seconds */
};

/* Exports the struct ipfix_record that come from the socket, until its end.
 * what is a struct ipfix_collector. A collector that is gone is said once, and
 * tried again. */
void ipfix_export_serve(int fd, const void *what);

#endif
