/* SPDX-License-Identifier: BSD-2-Clause */
/* A process at the other end of a socket, for what packets must not wait for: a
 * disk, or a server. It takes orders one after the other and answers each with
 * a byte. */
#ifndef COMMON_CHILD_H
#define COMMON_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
	int fd;    /* to the process; -1: there is none */
	pid_t pid; /* 0: there is none */
	bool busy; /* it has not answered the last order */
};

#define CHILD_NONE ((struct child){ .fd = -1 })

/* Starts the process, in which serve runs with the other end of the socket and
 * nothing else open, until it returns. Returns false with errno. */
bool child_start(struct child *child, void (*serve)(int fd, const void *what),
		 const void *what);

/* Sends all. Returns false if the other end is gone. */
bool child_send(int fd, const void *from, size_t length);

/* Waits for that many bytes. Returns false if they do not come. */
bool child_receive(int fd, void *to, size_t length);

/* Returns whether it has nothing to do. *answer is what it has answered since
 * the last call, or 0. */
bool child_is_idle(struct child *child, uint8_t *answer);

/* Ends it, and returns when it has ended. */
void child_end(struct child *child);

#endif
