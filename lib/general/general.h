/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the general handler share. */
#ifndef VPNALG_GENERAL_GENERAL_H
#define VPNALG_GENERAL_GENERAL_H

#include <vpnalg/handler.h>

/* A mapping is for all remotes; from it hang the sessions, each for the address
 * and port of a remote. Where filtering is by address, permissions stand
 * between them, each for the address of a remote:
 *
 *   mapping  <-  session
 *   mapping  <-  permission  <-  session
 *
 * All of them are found by the same inside address and port, and outside ones;
 * a mapping by no remote, a permission by no port of one. */
enum {
	GENERAL_TCP,
	GENERAL_UDP,
	GENERAL_ICMP,
	GENERAL_PERMISSION,
	GENERAL_MAPPING,
	GENERAL_KINDS
};

/* How a TCP connection goes on, in general_session.tcp. */
#define GENERAL_TCP_SYN_IN 0x02
#define GENERAL_TCP_ESTABLISHED 0x04 /* the inside host has acknowledged */
#define GENERAL_TCP_FIN_OUT 0x08
#define GENERAL_TCP_RST_OUT 0x10
/* An end was announced from outside, by FIN or RST, and not taken back. */
#define GENERAL_TCP_FIN_IN 0x20
#define GENERAL_TCP_RST_IN 0x40

/* The body of a session. */
struct general_session {
	uint8_t tcp;
};

#endif
