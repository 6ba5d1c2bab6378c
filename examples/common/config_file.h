/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of options, one a line:
 *
 *     # what follows a # is a comment
 *     general
 *     limit host=500
 *     timeouts = udp=60,tcp=3600   # a comment behind a blank, too
 */
#ifndef COMMON_CONFIG_FILE_H
#define COMMON_CONFIG_FILE_H

#include "options.h"

/* Reads the file that given->config names, beside what the command line has
 * given: an option that has only one value keeps that. Returns OPTIONS_RUN, or
 * an exit status and has said what is wrong, and in which line. */
int config_file_read(const struct option_row *rows,
		     struct options_given *given);

/* Returns false if the file cannot be read now, which was said; nothing is done
 * with it. */
bool config_file_can_be_read(const char *name);

#endif
