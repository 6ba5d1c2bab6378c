/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that is replaced whole, by a process that keeps the rights to do so
 * when its parent gives its own up: packets never wait for a disk. */
#ifndef COMMON_STATE_FILE_H
#define COMMON_STATE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "child.h"
#include "replace.h"

struct state_file {
	const char *name; /* NULL: there is none */
	struct child child;
};

/* Reads all of the file into memory that the caller frees; *length is 0 where
 * there is no such file. Returns false with errno. */
bool state_file_read(const char *name, uint8_t **bytes, size_t *length);

/* Starts the process. Returns false with errno if that failed, or if a private
 * file cannot be written; a file for others may become writable later. */
bool state_file_open(struct state_file *file, const char *name,
		     enum replace_for whom);

/* Returns whether the process has carried out its last request. */
bool state_file_is_idle(struct state_file *file);

/* Gives it the next content, which it puts in the place of the last. Returns
 * false if it is gone. */
bool state_file_write(struct state_file *file, const uint8_t *bytes,
		      size_t length);

/* Gives it a part of the next content, as much as it takes now, from where
 * *sent is, which begins at 0: the head is a part of it. The process is busy
 * once it has all. Returns false if it is gone. */
bool state_file_send(struct state_file *file, const uint8_t *bytes,
		     size_t length, size_t *sent);

/* Gives it the rest, and waits until it has taken that. */
bool state_file_finish(struct state_file *file, const uint8_t *bytes,
		       size_t length, size_t *sent);

/* Waits until all is written, and ends the process. */
void state_file_close(struct state_file *file);

#endif
