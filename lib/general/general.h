/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the general handler: the kinds of records. */
#ifndef VPNALG_GENERAL_GENERAL_H
#define VPNALG_GENERAL_GENERAL_H

#include <vpnalg/handler.h>

/* A mapping is for all remotes. Under it are the sessions, each for an address
 * and port of a remote. If filtering is by address, permissions stand between
 * them, each for an address of a remote:
 *
 *   mapping  <-  session
 *   mapping  <-  permission  <-  session
 *
 * All of them have the same inside address and port, and the same outside ones.
 * The key of a mapping has no remote, that of a permission no port of the
 * remote.
 *
 * A service is as a mapping that lasts, and open to all. Nothing is attached to
 * it: its packets have no sessions, so that outsiders cannot fill the store.
 *
 * Sessions of other protocols stand alone: their ports do not change, so there
 * is nothing to map. */
/* The order matters: children of a mapping, then records for all remotes, then
 * other protocols. */
enum {
	GENERAL_TCP,
	GENERAL_UDP,
	GENERAL_ICMP,
	GENERAL_PERMISSION,
	GENERAL_MAPPING,
	GENERAL_SERVICE,
	GENERAL_PORTS,   /* SCTP, DCCP, UDP-Lite */
	GENERAL_ADDRESS, /* a protocol without ports */
	GENERAL_KINDS
};

/* The state of a TCP connection, in general_session.state. */
#define GENERAL_TCP_UNSEEN 0x01 /* segments may pass that are not seen */
#define GENERAL_TCP_SYN_IN 0x02
#define GENERAL_TCP_ESTABLISHED 0x04 /* the inside host has acknowledged */
#define GENERAL_TCP_FIN_OUT 0x08
#define GENERAL_TCP_RST_OUT 0x10
#define GENERAL_TCP_FIN_IN 0x20
#define GENERAL_TCP_FIN_TAKEN 0x40 /* the inside host has acknowledged it */
#define GENERAL_TCP_RST_IN 0x80    /* where a RST must be; not taken back */

/* The state of an SCTP or DCCP connection: the remote has answered, and the
 * inside host has gone on. */
#define GENERAL_OTHER_ANSWERED 0x01
#define GENERAL_OTHER_ESTABLISHED 0x02

/* The body of a session. */
struct general_session {
	uint32_t acknowledged; /* TCP: by the inside host */
	uint16_t fin; /* TCP: where the FIN from outside is; low bits */
	uint8_t state;
};

#endif
