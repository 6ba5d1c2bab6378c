/* SPDX-License-Identifier: BSD-2-Clause */
/* Puts a new file in the place of an old one: readers always find a whole one.
 */
#ifndef COMMON_REPLACE_H
#define COMMON_REPLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For whom a file is. */
enum replace_for {
	REPLACE_FOR_SELF,  /* for no other user, and outlives the machine */
	REPLACE_FOR_OTHERS /* for readers who read it soon */
};

struct replace {
	const char *name;
	char other[PATH_MAX]; /* which the file has while it is written */
	enum replace_for whom;
};

/* Returns false with errno if the name is too long. */
bool replace_begin(struct replace *replace, const char *name,
		   enum replace_for whom);

/* Returns whether the file can be written at all, else errno. */
bool replace_can(const struct replace *replace);

/* Writes the file. Returns false with errno, and the old one is still there. */
bool replace_write(const struct replace *replace, const uint8_t *bytes,
		   size_t length);

#endif
