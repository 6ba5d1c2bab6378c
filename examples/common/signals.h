/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals are read like packets: nothing happens at odd moments. */
#ifndef COMMON_SIGNALS_H
#define COMMON_SIGNALS_H

/* A file that tells of SIGUSR1, and of SIGINT, SIGTERM and SIGHUP, none of
 * which ends the program any more. -1, with errno, when that failed. */
int signals_open(void);

/* The next signal that has come, or 0. */
int signals_next(int fd);

#endif
