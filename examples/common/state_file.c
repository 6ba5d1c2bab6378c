/* SPDX-License-Identifier: BSD-2-Clause */
#include "state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

/* More is none of ours. */
#define LENGTH_MAX ((size_t)1 << 30)

/* A live program has fewer files open. */
#define FILES_MAX 1024

static bool write_all(int fd, const uint8_t *bytes, size_t length)
{
	ssize_t written;

	while (length > 0) {
		written = write(fd, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		length -= (size_t)written;
	}
	return true;
}

/* Sends all to the process; a broken socket is no signal. */
static bool send_all(int fd, const void *from, size_t length)
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

static bool receive_all(int fd, void *to, size_t length)
{
	return recv(fd, to, length, MSG_WAITALL) == (ssize_t)length;
}

/* Reading */

bool state_file_read(const char *name, uint8_t **bytes, size_t *length)
{
	struct stat status;
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool read_well = false;

	*bytes = NULL;
	*length = 0;
	if (fd < 0)
		return errno == ENOENT;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode) ||
	    (size_t)status.st_size > LENGTH_MAX) {
		errno = EINVAL;
	} else {
		*length = (size_t)status.st_size;
		*bytes = malloc(*length + 1);
		read_well = *bytes &&
			    read(fd, *bytes, *length) == (ssize_t)*length;
	}
	close(fd);
	return read_well;
}

/* The process */

/* The new file is on the disk before it has the name, so that there is always a
 * whole one. */
static bool replace(const char *name, const char *other, const uint8_t *bytes,
		    size_t length)
{
	int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool well;

	if (fd < 0)
		return false;
	well = write_all(fd, bytes, length) && !fsync(fd);
	return !close(fd) && well && !rename(other, name);
}

/* Returns the length of the next content, or -1 at the end. */
static ssize_t receive(int fd, uint8_t **bytes)
{
	uint64_t length;

	free(*bytes);
	*bytes = NULL;
	if (!receive_all(fd, &length, sizeof(length)) || length > LENGTH_MAX)
		return -1;
	*bytes = malloc((size_t)length + 1);
	if (!*bytes || (length > 0 && !receive_all(fd, *bytes, (size_t)length)))
		return -1;
	return (ssize_t)length;
}

/* What else the parent has open ends with the parent. */
static void close_all_but(int keep)
{
	for (int fd = STDERR_FILENO + 1; fd < FILES_MAX; fd++)
		if (fd != keep)
			close(fd);
}

/* Says the first failure of a row of them. */
static _Noreturn void serve(int fd, const char *name, const char *other)
{
	uint8_t *bytes = NULL, done = 1;
	bool failing = false, well;
	ssize_t length;

	close_all_but(fd);
	while ((length = receive(fd, &bytes)) >= 0) {
		well = replace(name, other, bytes, (size_t)length);
		if (!well && !failing)
			say("cannot write %s: %s", name, strerror(errno));
		failing = !well;
		if (!send_all(fd, &done, sizeof(done)))
			break;
	}
	_exit(EXIT_SUCCESS);
}

/* Whether the file can be written at all. */
static bool can_write(const char *other)
{
	int fd = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	close(fd);
	return !unlink(other);
}

bool state_file_open(struct state_file *file, const char *name)
{
	char other[PATH_MAX];
	int ends[2];

	*file = (struct state_file){ .name = name, .fd = -1 };
	if (!name)
		return true;
	if (snprintf(other, sizeof(other), "%s.new", name) >=
	    (int)sizeof(other))
		errno = ENAMETOOLONG;
	else if (can_write(other) &&
		 !socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		fflush(NULL);
		file->pid = fork();
		if (file->pid == 0)
			serve(ends[1], name, other);
		close(ends[1]);
		file->fd = ends[0];
		if (file->pid > 0)
			return true;
		file->pid = 0;
	}
	say("cannot start: state: %s: %s", name, strerror(errno));
	return false;
}

bool state_file_is_idle(struct state_file *file)
{
	uint8_t done;

	if (file->busy && recv(file->fd, &done, 1, MSG_DONTWAIT) == 1)
		file->busy = false;
	return !file->busy;
}

bool state_file_write(struct state_file *file, const uint8_t *bytes,
		      size_t length)
{
	uint64_t head = length;

	file->busy = send_all(file->fd, &head, sizeof(head)) &&
		     send_all(file->fd, bytes, length);
	return file->busy;
}

void state_file_close(struct state_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	if (file->pid > 0)
		while (waitpid(file->pid, NULL, 0) < 0 && errno == EINTR)
			;
	*file = (struct state_file){ .fd = -1 };
}
