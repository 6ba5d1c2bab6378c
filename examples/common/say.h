/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages for the user of the program. */
#ifndef COMMON_SAY_H
#define COMMON_SAY_H

#include <stdint.h>

/* The program's name, defined beside its main(). */
extern const char program[];

#if defined(__GNUC__)
#define SAY_FORMAT __attribute__((format(printf, 1, 2)))
#else
#define SAY_FORMAT
#endif

/* Writes one line to standard error that begins with the program's name. An
 * error says what failed, where, and why. */
void say(const char *format, ...) SAY_FORMAT;

/* Shows how far the work is, on a terminal only. The next message, or
 * say_no_progress(), wipes that line away. */
void say_progress(uint64_t packets, int percent);
void say_no_progress(void);

#endif
