/* SPDX-License-Identifier: BSD-2-Clause */
#include "state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

/* Sent in one go, which takes less than a tenth of a millisecond. */
#define PIECE_MAX ((size_t)65536)

/* More is none of ours. */
#define LENGTH_MAX ((size_t)1 << 30)

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

/* Says the first failure of a row of them. */
static void serve(int fd, const void *what)
{
	const struct replace *replace = what;
	uint8_t *bytes = NULL, done = 1;
	bool failing = false, well;
	ssize_t length;

	while ((length = receive(fd, &bytes)) >= 0) {
		well = replace_write(replace, bytes, (size_t)length);
		if (!well && !failing)
			say("cannot write %s: %s", replace->name,
			    strerror(errno));
		failing = !well;
		if (!child_send(fd, &done, sizeof(done)))
			break;
	}
	free(bytes);
}

bool state_file_open(struct state_file *file, const char *name,
		     enum replace_for whom)
{
	struct replace replace;

	*file = (struct state_file){ .name = name, .child = CHILD_NONE };
	return replace_begin(&replace, name, whom) &&
	       (whom == REPLACE_FOR_OTHERS || replace_can(&replace)) &&
	       child_start(&file->child, serve, &replace);
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

/* Sends some of the head, or of what follows. */
static ssize_t send_some(const struct state_file *file, const uint8_t *bytes,
			 size_t length, size_t sent, int flags)
{
	uint64_t head = length;
	const uint8_t *from = (const uint8_t *)&head + sent;
	size_t rest = sizeof(head) - sent;

	if (sent >= sizeof(head)) {
		from = bytes + (sent - sizeof(head));
		rest = length + sizeof(head) - sent;
	}
	if (rest > PIECE_MAX)
		rest = PIECE_MAX;
	return send(file->child.fd, from, rest, flags | MSG_NOSIGNAL);
}

bool state_file_send(struct state_file *file, const uint8_t *bytes,
		     size_t length, size_t *sent)
{
	ssize_t more = send_some(file, bytes, length, *sent, MSG_DONTWAIT);

	if (more > 0)
		*sent += (size_t)more;
	file->child.busy = *sent == length + sizeof(uint64_t);
	return more > 0 || (more < 0 && (errno == EAGAIN || errno == EINTR));
}

bool state_file_finish(struct state_file *file, const uint8_t *bytes,
		       size_t length, size_t *sent)
{
	ssize_t more;

	while (*sent < length + sizeof(uint64_t)) {
		more = send_some(file, bytes, length, *sent, 0);
		if (more > 0)
			*sent += (size_t)more;
		else if (more == 0 || errno != EINTR)
			return false;
	}
	return true;
}

void state_file_close(struct state_file *file)
{
	child_end(&file->child);
	file->name = NULL;
}
