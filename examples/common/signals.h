/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals are read like packets: they interrupt nothing. */
#ifndef COMMON_SIGNALS_H
#define COMMON_SIGNALS_H

/* Returns a file from which SIGUSR1, SIGINT, SIGTERM and SIGHUP are read;
 * none of them ends the program any more. Returns -1 when that failed, which
 * was said. */
int signals_open(void);

/* Returns the next signal that has come, or 0. */
int signals_next(int fd);

#endif
