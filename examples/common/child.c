/* SPDX-License-Identifier: BSD-2-Clause */
#include "child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A live program has fewer files open. */
#define FILES_MAX 1024

/* Closes all other files of the parent's, so that they end with the parent. */
static void close_all_but(int keep)
{
	for (int fd = STDERR_FILENO + 1; fd < FILES_MAX; fd++)
		if (fd != keep)
			close(fd);
}

bool child_start(struct child *child, void (*serve)(int fd, const void *what),
		 const void *what)
{
	int ends[2], error;

	*child = CHILD_NONE;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return false;
	fflush(NULL);
	child->pid = fork();
	if (child->pid == 0) {
		close_all_but(ends[1]);
		serve(ends[1], what);
		_exit(EXIT_SUCCESS);
	}
	error = errno;
	close(ends[1]);
	child->fd = ends[0];
	if (child->pid > 0)
		return true;
	close(ends[0]);
	*child = CHILD_NONE;
	errno = error;
	return false;
}

/* A broken socket is no signal. */
bool child_send(int fd, const void *from, size_t length)
{
	const uint8_t *bytes = from;
	ssize_t sent;

	while (length > 0) {
		sent = send(fd, bytes, length, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

bool child_receive(int fd, void *to, size_t length)
{
	return length == 0 ||
	       recv(fd, to, length, MSG_WAITALL) == (ssize_t)length;
}

/* One that is gone is idle: the next order cannot be sent. */
bool child_is_idle(struct child *child, uint8_t *answer)
{
	*answer = 0;
	if (child->busy && recv(child->fd, answer, 1, MSG_DONTWAIT) >= 0)
		child->busy = false;
	return !child->busy;
}

void child_end(struct child *child)
{
	if (child->fd >= 0)
		close(child->fd);
	if (child->pid > 0)
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			;
	*child = CHILD_NONE;
}
