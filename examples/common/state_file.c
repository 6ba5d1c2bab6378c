/* SPDX-License-Identifier: BSD-2-Clause */
#include "state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

/* More is none of ours. */
#define LENGTH_MAX ((size_t)1 << 30)

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
	if (!child_receive(fd, &length, sizeof(length)) || length > LENGTH_MAX)
		return -1;
	*bytes = malloc((size_t)length + 1);
	if (!*bytes || !child_receive(fd, *bytes, (size_t)length))
		return -1;
	return (ssize_t)length;
}

struct names {
	const char *name;
	char other[PATH_MAX]; /* which the file has while it is written */
};

/* Says the first failure of a row of them. */
static void serve(int fd, const void *what)
{
	const struct names *names = what;
	uint8_t *bytes = NULL, done = 1;
	bool failing = false, well;
	ssize_t length;

	while ((length = receive(fd, &bytes)) >= 0) {
		well = replace(names->name, names->other, bytes,
			       (size_t)length);
		if (!well && !failing)
			say("cannot write %s: %s", names->name,
			    strerror(errno));
		failing = !well;
		if (!child_send(fd, &done, sizeof(done)))
			break;
	}
	free(bytes);
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
	struct names names = { .name = name };

	*file = (struct state_file){ .name = name, .child = CHILD_NONE };
	if (!name)
		return true;
	if (snprintf(names.other, sizeof(names.other), "%s.new", name) >=
	    (int)sizeof(names.other))
		errno = ENAMETOOLONG;
	else if (can_write(names.other) &&
		 child_start(&file->child, serve, &names))
		return true;
	say("cannot start: state: %s: %s", name, strerror(errno));
	return false;
}

bool state_file_is_idle(struct state_file *file)
{
	uint8_t answer;

	return child_is_idle(&file->child, &answer);
}

bool state_file_write(struct state_file *file, const uint8_t *bytes,
		      size_t length)
{
	uint64_t head = length;
	struct child *child = &file->child;

	child->busy = child_send(child->fd, &head, sizeof(head)) &&
		      child_send(child->fd, bytes, length);
	return child->busy;
}

void state_file_close(struct state_file *file)
{
	child_end(&file->child);
	file->name = NULL;
}
