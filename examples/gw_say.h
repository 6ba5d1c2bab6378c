/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages for the person who runs the program. */
#ifndef GW_SAY_H
#define GW_SAY_H

#define PROGRAM "vpnalg-gw"

#if defined(__GNUC__)
#define SAY_FORMAT __attribute__((format(printf, 1, 2)))
#else
#define SAY_FORMAT
#endif

/* Writes one line to standard error, the program's name before it. An error
 * says what failed, where, and why. */
void say(const char *format, ...) SAY_FORMAT;

#endif
