/* SPDX-License-Identifier: BSD-2-Clause */
#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include <unistd.h>

bool replace_begin(struct replace *replace, const char *name,
		   enum replace_for whom)
{
	replace->name = name;
	replace->whom = whom;
	if (snprintf(replace->other, sizeof(replace->other), "%s.new", name) <
	    (int)sizeof(replace->other))
		return true;
	errno = ENAMETOOLONG;
	return false;
}

static int open_other(const struct replace *replace)
{
	return open(replace->other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		    replace->whom == REPLACE_FOR_SELF ? 0600 : 0644);
}

bool replace_can(const struct replace *replace)
{
	int fd = open_other(replace);

	if (fd < 0)
		return false;
	close(fd);
	return !unlink(replace->other);
}

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

/* Writes the other file. A file that must outlive a crash is on the disk before
 * it gets the name. */
static bool write_other(const struct replace *replace, int fd,
			const uint8_t *bytes, size_t length)
{
	return write_all(fd, bytes, length) &&
	       (replace->whom == REPLACE_FOR_OTHERS || !fsync(fd));
}

bool replace_write(const struct replace *replace, const uint8_t *bytes,
		   size_t length)
{
	int fd = open_other(replace), error = 0;

	if (fd < 0)
		return false;
	if (!write_other(replace, fd, bytes, length))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	if (!error && !rename(replace->other, replace->name))
		return true;
	error = error ? error : errno;
	unlink(replace->other);
	errno = error;
	return false;
}
